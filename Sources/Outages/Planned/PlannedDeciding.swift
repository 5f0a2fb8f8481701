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
        try work.checkRules(found, try work.tx.plannedRanges(of: found.id).map(\.positions))
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

    /// - Parameter announced: when those concerned were told; now where somebody has to be told anew.
    func checkRules(_ planned: PlannedOutage, _ ranges: [Range<Int>], announced: Instant? = nil) throws {
        guard planned.waiver == nil else { return }
        let rule = try plannedRule(county: planned.county)
        let others = try plannedOthers(feeder: planned.feeder, ranges, start: planned.start, besides: planned.id, rule)
        let broken = plannedComplaints(
            kind: planned.kind, start: planned.start, end: planned.end, line: planned.line, area: "\(planned.customers)",
            others, rule, announced: announced ?? now)
        guard broken.isEmpty else { throw Problem.invalid(broken) }
    }

    func freshView(_ outage: PlannedOutage) throws -> PlannedView {
        guard let fresh = try tx.planned(outage.id) else { throw Problem.notFound }
        announce(fresh.county)
        for village in try tx.plannedVillages(of: fresh.id) { announce(village.path) }
        return try view(fresh)
    }

    // MARK: Announcing

    /// Puts the announcement onto the pages of all villages concerned in place of an earlier one, and
    /// begins to tell every household.
    func publish(_ outage: PlannedOutage, _ template: String) throws {
        let areas = try plannedAreas(outage)
        for village in try tx.plannedVillages(of: outage.id) { try post(outage, template, in: village, areas) }
        try tellAll(outage, template)
    }

    /// The notice of one village, in both languages.
    /// - Parameter areas: of the outage, see `plannedAreas`.
    func post(
        _ outage: PlannedOutage, _ template: String, in village: PlannedVillage, _ areas: [ID<Village>: String]
    ) throws {
        if let old = village.notice { try tx.withdraw(old, by: actor.person, at: now) }
        var data = plannedData(outage)
        data["area"] = areas[village.village] ?? village.name.zh
        data["area@en"] = areas[village.village] ?? village.name.en
        let zh = desk.locales.words(.chinese)
        let en = desk.locales.words(.english)
        let english = MessageText.values(data, en)
        let notice = try publishNotice(
            unit: ID(village.village.text), title: zh("planned.notice.\(template)", data),
            text: zh("planned.text.\(template)", data),
            english: (en("planned.notice.\(template)", english), en("planned.text.\(template)", english)), from: now.day,
            until: max(now.day, outage.end.day))
        try tx.setNotice(notice, in: village.village, of: outage.id)
    }

    /// Names of the transformer areas that go dark, as people know them, by village.
    func plannedAreas(_ outage: PlannedOutage) throws -> [ID<Village>: String] {
        let ranges = try tx.plannedRanges(of: outage.id).map(\.positions)
        let shares = try tx.affected(feeder: outage.feeder, ranges: merged(ranges)).shares
        var names: [ID<Village>: [String]] = [:]
        for share in shares where !share.areaName.isEmpty {
            if let village = share.village { names[village, default: []].append(share.areaName) }
        }
        return names.mapValues { $0.joined(separator: "、") }
    }
}
