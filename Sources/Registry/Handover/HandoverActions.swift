package import Desk
import Storage
import Values

let handoverProposers: Set<Role> = [.representative, .dispatcher, .stationHead, .company]
let handoverDeciders: Set<Role> = [.stationHead, .company]

/// The leaving representative, or somebody of the station, proposes who takes everything over.
package struct ProposeHandover: Action {
    package static let name = "propose-handover"
    package static let door = Door.post("/handovers", status: 201)
    package static let who: Who = .roles(handoverProposers)
    @Input var leaving: ID<Person>
    @Input var successor: ID<Person>
    @Input(.length(1...200)) var reason: String
    package init() {}

    package func perform(_ work: Work) throws -> HandoverInfo {
        let station = try work.station(of: leaving, forHandoverBy: handoverProposers)
        guard let proposer = work.actor.person else { throw Problem.notSignedIn }
        guard successor != leaving else { throw Problem.invalid("successor", "handover-same-person") }
        try work.checkSuccessor(successor, of: leaving, in: station.county)
        try work.checkCertificate(successor, of: leaving, in: station.county)
        let counts = try work.tx.handoverCounts(of: leaving)
        guard counts.villages + counts.cases > 0 else { throw Problem(.conflict, "handover-empty") }
        let id: ID<Handover> = work.newID()
        let made = try work.tx.change(
            """
            INSERT INTO handover (id, county, station, leaving, successor, day, reason, state, proposed_by, proposed_at,
                                  villages, cases, follow_ups, households)
            VALUES (\(id), \(station.county), \(station.id), \(leaving), \(successor), \(work.now.day), \(reason),
                    'proposed', \(proposer), \(work.now), \(counts.villages), \(counts.cases), \(counts.followUps),
                    \(counts.households))
            ON CONFLICT DO NOTHING
            """)
        guard made == 1 else { throw Problem(.conflict, "handover-already-proposed") }
        try work.record(
            EventDraft(
                "handover.proposed", of: "handover", id.text,
                [
                    "leaving": leaving.text, "successor": successor.text, "cases": "\(counts.cases)",
                    "villages": "\(counts.villages)",
                ], county: station.county))
        guard let proposed = try work.tx.handover(id) else { throw Problem.notFound }
        return proposed
    }
}

/// Another supervisor approves: pairings, open cases and follow-ups go over in one transaction.
package struct ApproveHandover: Action {
    package static let name = "approve-handover"
    package static let door = Door.post("/handovers/:handover/approve")
    package static let who: Who = .roles(handoverDeciders)
    @Input(.hidden) var handover: ID<Handover>
    package init() {}

    package func perform(_ work: Work) throws -> HandoverInfo {
        let (seen, station) = try work.decidable(handover)
        let (leaving, successor, today) = (seen.leaving, seen.successor, work.now.day)
        try work.checkSuccessor(successor, of: leaving, in: station.county)
        try work.checkCertificate(successor, of: leaving, in: station.county)
        try work.moveStandIns(from: leaving, to: successor)
        let pairings = try work.tx.currentPairings(of: leaving)
        for pairing in pairings {
            // A pairing that begins later keeps its day.
            let deputy = pairing.standIn == successor ? nil : pairing.standIn
            try work.pair(
                village: pairing.village, representative: successor, liaison: pairing.liaison, standIn: deputy,
                since: max(pairing.since, today), handover: handover.text)
        }
        let moved = try work.reassignOpenCases(of: leaving, villages: nil, to: successor, why: "handover")
        let counts = HandoverCounts(
            villages: pairings.count, cases: moved, followUps: seen.counts.followUps,
            households: try work.tx.households(in: pairings.map(\.village)))
        // Compare and set: two supervisors at once decide once.
        let decided = try work.tx.change(
            """
            UPDATE handover SET state = 'approved', decided_by = \(work.actor.person), decided_at = \(work.now),
                   day = \(today), villages = \(counts.villages), cases = \(counts.cases),
                   households = \(counts.households)
            WHERE id = \(handover) AND state = 'proposed'
            """)
        guard decided == 1 else { throw Problem(.conflict, "handover-decided") }
        try work.record(
            EventDraft(
                "handover.approved", of: "handover", handover.text,
                [
                    "leaving": leaving.text, "successor": successor.text, "cases": "\(moved)",
                    "villages": "\(pairings.count)",
                ], county: station.county))
        // Where cases moved, their own message says so.
        if moved == 0 {
            try work.owe(
                MessageDraft(
                    key: "handover/\(handover.text)", to: .person(successor), template: "handover-approved",
                    data: ["leaving": seen.leavingName, "cases": "\(moved)", "villages": "\(pairings.count)"]),
                county: station.county)
        }
        work.announce(station.path)
        guard let approved = try work.tx.handover(handover) else { throw Problem.notFound }
        return approved
    }
}

