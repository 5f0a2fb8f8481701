package import Desk
package import Grid
package import Registry
package import Storage
package import Values

/// A village that an outage concerns, and the notice that stands there.
package struct PlannedVillage: Sendable {
    package let village: ID<Village>
    package let path: String
    package let name: Texts
    package let customers: Int
    package let notice: ID<Notice>?
}

extension Transaction {
    private static let plannedColumns: SQL = """
        o.id, o.county, o.number, o.kind, o.state, o.station, o.feeder, o.line, o.work, o.contact, o.phone, o.start_at,
        o.end_at, o.customers, o.asked_by, o.asked_at, o.waiver, o.decided_by, o.decided_at, o.reason, o.announced_at,
        o.started_at, o.finished_at, o.round, o.step, o.listed_at, o.passed_at, o.version
        """

    private static func readPlanned(_ row: Row) -> PlannedOutage {
        PlannedOutage(
            id: row[0], county: row[1], number: row[2], kind: row[3], state: row[4], station: row[5], feeder: row[6],
            line: row[7], work: row[8], contact: row[9], phone: row[10], start: row[11], end: row[12], customers: row[13],
            askedBy: row[14], askedAt: row[15], waiver: row[16], decidedBy: row[17], decidedAt: row[18], reason: row[19],
            announcedAt: row[20], startedAt: row[21], finishedAt: row[22], round: row[23], step: row[24],
            listedAt: row[25], passedAt: row[26], version: row[27])
    }

    package func planned(_ number: Code) throws -> PlannedOutage? {
        try first("SELECT \(sql: Self.plannedColumns) FROM planned_outage o WHERE o.number = \(number)", Self.readPlanned)
    }

    package func planned(_ id: ID<PlannedOutage>) throws -> PlannedOutage? {
        try first("SELECT \(sql: Self.plannedColumns) FROM planned_outage o WHERE o.id = \(id)", Self.readPlanned)
    }

    /// - Returns: false when the number is taken.
    func insert(_ o: PlannedOutage) throws -> Bool {
        try change(
            """
            INSERT INTO planned_outage (id, county, number, kind, state, station, feeder, line, work, contact, phone,
                start_at, end_at, customers, asked_by, asked_at, waiver, round, step, list_cursor, passed_at, next_at,
                version)
            VALUES (\(o.id), \(o.county), \(o.number), \(o.kind), \(o.state), \(o.station), \(o.feeder), \(o.line),
                \(o.work), \(o.contact), \(o.phone), \(o.start), \(o.end), \(o.customers), \(o.askedBy), \(o.askedAt),
                \(o.waiver), \(o.round), \(o.step), -1, \(o.passedAt), \(o.nextAt), 1)
            ON CONFLICT (number) DO NOTHING
            """) == 1
    }

    /// - Throws: `planned-changed` (409) when somebody else was faster.
    func save(_ o: PlannedOutage) throws {
        let saved = try change(
            """
            UPDATE planned_outage SET state = \(o.state), line = \(o.line), work = \(o.work), contact = \(o.contact),
                phone = \(o.phone), customers = \(o.customers), start_at = \(o.start), end_at = \(o.end), waiver = \(o.waiver),
                decided_by = \(o.decidedBy), decided_at = \(o.decidedAt), reason = \(o.reason),
                announced_at = \(o.announcedAt), started_at = \(o.startedAt), finished_at = \(o.finishedAt),
                round = \(o.round), step = \(o.step), passed_at = \(o.passedAt), next_at = \(o.nextAt),
                version = version + 1
            WHERE id = \(o.id) AND version = \(o.version)
            """)
        guard saved == 1 else { throw Problem(.conflict, "planned-changed", ["number": o.number.text]) }
    }

    // MARK: What it switches off

    func insert(_ device: PlannedDevice, of outage: ID<PlannedOutage>) throws {
        try run(
            """
            INSERT INTO planned_device (outage, device, code, name)
            VALUES (\(outage), \(device.id), \(device.code), \(device.name)) ON CONFLICT DO NOTHING
            """)
    }

    package func plannedDevices(of outage: ID<PlannedOutage>) throws -> [PlannedDevice] {
        try rows("SELECT device, code, name FROM planned_device WHERE outage = \(outage) ORDER BY code, device") {
            PlannedDevice(id: $0[0], code: $0[1], name: $0[2])
        }
    }

    func insertRange(
        _ id: ID<PlannedRow>, of outage: ID<PlannedOutage>, _ range: Range<Int>, step: Int? = nil, restoredAt: Instant? = nil
    ) throws {
        try run(
            """
            INSERT INTO planned_range (id, outage, low, high, step, restored_at)
            VALUES (\(id), \(outage), \(range.lowerBound), \(range.upperBound), \(step), \(restoredAt))
            """)
    }

    func dropRange(_ id: String) throws { try run("DELETE FROM planned_range WHERE id = \(id)") }

    package func plannedRanges(of outage: ID<PlannedOutage>) throws -> [PlannedRange] {
        try rows(
            "SELECT id, low, high, step, restored_at FROM planned_range WHERE outage = \(outage) ORDER BY low, id"
        ) {
            PlannedRange(id: $0[0], positions: ($0[1] as Int)..<($0[2] as Int), step: $0[3], restoredAt: $0[4])
        }
    }

    func insertVillage(_ village: ID<Village>, path: String, customers: Int, of outage: ID<PlannedOutage>) throws {
        try run(
            """
            INSERT INTO planned_village (outage, village, path, customers) VALUES (\(outage), \(village), \(path), \(customers))
            ON CONFLICT (outage, village) DO UPDATE SET customers = excluded.customers
            """)
    }

