import Foundation
import Values
import Yams

/// What stands in `Data/demo` and `Data/requests`, read and checked once.
struct DemoFiles: Sendable {
    struct UnitLine: Sendable {
        let path: String
        let kind: String
        let name: String
        let nameEn: String
        let pinyin: String
        let place: Place?
        let phone: String?
        /// Path of the township that a station is paired with.
        let partner: String?

        var slug: String { String(path.split(separator: "/").last ?? "") }
        var parentPath: String? {
            path.lastIndex(of: "/").map { String(path[..<$0]) }
        }
    }

    /// One request of the year that is replayed.
    struct RequestLine: Sendable {
        /// `RP0001`: the line's own name, never shown to people.
        let source: String
        /// nil: is placed a little before now, so that it stands in `state`.
        let at: Instant?
        let kind: String
        let channel: String
        let village: String
        let group: String
        let reporter: String
        let what: String
        let place: Place?
        let isUrgent: Bool
        /// Is about the representative of the village.
        let isAboutRepresentative: Bool
        /// The state in which it must be found after the replay.
        let state: String?
    }

    struct NoticeLine: Sendable {
        let unit: String
        let fromDays: Int
        let untilDays: Int
        let title: String
        let text: String
    }

    /// What people write at a move: by move, then by kind of request (`any` for all).
    struct Texts: Sendable {
        let lists: [String: [String: [String]]]

        func list(_ move: String, _ kind: String) -> [String] {
            lists[move]?[kind] ?? lists[move]?["any"] ?? []
        }
    }

    /// What the text says of the kind's own field.
    struct Matter: Sendable {
        let field: String
        let words: [(word: String, value: String)]
    }

    let units: [UnitLine]
    /// By kind.
    let matters: [String: Matter]
    let surnames: [String]
    let staffNames: [String]
    let villagerNames: [String]
    let texts: Texts
    let notices: [NoticeLine]
    /// In order of time; those without a moment at the end.
    let requests: [RequestLine]

    var villages: [UnitLine] { units.filter { $0.kind == "village" } }
    var townships: [UnitLine] { units.filter { $0.kind == "township" } }
    var county: UnitLine { units.first { $0.kind == "county" }! }
    func station(ofTownship path: String) -> UnitLine { units.first { $0.partner == path }! }

    /// The kind's own fields as this line would fill them in.
    func extra(_ line: RequestLine) -> [String: String] {
        guard let matter = matters[line.kind], let found = matter.words.first(where: { line.what.contains($0.word) })
        else { return [:] }
        return [matter.field: found.value]
    }

    struct Unreadable: Error, CustomStringConvertible {
        let file: String
        let line: Int
        var description: String { "\(file):\(line): not as the demo expects it" }
    }

    /// - Parameters:
    ///   - demo: the folder `Data/demo`.
    ///   - requests: the file with the shared year of requests.
    init(demo: URL, requests: URL) throws {
        units = try Self.table(demo.appending(path: "units.csv")) { cells in
            guard cells.count == 9 else { return nil }
            return UnitLine(
                path: cells[0], kind: cells[1], name: cells[2], nameEn: cells[3], pinyin: cells[4],
                place: Self.place(cells[5], cells[6]), phone: cells[7].isEmpty ? nil : cells[7],
                partner: cells[8].isEmpty ? nil : cells[8])
        }
        let names = try Self.yaml(demo.appending(path: "names.yaml"))
        surnames = names["surnames"] as? [String] ?? []
        staffNames = names["staff"] as? [String] ?? []
        villagerNames = names["villagers"] as? [String] ?? []

        var lists: [String: [String: [String]]] = [:]
        for (move, value) in try Self.yaml(demo.appending(path: "texts.yaml")) {
            if let byKind = value as? [String: [String]] { lists[move] = byKind }
            if let any = value as? [String] { lists[move] = ["any": any] }
        }
        texts = Texts(lists: lists)

        var matters: [String: Matter] = [:]
        for (kind, value) in try Self.yaml(demo.appending(path: "matters.yaml")) {
            guard let value = value as? [String: Any], let field = value["field"] as? String,
                let pairs = value["words"] as? [[String]]
            else { continue }
            matters[kind] = Matter(field: field, words: pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) })
        }
        self.matters = matters

        let noticeText = try String(contentsOf: demo.appending(path: "notices.yaml"), encoding: .utf8)
        notices = (try Yams.load(yaml: noticeText) as? [[String: Any]] ?? []).compactMap { entry in
            guard let unit = entry["unit"] as? String, let from = entry["from"] as? Int,
                let until = entry["until"] as? Int, let title = entry["title"] as? String,
                let text = entry["text"] as? String
            else { return nil }
            return NoticeLine(unit: unit, fromDays: from, untilDays: until, title: title, text: text)
        }
        self.requests =
            (try Self.requests(requests) + Self.requests(demo.appending(path: "requests.csv")))
            .sorted { ($0.at ?? .distantFuture, $0.source) < ($1.at ?? .distantFuture, $1.source) }
    }

    private static func requests(_ file: URL) throws -> [RequestLine] {
        try table(file) { cells in
            let at = Instant(iso: cells[1])
            let state = cells.count > 12 && !cells[12].isEmpty ? cells[12] : nil
            guard cells.count == 11 || cells.count == 13, (at == nil) == (state != nil) else { return nil }
            return RequestLine(
                source: cells[0], at: at, kind: cells[2], channel: cells[3], village: cells[4], group: cells[5],
                reporter: cells[6], what: cells[7], place: place(cells[8], cells[9]), isUrgent: cells[10] == "1",
                isAboutRepresentative: cells.count > 11 && cells[11] == "representative", state: state)
        }
    }

    private static func yaml(_ file: URL) throws -> [String: Any] {
        try Yams.load(yaml: String(contentsOf: file, encoding: .utf8)) as? [String: Any] ?? [:]
    }

    private static func place(_ latitude: String, _ longitude: String) -> Place? {
        guard let latitude = Double(latitude), let longitude = Double(longitude) else { return nil }
        return Place(latitude: latitude, longitude: longitude)
    }

    /// The lines after the header. The demo's files hold no quotation marks and no line breaks
    /// inside a field, so a line is cut at its commas.
    private static func table<T>(_ file: URL, _ read: ([String]) -> T?) throws -> [T] {
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        return try lines.enumerated().dropFirst().map { index, line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard let value = read(cells) else { throw Unreadable(file: file.lastPathComponent, line: index + 1) }
            return value
        }
    }
}
