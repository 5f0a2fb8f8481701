package import Desk
package import Storage
package import Values
package import Web

package enum Session {}

/// How somebody came in.
package enum SessionDoor: String, Sendable, Hashable, Codable, SQLBindable, SQLReadable {
    case password, code, helped, demo
}

/// How long a session lasts after it was used last.
enum SessionLimits {
    static let staffHours: Int64 = 12
    static let customerHours: Int64 = 24
    /// A device that belongs to the customer alone.
    static let trustedDays: Int64 = 90
    /// The end is written at most this often.
    static let slidesAfterMinutes: Int64 = 60
    /// A person has at most this many at once; the oldest is ended.
    static let perPerson = 30

    static func end(from now: Instant, isTrusted: Bool, isStaff: Bool) -> Instant {
        if isTrusted { return now.adding(days: trustedDays) }
        return now.adding(hours: isStaff ? staffHours : customerHours)
    }
}

/// A token that was just made; it is not stored anywhere.
package struct NewSession: Sendable {
    package let token: String
    package let expires: Instant
}

/// A session as its owner sees it.
package struct SessionRow: Codable, Sendable, Hashable {
    package let id: ID<Session>
    package let door: SessionDoor
    package let isTrusted: Bool
    /// The liaison who helped, if one did.
    package let helpedBy: String?
    package let madeAt: Instant
    package let seenAt: Instant
    package let isThisOne: Bool

    static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("door", .choice(["password", "code", "helped", "demo"])),
                ("isTrusted", .boolean), ("helpedBy", .text), ("madeAt", .moment), ("seenAt", .moment),
                ("isThisOne", .boolean),
            ], optional: ["helpedBy"])
    }
}

/// Finds sessions by the keyed hash of their token, with the person and all grants in one query.
///
/// A session is believed for a moment (`sessionKeptMilliseconds`), since a person's requests come
/// in bursts and the look-up is another hop to a reader's thread; any action that may change rights
/// ends that at once.
package struct RegistrySessions: SessionSource {
    private let desk: Desk
    private let kept = Locked<[String: Kept]>([:])

    private struct Kept: Sendable {
        let info: SessionInfo
        let epoch: Int
        let until: Instant
    }
    /// More sessions than this at once are forgotten together.
    private static let keptMax = 4096

    package init(_ desk: Desk) {
        self.desk = desk
    }

    package func session(token: String, now: Instant) async throws -> SessionInfo? {
        guard token.utf8.count == tokenBytes * 2 else { return nil }
        let epoch = desk.epoch.current
        let span = desk.settings.sessionKeptMilliseconds
        if span > 0, let known = kept.with({ $0[token] }), known.epoch == epoch, known.until > now {
            return known.info
        }
        let hash = desk.keys.hash(token, for: sessionPurpose)
        let formToken = desk.keys.hash(hash, for: SessionInfo.formPurpose)
        guard let found = try await desk.database.read({ try $0.session(hash, formToken: formToken, at: now) })
        else { return nil }
        if span > 0 {
            let fresh = Kept(
                info: found.info, epoch: epoch, until: min(now.adding(milliseconds: span), found.info.expires))
            kept.with { kept in
                if kept.count >= Self.keptMax { kept.removeAll(keepingCapacity: true) }
                kept[token] = fresh
            }
        }
        if found.isWritten(before: now) {
            let end = SessionLimits.end(from: now, isTrusted: found.isTrusted, isStaff: found.info.actor.isStaff)
            try await desk.database.write { tx in
                try tx.run(
                    "UPDATE session SET seen_at = \(now), expires_at = \(end) WHERE token_hash = \(hash)")
            }
        }
        return found.info
    }
}

let tokenBytes = 32
private let sessionPurpose = "session"

private struct FoundSession: Sendable {
    let info: SessionInfo
    let isTrusted: Bool
    let seenAt: Instant

    func isWritten(before now: Instant) -> Bool {
        now.since(seenAt) >= SessionLimits.slidesAfterMinutes * 60_000
    }
}

