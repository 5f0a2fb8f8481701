import Desk
import Registry
import Storage
import Values

extension Transaction {
    /// The next outage whose time has something to do with it.
    func plannedDue(at now: Instant) throws -> PlannedOutage? {
        let id: ID<PlannedOutage>? = try value(
            "SELECT id FROM planned_outage WHERE next_at <= \(now) ORDER BY next_at, id LIMIT 1\(sql: skipLocked)")
        return try id.flatMap { try planned($0) }
    }

    /// Puts the connected accounts of some positions onto the list that waits longest.
    /// - Returns: false when all lists are whole.
    func listHouseholds(positions: Int, at now: Instant) throws -> Bool {
        let waiting = try first(
            """
            SELECT o.id, o.county, o.list_cursor, f.version FROM planned_outage o JOIN feeder f ON f.id = o.feeder
            WHERE o.listed_at IS NULL ORDER BY o.id LIMIT 1\(sql: skipLocked.isEmpty ? "" : " FOR UPDATE OF o SKIP LOCKED")
            """
        ) { (id: $0[0] as ID<PlannedOutage>, county: $0[1] as String, cursor: $0[2] as Int, version: $0[3] as String?) }
        guard let waiting else { return false }
        let next = try first(
            """
            SELECT low, high FROM planned_range WHERE outage = \(waiting.id) AND high > \(waiting.cursor + 1)
            ORDER BY low LIMIT 1
            """
        ) { ($0[0] as Int)..<($0[1] as Int) }
        guard let next, let version = waiting.version else {
            try run("UPDATE planned_outage SET listed_at = \(now) WHERE id = \(waiting.id)")
            return true
        }
        let from = Swift.max(next.lowerBound, waiting.cursor + 1)
        let to = Swift.min(next.upperBound, from + positions)
        try run(
            """
            INSERT INTO planned_household (outage, account, county, village, pos, area, by_hand, concerned)
            SELECT \(waiting.id), c.id, \(waiting.county), c.village, y.pos, y.area, 0, 1
            FROM supply y JOIN account c ON c.id = y.account
            WHERE y.version = \(version) AND y.pos >= \(from) AND y.pos < \(to) AND c.closed IS NULL
            ON CONFLICT (outage, account) DO NOTHING
            """)
        try run("UPDATE planned_outage SET list_cursor = \(to - 1) WHERE id = \(waiting.id)")
        return true
    }
}
