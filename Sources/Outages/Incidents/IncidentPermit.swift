package import Desk
import Registry
import Service
import Storage
package import Values

/// One step of a permit to work on the network: isolate, verify dead, earth, sign, return. The
/// order is enforced, and nothing is switched on before it is returned (docs/rules/permit.md).
package struct TakePermitStep: IncidentAction {
    package static let name = "permit-step"
    package static let door = Door.post("/incidents/:incident/permit")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    @Input package var step: PermitStep
    /// Which switch, which pole, which earth.
    @Input(.length(1...100)) package var place: String
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        var (found, about) = try work.visibleIncident(incident, seen)
        guard let person = work.actor.person else { throw Problem.notSignedIn }
        guard try work.tx.isCertified(person, on: work.now.day) || work.actor.has(.dispatcher, .stationHead) else {
            throw Problem.invalid("step", "not-certified", ["name": work.actor.name])
        }
        let taken = try work.tx.permit(of: found.id, round: found.round).map(\.step)
        let next = PermitStep.next(after: taken) ?? .isolate
        guard step == next else {
            throw Problem(.conflict, "permit-order", ["step": step.rawValue, "next": next.rawValue])
        }
        guard try work.tx.insertPermit(found.id, round: found.round, step, at: work.now, by: person, place: place) else {
            throw Problem(.conflict, "permit-order", ["step": step.rawValue, "next": next.rawValue])
        }
        // What was returned is history; the next work on it begins anew.
        if step == .return { found.round += 1 }
        let moved = try work.moveIncident(about, "permit", note: "\(step.rawValue): \(place)", seen: seen)
        try work.tx.save(found)
        try work.record(
            EventDraft(
                "permit.\(step.rawValue)", of: "case", found.number.text, ["round": "\(found.round)"],
                county: found.county))
        return work.state(found, moved)
    }
}
