package import Desk
import Grid
import PowerRules
import Registry
import Service
import Storage
package import Values

/// Anything that the announcement says is another: the time, what is switched off, the work, whom to ask.
/// The rules are asked again; who is still concerned hears of the change, who is concerned from now on of
/// the outage, and who is not any more that the light stays on. While the work runs its end may move, and
/// whom to ask.
package struct ChangePlannedOutage: Action {
    package static let name = "change-planned-outage"
    package static let door = Door.post("/planned/:outage/change")
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    package static let mayChangeRights = false
    @Input package var outage: Code
    @Input(.hidden) package var seen: Int?
    @Input package var start: Instant?
    @Input package var end: Instant?
    /// Codes of devices, several in a line; nothing said: as it was.
    @Input(.length(1...1000), .lines) package var devices: String?
    /// The whole feeder instead of devices.
    @Input package var whole: Bool
    @Input(.length(2...PlannedLimits.workMax), .lines) package var work: String?
    @Input(.length(1...40)) package var contact: String?
    @Input package var phone: PhoneNumber?
    @Input(.length(2...PlannedLimits.reasonMax), .lines) package var reason: String
    @Input(.length(2...PlannedLimits.reasonMax), .lines) package var waiver: String?
    package init() {}

    package func perform(_ work: Work) throws -> PlannedView {
        let before = try work.planned(outage, reachedBy: [.dispatcher, .stationHead, .company])
        try before.checkSeen(seen)
        guard [.asked, .approved, .running].contains(before.state) else { throw before.moved }
        if waiver != nil, !work.actor.has(.company) { throw Problem.invalid("waiver", "company-only") }
        var found = before
        found.start = start ?? before.start
        found.end = end ?? before.end
        found.work = self.work ?? before.work
        found.contact = contact ?? before.contact
        found.phone = phone?.spaced ?? before.phone
        found.reason = reason
        found.round += 1
        found.passedAt = work.now
        let area = try area(work, before)
        if let area {
            found.line = area.reach.line
            found.customers = area.affected.customers
        }
        // Who was told in time of this very time and place need not be told again so long before.
        let isNews = found.start != before.start || found.end != before.end || area?.added.isEmpty == false
        try check(work, &found, before, area, isNews: isNews)
        if found.state == .approved, isNews { found.announcedAt = work.now }
        try work.tx.save(found)
        switch found.state {
        case .approved:
            if let area {
                try work.move(found, to: area)
            } else {
                try work.publish(found, "planned-changed")
            }
        case .running: try work.tellAll(found, found.end > before.end ? "planned-late" : "planned-changed")
        default: if let area { try work.move(found, to: area) }
        }
        var data = ["start": found.start.iso, "end": found.end.iso, "was": before.start.iso]
        if area != nil { data["customers"] = "\(found.customers)" }
        try work.record(
            EventDraft(
                "planned.changed", of: "planned", found.number.text, data,
                rowHash: rowHash([found.id.text, found.number.text, found.line, found.work, found.start.iso, found.end.iso]),
                county: found.county))
        return try work.freshView(found)
    }

    /// What it switches off from now on; nil: the same as before.
    private func area(_ work: Work, _ before: PlannedOutage) throws -> PlannedArea? {
        guard whole || devices != nil else { return nil }
        let feeder = try work.feeder(before.feeder, seenBy: [.dispatcher, .stationHead, .company])
        let reach = try work.plannedReach(whole ? nil : devices, of: feeder)
        let old = merged(try work.tx.plannedRanges(of: before.id).map(\.positions))
        let new = merged(reach.ranges)
        if old == new, reach.line == before.line { return nil }
        guard before.state != .running else { throw Problem.invalid("devices", "planned-running") }
        return PlannedArea(
            reach: reach, old: old, new: new, affected: try work.tx.affected(feeder: before.feeder, ranges: new))
    }

    private func check(
        _ work: Work, _ found: inout PlannedOutage, _ before: PlannedOutage, _ area: PlannedArea?, isNews: Bool
    ) throws {
        guard found.end > found.start else { throw Problem.invalid("end", "planned-ends-before-start") }
        if let area, area.affected.customers == 0 { throw Problem.invalid("devices", "nobody-affected") }
        let isWider = area?.added.isEmpty == false
        if let waiver { found.waiver = waiver } else if found.start != before.start || isWider { found.waiver = nil }
        if found.state == .running {
            guard found.start == before.start else { throw Problem.invalid("start", "planned-running") }
            guard found.end == before.end || found.end > work.now else { throw Problem.invalid("end", "in-the-past") }
            return
        }
        guard found.start > work.now else { throw Problem.invalid("start", "in-the-past") }
        // A small outage that the station head let go must not grow into the company's by a change.
        let limit = PlannedLimits.headDecidesUpTo
        if found.state == .approved, found.customers > limit, before.customers <= limit, !work.actor.has(.company) {
            throw Problem(.forbidden, "planned-too-large", ["max": "\(limit)"])
        }
        let ranges = try area?.new ?? work.tx.plannedRanges(of: found.id).map(\.positions)
        try work.checkRules(found, ranges, announced: isNews ? nil : before.announcedAt)
    }
}

