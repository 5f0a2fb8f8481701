package import Desk
import Registry
import Storage
package import Values

/// Every case that somebody may see, the newest first; with `q`, those that contain all its
/// words, or have that number or that phone.
package struct RequestListQuery: Query {
    package static let name = "requests"
    package static let door = Door.get("/requests")
    package static let who: Who = .signedIn

    @Input package var village: String?
    @Input package var kind: String?
    /// A state, or `open` or `closed`.
    @Input package var state: String?
    @Input(.length(1...100)) package var q: String?
    @Input(.length(1...100), .hidden) package var after: String?
    @Input(.range(1...100)) package var limit: Int?
    package init() {}
    package init(
        village: String? = nil, kind: String? = nil, state: String? = nil, q: String? = nil, after: String? = nil,
        limit: Int? = nil
    ) {
        self.village = village
        self.kind = kind
        self.state = state
        self.q = q
        self.after = after
        self.limit = limit
    }

    package func fetch(_ work: Work) throws -> RequestList {
        var filter: SQL = ""
        var villageID: ID<Village>?
        if let kind { filter += " AND c.kind = \(kind)" }
        switch state {
        case nil: break
        case "open": filter += " AND c.open = 1"
        case "closed": filter += " AND c.open = 0"
        case let state?: filter += " AND c.state = \(state)"
        }
        if let village {
            guard let id = try work.tx.villageID(village, county: work.actor.county) else {
                throw Problem.invalid("village", "unknown-village")
            }
            villageID = id
            filter += " AND c.village = \(id)"
        }
        let limit = limit ?? 25
        if let q { return try search(q, filter, villageID, limit, work) }

        if let after { filter += try ListOrder.newest.beyond(after) }
        let branches =
            try villageID.map { try work.tx.scope(of: work.actor, in: $0) }
            ?? work.tx.scope(of: work.actor).branches
        let found = try work.tx.items(branches, where: filter, order: .newest, limit: limit + 1, work)
        return page(found, limit)
    }

    private func page(_ found: [ListedItem], _ limit: Int) -> RequestList {
        let shown = found.prefix(limit)
        return RequestList(
            items: shown.map(\.item), next: found.count > limit ? shown.last.map(ListOrder.newest.cursor) : nil)
    }

    // MARK: Search

    /// Rounds of the text index before the page is left as it is, when many hits are filtered out.
    private static let roundsMax = 8

    private func search(
        _ q: String, _ filter: SQL, _ village: ID<Village>?, _ limit: Int, _ work: Work
    ) throws -> RequestList {
        let sight = CaseSight(work.actor)
        if let number = Code(typed: q) {
            let found = try work.tx.items(
                [.init(key: "c.number = \(number)", check: sight.sql())], where: filter, order: .newest, limit: 1, work)
            if !found.isEmpty { return page(found, limit) }
        }
        if let phone = PhoneNumber(q), mayFindByPhone(work.actor) {
            var beyond = filter
            if let after { beyond += try ListOrder.newest.beyond(after) }
            let found = try work.tx.items(
                [.init(key: "c.phone_hash = \(work.desk.keys.hash(phone))", check: sight.sql())], where: beyond,
                order: .newest, limit: limit + 1, work)
            return page(found, limit)
        }
        guard let scope = sight.searchTerms else {
            // Somebody without a role searches among the few cases of their own.
            return try searchOwn(q, filter, limit, work)
        }
        var terms = scope.all
        if let kind { terms.append(CaseTerms.kind(kind)) }
        var anyOf = scope.anyOf
        if let village, let path: String = try work.tx.value("SELECT path FROM unit WHERE id = \(village)") {
            anyOf = []
            terms.append(CaseTerms.unit(path))
        }
        var before: Int64?
        if let after { before = try key(after) }
        var found: [ListedItem] = []
        for _ in 0..<Self.roundsMax {
            let keys = try work.tx.search(
                q, terms: terms, anyOf: anyOf, before: before, limit: limit + 1, in: CaseSchema.textIndex)
            guard let last = keys.last else { break }
            found += try work.tx.items(
                [.init(key: "c.key IN \(list: keys)", check: sight.sql())], where: filter, order: .newest,
                limit: limit + 1, work)
            before = last
            if found.count > limit || keys.count <= limit { break }
        }
        return page(found, limit)
    }

    private func key(_ cursor: String) throws -> Int64 {
        guard cursor.hasPrefix("n."), let key = Int64(cursor.dropFirst(2)) else {
            throw Problem.invalid("after", "bad-cursor")
        }
        return key
    }

    private func mayFindByPhone(_ actor: Actor) -> Bool {
        actor.isSystem || actor.has(.attendant, .representative, .dispatcher, .stationHead, .company)
    }

    private func searchOwn(_ q: String, _ filter: SQL, _ limit: Int, _ work: Work) throws -> RequestList {
        var condition = filter
        for word in q.split(whereSeparator: \.isWhitespace).prefix(8) {
            let escaped = word.reduce(into: "") { out, c in
                if c == "%" || c == "_" || c == "\\" { out.append("\\") }
                out.append(c)
            }
            condition += " AND c.what LIKE \("%\(escaped)%") ESCAPE '\\'"
        }
        if let after { condition += try ListOrder.newest.beyond(after) }
        let branches = try work.tx.scope(of: work.actor).branches
        return page(
            try work.tx.items(branches, where: condition, order: .newest, limit: limit + 1, work), limit)
    }
}
