package import Desk
import Grid
import PowerRules
import Registry
import Service
import Storage
package import Values

/// The light goes out, not before the announced time; everybody on the list hears it.
package struct StartPlannedOutage: Action {
    package static let name = "start-planned-outage"
    package static let door = Door.post("/planned/:outage/start")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
    package static let mayChangeRights = false
    @Input package var outage: Code
    @Input(.hidden) package var seen: Int?
    package init() {}

    package func perform(_ work: Work) throws -> PlannedView {
        var found = try work.planned(outage, reachedBy: [.representative, .dispatcher, .stationHead])
        try found.checkSeen(seen)
        guard found.state == .approved else { throw found.moved }
        guard work.now >= found.start else {
            throw Problem(.conflict, "planned-too-early", ["start": found.start.clock, "day": found.start.day.iso])
        }
        guard work.now < found.end else { throw Problem(.conflict, "planned-past-end") }
        found.state = .running
        found.startedAt = work.now
        found.passedAt = work.now
        try work.tx.save(found)
        try work.tellAll(found, "planned-started")
        try work.record(EventDraft("planned.started", of: "planned", found.number.text, county: found.county))
        return try work.freshView(found)
    }
}

/// The light is back behind some devices, or everywhere: each section is a step of the interruption,
/// and its households hear it.
package struct RestorePlannedOutage: Action {
    package static let name = "restore-planned-outage"
    package static let door = Door.post("/planned/:outage/restore")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
    package static let mayChangeRights = false
    @Input package var outage: Code
    @Input(.hidden) package var seen: Int?
    /// Codes of devices, several in a line; empty: everything that is still dark.
    @Input(.length(1...1000), .lines) package var devices: String?
    /// When the light came back; now where nothing is said.
    @Input package var at: Instant?
    package init() {}

    package func perform(_ work: Work) throws -> PlannedView {
        var found = try work.planned(outage, reachedBy: [.representative, .dispatcher, .stationHead])
        try found.checkSeen(seen)
        guard found.state == .running, let started = found.startedAt else { throw found.moved }
        let moment = at ?? work.now
        guard moment >= started else { throw Problem.invalid("at", "planned-before-start", ["start": started.iso]) }
        guard moment <= work.now else { throw Problem.invalid("at", "in-the-future") }
        let parts = try sections(work, found)
        for part in parts { try work.restore(&found, part, started, moment) }
        let isAll = try work.tx.plannedRanges(of: found.id).allSatisfy { $0.restoredAt != nil }
        if isAll { try work.finish(&found, started, moment) }
        try work.tx.save(found)
        if isAll { try work.tellAll(found, "planned-restored") }
        return try work.freshView(found)
    }

    /// Positions that get their light back.
    private func sections(_ work: Work, _ found: PlannedOutage) throws -> [Range<Int>] {
        let dark = try work.tx.plannedRanges(of: found.id).filter { $0.restoredAt == nil }.map(\.positions)
        let codes = (devices ?? "").split(whereSeparator: { "\n\r,，;； \t".contains($0) }).map(String.init)
        if codes.isEmpty { return dark }
        guard codes.count <= PlannedLimits.devicesMax else {
            throw Problem.invalid("devices", "too-many", ["max": "\(PlannedLimits.devicesMax)"])
        }
        return try codes.map { code in
            guard let device = try work.tx.device(code: code, feeder: found.feeder) else {
                throw Problem.invalid("devices", "planned-unknown-device", ["device": String(code.prefix(40))])
            }
            guard dark.contains(where: { $0.overlaps(device.positions) }) else {
                throw Problem.invalid("devices", "planned-not-dark-there", ["device": device.code])
            }
            return device.positions
        }
    }
}

extension Work {
    /// Splits what is dark, and writes the interruption that ends with this section.
    fileprivate func restore(_ found: inout PlannedOutage, _ part: Range<Int>, _ started: Instant, _ moment: Instant) throws {
        for dark in try tx.plannedRanges(of: found.id) where dark.restoredAt == nil {
            let back = part.clamped(to: dark.positions)
            guard !back.isEmpty else { continue }
            found.step += 1
            try tx.dropRange(dark.id)
            try tx.insertRange(newID(), of: found.id, back, step: found.step, restoredAt: moment)
            for piece in without(dark.positions, back) { try tx.insertRange(newID(), of: found.id, piece) }
            for share in try tx.affected(feeder: found.feeder, range: back).shares where share.customers > 0 {
                let area = try share.area.flatMap { try tx.area($0)?.positions.clamped(to: back) } ?? back
                try tx.insertPlannedInterruption(
                    newID(), of: found, step: found.step, area: share.area, village: share.village, from: started,
                    to: moment, customers: share.customers, area)
            }
            if back != dark.positions { try tellAll(found, "planned-restored", positions: back) }
        }
        try record(
            EventDraft(
                "planned.section-restored", of: "planned", found.number.text,
                ["at": moment.iso, "step": "\(found.step)"], county: found.county))
    }

    /// All is back. Households without a link to the network were dark as long as the last of them.
    fileprivate func finish(_ found: inout PlannedOutage, _ started: Instant, _ moment: Instant) throws {
        let byHand = try tx.plannedByHand(of: found.id)
        if !byHand.isEmpty { found.step += 1 }
        for (village, customers) in byHand {
            try tx.insertPlannedInterruption(
                newID(), of: found, step: found.step, area: nil, village: village, from: started, to: moment,
                customers: customers, 0..<0)
        }
        found.state = .finished
        found.finishedAt = moment
        let minutes = moment.since(found.end) / 60_000
        try record(
            EventDraft(
                minutes > 0 ? "planned.finished-late" : "planned.finished", of: "planned", found.number.text,
                ["at": moment.iso, "minutes": "\(minutes)"], county: found.county))
    }
}
