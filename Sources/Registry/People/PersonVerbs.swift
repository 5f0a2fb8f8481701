package import Desk
import Storage
package import Values

/// A person who is to be entered.
package struct PersonDraft: Sendable {
    package var id: ID<Person>?
    package var county: String
    package var name: String
    /// Person number or phone typed at sign-in; nil for customers.
    package var signIn: String?
    /// Made by `Password.hash` before the transaction.
    package var passwordHash: String?
    package var phone: PhoneNumber?
    package var photo: String?
    /// Signs in by phone and one-time code.
    package var isCustomer: Bool

    package init(
        county: String, name: String, signIn: String? = nil, passwordHash: String? = nil, phone: PhoneNumber? = nil,
        photo: String? = nil, isCustomer: Bool = false, id: ID<Person>? = nil
    ) {
        self.id = id
        self.county = county
        self.name = name
        self.signIn = signIn
        self.passwordHash = passwordHash
        self.phone = phone
        self.photo = photo
        self.isCustomer = isCustomer
    }
}

extension Work {
    /// - Throws: `sign-in-taken`, or `phone-taken` for a second customer with one phone.
    package func addPerson(_ draft: PersonDraft) throws -> ID<Person> {
        let id = draft.id ?? newID()
        let made = try tx.change(
            """
            INSERT INTO person (id, county, name, sign_in, password, phone, phone_hash, phone_tail, photo, customer,
                                active, made_at)
            VALUES (\(id), \(draft.county), \(draft.name), \(draft.signIn), \(draft.passwordHash),
                    \(try draft.phone.map { try desk.keys.seal($0.digits) }), \(draft.phone.map { desk.keys.hash($0) }),
                    \(draft.phone?.lastFour), \(draft.photo), \(draft.isCustomer), 1, \(now))
            ON CONFLICT DO NOTHING
            """)
        guard made == 1 else {
            throw draft.isCustomer
                ? Problem.invalid("phone", "phone-taken") : Problem.invalid("signIn", "sign-in-taken")
        }
        try record(EventDraft("person.added", of: "person", id.text, county: draft.county))
        if !draft.isCustomer { try touchDirectory() }
        return id
    }

    /// - Throws: `role-wrong-unit` when such a unit has no such role.
    package func grantRole(
        _ role: Role, to person: ID<Person>, in unit: ID<Unit>, since: Instant? = nil
    ) throws {
        guard let unit = try tx.unit(unit), !unit.isClosed, role.unitKinds.contains(unit.kind) else {
            throw Problem.invalid("unit", "role-wrong-unit")
        }
        let reach: String
        switch role {
        case .dispatcher, .stationHead,
            .attendant where unit.kind == .station:
            guard let partner = unit.partner, let township = try tx.unit(partner) else {
                throw Problem.invalid("unit", "role-wrong-unit")
            }
            reach = township.path
        default: reach = unit.path
        }
        let made = try tx.change(
            """
            INSERT INTO grant_ (id, county, person, role, unit, reach, since, cause)
            VALUES (\(newID(Grant.self)), \(unit.county), \(person), \(role), \(unit.id), \(reach),
                    \(since ?? now), 'role')
            ON CONFLICT DO NOTHING
            """)
        guard made == 1 else { throw Problem(.conflict, "role-held-already") }
        try record(
            EventDraft(
                "role.granted", of: "person", person.text, ["role": role.rawValue, "unit": unit.id.text],
                county: unit.county))
    }

    package func addCertificate(
        of person: ID<Person>, kind: CertificateKind, number: String, from: Day, to: Day
    ) throws -> ID<Certificate> {
        guard to >= from else { throw Problem.invalid("to", "ends-before-it-begins") }
        guard let county = try tx.value("SELECT county FROM person WHERE id = \(person)") as String? else {
            throw Problem.notFound
        }
        let id: ID<Certificate> = newID()
        let made = try tx.change(
            """
            INSERT INTO certificate (id, county, person, kind, number, valid_from, valid_to, made_at)
            VALUES (\(id), \(county), \(person), \(kind), \(number), \(from), \(to), \(now))
            ON CONFLICT DO NOTHING
            """)
        guard made == 1 else { throw Problem.invalid("number", "certificate-taken") }
        try record(
            EventDraft(
                "certificate.added", of: "person", person.text,
                ["kind": kind.rawValue, "from": from.iso, "to": to.iso], county: county))
        return id
    }

