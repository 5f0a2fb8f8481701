package import Foundation
package import Storage
package import Values

/// All kinds in memory, every version: a case is moved by the version that it began with.
package final class KindCatalog: Sendable {
    private let state: Locked<State>

    private struct State: Sendable {
        var shelf: Shelf
        var stamp: String?
        var checkedAt: Instant?
    }

    /// What is read: never changed, so that the lock is held only while it is taken. Looking a kind
    /// up inside the lock cost 9 % of a work list's time in waiting alone.
    private final class Shelf: Sendable {
        let versions: [String: [Int: Kind]]
        let newest: [String: Kind]
        let titles: KindTitles
        init(_ kinds: [Kind]) {
            var versions: [String: [Int: Kind]] = [:]
            var newest: [String: Kind] = [:]
            for kind in kinds {
                versions[kind.name, default: [:]][kind.version] = kind
                if kind.version >= newest[kind.name]?.version ?? 0 { newest[kind.name] = kind }
            }
            self.versions = versions
            self.newest = newest
            titles = KindTitles(versions, newest)
        }
    }

    private var shelf: Shelf { state.with { $0.shelf } }

    /// How long a version that another process published may stay unseen.
    static let checkEveryMilliseconds: Int64 = 2_000

    package init(kinds: [Kind]) {
        state = Locked(Self.sorted(kinds, stamp: nil, checkedAt: nil))
    }

    package func current(_ name: String) -> Kind? { shelf.newest[name] }

    /// The version that a case began with; the newest where this process has not seen it yet.
    package func kind(_ name: String, version: Int) -> Kind? {
        let shelf = shelf
        return shelf.versions[name]?[version] ?? shelf.newest[name]
    }

    /// The words of all kinds as they are now, for lists: a row that asked for its kind copied it whole.
    package var titles: KindTitles { shelf.titles }

    package var all: [Kind] {
        shelf.newest.values.sorted { ($0.order, $0.name) < ($1.order, $1.name) }
    }
    package var names: [String] { all.map(\.name) }
    /// Those that anybody may report.
    package var offered: [Kind] { all.filter(\.isOffered) }

    /// Loads again when the version row has changed, looked at no more than every two seconds.
    package func refresh(_ database: Database, at now: Instant) async throws {
        let known: String?? = state.with { state in
            if let checked = state.checkedAt, abs(now.since(checked)) < Self.checkEveryMilliseconds { return nil }
            state.checkedAt = now
            return .some(state.stamp)
        }
        guard let known else { return }
        let loaded = try await database.read { tx -> (String, [Kind])? in
            guard let stamp = try tx.kindStamp(), stamp != known else { return nil }
            return (stamp, try tx.storedKinds())
        }
        if let (stamp, kinds) = loaded {
            state.with { $0 = Self.sorted(kinds, stamp: stamp, checkedAt: now) }
        }
    }

    /// Loads now, whatever the clock says: after a publication in this process.
    func reload(_ database: Database) async throws {
        let (stamp, kinds) = try await database.read { tx in (try tx.kindStamp(), try tx.storedKinds()) }
        state.with { $0 = Self.sorted(kinds, stamp: stamp, checkedAt: $0.checkedAt) }
    }

    private static func sorted(_ kinds: [Kind], stamp: String?, checkedAt: Instant?) -> State {
        State(shelf: Shelf(kinds), stamp: stamp, checkedAt: checkedAt)
    }
}

/// What kinds and their states are called. Never changed.
package final class KindTitles: Sendable {
    private final class Titles: Sendable {
        let kind: Texts
        let states: [String: Texts]
        init(_ kind: Kind) {
            self.kind = kind.title
            states = Dictionary(kind.states.map { ($0.name, $0.title) }, uniquingKeysWith: { first, _ in first })
        }
    }
    private let versions: [String: [Int: Titles]]
    private let newest: [String: Titles]

    fileprivate init(_ versions: [String: [Int: Kind]], _ newest: [String: Kind]) {
        self.versions = versions.mapValues { $0.mapValues(Titles.init) }
        self.newest = newest.mapValues(Titles.init)
    }

    /// As `KindCatalog.kind` finds the kind; what nobody knows is called by its name.
    package func titles(_ name: String, version: Int, state: String) -> (kind: Texts, state: Texts) {
        let found = versions[name]?[version] ?? newest[name]
        return (found?.kind ?? Texts(zh: name, en: name), found?.states[state] ?? Texts(zh: state, en: state))
    }
}

