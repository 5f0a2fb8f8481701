import Crypto
import Foundation
package import Storage
package import Values

package enum Event {}

/// What happened, before it is written. Holds ids, codes and keyed hashes only: personal text
/// stands in rows that can be erased.
package struct EventDraft: Sendable {
    /// Past tense and stable: `case.accepted`, `sign-in.refused`, `phone.revealed`.
    package let verb: String
    /// `case`, `person`, `unit`, `handover`, …
    package let subjectKind: String
    package let subject: String
    package let data: [String: String]
    /// SHA-256 of the row that was written with it, where there is one.
    package let rowHash: String?
    package let county: String?

    package init(
        _ verb: String, of subjectKind: String, _ subject: String, _ data: [String: String] = [:],
        rowHash: String? = nil, county: String? = nil
    ) {
        self.verb = verb
        self.subjectKind = subjectKind
        self.subject = subject
        self.data = data
        self.rowHash = rowHash
        self.county = county
    }
}

extension Work {
    /// Writes the event in this transaction and puts it on the sealer's list.
    @discardableResult
    package func record(_ draft: EventDraft) throws -> ID<Event> {
        let id: ID<Event> = newID()
        try tx.run(
            """
            INSERT INTO event (id, county, at, actor, role, verb, subject_kind, subject, data, row_hash)
            VALUES (\(id), \(draft.county ?? actor.county), \(now), \(actor.person),
                    \(actor.mainRole?.rawValue ?? (actor.isSystem ? "system" : "anybody")),
                    \(draft.verb), \(draft.subjectKind), \(draft.subject), \(jsonText(draft.data)), \(draft.rowHash))
            """)
        try tx.run("INSERT INTO unsealed (event) VALUES (\(id))")
        return id
    }
}

/// A flat JSON object with sorted keys.
package func jsonText(_ fields: [String: String]) -> String {
    if fields.isEmpty { return "{}" }
    var out = "{"
    for (i, key) in fields.keys.sorted().enumerated() {
        if i > 0 { out += "," }
        out += quoted(key) + ":" + quoted(fields[key] ?? "")
    }
    return out + "}"
}

private func quoted(_ text: String) -> String {
    // Most text has nothing to escape.
    if !text.utf8.contains(where: { $0 < 32 || $0 == 34 || $0 == 92 }) { return "\"" + text + "\"" }
    var out = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": out += "\\\""
        case "\\": out += "\\\\"
        case "\n": out += "\\n"
        case "\r": out += "\\r"
        case "\t": out += "\\t"
        case _ where scalar.value < 32: out += "\\u00" + hex([UInt8(scalar.value)])
        default: out.unicodeScalars.append(scalar)
        }
    }
    return out + "\""
}

/// Reads what `jsonText` wrote; anything else is empty.
package func jsonFields(_ text: String) -> [String: String] {
    if text == "{}" { return [:] }
    return (try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))) ?? [:]
}

/// SHA-256, hexadecimal, of the joined columns of a row, each with its length before it.
package func rowHash(_ columns: [String?]) -> String {
    var hasher = SHA256()
    for column in columns { hasher.addColumn(column) }
    return hex(hasher.finalize())
}

extension SHA256 {
    fileprivate mutating func addColumn(_ column: String?) {
        guard let column else {
            update(data: Data("-;".utf8))
            return
        }
        update(data: Data("\(column.utf8.count):".utf8))
        update(data: Data(column.utf8))
    }
}

// MARK: - Seals

/// The result of checking all events against the seals.
package enum AuditVerdict: Sendable, Equatable {
    case ok(events: Int, seals: Int, unsealed: Int, head: String)
    /// Its columns are not those that were sealed.
    case changed(event: String)
    case removed(event: String)
    /// It stands in the table but was neither sealed nor waits for it.
    case inserted(event: String)
    /// A seal does not follow from the one before.
    case brokenSeal(number: Int64)
    /// No seal has the head that was kept outside: a tail was cut off.
    case headMissing(String)
}

extension Desk {
    /// At most this many events under one seal.
    package static let eventsPerSeal = 2000

