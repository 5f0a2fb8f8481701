package import Desk
import Storage
package import Values

/// A station head enters the station's own people, the county company anybody of the staff, each
/// with a first role. The starting password is made by the program, shown once, and must be
/// changed at the first sign-in, so that nobody knows another's password.
package struct AddPerson: Action {
    package static let name = "add-person"
    package static let door = Door.post("/people", status: 201)
    package static let who: Who = .roles(.stationHead, .company)
    package static let keepsAnswer = false
    @Input(.length(1...40)) var name: String
    @Input(.length(2...40)) var signIn: String
    @Input var phone: PhoneNumber
    @Input var role: Role
    @Input var unit: ID<Unit>
    @Input(.count(0...1)) var photo: [Upload]
    private var start: StartingPassword?
    package init() {}

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        start = await StartingPassword.make(desk.chance)
    }

    package func perform(_ work: Work) throws -> NewPerson {
        guard let start else { preconditionFailure("performed before it was prepared") }
        let unit = try work.unit(unit, mayGrant: role)
        guard photo.allSatisfy({ $0.type.hasPrefix("image/") }) else { throw Problem.invalid("photo", "not-an-upload") }
        let id = try work.addPerson(
            PersonDraft(
                county: unit.county, name: name, signIn: signIn.lowercased(), passwordHash: start.hash, phone: phone,
                photo: photo.first?.hash))
        try work.tx.run("UPDATE person SET must_change = 1 WHERE id = \(id)")
        try work.grantRole(role, to: id, in: unit.id)
        return NewPerson(id: id, name: name, signIn: signIn.lowercased(), password: start.password)
    }
}

/// A random password and its hash, made outside the transaction.
struct StartingPassword: Codable, Sendable {
    let password: String
    let hash: String

    static func make(_ chance: Chance) async -> StartingPassword {
        let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789".utf8)
        // 12 of 31 characters: 59 bits.
        let password = String(decoding: (0..<12).map { _ in alphabet[chance.number(below: alphabet.count)] }, as: UTF8.self)
        return StartingPassword(password: password, hash: await Password.hashAside(password, chance: chance))
    }
}

/// Who was entered, with the password that is shown this once.
package struct NewPerson: Answer {
    package let id: ID<Person>
    package let name: String
    package let signIn: String
    package let password: String
    package static var schema: Schema {
        .object([("id", .string(format: "uuid")), ("name", .text), ("signIn", .text), ("password", .text)])
    }
}

extension Work {
    /// The unit, when one of the actor's roles there may hand out `role`.
    func unit(_ id: ID<Unit>, mayGrant role: Role) throws -> UnitInfo {
        guard let unit = try tx.unit(id) else { throw Problem.notFound }
        if actor.isSystem { return unit }
        let ruling = actor.grants.filter { $0.unit == unit.id || reaches(unit.path, from: $0.reach) }
        guard ruling.contains(where: { !$0.role.mayGrant.isEmpty }) else { throw Problem.notFound }
        guard ruling.contains(where: { $0.role.mayGrant.contains(role) }) else {
            throw Problem.invalid("role", "role-not-yours-to-give")
        }
        return unit
    }
}

/// Corrects a name, phone or picture. Everybody may change their own phone and picture.
package struct ChangePerson: Action {
    package static let name = "change-person"
    package static let door = Door.post("/people/:person")
    package static let who: Who = .roles(.stationHead, .company)
    @Input(.hidden) var person: ID<Person>
    @Input(.length(1...40)) var name: String
    @Input var phone: PhoneNumber?
    @Input(.count(0...1)) var photo: [Upload]
    package init() {}

    package func perform(_ work: Work) throws -> PersonInfo {
        let old = try work.person(person, administratedBy: [.stationHead, .company])
        // A customer's phone is their sign-in: only their own one-time code proves it.
        guard !old.isCustomer else { throw Problem.notFound }
        guard photo.allSatisfy({ $0.type.hasPrefix("image/") }) else { throw Problem.invalid("photo", "not-an-upload") }
        try work.tx.run("UPDATE person SET name = \(name), photo = \(photo.first?.hash ?? old.photo) WHERE id = \(person)")
        if let phone {
            try work.tx.run(
                """
                UPDATE person SET phone = \(try work.desk.keys.seal(phone.digits)),
                       phone_hash = \(work.desk.keys.hash(phone)), phone_tail = \(phone.lastFour) WHERE id = \(person)
                """)
        }
        try work.record(EventDraft("person.changed", of: "person", person.text, county: old.county))
        try work.touchDirectory()
        guard let changed = try work.tx.person(person, now: work.now) else { throw Problem.notFound }
        return changed
    }
}