package struct RejectHandover: Action {
    package static let name = "reject-handover"
    package static let door = Door.post("/handovers/:handover/reject")
    package static let who: Who = .roles(handoverDeciders)
    @Input(.hidden) var handover: ID<Handover>
    package init() {}

    package func perform(_ work: Work) throws -> HandoverInfo {
        let (_, station) = try work.decidable(handover)
        let decided = try work.tx.change(
            """
            UPDATE handover SET state = 'rejected', decided_by = \(work.actor.person), decided_at = \(work.now)
            WHERE id = \(handover) AND state = 'proposed'
            """)
        guard decided == 1 else { throw Problem(.conflict, "handover-decided") }
        try work.record(EventDraft("handover.rejected", of: "handover", handover.text, county: station.county))
        guard let rejected = try work.tx.handover(handover) else { throw Problem.notFound }
        return rejected
    }
}

extension Work {
    /// The station of the leaving representative, when the actor is that person or governs the station.
    func station(of leaving: ID<Person>, forHandoverBy roles: Set<Role>) throws -> UnitInfo {
        guard let person = try tx.person(leaving, now: now),
            let held = person.roles.first(where: { role in
                guard role.role == .representative, let unit = try? tx.unit(role.unit) else { return false }
                return unit.kind == .station
            }), let station = try tx.unit(held.unit)
        else { throw Problem.notFound }
        guard actor.person == leaving || governs(station, roles.subtracting([.representative])) else {
            throw Problem.notFound
        }
        return station
    }

    /// - Throws: `not-a-representative`, or `successor-needs-leaving` when the successor's own leave
    ///   counts on the one who leaves.
    fileprivate func checkSuccessor(_ successor: ID<Person>, of leaving: ID<Person>, in county: String) throws {
        try mustRepresent(successor, in: county, field: "successor", code: "not-a-representative")
        let counts: Int? = try tx.value(
            """
            SELECT 1 FROM leave_ WHERE person = \(successor) AND stand_in = \(leaving) AND to_day >= \(now.day) LIMIT 1
            """)
        guard counts == nil else { throw Problem.invalid("successor", "successor-needs-leaving") }
    }

    /// Live work goes only to somebody with a certificate valid today (B7); a refusal leaves a trace.
    /// - Throws: a `Refusal` with `not-certified`.
    fileprivate func checkCertificate(_ successor: ID<Person>, of leaving: ID<Person>, in county: String) throws {
        let kinds = desk.kinds.all.filter(\.needsCertificate).map(\.name)
        guard !kinds.isEmpty, try !tx.isCertified(successor, on: now.day) else { return }
        let liveWork: Int? = try tx.value(
            "SELECT 1 FROM cases WHERE assignee = \(leaving) AND open = 1 AND kind IN \(list: kinds) LIMIT 1")
        guard liveWork != nil else { return }
        throw Refusal(
            .invalid("successor", "not-certified", ["name": try tx.personName(successor) ?? ""]),
            recording: EventDraft(
                "handover.refused", of: "person", leaving.text,
                ["successor": successor.text, "reason": "not-certified"], county: county))
    }

    fileprivate func decidable(_ id: ID<Handover>) throws -> (HandoverInfo, UnitInfo) {
        guard let seen = try tx.handover(id), let station = try tx.unit(seen.station), governs(station, handoverDeciders)
        else { throw Problem.notFound }
        guard seen.state == .proposed else { throw Problem(.conflict, "handover-decided") }
        guard seen.proposedBy != actor.person, seen.leaving != actor.person else {
            throw Problem(.conflict, "handover-needs-another")
        }
        return (seen, station)
    }

    /// Where the leaving person stood in for others, the successor does.
    fileprivate func moveStandIns(from leaving: ID<Person>, to successor: ID<Person>) throws {
        try tx.run(
            """
            UPDATE grant_ SET person = \(successor) WHERE person = \(leaving) AND until > \(now)
            AND cause IN (SELECT id FROM leave_ WHERE stand_in = \(leaving) AND to_day >= \(now.day))
            """)
        try tx.run(
            """
            UPDATE leave_ SET stand_in = \(successor) WHERE stand_in = \(leaving) AND to_day >= \(now.day)
            """)
        try tx.run(
            """
            UPDATE pairing SET stand_in = CASE WHEN representative = \(successor) THEN NULL ELSE \(successor) END
            WHERE stand_in = \(leaving) AND until IS NULL
            """)
    }
}

/// Hand-overs of the stations that the actor governs.
package struct ListHandovers: Query {
    package static let name = "list-handovers"
    package static let door = Door.get("/handovers")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead, .company, .auditor)
    @Input var after: ID<Handover>?
    @Input(.range(1...100)) var limit: Int?
    package init() {}

    package func fetch(_ work: Work) throws -> HandoverList {
        let limit = limit ?? 25
        let found = try work.tx.handovers(
            stations: try work.governedStations(), after: after, limit: limit + 1)
        return HandoverList(items: Array(found.prefix(limit)), next: found.count > limit ? found[limit - 1].id.text : nil)
    }
}

package struct HandoverList: Answer {
    package let items: [HandoverInfo]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(HandoverInfo.schema)), ("next", .text)], optional: ["next"])
    }
}

extension Work {
    /// Stations that are the actor's own or lie in the actor's county.
    func governedStations() throws -> [ID<Unit>] {
        var found = actor.grants.filter { [.representative, .dispatcher, .stationHead].contains($0.role) }.map(\.unit)
        for grant in actor.grants where grant.role == .company || grant.role == .auditor {
            found += try tx.units(under: grant.reach).filter { $0.kind == .station }.map(\.id)
        }
        return Array(Set(found))
    }
}
