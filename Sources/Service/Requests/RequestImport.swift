package import Desk
import Registry
import Storage
package import Values

/// Reads requests from a file with the columns of `Data/requests/requests.csv`. The whole file is
/// checked first; one bad row and nothing is stored. What is stored goes through the same action
/// that people use, at the row's time.
package enum RequestImport {
    package struct BadRow: Sendable, Equatable {
        package let line: Int
        package let field: String
        package let code: String
        package let message: String
    }
    package struct Outcome: Sendable, Equatable {
        package let imported: Int
        package let bad: [BadRow]
    }

    package static let rowsMax = 200_000
    private static let badMax = 1000
    /// So many at once, for one commit to hold several.
    private static let atOnce = 32

    package static let columns = [
        "id", "created_at", "category", "channel", "village", "group", "reporter", "text", "lat", "lon", "urgent_hint",
    ]
    /// Columns that may be there too.
    private static let optionalColumns: Set<String> = ["phone"]

    package static func run(
        csv: [UInt8], desk: Desk, county: String, dryRun: Bool, by actor: Actor, progress: (Int) -> Void
    ) async throws -> Outcome {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        let (rows, bad) = try await check(csv: csv, desk: desk, county: county)
        guard bad.isEmpty else { return Outcome(imported: 0, bad: bad) }
        if dryRun { return Outcome(imported: rows.count, bad: []) }
        var done = 0
        for start in stride(from: 0, to: rows.count, by: atOnce) {
            let chunk = rows[start..<min(start + atOnce, rows.count)]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for row in chunk {
                    group.addTask { _ = try await desk.perform(row.action, by: actor, at: row.at) }
                }
                try await group.waitForAll()
            }
            done += chunk.count
            progress(done)
        }
        return Outcome(imported: done, bad: [])
    }

    package struct Row: Sendable {
        package let line: Int
        package let source: String
        package let at: Instant
        package let action: ReportNeed
    }

    /// - Returns: the rows, and what is wrong line by line.
    package static func check(csv: [UInt8], desk: Desk, county: String) async throws -> ([Row], [BadRow]) {
        let words = desk.locales.words(.chinese)
        var bad: [BadRow] = []
        func complain(_ line: Int, _ field: String, _ code: String, _ values: [String: String] = [:]) {
            bad.append(BadRow(line: line, field: field, code: code, message: words("problem.\(code)", values)))
        }
        if String(validating: csv, as: UTF8.self) == nil {
            complain(1, "", "not-utf8")
            return ([], bad)
        }
        var reader = CSVReader(csv)
        for column in columns where !reader.header.contains(column) {
            complain(1, column, "column-missing", ["column": column])
        }
        for column in reader.header where !columns.contains(column) && !optionalColumns.contains(column) {
            complain(1, column, "column-unknown", ["column": column])
        }
        guard bad.isEmpty else { return ([], bad) }

        let villages = Dictionary(
            grouping: try await desk.database.read { try $0.villages(county: county) }, by: \.name)
        let now = desk.clock.now
        let list = InputRegistry.list(for: ReportNeed.self)
        var rows: [Row] = []
        var lines: [String: Int] = [:]
        while let record = reader.next() {
            guard rows.count < rowsMax else {
                complain(record.line, "", "too-many", ["max": "\(rowsMax)"])
                break
            }
            if bad.count >= badMax { break }
            if record.hasWrongCount {
                complain(record.line, "", "columns-miscounted")
                continue
            }
            let before = bad.count
            let source = record["id"]
            if source.isEmpty { complain(record.line, "id", "missing") }
            if let first = lines.updateValue(record.line, forKey: source), !source.isEmpty {
                complain(record.line, "id", "row-twice", ["line": "\(first)"])
            }
            let at = Instant(iso: record["created_at"])
            if at == nil { complain(record.line, "created_at", "not-a-moment") }
            if let at, at > now { complain(record.line, "created_at", "moment-in-future") }
            if desk.kinds.current(record["category"]) == nil { complain(record.line, "category", "not-a-choice") }
            let channel = channel(record["channel"])
            if channel == nil { complain(record.line, "channel", "not-a-choice") }
            let found = villages[record["village"]] ?? []
            if found.isEmpty { complain(record.line, "village", "unknown-village") }
            if found.count > 1 { complain(record.line, "village", "ambiguous-village") }
            if !["", "0", "1"].contains(record["urgent_hint"]) { complain(record.line, "urgent_hint", "not-a-choice") }
            let raw: RawInputs = [
                "kind": .text(record["category"]), "village": .text(found.first?.id.text ?? ""),
                "what": .text(record["text"]), "name": .text(record["reporter"]), "phone": .text(record["phone"]),
                "latitude": .text(record["lat"]), "longitude": .text(record["lon"]),
                "channel": .text(channel?.rawValue ?? ""),
                "extra": .object(record["group"].isEmpty ? [:] : ["group": .text(record["group"])]),
            ]
            do {
                let action = try list.parse(ReportNeed.self, raw)
                let latitude = Double(record["lat"])
                let longitude = Double(record["lon"])
                if (latitude == nil) != (longitude == nil) {
                    complain(record.line, "lat", "not-a-position")
                } else if let latitude, let longitude, Place(latitude: latitude, longitude: longitude) == nil {
                    complain(record.line, "lat", "not-a-position")
                }
                if record["group"].unicodeScalars.count > 20 {
                    complain(record.line, "group", "too-long", ["max": "20"])
                }
                if bad.count == before, let at {
                    rows.append(Row(line: record.line, source: source, at: at, action: action))
                }
            } catch {
                for complaint in error.fields {
                    complain(record.line, column(of: complaint.field), complaint.code, complaint.values)
                }
            }
        }
        if rows.isEmpty, bad.isEmpty { complain(1, "", "no-rows") }
        return (rows, bad)
    }

    private static func channel(_ text: String) -> Channel? {
        text == "village_agent" ? .liaison : Channel(rawValue: text)
    }

    /// The file's name for an input.
    private static func column(of field: String) -> String {
        switch field {
        case "kind": "category"
        case "what": "text"
        case "name": "reporter"
        case "latitude": "lat"
        case "longitude": "lon"
        default: field
        }
    }
}
