package import Desk
import Registry
import Storage
package import Values

/// Groups of a work list, in the order of its rows.
package enum Urgency: String, Sendable, CaseIterable, Codable, InputChoice, SQLReadable {
    case danger, overdue, today, later
    /// The customer is waited for.
    case waiting
    case closed
    static let open: [Urgency] = [.danger, .overdue, .today, .later, .waiting]
    package static var wordPrefix: String { "urgency" }

    init(isOpen: Bool, rank: Int, dueAt: Instant, now: Instant) {
        if !isOpen {
            self = .closed
        } else if rank == 0 {
            self = .danger
        } else if rank == 2 {
            self = .waiting
        } else if dueAt <= now {
            self = .overdue
        } else {
            self = dueAt < now.day.adding(days: 1).start ? .today : .later
        }
    }

    func sql(at now: Instant) -> SQL {
        let day = now.day.adding(days: 1).start
        return switch self {
        case .danger: " AND c.open = 1 AND c.rank = 0"
        case .overdue: " AND c.open = 1 AND c.rank = 1 AND c.due_at <= \(now)"
        case .today: " AND c.open = 1 AND c.rank = 1 AND c.due_at > \(now) AND c.due_at < \(day)"
        case .later: " AND c.open = 1 AND c.rank = 1 AND c.due_at >= \(day)"
        case .waiting: " AND c.open = 1 AND c.rank = 2"
        case .closed: " AND c.open = 0"
        }
    }
}

/// One row of a work list. Never changed, and shared instead of copied: it holds a dozen strings, of which
/// each is counted with every copy.
package final class WorkItem: Answer, Equatable {
    package let number: String
    package let kind: String
    package let kindTitle: Texts
    package let state: String
    package let stateTitle: Texts
    package let urgency: Urgency
    package let priority: Int
    package let village: ID<Village>?
    package let villageName: String
    /// The first 60 characters.
    package let what: String
    package let dueAt: Instant?
    package let dueName: String?
    package let isOverdue: Bool
    package let openedAt: Instant
    package let assignee: ID<Person>?
    package let assigneeName: String?
    package let reopened: Int

    init(
        number: String, kind: String, kindTitle: Texts, state: String, stateTitle: Texts, urgency: Urgency, priority: Int,
        village: ID<Village>?, villageName: String, what: String, dueAt: Instant?, dueName: String?, isOverdue: Bool,
        openedAt: Instant, assignee: ID<Person>?, assigneeName: String?, reopened: Int
    ) {
        self.number = number
        self.kind = kind
        self.kindTitle = kindTitle
        self.state = state
        self.stateTitle = stateTitle
        self.urgency = urgency
        self.priority = priority
        self.village = village
        self.villageName = villageName
        self.what = what
        self.dueAt = dueAt
        self.dueName = dueName
        self.isOverdue = isOverdue
        self.openedAt = openedAt
        self.assignee = assignee
        self.assigneeName = assigneeName
        self.reopened = reopened
    }

    package static func == (a: WorkItem, b: WorkItem) -> Bool {
        a.number == b.number && a.kind == b.kind && a.kindTitle == b.kindTitle && a.state == b.state
            && a.stateTitle == b.stateTitle && a.urgency == b.urgency && a.priority == b.priority
            && a.village == b.village && a.villageName == b.villageName && a.what == b.what && a.dueAt == b.dueAt
            && a.dueName == b.dueName && a.isOverdue == b.isOverdue && a.openedAt == b.openedAt
            && a.assignee == b.assignee && a.assigneeName == b.assigneeName && a.reopened == b.reopened
    }

    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("kind", .text), ("kindTitle", Texts.schema), ("state", .text),
                ("stateTitle", Texts.schema), ("urgency", .choice(Urgency.allCases.map(\.rawValue))),
                ("priority", .integer(min: 0, max: 1)), ("village", .string(format: "uuid")), ("villageName", .text),
                ("what", .text), ("dueAt", .moment), ("dueName", .text), ("isOverdue", .boolean), ("openedAt", .moment),
                ("assignee", .string(format: "uuid")), ("assigneeName", .text), ("reopened", .integer(min: 0)),
            ], optional: ["village", "dueAt", "dueName", "assignee", "assigneeName"])
    }
}

package struct GroupCount: Answer, Equatable {
    package let urgency: Urgency
    /// Exact up to `most`.
    package let count: Int
    /// There are more than `count`.
    package let isMore: Bool
    /// Nobody counts further on a page of work.
    package static let most = 199

    init(urgency: Urgency, counted: Int) {
        self.urgency = urgency
        count = min(counted, Self.most)
        isMore = counted > Self.most
    }

    package static var schema: Schema {
        .object([
            ("urgency", .choice(Urgency.allCases.map(\.rawValue))), ("count", .integer(min: 0)), ("isMore", .boolean),
        ])
    }
}

