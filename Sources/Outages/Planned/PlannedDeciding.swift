package import Desk
import Grid
import PowerRules
import Registry
import Service
import Storage
package import Values

/// The station head decides on a small outage, the company on a large one; nobody on their own. With
/// the yes it is announced: from this moment the days of notice count.
package struct ApprovePlannedOutage: Action {
    package static let name = "approve-planned-outage"
    package static let door = Door.post("/planned/:outage/approve")
    package static let who: Who = .roles(.stationHead, .company)
    package static let mayChangeRights = false
    @Input package var outage: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(2...PlannedLimits.reasonMax), .lines) package var waiver: String?
    package init() {}

    package func perform(_ work: Work) throws -> PlannedView {
        var found = try work.decidable(outage, seen)
        if let waiver {
            guard work.actor.has(.company) else { throw Problem.invalid("waiver", "company-only") }
            found.waiver = waiver
        }
        try work.checkRules(found, start: found.start, end: found.end)
        found.state = .approved
        found.decidedBy = work.actor.person
        found.decidedAt = work.now
        found.announcedAt = work.now
        found.passedAt = work.now
        try work.tx.save(found)
        try work.publish(found, "planned-announced")
        try work.record(
            EventDraft(
                "planned.approved", of: "planned", found.number.text,
                found.waiver == nil ? [:] : ["waived": "1"], county: found.county))
        return try work.freshView(found)
    }
}

package struct RefusePlannedOutage: Action {
    package static let name = "refuse-planned-outage"
    package static let door = Door.post("/planned/:outage/refuse")
    package static let who: Who = .roles(.stationHead, .company)
    package static let mayChangeRights = false
    @Input package var outage: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(2...PlannedLimits.reasonMax), .lines) package var reason: String
    package init() {}

    package func perform(_ work: Work) throws -> PlannedView {
        var found = try work.decidable(outage, seen)
        found.state = .refused
        found.decidedBy = work.actor.person
        found.decidedAt = work.now
        found.reason = reason
        try work.tx.save(found)
        try work.record(EventDraft("planned.refused", of: "planned", found.number.text, county: found.county))
        if let asker = found.askedBy {
            try work.owe(
                MessageDraft(
                    key: "\(found.id.text)/refused", to: .person(asker), template: "planned-refused",
                    data: work.plannedData(found)), county: found.county)
        }
        return try work.freshView(found)
    }
}

/// Another time. What was announced is withdrawn, announced anew, and the same people are told; while
/// the work runs, only its end may move.
package struct ChangePlannedOutage: Action {
    package static let name = "change-planned-outage"
    package static let door = Door.post("/planned/:outage/change")
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    package static let mayChangeRights = false
    @Input package var outage: Code
    @Input(.hidden) package var seen: Int?
    @Input package var start: Instant
    @Input package var end: Instant
    @Input(.length(2...PlannedLimits.reasonMax), .lines) package var reason: String
    @Input(.length(2...PlannedLimits.reasonMax), .lines) package var waiver: String?
    package init() {}

    package func perform(_ work: Work) throws -> PlannedView {
        var found = try work.planned(outage, reachedBy: [.dispatcher, .stationHead, .company])
        try found.checkSeen(seen)
        guard [.asked, .approved, .running].contains(found.state) else { throw found.moved }
        if waiver != nil, !work.actor.has(.company) { throw Problem.invalid("waiver", "company-only") }
        if let waiver { found.waiver = waiver } else if found.start != start { found.waiver = nil }
        guard end > start else { throw Problem.invalid("end", "planned-ends-before-start") }
        if found.state == .running {
            guard start == found.start else { throw Problem.invalid("start", "planned-running") }
            guard end > work.now else { throw Problem.invalid("end", "in-the-past") }
        } else {
            guard start > work.now else { throw Problem.invalid("start", "in-the-past") }
            try work.checkRules(found, start: start, end: end)
        }
        let (wasStart, wasEnd) = (found.start, found.end)
        found.start = start
        found.end = end
        found.reason = reason
        found.round += 1
        found.passedAt = work.now
        if found.state == .approved { found.announcedAt = work.now }
        try work.tx.save(found)
        switch found.state {
        case .approved: try work.publish(found, "planned-changed")
        case .running: try work.tellAll(found, found.end > wasEnd ? "planned-late" : "planned-changed")
        default: break
        }
        try work.record(
            EventDraft(
                "planned.changed", of: "planned", found.number.text,
                ["start": start.iso, "end": end.iso, "was": wasStart.iso], county: found.county))
        return try work.freshView(found)
    }
}

