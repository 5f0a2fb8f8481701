package import Desk
package import Grid
package import Service
import Storage
package import Values

// The steps of the worker on the spot.

/// Somebody is on site. Duration and limits are the server's; place and clock of the phone are
/// only compared.
package struct ArriveAtIncident: IncidentAction {
    package static let name = "arrive-at-incident"
    package static let door = Door.post("/incidents/:incident/arrive")
    package static let who: Who = .roles(.representative, .dispatcher)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    @Input(.count(0...RequestLimits.photosMax)) package var photos: [Upload]
    @Input(.hidden) package var latitude: Double?
    @Input(.hidden) package var longitude: Double?
    @Input(.hidden) package var deviceAt: Instant?
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        var (found, about) = try work.visibleIncident(incident, seen)
        try work.checkProof(&found, place: try proofPlace(latitude, longitude), deviceAt: deviceAt)
        let moved = try work.moveIncident(about, "arrive", note: note, seen: seen, photos: photos)
        try work.accepted(&found)
        try work.tx.save(found)
        return work.state(found, moved)
    }
}

/// What is wrong, with its cause and equipment, and when the light is expected back.
package struct FindCause: IncidentAction {
    package static let name = "find-cause"
    package static let door = Door.post("/incidents/:incident/find")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...40)) package var cause: String
    @Input(.length(1...40)) package var equipment: String?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var finding: String
    /// Code or id of the device that is broken, where it is another than was thought.
    @Input(.length(1...60)) package var device: String?
    /// Minutes until the light is expected back.
    @Input(.range(1...4320)) package var minutes: Int?
    @Input(.count(0...RequestLimits.photosMax)) package var photos: [Upload]
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        var (found, about) = try work.visibleIncident(incident, seen)
        let today = work.now.day
        try OutageCause.check(cause, field: "cause", work.desk, today: today)
        try OutageCause.check(equipment, field: "equipment", work.desk, today: today)
        if let device, found.step == 0 { try work.place(&found, at: device) }
        found.cause = cause
        found.equipment = equipment ?? found.equipment
        found.finding = finding
        found.isFixed = true
        // Who stands in front of it is sure.
        if found.device != nil { found.probability = 100 }
        found.isInside = cause == OutageCause.inside
        if let minutes { found.eta = work.now.adding(minutes: Int64(minutes)) }
        let moved = try work.moveIncident(about, "find", note: finding, seen: seen, photos: photos)
        try work.accepted(&found)
        try work.tx.save(found)
        try work.tx.setCause(of: found)
        try work.tellHouseholds(of: found, moved, "outage-found")
        return work.state(found, moved)
    }
}

/// When the light is expected back; everybody who waits hears it.
package struct EstimateRestoration: IncidentAction {
    package static let name = "estimate-restoration"
    package static let door = Door.post("/incidents/:incident/estimate")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    @Input(.range(1...4320)) package var minutes: Int
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        var (found, about) = try work.visibleIncident(incident, seen)
        found.eta = work.now.adding(minutes: Int64(minutes))
        let moved = try work.moveIncident(about, "estimate", note: note, seen: seen)
        try work.tx.save(found)
        try work.tellHouseholds(of: found, moved, "outage-estimate")
        return work.state(found, moved)
    }
}

/// The fault is cut off from the rest.
package struct IsolateFault: IncidentAction {
    package static let name = "isolate-fault"
    package static let door = Door.post("/incidents/:incident/isolate")
    package static let who: Who = .roles(.representative, .dispatcher)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    /// Code or id of the device that was opened.
    @Input(.length(1...60)) package var device: String?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        var (found, about) = try work.visibleIncident(incident, seen)
        var text = note
        if let device {
            let known = try work.device(device, of: found)
            text = [known.name.isEmpty ? known.code : known.name, note].compactMap { $0 }.joined(separator: " ")
        }
        found.isFixed = true
        let moved = try work.moveIncident(about, "isolate", note: text, seen: seen)
        try work.tx.save(found)
        return work.state(found, moved)
    }
}

/// Materials that were used up.
package struct UseMaterial: IncidentAction {
    package static let name = "use-material"
    package static let door = Door.post("/incidents/:incident/materials")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...60)) package var material: String
    @Input(.length(1...20)) package var amount: String
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        let (found, about) = try work.visibleIncident(incident, seen)
        try work.tx.insertMaterial(
            work.newID(), found.id, at: work.now, by: work.actor.person, name: material, amount: amount)
        let moved = try work.moveIncident(about, "material", note: "\(material) \(amount)", seen: seen)
        return work.state(found, moved)
    }
}

extension Work {
    /// A device of the incident's feeder by id, code or name.
    /// - Throws: `unknown-device`.
    func device(_ text: String, of incident: Incident, field: String = "device") throws -> DeviceInfo {
        if let feeder = incident.feeder {
            if let id = ID<Device>(parsing: text), let known = try tx.device(id), known.feeder == feeder { return known }
            if let known = try tx.device(code: text, feeder: feeder) { return known }
        }
        throw Problem.invalid(field, "unknown-device")
    }

    /// Puts an incident to the device that was found, with the customers behind it.
    func place(_ incident: inout Incident, at text: String) throws {
        let device = try device(text, of: incident)
        guard device.id != incident.device else { return }
        let fault = FaultSite(
            feeder: device.feeder, device: device.id, deviceName: device.name.isEmpty ? device.code : device.name,
            area: device.area, positions: device.positions, probability: 100)
        let affected = try affected(fault)
        incident.device = device.id
        incident.deviceName = fault.deviceName
        incident.area = device.area
        incident.probability = 100
        incident.also = []
        incident.isSingle = device.positions.count == 1
        incident.customers = affected?.customers ?? 0
        incident.dark = incident.customers
        try tx.dropDark(of: incident.id)
        try tx.insertDark(newID(), incident.id, device.feeder, device.positions, at: incident.startedAt)
        try setVillages(incident, affected, [])
        try record(
            EventDraft(
                "incident.located", of: "case", incident.number.text, ["device": device.id.text, "probability": "100"],
                county: incident.county))
    }

    /// Somebody has taken it: nobody else is asked any more.
    func accepted(_ incident: inout Incident) throws {
        guard incident.offerAt != nil else { return }
        incident.offerAt = nil
        try tx.run("UPDATE incident SET alarm_at = NULL WHERE id = \(incident.id)")
        try tx.endOffers(incident.id, "accepted")
    }
}
