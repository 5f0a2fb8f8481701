package import Desk
import Storage
package import Values

/// Limits of one-time codes.
enum CodeLimits {
    static let validMinutes: Int64 = 10
    static let resendSeconds: Int64 = 60
    static let tries = 5
}

/// A customer asks for a one-time code. The answer is the same whether the number is known or not.
package struct RequestCode: Action {
    package static let name = "request-code"
    package static let door = Door.post("/sign-in/code")
    package static let who: Who = .anybody
    package static let isOwnBusiness = true
    package static let keepsAnswer = false
    package static let allowance: Allowance? = Allowance(tries: 120, withinSeconds: 3600, sparesStaff: true)
    @Input var phone: PhoneNumber
    package init() {}

    package func perform(_ work: Work) throws -> CodeSent {
        let hash = work.desk.keys.hash(phone)
        try work.tx.checkTries(codeSubjects(phone, work), at: work.now)
        let made: Instant? = try work.tx.value("SELECT made_at FROM sign_in_code WHERE phone_hash = \(hash)")
        if let made {
            let wait = CodeLimits.resendSeconds - work.now.since(made) / 1000
            if wait > 0 {
                throw Problem(.tooMany(retryAfterSeconds: Int(wait)), "code-too-soon", ["seconds": "\(wait)"])
            }
        }
        let code = try work.makeCode(for: hash, helpedBy: nil)
        if work.desk.settings.sendsSMS {
            // Without a person in it, it goes by text message alone.
            try work.owe(
                MessageDraft(
                    key: "code/\(hash)/\(work.now.milliseconds)",
                    to: .customer(person: nil, name: "", phone: phone, village: nil), template: "code",
                    data: ["code": code, "minutes": "\(CodeLimits.validMinutes)"]),
                county: try work.county(ofPhone: hash))
        }
        return CodeSent(
            phone: phone.digits, expiresAt: work.now.adding(minutes: CodeLimits.validMinutes),
            resendAfterSeconds: Int(CodeLimits.resendSeconds),
            demoCode: work.desk.settings.isDemo ? code : nil)
    }
}

package struct CodeSent: Answer {
    package let phone: String
    package let expiresAt: Instant
    package let resendAfterSeconds: Int
    /// Only in the demo, which has no text messages.
    package let demoCode: String?
    package static var schema: Schema {
        .object(
            [("phone", .text), ("expiresAt", .moment), ("resendAfterSeconds", .integer()), ("demoCode", .text)], optional: ["demoCode"])
    }
}

extension Work {
    /// Six digits; the one before becomes worthless.
    fileprivate func makeCode(for phoneHash: String, helpedBy: ID<Person>?) throws -> String {
        let number = desk.chance.number(below: 1_000_000)
        let text = String(number)
        let code = String(repeating: "0", count: 6 - text.count) + text
        try tx.run(
            """
            INSERT INTO sign_in_code (id, phone_hash, code_hash, made_at, expires_at, tries, by_liaison)
            VALUES (\(newID(Session.self)), \(phoneHash), \(desk.keys.hash(phoneHash + code, for: "sign-in-code")),
                    \(now), \(now.adding(minutes: CodeLimits.validMinutes)), 0, \(helpedBy))
            ON CONFLICT (phone_hash) DO UPDATE SET id = excluded.id, code_hash = excluded.code_hash,
                made_at = excluded.made_at, expires_at = excluded.expires_at, tries = 0, by_liaison = excluded.by_liaison
            """)
        return code
    }
}

private func codeSubjects(_ phone: PhoneNumber, _ work: Work) -> TrySubjects {
    TrySubjects(name: "code:" + phone.digits, address: work.actor.address, keys: work.desk.keys)
}