extension Transaction {
    /// One row per grant.
    fileprivate func session(_ hash: String, formToken: String, at now: Instant) throws -> FoundSession? {
        struct Line {
            let person: ID<Person>, name: String, county: String, isCustomer: Bool, phoneHash: String?
            let expires: Instant, seenAt: Instant, isTrusted: Bool, grant: Grant?, mustChange: Bool, unread: Int
        }
        let lines = try rows(
            """
            SELECT s.person, p.name, p.county, p.customer, p.phone_hash, s.expires_at, s.seen_at, s.trusted,
                   g.role, g.unit, g.reach, p.must_change, \(sql: unreadMessages(of: "s.person"))
            FROM session s JOIN person p ON p.id = s.person AND p.active = 1
            LEFT JOIN grant_ g ON g.person = s.person AND g.since <= \(now) AND (g.until IS NULL OR g.until > \(now))
            WHERE s.token_hash = \(hash) AND s.expires_at > \(now)
            """
        ) { row in
            Line(
                person: row[0], name: row[1], county: row[2], isCustomer: row[3], phoneHash: row[4], expires: row[5],
                seenAt: row[6], isTrusted: row[7],
                grant: (row[8] as Role?).map { Grant(role: $0, unit: row[9], reach: row[10]) }, mustChange: row[11],
                unread: row[12])
        }
        guard let first = lines.first else { return nil }
        var grants: [Grant] = []
        for case let grant? in lines.map(\.grant) where !grants.contains(grant) { grants.append(grant) }
        if first.isCustomer { grants.append(.ownOnly) }
        let actor = Actor(
            person: first.person, name: first.name, county: first.county, grants: grants,
            phoneHash: first.isCustomer ? first.phoneHash : nil, session: hash)
        return FoundSession(
            info: SessionInfo(
                actor: actor, tokenHash: hash, expires: first.expires, mustChange: first.mustChange, unread: first.unread,
                formToken: formToken),
            isTrusted: first.isTrusted,
            seenAt: first.seenAt)
    }

    package func sessions(of person: ID<Person>, current: String?, at now: Instant) throws -> [SessionRow] {
        try rows(
            """
            SELECT s.id, s.door, s.trusted, h.name, s.made_at, s.seen_at, s.token_hash FROM session s
            LEFT JOIN person h ON h.id = s.by_liaison
            WHERE s.person = \(person) AND s.expires_at > \(now) ORDER BY s.made_at DESC, s.id DESC LIMIT 50
            """
        ) {
            SessionRow(
                id: $0[0], door: $0[1], isTrusted: $0[2], helpedBy: $0[3], madeAt: $0[4], seenAt: $0[5],
                isThisOne: $0[6] as String == current)
        }
    }

    /// Drops sessions and codes that are over. For the sweep.
    package func dropEndedSessions(at now: Instant, limit: Int = 500) throws -> Int {
        let ended = try change(
            """
            DELETE FROM session WHERE token_hash IN
            (SELECT token_hash FROM session WHERE expires_at < \(now) ORDER BY expires_at, token_hash LIMIT \(limit))
            """)
        try run("DELETE FROM sign_in_code WHERE expires_at < \(now.adding(hours: -1))")
        try run("DELETE FROM failed_try WHERE since < \(now.adding(days: -1))")
        return ended
    }
}

extension Work {
    /// Opens a session for somebody who has proved who they are.
    package func openSession(
        for person: ID<Person>, door: SessionDoor, isTrusted: Bool, helpedBy: ID<Person>? = nil
    ) throws -> NewSession {
        guard
            let row = try tx.first(
                "SELECT county, customer FROM person WHERE id = \(person) AND active = 1",
                { (county: $0[0] as String, isCustomer: $0[1] as Bool) })
        else { throw Problem.notFound }
        let token = desk.chance.token(bytes: tokenBytes)
        let hash = desk.keys.hash(token, for: sessionPurpose)
        let end = SessionLimits.end(from: now, isTrusted: isTrusted, isStaff: !row.isCustomer)
        try tx.run(
            """
            INSERT INTO session (token_hash, id, person, county, door, trusted, by_liaison, made_at, seen_at, expires_at)
            VALUES (\(hash), \(newID(Session.self)), \(person), \(row.county), \(door), \(isTrusted), \(helpedBy),
                    \(now), \(now), \(end))
            """)
        try tx.run(
            """
            DELETE FROM session WHERE person = \(person) AND token_hash <> \(hash) AND token_hash NOT IN
            (SELECT token_hash FROM session WHERE person = \(person)
             ORDER BY made_at DESC, token_hash LIMIT \(SessionLimits.perPerson))
            """)
        // Rotation: whoever signs in again does not leave the old session behind.
        if let old = actor.session { try tx.run("DELETE FROM session WHERE token_hash = \(old)") }
        var data = ["door": door.rawValue]
        if let helpedBy { data["helpedBy"] = helpedBy.text }
        try record(EventDraft("sign-in.done", of: "person", person.text, data, county: row.county))
        return NewSession(token: token, expires: end)
    }
}
