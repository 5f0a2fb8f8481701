package import Desk
package import Registry
import Storage
package import Values

/// One group of customers that lost supply together and got it back together.
package struct ListedInterruption: Answer, Equatable {
    package let id: String
    package let started: Instant
    package let restored: Instant
    package let customers: Int
    package let isPlanned: Bool
    package let cause: Texts
    package let area: String
    package let village: String
    /// Of the outage; nil when it is not known any more.
    package let number: String?
    package static var schema: Schema {
        .object(
            [
                ("id", .text), ("started", .moment), ("restored", .moment), ("customers", .integer(min: 0)),
                ("isPlanned", .boolean), ("cause", Texts.schema), ("area", .text), ("village", .text), ("number", .text),
            ], optional: ["number"])
    }
}

package struct InterruptionPage: Answer, Equatable {
    package let items: [ListedInterruption]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(ListedInterruption.schema)), ("next", .text)], optional: ["next"])
    }
}

/// The interruptions that a figure of supply counts.
package struct InterruptionsQuery: Query {
    package static let name = "interruptions"
    package static let door = Door.get("/results/reliability/list")
    package static let who: Who = .roles(Role.staff)
    private static let pageSize = 50
    @Input(.range(2000...2100)) package var year: Int?
    @Input package var month: Month?
    @Input package var village: ID<Village>?
    @Input(.length(1...60)) package var feeder: String?
    @Input(.length(1...60)) package var area: String?
    @Input(.length(1...60)) package var cause: String?
    @Input package var planned: Bool?
    @Input(.length(1...80), .hidden) package var after: String?
    package init() {}

    package func fetch(_ work: Work) throws -> InterruptionPage {
        let scope = try ResultScope(work, village: village)
        let year = year ?? work.now.day.year
        let first = month?.firstDay ?? Day(year: year, month: 1, day: 1) ?? work.now.day
        let end = month?.adding(months: 1).firstDay ?? Day(year: year + 1, month: 1, day: 1) ?? work.now.day
        var key: (Int64, String)?
        if let after {
            let parts = after.split(separator: "~")
            guard parts.count == 2, let ms = Int64(parts[0]), ms > 0 else { throw Problem.invalid("after", "not-a-key") }
            key = (ms, String(parts[1]))
        }
        let found = try work.tx.interruptionList(
            scope, from: first.start, to: end.start, feeder: feeder, area: area, cause: cause, planned: planned, after: key,
            limit: Self.pageSize + 1)
        let shown = found.prefix(Self.pageSize)
        let names = try Names(work, scope)
        return InterruptionPage(
            items: shown.map {
                ListedInterruption(
                    id: $0.id, started: $0.started, restored: $0.restored, customers: $0.customers, isPlanned: $0.planned,
                    cause: names.cause($0.cause), area: $0.area, village: $0.village, number: $0.number)
            },
            next: found.count > Self.pageSize ? shown.last.map { "\($0.started.milliseconds)~\($0.id)" } : nil)
    }
}

/// An outage with one limit that was kept or missed.
package struct PromisedOutage: Answer, Equatable {
    package let number: String
    package let villageName: String
    package let due: Instant
    package let stopped: Instant?
    package static var schema: Schema {
        .object(
            [("number", .text), ("villageName", .text), ("due", .moment), ("stopped", .moment)], optional: ["stopped"])
    }
}

package struct PromisedPage: Answer, Equatable {
    package let items: [PromisedOutage]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(PromisedOutage.schema)), ("next", .text)], optional: ["next"])
    }
}

/// The outages behind arrivals and restorations against promise.
package struct PromisesQuery: Query {
    package static let name = "outage-promises"
    package static let door = Door.get("/results/reliability/promises")
    package static let who: Who = .roles(Role.staff)
    private static let pageSize = 50
    @Input(.range(2000...2100)) package var year: Int?
    /// Name of the limit; `arrival` when nothing is said.
    @Input(.length(1...40)) package var limit: String?
    @Input package var missed: Bool
    @Input(.length(1...24), .hidden) package var after: String?
    package init() {}

    package func fetch(_ work: Work) throws -> PromisedPage {
        let scope = try ResultScope(work, village: nil)
        let year = year ?? work.now.day.year
        guard let first = Day(year: year, month: 1, day: 1), let end = Day(year: year + 1, month: 1, day: 1) else {
            throw Problem.invalid("year", "out-of-range")
        }
        let found = try work.tx.promised(
            scope, from: first.start, to: end.start, limit: limit ?? "arrival", missed: missed, before: after.flatMap { Int64($0) },
            limit: Self.pageSize + 1)
        let shown = found.prefix(Self.pageSize)
        return PromisedPage(
            items: shown.map { .init(number: $0.number, villageName: $0.villageName, due: $0.due, stopped: $0.stopped) },
            next: found.count > Self.pageSize ? shown.last.map { String($0.key) } : nil)
    }
}
