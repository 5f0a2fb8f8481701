import Desk
import Registry
import Storage
import Values

struct PlannedHouseholdRow {
    let account: ID<Account>
    let number: String
    let name: String
    let address: String
    let villageName: String
    let path: String
    let area: String?
    let isByHand: Bool
    let toldAt: Instant?
}

/// How many households an outage concerns, and how far they were told.
struct PlannedCounts: Sendable, Equatable {
    let households: Int
    let byHand: Int
    /// On the list and not told of it; the target is 0 once it was announced.
    let untold: Int
    /// Without a link to a transformer and not looked at; the target is 0.
    let unplaced: Int
}

extension Transaction {
    /// No more are counted than somebody counts.
    private static let countMax = 1_000

    func isListedByNetwork(_ account: ID<Account>, of outage: ID<PlannedOutage>) throws -> Bool {
        try value(
            "SELECT 1 FROM planned_household WHERE outage = \(outage) AND account = \(account) AND by_hand = 0") as Int?
            != nil
    }

    func place(_ account: AccountInfo, in outage: PlannedOutage, isConcerned: Bool) throws {
        try run(
            """
            INSERT INTO planned_household (outage, account, county, village, by_hand, concerned)
            VALUES (\(outage.id), \(account.id), \(outage.county), \(account.village), 1, \(isConcerned))
            ON CONFLICT (outage, account) DO UPDATE SET concerned = excluded.concerned
            """)
    }

    func markTold(_ account: ID<Account>, of outage: ID<PlannedOutage>, at now: Instant) throws {
        try run(
            """
            UPDATE planned_household SET told_at = \(now), told_by = 'late'
            WHERE outage = \(outage) AND account = \(account)
            """)
    }

    /// Households that were put there by hand, by village.
    func plannedByHand(of outage: ID<PlannedOutage>) throws -> [(village: ID<Village>, customers: Int)] {
        try rows(
            """
            SELECT village, COUNT(*) FROM planned_household
            WHERE outage = \(outage) AND by_hand = 1 AND concerned = 1 GROUP BY village ORDER BY village
            """
        ) { (village: $0[0], customers: $0[1]) }
    }

    /// Accounts of the villages concerned that no transformer is known for and nobody has looked at.
    private static func unplaced(_ outage: ID<PlannedOutage>) -> SQL {
        """
        FROM planned_village v JOIN account a ON a.village = v.village JOIN unit u ON u.id = a.village
        WHERE v.outage = \(outage) AND a.closed IS NULL
        AND NOT EXISTS (SELECT 1 FROM supply y JOIN feeder f ON f.version = y.version WHERE y.account = a.id)
        AND NOT EXISTS (SELECT 1 FROM planned_household h WHERE h.outage = v.outage AND h.account = a.id)
        """
    }

    func unplacedCount(of outage: ID<PlannedOutage>) throws -> Int {
        try value(
            "SELECT COUNT(*) FROM (SELECT a.id \(sql: Self.unplaced(outage)) LIMIT \(Self.countMax)) k") as Int? ?? 0
    }

    func plannedCounts(of outage: ID<PlannedOutage>) throws -> PlannedCounts {
        let row = try first(
            """
            SELECT COUNT(*), CAST(COALESCE(SUM(by_hand), 0) AS BIGINT),
                   CAST(COALESCE(SUM(CASE WHEN told_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT)
            FROM planned_household WHERE outage = \(outage) AND concerned = 1
            """
        ) { (households: $0[0] as Int, byHand: $0[1] as Int, untold: $0[2] as Int) }
        return PlannedCounts(
            households: row?.households ?? 0, byHand: row?.byHand ?? 0, untold: row?.untold ?? 0,
            unplaced: try unplacedCount(of: outage))
    }

    func plannedHouseholds(
        of outage: ID<PlannedOutage>, villages: [ID<Village>], part: PlannedPart, after: ID<Account>?, limit: Int
    ) throws -> [PlannedHouseholdRow] {
        let read: (Row) throws -> PlannedHouseholdRow = {
            PlannedHouseholdRow(
                account: $0[0], number: $0[1], name: $0[2], address: $0[3], villageName: $0[4], path: $0[5], area: $0[6],
                isByHand: $0[7], toldAt: $0[8])
        }
        if part == .unplaced {
            let beyond: SQL = after.map { "AND a.id > \($0)" } ?? ""
            return try rows(
                """
                SELECT a.id, a.number, a.name, a.address, u.name, u.path, NULL, 1, NULL \(sql: Self.unplaced(outage))
                AND a.village IN \(list: villages) \(sql: beyond) ORDER BY a.id LIMIT \(limit)
                """, read)
        }
        let beyond: SQL = after.map { "AND h.account > \($0)" } ?? ""
        let only: SQL =
            switch part {
            case .untold: "AND h.told_at IS NULL"
            case .tagged:
                "AND EXISTS (SELECT 1 FROM household_tag t WHERE t.account = h.account AND t.ended_at IS NULL)"
            default: ""
            }
        return try rows(
            """
            SELECT h.account, a.number, a.name, a.address, u.name, u.path,
                   (SELECT MAX(t.name) FROM transformer_area t WHERE t.id = h.area), h.by_hand, h.told_at
            FROM planned_household h JOIN account a ON a.id = h.account JOIN unit u ON u.id = a.village
            WHERE h.outage = \(outage) AND h.concerned = 1 AND h.village IN \(list: villages) \(sql: only) \(sql: beyond)
            ORDER BY h.account LIMIT \(limit)
            """, read)
    }
}
