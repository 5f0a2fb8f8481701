package import Desk
package import Registry
import Service
import Storage
package import Values

/// Somebody looked at a household without a link to a transformer: it goes dark as well, or keeps its
/// light. The list of those nobody has looked at is to become empty.
package struct PlacePlannedHousehold: Action {
    package static let name = "place-planned-household"
    package static let door = Door.post("/planned/:outage/households")
    package static let who: Who = .roles(.liaison, .representative, .dispatcher, .stationHead)
    package static let mayChangeRights = false
    @Input package var outage: Code
    /// Account number.
    @Input(.length(6...20)) package var number: String
    @Input package var concerned: Bool
    package init() {}

    package func perform(_ work: Work) throws -> PlannedPlaced {
        guard let found = try work.tx.planned(outage), try work.sees(found),
            let account = try work.tx.account(number: number.trimmed, county: found.county)
        else {
            guard let seen = try work.tx.planned(outage), try work.sees(seen) else { throw Problem.notFound }
            throw Problem.invalid("number", "unknown-account")
        }
        guard try reaches(work, account, found) else { throw Problem.invalid("number", "unknown-account") }
        guard !found.state.isOver else { throw found.moved }
        guard try work.tx.plannedVillages(of: found.id).contains(where: { $0.village == account.village }) else {
            throw Problem.invalid("number", "village-not-concerned")
        }
        guard !account.isClosed else { throw Problem.invalid("number", "account-closed") }
        guard try !work.tx.isListedByNetwork(account.id, of: found.id) else {
            throw Problem.invalid("number", "household-listed")
        }
        try work.tx.place(account, in: found, isConcerned: concerned)
        // Who was added after the others were told hears it now.
        if concerned, found.state != .asked { try work.tellLate(account, found) }
        try work.record(
            EventDraft(
                concerned ? "planned.household-added" : "planned.household-left", of: "planned", found.number.text,
                ["account": account.id.text], county: found.county))
        return PlannedPlaced(number: account.number, concerned: concerned, unplaced: try work.tx.unplacedCount(of: found.id))
    }

    private func reaches(_ work: Work, _ account: AccountInfo, _ found: PlannedOutage) throws -> Bool {
        work.actor.has([.liaison, .representative, .dispatcher, .stationHead], at: account.villagePath)
            || work.actor.grants.contains { $0.unit == found.station }
    }
}

package struct PlannedPlaced: Answer, Equatable {
    package let number: String
    package let concerned: Bool
    /// Households that nobody has looked at yet; at most 1,000 are counted.
    package let unplaced: Int
    package static var schema: Schema {
        .object([("number", .text), ("concerned", .boolean), ("unplaced", .integer(min: 0))])
    }
}

extension Work {
    fileprivate func tellLate(_ account: AccountInfo, _ outage: PlannedOutage) throws {
        try owe(
            MessageDraft(
                key: "planned/\(outage.id.text)/late/\(account.id.text)/\(outage.round)",
                to: .customer(person: account.customer, name: account.name, phone: nil, village: account.village),
                template: outage.state == .running ? "planned-started" : "planned-announced",
                data: plannedData(outage)), county: outage.county)
        try tx.markTold(account.id, of: outage.id, at: now)
    }
}

// MARK: Lists

/// One household of an outage; name and address are masked for those who do not serve its village.
package struct PlannedHouseholdView: Answer, Equatable {
    package let number: String
    package let name: String
    package let address: String
    package let villageName: String
    package let area: String?
    package let byHand: Bool
    package let tags: [HouseholdTagKind]
    package let toldAt: Instant?
    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("name", .text), ("address", .text), ("villageName", .text), ("area", .text),
                ("byHand", .boolean), ("tags", .array(.choice(HouseholdTagKind.allCases.map(\.rawValue)))),
                ("toldAt", .moment),
            ], optional: ["area", "toldAt"])
    }
}

package struct PlannedHouseholdPage: Answer, Equatable {
    package let items: [PlannedHouseholdView]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(PlannedHouseholdView.schema)), ("next", .text)], optional: ["next"])
    }
}

package enum PlannedPart: String, Sendable, Codable, CaseIterable, InputChoice {
    /// On the list; without a link to a transformer and not looked at; not told yet; with a tag.
    case all, unplaced, untold, tagged
    package static var wordPrefix: String { "planned-part" }
}

/// The households of an outage in the villages that the reader's role reaches, key-paged by account.
package struct PlannedHouseholdsQuery: Query {
    package static let name = "planned-households"
    package static let door = Door.get("/planned/:outage/households")
    package static let who: Who = .roles(.attendant, .liaison, .representative, .dispatcher, .stationHead, .company)
    private static let pageSize = 50
    @Input package var outage: Code
    @Input package var part: PlannedPart?
    @Input(.hidden) package var after: ID<Account>?
    package init() {}

    package func fetch(_ work: Work) throws -> PlannedHouseholdPage {
        guard let found = try work.tx.planned(outage), try work.sees(found) else { throw Problem.notFound }
        let villages = try work.tx.plannedVillages(of: found.id).filter { village in
            work.actor.has(.company) || work.actor.grants.contains { $0.unit == found.station }
                || work.actor.grants.contains { Role.staff.contains($0.role) && reaches(village.path, from: $0.reach) }
        }
        let serving: Set<Role> = [.attendant, .liaison, .representative, .dispatcher, .stationHead]
        let rows = try work.tx.plannedHouseholds(
            of: found.id, villages: villages.map(\.village), part: part ?? .all, after: after, limit: Self.pageSize + 1)
        let shown = rows.prefix(Self.pageSize)
        let tags = try work.tx.tags(of: shown.map(\.account))
        let items = shown.map { row in
            let serves = work.actor.has(serving, at: row.path)
            return PlannedHouseholdView(
                number: row.number, name: serves ? row.name : Masking.name(row.name),
                address: serves ? row.address : Masking.address(row.address), villageName: row.villageName,
                area: row.area, byHand: row.isByHand, tags: (tags[row.account] ?? []).sorted { $0.rawValue < $1.rawValue },
                toldAt: row.toldAt)
        }
        return PlannedHouseholdPage(items: items, next: rows.count > Self.pageSize ? shown.last?.account.text : nil)
    }
}