/// A person may not sign in any more. Their pairings must have been handed over.
package struct DeactivatePerson: Action {
    package static let name = "deactivate-person"
    package static let door = Door.post("/people/:person/deactivate")
    package static let who: Who = .roles(.stationHead, .company)
    @Input(.hidden) var person: ID<Person>
    package init() {}

    package func perform(_ work: Work) throws -> PersonInfo {
        let old = try work.person(person, administratedBy: [.stationHead, .company])
        guard person != work.actor.person else { throw Problem(.conflict, "not-yourself") }
        guard try !work.tx.hasPairings(person) else { throw Problem(.conflict, "hand-over-first") }
        try work.tx.run("UPDATE person SET active = 0, password = NULL, totp = NULL WHERE id = \(person)")
        try work.tx.run(
            "UPDATE grant_ SET until = \(work.now) WHERE person = \(person) AND since <= \(work.now) AND (until IS NULL OR until > \(work.now))")
        try work.tx.run("DELETE FROM session WHERE person = \(person)")
        try work.record(EventDraft("person.deactivated", of: "person", person.text, county: old.county))
        try work.touchDirectory()
        guard let changed = try work.tx.person(person, now: work.now) else { throw Problem.notFound }
        return changed
    }
}

/// Gives a further role in a unit.
package struct GrantRole: Action {
    package static let name = "grant-role"
    package static let door = Door.post("/people/:person/roles")
    package static let who: Who = .roles(.stationHead, .company)
    @Input(.hidden) var person: ID<Person>
    @Input var role: Role
    @Input var unit: ID<Unit>
    package init() {}

    package func perform(_ work: Work) throws -> PersonInfo {
        let seen = try work.person(person, administratedBy: [.stationHead, .company])
        guard seen.isActive, !seen.isCustomer else { throw Problem(.conflict, "person-not-active") }
        let unit = try work.unit(unit, mayGrant: role)
        guard unit.county == seen.county else { throw Problem.notFound }
        try work.grantRole(role, to: person, in: unit.id)
        guard let changed = try work.tx.person(person, now: work.now) else { throw Problem.notFound }
        return changed
    }
}

/// Takes a role away.
package struct EndRole: Action {
    package static let name = "end-role"
    package static let door = Door.post("/people/:person/roles/end")
    package static let who: Who = .roles(.stationHead, .company)
    @Input(.hidden) var person: ID<Person>
    @Input var role: Role
    @Input var unit: ID<Unit>
    package init() {}

    package func perform(_ work: Work) throws -> PersonInfo {
        let old = try work.person(person, administratedBy: [.stationHead, .company])
        _ = try work.unit(unit, mayGrant: role)
        if role == .representative, try work.tx.hasPairings(person) { throw Problem(.conflict, "hand-over-first") }
        let ended = try work.tx.change(
            """
            UPDATE grant_ SET until = \(work.now)
            WHERE person = \(person) AND role = \(role) AND unit = \(unit) AND cause = 'role' AND until IS NULL
            """)
        guard ended > 0 else { throw Problem.invalid("role", "role-not-held") }
        try work.record(
            EventDraft(
                "role.ended", of: "person", person.text, ["role": role.rawValue, "unit": unit.text],
                county: old.county))
        guard let changed = try work.tx.person(person, now: work.now) else { throw Problem.notFound }
        return changed
    }
}

