package import Desk
package import Storage
package import Values

extension Transaction {
    private static let personColumns: SQL = """
        p.id, p.county, p.name, p.sign_in, p.phone_tail, p.photo, p.active, p.customer, p.password IS NOT NULL,
        p.totp IS NOT NULL
        """

    private static func personInfo(_ row: Row) -> PersonInfo {
        let tail: String? = row[4]
        return PersonInfo(
            id: row[0], county: row[1], name: row[2], signIn: row[3], phoneMasked: tail.map { "****\($0)" },
            photo: row[5], isActive: row[6], isCustomer: row[7], hasPassword: row[8], hasTOTP: row[9], roles: [])
    }

    package func person(_ id: ID<Person>, now: Instant) throws -> PersonInfo? {
        try first("SELECT \(sql: Self.personColumns) FROM person p WHERE p.id = \(id)", Self.personInfo)
            .map { $0.with(try roles(of: [id], at: now)[id] ?? []) }
    }

    /// Current holders of a role exactly in that unit, by name.
    package func people(in unit: ID<Unit>, role: Role?, now: Instant) throws -> [PersonInfo] {
        let inRole: SQL = role.map { "AND g.role = \($0)" } ?? ""
        let found = try rows(
            """
            SELECT \(sql: Self.personColumns) FROM person p
            WHERE p.active = 1 AND p.id IN (
                SELECT g.person FROM grant_ g
                WHERE g.unit = \(unit) AND g.since <= \(now) AND (g.until IS NULL OR g.until > \(now)) \(sql: inRole))
            ORDER BY p.name, p.id
            """, Self.personInfo)
        return try withRoles(found, now)
    }

    /// Staff whose roles lie under `path`, key-paged by id; `text` narrows by name or sign-in.
    func staff(
        under paths: [String], text: String?, role: Role?, after: ID<Person>?, limit: Int, now: Instant
    ) throws -> [PersonInfo] {
        let inRole: SQL = role.map { "AND g.role = \($0)" } ?? ""
        let beyond: SQL = after.map { "AND p.id > \($0)" } ?? ""
        let named: SQL =
            text.map {
                let part = "%\(likePattern($0))%"
                return "AND (p.name LIKE \(part) ESCAPE '!' OR p.sign_in LIKE \(part) ESCAPE '!')"
            } ?? ""
        var scope: SQL = "1 = 0"
        for path in paths { scope += " OR \(sql: within("u.path", path))" }
        let found = try rows(
            """
            SELECT \(sql: Self.personColumns) FROM person p
            WHERE p.customer = 0 \(sql: beyond) \(sql: named)
            AND EXISTS (SELECT 1 FROM grant_ g JOIN unit u ON u.id = g.unit
                        WHERE g.person = p.id AND (\(sql: scope)) \(sql: inRole)
                        AND (g.until IS NULL OR g.until > \(now)))
            ORDER BY p.id LIMIT \(limit)
            """, Self.personInfo)
        return try withRoles(found, now)
    }

    private func withRoles(_ people: [PersonInfo], _ now: Instant) throws -> [PersonInfo] {
        let roles = try roles(of: people.map(\.id), at: now)
        return people.map { $0.with(roles[$0.id] ?? []) }
    }

    func roles(of people: [ID<Person>], at now: Instant) throws -> [ID<Person>: [RoleInfo]] {
        guard !people.isEmpty else { return [:] }
        let found = try rows(
            """
            SELECT g.person, g.role, g.unit, u.name, u.name_en, u.path,
                   MIN(CASE WHEN g.cause = 'role' THEN 0 ELSE 1 END)
            FROM grant_ g JOIN unit u ON u.id = g.unit
            WHERE g.person IN \(list: people) AND g.since <= \(now) AND (g.until IS NULL OR g.until > \(now))
            GROUP BY g.person, g.role, g.unit, u.name, u.name_en, u.path ORDER BY g.person, u.path, g.role
            """
        ) { row -> (ID<Person>, RoleInfo) in
            (
                row[0],
                RoleInfo(
                    role: row[1], unit: row[2], unitName: row[3], unitNameEn: row[4], unitPath: row[5], isLent: row[6])
            )
        }
        return Dictionary(grouping: found, by: \.0).mapValues { $0.map(\.1) }
    }

    package func personName(_ id: ID<Person>) throws -> String? {
        try value("SELECT name FROM person WHERE id = \(id)")
    }