    /// The stand-in gets the representative's villages for these days.
    /// - Throws: `stand-in-not-representative`, `stand-in-on-leave`, `leave-overlaps`, `ends-before-it-begins`.
    @discardableResult
    package func takeLeave(
        person: ID<Person>, from: Day, to: Day, standIn: ID<Person>
    ) throws -> ID<Leave> {
        guard to >= from else { throw Problem.invalid("to", "ends-before-it-begins") }
        guard person != standIn else { throw Problem.invalid("standIn", "stand-in-not-representative") }
        guard let county = try tx.value("SELECT county FROM person WHERE id = \(person)") as String? else {
            throw Problem.notFound
        }
        try mustRepresent(standIn, in: county, field: "standIn", code: "stand-in-not-representative")
        if try overlappingLeave(of: person, from, to) { throw Problem.invalid("from", "leave-overlaps") }
        if try overlappingLeave(of: standIn, from, to) { throw Problem.invalid("standIn", "stand-in-on-leave") }
        let id: ID<Leave> = newID()
        try tx.run(
            """
            INSERT INTO leave_ (id, county, person, from_day, to_day, stand_in, made_at, made_by)
            VALUES (\(id), \(county), \(person), \(from), \(to), \(standIn), \(now), \(actor.person))
            """)
        let villages = try tx.rows(
            """
            SELECT v.id, v.path FROM pairing p JOIN unit v ON v.id = p.village
            WHERE p.representative = \(person) AND (p.until IS NULL OR p.until > \(from)) ORDER BY v.path
            """
        ) { ($0[0] as ID<Village>, $0[1] as String) }
        for (village, path) in villages {
            try grantVillage(
                .representative, to: standIn, village: village, path: path, county: county, since: from.start,
                until: to.adding(days: 1).start, cause: id.text)
        }
        try record(
            EventDraft(
                "leave.taken", of: "person", person.text,
                ["leave": id.text, "from": from.iso, "to": to.iso, "standIn": standIn.text], county: county))
        return id
    }

    private func overlappingLeave(of person: ID<Person>, _ from: Day, _ to: Day) throws -> Bool {
        try tx.value(
            "SELECT 1 FROM leave_ WHERE person = \(person) AND to_day >= \(from) AND from_day <= \(to) LIMIT 1")
            as Int? != nil
    }

    /// - Throws: a complaint on the field unless the person is active and a representative in the county.
    func mustRepresent(_ person: ID<Person>, in county: String, field: String, code: String) throws {
        let found: Int? = try tx.value(
            """
            SELECT 1 FROM grant_ g JOIN person p ON p.id = g.person
            WHERE g.person = \(person) AND g.role = 'representative' AND g.cause = 'role' AND g.until IS NULL
            AND p.active = 1 AND g.county = \(county) LIMIT 1
            """)
        guard found != nil else { throw Problem.invalid(field, code) }
    }

    /// A role in one village that comes from a pairing or a leave, the `cause`.
    func grantVillage(
        _ role: Role, to person: ID<Person>, village: ID<Village>, path: String, county: String, since: Instant,
        until: Instant? = nil, cause: String
    ) throws {
        try tx.run(
            """
            INSERT INTO grant_ (id, county, person, role, unit, reach, since, until, cause)
            VALUES (\(newID(Grant.self)), \(county), \(person), \(role), \(village), \(path), \(since), \(until),
                    \(cause))
            ON CONFLICT DO NOTHING
            """)
    }

    /// The person, when the actor may administrate them: oneself with `orSelf`, otherwise whoever has
    /// all roles in units that one of the actor's roles reaches and may hand out. Nobody administrates
    /// customers: they sign in by their own phone.
    func person(_ id: ID<Person>, administratedBy roles: Set<Role>, orSelf: Bool = false) throws -> PersonInfo {
        guard let person = try tx.person(id, now: now) else { throw Problem.notFound }
        if actor.isSystem || (orSelf && actor.person == id) { return person }
        guard !person.isCustomer else { throw Problem.notFound }
        let ruling = actor.grants.filter { roles.contains($0.role) }
        if ruling.contains(where: { $0.role == .company && $0.reach == person.county }) { return person }
        let governs =
            !person.roles.isEmpty
            && person.roles.allSatisfy { held in
                ruling.contains { grant in
                    grant.role.mayGrant.contains(held.role)
                        && (grant.unit == held.unit || reaches(held.unitPath, from: grant.reach))
                }
            }
        guard governs else { throw Problem.notFound }
        return person
    }
}
