import Desk
import Registry
import Storage
import Values

/// Where the cases of a list come from: one branch per index that is read, so that each stops at
/// the page, and what must still be checked on its rows.
struct ListScope: Sendable {
    struct Branch: Sendable {
        /// Names the leading column of an index.
        let key: SQL
        /// What the branch does not guarantee by itself.
        let check: SQL
        /// Whose cases these are, where they are all one person's: then no row needs to say it.
        var owner: Owner?
    }
    struct Owner: Sendable {
        let person: ID<Person>
        let name: String
    }
    var branches: [Branch]
    /// `mine`, `village`, `station`, `county`: what a page says above the list.
    let name: String

    /// More branches than a person has villages are cut off.
    static let branchesMax = 40
}

extension Transaction {
    /// Everything that the actor may see.
    func scope(of actor: Actor) throws -> ListScope {
        let hidden = Self.notHidden(from: actor)
        if actor.isSystem {
            return ListScope(branches: [.init(key: "c.county = \(actor.county)", check: "1 = 1")], name: "county")
        }
        guard let person = actor.person else { throw Problem.notSignedIn }
        if let wide = actor.grants.first(where: { [.company, .auditor].contains($0.role) }) {
            let isCounty = wide.reach == actor.county
            return ListScope(
                branches: [
                    .init(
                        key: isCounty ? "c.county = \(actor.county)" : "1 = 1",
                        check: isCounty ? hidden : CaseSight(actor).sql())
                ], name: "county")
        }
        var branches: [ListScope.Branch] = []
        var name = "mine"
        let stations = Set(actor.grants.filter { [.dispatcher, .stationHead].contains($0.role) }.map(\.unit))
        for station in stations.sorted() {
            branches.append(.init(key: "c.station = \(station)", check: hidden))
            name = "station"
        }
        let townships = Set(actor.grants.filter { $0.role == .township }.map(\.unit))
        if !townships.isEmpty {
            let served: [ID<Unit>] = try rows(
                "SELECT id FROM unit WHERE kind = 'station' AND partner IN \(list: townships.sorted()) ORDER BY id"
            ) { $0[0] }
            for station in served where !stations.contains(station) {
                branches.append(.init(key: "c.station = \(station)", check: CaseSight(actor).sql()))
                name = "station"
            }
        }
        let villageRoles: Set<Role> = [.representative, .liaison, .attendant]
        let villages = Set(actor.grants.filter { villageRoles.contains($0.role) }.map(\.unit))
        if branches.isEmpty {
            for village in villages.sorted() {
                branches.append(
                    .init(key: "c.village = \(village)", check: "c.confidential = 0 AND \(sql: hidden)"))
                name = "village"
            }
            // Liaisons and attendants are never given work, so their page is one walk over one index.
            if villages.isEmpty || actor.has(.representative) {
                branches.append(.init(key: "c.assignee = \(person)", check: hidden))
            }
        }
        if actor.has(.customer) || branches.isEmpty {
            branches.append(.init(key: "c.customer = \(person)", check: hidden))
            branches.append(.init(key: "c.filer = \(person)", check: CaseSight(actor).sql()))
            if let hash = actor.phoneHash { branches.append(.init(key: "c.phone_hash = \(hash)", check: hidden)) }
        }
        return ListScope(branches: Array(branches.prefix(ListScope.branchesMax)), name: name)
    }

    /// The same within one village: its own index where a role reaches it, else the few cases of it
    /// that are the actor's own, so that nobody reads through the history of a stranger's village.
    func scope(of actor: Actor, in village: ID<Village>) throws -> [ListScope.Branch] {
        let path: String? = try value("SELECT path FROM unit WHERE id = \(village) AND kind = 'village'")
        guard let path, actor.isSystem || actor.has(Role.staff, at: path) else {
            return try scope(of: actor).branches.map {
                .init(key: $0.key, check: "c.village = \(village) AND \(sql: $0.check)")
            }
        }
        return [.init(key: "c.village = \(village)", check: CaseSight(actor).sql())]
    }

