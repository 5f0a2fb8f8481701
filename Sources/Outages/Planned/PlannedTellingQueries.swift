import Desk
import Grid
import Registry
import Storage
import Values

struct WaitingTelling {
    let id: String
    let county: String
    let outage: ID<PlannedOutage>
    let template: String
    let data: [String: String]
    let positions: Range<Int>?
    let cursor: String
}

struct PlannedToTell {
    let account: ID<Account>
    let name: String
    let village: ID<Village>
    let customer: ID<Person>?
    let phone: [UInt8]?

    init(_ row: Row) {
        account = row[0]
        name = row[1]
        village = row[2]
        customer = row[3]
        phone = row[4]
    }
}

extension Transaction {
    func insertTelling(
        _ id: ID<PlannedRow>, _ outage: PlannedOutage, template: String, data: [String: String], positions: Range<Int>?,
        at now: Instant
    ) throws {
        try run(
            """
            INSERT INTO planned_telling (id, county, outage, template, data, round, low, high, made_at, cursor, told, visits)
            VALUES (\(id), \(outage.county), \(outage.id), \(template), \(jsonText(data)), \(outage.round),
                    \(positions?.lowerBound), \(positions?.upperBound), \(now), '', 0, 0)
            """)
    }

    /// The oldest that waits, of an outage whose list stands.
    func nextTelling() throws -> WaitingTelling? {
        try first(
            """
            SELECT t.id, t.county, t.outage, t.template, t.data, t.low, t.high, t.cursor FROM planned_telling t
            WHERE t.done_at IS NULL
            AND EXISTS (SELECT 1 FROM planned_outage o WHERE o.id = t.outage AND o.listed_at IS NOT NULL)
            ORDER BY t.id LIMIT 1\(sql: skipLocked)
            """
        ) { row in
            let low: Int? = row[5]
            let high: Int? = row[6]
            return WaitingTelling(
                id: row[0], county: row[1], outage: row[2], template: row[3], data: jsonFields(row[4]),
                positions: low.flatMap { low in high.map { low..<$0 } }, cursor: row[7])
        }
    }

    /// What `PlannedToTell` reads, of `planned_household h`.
    static var plannedToTell: SQL {
        """
        SELECT h.account, a.name, a.village, a.customer, p.phone FROM planned_household h
        JOIN account a ON a.id = h.account LEFT JOIN person p ON p.id = a.customer
        """
    }

    func plannedToTell(_ waiting: WaitingTelling, limit: Int) throws -> [PlannedToTell] {
        let within: SQL =
            waiting.positions.map { "AND COALESCE(h.pos, -1) >= \($0.lowerBound) AND COALESCE(h.pos, -1) < \($0.upperBound)" } ?? ""
        return try rows(
            """
            \(sql: Self.plannedToTell) WHERE h.outage = \(waiting.outage) AND h.account > \(waiting.cursor) AND h.concerned = 1 \(sql: within)
            ORDER BY h.account LIMIT \(limit)
            """, PlannedToTell.init)
    }

    func markTold(
        _ outage: ID<PlannedOutage>, from: ID<Account>, through: ID<Account>, _ waiting: WaitingTelling, at now: Instant
    ) throws {
        let within: SQL = waiting.positions.map { "AND COALESCE(pos, -1) >= \($0.lowerBound) AND COALESCE(pos, -1) < \($0.upperBound)" } ?? ""
        try run(
            """
            UPDATE planned_household SET told_at = \(now), told_by = \(waiting.template)
            WHERE outage = \(outage) AND account >= \(from) AND account <= \(through) AND concerned = 1 \(sql: within)
            """)
    }

    func advance(_ waiting: WaitingTelling, to cursor: String, told: Int, visits: Int, doneAt: Instant?) throws {
        try run(
            """
            UPDATE planned_telling SET cursor = \(cursor), told = told + \(told), visits = visits + \(visits),
                   done_at = \(doneAt)
            WHERE id = \(waiting.id)
            """)
    }

    /// The notices of an outage in their order, and how far each has come.
    func tellings(of outage: ID<PlannedOutage>) throws
        -> [(template: String, madeAt: Instant, told: Int, visits: Int, doneAt: Instant?)]
    {
        try rows(
            """
            SELECT template, made_at, told, visits, done_at FROM planned_telling WHERE outage = \(outage)
            ORDER BY id LIMIT 100
            """
        ) { (template: $0[0], madeAt: $0[1], told: $0[2], visits: $0[3], doneAt: $0[4]) }
    }
}