/// The code opens a session; on one's own phone it may last 90 days.
package struct EnterCode: Action {
    package static let name = "enter-code"
    package static let door = Door.post("/sign-in/code/enter", status: 201)
    package static let who: Who = .anybody
    package static let isOwnBusiness = true
    package static let keepsAnswer = false
    @Input var phone: PhoneNumber
    @Input(.length(1...12)) var code: String
    @Input var trusted: Bool
    package init() {}

    package func perform(_ work: Work) throws -> SignedIn {
        let hash = work.desk.keys.hash(phone)
        let subjects = codeSubjects(phone, work)
        try work.tx.checkTries(subjects, at: work.now)
        let row = try work.tx.first(
            "SELECT code_hash, expires_at, tries, by_liaison FROM sign_in_code WHERE phone_hash = \(hash)"
        ) { (hash: $0[0] as String, expires: $0[1] as Instant, tries: $0[2] as Int, helper: $0[3] as ID<Person>?) }
        let typed = code.filter { $0 != " " }
        let expected = work.desk.keys.hash(hash + typed, for: "sign-in-code")
        guard let row, row.expires > work.now, row.tries < CodeLimits.tries,
            sameBytes(Array(row.hash.utf8), Array(expected.utf8))
        else {
            throw Refusal(
                Problem.invalid("code", "code-wrong"),
                recording: EventDraft("sign-in.refused", of: "phone", hash),
                also: { work in
                    try work.tx.run("UPDATE sign_in_code SET tries = tries + 1 WHERE phone_hash = \(hash)")
                    try work.tx.countFailure(subjects, at: work.now)
                })
        }
        try work.tx.run("DELETE FROM sign_in_code WHERE phone_hash = \(hash)")
        try work.tx.forgetFailures(subjects)
        let county = try work.county(ofPhone: hash)
        let person = try work.customer(phone: phone, name: "", county: county)
        let session = try work.openSession(
            for: person, door: row.helper == nil ? .code : .helped, isTrusted: trusted, helpedBy: row.helper)
        if let helper = row.helper {
            try work.owe(
                MessageDraft(
                    key: "helped/\(person.text)/\(work.now.milliseconds)", to: .person(person),
                    template: "helped-sign-in", data: ["helper": try work.tx.personName(helper) ?? ""]),
                county: county)
        }
        return try work.signedIn(person, session, isTrusted: trusted)
    }
}

extension Work {
    /// The county of the customer's account; a number that nobody knows belongs to the first county
    /// of the installation until it has a case or an account.
    fileprivate func county(ofPhone hash: String) throws -> String {
        if let known = try tx.value(
            """
            SELECT county FROM person WHERE phone_hash = \(hash) ORDER BY customer DESC, id LIMIT 1
            """) as String?
        {
            return known
        }
        let first: String? = try tx.value("SELECT path FROM unit WHERE kind = 'county' ORDER BY path LIMIT 1")
        guard let first else { throw Problem.notFound }
        return first
    }
}

/// The liaison helps a villager who cannot manage alone: the code appears here instead of by text
/// message. The villager sees in the list of sessions who helped, is told, and can end it.
package struct HelpSignIn: Action {
    package static let name = "help-sign-in"
    package static let door = Door.post("/sign-in/help", status: 201)
    package static let who: Who = .roles(.liaison, .attendant)
    package static let keepsAnswer = false
    package static let allowance: Allowance? = Allowance(tries: 30, withinSeconds: 3600)
    @Input var phone: PhoneNumber
    /// The villager stands beside and agrees.
    @Input var agreed: Bool
    package init() {}

    package func perform(_ work: Work) throws -> HelpCode {
        guard agreed else { throw Problem.invalid("agreed", "agreement-wanted") }
        guard let helper = work.actor.person else { throw Problem.notSignedIn }
        let hash = work.desk.keys.hash(phone)
        try work.mustServe(phoneHash: hash)
        let code = try work.makeCode(for: hash, helpedBy: helper)
        try work.record(EventDraft("sign-in.helped", of: "phone", hash))
        return HelpCode(code: code, expiresAt: work.now.adding(minutes: CodeLimits.validMinutes))
    }
}

