package import Desk
package import Registry
import Service
package import Storage
package import Values

/// What the village knows of a household that must not be left in the dark unprepared.
package enum HouseholdTagKind: String, Sendable, Codable, CaseIterable, SQLBindable, SQLReadable, InputChoice {
    /// 家用生命支持设备: a ventilator, an oxygen machine
    case lifeSupport = "life-support"
    /// 独居老人
    case elderlyAlone = "elderly-alone"
    /// 五保户
    case fiveGuarantee = "five-guarantee"
    /// 低保户
    case lowIncome = "low-income"
    package static var wordPrefix: String { "household-tag" }
}

/// A household with a tag, as those who serve its village see it.
package struct TaggedHousehold: Answer, Equatable {
    package let id: ID<HouseholdTag>
    package let account: ID<Account>
    package let number: String
    package let name: String
    package let address: String
    package let village: ID<Village>
    package let villageName: String
    package let tag: HouseholdTagKind
    package static var schema: Schema {
        .object([
            ("id", .string(format: "uuid")), ("account", .string(format: "uuid")), ("number", .text), ("name", .text),
            ("address", .text), ("village", .string(format: "uuid")), ("villageName", .text),
            ("tag", .choice(HouseholdTagKind.allCases.map(\.rawValue))),
        ])
    }
}

package struct TaggedPage: Answer, Equatable {
    package let items: [TaggedHousehold]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(TaggedHousehold.schema)), ("next", .text)], optional: ["next"])
    }
}

/// Those who serve a village say whom somebody must visit before the light goes out.
package struct TagHousehold: Action {
    package static let name = "tag-household"
    package static let door = Door.post("/household-tags", status: 201)
    package static let who: Who = .roles(.attendant, .liaison, .representative)
    package static let mayChangeRights = false
    /// Account number.
    @Input(.length(6...20)) package var number: String
    @Input package var tag: HouseholdTagKind
    package init() {}

    package func perform(_ work: Work) throws -> TaggedHousehold {
        guard let account = try work.tx.account(number: number.trimmed, county: work.actor.county),
            work.actor.has([.attendant, .liaison, .representative], at: account.villagePath)
        else { throw Problem(.notFound, "unknown-account") }
        guard !account.isClosed else { throw Problem.invalid("number", "account-closed") }
        let id: ID<HouseholdTag> = work.newID()
        guard try work.tx.insertTag(id, tag, account, by: work.actor.person, at: work.now) else {
            throw Problem.invalid("tag", "tag-there")
        }
        try work.record(
            EventDraft("household.tagged", of: "account", account.id.text, ["tag": tag.rawValue], county: account.county))
        guard let made = try work.tx.tag(id) else { throw Problem.notFound }
        return made.tagged
    }
}

package struct UntagHousehold: Action {
    package static let name = "untag-household"
    package static let door = Door.post("/household-tags/:tag/end")
    package static let who: Who = .roles(.attendant, .liaison, .representative)
    package static let mayChangeRights = false
    @Input(.hidden) package var tag: ID<HouseholdTag>
    package init() {}

    package func perform(_ work: Work) throws -> Done {
        guard let found = try work.tx.tag(tag),
            work.actor.has([.attendant, .liaison, .representative], at: found.path),
            try work.tx.endTag(tag, at: work.now)
        else { throw Problem.notFound }
        try work.record(
            EventDraft(
                "household.untagged", of: "account", found.tagged.account.text, ["tag": found.tagged.tag.rawValue]))
        return Done()
    }
}

/// Households with a tag in the villages that the reader serves; masked above the station.
package struct TaggedQuery: Query {
    package static let name = "household-tags"
    package static let door = Door.get("/household-tags")
    package static let who: Who = .roles(.attendant, .liaison, .representative, .dispatcher, .stationHead, .company)
    private static let pageSize = 50
    @Input package var tag: HouseholdTagKind?
    @Input(.hidden) package var after: ID<HouseholdTag>?
    package init() {}

    package func fetch(_ work: Work) throws -> TaggedPage {
        let serving: Set<Role> = [.attendant, .liaison, .representative, .dispatcher, .stationHead]
        let paths = work.actor.grants.filter { serving.contains($0.role) || $0.role == .company }.map(\.reach)
        let found = try work.tx.tagged(
            under: Set(paths).sorted(), county: work.actor.county, tag: tag, after: after, limit: Self.pageSize + 1)
        let shown = found.prefix(Self.pageSize)
        return TaggedPage(
            items: shown.map { row in
                work.actor.has(serving, at: row.path) ? row.tagged : row.tagged.masked
            }, next: found.count > Self.pageSize ? shown.last?.tagged.id.text : nil)
    }
}

extension TaggedHousehold {
    fileprivate var masked: TaggedHousehold {
        TaggedHousehold(
            id: id, account: account, number: number, name: Masking.name(name), address: Masking.address(address),
            village: village, villageName: villageName, tag: tag)
    }
}
