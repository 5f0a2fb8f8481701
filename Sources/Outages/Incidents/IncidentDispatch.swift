package import Desk
import Service
import Storage
package import Values

/// What time does to incidents: whoever was asked and has not accepted within five minutes is
/// passed over; after ten the dispatchers are alarmed.
package enum IncidentSweep {
    /// - Returns: how many incidents were looked at.
    @discardableResult
    package static func tick(_ desk: Desk, at now: Instant, limit: Int = 100) async throws -> Int {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        let due = try await desk.database.read { tx in
            try tx.rows(
                """
                SELECT id FROM incident WHERE offer_at IS NOT NULL AND offer_at <= \(now)
                UNION SELECT id FROM incident WHERE alarm_at IS NOT NULL AND alarm_at <= \(now) LIMIT \(limit)
                """
            ) { $0[0] as ID<Case> }
        }
        for id in due {
            let topics = try await desk.database.drain { tx -> [String] in
                guard let about = try tx.anyCase(id) else { return [] }
                let work = Work(tx, by: .system(county: about.county), at: now, desk: desk)
                try work.look(id, about)
                return work.announced
            }
            for topic in Set(topics) { desk.live.announce(topic) }
        }
        return due.count
    }
}

extension Work {
    fileprivate func look(_ id: ID<Case>, _ about: Case) throws {
        guard var incident = try tx.incident(id) else { return }
        guard about.isOpen, ["submitted", "reopened"].contains(about.state) else {
            // Somebody took it through the case itself.
            try accepted(&incident)
            try tx.save(incident)
            try tx.run("UPDATE incident SET alarm_at = NULL WHERE id = \(id)")
            return
        }
        if let offer = incident.offerAt, offer <= now { try offerNext(&incident, about, ended: "expired") }
        let alarm: Instant? = try tx.value("SELECT alarm_at FROM incident WHERE id = \(id)")
        if let alarm, alarm <= now { try alarmDispatchers(&incident, about) }
        try tx.save(incident)
    }

    /// Asks the next suitable person; where there is none left, the dispatchers hear it at once.
    func offerNext(_ incident: inout Incident, _ about: Case, ended: String) throws {
        try tx.endOffers(incident.id, ended)
        guard let next = try nextWorker(for: incident), let worker = try tx.worker(next, at: now) else {
            incident.offerAt = nil
            try alarmDispatchers(&incident, about)
            return
        }
        var fields = MoveFields()
        fields.isByOwnDoor = true
        fields.assignee = worker
        let system = Work(tx, by: .system(county: about.county), at: now, desk: desk)
        try system.move(about, "offer", fields)
        for topic in system.announced { announce(topic) }
        try tx.insertOffer(incident.id, to: next, at: now)
        incident.offerAt = now.adding(minutes: IncidentRules.offerMinutes)
    }

    private func alarmDispatchers(_ incident: inout Incident, _ about: Case) throws {
        try tx.run("UPDATE incident SET alarm_at = NULL WHERE id = \(incident.id)")
        guard !incident.isAlarmed, let kind = desk.kinds.kind(about.kind, version: about.kindVersion) else { return }
        incident.isAlarmed = true
        for role in [Role.dispatcher, .stationHead] {
            for person in try tx.holders(of: role, in: incident.station, at: now) {
                try tellPerson(person, "outage-nobody", about, kind, key: "\(incident.id.text)/nobody")
            }
        }
        try record(EventDraft("incident.unaccepted", of: "case", incident.number.text, county: incident.county))
        announceChange(of: about)
    }
}

/// Whoever was asked cannot go: the next one is asked at once.
package struct DeclineIncident: IncidentAction {
    package static let name = "decline-incident"
    package static let door = Door.post("/incidents/:incident/decline")
    package static let who: Who = .roles(.representative, .dispatcher)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var reason: String
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        var (found, about) = try work.visibleIncident(incident, seen)
        guard about.assignee == work.actor.person || work.actor.has(.dispatcher) else { throw Problem.forbidden }
        guard about.state == "submitted", let kind = work.desk.kinds.kind(about.kind, version: about.kindVersion) else {
            let kind = work.desk.kinds.current(about.kind)
            throw kind.map(about.caseMoved) ?? Problem.notFound
        }
        if let seen, seen != about.version { throw about.caseMoved(kind) }
        try work.record(
            EventDraft("incident.declined", of: "case", found.number.text, county: found.county))
        try work.noteDecline(of: about, reason)
        try work.offerNext(&found, try work.tx.anyCase(about.id) ?? about, ended: "declined")
        try work.tx.save(found)
        return work.state(found, try work.tx.anyCase(about.id) ?? about)
    }
}

extension Work {
    fileprivate func noteDecline(of about: Case, _ reason: String) throws {
        try move(about, "note", MoveFields(note: reason))
    }
}
