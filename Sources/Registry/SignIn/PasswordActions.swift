package import Desk
import Storage
package import Values

/// Somebody chooses a new password of their own. All their other sessions end.
package struct SetPassword: Action {
    package static let name = "set-password"
    package static let door = Door.post("/sessions/password")
    package static let who: Who = .roles(Role.staff)
    package static let isOwnBusiness = true
    package static let keepsAnswer = false
    package static let allowance: Allowance? = Allowance(tries: 20, withinSeconds: 900)
    @Input(.length(1...128), .secret) var old: String
    @Input(.length(1...128), .secret) var password: String
    @Input(.length(1...128), .secret) var again: String
    private var hash: String?
    package init() {}

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        guard let person = actor.person else { throw Problem.notSignedIn }
        guard password.unicodeScalars.count >= Password.shortest else {
            throw Problem.invalid("password", "too-short", ["min": "\(Password.shortest)"])
        }
        guard password == again else { throw Problem.invalid("again", "passwords-differ") }
        let (stored, signIn) = try await desk.database.read { tx in
            try tx.first("SELECT password, sign_in FROM person WHERE id = \(person)") {
                ($0[0] as String?, $0[1] as String?)
            } ?? (nil, nil)
        }
        guard isStrong(password, signIn: signIn ?? "", name: actor.name) else {
            throw Problem.invalid("password", "password-too-easy")
        }
        guard await Password.verifyAside(old, stored ?? Password.nobodys), stored != nil else {
            throw Refusal(
                Problem.invalid("old", "password-wrong"),
                recording: EventDraft("password.refused", of: "person", person.text))
        }
        hash = await Password.hashAside(password, chance: desk.chance)
    }

    package func perform(_ work: Work) throws -> Done {
        guard let person = work.actor.person, let hash else { throw Problem.notSignedIn }
        try work.tx.run("UPDATE person SET password = \(hash), must_change = 0 WHERE id = \(person)")
        try work.tx.run(
            "DELETE FROM session WHERE person = \(person) AND token_hash <> \(work.actor.session ?? "")")
        try work.record(EventDraft("password.changed", of: "person", person.text))
        return Done()
    }
}

/// Not one character over and over, not runs of neighbours, not one's own name or number.
private func isStrong(_ password: String, signIn: String, name: String) -> Bool {
    let letters = Array(password.lowercased().unicodeScalars)
    guard Set(letters).count >= 5 else { return false }
    let jumps = zip(letters, letters.dropFirst()).count { abs(Int($1.value) - Int($0.value)) > 1 }
    guard jumps >= 3 else { return false }
    let text = password.lowercased()
    return (signIn.isEmpty || !text.hasPrefix(signIn)) && text != name
        && !["qwertyuiop", "1qaz2wsx3edc", "password123", "woaini1314"].contains(text)
}

/// A station head or the company gives a person a new starting password, shown once; it must be
/// changed at the next sign-in, so nobody keeps knowing it. Also frees a lost app code.
package struct ResetPassword: Action {
    package static let name = "reset-password"
    package static let door = Door.post("/people/:person/password")
    package static let who: Who = .roles(.stationHead, .company)
    package static let keepsAnswer = false
    @Input(.hidden) var person: ID<Person>
    private var start: StartingPassword?
    package init() {}

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        start = await StartingPassword.make(desk.chance)
    }

    package func perform(_ work: Work) throws -> NewPerson {
        guard let start else { preconditionFailure("performed before it was prepared") }
        let seen = try work.person(person, administratedBy: [.stationHead, .company])
        guard seen.isActive, let signIn = seen.signIn else { throw Problem(.conflict, "person-not-active") }
        guard person != work.actor.person else { throw Problem(.conflict, "not-yourself") }
        try work.tx.run(
            "UPDATE person SET password = \(start.hash), must_change = 1, totp = NULL, totp_step = NULL WHERE id = \(person)")
        try work.tx.run("DELETE FROM session WHERE person = \(person)")
        try work.record(EventDraft("password.reset", of: "person", person.text, county: seen.county))
        return NewPerson(id: person, name: seen.name, signIn: signIn, password: start.password)
    }
}

/// Turns on the code of an app: the code proves that the app took the secret.
package struct SetTOTP: Action {
    package static let name = "set-totp"
    package static let door = Door.post("/sessions/totp")
    package static let who: Who = .roles(Role.staff)
    package static let isOwnBusiness = true
    package static let keepsAnswer = false
    @Input(.length(16...80), .hidden) var secret: String
    @Input(.length(6...8)) var code: String
    package init() {}

    package func perform(_ work: Work) throws -> Done {
        guard let person = work.actor.person else { throw Problem.notSignedIn }
        guard let totp = TOTP(base32: secret) else { throw Problem.invalid("secret", "not-a-code") }
        guard let step = totp.accepts(code, at: work.now, after: nil) else {
            throw Problem.invalid("code", "totp-wrong")
        }
        try work.tx.run(
            "UPDATE person SET totp = \(try work.desk.keys.seal(totp.secret)), totp_step = \(step) WHERE id = \(person)")
        try work.record(EventDraft("totp.set", of: "person", person.text))
        return Done()
    }
}

/// Turns it off again, by a last code.
package struct RemoveTOTP: Action {
    package static let name = "remove-totp"
    package static let door = Door.post("/sessions/totp/remove")
    package static let who: Who = .roles(Role.staff)
    package static let isOwnBusiness = true
    package static let keepsAnswer = false
    package static let allowance: Allowance? = Allowance(tries: 10, withinSeconds: 900)
    @Input(.length(6...8)) var code: String
    package init() {}

    package func perform(_ work: Work) throws -> Done {
        guard let person = work.actor.person else { throw Problem.notSignedIn }
        let row = try work.tx.first("SELECT totp, totp_step FROM person WHERE id = \(person)") {
            ($0[0] as [UInt8]?, $0[1] as Int64?)
        }
        guard let sealed = row?.0 else { throw Problem(.conflict, "totp-not-set") }
        guard TOTP(secret: try work.desk.keys.open(sealed)).accepts(code, at: work.now, after: row?.1) != nil else {
            throw Problem.invalid("code", "totp-wrong")
        }
        try work.tx.run("UPDATE person SET totp = NULL, totp_step = NULL WHERE id = \(person)")
        try work.record(EventDraft("totp.removed", of: "person", person.text))
        return Done()
    }
}
