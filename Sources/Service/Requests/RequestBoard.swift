package import Desk
import Registry
import Storage
package import Values

/// A station at a glance: how much is open in which state, what is urgent, what came last.
package struct BoardQuery: Query {
    package static let name = "board"
    package static let door = Door.get("/board")
    package static let who: Who = .roles(.dispatcher, .stationHead, .company, .township, .auditor)
    /// The company chooses a station; without one the whole county is shown.
    @Input package var station: ID<Unit>?
    package init() {}
    package init(station: ID<Unit>?) { self.station = station }

    static let rowsMax = 10
    /// Open cases that are counted at most.
    static let countedMax = 20_000

    package func fetch(_ work: Work) throws -> Board {
        let (branches, topic, name) = try scope(work)
        let now = work.now
        let day = now.day.adding(days: 1).start
        var states: [String: Int] = [:]
        var overdue = 0
        var today = 0
        var danger = 0
        var unassigned = 0
        for branch in branches {
            // The order makes both engines read the index of open cases, never the history.
            _ = try work.tx.rows(
                """
                SELECT b.state, COUNT(*),
                       COUNT(CASE WHEN b.rank = 1 AND b.due_at <= CAST(\(now) AS BIGINT) THEN 1 END),
                       COUNT(CASE WHEN b.rank = 1 AND b.due_at > CAST(\(now) AS BIGINT)
                                  AND b.due_at < CAST(\(day) AS BIGINT) THEN 1 END),
                       COUNT(CASE WHEN b.rank = 0 THEN 1 END), COUNT(CASE WHEN b.assignee IS NULL THEN 1 END)
                FROM (SELECT c.state, c.rank, c.due_at, c.assignee FROM cases c
                      WHERE \(sql: branch.key) AND c.open = 1 AND \(sql: branch.check)
                      ORDER BY c.rank, c.due_at, c.id LIMIT \(Self.countedMax)) b GROUP BY b.state
                """
            ) { row -> String in
                states[row[0], default: 0] += row[1]
                overdue += row[2]
                today += row[3]
                danger += row[4]
                unassigned += row[5]
                return row[0]
            }
        }
        let urgent = try work.tx.items(
            branches, where: " AND c.open = 1 AND c.rank < 2", order: .limit, limit: Self.rowsMax, work)
        let newest = try work.tx.items(branches, where: " AND c.open = 1", order: .newest, limit: Self.rowsMax, work)
        return Board(
            stationName: name, counts: counts(states, work), overdue: overdue, atRisk: today, danger: danger,
            unassigned: unassigned, urgent: urgent.map(\.item), newest: newest.map(\.item), topic: topic)
    }

    private func scope(_ work: Work) throws -> ([ListScope.Branch], String, Texts) {
        let actor = work.actor
        if let station {
            let (branch, unit) = try work.branch(ofStation: station)
            return ([branch], "station/\(station.text)", Texts(zh: unit.name, en: unit.nameEn))
        }
        let scope = try work.tx.scope(of: actor)
        if scope.name == "station",
            let own = actor.grants.first(where: { [.dispatcher, .stationHead].contains($0.role) })?.unit,
            let unit = try work.tx.unit(own)
        {
            return (scope.branches, "station/\(own.text)", Texts(zh: unit.name, en: unit.nameEn))
        }
        if scope.name == "station", let own = actor.grants.first(where: { $0.role == .township }),
            let unit = try work.tx.unit(own.unit)
        {
            return (scope.branches, unit.path, Texts(zh: unit.name, en: unit.nameEn))
        }
        let county = try work.tx.unit(path: actor.county)
        return (
            scope.branches, "county/\(actor.county)", Texts(zh: county?.name ?? "", en: county?.nameEn ?? "")
        )
    }

    /// In the order of the life that all kinds share.
    private func counts(_ states: [String: Int], _ work: Work) -> [StateCount] {
        var titles: [(String, Texts)] = []
        for kind in work.desk.kinds.all {
            for state in kind.states where state.isOpen && !titles.contains(where: { $0.0 == state.name }) {
                titles.append((state.name, state.title))
            }
        }
        return titles.compactMap { name, title in
            states[name].map { StateCount(state: name, title: title, n: $0) }
        }
    }
}

package struct StateCount: Answer, Equatable {
    package let state: String
    package let title: Texts
    package let n: Int
    package static var schema: Schema {
        .object([("state", .text), ("title", Texts.schema), ("n", .integer(min: 0))])
    }
}

package struct Board: Answer, Equatable {
    package let stationName: Texts
    package let counts: [StateCount]
    package let overdue: Int
    /// The promise ends today.
    package let atRisk: Int
    package let danger: Int
    package let unassigned: Int
    package let urgent: [WorkItem]
    package let newest: [WorkItem]
    /// Topic of the live updates.
    package let topic: String
    package static var schema: Schema {
        .object([
            ("stationName", Texts.schema), ("counts", .array(StateCount.schema)), ("overdue", .integer(min: 0)),
            ("atRisk", .integer(min: 0)), ("danger", .integer(min: 0)), ("unassigned", .integer(min: 0)),
            ("urgent", .array(WorkItem.schema)), ("newest", .array(WorkItem.schema)), ("topic", .text),
        ])
    }
}