    /// Villages concerned, with how many customers and the notice that stands there.
    package func plannedVillages(of outage: ID<PlannedOutage>) throws -> [PlannedVillage] {
        try rows(
            """
            SELECT v.village, v.path, u.name, u.name_en, v.customers, v.notice FROM planned_village v
            JOIN unit u ON u.id = v.village WHERE v.outage = \(outage) ORDER BY v.path
            """
        ) { PlannedVillage(village: $0[0], path: $0[1], name: Texts(zh: $0[2], en: $0[3]), customers: $0[4], notice: $0[5]) }
    }

    func setNotice(_ notice: ID<Notice>?, in village: ID<Village>, of outage: ID<PlannedOutage>) throws {
        try run("UPDATE planned_village SET notice = \(notice) WHERE outage = \(outage) AND village = \(village)")
    }

    func withdraw(_ notice: ID<Notice>, by person: ID<Person>?, at now: Instant) throws {
        try run(
            """
            UPDATE notice SET withdrawn_at = \(now), withdrawn_by = \(person) WHERE id = \(notice) AND withdrawn_at IS NULL
            """)
    }

    // MARK: Others

    /// Planned outages of a feeder in these days that were not called off, other than one.
    func plannedOthers(
        feeder: ID<Feeder>, from: Instant, to: Instant, besides: ID<PlannedOutage>?
    ) throws -> [(id: ID<PlannedOutage>, number: Code, start: Instant, end: Instant)] {
        try rows(
            """
            SELECT id, number, start_at, end_at FROM planned_outage
            WHERE feeder = \(feeder) AND start_at >= \(from) AND start_at <= \(to)
            AND state IN ('asked', 'approved', 'running', 'finished') AND id <> \(besides?.text ?? "")
            ORDER BY start_at, id LIMIT 200
            """
        ) { (id: $0[0], number: $0[1], start: $0[2], end: $0[3]) }
    }

    func insertPlannedInterruption(
        _ id: ID<PlannedRow>, of o: PlannedOutage, step: Int, area: ID<TransformerArea>?, village: ID<Village>?,
        from: Instant, to: Instant, customers: Int, _ positions: Range<Int>
    ) throws {
        try run(
            """
            INSERT INTO interruption (id, county, origin, step, planned, feeder, area, village, cause, started_at,
                restored_at, customers, low, high)
            VALUES (\(id), \(o.county), \(o.id), \(step), 1, \(o.feeder), \(area?.text ?? ""), \(village), 'planned-work',
                \(from), \(to), \(customers), \(positions.lowerBound), \(positions.upperBound))
            ON CONFLICT (origin, step, area, village) DO NOTHING
            """)
    }

    // MARK: Lists

    /// Outages that begin from then on, by their start, key-paged.
    func planned(
        where sight: SQL, county: String, from: Instant, to: Instant, state: PlannedState?, after: (Instant, String)?,
        limit: Int
    ) throws -> [PlannedOutage] {
        let only: SQL = state.map { "AND o.state = \($0)" } ?? ""
        let beyond: SQL = after.map { "AND (o.start_at > \($0.0) OR (o.start_at = \($0.0) AND o.id > \($0.1)))" } ?? ""
        return try rows(
            """
            SELECT \(sql: Self.plannedColumns) FROM planned_outage o
            WHERE o.county = \(county) AND o.start_at >= \(from) AND o.start_at < \(to) AND \(sql: sight)
            \(sql: only) \(sql: beyond) ORDER BY o.start_at, o.id LIMIT \(limit)
            """, Self.readPlanned)
    }

    /// What is announced for a village and not over.
    package func plannedKnown(in village: ID<Village>, at now: Instant) throws -> [PlannedOutage] {
        try rows(
            """
            SELECT \(sql: Self.plannedColumns) FROM planned_village v JOIN planned_outage o ON o.id = v.outage
            WHERE v.village = \(village) AND o.state IN ('approved', 'running') ORDER BY o.start_at, o.id LIMIT 20
            """, Self.readPlanned)
    }

    /// Those that run; a stranger's county is not known, and all are shown.
    func plannedRunning(county: String, since: Instant) throws -> [PlannedOutage] {
        let within: SQL = county.isEmpty ? "" : "AND o.county = \(county)"
        return try rows(
            """
            SELECT \(sql: Self.plannedColumns) FROM planned_outage o
            WHERE o.state = 'running' AND o.start_at >= \(since) \(sql: within) ORDER BY o.start_at, o.id LIMIT 200
            """, Self.readPlanned)
    }

    /// Positions of a feeder that are dark by plan at this moment.
    package func plannedDarkNow(feeder: ID<Feeder>) throws -> [Range<Int>] {
        try rows(
            """
            SELECT r.low, r.high FROM planned_outage o JOIN planned_range r ON r.outage = o.id
            WHERE o.feeder = \(feeder) AND o.state = 'running' AND r.restored_at IS NULL ORDER BY r.low, r.id
            """
        ) { ($0[0] as Int)..<($0[1] as Int) }
    }
}

/// Which planned outages a list shows to somebody, as a piece of SQL over `planned_outage o`.
func plannedSight(_ actor: Actor) -> SQL {
    if actor.isSystem || actor.has(.company, .auditor) { return "(1 = 1)" }
    let stations = Set(actor.grants.map(\.unit)).sorted()
    let staff = actor.grants.filter { Role.staff.contains($0.role) && !$0.reach.isEmpty }
    var any: SQL = "(o.station IN \(list: stations)"
    for reach in Set(staff.map(\.reach)).sorted() {
        any += """
             OR EXISTS (SELECT 1 FROM planned_village v WHERE v.outage = o.id
                        AND (v.path = \(reach) OR (v.path > \(reach + "/") AND v.path < \(reach + "0"))))
            """
    }
    return any + ")"
}