extension Kind {
    /// Reads the kinds that the program ships with: `life.yaml` and every other `.yaml` of the folder.
    package static func load(folder: URL) throws -> [Kind] {
        let life = try String(contentsOf: folder.appendingPathComponent("life.yaml"), encoding: .utf8)
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "yaml" && $0.lastPathComponent != "life.yaml" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { try parse(yaml: String(contentsOf: $0, encoding: .utf8), base: life, version: 1) }
    }
}

extension Desk {
    /// Stores the kinds that the program ships with where they are missing or have changed, and
    /// loads all. A version that was published by people is never overruled.
    package func seedKinds(_ shipped: [Kind]) async throws {
        let now = clock.now
        try await database.write { tx in
            var changed = false
            for kind in shipped {
                let newest = try tx.newestKind(kind.name)
                if let newest, !newest.isShipped || (newest.yaml == kind.yaml && newest.base == kind.base) { continue }
                try tx.insertKind(
                    KindRow(
                        name: kind.name, version: (newest?.version ?? 0) + 1, yaml: kind.yaml, base: kind.base,
                        isShipped: true), at: now)
                changed = true
            }
            if changed { try tx.stampKinds(at: now, from: chance) }
        }
        try await kinds.reload(database)
    }

    /// A new version of a kind goes live, without a restart; running cases keep theirs.
    /// - Throws: `KindRefused` with everything the checker found.
    @discardableResult
    package func publish(kindYAML text: String, by actor: Actor? = nil) async throws -> Kind {
        let now = clock.now
        guard let name = Kind.name(ofYAML: text) else {
            throw KindRefused(kind: "?", problems: [KindProblem(.missing, at: "kind")])
        }
        let kind = try await database.write { tx -> Kind in
            guard let life = try tx.newestLife() else {
                throw KindRefused(kind: name, problems: [KindProblem(.missing, at: "life")])
            }
            let version = (try tx.newestKind(name)?.version ?? 0) + 1
            let kind = try Kind.parse(yaml: text, base: life, version: version)
            try tx.insertKind(KindRow(name: name, version: version, yaml: text, base: life, isShipped: false), at: now)
            try tx.stampKinds(at: now, from: chance)
            let work = Work(tx, by: actor ?? .system(county: ""), at: now, desk: self)
            try work.record(
                EventDraft("kind.published", of: "kind", name, ["version": "\(version)"], rowHash: rowHash([text, life])))
            return kind
        }
        try await kinds.reload(database)
        return kind
    }
}

struct KindRow: Sendable {
    let name: String
    let version: Int
    let yaml: String
    let base: String
    let isShipped: Bool
}

extension Transaction {
    fileprivate func kindStamp() throws -> String? {
        try value("SELECT value FROM setting WHERE name = 'kinds'")
    }

    fileprivate func stampKinds(at now: Instant, from chance: Chance) throws {
        try run(
            """
            INSERT INTO setting (name, value) VALUES ('kinds', \("\(now.milliseconds)-\(chance.token(bytes: 6))"))
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """)
    }

    fileprivate func storedKinds() throws -> [Kind] {
        let rows = try rows("SELECT name, version, yaml, base, shipped FROM kind ORDER BY name, version", kindRow)
        return try rows.map { try Kind.parse(yaml: $0.yaml, base: $0.base, version: $0.version) }
    }

    fileprivate func newestKind(_ name: String) throws -> KindRow? {
        try first(
            """
            SELECT name, version, yaml, base, shipped FROM kind WHERE name = \(name) ORDER BY version DESC LIMIT 1
            """, kindRow)
    }

    fileprivate func newestLife() throws -> String? {
        try value("SELECT base FROM kind ORDER BY made_at DESC, name, version DESC LIMIT 1")
    }

    fileprivate func insertKind(_ row: KindRow, at now: Instant) throws {
        try run(
            """
            INSERT INTO kind (name, version, yaml, base, shipped, made_at)
            VALUES (\(row.name), \(row.version), \(row.yaml), \(row.base), \(row.isShipped), \(now))
            """)
    }
}

private func kindRow(_ row: Row) -> KindRow {
    KindRow(name: row[0], version: row[1], yaml: row[2], base: row[3], isShipped: row[4])
}