/// Enters a certificate of electrical work.
package struct AddCertificate: Action {
    package static let name = "add-certificate"
    package static let door = Door.post("/people/:person/certificates", status: 201)
    package static let who: Who = .roles(.stationHead, .company)
    @Input(.hidden) var person: ID<Person>
    @Input var kind: CertificateKind
    @Input(.length(3...40)) var number: String
    @Input var from: Day
    @Input var to: Day
    package init() {}

    package func perform(_ work: Work) throws -> CertificateInfo {
        _ = try work.person(person, administratedBy: [.stationHead, .company])
        let id = try work.addCertificate(of: person, kind: kind, number: number, from: from, to: to)
        guard let made = try work.tx.certificates(of: person).first(where: { $0.id == id }) else { throw Problem.notFound }
        return made
    }
}

/// A representative is away; another one stands in.
package struct TakeLeave: Action {
    package static let name = "take-leave"
    package static let door = Door.post("/people/:person/leave", status: 201)
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead, .company)
    @Input(.hidden) var person: ID<Person>
    @Input var from: Day
    @Input var to: Day
    @Input var standIn: ID<Person>
    package init() {}

    package func perform(_ work: Work) throws -> LeaveInfo {
        _ = try work.person(person, onLeaveBy: work.actor)
        guard from >= work.now.day else { throw Problem.invalid("from", "in-the-past") }
        guard from.distance(to: to) <= 366 else { throw Problem.invalid("to", "too-far") }
        let id = try work.takeLeave(person: person, from: from, to: to, standIn: standIn)
        guard let made = try work.tx.leave(id) else { throw Problem.notFound }
        return made
    }
}

/// A leave ends today; one that has not begun is taken back.
package struct EndLeave: Action {
    package static let name = "end-leave"
    package static let door = Door.post("/leave/:leave/end")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead, .company)
    @Input(.hidden) var leave: ID<Leave>
    package init() {}

    package func perform(_ work: Work) throws -> Done {
        guard let seen = try work.tx.leave(leave) else { throw Problem.notFound }
        let person = try work.person(seen.person, onLeaveBy: work.actor)
        let today = work.now.day
        guard seen.to >= today else { throw Problem(.conflict, "leave-over") }
        if seen.from >= today {
            try work.tx.run("DELETE FROM leave_ WHERE id = \(leave)")
        } else {
            try work.tx.run("UPDATE leave_ SET to_day = \(today.adding(days: -1)) WHERE id = \(leave)")
        }
        try work.tx.run(
            "UPDATE grant_ SET until = \(work.now) WHERE cause = \(leave.text) AND since <= \(work.now) AND until > \(work.now)")
        try work.tx.run("DELETE FROM grant_ WHERE cause = \(leave.text) AND since > \(work.now)")
        try work.record(
            EventDraft("leave.ended", of: "person", seen.person.text, ["leave": leave.text], county: person.county))
        return Done()
    }
}

extension Actor {
    /// Whether a role is held in the actor's own station or county. A representative's villages do
    /// not count: they may be another station's.
    func isSuperior(to held: RoleInfo) -> Bool {
        grants.contains { grant in
            switch grant.role {
            case .dispatcher, .stationHead:
                grant.unit == held.unit || (held.role != .representative && reaches(held.unitPath, from: grant.reach))
            case .company: reaches(held.unitPath, from: grant.reach)
            default: false
            }
        }
    }
}

extension Work {
    /// The representative whose leave the actor may enter: their own, or of the station's people.
    /// A village in which somebody of another station stands in does not make them one of these.
    fileprivate func person(_ id: ID<Person>, onLeaveBy actor: Actor) throws -> PersonInfo {
        if actor.person == id, let own = try tx.person(id, now: now) { return own }
        guard let person = try tx.person(id, now: now),
            person.roles.contains(where: { held in
                held.role == .representative && actor.isSuperior(to: held)
            })
        else { throw Problem.notFound }
        return person
    }
}
