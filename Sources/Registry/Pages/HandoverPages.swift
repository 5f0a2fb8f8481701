import Desk
import Storage
import Values
import Web

/// A representative leaves: who takes over, what goes over, and a second person's yes.
struct HandoverPages: Sendable {
    let directory: Directory
    private static let readers: Set<Role> = [.representative, .dispatcher, .stationHead, .company, .auditor]
    private static let pageSize = 25

    func register(on site: Site) {
        site.page("/handovers", who: .roles(Self.readers), listPage)
        site.page("/handovers/:handover", who: .roles(Self.readers)) { visit in
            try await handoverPage(visit, FormState())
        }
        site.action(
            ProposeHandover.self, at: "/handovers/new", form: proposePage,
            then: { made, _ in .go("/handovers/\(made.id.text)?done=handover-proposed") })
        site.action(
            ApproveHandover.self, at: nil, form: handoverPage,
            then: { made, _ in .go("/handovers/\(made.id.text)?done=handover-approved") })
        site.action(
            RejectHandover.self, at: nil, form: handoverPage,
            then: { made, _ in .go("/handovers/\(made.id.text)?done=handover-rejected") })
    }

    @Sendable private func listPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let after = visit.query["after"].flatMap { ID<Handover>(parsing: $0) }
        let found = try await visit.desk.look(by: visit.actor) { work in
            try work.tx.handovers(stations: try work.governedStations(), after: after, limit: Self.pageSize + 1)
        }
        let shown = found.prefix(Self.pageSize)
        let rows: [HTML] = shown.map { handover in
            """
            <li><a href="/handovers/\(handover.id)">\(Parts.chinese(handover.leavingName, words)) → \(Parts.chinese(handover.successorName, words))</a>
            <span class="tag \(handover.state == .proposed ? "soon" : "calm")">\(words["registry.handover.state.\(handover.state.rawValue)"])</span>
            <span class="quiet">\(words.moment(handover.proposedAt, now: visit.now))</span></li>
            """
        }
        let link =
            visit.actor.has(handoverProposers)
            ? Parts.actions([Parts.link("/handovers/new", words["action.propose-handover.title"], isMain: true)]) : .empty
        return Page(
            words["registry.handover.list"], back: visit.actor.has(PeoplePages.readers) ? "/people" : visit.start,
            body: """
                \(link)\(rows.isEmpty ? Parts.empty("registry.handover.empty", words) : "<ul class=\"rows\">\(rows)</ul>")
                \(Parts.next(visit, found.count > Self.pageSize ? shown.last?.id.text : nil))
                """)
    }

    /// First whose work, then to whom, with what goes over in view.
    @Sendable private func proposePage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let typed = ID<Person>(parsing: state.typed("leaving"))
        let isOwn = visit.actor.has(.representative) && !visit.actor.has(.dispatcher, .stationHead, .company)
        let leaving = typed ?? (isOwn ? visit.actor.person : nil)
        let step = try await visit.desk.look(by: visit.actor) { work -> (PersonInfo?, HandoverCounts?, [PersonInfo]) in
            guard let leaving else {
                let stations = try work.governedStations()
                return (nil, nil, try stations.flatMap { try work.tx.people(in: $0, role: .representative, now: work.now) })
            }
            _ = try work.station(of: leaving, forHandoverBy: handoverProposers)
            return (
                try work.tx.person(leaving, now: work.now), try work.tx.handoverCounts(of: leaving),
                try work.tx.colleagues(of: leaving, at: work.now)
            )
        }
        guard let person = step.0, let counts = step.1 else {
            let rows: [HTML] = step.2.map {
                "<li><a href=\"/handovers/new?leaving=\($0.id)\">\(Parts.chinese($0.name, words))</a></li>"
            }
            return Page(
                words["action.propose-handover.title"], back: "/handovers",
                body: """
                    <p class="lead">\(words["registry.handover.who"])</p>
                    \(rows.isEmpty ? Parts.empty("registry.people.empty", words) : "<ul class=\"rows\">\(rows)</ul>")
                    """)
        }
        let look = FormLook(
            hidden: ["leaving": person.id.text],
            choices: ["successor": step.2.map { FormChoice($0.id.text, $0.name) }])
        return Page(
            words["action.propose-handover.title"], back: "/handovers",
            body: """
                <p class="lead">\(words["registry.handover.leaving"]) \(Parts.chinese(person.name, words))</p>
                \(countsTable(counts, words))
                <p>\(words["registry.handover.rule"])</p>
                \(Forms.form(ProposeHandover.self, visit, state, look))
                """)
    }

    private func countsTable(_ counts: HandoverCounts, _ words: Words) -> HTML {
        Parts.facts([
            (words["registry.handover.villages"], "\(counts.villages)"),
            (words["registry.handover.cases"], "\(counts.cases)"),
            (words["registry.handover.follow-ups"], "\(counts.followUps)"),
            (words["registry.handover.households"], "\(counts.households)"),
        ])
    }

    @Sendable private func handoverPage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let (handover, counts) = try await visit.desk.look(by: visit.actor) { work in
            guard let handover = try work.tx.handover(ID(visit["handover"])),
                try work.governedStations().contains(handover.station)
            else { throw Problem.notFound }
            let now = handover.state == .proposed ? try work.tx.handoverCounts(of: handover.leaving) : handover.counts
            return (handover, now)
        }
        let mayDecide =
            handover.state == .proposed && visit.actor.has(handoverDeciders)
            && handover.proposedBy != visit.actor.person && handover.leaving != visit.actor.person
        var facts: [(String, HTML)] = [
            (words["registry.handover.leaving"], Parts.chinese(handover.leavingName, words)),
            (words["action.propose-handover.successor"], Parts.chinese(handover.successorName, words)),
            (words["action.propose-handover.reason"], Parts.chinese(handover.reason, words)),
            (words["registry.handover.standing"], HTML(words["registry.handover.state.\(handover.state.rawValue)"])),
            (
                words["registry.handover.proposed"],
                "\(Parts.chinese(handover.proposedByName, words)) · \(words.moment(handover.proposedAt, now: visit.now))"
            ),
        ]
        if let at = handover.decidedAt, let name = handover.decidedByName {
            facts.append((words["registry.handover.decided"], "\(Parts.chinese(name, words)) · \(words.moment(at, now: visit.now))"))
        }
        let problem: HTML =
            state.problem == nil
            ? .empty : FormParts.summary(state.problem, of: ApproveHandover.name, [], words)
        let buttons: HTML =
            mayDecide
            ? """
            <p>\(words["registry.handover.approve-hint"])</p>
            \(Forms.button(ApproveHandover.self, visit, hidden: ["handover": handover.id.text], isSecondary: false))
            \(Forms.button(RejectHandover.self, visit, hidden: ["handover": handover.id.text]))
            """
            : handover.state == .proposed ? "<p class=\"note\">\(words["registry.handover.waits"])</p>" : .empty
        return Page(
            words["registry.handover.title"], back: "/handovers",
            body: """
                \(problem)\(Parts.done(visit))\(Parts.facts(facts))
                \(Parts.section(words["registry.handover.what"], id: "what", countsTable(counts, words)))
                \(buttons)
                """)
    }
}