    package func personNames(_ ids: some Sequence<ID<Person>>) throws -> [ID<Person>: String] {
        let wanted = Array(Set(ids))
        guard !wanted.isEmpty else { return [:] }
        let found = try rows("SELECT id, name FROM person WHERE id IN \(list: wanted)") {
            ($0[0] as ID<Person>, $0[1] as String)
        }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    /// - Parameter village: whose service point's duty days count; nil takes any village.
    package func personCard(
        _ id: ID<Person>, on day: Day, keys: KeyRing, village: ID<Village>? = nil
    ) throws -> PersonCard? {
        let at: SQL = village.map { "AND d.village = \($0)" } ?? ""
        return try first(
            """
            SELECT p.id, p.name, p.phone, p.photo,
                   (SELECT MIN(d.day) FROM duty d WHERE d.person = p.id AND d.day >= \(day) \(sql: at))
            FROM person p WHERE p.id = \(id)
            """
        ) { row in
            let sealed: [UInt8]? = row[2]
            let phone = try sealed.map { PhoneNumber(stored: try keys.openText($0)).spaced }
            return PersonCard(id: row[0], name: row[1], phone: phone ?? "", photo: row[3], nextDuty: row[4])
        }
    }

    package func grants(of person: ID<Person>, at now: Instant) throws -> [Grant] {
        try rows(
            """
            SELECT DISTINCT role, unit, reach FROM grant_
            WHERE person = \(person) AND since <= \(now) AND (until IS NULL OR until > \(now))
            ORDER BY reach, role, unit
            """
        ) { Grant(role: $0[0], unit: $0[1], reach: $0[2]) }
    }

    /// The person as somebody who acts, without a session: for replays, the command line and tests.
    /// - Returns: nil when unknown or not active.
    package func actor(for person: ID<Person>, at now: Instant, address: String = "") throws -> Actor? {
        guard
            let row = try first(
                "SELECT name, county, customer, phone_hash FROM person WHERE id = \(person) AND active = 1",
                { (name: $0[0] as String, county: $0[1] as String, customer: $0[2] as Bool, phone: $0[3] as String?) })
        else { return nil }
        var grants = try grants(of: person, at: now)
        if row.customer { grants.append(.ownOnly) }
        return Actor(
            person: person, name: row.name, county: row.county, grants: grants,
            phoneHash: row.customer ? row.phone : nil, address: address)
    }

    package func customer(phoneHash: String) throws -> ID<Person>? {
        try value("SELECT id FROM person WHERE phone_hash = \(phoneHash) AND customer = 1")
    }

    // MARK: Certificates and leave

    /// Whether a certificate of electrical work is valid on that day.
    package func isCertified(_ person: ID<Person>, on day: Day) throws -> Bool {
        try value(
            """
            SELECT 1 FROM certificate
            WHERE person = \(person) AND valid_from <= \(day) AND valid_to >= \(day) LIMIT 1
            """) as Int? != nil
    }

    package func certificates(of person: ID<Person>) throws -> [CertificateInfo] {
        try certificates("c.person = \(person)")
    }

    /// Certificates of the staff under `path`, those that end first at the top.
    func certificates(under path: String, limit: Int) throws -> [CertificateInfo] {
        try certificates(
            """
            c.person IN (SELECT g.person FROM grant_ g JOIN unit u ON u.id = g.unit
                         WHERE g.until IS NULL AND \(sql: within("u.path", path)))
            """, limit: limit)
    }

    private func certificates(_ condition: SQL, limit: Int = 200) throws -> [CertificateInfo] {
        try rows(
            """
            SELECT c.id, c.person, p.name, c.kind, c.number, c.valid_from, c.valid_to
            FROM certificate c JOIN person p ON p.id = c.person
            WHERE \(sql: condition) ORDER BY c.valid_to, c.id LIMIT \(limit)
            """
        ) {
            CertificateInfo(
                id: $0[0], person: $0[1], personName: $0[2], kind: $0[3], number: $0[4], validFrom: $0[5],
                validTo: $0[6])
        }
    }

    /// Leaves that have not ended before `day`.
    package func leaves(of person: ID<Person>, from day: Day) throws -> [LeaveInfo] {
        try rows(
            """
            SELECT l.id, l.person, l.from_day, l.to_day, l.stand_in, p.name
            FROM leave_ l JOIN person p ON p.id = l.stand_in
            WHERE l.person = \(person) AND l.to_day >= \(day) ORDER BY l.from_day, l.id
            """, Self.leaveInfo)
    }

    func leave(_ id: ID<Leave>) throws -> LeaveInfo? {
        try first(
            """
            SELECT l.id, l.person, l.from_day, l.to_day, l.stand_in, p.name
            FROM leave_ l JOIN person p ON p.id = l.stand_in WHERE l.id = \(id)
            """, Self.leaveInfo)
    }

    private static func leaveInfo(_ row: Row) -> LeaveInfo {
        LeaveInfo(id: row[0], person: row[1], from: row[2], to: row[3], standIn: row[4], standInName: row[5])
    }

    /// Who stands in for the person on that day; nil when they are not on leave.
    func standIn(for person: ID<Person>, on day: Day) throws -> ID<Person>? {
        try value(
            """
            SELECT stand_in FROM leave_ WHERE person = \(person) AND to_day >= \(day) AND from_day <= \(day)
            ORDER BY from_day, id LIMIT 1
            """)
    }
}

extension PersonInfo {
    func with(_ roles: [RoleInfo]) -> PersonInfo {
        PersonInfo(
            id: id, county: county, name: name, signIn: signIn, phoneMasked: phoneMasked, photo: photo,
            isActive: isActive, isCustomer: isCustomer, hasPassword: hasPassword, hasTOTP: hasTOTP, roles: roles)
    }
}

extension Grant {
    /// A customer's: reaches no unit at all, only what is their own.
    package static let ownOnly = Grant(role: .customer, unit: ID(""), reach: "")
}

extension Transaction {
    /// Those of the blobs that are somebody's picture: the sweep keeps them.
    package func personPhotos(among hashes: [String]) throws -> Set<String> {
        guard !hashes.isEmpty else { return [] }
        return Set(try rows("SELECT photo FROM person WHERE photo IN \(list: hashes)") { $0[0] as String })
    }
}