    static func notHidden(from actor: Actor) -> SQL {
        guard let person = actor.person else { return "1 = 1" }
        return "(c.hidden_from IS NULL OR c.hidden_from NOT LIKE \("%\(person.text)%"))"
    }

    /// The village that a filter names, if there is one such.
    func villageID(_ text: String, county: String) throws -> ID<Village>? {
        switch VillageName(text) {
        case .id(let id): return id
        case .path(let path): return try value("SELECT id FROM unit WHERE path = \(path) AND kind = 'village'")
        case .name(let name):
            if county.isEmpty { return try value("SELECT id FROM unit WHERE name = \(name) AND kind = 'village' ORDER BY id LIMIT 1") }
            return try value(
                "SELECT id FROM unit WHERE name = \(name) AND kind = 'village' AND county = \(county) ORDER BY id LIMIT 1")
        }
    }

    private static let itemColumns: SQL = """
        c.number, c.kind, c.kind_version, c.state, c.rank, c.priority, c.village, c.village_name, SUBSTR(c.what, 1, 60),
        c.due_at, c.due_name, c.opened_at, c.reopened, c.closed_at
        """
    private static let withAssignee: SQL = ", c.assignee, p.name FROM cases c LEFT JOIN person p ON p.id = c.assignee"

    /// A page of items: each branch reads its index and stops; several are then put together.
    func items(
        _ branches: [ListScope.Branch], where filter: SQL, order: ListOrder, limit: Int, _ work: Work
    ) throws -> [ListedItem] {
        guard let select = Self.items(branches, where: filter, order: order, limit: limit) else { return [] }
        let reader = ItemReader(work, order, owner: Self.owner(branches))
        return try rows(select) { reader.item($0) }
    }

    /// The first page of open cases, and how many there are of each urgency.
    func itemsAndUrgencies(
        _ branches: [ListScope.Branch], where filter: SQL, page: SQL, limit: Int, _ work: Work
    ) throws -> ([ListedItem], [Urgency: Int]) {
        guard let select = Self.items(branches, where: page, order: .limit, limit: limit) else { return ([], [:]) }
        let now = work.now
        let reader = ItemReader(work, .limit, owner: Self.owner(branches))
        let items = Rows(select) { reader.item($0) }
        let few = Rows(Self.urgenciesOfFew(branches, where: filter, at: now)) { row in
            Urgency.open.enumerated().map { ($1, row[$0] as Int) }
        }
        try ask(items, few, last: true)
        var counts = few.all.joined().map { $0 }
        if counts.reduce(0, { $0 + $1.1 }) > GroupCount.most {
            let many = Rows(Self.urgencies(branches, where: filter, at: now)) { ($0[0] as Urgency, $0[1] as Int) }
            try askAfterwards(many)
            counts = many.all
        }
        return (items.all, Dictionary(counts, uniquingKeysWith: +))
    }

    private static func owner(_ branches: [ListScope.Branch]) -> ListScope.Owner? {
        branches.count == 1 ? branches[0].owner : nil
    }

    private static func items(
        _ branches: [ListScope.Branch], where filter: SQL, order: ListOrder, limit: Int
    ) -> SQL? {
        guard let first = branches.first else { return nil }
        var select: SQL = "SELECT \(sql: itemColumns)"
        if order == .newest { select += ", c.key" }
        select += owner(branches) == nil ? withAssignee : " FROM cases c"
        let order = order.sql
        if branches.count == 1 {
            return """
                \(sql: select) WHERE \(sql: first.key) AND \(sql: first.check)\(sql: filter) ORDER BY \(sql: order) LIMIT \(limit)
                """
        }
        var union: SQL = ""
        for (i, branch) in branches.enumerated() {
            if i > 0 { union += " UNION " }
            union += """
                SELECT id FROM (SELECT c.id FROM cases c WHERE \(sql: branch.key) AND \(sql: branch.check)\(sql: filter)
                ORDER BY \(sql: order) LIMIT \(limit)) b\(raw: String(i))
                """
        }
        return """
            \(sql: select) WHERE c.id IN (\(sql: union)) ORDER BY \(sql: order) LIMIT \(limit)
            """
    }

