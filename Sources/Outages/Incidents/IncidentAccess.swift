package import Desk
package import Grid
import Registry
import Service
import Storage
package import Values

/// What every step of the work on an incident has in common: the incident as this person may see
/// it, and one move of its case, which guards against two who act at once.
package protocol IncidentAction: Action {
    var incident: Code { get }
    /// The version that the person saw.
    var seen: Int? { get }
}

extension IncidentAction {
    package static var isRowGuarded: Bool { true }
    package static var mayChangeRights: Bool { false }

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
    }
}

/// The incident after a step.
package struct IncidentState: Answer, Equatable {
    package let number: String
    package let state: String
    package let stateTitle: Texts
    /// For the form's `seen`.
    package let version: Int
    /// Customers still dark.
    package let dark: Int
    package let eta: Instant?
    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("state", .text), ("stateTitle", Texts.schema), ("version", .integer()),
                ("dark", .integer(min: 0)), ("eta", .moment),
            ], optional: ["eta"])
    }
}

extension Work {
    /// - Throws: `not-found` for one that is not for these eyes; `joined-elsewhere` for one that is
    ///   part of another by now.
    func visibleIncident(_ number: Code, _ seen: Int? = nil) throws -> (incident: Incident, about: Case) {
        let about = try tx.visibleCase(number, to: actor)
        // Whoever looks at an older state is told the new one before anything else is complained of.
        if let seen, seen != about.version, let kind = desk.kinds.kind(about.kind, version: about.kindVersion) {
            try naming { throw about.caseMoved(kind) }
        }
        guard let incident = try tx.incident(about.id) else { throw Problem.notFound }
        if let into = incident.joinedInto, let other = try tx.incident(into) {
            throw Problem(.conflict, "joined-elsewhere", ["number": other.number.text])
        }
        return (incident, about)
    }

    /// Moves the case of an incident through its own door.
    @discardableResult
    func moveIncident(_ about: Case, _ move: String, note: String? = nil, seen: Int? = nil, photos: [Upload] = []) throws
        -> Case
    {
        var fields = MoveFields(note: note, seen: seen)
        fields.isByOwnDoor = true
        fields.photos = photos
        return try naming { try self.move(about, move, fields) }
    }

    func state(_ incident: Incident, _ about: Case) -> IncidentState {
        let kind = desk.kinds.kind(about.kind, version: about.kindVersion)
        return IncidentState(
            number: about.number.text, state: about.state,
            stateTitle: kind?.stateTitle(about.state) ?? Texts(zh: about.state, en: about.state),
            version: about.version, dark: incident.dark, eta: incident.eta)
    }

    /// Compares what a phone says of place and time with what the server knows; what does not fit is
    /// flagged for people to see, and changes no figure.
    func checkProof(_ incident: inout Incident, place: Place?, deviceAt: Instant?) throws {
        if let deviceAt, abs(deviceAt.since(now)) > IncidentRules.skewMilliseconds { incident.flags.insert("clock") }
        if let place, let expected = try self.place(of: incident), expected.metres(to: place) > IncidentRules.placeMetres {
            incident.flags.insert("place")
        }
    }

    /// The middle of its transformer area, or of its village.
    package func place(of incident: Incident) throws -> Place? {
        if let area = incident.area, let place = try tx.area(area)?.place { return place }
        return try incident.village.flatMap { try tx.village($0)?.place }
    }
}

/// A place out of two optional inputs.
func proofPlace(_ latitude: Double?, _ longitude: Double?) throws(Problem) -> Place? {
    guard latitude != nil || longitude != nil else { return nil }
    guard let latitude, let longitude, let place = Place(latitude: latitude, longitude: longitude) else {
        throw .invalid("latitude", "not-a-position")
    }
    return place
}
