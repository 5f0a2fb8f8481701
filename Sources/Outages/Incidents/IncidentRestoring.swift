package import Desk
import Grid
package import Service
import Storage
package import Values

/// A part of what is dark has its light back: everything behind these devices.
package struct RestoreSection: IncidentAction {
    package static let name = "restore-section"
    package static let door = Door.post("/incidents/:incident/restore-section")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    /// Codes or ids of devices.
    @Input(.count(1...20), .length(1...60)) package var devices: [String]
    /// When the light came back; now where nothing is said.
    @Input package var at: Instant?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        var (found, about) = try work.visibleIncident(incident, seen)
        try work.checkPermit(of: found)
        let moment = try work.restoredAt(at, found)
        let dark = try work.tx.darkRanges(of: found.id)
        let before = found.step
        var names: [String] = []
        for text in devices {
            let device = try work.device(text, of: found, field: "devices")
            guard dark.contains(where: { $0.feeder == device.feeder && $0.positions.overlaps(device.positions) }) else {
                throw Problem.invalid("devices", "not-dark-there", ["device": device.code])
            }
            names.append(device.name.isEmpty ? device.code : device.name)
            try work.restore(&found, moment) { $0.feeder == device.feeder ? device.positions : nil }
        }
        found.isFixed = true
        if found.dark == 0 {
            return try work.finish(&found, about, from: before, at: moment, note: note, seen: seen, photos: [])
        }
        let text = [names.joined(separator: "、"), note].compactMap { $0 }.joined(separator: "。")
        let moved = try work.moveIncident(about, "restore-part", note: text, seen: seen)
        try work.accepted(&found)
        try work.tx.save(found)
        try work.tellPartRestored(of: found, moved, names, from: before)
        return work.state(found, moved)
    }
}

/// The light is back everywhere.
package struct RestoreAll: IncidentAction {
    package static let name = "restore-all"
    package static let door = Door.post("/incidents/:incident/restore")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...40)) package var cause: String?
    @Input(.length(1...40)) package var equipment: String?
    @Input package var at: Instant?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var result: String
    @Input(.count(0...RequestLimits.photosMax)) package var photos: [Upload]
    @Input(.hidden) package var latitude: Double?
    @Input(.hidden) package var longitude: Double?
    @Input(.hidden) package var deviceAt: Instant?
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        var (found, about) = try work.visibleIncident(incident, seen)
        try OutageCause.check(cause, field: "cause", work.desk, today: work.now.day)
        try OutageCause.check(equipment, field: "equipment", work.desk, today: work.now.day)
        guard cause != nil || found.cause != nil else { throw Problem.invalid("cause", "missing") }
        try work.checkPermit(of: found)
        try work.checkProof(&found, place: try proofPlace(latitude, longitude), deviceAt: deviceAt)
        let moment = try work.restoredAt(at, found)
        if let cause {
            found.cause = cause
            found.isInside = cause == OutageCause.inside
        }
        found.equipment = equipment ?? found.equipment
        let before = found.step
        try work.restore(&found, moment) { $0.positions }
        return try work.finish(&found, about, from: before, at: moment, note: result, seen: seen, photos: photos)
    }
}

extension Work {
    /// - Throws: `restored-before-start`, `restored-in-future`.
    func restoredAt(_ said: Instant?, _ incident: Incident) throws(Problem) -> Instant {
        guard let said else { return now }
        guard said >= incident.darkSince else {
            throw .invalid("at", "restored-before-start", ["start": incident.darkSince.iso])
        }
        guard said <= now.adding(milliseconds: IncidentRules.skewMilliseconds) else {
            throw .invalid("at", "restored-in-future")
        }
        return min(said, now)
    }

    /// Nobody gives voltage to a line on which a permit is not returned.
    func checkPermit(of incident: Incident) throws {
        let taken = try tx.permit(of: incident.id, round: incident.round)
        guard taken.isEmpty else { throw Problem(.conflict, "permit-open", ["step": taken.last?.step.rawValue ?? ""]) }
    }

