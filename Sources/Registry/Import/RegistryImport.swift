package import Desk
import Storage
import Values

/// What an import of a file came to: everything, or nothing and what is wrong line by line.
package struct ImportReport: Sendable, Equatable {
    package struct Line: Sendable, Equatable {
        package let line: Int
        package let field: String
        package let code: String
        package let message: String
    }
    package let imported: Int
    package let bad: [Line]
}

/// Loads villages, service points and accounts from files (A1). The whole file is checked first;
/// one bad row and nothing is stored.
package enum RegistryImport {
    /// Rows of one file of villages or service points, so that the one write stays short.
    package static let mostUnits = 5000
    private static let accountsPerWrite = 500

    /// Columns: `township` (path or name), `slug`, `name`, `name_en`, `pinyin`, `latitude`, `longitude`.
    package static func villages(
        csv: [UInt8], desk: Desk, county: String, dryRun: Bool, by actor: Actor? = nil, words: Words? = nil
    ) async throws -> ImportReport {
        var check = ImportCheck(desk: desk, words: words)
        let known = try await desk.database.read { try $0.units(under: county) }
        let places = ImportPlaces(known)
        var taken = Set(known.map(\.path))
        var drafts: [UnitDraft] = []
        try check.read(csv, columns: ["township", "slug", "name"], limit: mostUnits) { check, record in
            guard let township = places.township(record["township"]) else {
                return check.bad(record, "township", "no-such-township")
            }
            guard places.hasStation(township) else { return check.bad(record, "township", "unit-needs-station") }
            let raw: RawInputs = [
                "kind": .text("village"), "parent": .text(township.id.text), "slug": .text(record["slug"]),
                "name": .text(record["name"]), "nameEn": .text(record["name_en"]), "pinyin": .text(record["pinyin"]),
                "latitude": .text(record["latitude"]), "longitude": .text(record["longitude"]),
            ]
            guard let typed = check.parse(AddUnit.self, raw, record) else { return }
            guard let draft = check.trying(record, { try typed.draft() }) else { return }
            guard isSlug(draft.slug) else { return check.bad(record, "slug", "unit-bad-slug") }
            let path = "\(township.path)/\(draft.slug)"
            guard taken.insert(path).inserted else {
                return check.bad(record, "slug", "unit-path-taken", ["path": path])
            }
            drafts.append(draft)
        }
        guard check.bad.isEmpty, !dryRun else { return check.report(check.bad.isEmpty ? drafts.count : 0) }
        let ready = drafts
        try await desk.database.write { tx in
            let work = Work(tx, by: actor ?? .system(county: county), at: desk.clock.now, desk: desk)
            for draft in ready { try work.insertVillage(draft, under: places, county: county) }
            try work.touchDirectory()
        }
        return check.report(ready.count)
    }

    /// Columns: `village` (path or name), `name`, `address`, `hours`, `services`, `devices`, `latitude`,
    /// `longitude`, `opened`.
    package static func servicePoints(
        csv: [UInt8], desk: Desk, county: String, dryRun: Bool, by actor: Actor? = nil, words: Words? = nil
    ) async throws -> ImportReport {
        var check = ImportCheck(desk: desk, words: words)
        let places = ImportPlaces(try await desk.database.read { try $0.units(under: county) })
        var taken = Set(
            try await desk.database.read { tx in
                try tx.rows("SELECT village, name FROM service_point WHERE county = \(county)") {
                    "\($0[0] as String)/\($0[1] as String)"
                }
            })
        var drafts: [ServicePointDraft] = []
        try check.read(csv, columns: ["village", "name", "address", "hours"], limit: mostUnits) { check, record in
            guard let village = places.village(record["village"]) else {
                return check.bad(record, "village", "no-such-village")
            }
            let raw: RawInputs = [
                "village": .text(village.text), "name": .text(record["name"]), "address": .text(record["address"]),
                "hours": .text(record["hours"]), "services": .text(record["services"]),
                "devices": .text(record["devices"]), "latitude": .text(record["latitude"]),
                "longitude": .text(record["longitude"]), "opened": .text(record["opened"]),
            ]
            guard let typed = check.parse(OpenServicePoint.self, raw, record),
                let draft = check.trying(record, { try typed.draft(today: desk.clock.now.day) })
            else { return }
            guard taken.insert("\(village.text)/\(draft.name)").inserted else {
                return check.bad(record, "name", "service-point-taken")
            }
            drafts.append(draft)
        }
        guard check.bad.isEmpty, !dryRun else { return check.report(check.bad.isEmpty ? drafts.count : 0) }
        let ready = drafts
        try await desk.database.write { tx in
            let work = Work(tx, by: actor ?? .system(county: county), at: desk.clock.now, desk: desk)
            for draft in ready { try work.openServicePoint(draft) }
        }
        return check.report(ready.count)
    }

    /// Columns: `number`, `village` (path or name), `name`, `address`, `phone`, `meter`, `kind`. A number
    /// that is known is brought up to date. Written in short pieces: after an interruption the same
    /// file is loaded again.
    package static func accounts(
        csv: [UInt8], desk: Desk, county: String, dryRun: Bool, words: Words? = nil
    ) async throws -> ImportReport {
        let places = ImportPlaces(try await desk.database.read { try $0.units(under: county) })
        let columns = ["number", "village", "name", "address"]
        var check = ImportCheck(desk: desk, words: words)
        var numbers: Set<String> = []
        var count = 0
        try check.read(csv, columns: columns, limit: 5_000_000) { check, record in
            guard accountDraft(record, places, county, &check, desk) != nil else { return }
            guard numbers.insert(record["number"]).inserted else {
                return check.bad(record, "number", "account-taken")
            }
            count += 1
        }
        guard check.bad.isEmpty, !dryRun else { return check.report(check.bad.isEmpty ? count : 0) }
        numbers = []
        var rest = CSVReader(csv)
        while true {
            var piece: [(AccountDraft, PhoneNumber?)] = []
            while piece.count < accountsPerWrite, let record = rest.next() {
                if let draft = accountDraft(record, places, county, &check, desk) { piece.append(draft) }
            }
            if piece.isEmpty { break }
            let ready = piece
            try await desk.database.write { tx in
                let work = Work(tx, by: .system(county: county), at: desk.clock.now, desk: desk)
                for (draft, phone) in ready { try work.putAccount(draft, phone) }
            }
        }
        let imported = count
        try await desk.database.write { tx in
            let work = Work(tx, by: .system(county: county), at: desk.clock.now, desk: desk)
            try work.record(EventDraft("accounts.imported", of: "unit", county, ["count": "\(imported)"]))
        }
        return check.report(imported)
    }

    private static func accountDraft(
        _ record: CSVReader.Record, _ places: ImportPlaces, _ county: String, _ check: inout ImportCheck, _ desk: Desk
    ) -> (AccountDraft, PhoneNumber?)? {
        guard let village = places.village(record["village"]) else {
            check.bad(record, "village", "no-such-village")
            return nil
        }
        let raw: RawInputs = [
            "number": .text(record["number"]), "village": .text(village.text), "name": .text(record["name"]),
            "address": .text(record["address"]), "phone": .text(record["phone"]), "meter": .text(record["meter"]),
            "kind": .text(record["kind"].isEmpty ? "residential" : record["kind"]),
        ]
        guard let typed = check.parse(AddAccount.self, raw, record) else { return nil }
        guard typed.number.utf8.allSatisfy({ (48...57).contains($0) }) else {
            check.bad(record, "number", "not-an-account-number")
            return nil
        }
        return (
            AccountDraft(
                county: county, number: typed.number, village: village, name: typed.name, address: typed.address,
                meter: typed.meter, kind: typed.kind, opened: desk.clock.now.day), typed.phone
        )
    }
}

