package import Desk
package import Storage
package import Values

package enum Account {}

/// What the supply is used for.
package enum AccountKind: String, Sendable, Hashable, CaseIterable, Codable, SQLBindable, SQLReadable, InputChoice {
    case residential, commercial, agricultural, other
    package static var wordPrefix: String { "account-kind" }
}

/// A place of supply. The address is whole: mask it unless the reader's duty needs it.
package struct AccountInfo: Answer, Hashable {
    package let id: ID<Account>
    package let county: String
    /// 户号, digits.
    package let number: String
    package let village: ID<Village>
    package let villageName: String
    package let villagePath: String
    package let customer: ID<Person>?
    package let name: String
    package let address: String
    package let meter: String?
    package let kind: AccountKind
    package let isClosed: Bool

    /// For eyes that need to recognise, not to know.
    package var masked: AccountInfo {
        AccountInfo(
            id: id, county: county, number: number, village: village, villageName: villageName,
            villagePath: villagePath, customer: customer, name: Masking.name(name), address: Masking.address(address),
            meter: meter, kind: kind, isClosed: isClosed)
    }

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("county", .text), ("number", .text),
                ("village", .string(format: "uuid")), ("villageName", .text), ("villagePath", .text),
                ("customer", .string(format: "uuid")), ("name", .text), ("address", .text), ("meter", .text),
                ("kind", .choice(AccountKind.allCases.map(\.rawValue))), ("isClosed", .boolean),
            ], optional: ["customer", "meter"])
    }
}

package struct AccountDraft: Sendable {
    package var county: String
    package var number: String
    package var village: ID<Village>
    package var customer: ID<Person>?
    package var name: String
    package var address: String
    package var meter: String?
    package var kind: AccountKind
    package var opened: Day

    package init(
        county: String, number: String, village: ID<Village>, customer: ID<Person>? = nil, name: String,
        address: String, meter: String? = nil, kind: AccountKind = .residential, opened: Day
    ) {
        self.county = county
        self.number = number
        self.village = village
        self.customer = customer
        self.name = name
        self.address = address
        self.meter = meter
        self.kind = kind
        self.opened = opened
    }
}

extension Transaction {
    private static let accountSelect: SQL = """
        SELECT a.id, a.county, a.number, a.village, v.name, v.path, a.customer, a.name, a.address, a.meter, a.kind,
               a.closed
        FROM account a JOIN unit v ON v.id = a.village
        """

    private static func accountInfo(_ row: Row) -> AccountInfo {
        AccountInfo(
            id: row[0], county: row[1], number: row[2], village: row[3], villageName: row[4], villagePath: row[5],
            customer: row[6], name: row[7], address: row[8], meter: row[9], kind: row[10],
            isClosed: (row[11] as Day?) != nil)
    }

    package func account(_ id: ID<Account>) throws -> AccountInfo? {
        try first("\(sql: Self.accountSelect) WHERE a.id = \(id)", Self.accountInfo)
    }

    package func account(number: String, county: String) throws -> AccountInfo? {
        try first("\(sql: Self.accountSelect) WHERE a.county = \(county) AND a.number = \(number)", Self.accountInfo)
    }

    package func accounts(of customer: ID<Person>) throws -> [AccountInfo] {
        try rows("\(sql: Self.accountSelect) WHERE a.customer = \(customer) ORDER BY a.id LIMIT 100", Self.accountInfo)
    }

    /// People who share a phone, at most.
    private static let peopleOfOnePhone = 20

    /// The household of a caller, by the keyed hash of the number that calls. Person by person: asked for
    /// together with the county, SQLite walks along all accounts of the county.
    package func accounts(phoneHash: String, county: String) throws -> [AccountInfo] {
        let people: [ID<Person>] = try rows(
            "SELECT id FROM person WHERE phone_hash = \(phoneHash) ORDER BY id LIMIT \(Self.peopleOfOnePhone)"
        ) { $0[0] }
        return try people.flatMap { try accounts(of: $0) }.filter { $0.county == county }.sorted { $0.id < $1.id }
    }

    package func households(in villages: [ID<Village>]) throws -> Int {
        try value("SELECT COUNT(*) FROM account WHERE village IN \(list: villages) AND closed IS NULL") as Int? ?? 0
    }
}

extension Work {
    /// - Throws: `account-taken`.
    @discardableResult
    package func addAccount(_ draft: AccountDraft) throws -> ID<Account> {
        let id: ID<Account> = newID()
        let made = try tx.change(
            """
            INSERT INTO account (id, county, number, village, customer, name, address, meter, kind, opened)
            VALUES (\(id), \(draft.county), \(draft.number), \(draft.village), \(draft.customer), \(draft.name),
                    \(draft.address), \(draft.meter), \(draft.kind), \(draft.opened))
            ON CONFLICT (county, number) DO NOTHING
            """)
        guard made == 1 else { throw Problem.invalid("number", "account-taken") }
        try record(EventDraft("account.added", of: "account", id.text, county: draft.county))
        return id
    }

    /// The customer who signs in with that phone, made when there is none yet.
    package func customer(phone: PhoneNumber, name: String, county: String) throws -> ID<Person> {
        if let known = try tx.customer(phoneHash: desk.keys.hash(phone)) { return known }
        return try addPerson(PersonDraft(county: county, name: name, phone: phone, isCustomer: true))
    }
}