    /// Writes which positions have their light back, each contiguous part as a step of its own, and
    /// the interruptions that end with it: the figures read those alone.
    func restore(_ incident: inout Incident, _ moment: Instant, _ part: (DarkRange) -> Range<Int>?) throws {
        var remaining = 0
        var still: [ID<Village>: Int] = [:]
        for dark in try tx.darkRanges(of: incident.id) {
            let back = part(dark).map { $0.clamped(to: dark.positions) } ?? 0..<0
            var rest: [Range<Int>] = [dark.positions]
            if !back.isEmpty {
                guard moment >= dark.darkAt else {
                    throw Problem.invalid("at", "restored-before-start", ["start": dark.darkAt.iso])
                }
                incident.step += 1
                try tx.drop(dark.id)
                try tx.insertRestored(
                    newID(), incident.id, dark.feeder, back, dark: dark.darkAt, restored: moment, step: incident.step)
                if !incident.isInside { try interrupt(incident, dark, back, moment) }
                rest = [
                    dark.positions.lowerBound..<back.lowerBound, back.upperBound..<dark.positions.upperBound,
                ].filter { !$0.isEmpty }
                for piece in rest { try tx.insertDark(newID(), incident.id, dark.feeder, piece, at: dark.darkAt) }
            }
            let affected = try tx.affected(feeder: dark.feeder, ranges: rest)
            remaining += affected.customers
            for share in affected.shares { if let village = share.village { still[village, default: 0] += share.customers } }
        }
        incident.dark = remaining
        let all = Dictionary(
            try tx.villages(of: incident.id).map { ($0.village, $0.customers) }, uniquingKeysWith: { first, _ in first })
        try tx.setVillages(of: incident.id, customers: all, dark: still)
    }

    private func interrupt(_ incident: Incident, _ dark: DarkRange, _ back: Range<Int>, _ moment: Instant) throws {
        for share in try tx.affected(feeder: dark.feeder, range: back).shares where share.customers > 0 {
            try tx.insertInterruption(
                newID(), of: incident, dark, back, step: incident.step, share: share, restoredAt: moment)
        }
    }

    /// All is back: the case is resolved and everybody hears it.
    func finish(
        _ incident: inout Incident, _ about: Case, from before: Int, at moment: Instant, note: String?, seen: Int?, photos: [Upload]
    ) throws -> IncidentState {
        // Where no network is known, those who reported are those who were dark.
        if incident.step == 0, !incident.isInside { try tx.insertLooseInterruption(newID(), of: incident, at: moment) }
        incident.isOpen = false
        incident.restoredAt = moment
        incident.dark = 0
        incident.isFixed = true
        let moved = try moveIncident(about, "resolve", note: note, seen: seen, photos: photos)
        try accepted(&incident)
        try tx.save(incident)
        try tx.setCause(of: incident)
        try record(
            EventDraft(
                "incident.restored", of: "case", incident.number.text,
                ["at": moment.iso, "steps": "\(incident.step)"], county: incident.county))
        try tellRestored(of: incident, moved, from: before)
        return state(incident, moved)
    }
}

extension Transaction {
    fileprivate func insertLooseInterruption(_ id: ID<IncidentRange>, of incident: Incident, at moment: Instant) throws {
        try run(
            """
            INSERT INTO interruption (id, county, origin, step, planned, feeder, area, village, cause, started_at,
                restored_at, customers, low, high)
            VALUES (\(id), \(incident.county), \(incident.id),
                1 + (SELECT COUNT(*) FROM interruption n WHERE n.origin = \(incident.id)), 0,
                \(incident.feeder?.text ?? ""), \(incident.area?.text ?? ""), \(incident.village),
                \(incident.cause ?? OutageCause.unknown), \(incident.darkSince), \(moment), \(incident.customers), 0, 0)
            ON CONFLICT (origin, step, area, village) DO NOTHING
            """)
    }
}
