package import Desk
package import Storage
package import Values

package enum Handover {}

package enum HandoverState: String, Sendable, Hashable, Codable, SQLBindable, SQLReadable {
    case proposed, approved, rejected
}

/// All open work of a representative who leaves, for a successor. Proposed by one, approved by
/// another; nothing moves before.
package struct HandoverInfo: Answer, Hashable {
    package let id: ID<Handover>
    package let station: ID<Unit>
    package let leaving: ID<Person>
    package let leavingName: String
    package let successor: ID<Person>
    package let successorName: String
    package let reason: String
    package let state: HandoverState
    package let proposedBy: ID<Person>
    package let proposedByName: String
    package let proposedAt: Instant
    package let decidedBy: ID<Person>?
    package let decidedByName: String?
    package let decidedAt: Instant?
    package let counts: HandoverCounts

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("station", .string(format: "uuid")),
                ("leaving", .string(format: "uuid")), ("leavingName", .text), ("successor", .string(format: "uuid")),
                ("successorName", .text), ("reason", .text), ("state", .choice(["proposed", "approved", "rejected"])),
                ("proposedBy", .string(format: "uuid")), ("proposedByName", .text), ("proposedAt", .moment),
                ("decidedBy", .string(format: "uuid")), ("decidedByName", .text), ("decidedAt", .moment),
                ("counts", HandoverCounts.schema),
            ], optional: ["decidedBy", "decidedByName", "decidedAt"])
    }
}

/// What goes over.
package struct HandoverCounts: Codable, Sendable, Hashable {
    package let villages: Int
    /// Open cases, the follow-ups among them.
    package let cases: Int
    /// Resolved cases that still wait for the customer's word or a follow-up call.
    package let followUps: Int
    /// Accounts in the villages.
    package let households: Int

    static var schema: Schema {
        .object([
            ("villages", .integer()), ("cases", .integer()), ("followUps", .integer()), ("households", .integer()),
        ])
    }
}

extension Transaction {
    package func handoverCounts(of leaving: ID<Person>) throws -> HandoverCounts {
        let villages = try currentPairings(of: leaving).map(\.village)
        let cases = try first(
            """
            SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN follow_up_at IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT)
            FROM cases WHERE assignee = \(leaving) AND open = 1
            """
        ) { (all: $0[0] as Int, calls: $0[1] as Int) }
        return HandoverCounts(
            villages: villages.count, cases: cases?.all ?? 0, followUps: cases?.calls ?? 0,
            households: try households(in: villages))
    }

    private static let handoverSelect: SQL = """
        SELECT h.id, h.station, h.leaving, l.name, h.successor, s.name, h.reason, h.state, h.proposed_by, p.name,
               h.proposed_at, h.decided_by, d.name, h.decided_at, h.villages, h.cases, h.follow_ups, h.households
        FROM handover h JOIN person l ON l.id = h.leaving JOIN person s ON s.id = h.successor
        JOIN person p ON p.id = h.proposed_by LEFT JOIN person d ON d.id = h.decided_by
        """

    private static func handoverInfo(_ row: Row) -> HandoverInfo {
        HandoverInfo(
            id: row[0], station: row[1], leaving: row[2], leavingName: row[3], successor: row[4], successorName: row[5],
            reason: row[6], state: row[7], proposedBy: row[8], proposedByName: row[9], proposedAt: row[10],
            decidedBy: row[11], decidedByName: row[12], decidedAt: row[13],
            counts: HandoverCounts(villages: row[14], cases: row[15], followUps: row[16], households: row[17]))
    }

    func handover(_ id: ID<Handover>) throws -> HandoverInfo? {
        try first("\(sql: Self.handoverSelect) WHERE h.id = \(id)", Self.handoverInfo)
    }

    /// Of these stations, the newest first.
    func handovers(stations: [ID<Unit>], after: ID<Handover>?, limit: Int) throws -> [HandoverInfo] {
        let beyond: SQL = after.map { "AND h.id < \($0)" } ?? ""
        return try rows(
            """
            \(sql: Self.handoverSelect) WHERE h.station IN \(list: stations) \(sql: beyond)
            ORDER BY h.id DESC LIMIT \(limit)
            """, Self.handoverInfo)
    }
}
