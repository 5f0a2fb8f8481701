package import Desk
package import Storage
package import Values

/// The cases that one figure counts: as many as the figure says.
package struct ResultListQuery: Query {
    package static let name = "result-list"
    package static let door = Door.get("/results/list")
    package static let who: Who = .roles(Role.staff)
    package static let pageSize = 25
    @Input package var measure: Measure
    @Input package var from: Month?
    @Input package var to: Month?
    @Input package var village: ID<Village>?
    /// Only cases whose village is unknown.
    @Input package var unknown: Bool
    @Input(.length(1...40)) package var kind: String?
    @Input package var channel: Channel?
    @Input(.length(1...24)) package var after: String?
    @Input(.range(1...100)) package var limit: Int?

    package init() {}

    package func fetch(_ work: Work) throws -> ResultList {
        let scope = try ResultScope(work, village: village)
        let last = to ?? Month(of: work.now.day)
        let size = limit ?? Self.pageSize
        var found = try work.tx.resultCases(
            scope, measure, from: from ?? last.adding(months: -11), to: last, unknownVillage: unknown, kind: kind,
            channel: channel, hiddenFrom: work.actor.person, before: after.flatMap { Int64($0) }, limit: size + 1)
        var next: String?
        if found.count > size {
            found.removeLast()
            next = found.last.map { String($0.key) }
        }
        return ResultList(items: found.map { ResultItem($0, work.desk.kinds) }, next: next)
    }
}

package struct ResultList: Answer {
    package let items: [ResultItem]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(ResultItem.schema)), ("next", .text)], optional: ["next"])
    }
}

package struct ResultItem: Codable, Sendable {
    package let number: String
    package let kind: String
    package let kindTitle: Texts
    package let state: String
    package let stateTitle: Texts
    package let villageName: String
    /// At most 60 characters.
    package let what: String
    package let openedAt: Instant
    package let resolvedAt: Instant?
    package let isInLimit: Bool?
    package let reopened: Int
    package let satisfaction: Int?

    init(_ row: ResultCase, _ kinds: KindCatalog) {
        let description = kinds.kind(row.kind, version: row.kindVersion)
        number = row.number
        kind = row.kind
        kindTitle = description?.title ?? Texts(zh: row.kind, en: row.kind)
        state = row.state
        stateTitle = description?.stateTitle(row.state) ?? Texts(zh: row.state, en: row.state)
        villageName = row.villageName
        what = String(row.what.prefix(60))
        openedAt = row.openedAt
        resolvedAt = row.resolvedAt
        isInLimit = row.isInLimit
        reopened = row.reopened
        satisfaction = row.satisfaction
    }

    static var schema: Schema {
        .object(
            [
                ("number", .text), ("kind", .text), ("kindTitle", Texts.schema), ("state", .text),
                ("stateTitle", Texts.schema), ("villageName", .string()), ("what", .string()), ("openedAt", .moment),
                ("resolvedAt", .moment), ("isInLimit", .boolean), ("reopened", .integer(min: 0)),
                ("satisfaction", .integer(min: 1, max: 5)),
            ],
            optional: ["resolvedAt", "isInLimit", "satisfaction"])
    }
}
