package import Desk
import Registry
import Service
package import Storage
package import Values

package enum QuietDayKind: String, Sendable, Codable, CaseIterable, SQLBindable, SQLReadable, InputChoice {
    /// 高考 and 中考, irrigation and drying at harvest, Spring Festival and the like.
    case exam, harvest, festival, other
    package static var wordPrefix: String { "quiet-kind" }
}

/// Days on which the county makes no planned outage.
package struct QuietDays: Answer, Equatable {
    package let id: ID<QuietDay>
    package let kind: QuietDayKind
    package let title: Texts
    package let first: Day
    package let last: Day
    package let endedAt: Instant?
    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("kind", .choice(QuietDayKind.allCases.map(\.rawValue))),
                ("title", Texts.schema), ("first", .date), ("last", .date), ("endedAt", .moment),
            ], optional: ["endedAt"])
    }
}

package struct QuietDayList: Answer, Equatable {
    package let items: [QuietDays]
    package static var schema: Schema { .object([("items", .array(QuietDays.schema))]) }
}

/// The company keeps days free: what is asked for later must keep away from them.
package struct AddQuietDays: Action {
    package static let name = "add-quiet-days"
    package static let door = Door.post("/quiet-days", status: 201)
    package static let who: Who = .roles(.company)
    package static let mayChangeRights = false
    /// Longer than a season is a slip of the pen.
    private static let longestDays = 92
    @Input package var kind: QuietDayKind
    @Input(.length(1...40)) package var heading: String
    @Input(.length(1...60)) package var headingEn: String
    @Input package var first: Day
    @Input package var last: Day
    package init() {}

    package func perform(_ work: Work) throws -> QuietDays {
        guard work.actor.has([.company], at: work.actor.county) else { throw Problem.forbidden }
        var complaints: [Problem.Field] = []
        if last < first { complaints.append(.init("last", "ends-before-it-begins")) }
        if last < work.now.day { complaints.append(.init("last", "in-the-past")) }
        if first.distance(to: last) >= Self.longestDays { complaints.append(.init("last", "too-far")) }
        guard complaints.isEmpty else { throw Problem.invalid(complaints) }
        let days = QuietDays(
            id: work.newID(), kind: kind, title: Texts(zh: heading, en: headingEn), first: first, last: last, endedAt: nil)
        try work.tx.insert(days, county: work.actor.county, by: work.actor.person, at: work.now)
        try work.record(
            EventDraft("quiet-days.added", of: "county", work.actor.county, ["first": first.iso, "last": last.iso]))
        return days
    }
}

/// They are free for planned outages again.
package struct EndQuietDays: Action {
    package static let name = "end-quiet-days"
    package static let door = Door.post("/quiet-days/:days/end")
    package static let who: Who = .roles(.company)
    package static let mayChangeRights = false
    @Input(.hidden) package var days: ID<QuietDay>
    package init() {}

    package func perform(_ work: Work) throws -> Done {
        guard try work.tx.endQuietDays(days, county: work.actor.county, at: work.now) else { throw Problem.notFound }
        try work.record(EventDraft("quiet-days.ended", of: "county", work.actor.county, ["days": days.text]))
        return Done()
    }
}

/// The days to come, for everybody who asks for an outage.
package struct QuietDaysQuery: Query {
    package static let name = "quiet-days"
    package static let door = Door.get("/quiet-days")
    package static let who: Who = .roles(Role.staff)
    package init() {}

    package func fetch(_ work: Work) throws -> QuietDayList {
        QuietDayList(items: try work.tx.quietDays(county: work.actor.county, from: work.now.day))
    }
}
