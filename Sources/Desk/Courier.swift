package import Storage
package import Values

/// One message on its way out.
package struct OutgoingMessage: Sendable {
    package let id: ID<Message>
    package let county: String
    package let channel: MessageChannel
    package let person: ID<Person>?
    package let phone: PhoneNumber?
    package let template: String
    package let data: [String: String]
    package let caseID: String?
    package let attempts: Int
}

/// What a gateway said of one message.
package enum SendOutcome: Sendable, Equatable {
    /// Taken over by the gateway; a delivery report may follow under this reference.
    case accepted(reference: String)
    /// It will never work: put aside for a person to see.
    case refused(String)
    /// It may work later.
    case trouble(String)
}

/// A channel to the outside world. The in-app inbox needs none.
package protocol MessageGateway: Sendable {
    var channel: MessageChannel { get }
    func send(_ message: OutgoingMessage) async -> SendOutcome
}

/// Takes waiting messages out of the outbox, a few at a time, in any number of processes:
/// a row is leased while it is being sent.
package struct Courier: Sendable {
    let desk: Desk
    let gateways: [MessageChannel: any MessageGateway]
    let holder: String

    /// Tries before a message is put aside.
    package static let maximumTries = 12
    static let leaseMinutes: Int64 = 5

    package init(desk: Desk, gateways: [any MessageGateway], holder: String) {
        self.desk = desk
        self.gateways = Dictionary(uniqueKeysWithValues: gateways.map { ($0.channel, $0) })
        self.holder = holder
    }

    /// 1 minute, doubling to 6 hours.
    package static func backoffMinutes(afterTries tries: Int) -> Int64 {
        min(360, Int64(1) << Int64(min(max(tries - 1, 0), 9)))
    }

    /// - Returns: how many messages were worked on; 0 when nothing is due.
    package func tick(limit: Int = 100) async throws -> Int {
        let filled = try await fillInboxes(limit: limit)
        guard !gateways.isEmpty else { return filled }
        let leased = try await lease(limit: limit)
        for message in leased {
            guard let gateway = gateways[message.channel] else { continue }
            let outcome = await gateway.send(message)
            try await note(outcome, for: message)
        }
        return filled + leased.count
    }

    /// The inbox is a table beside the outbox: both change in one transaction.
    private func fillInboxes(limit: Int) async throws -> Int {
        let now = desk.clock.now
        let people = try await desk.database.drain { tx -> [String] in
            let rows = try tx.rows(
                """
                SELECT id, person FROM outbox
                WHERE channel = 'inbox' AND state = 'waiting' AND next_at <= \(now)
                ORDER BY next_at, id LIMIT \(limit)\(sql: tx.skipLocked)
                """
            ) { (id: $0[0] as String, person: $0[1] as String) }
            guard !rows.isEmpty else { return [] }
            let ids = rows.map(\.id)
            try tx.run(
                """
                INSERT INTO inbox (id, county, person, at, template, data, case_id)
                SELECT id, county, person, made_at, template, data, case_id FROM outbox WHERE id IN \(list: ids)
                ON CONFLICT (id) DO NOTHING
                """)
            try tx.run(
                """
                UPDATE outbox SET state = 'sent', attempts = attempts + 1, done_at = \(now) WHERE id IN \(list: ids)
                """)
            return rows.map(\.person)
        }
        for person in Set(people) { desk.live.announce("inbox/\(person)") }
        return people.count
    }

    private func lease(limit: Int) async throws -> [OutgoingMessage] {
        let now = desk.clock.now
        let channels = gateways.keys.map(\.rawValue).sorted()
        return try await desk.database.drain { tx in
            let ids: [String] = try tx.rows(
                """
                SELECT id FROM outbox WHERE channel IN \(list: channels) AND state = 'waiting' AND next_at <= \(now)
                ORDER BY next_at, id LIMIT \(limit)\(sql: tx.skipLocked)
                """
            ) { $0[0] }
            guard !ids.isEmpty else { return [] }
            try tx.run(
                """
                UPDATE outbox SET holder = \(holder), attempts = attempts + 1,
                       next_at = \(now.adding(minutes: Self.leaseMinutes))
                WHERE id IN \(list: ids)
                """)
            return try tx.rows(
                """
                SELECT id, county, channel, person, phone, template, data, case_id, attempts
                FROM outbox WHERE id IN \(list: ids) ORDER BY id
                """
            ) { row in
                let sealed: [UInt8]? = row[4]
                return OutgoingMessage(
                    id: row[0], county: row[1], channel: row[2], person: row[3],
                    phone: try sealed.map { PhoneNumber(stored: try desk.keys.openText($0)) },
                    template: row[5], data: jsonFields(row[6]), caseID: row[7], attempts: row[8])
            }
        }
    }

    private func note(_ outcome: SendOutcome, for message: OutgoingMessage) async throws {
        let now = desk.clock.now
        try await desk.database.write { tx in
            switch outcome {
            case .accepted(let reference):
                try tx.run(
                    """
                    UPDATE outbox SET state = 'sent', reference = \(reference), holder = NULL, trouble = NULL,
                           done_at = \(now)
                    WHERE id = \(message.id) AND state = 'waiting'
                    """)
            case .refused(let why):
                try putAside(message, why, tx, now)
            case .trouble(let why):
                if message.attempts >= Self.maximumTries {
                    try putAside(message, why, tx, now)
                } else {
                    let next = now.adding(minutes: Self.backoffMinutes(afterTries: message.attempts))
                    try tx.run(
                        """
                        UPDATE outbox SET holder = NULL, trouble = \(why), next_at = \(next)
                        WHERE id = \(message.id) AND state = 'waiting'
                        """)
                }
            }
        }
    }

    /// A text message that cannot go out falls back to the liaison's list; anything else waits
    /// for a person.
    private func putAside(_ message: OutgoingMessage, _ why: String, _ tx: Transaction, _ now: Instant) throws {
        try tx.run(
            """
            UPDATE outbox SET state = 'failed', holder = NULL, trouble = \(why), done_at = \(now)
            WHERE id = \(message.id)
            """)
        guard message.channel == .sms else { return }
        try tx.run(
            """
            INSERT INTO outbox (id, county, key, channel, person, name, phone, village, case_id, template, data, state,
                                attempts, next_at, made_at)
            SELECT \(ID<Message>(at: now, from: desk.chance)), county, key || '/in-person', 'in-person', person, name,
                   phone, village, case_id, template, data, 'waiting', 0, \(now), \(now)
            FROM outbox WHERE id = \(message.id) AND village IS NOT NULL
            ON CONFLICT (key) DO NOTHING
            """)
    }

    /// A gateway's delivery report.
    /// - Parameter delivered: false when the network gave up.
    package func report(message id: ID<Message>, delivered: Bool, detail: String) async throws {
        let now = desk.clock.now
        try await desk.database.write { tx in
            if delivered {
                try tx.run(
                    "UPDATE outbox SET state = 'delivered', done_at = \(now) WHERE id = \(id) AND state IN ('waiting', 'sent')")
                return
            }
            let found = try tx.first(
                """
                SELECT id, county, channel, person, phone, template, data, case_id, attempts
                FROM outbox WHERE id = \(id) AND state IN ('waiting', 'sent')
                """
            ) { row in
                OutgoingMessage(
                    id: row[0], county: row[1], channel: row[2], person: row[3], phone: nil, template: row[5],
                    data: [:], caseID: row[7], attempts: row[8])
            }
            if let found { try putAside(found, detail, tx, now) }
        }
    }
}

/// How many messages in the inbox of a person have not been read, counted up to 100.
/// - Parameter person: an expression.
package func unreadMessages(of person: SQL) -> SQL {
    "(SELECT COUNT(*) FROM (SELECT i.id FROM inbox i WHERE i.person = \(sql: person) AND i.read_at IS NULL LIMIT 100) u)"
}
