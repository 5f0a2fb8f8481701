package import Storage
package import Values

package enum Broadcast {}

/// One update to everybody who follows a case, in pieces: 50,000 households hear of a great outage
/// while the intake goes on.
package enum Broadcasts {
    /// So many followers are told in the transaction of the move itself.
    static let atOnce = 40
    /// Followers told in one transaction, which must not hold the writer for long.
    static let piece = 200

    /// Goes on with what waits, the oldest first; any number of processes may.
    /// - Returns: whether more waits.
    package static func tick(_ desk: Desk, at now: Instant, pieces: Int = 50) async throws -> Bool {
        for _ in 0..<pieces {
            guard try await desk.database.drain({ try step($0, desk, at: now) }) else { return false }
        }
        return true
    }

    private static func step(_ tx: Transaction, _ desk: Desk, at now: Instant) throws -> Bool {
        guard let waiting = try tx.nextBroadcast() else { return false }
        guard let about = try tx.anyCase(waiting.caseID) else {
            try tx.advance(waiting, to: waiting.cursor, told: 0, doneAt: now)
            return true
        }
        let work = Work(tx, by: .system(county: about.county), at: now, desk: desk)
        let followers = try tx.followers(of: about.id, after: waiting.cursor, limit: piece, desk.keys)
        for follower in followers {
            try work.tell(follower, about, template: waiting.template, key: waiting.key, data: waiting.data)
        }
        try tx.advance(
            waiting, to: followers.last?.id ?? waiting.cursor, told: followers.count,
            doneAt: followers.count < piece ? now : nil)
        return true
    }
}

struct WaitingBroadcast {
    let id: ID<Broadcast>
    let caseID: ID<Case>
    let template: String
    let key: String
    let data: [String: String]
    let cursor: String
}

extension Transaction {
    func insertBroadcast(
        _ id: ID<Broadcast>, _ about: Case, template: String, key: String, data: [String: String], at now: Instant
    ) throws {
        try run(
            """
            INSERT INTO broadcast (id, county, case_id, template, key, data, made_at, cursor, told)
            VALUES (\(id), \(about.county), \(about.id), \(template), \(key), \(jsonText(data)), \(now), '', 0)
            """)
    }

    func nextBroadcast() throws -> WaitingBroadcast? {
        try first(
            """
            SELECT id, case_id, template, key, data, cursor FROM broadcast WHERE done_at IS NULL
            ORDER BY id LIMIT 1\(sql: skipLocked)
            """
        ) {
            WaitingBroadcast(
                id: $0[0], caseID: $0[1], template: $0[2], key: $0[3], data: jsonFields($0[4]), cursor: $0[5])
        }
    }

    func advance(_ waiting: WaitingBroadcast, to cursor: String, told: Int, doneAt: Instant?) throws {
        try run(
            """
            UPDATE broadcast SET cursor = \(cursor), told = told + \(told), done_at = \(doneAt) WHERE id = \(waiting.id)
            """)
    }
}
