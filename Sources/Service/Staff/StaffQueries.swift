package import Desk
package import Registry
package import Storage
package import Values
package import Web

/// What the pages of the staff read beside the queries of the requests.
package enum StaffQueries {
    /// The case that the page's path names, as this person may see it.
    static func view(_ visit: Visit) async throws -> CaseView {
        let typed = visit.parameters["number"] ?? visit.parameters["case"] ?? ""
        guard let code = Code(typed: typed) else { throw Problem.notFound }
        return try await visit.desk.fetch(CaseQuery.self, ["case": .text(code.text)], by: visit.actor, at: visit.now)
    }

    /// Stations whose people somebody's roles reach.
    package static func stations(of actor: Actor, in snapshot: DirectorySnapshot) -> [ID<Unit>] {
        var found: [ID<Unit>] = []
        for grant in actor.grants {
            guard let unit = snapshot.unit(grant.unit) else { continue }
            let here: [ID<Unit>]
            switch unit.kind {
            case .station: here = [unit.id]
            case .township: here = unit.partner.map { [$0] } ?? []
            case .village: here = snapshot.village(ID(unit.id.text)).map { [$0.station] } ?? []
            default: here = snapshot.stations(county: unit.county).map(\.id)
            }
            for station in here where !found.contains(station) { found.append(station) }
        }
        return found
    }
}

/// Somebody who could be sent.
package struct Candidate: Sendable {
    package let id: ID<Person>
    package let name: String
    /// Open cases that they have now.
    package let openCases: Int
    package let isCertified: Bool
    /// The village's own, today: its representative or who stands in.
    package let isOwn: Bool
    package let isOnLeave: Bool
}

extension Work {
    /// Who works at the station to which a case belongs: the village's own first, then by how much
    /// each has to do.
    package func candidates(forCase number: Code) throws -> [Candidate] {
        let day = now.day
        let found = try tx.first(
            "SELECT station, village, confidential, hidden_from FROM cases WHERE number = \(number)"
        ) {
            (
                station: $0[0] as ID<Unit>, village: $0[1] as ID<Village>?, isAbove: $0[2] as Bool,
                hidden: $0[3] as String?
            )
        }
        guard let found else { return [] }
        // A complaint about a person stays above the village (H7).
        let roles: [Role] = found.isAbove ? [.stationHead, .dispatcher] : [.representative, .dispatcher]
        var people: [PersonInfo] = []
        for role in roles {
            for person in try tx.people(in: found.station, role: role, now: now)
            where !people.contains(where: { $0.id == person.id }) && found.hidden?.contains(person.id.text) != true {
                people.append(person)
            }
        }
        let own = try found.village.flatMap { try tx.responsible(for: $0, on: day) }
        let load = try tx.openCases(of: people.map(\.id))
        let away = try tx.onLeave(people.map(\.id), on: day)
        return try people.filter(\.isActive)
            .map { person in
                Candidate(
                    id: person.id, name: person.name, openCases: load[person.id] ?? 0,
                    isCertified: try tx.isCertified(person.id, on: day), isOwn: person.id == own,
                    isOnLeave: away.contains(person.id))
            }
            .sorted { a, b in
                if a.isOwn != b.isOwn { return a.isOwn }
                if a.isOnLeave != b.isOnLeave { return b.isOnLeave }
                return (a.openCases, a.id.text) < (b.openCases, b.id.text)
            }
    }
}

extension Transaction {
    fileprivate func openCases(of people: [ID<Person>]) throws -> [ID<Person>: Int] {
        guard !people.isEmpty else { return [:] }
        let counts = try rows(
            "SELECT assignee, COUNT(*) FROM cases WHERE assignee IN \(list: people) AND open = 1 GROUP BY assignee"
        ) { ($0[0] as ID<Person>, $0[1] as Int) }
        return Dictionary(counts, uniquingKeysWith: { first, _ in first })
    }

    fileprivate func onLeave(_ people: [ID<Person>], on day: Day) throws -> Set<ID<Person>> {
        guard !people.isEmpty else { return [] }
        return Set(
            try rows(
                """
                SELECT person FROM leave_
                WHERE person IN \(list: people) AND from_day <= \(day) AND to_day >= \(day) ORDER BY person, id
                """
            ) { $0[0] as ID<Person> })
    }
}