/// Gathers what is wrong.
struct ImportCheck {
    private let words: Words
    private(set) var bad: [ImportReport.Line] = []
    /// More complaints than this are not listed.
    private static let most = 1000

    init(desk: Desk, words: Words?) {
        self.words = words ?? desk.locales.words(.chinese)
    }

    func report(_ imported: Int) -> ImportReport { ImportReport(imported: imported, bad: bad) }

    mutating func read(
        _ csv: [UInt8], columns: [String], limit: Int, _ each: (inout ImportCheck, CSVReader.Record) throws -> Void
    ) throws {
        var reader = CSVReader(csv)
        for column in columns where !reader.header.contains(column) {
            add(1, column, "no-such-column", ["column": column])
        }
        guard bad.isEmpty else { return }
        var count = 0
        while let record = reader.next() {
            count += 1
            guard count <= limit else { return add(record.line, "", "too-many", ["max": "\(limit)"]) }
            if record.hasWrongCount {
                bad(record, "", "wrong-number-of-columns")
            } else {
                try each(&self, record)
            }
            if bad.count >= Self.most { return }
        }
    }

    mutating func bad(
        _ record: CSVReader.Record, _ field: String, _ code: String, _ values: [String: String] = [:]
    ) {
        add(record.line, field, code, values)
    }

    private mutating func add(_ line: Int, _ field: String, _ code: String, _ values: [String: String] = [:]) {
        bad.append(.init(line: line, field: field, code: code, message: words("problem." + code, values)))
    }

