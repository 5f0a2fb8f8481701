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
            WHERE o.listed_at IS NULL AND NOT EXISTS (SELECT 1 FROM planned_spared d WHERE d.outage = o.id) ORDER BY o.id LIMIT 1\(sql: skipLocked.isEmpty ? "" : " FOR UPDATE OF o SKIP LOCKED")
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
            ON CONFLICT (outage, account) DO UPDATE SET pos = excluded.pos, area = excluded.area, by_hand = 0, concerned = 1
            """)
        try run("UPDATE planned_outage SET list_cursor = \(to - 1) WHERE id = \(waiting.id)")
        return true
    }

    // MARK: After a change of the area

    /// Everything that it switched off is forgotten; its list waits to be put together anew.
    func dropPlannedReach(of outage: ID<PlannedOutage>) throws {
        try run("DELETE FROM planned_device WHERE outage = \(outage)")
        try run("DELETE FROM planned_range WHERE outage = \(outage)")
        try run("UPDATE planned_outage SET list_cursor = -1, listed_at = NULL WHERE id = \(outage)")
    }

    func insertSpared(_ id: ID<PlannedRow>, of outage: ID<PlannedOutage>, _ range: Range<Int>, data: [String: String]) throws {
        try run(
            """
            INSERT INTO planned_spared (id, outage, low, high, data)
            VALUES (\(id), \(outage), \(range.lowerBound), \(range.upperBound), \(jsonText(data)))
            """)
    }

    func dropVillage(_ village: ID<Village>, of outage: ID<PlannedOutage>) throws {
        try run("DELETE FROM planned_village WHERE outage = \(outage) AND village = \(village)")
    }

    /// Takes those of a village that were put there by hand off the list.
    func takeByHand(of outage: ID<PlannedOutage>, in village: ID<Village>) throws -> [PlannedToTell] {
        let found = try rows(
            """
            \(sql: Self.plannedToTell) WHERE h.outage = \(outage) AND h.village = \(village) AND h.by_hand = 1 AND h.concerned = 1 ORDER BY h.account
            """, PlannedToTell.init)
        try run("DELETE FROM planned_household WHERE outage = \(outage) AND village = \(village) AND by_hand = 1")
        return found
    }

    /// Some households whose light stays on are taken off the list.
    /// - Returns: nil when nobody waits; what they are told, where they had been told of the outage.
    func spare(limit: Int) throws -> (outage: ID<PlannedOutage>, data: [String: String], households: [PlannedToTell])? {
        let waiting = try first(
            "SELECT id, outage, low, high, data FROM planned_spared ORDER BY id LIMIT 1\(sql: skipLocked)"
        ) {
            (
                id: $0[0] as String, outage: $0[1] as ID<PlannedOutage>, range: ($0[2] as Int)..<($0[3] as Int),
                data: jsonFields($0[4])
            )
        }
        guard let waiting else { return nil }
        let found = try rows(
            """
            \(sql: Self.plannedToTell) WHERE h.outage = \(waiting.outage) AND h.by_hand = 0 AND h.pos >= \(waiting.range.lowerBound)
            AND h.pos < \(waiting.range.upperBound) ORDER BY h.account LIMIT \(limit)
            """, PlannedToTell.init)
        try run(
            "DELETE FROM planned_household WHERE outage = \(waiting.outage) AND account IN \(list: found.map(\.account))")
        if found.count < limit { try run("DELETE FROM planned_spared WHERE id = \(waiting.id)") }
        return (waiting.outage, waiting.data, found)
    }
}