    /// One walk over the open cases, as far as somebody still counts: exact unless it comes that far.
    private static func urgenciesOfFew(_ branches: [ListScope.Branch], where filter: SQL, at now: Instant) -> SQL {
        var cases: SQL = ""
        for (i, branch) in branches.enumerated() {
            if i > 0 { cases += " UNION " }
            cases += """
                SELECT id, rank, due_at FROM (SELECT c.id, c.rank, c.due_at FROM cases c
                WHERE \(sql: branch.key) AND \(sql: branch.check)\(sql: filter) AND c.open = 1
                ORDER BY c.rank, c.due_at, c.id LIMIT \(GroupCount.most + 1)) b\(raw: String(i))
                """
        }
        let day = now.day.adding(days: 1).start
        return """
            SELECT COUNT(CASE WHEN rank = 0 THEN 1 END), COUNT(CASE WHEN rank = 1 AND due_at <= \(now) THEN 1 END),
                COUNT(CASE WHEN rank = 1 AND due_at > \(now) AND due_at < \(day) THEN 1 END),
                COUNT(CASE WHEN rank = 1 AND due_at >= \(day) THEN 1 END), COUNT(CASE WHEN rank = 2 THEN 1 END)
            FROM (\(sql: cases)) u
            """
    }

    /// Each urgency is a range of the same index, read as far as somebody still counts: a page
    /// costs the same however much is open.
    private static func urgencies(_ branches: [ListScope.Branch], where filter: SQL, at now: Instant) -> SQL {
        // Only several branches can hold the same case twice.
        let column: SQL = branches.count > 1 ? "id" : "1 AS one"
        let parts = branches.enumerated().map { i, branch in
            (
                from: "SELECT \(sql: column) FROM (SELECT c.id FROM cases c WHERE \(sql: branch.key) AND \(sql: branch.check)\(sql: filter)"
                    as SQL,
                end: " ORDER BY c.rank, c.due_at, c.id LIMIT \(GroupCount.most + 1)) b\(raw: String(i))" as SQL
            )
        }
        var all: SQL = ""
        for urgency in Urgency.open {
            if urgency != .danger { all += " UNION ALL " }
            all += "SELECT CAST(\(urgency.rawValue) AS TEXT) AS urgency, COUNT(*) AS n FROM ("
            for (i, part) in parts.enumerated() {
                if i > 0 { all += " UNION " }
                all += part.from
                all += urgency.sql(at: now)
                all += part.end
            }
            all += ") u"
        }
        return all
    }
}

/// How a list is sorted, and where its next page begins.
enum ListOrder: Sendable {
    /// Open cases: danger, then the nearest limit, then those that wait for the customer.
    case limit
    /// Closed ones, the latest end first.
    case ended
    /// Everything, the newest first.
    case newest

    var sql: SQL {
        switch self {
        case .limit: "c.rank, c.due_at, c.id"
        case .ended: "c.closed_at DESC, c.id DESC"
        case .newest: "c.key DESC"
        }
    }

    /// Opaque to callers: the key of the last row.
    func cursor(_ last: ListedItem) -> String {
        switch self {
        case .limit: "l.\(last.rank).\(last.dueAt.milliseconds).\(last.item.number)"
        case .ended: "e.\(last.closedAt?.milliseconds ?? 0).\(last.item.number)"
        case .newest: "n.\(last.key)"
        }
    }