    /// Seals what waits. One process at a time: the lease `sealer`.
    /// - Returns: the number of events sealed.
    package func sealEvents(holder: String, limit: Int = Desk.eventsPerSeal) async throws -> Int {
        let now = clock.now
        return try await database.drain { tx in
            guard try tx.takeLease("sealer", holder: holder, now: now, seconds: 60) else { return 0 }
            let events = try tx.rows(
                """
                SELECT e.id, e.county, e.at, e.actor, e.role, e.verb, e.subject_kind, e.subject, e.data, e.row_hash
                FROM unsealed u JOIN event e ON e.id = u.event ORDER BY u.event LIMIT \(limit)
                """, sealedEvent)
            guard let last = events.last else { return 0 }
            let previous = try tx.first("SELECT number, head FROM seal ORDER BY number DESC LIMIT 1") {
                (number: $0[0] as Int64, head: $0[1] as String)
            }
            let number = (previous?.number ?? 0) + 1
            let head = sealHead(number: number, previous: previous?.head ?? "", hashes: events.map(\.hash))
            try tx.run(
                """
                INSERT INTO seal (number, at, head, events)
                VALUES (\(number), \(now), \(head), \(events.count))
                """)
            for (position, event) in events.enumerated() {
                try tx.run(
                    """
                    INSERT INTO sealed_event (event, seal, position, hash)
                    VALUES (\(event.id), \(number), \(position), \(event.hash))
                    """)
            }
            // Only those that were read: an event with a smaller id may commit meanwhile.
            try tx.run(
                """
                DELETE FROM unsealed WHERE event <= \(last.id)
                AND event IN (SELECT event FROM sealed_event WHERE seal = \(number))
                """)
            return events.count
        }
    }

    /// Reads everything once, by key, in pages.
    /// - Parameter head: a head that was kept outside; must be among the seals.
    package func verifyAudit(head expected: String? = nil) async throws -> AuditVerdict {
        var seals = 0
        var events = 0
        var previous = ""
        var found = expected == nil
        while true {
            let after = Int64(seals)
            let next = try await database.read { tx in
                try tx.first("SELECT number, head, events FROM seal WHERE number > \(after) ORDER BY number LIMIT 1") {
                    (number: $0[0] as Int64, head: $0[1] as String, events: $0[2] as Int)
                }
            }
            guard let seal = next else { break }
            guard seal.number == after + 1 else { return .brokenSeal(number: after + 1) }
            let verdict = try await verify(seal: seal.number, head: seal.head, previous: previous)
            if let verdict { return verdict }
            if seal.head == expected { found = true }
            previous = seal.head
            seals += 1
            events += seal.events
        }
        if let expected, !found { return .headMissing(expected) }
        let (strange, unsealed) = try await database.read { tx in
            (
                try tx.value(
                    """
                    SELECT e.id FROM event e
                    LEFT JOIN sealed_event s ON s.event = e.id LEFT JOIN unsealed u ON u.event = e.id
                    WHERE s.event IS NULL AND u.event IS NULL ORDER BY e.id LIMIT 1
                    """) as String?,
                try tx.value("SELECT COUNT(*) FROM unsealed") as Int? ?? 0
            )
        }
        if let strange { return .inserted(event: strange) }
        return .ok(events: events, seals: seals, unsealed: unsealed, head: previous)
    }

    private func verify(seal number: Int64, head: String, previous: String) async throws -> AuditVerdict? {
        let rows = try await database.read { tx in
            try tx.rows(
                """
                SELECT e.id, e.county, e.at, e.actor, e.role, e.verb, e.subject_kind, e.subject, e.data, e.row_hash,
                       s.hash, s.event
                FROM sealed_event s LEFT JOIN event e ON e.id = s.event
                WHERE s.seal = \(number) ORDER BY s.position
                """
            ) { row -> (sealed: String, event: String, found: String?) in
                let present: String? = row[0]
                return (row[10], row[11], present == nil ? nil : sealedEvent(row).hash)
            }
        }
        for row in rows {
            guard let hash = row.found else { return .removed(event: row.event) }
            guard hash == row.sealed else { return .changed(event: row.event) }
        }
        guard sealHead(number: number, previous: previous, hashes: rows.map(\.sealed)) == head else {
            return .brokenSeal(number: number)
        }
        return nil
    }
}

private func sealedEvent(_ row: Row) -> (id: ID<Event>, hash: String) {
    let id: ID<Event> = row[0]
    let at: Int64 = row[2]
    let hash = rowHash([
        id.text, row[1], String(at), row[3], row[4], row[5], row[6], row[7], row[8], row[9],
    ])
    return (id, hash)
}

private func sealHead(number: Int64, previous: String, hashes: [String]) -> String {
    rowHash([String(number), previous] + hashes)
}

extension Transaction {
    /// Takes or keeps a named lease, so that one process at a time does a job.
    package func takeLease(_ name: String, holder: String, now: Instant, seconds: Int64) throws -> Bool {
        try change(
            """
            INSERT INTO lease (name, holder, until) VALUES (\(name), \(holder), \(now.adding(seconds: seconds)))
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
            WHERE lease.holder = excluded.holder OR lease.until < \(now)
            """) == 1
    }
}