package struct HelpCode: Answer {
    package let code: String
    package let expiresAt: Instant
    package static var schema: Schema { .object([("code", .text), ("expiresAt", .moment)]) }
}

extension Work {
    /// The number belongs to a household or a case of the helper's village, or to nobody yet: a liaison
    /// must not sign in as somebody from elsewhere.
    fileprivate func mustServe(phoneHash: String) throws {
        let staff: Int? = try tx.value(
            "SELECT 1 FROM person WHERE phone_hash = \(phoneHash) AND customer = 0 LIMIT 1")
        guard staff == nil else { throw Problem.invalid("phone", "not-your-villager") }
        let homes = try tx.rows(
            """
            SELECT v.path FROM account a JOIN unit v ON v.id = a.village
            WHERE a.customer IN (SELECT id FROM person WHERE phone_hash = \(phoneHash))
            UNION
            SELECT c.reach FROM cases c WHERE c.phone_hash = \(phoneHash)
            """
        ) { $0[0] as String }
        guard homes.isEmpty || homes.contains(where: { actor.has([.liaison, .attendant], at: $0) }) else {
            throw Problem.invalid("phone", "not-your-villager")
        }
    }
}

/// One click in the demo. The door is not there in any other database.
package struct DemoSignIn: Action {
    package static let name = "demo-sign-in"
    package static let door = Door.post("/sessions/demo", status: 201)
    package static let who: Who = .anybody
    package static let isOwnBusiness = true
    package static let keepsAnswer = false
    @Input var role: Role
    package init() {}

    package func perform(_ work: Work) throws -> SignedIn {
        guard work.desk.settings.isDemo else { throw Problem.notFound }
        guard let found = try work.tx.demoPerson(role, at: work.now) else { throw Problem.notFound }
        let session = try work.openSession(for: found.person, door: .demo, isTrusted: false)
        return try work.signedIn(found.person, session)
    }
}

/// Whom the demo signs in for a role.
package struct DemoPerson: Sendable, Hashable {
    package let role: Role
    package let person: ID<Person>
    package let name: String
    package let signIn: String?
    package let unitName: String
    package let unitNameEn: String
    package let unitPath: String
}

extension Transaction {
    /// The person whom the loader named in the setting `demo.<role>`, else whoever got the role first.
    package func demoPerson(_ role: Role, at now: Instant) throws -> DemoPerson? {
        let named: String? = try value("SELECT value FROM setting WHERE name = \("demo." + role.rawValue)")
        let only: SQL = named.map { "AND p.id = \($0)" } ?? ""
        if role == .customer {
            return try first(
                """
                SELECT p.id, p.name, p.sign_in, v.name, v.name_en, v.path FROM account a
                JOIN person p ON p.id = a.customer JOIN unit v ON v.id = a.village
                WHERE p.active = 1 \(sql: only) ORDER BY a.id LIMIT 1
                """
            ) {
                DemoPerson(
                    role: role, person: $0[0], name: $0[1], signIn: $0[2], unitName: $0[3], unitNameEn: $0[4],
                    unitPath: $0[5])
            }
        }
        // Where a role comes from a pairing, the village says more than the station.
        return try first(
            """
            SELECT p.id, p.name, p.sign_in, u.name, u.name_en, u.path FROM grant_ g
            JOIN person p ON p.id = g.person JOIN unit u ON u.id = g.unit
            WHERE g.role = \(role) AND g.since <= \(now) AND (g.until IS NULL OR g.until > \(now)) AND p.active = 1
            \(sql: only) ORDER BY g.id LIMIT 1
            """
        ) {
            DemoPerson(
                role: role, person: $0[0], name: $0[1], signIn: $0[2], unitName: $0[3], unitNameEn: $0[4],
                unitPath: $0[5])
        }
    }
}
