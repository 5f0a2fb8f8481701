package import Desk
import Storage
import Values

/// The company enters a place of supply.
package struct AddAccount: Action {
    package static let name = "add-account"
    package static let door = Door.post("/accounts", status: 201)
    package static let who: Who = .roles(.company)
    @Input(.length(6...20)) var number: String
    @Input var village: ID<Village>
    @Input(.length(1...40)) var name: String
    @Input(.length(1...120)) var address: String
    @Input var phone: PhoneNumber?
    @Input(.length(1...30)) var meter: String?
    @Input var kind: AccountKind
    package init() {}

    package func perform(_ work: Work) throws -> AccountInfo {
        let village = try work.openVillage(village, reachedBy: [.company])
        guard number.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw Problem.invalid("number", "not-an-account-number")
        }
        let customer = try phone.map { try work.customer(phone: $0, name: name, county: village.county) }
        let id = try work.addAccount(
            AccountDraft(
                county: village.county, number: number, village: village.id, customer: customer, name: name,
                address: address, meter: meter, kind: kind, opened: work.now.day))
        guard let made = try work.tx.account(id) else { throw Problem.notFound }
        return made
    }
}

/// Who calls? Finds the household by the caller's number or the account number (A4). Names and
/// addresses are masked for those who have no duty in the village; each look-up is recorded.
package struct FindAccounts: Query {
    package static let name = "find-accounts"
    package static let door = Door.get("/accounts")
    package static let who: Who = .roles(.attendant, .liaison, .representative, .dispatcher, .stationHead, .company)
    @Input var phone: PhoneNumber?
    @Input(.length(6...20)) var number: String?
    package init() {}

    package func fetch(_ work: Work) throws -> AccountList {
        guard phone != nil || number != nil else { throw Problem.invalid("phone", "missing") }
        var found: [AccountInfo] = []
        if let phone { found = try work.tx.accounts(phoneHash: work.desk.keys.hash(phone), county: work.actor.county) }
        if let number { found += try work.tx.account(number: number, county: work.actor.county).map { [$0] } ?? [] }
        let serving: Set<Role> = [.attendant, .liaison, .representative, .dispatcher, .stationHead]
        let reach: Set<Role> = serving.union([.company])
        let shown = found.filter { work.actor.has(reach, at: $0.villagePath) }
        if let phone, !shown.isEmpty {
            work.witness(
                EventDraft("account.found", of: "phone", work.desk.keys.hash(phone), ["accounts": "\(shown.count)"]))
        }
        return AccountList(items: shown.map { work.actor.has(serving, at: $0.villagePath) ? $0 : $0.masked })
    }
}

package struct AccountList: Answer {
    package let items: [AccountInfo]
    package static var schema: Schema { .object([("items", .array(AccountInfo.schema))]) }
}

/// A whole phone number, shown this once.
package struct RevealedPhone: Answer {
    package let name: String
    package let phone: String
    package static var schema: Schema { .object([("name", .text), ("phone", .text)]) }
}

/// Shows a person's whole number to somebody whose duty needs it, with the reason on record (Q2).
package struct RevealPersonPhone: Action {
    package static let name = "reveal-person-phone"
    package static let door = Door.post("/people/:person/phone")
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    package static let keepsAnswer = false
    package static let allowance: Allowance? = Allowance(tries: 60, withinSeconds: 3600)
    @Input(.hidden) var person: ID<Person>
    @Input(.length(2...100)) var reason: String
    package init() {}

    package func perform(_ work: Work) throws -> RevealedPhone {
        guard let seen = try work.tx.person(person, now: work.now), seen.county == work.actor.county,
            !seen.isCustomer,
            // Somebody without a role any more can still be called by the county.
            seen.roles.contains(where: work.actor.isSuperior(to:))
                || seen.roles.isEmpty && work.actor.has([.company], at: seen.county)
        else { throw Problem.notFound }
        return try work.reveal(person, name: seen.name, county: seen.county, of: "person", person.text, reason)
    }
}

/// The phone behind an account, for those who serve its village.
package struct RevealAccountPhone: Action {
    package static let name = "reveal-account-phone"
    package static let door = Door.post("/accounts/:account/phone")
    package static let who: Who = .roles(.attendant, .liaison, .representative, .dispatcher, .stationHead, .company)
    package static let keepsAnswer = false
    package static let allowance: Allowance? = Allowance(tries: 60, withinSeconds: 3600)
    @Input(.hidden) var account: ID<Account>
    @Input(.length(2...100)) var reason: String
    package init() {}

    package func perform(_ work: Work) throws -> RevealedPhone {
        let roles: Set<Role> = [.attendant, .liaison, .representative, .dispatcher, .stationHead, .company]
        guard let seen = try work.tx.account(account), work.actor.has(roles, at: seen.villagePath),
            let customer = seen.customer
        else { throw Problem.notFound }
        return try work.reveal(customer, name: seen.name, county: seen.county, of: "account", account.text, reason)
    }
}

extension Work {
    fileprivate func reveal(
        _ person: ID<Person>, name: String, county: String, of kind: String, _ subject: String, _ reason: String
    ) throws -> RevealedPhone {
        guard let sealed = try tx.value("SELECT phone FROM person WHERE id = \(person)") as [UInt8]? else {
            throw Problem.notFound
        }
        let phone = PhoneNumber(stored: try desk.keys.openText(sealed))
        try record(EventDraft("phone.revealed", of: kind, subject, ["reason": reason], county: county))
        return RevealedPhone(name: name, phone: phone.spaced)
    }
}
