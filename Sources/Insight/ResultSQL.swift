import Desk
import Storage
import Values

/// All SQL of the figures.
struct CountedCell: Sendable {
    let key: String
    let measure: String
    let n: Int
}

extension Transaction {
    /// Sums of the counters and of the changes that no worker has folded yet, so that a figure
    /// agrees with its list at every moment.
    func counted(
        _ scope: ResultScope, by group: ResultGroup, from: Month, to: Month, kind: String?, channel: Channel?
    ) throws -> [CountedCell] {
        let part = group.column
        var condition = scope.condition + " AND month >= \(from.text) AND month <= \(to.text)"
        if !scope.countsHidden { condition += " AND hidden = 0" }
        if let kind { condition += " AND kind = \(kind)" }
        if let channel { condition += " AND channel = \(channel)" }
        return try rows(
            """
            SELECT q.part, q.measure, CAST(SUM(q.n) AS BIGINT) FROM (
                SELECT \(sql: part) AS part, measure, n FROM case_count WHERE \(sql: condition)
                UNION ALL
                SELECT \(sql: part) AS part, measure, n FROM case_delta WHERE \(sql: condition)) q
            GROUP BY q.part, q.measure ORDER BY q.part, q.measure
            """
        ) { CountedCell(key: $0[0], measure: $0[1], n: $0[2]) }
    }

    /// Open accounts by village: the households on which "per 1,000" rests.
    func households(_ scope: ResultScope) throws -> [String: Int] {
        guard !scope.villages.isEmpty else { return [:] }
        let counts = try rows(
            """
            SELECT village, COUNT(*) FROM account
            WHERE village IN \(list: scope.villages.map(\.id.text)) AND closed IS NULL GROUP BY village ORDER BY village
            """
        ) { ($0[0] as String, $0[1] as Int) }
        return Dictionary(counts, uniquingKeysWith: { first, _ in first })
    }

    /// Keys of the cases that one figure counts, newest first.
    func resultCases(
        _ scope: ResultScope, _ measure: Measure, from: Month, to: Month, unknownVillage: Bool, kind: String?,
        channel: Channel?, hiddenFrom person: ID<Person>?, before: Int64?, limit: Int
    ) throws -> [ResultCase] {
        // A key begins with the moment at which the case was opened.
        let low = from.firstDay.start.milliseconds << 20
        let high = min(before ?? .max, to.adding(months: 1).firstDay.start.milliseconds << 20)
        var condition = scope.condition + " AND key >= \(low) AND key < \(high)" + measure.condition
        if unknownVillage { condition += " AND village IS NULL" }
        if !scope.countsHidden { condition += " AND confidential = 0" }
        if let person { condition += " AND (hidden_from IS NULL OR hidden_from NOT LIKE \("%\(person.text)%"))" }
        if let kind { condition += " AND kind = \(kind)" }
        if let channel { condition += " AND channel = \(channel)" }
        return try rows(
            """
            SELECT key, number, kind, kind_version, village_name, state, opened_at, resolved_at, in_limit, reopened,
                   satisfaction, what, open FROM cases
            WHERE \(sql: condition) ORDER BY key DESC LIMIT \(limit)
            """, ResultCase.init)
    }
}

struct ResultCase: Sendable {
    let key: Int64
    let number: String
    let kind: String
    let kindVersion: Int
    let villageName: String
    let state: String
    let openedAt: Instant
    let resolvedAt: Instant?
    let isInLimit: Bool?
    let reopened: Int
    let satisfaction: Int?
    let what: String
    let isOpen: Bool

    init(_ row: Row) {
        key = row[0]
        number = row[1]
        kind = row[2]
        kindVersion = row[3]
        villageName = row[4]
        state = row[5]
        openedAt = row[6]
        resolvedAt = row[7]
        isInLimit = row[8]
        reopened = row[9]
        satisfaction = row[10]
        what = row[11] as String? ?? ""
        isOpen = row[12]
    }
}

extension Measure {
    /// The same definition as the counter's, on the rows themselves (Desk/Cases: `countMove`).
    var condition: SQL {
        switch self {
        case .opened: ""
        case .resolved: " AND resolved_at IS NOT NULL"
        case .inLimit: " AND resolved_at IS NOT NULL AND in_limit = 1"
        case .late: " AND resolved_at IS NOT NULL AND in_limit = 0"
        case .confirmed: " AND outcome = 'confirmed'"
        case .unconfirmed: " AND outcome = 'unconfirmed'"
        case .reopened: " AND reopened > 0"
        case .merged: " AND merged_into IS NOT NULL"
        case .withdrawn: " AND state = 'withdrawn'"
        case .rated: " AND satisfaction IS NOT NULL"
        }
    }
}

extension ResultGroup {
    fileprivate var column: SQL {
        switch self {
        case .village: "village"
        case .kind: "kind"
        case .channel: "channel"
        case .month: "month"
        }
    }
}