    /// The row as the action that a person would have used reads it.
    mutating func parse<A: Action>(_ type: A.Type, _ raw: RawInputs, _ record: CSVReader.Record) -> A? {
        trying(record) { try InputRegistry.list(for: type).parse(type, raw) }
    }

    mutating func trying<T>(_ record: CSVReader.Record, _ body: () throws -> T) -> T? {
        do {
            return try body()
        } catch let problem as Problem {
            for complaint in problem.fields { bad(record, complaint.field, complaint.code, complaint.values) }
            if problem.fields.isEmpty { bad(record, "", problem.code, problem.values) }
            return nil
        } catch {
            bad(record, "", "invalid-input")
            return nil
        }
    }
}

/// Units of the county by path and, where only one has it, by name.
struct ImportPlaces: Sendable {
    private let byPath: [String: UnitInfo]
    private let byName: [String: UnitInfo]
    private let served: Set<ID<Unit>>
    private let pathByID: [ID<Unit>: String]

    init(_ units: [UnitInfo]) {
        let open = units.filter { !$0.isClosed }
        byPath = Dictionary(open.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        let named = Dictionary(grouping: open.filter { $0.kind == .township || $0.kind == .village }) { "\($0.kind)/\($0.name)" }
        byName = named.compactMapValues { $0.count == 1 ? $0.first : nil }
        served = Set(open.filter { $0.kind == .station }.compactMap(\.partner))
        pathByID = Dictionary(open.map { ($0.id, $0.path) }, uniquingKeysWith: { first, _ in first })
    }

    func township(_ text: String) -> UnitInfo? {
        if let unit = byPath[text], unit.kind == .township { return unit }
        return byName["township/\(text)"]
    }
    func village(_ text: String) -> ID<Village>? {
        if let unit = byPath[text], unit.kind == .village { return ID(unit.id.text) }
        return byName["village/\(text)"].map { ID($0.id.text) }
    }
    func hasStation(_ township: UnitInfo) -> Bool { served.contains(township.id) }
    func path(_ id: ID<Unit>?) -> String { id.flatMap { pathByID[$0] } ?? "" }
}

extension AddUnit {
    func draft() throws -> UnitDraft {
        UnitDraft(
            kind: kind, slug: slug, name: name, nameEn: nameEn ?? "", pinyin: pinyin?.lowercased(),
            place: try place(latitude, longitude), phone: phone?.digits, parent: parent, partner: partner)
    }
}

extension OpenServicePoint {
    func draft(today: Day) throws -> ServicePointDraft {
        ServicePointDraft(
            village: village, name: name, address: address, hours: hours, services: services ?? "",
            devices: devices ?? "", place: try place(latitude, longitude), opened: opened ?? today)
    }
}

extension Work {
    /// A village whose row was checked before.
    fileprivate func insertVillage(_ draft: UnitDraft, under places: ImportPlaces, county: String) throws {
        let id: ID<Unit> = newID()
        let path = "\(places.path(draft.parent))/\(draft.slug)"
        try tx.run(
            """
            INSERT INTO unit (id, county, kind, parent, path, name, name_en, pinyin, latitude, longitude, made_at)
            VALUES (\(id), \(county), 'village', \(draft.parent), \(path), \(draft.name), \(draft.nameEn),
                    \(draft.pinyin ?? initials(ofSlug: draft.slug)), \(draft.place?.latitude),
                    \(draft.place?.longitude), \(now))
            """)
        try record(EventDraft("unit.added", of: "unit", id.text, ["path": path, "kind": "village"], county: county))
    }

    fileprivate func putAccount(_ draft: AccountDraft, _ phone: PhoneNumber?) throws {
        let hash = phone.map { desk.keys.hash($0) }
        if let phone {
            try tx.run(
                """
                INSERT INTO person (id, county, name, phone, phone_hash, phone_tail, customer, active, made_at)
                VALUES (\(newID(Person.self)), \(draft.county), \(draft.name), \(try desk.keys.seal(phone.digits)), \(hash),
                        \(phone.lastFour), 1, 1, \(now))
                ON CONFLICT DO NOTHING
                """)
        }
        try tx.run(
            """
            INSERT INTO account (id, county, number, village, customer, name, address, meter, kind, opened)
            VALUES (\(newID(Account.self)), \(draft.county), \(draft.number), \(draft.village),
                    (SELECT id FROM person WHERE phone_hash = \(hash) AND customer = 1), \(draft.name),
                    \(draft.address), \(draft.meter), \(draft.kind), \(draft.opened))
            ON CONFLICT (county, number) DO UPDATE SET village = excluded.village,
                customer = COALESCE(excluded.customer, account.customer), name = excluded.name,
                address = excluded.address, meter = excluded.meter, kind = excluded.kind
            """)
    }
}
