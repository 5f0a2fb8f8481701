import Desk
import PowerRules
import Registry
import Storage
import Values

/// An interruption with what its figures are told apart by.
struct ReliabilityRow: Sendable {
    let id: String
    let village: String
    let interruption: Interruption
}

/// Customers who are supplied, by feeder, area and village.
struct ServedShare: Sendable {
    let feeder: String
    let area: String
    let village: String
    let customers: Int
}

extension Transaction {
    private static let interruptionsMax = 200_000

    private static func within(_ scope: ResultScope) -> SQL {
        scope.isWholeCounty ? "" : "AND i.village IN \(list: scope.villages.map(\.id.text))"
    }

    /// Interruptions that began in a time, in its order.
    func interruptions(_ scope: ResultScope, from: Instant, to: Instant) throws -> [ReliabilityRow] {
        try rows(
            """
            SELECT i.id, i.origin, i.started_at, i.restored_at, i.customers, i.planned, i.cause, i.area, i.feeder, i.low,
                   i.high, COALESCE(i.village, '') FROM interruption i
            WHERE i.county = \(scope.county) AND i.started_at >= \(from) AND i.started_at < \(to)
            \(sql: Self.within(scope)) ORDER BY i.started_at, i.id LIMIT \(Self.interruptionsMax)
            """
        ) { row in
            let cause: String = row[6]
            let (low, high): (Int, Int) = (row[9], row[10])
            return ReliabilityRow(
                id: row[0], village: row[11],
                interruption: Interruption(
                    event: row[1], start: row[2], restored: row[3], customers: row[4], isPlanned: row[5], cause: cause,
                    area: row[7], feeder: row[8], positions: high > low ? low..<high : nil,
                    isExternal: cause == "upstream", isLimitedSupply: cause == "limited"))
        }
    }

    /// Customer milliseconds of sustained interruptions by day of beginning.
    func dailyLoss(_ scope: ResultScope, from: Instant, to: Instant) throws -> [Day: Int64] {
        // The day in Asia/Shanghai; five minutes exactly are momentary.
        let found = try rows(
            """
            SELECT CAST((i.started_at + 28800000) / 86400000 AS BIGINT),
                   CAST(SUM(i.customers * (i.restored_at - i.started_at)) AS BIGINT)
            FROM interruption i
            WHERE i.county = \(scope.county) AND i.started_at >= \(from) AND i.started_at < \(to)
            AND i.restored_at - i.started_at > 300000 \(sql: Self.within(scope)) GROUP BY 1
            """
        ) { (Day(number: Int32($0[0] as Int)), $0[1] as Int64) }
        return Dictionary(found, uniquingKeysWith: +)
    }

    /// Customers of the network as it stands; a village without a network counts its accounts.
    func served(_ scope: ResultScope) throws -> [ServedShare] {
        let villages = scope.villages.map(\.id.text)
        var shares = try rows(
            """
            SELECT f.id, w.area, w.village, w.customers FROM area_village w JOIN feeder f ON f.version = w.version
            WHERE f.county = \(scope.county) AND w.village IN \(list: villages)
            """
        ) { ServedShare(feeder: $0[0], area: $0[1], village: $0[2], customers: $0[3]) }
        let known = Set(shares.map(\.village))
        for (village, households) in try households(scope).sorted(by: { $0.key < $1.key })
        where !known.contains(village) && households > 0 {
            shares.append(ServedShare(feeder: "", area: "", village: village, customers: households))
        }
        return shares
    }

