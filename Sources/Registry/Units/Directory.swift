package import Desk
package import Storage
package import Values

/// Units, villages and names of staff in memory, so that pages are made without asking the
/// database for them. Other processes' changes are seen within `checkEverySeconds`.
package final class Directory: Sendable {
    private let database: Database
    private let checkEverySeconds: Int64
    private let state = Locked<State>(State())

    private struct State: Sendable {
        var snapshot = DirectorySnapshot(units: [], villages: [], names: [:])
        var version: String?
        var checkedAt: Instant?
    }

    /// - Parameter checkEverySeconds: 0 asks the version row each time (tests, whose clock stands).
    package init(database: Database, checkEverySeconds: Int64 = 2) {
        self.database = database
        self.checkEverySeconds = checkEverySeconds
    }

    /// What was loaded last, without looking.
    package var latest: DirectorySnapshot { state.with { $0.snapshot } }

    package func current(at now: Instant) async throws -> DirectorySnapshot {
        let (known, fresh) = state.with { state -> (State, Bool) in
            guard let checked = state.checkedAt, now >= checked else { return (state, false) }
            return (state, checkEverySeconds > 0 && now.since(checked) < checkEverySeconds * 1000)
        }
        if fresh { return known.snapshot }
        let loaded = try await database.read { tx -> (String, DirectorySnapshot)? in
            let version = try tx.value("SELECT value FROM setting WHERE name = 'directory'") as String? ?? ""
            if version == known.version { return nil }
            return (version, try tx.directorySnapshot())
        }
        return state.with { state in
            state.checkedAt = now
            if let loaded {
                state.version = loaded.0
                state.snapshot = loaded.1
            }
            return state.snapshot
        }
    }
}

/// All units and villages at one moment.
package struct DirectorySnapshot: Sendable {
    /// By path.
    package let units: [UnitInfo]
    /// Open ones, by path.
    package let villages: [VillageInfo]
    private let names: [ID<Person>: String]
    private let unitsByID: [ID<Unit>: Int]
    private let unitsByPath: [String: Int]
    private let villagesByID: [ID<Village>: Int]

    init(units: [UnitInfo], villages: [VillageInfo], names: [ID<Person>: String]) {
        self.units = units
        self.villages = villages
        self.names = names
        unitsByID = Dictionary(units.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        unitsByPath = Dictionary(units.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
        villagesByID = Dictionary(villages.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func village(_ id: ID<Village>) -> VillageInfo? { villagesByID[id].map { villages[$0] } }
    package func village(path: String) -> VillageInfo? {
        unitsByPath[path].flatMap { village(ID(units[$0].id.text)) }
    }
    package func unit(_ id: ID<Unit>) -> UnitInfo? { unitsByID[id].map { units[$0] } }
    package func unit(path: String) -> UnitInfo? { unitsByPath[path].map { units[$0] } }

    /// Name of a member of the staff; customers are not kept in memory.
    package func personName(_ id: ID<Person>) -> String? { names[id] }

    package func villages(under paths: [String]) -> [VillageInfo] {
        villages.filter { village in paths.contains { reaches(village.path, from: $0) } }
    }
    package func stations(county: String?) -> [UnitInfo] { open(.station, county) }
    package func townships(county: String?) -> [UnitInfo] { open(.township, county) }
    package var counties: [UnitInfo] { open(.county, nil) }
    package func county(_ path: String) -> UnitInfo? { unit(path: path) }

    private func open(_ kind: UnitKind, _ county: String?) -> [UnitInfo] {
        units.filter { $0.kind == kind && !$0.isClosed && (county == nil || $0.county == county) }
    }

    /// Same answers as `Transaction.searchVillages`.
    package func search(_ text: String, county: String?, limit: Int) -> [VillageInfo] {
        let word = text.lowercased()
        guard !word.isEmpty else { return [] }
        let bytes = Array(word.utf8)
        var found: [VillageInfo] = []
        for village in villages where county == nil || village.county == county {
            let slug = village.path.utf8.split(separator: 47).last.map(Array.init) ?? []
            guard
                holds(village.name, bytes) || village.pinyin.hasPrefix(word)
                    || village.nameEn.lowercased().hasPrefix(word) || slug.starts(with: bytes)
            else { continue }
            found.append(village)
            if found.count == limit { break }
        }
        return found
    }

    package func near(_ place: Place, county: String?, limit: Int) -> [VillageInfo] {
        nearest(villages.filter { county == nil || $0.county == county }, to: place, limit: limit)
    }
}

private func holds(_ text: String, _ part: [UInt8]) -> Bool {
    let bytes = Array(text.lowercased().utf8)
    guard part.count <= bytes.count else { return false }
    return (0...(bytes.count - part.count)).contains { bytes[$0...].starts(with: part) }
}

extension Transaction {
    fileprivate func directorySnapshot() throws -> DirectorySnapshot {
        let names = try rows("SELECT id, name FROM person WHERE customer = 0") { ($0[0] as ID<Person>, $0[1] as String) }
        return DirectorySnapshot(
            units: try units(under: nil), villages: try allVillages(),
            names: Dictionary(names, uniquingKeysWith: { first, _ in first }))
    }
}