// MARK: - Stuck work

extension Transaction {
    /// Seconds by which the sweep of limits may be behind before somebody must look.
    package static let sweepAlarmSeconds: Int64 = 120

    /// The desk's queues, and cases whose limit the sweep should have looked at.
    package func allQueues(at now: Instant) throws -> [QueueState] {
        let late = try first(
            """
            SELECT COUNT(*), MIN(next_check_at) FROM (
                SELECT next_check_at FROM cases WHERE next_check_at < 253370764800000 AND next_check_at <= \(now)
                ORDER BY next_check_at, id LIMIT 1000) q
            """
        ) { (count: $0[0] as Int, oldest: $0[1] as Int64?) }
        let counts =
            try first("SELECT COUNT(*) FROM (SELECT id FROM case_delta ORDER BY id LIMIT 1000) q") { $0[0] as Int } ?? 0
        return try deskQueues(at: now) + [
            QueueState(
                name: "case-limits", waiting: late?.count ?? 0,
                oldestSeconds: late?.oldest.map { max(0, (now.milliseconds - $0) / 1000) } ?? 0,
                alarmAfterSeconds: Transaction.sweepAlarmSeconds, owner: .company),
            // Folded every few seconds: a thousand rows mean that nobody folds.
            QueueState(
                name: "case-counts", waiting: counts, oldestSeconds: counts >= 1000 ? 3600 : 0,
                alarmAfterSeconds: 600, owner: .company),
        ]
    }
}

// MARK: - One's own record

extension Transaction {
    /// Ended work of one person. What they must not see is not counted either.
    func record(of person: ID<Person>, since: Instant) throws -> Record {
        let found = try first(
            """
            SELECT COUNT(*), CAST(SUM(CASE WHEN in_limit = 1 THEN 1 ELSE 0 END) AS BIGINT),
                   CAST(SUM(CASE WHEN in_limit = 0 THEN 1 ELSE 0 END) AS BIGINT),
                   CAST(SUM(CASE WHEN reopened > 0 THEN 1 ELSE 0 END) AS BIGINT),
                   CAST(SUM(COALESCE(satisfaction, 0)) AS BIGINT), COUNT(satisfaction)
            FROM cases WHERE assignee = \(person) AND open = 0 AND closed_at >= \(since) AND confidential = 0
            """
        ) { row in
            Record(
                closed: row[0], inLimit: row[1] as Int? ?? 0, late: row[2] as Int? ?? 0, reopened: row[3] as Int? ?? 0,
                stars: row[4] as Int? ?? 0, rated: row[5])
        }
        return found ?? Record(closed: 0, inLimit: 0, late: 0, reopened: 0, stars: 0, rated: 0)
    }

    /// The cases that `record` counts, newest end first.
    func recordCases(
        of person: ID<Person>, since: Instant, _ share: RecordShare, after: String?, limit: Int
    ) throws -> (cases: [RecordCase], next: String?) {
        let filter: SQL =
            switch share {
            case .all: ""
            case .late: " AND in_limit = 0"
            case .reopened: " AND reopened > 0"
            case .rated: " AND satisfaction IS NOT NULL"
            }
        let parts = (after ?? "").split(separator: ".", maxSplits: 1)
        var page: SQL = ""
        if parts.count == 2, let at = Int64(parts[0]) {
            page = " AND (closed_at, id) < (\(at), \(String(parts[1])))"
        }
        var found = try rows(
            """
            SELECT number, kind, village_name, in_limit, reopened, satisfaction, closed_at, id, kind_version, state, what
            FROM cases
            WHERE assignee = \(person) AND open = 0 AND closed_at >= \(since) AND confidential = 0\(sql: filter)\(sql: page)
            ORDER BY closed_at DESC, id DESC LIMIT \(limit + 1)
            """
        ) { row in
            (
                RecordCase(
                    number: row[0], kind: row[1], kindVersion: row[8], state: row[9],
                    what: String((row[10] as String? ?? "").prefix(60)), village: row[2], isInLimit: row[3],
                    reopened: row[4], stars: row[5], closedAt: row[6]), row[7] as String
            )
        }
        guard found.count > limit else { return (found.map(\.0), nil) }
        found.removeLast()
        return (found.map(\.0), found.last.map { "\($0.0.closedAt.milliseconds).\($0.1)" })
    }
}