extension Transaction {
    /// Other representatives of the county, those of the same station first.
    func colleagues(of person: ID<Person>, at now: Instant) throws -> [PersonInfo] {
        let stations = try rows(
            """
            SELECT DISTINCT u.id, CASE WHEN u.id IN (SELECT unit FROM grant_ WHERE person = \(person)
                   AND role = 'representative' AND until IS NULL) THEN 0 ELSE 1 END AS elsewhere
            FROM unit u WHERE u.kind = 'station' AND u.closed_at IS NULL
            AND u.county = (SELECT county FROM person WHERE id = \(person)) ORDER BY elsewhere, u.id
            """
        ) { $0[0] as ID<Unit> }
        var seen: Set<ID<Person>> = [person]
        return try stations.flatMap { try people(in: $0, role: .representative, now: now) }
            .filter { seen.insert($0.id).inserted }
    }

    /// Representatives who may not be sent to live work today.
    func representativesWithoutCertificate(
        under paths: [String], on day: Day, at now: Instant
    ) throws -> [(id: ID<Person>, name: String)] {
        var scope: SQL = "1 = 0"
        for path in paths { scope += " OR \(sql: within("u.path", path))" }
        return try rows(
            """
            SELECT DISTINCT p.id, p.name FROM grant_ g JOIN person p ON p.id = g.person JOIN unit u ON u.id = g.unit
            WHERE g.role = 'representative' AND g.cause = 'role' AND g.until IS NULL AND p.active = 1
            AND (\(sql: scope)) AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.person = p.id
                 AND c.valid_from <= \(day) AND c.valid_to >= \(day))
            ORDER BY p.name, p.id LIMIT 200
            """
        ) { ($0[0], $0[1]) }
    }
}