    /// - Throws: `bad-cursor` for text that this order did not make.
    func beyond(_ cursor: String) throws(Problem) -> SQL {
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        switch (self, parts.first) {
        case (.limit, "l"):
            if parts.count == 4, let rank = Int(parts[1]), let due = Int64(parts[2]), let number = Code(typed: parts[3]) {
                return " AND (c.rank, c.due_at, c.id) > (\(rank), \(due), \(sql: Self.id(of: number)))"
            }
        case (.ended, "e"):
            if parts.count == 3, let at = Int64(parts[1]), let number = Code(typed: parts[2]) {
                return " AND (c.closed_at, c.id) < (\(at), \(sql: Self.id(of: number)))"
            }
        case (.newest, "n"):
            if parts.count == 2, let key = Int64(parts[1]) { return " AND c.key < \(key)" }
        default: break
        }
        throw .invalid("after", "bad-cursor")
    }

    private static func id(of number: Code) -> SQL { "(SELECT n.id FROM cases n WHERE n.number = \(number))" }
}

/// An item with what the next page needs.
struct ListedItem: Sendable {
    let item: WorkItem
    let rank: Int
    let dueAt: Instant
    /// Read in the order of the keys only, else 0.
    let key: Int64
    let closedAt: Instant?
}

/// Reads the rows of a list. What says the same as in the row before is that row's and not made again: most
/// rows of somebody's list are of the same few villages, kinds and people.
private final class ItemReader {
    private let catalog: KindTitles
    private let now: Instant
    private let order: ListOrder
    private let owner: ListScope.Owner?
    /// Where the person to whom it is given stands in a row.
    private let assignee: Int
    private var last: WorkItem?
    private var lastVersion = 0

    init(_ work: Work, _ order: ListOrder, owner: ListScope.Owner?) {
        catalog = work.desk.kinds.titles
        now = work.now
        self.order = order
        self.owner = owner
        assignee = order == .newest ? 15 : 14
    }

    func item(_ row: Row) -> ListedItem {
        let kind: String = row[1, like: last?.kind]
        let version: Int = row[2]
        let state: String = row[3, like: last?.state]
        let titles: (kind: Texts, state: Texts)
        if let last, version == lastVersion, last.kind == kind, last.state == state {
            titles = (last.kindTitle, last.stateTitle)
        } else {
            titles = catalog.titles(kind, version: version, state: state)
        }
        let rank: Int = row[4]
        let due: Instant = row[9]
        let closedAt: Instant? = row[13]
        let isOpen = closedAt == nil
        let item = WorkItem(
            number: row[0], kind: kind, kindTitle: titles.kind, state: state, stateTitle: titles.state,
            urgency: Urgency(isOpen: isOpen, rank: rank, dueAt: due, now: now), priority: row[5],
            village: row[6, like: last?.village], villageName: row[7, like: last?.villageName],
            what: row[8] as String? ?? "", dueAt: due == .distantFuture ? nil : due, dueName: row[10, like: last?.dueName],
            isOverdue: isOpen && due <= now, openedAt: row[11],
            assignee: owner?.person ?? row[assignee, like: last?.assignee],
            assigneeName: owner?.name ?? row[assignee + 1, like: last?.assigneeName], reopened: row[12])
        last = item
        lastVersion = version
        return ListedItem(item: item, rank: rank, dueAt: due, key: order == .newest ? row[14] : 0, closedAt: closedAt)
    }
}

extension Work {
    /// The cases of one station, for those whose roles reach its township.
    func branch(ofStation station: ID<Unit>) throws -> (branch: ListScope.Branch, unit: UnitInfo) {
        guard let unit = try tx.unit(station), unit.kind == .station, let partner = unit.partner,
            let township = try tx.unit(partner),
            actor.has([.dispatcher, .stationHead, .company, .township, .auditor], at: township.path)
        else { throw Problem.notFound }
        return (.init(key: "c.station = \(station)", check: CaseSight(actor).sql()), unit)
    }
}