/// Called off: the notice is withdrawn and whoever was told of it hears that it is off.
package struct CancelPlannedOutage: Action {
    package static let name = "cancel-planned-outage"
    package static let door = Door.post("/planned/:outage/cancel")
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    package static let mayChangeRights = false
    @Input package var outage: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(2...PlannedLimits.reasonMax), .lines) package var reason: String
    package init() {}

    package func perform(_ work: Work) throws -> PlannedView {
        var found = try work.planned(outage, reachedBy: [.dispatcher, .stationHead, .company])
        try found.checkSeen(seen)
        guard [.asked, .approved].contains(found.state) else { throw found.moved }
        let wasAnnounced = found.state == .approved
        found.state = .cancelled
        found.reason = reason
        if found.decidedAt == nil {
            found.decidedBy = work.actor.person
            found.decidedAt = work.now
        }
        try work.tx.save(found)
        if wasAnnounced { try work.publish(found, "planned-cancelled") }
        try work.record(EventDraft("planned.cancelled", of: "planned", found.number.text, county: found.county))
        return try work.freshView(found)
    }
}

extension PlannedOutage {
    /// Somebody was faster.
    var moved: Problem { Problem(.conflict, "planned-moved", ["number": number.text]) }

    func checkSeen(_ seen: Int?) throws(Problem) {
        if let seen, seen != version { throw moved }
    }
}

extension Work {
    /// What waits for this person's yes or no.
    fileprivate func decidable(_ number: Code, _ seen: Int?) throws -> PlannedOutage {
        let found = try planned(number, reachedBy: [.stationHead, .company])
        try found.checkSeen(seen)
        guard found.state == .asked else { throw found.moved }
        guard found.customers <= PlannedLimits.headDecidesUpTo || actor.has(.company) else {
            throw Problem(.forbidden, "planned-too-large", ["max": "\(PlannedLimits.headDecidesUpTo)"])
        }
        guard found.askedBy != actor.person else { throw Problem(.forbidden, "own-planned-outage") }
        return found
    }

    fileprivate func checkRules(_ found: PlannedOutage, start: Instant, end: Instant) throws {
        guard found.waiver == nil else { return }
        let rule = try plannedRule(county: found.county)
        let ranges = try tx.plannedRanges(of: found.id).map(\.positions)
        let others = try plannedOthers(feeder: found.feeder, ranges, start: start, besides: found.id, rule)
        let broken = plannedComplaints(
            kind: found.kind, start: start, end: end, line: found.line, area: "\(found.customers)", others, rule)
        guard broken.isEmpty else { throw Problem.invalid(broken) }
    }

    func freshView(_ outage: PlannedOutage) throws -> PlannedView {
        guard let fresh = try tx.planned(outage.id) else { throw Problem.notFound }
        announce(fresh.county)
        if [.running, .finished].contains(fresh.state) { announceMap(fresh.county) }
        for village in try tx.plannedVillages(of: fresh.id) { announce(village.path) }
        return try view(fresh)
    }

    // MARK: Announcing

    /// Puts the announcement onto the pages of all villages concerned in place of an earlier one, and
    /// begins to tell every household.
    func publish(_ outage: PlannedOutage, _ template: String) throws {
        let words = desk.locales.words(.chinese)
        let data = plannedData(outage)
        for village in try tx.plannedVillages(of: outage.id) {
            if let old = village.notice { try tx.withdraw(old, by: actor.person, at: now) }
            var own = data
            own["area"] = try plannedArea(outage, in: village.village) ?? village.name.zh
            let notice = try publishNotice(
                unit: ID(village.village.text), title: words("planned.notice.\(template)", own),
                text: words("planned.text.\(template)", own), from: now.day, until: max(now.day, outage.end.day))
            try tx.setNotice(notice, in: village.village, of: outage.id)
        }
        try tellAll(outage, template)
    }

    /// Names of the transformer areas of a village that go dark, as people there know them.
    func plannedArea(_ outage: PlannedOutage, in village: ID<Village>) throws -> String? {
        let ranges = try tx.plannedRanges(of: outage.id).map(\.positions)
        let shares = try tx.affected(feeder: outage.feeder, ranges: merged(ranges)).shares
        let names = shares.filter { $0.village == village && !$0.areaName.isEmpty }.map(\.areaName)
        return names.isEmpty ? nil : names.joined(separator: "、")
    }
}