    func feederNames(county: String) throws -> [String: String] {
        Dictionary(
            try rows("SELECT id, name FROM feeder WHERE county = \(county)") { ($0[0] as String, $0[1] as String) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The interruptions that a figure counts, key-paged by their beginning.
    func interruptionList(
        _ scope: ResultScope, from: Instant, to: Instant, feeder: String?, area: String?, cause: String?,
        planned: Bool?, after: (Int64, String)?, limit: Int
    ) throws -> [(id: String, started: Instant, restored: Instant, customers: Int, planned: Bool, cause: String, area: String, village: String, number: String?)] {
        var only: SQL = ""
        if let feeder { only += " AND i.feeder = \(feeder)" }
        if let area { only += " AND i.area = \(area)" }
        if let cause { only += " AND i.cause = \(cause)" }
        if let planned { only += " AND i.planned = \(planned)" }
        if let after { only += " AND (i.started_at > \(after.0) OR (i.started_at = \(after.0) AND i.id > \(after.1)))" }
        return try rows(
            """
            SELECT i.id, i.started_at, i.restored_at, i.customers, i.planned, i.cause,
                   COALESCE((SELECT MAX(t.name) FROM transformer_area t WHERE t.id = i.area), ''), COALESCE(u.name, ''),
                   COALESCE((SELECT p.number FROM planned_outage p WHERE p.id = i.origin),
                            (SELECT c.number FROM cases c WHERE c.id = i.origin))
            FROM interruption i LEFT JOIN unit u ON u.id = i.village
            WHERE i.county = \(scope.county) AND i.started_at >= \(from) AND i.started_at < \(to)
            \(sql: Self.within(scope)) \(sql: only) ORDER BY i.started_at, i.id LIMIT \(limit)
            """
        ) {
            (
                id: $0[0], started: $0[1], restored: $0[2], customers: $0[3], planned: $0[4], cause: $0[5], area: $0[6],
                village: $0[7], number: $0[8]
            )
        }
    }

    // MARK: Promises

    /// Limits of outages that were opened in a time: how many were kept, missed, or still run. One that
    /// became part of another is not counted beside it.
    func promises(_ scope: ResultScope, from: Instant, to: Instant) throws -> [(limit: String, kept: Int, missed: Int, open: Int)] {
        let villages: SQL = scope.isWholeCounty ? "" : "AND c.village IN \(list: scope.villages.map(\.id.text))"
        return try rows(
            """
            SELECT l.name, CAST(SUM(CASE WHEN l.breached_at IS NULL AND l.stopped_at IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT),
                   CAST(SUM(CASE WHEN l.breached_at IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT),
                   CAST(SUM(CASE WHEN l.breached_at IS NULL AND l.stopped_at IS NULL THEN 1 ELSE 0 END) AS BIGINT)
            FROM cases c JOIN case_limit l ON l.case_id = c.id
            WHERE c.county = \(scope.county) AND c.kind = 'outage' AND c.merged_into IS NULL AND c.key >= \(from.milliseconds << 20)
            AND c.key < \(to.milliseconds << 20) \(sql: villages) GROUP BY l.name ORDER BY l.name
            """
        ) { (limit: $0[0], kept: $0[1], missed: $0[2], open: $0[3]) }
    }

    /// The outages whose limit was kept or missed, the newest first.
    func promised(
        _ scope: ResultScope, from: Instant, to: Instant, limit name: String, missed: Bool, before: Int64?, limit: Int
    ) throws -> [(key: Int64, number: String, villageName: String, due: Instant, stopped: Instant?)] {
        let villages: SQL = scope.isWholeCounty ? "" : "AND c.village IN \(list: scope.villages.map(\.id.text))"
        let kept: SQL =
            missed ? "AND l.breached_at IS NOT NULL" : "AND l.breached_at IS NULL AND l.stopped_at IS NOT NULL"
        let high = before ?? to.milliseconds << 20
        return try rows(
            """
            SELECT c.key, c.number, c.village_name, l.due_at, l.stopped_at
            FROM cases c JOIN case_limit l ON l.case_id = c.id AND l.name = \(name)
            WHERE c.county = \(scope.county) AND c.kind = 'outage' AND c.merged_into IS NULL
            AND c.key >= \(from.milliseconds << 20) AND c.key < \(high) \(sql: villages) \(sql: kept) ORDER BY c.key DESC LIMIT \(limit)
            """
        ) { (key: $0[0], number: $0[1], villageName: $0[2], due: $0[3], stopped: $0[4]) }
    }

    // MARK: Planning

    /// Requests about low voltage and frequent outages since then, by the transformer area of their
    /// account, or their village where no account says it.
    func supplyComplaints(_ scope: ResultScope, since: Instant) throws
        -> [(area: String?, village: String, voltage: Int, outages: Int)]
    {
        try rows(
            """
            SELECT y.area, COALESCE(c.village, ''),
                   CAST(SUM(CASE WHEN c.extra LIKE \(SupplyMatter.voltage.pattern) THEN 1 ELSE 0 END) AS BIGINT),
                   CAST(SUM(CASE WHEN c.extra LIKE \(SupplyMatter.outage.pattern) THEN 1 ELSE 0 END) AS BIGINT)
            \(sql: complaints(scope, since))
            AND (c.extra LIKE \(SupplyMatter.voltage.pattern) OR c.extra LIKE \(SupplyMatter.outage.pattern))
            GROUP BY y.area, c.village
            """
        ) { (area: $0[0], village: $0[1], voltage: $0[2], outages: $0[3]) }
    }

    /// A complaint about a person is none of these; complaints are counted as everywhere (H7).
    private func complaints(_ scope: ResultScope, _ since: Instant) -> SQL {
        let villages: SQL = scope.isWholeCounty ? "" : "AND c.village IN \(list: scope.villages.map(\.id.text))"
        return """
            FROM cases c LEFT JOIN account a ON a.county = c.county AND a.number = c.account
            LEFT JOIN supply y ON y.account = a.id
                AND y.version IN (SELECT f.version FROM feeder f WHERE f.county = \(scope.county))
            WHERE c.county = \(scope.county) AND c.kind IN ('usage', 'complaint') AND c.key >= \(since.milliseconds << 20)
            AND c.confidential = 0 AND c.merged_into IS NULL \(sql: villages)
            """
    }

    /// The cases behind one count of the planning list, the newest first.
    /// - Parameter area: nil: those of which no account says the area.
    func supplyComplaintCases(
        _ scope: ResultScope, since: Instant, _ matter: SupplyMatter, area: String?, unknownVillage: Bool, before: Int64?,
        limit: Int
    ) throws -> [ResultCase] {
        var only: SQL = area.map { "AND y.area = \($0)" } ?? "AND y.area IS NULL"
        if unknownVillage { only += " AND c.village IS NULL" }
        if let before { only += " AND c.key < \(before)" }
        return try rows(
            """
            SELECT c.key, c.number, c.kind, c.kind_version, c.village_name, c.state, c.opened_at, c.resolved_at, c.in_limit,
                   c.reopened, c.satisfaction, c.what, c.open
            \(sql: complaints(scope, since)) AND c.extra LIKE \(matter.pattern) \(sql: only)
            ORDER BY c.key DESC LIMIT \(limit)
            """, ResultCase.init)
    }

    /// Names and villages of the areas of a county.
    func areaHomes(county: String) throws -> [String: (name: String, village: String)] {
        let found = try rows(
            """
            SELECT t.id, t.name, COALESCE(t.village, '') FROM transformer_area t JOIN feeder f ON f.version = t.version
            WHERE f.county = \(county)
            """
        ) { ($0[0] as String, (name: $0[1] as String, village: $0[2] as String)) }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }
}
