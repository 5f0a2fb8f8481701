package import Desk
import Storage
package import Values

/// Staff sign in by their name or number and password, with the app's code where they use one.
///
/// An unknown name takes the same time and gets the same answer as a wrong password.
package struct SignIn: Action {
    package static let name = "sign-in"
    package static let door = Door.post("/sessions", status: 201)
    package static let who: Who = .anybody
    package static let isOwnBusiness = true
    package static let keepsAnswer = false
    package static let allowance: Allowance? = Allowance(tries: 600, withinSeconds: 600)
    @Input(.length(1...40)) var person: String
    @Input(.length(1...128), .secret) var password: String
    @Input(.length(0...10)) var code: String?
    private var finding: Finding?
    package init() {}

    private struct Finding: Codable, Sendable {
        let subjects: TrySubjects
        let person: ID<Person>?
        let county: String
        let totp: [UInt8]?
        let usedStep: Int64?
        let mustChange: Bool
        let isRight: Bool
    }

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        let typed = person.lowercased()
        let subjects = TrySubjects(name: "staff:" + typed, address: actor.address, keys: desk.keys)
        let row = try await desk.database.read { tx in
            try tx.checkTries(subjects, at: now)
            return try tx.first(
                """
                SELECT id, county, password, totp, totp_step, must_change FROM person
                WHERE sign_in = \(typed) AND active = 1
                """
            ) { row in
                (
                    id: row[0] as ID<Person>, county: row[1] as String, password: row[2] as String?,
                    totp: row[3] as [UInt8]?, step: row[4] as Int64?, mustChange: row[5] as Bool
                )
            }
        }
        let matches = await Password.verifyAside(password, row?.password ?? Password.nobodys)
        finding = Finding(
            subjects: subjects, person: row?.id, county: row?.county ?? "", totp: row?.totp, usedStep: row?.step,
            mustChange: row?.mustChange ?? false, isRight: matches && row?.password != nil)
    }

    package func perform(_ work: Work) throws -> SignedIn {
        guard let finding else { preconditionFailure("performed before it was prepared") }
        guard finding.isRight, let person = finding.person else { throw refusal(finding, "sign-in-refused") }
        if let sealed = finding.totp {
            guard let code, !code.isEmpty else {
                throw Problem.invalid("code", "totp-wanted")
            }
            let totp = TOTP(secret: try work.desk.keys.open(sealed))
            guard let step = totp.accepts(code, at: work.now, after: finding.usedStep) else {
                throw refusal(finding, "sign-in-refused")
            }
            // Compare and set, so that one code opens one session.
            let first = try work.tx.change(
                "UPDATE person SET totp_step = \(step) WHERE id = \(person) AND (totp_step IS NULL OR totp_step < \(step))")
            guard first == 1 else { throw refusal(finding, "sign-in-refused") }
        }
        try work.tx.forgetFailures(finding.subjects)
        let session = try work.openSession(for: person, door: .password, isTrusted: false)
        return try work.signedIn(person, session, mustChange: finding.mustChange)
    }

    private func refusal(_ finding: Finding, _ code: String) -> Refusal {
        let subjects = finding.subjects
        return Refusal(
            Problem(.notSignedIn, code),
            recording: EventDraft(
                "sign-in.refused", of: "person", finding.person?.text ?? "unknown", ["try": subjects.name],
                county: finding.county),
            also: { work in try work.tx.countFailure(subjects, at: work.now) })
    }
}

/// A token for the `Authorization: Bearer` header or the cookie.
package struct SignedIn: Answer {
    package let token: String
    package let expiresAt: Instant
    package let person: ID<Person>
    package let name: String
    package let roles: [RoleInfo]
    /// A starting password: a new one is to be chosen first.
    package let mustChange: Bool
    package let isTrusted: Bool

    package static var schema: Schema {
        .object([
            ("token", .text), ("expiresAt", .moment), ("person", .string(format: "uuid")), ("name", .text),
            ("roles", .array(RoleInfo.schema)), ("mustChange", .boolean), ("isTrusted", .boolean),
        ])
    }
}

extension Work {
    func signedIn(
        _ person: ID<Person>, _ session: NewSession, mustChange: Bool = false, isTrusted: Bool = false
    ) throws -> SignedIn {
        SignedIn(
            token: session.token, expiresAt: session.expires, person: person, name: try tx.personName(person) ?? "",
            roles: try tx.roles(of: [person], at: now)[person] ?? [], mustChange: mustChange, isTrusted: isTrusted)
    }
}

/// Signs out of this session.
package struct EndSession: Action {
    package static let name = "end-session"
    package static let door = Door.post("/sign-out")
    package static let who: Who = .signedIn
    package static let isOwnBusiness = true
    package static let keepsAnswer = false
    package init() {}

    package func perform(_ work: Work) throws -> Done {
        if let session = work.actor.session { try work.tx.run("DELETE FROM session WHERE token_hash = \(session)") }
        try work.record(EventDraft("sign-out.done", of: "person", work.actor.person?.text ?? ""))
        return Done()
    }
}

/// Signs out everywhere, here too.
package struct EndAllSessions: Action {
    package static let name = "end-all-sessions"
    package static let door = Door.post("/sessions/end-all")
    package static let who: Who = .signedIn
    package static let isOwnBusiness = true
    package static let keepsAnswer = false
    package init() {}

    package func perform(_ work: Work) throws -> Done {
        guard let person = work.actor.person else { throw Problem.notSignedIn }
        try work.tx.run("DELETE FROM session WHERE person = \(person)")
        try work.record(EventDraft("sign-out.everywhere", of: "person", person.text))
        return Done()
    }
}

/// Ends one of one's own sessions: a lost phone, a sign-in that a liaison helped with.
package struct EndOneSession: Action {
    package static let name = "end-one-session"
    package static let door = Door.post("/sessions/:session/end")
    package static let who: Who = .signedIn
    package static let isOwnBusiness = true
    @Input(.hidden) var session: ID<Session>
    package init() {}

    package func perform(_ work: Work) throws -> Done {
        guard let person = work.actor.person else { throw Problem.notSignedIn }
        let ended = try work.tx.change("DELETE FROM session WHERE id = \(session) AND person = \(person)")
        guard ended == 1 else { throw Problem.notFound }
        try work.record(EventDraft("session.ended", of: "person", person.text, ["session": session.text]))
        return Done()
    }
}

/// Who am I, and where else am I signed in?
package struct ReadSession: Query {
    package static let name = "read-session"
    package static let door = Door.get("/sessions/current")
    package static let who: Who = .signedIn
    package init() {}

    package func fetch(_ work: Work) throws -> CurrentSession {
        guard let person = work.actor.person else { throw Problem.notSignedIn }
        return CurrentSession(
            person: person, name: work.actor.name, county: work.actor.county,
            roles: try work.tx.roles(of: [person], at: work.now)[person] ?? [],
            sessions: try work.tx.sessions(of: person, current: work.actor.session, at: work.now))
    }
}

package struct CurrentSession: Answer {
    package let person: ID<Person>
    package let name: String
    package let county: String
    package let roles: [RoleInfo]
    package let sessions: [SessionRow]
    package static var schema: Schema {
        .object([
            ("person", .string(format: "uuid")), ("name", .text), ("county", .text),
            ("roles", .array(RoleInfo.schema)), ("sessions", .array(SessionRow.schema)),
        ])
    }
}