package struct WorkList: Answer, Equatable {
    package let items: [WorkItem]
    package let next: String?
    /// Filled on the first page of open cases.
    package let groups: [GroupCount]
    /// mine, village, station, county
    package let scope: String
    package static var schema: Schema {
        .object(
            [
                ("items", .array(WorkItem.schema)), ("next", .text), ("groups", .array(GroupCount.schema)),
                ("scope", .text),
            ], optional: ["next"])
    }
}

package struct RequestList: Answer, Equatable {
    package let items: [WorkItem]
    /// Where the next page begins; null on the last one.
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(WorkItem.schema)), ("next", .nullable(.text))])
    }

    private enum CodingKeys: String, CodingKey { case items, next }
    /// Writes `next` also where it is null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(next, forKey: .next)
    }
}

/// What is to be done by whoever is signed in: open cases by urgency, 25 a page.
package struct WorkListQuery: Query {
    package static let name = "work-list"
    package static let door = Door.get("/work")
    package static let who: Who = .signedIn
    package static let pageSize = 25

    @Input package var village: String?
    @Input package var kind: String?
    @Input package var state: String?
    /// me, nobody, any, or a person's id. A representative sees their own unless they ask for more.
    @Input package var assignee: String?
    @Input package var urgency: Urgency?
    /// One of the stations that the person's roles reach: the lists behind that station's board.
    @Input package var station: ID<Unit>?
    @Input package var closed: Bool
    @Input(.length(1...100), .hidden) package var after: String?
    package init() {}
    package init(
        village: String? = nil, kind: String? = nil, state: String? = nil, assignee: String? = nil,
        urgency: Urgency? = nil, closed: Bool = false, after: String? = nil
    ) {
        self.village = village
        self.kind = kind
        self.state = state
        self.assignee = assignee
        self.urgency = urgency
        self.closed = closed
        self.after = after
    }

    package func fetch(_ work: Work) throws -> WorkList {
        var (branches, name) = try scope(work)
        var filter: SQL = ""
        if let kind { filter += " AND c.kind = \(kind)" }
        if let state { filter += " AND c.state = \(state)" }
        if let village {
            guard let id = try work.tx.villageID(village, county: work.actor.county) else {
                throw Problem.invalid("village", "unknown-village")
            }
            branches = try work.tx.scope(of: work.actor, in: id)
            if assignee == "me" || (assignee == nil && isRepresentativeOnly(work.actor)) {
                filter += " AND c.assignee = \(work.actor.person)"
            }
            name = "village"
        }
        try narrow(&filter, &branches, work)
        if let urgency { filter += urgency.sql(at: work.now) }

        let isClosed = closed || urgency == .closed
        let order: ListOrder = isClosed ? .ended : .limit
        var page = filter + (isClosed ? " AND c.open = 0" : " AND c.open = 1")
        if let after { page += try order.beyond(after) }
        let found: [ListedItem]
        var groups: [Urgency: Int] = [:]
        if after == nil, !isClosed {
            (found, groups) = try work.tx.itemsAndUrgencies(
                branches, where: filter, page: page, limit: Self.pageSize + 1, work)
        } else {
            found = try work.tx.items(branches, where: page, order: order, limit: Self.pageSize + 1, work)
        }
        let shown = found.prefix(Self.pageSize)
        return WorkList(
            items: shown.map(\.item), next: found.count > Self.pageSize ? shown.last.map(order.cursor) : nil,
            groups: Urgency.allCases.compactMap { urgency in
                groups[urgency].flatMap { $0 > 0 ? GroupCount(urgency: urgency, counted: $0) : nil }
            }, scope: name)
    }

    private func isRepresentativeOnly(_ actor: Actor) -> Bool {
        actor.has(.representative) && !actor.has(.dispatcher, .stationHead, .company, .auditor)
    }

    private func scope(_ work: Work) throws -> ([ListScope.Branch], String) {
        if let station { return ([try work.branch(ofStation: station).branch], "station") }
        if assignee == "me" || (assignee == nil && isRepresentativeOnly(work.actor)), let person = work.actor.person {
            let own = ListScope.Branch(
                key: "c.assignee = \(person)", check: Transaction.notHidden(from: work.actor),
                owner: .init(person: person, name: work.actor.name))
            return ([own], "mine")
        }
        let scope = try work.tx.scope(of: work.actor)
        return (scope.branches, scope.name)
    }

    private func narrow(_ filter: inout SQL, _ branches: inout [ListScope.Branch], _ work: Work) throws {
        switch assignee {
        case nil, "me", "any": break
        case "nobody": filter += " AND c.assignee IS NULL"
        case let text?:
            guard let person = ID<Person>(parsing: text) else { throw Problem.invalid("assignee", "not-an-id") }
            if village == nil {
                branches = [.init(key: "c.assignee = \(person)", check: CaseSight(work.actor).sql())]
            } else {
                filter += " AND c.assignee = \(person)"
            }
        }
    }
}
