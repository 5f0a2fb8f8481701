package import Desk
import PowerRules
package import Service
import Storage
package import Values

/// Somebody damaged the equipment: facility protection follows it up as a case of its own, with
/// the outage as its beginning.
package struct LinkDamage: IncidentAction {
    package static let name = "link-damage"
    package static let door = Door.post("/incidents/:incident/damage")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    /// What happened and who did it, as far as it is known.
    @Input(.length(1...RequestLimits.noteMax), .lines) package var what: String
    @Input(.count(0...RequestLimits.photosMax)) package var photos: [Upload]
    @Prepared private var hazard: ReportNeed
    package init() {}

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        let number = incident
        let village = try await desk.database.read { tx -> ID<Village>? in
            let about = try tx.visibleCase(number, to: actor)
            guard let found = try tx.incident(about.id) else { throw Problem.notFound }
            return found.village
        }
        guard let village else { throw Problem.invalid("incident", "unknown-village") }
        var need = ReportNeed(
            kind: "hazard", village: village.text, what: "\(number.text) \(what)", name: actor.name, phone: nil,
            agreed: true, photos: photos, extra: ["object": "pole"])
        try await need.prepare(desk, by: actor, at: now)
        hazard = need
    }

    package func perform(_ work: Work) throws -> IncidentState {
        var (found, about) = try work.visibleIncident(incident, seen)
        guard found.damage == nil else { throw Problem(.conflict, "damage-linked") }
        let moved = try work.moveIncident(about, "damage", note: what, seen: seen)
        let receipt = try hazard.perform(work)
        found.damage = try work.tx.anyCase(Code(stored: receipt.number))?.id
        try work.tx.save(found)
        try work.record(
            EventDraft(
                "incident.damage-linked", of: "case", found.number.text, ["hazard": receipt.number], county: found.county))
        return work.state(found, moved)
    }
}

/// There was no outage after all.
package struct DismissIncident: IncidentAction {
    package static let name = "dismiss-incident"
    package static let door = Door.post("/incidents/:incident/dismiss")
    package static let who: Who = .roles(.dispatcher, .stationHead)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var reason: String
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        var (found, about) = try work.visibleIncident(incident, seen)
        try work.checkPermit(of: found)
        guard found.step == 0 else { throw Problem(.conflict, "already-restored") }
        let moved = try work.moveIncident(about, "withdraw", note: reason, seen: seen)
        try work.tx.dropDark(of: found.id)
        found.isOpen = false
        found.restoredAt = max(work.now, found.startedAt)
        found.dark = 0
        found.isFixed = true
        try work.tx.save(found)
        return work.state(found, moved)
    }
}