/// Another part of the feeder, with what came and what went.
struct PlannedArea {
    let reach: PlannedReach
    let old: [Range<Int>]
    let new: [Range<Int>]
    let affected: Affected
    var added: [Range<Int>] { without(new, old) }
    var dropped: [Range<Int>] { without(old, new) }
    var kept: [Range<Int>] { without(old, dropped) }
}

extension Work {
    /// Gives an outage its new area. Its list of households is put together again in pieces, and so is the
    /// telling of those who come, stay and go.
    fileprivate func move(_ outage: PlannedOutage, to area: PlannedArea) throws {
        let isAnnounced = outage.state == .approved
        let before = try tx.plannedVillages(of: outage.id)
        try tx.dropPlannedReach(of: outage.id)
        for device in area.reach.devices { try tx.insert(device, of: outage.id) }
        for range in area.new { try tx.insertRange(newID(), of: outage.id, range) }
        for range in area.dropped {
            try tx.insertSpared(newID(), of: outage.id, range, data: isAnnounced ? plannedData(outage) : [:])
        }
        try moveVillages(outage, area, before, isAnnounced: isAnnounced)
        guard isAnnounced else { return }
        for range in area.kept { try tellAll(outage, "planned-changed", positions: range) }
        for range in area.added { try tellAll(outage, "planned-announced", positions: range) }
        // Those that were put there by hand.
        try tellAll(outage, "planned-changed", positions: PlannedLimits.byHand)
    }

    private func moveVillages(
        _ outage: PlannedOutage, _ area: PlannedArea, _ before: [PlannedVillage], isAnnounced: Bool
    ) throws {
        let now = Set(area.affected.villages)
        let areas = try isAnnounced ? plannedAreas(outage) : [:]
        for gone in before where !now.contains(gone.village) {
            if isAnnounced { try post(outage, "planned-spared", in: gone, areas) }
            let byHand = try tx.takeByHand(of: outage.id, in: gone.village)
            if isAnnounced { for household in byHand { try tellSpared(household, outage, plannedData(outage)) } }
            try tx.dropVillage(gone.village, of: outage.id)
        }
        for village in now.sorted() {
            guard let info = try tx.village(village) else { continue }
            try tx.insertVillage(village, path: info.path, customers: area.affected.customers(in: village), of: outage.id)
        }
        guard isAnnounced else { return }
        let known = Set(before.map(\.village))
        for village in try tx.plannedVillages(of: outage.id) {
            try post(outage, known.contains(village.village) ? "planned-changed" : "planned-announced", in: village, areas)
        }
    }

    /// Their light stays on.
    func tellSpared(_ household: PlannedToTell, _ outage: PlannedOutage, _ data: [String: String]) throws {
        let phone = try household.phone.map { PhoneNumber(stored: try desk.keys.openText($0)) }
        try owe(
            MessageDraft(
                key: "planned/\(outage.id.text)/spared/\(household.account.text)/\(outage.round)",
                to: .customer(person: household.customer, name: household.name, phone: phone, village: household.village),
                template: "planned-spared", data: data), county: outage.county)
    }
}
