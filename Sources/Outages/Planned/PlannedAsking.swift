package import Desk
package import Grid
import PowerRules
import Registry
import Service
import Storage
package import Values

/// Somebody asks for a planned outage: which line or devices, for what work, from when to when.
///
/// All that breaks the rules is told at once, with the earliest right start. Only the company lets an
/// outage break them, and says why (`waiver`, on record).
package struct AskPlannedOutage: Action {
    package static let name = "ask-planned-outage"
    package static let door = Door.post("/planned", status: 201)
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead, .company)
    package static let mayChangeRights = false
    private static let numberTries = 8

    @Input package var feeder: ID<Feeder>
    /// Codes of devices, several in a line; empty: the whole feeder.
    @Input(.length(1...1000), .lines) package var devices: String?
    @Input package var kind: PlannedKind
    @Input(.length(2...PlannedLimits.workMax), .lines) package var work: String
    @Input package var start: Instant
    @Input package var end: Instant
    @Input(.length(1...40)) package var contact: String
    @Input package var phone: PhoneNumber
    @Input(.length(2...PlannedLimits.reasonMax), .lines) package var waiver: String?
    package init() {}

    package func perform(_ work: Work) throws -> PlannedView {
        let feeder = try work.feeder(self.feeder, seenBy: [.representative, .dispatcher, .stationHead, .company])
        guard feeder.version != nil, let station = feeder.station else { throw Problem.invalid("feeder", "feeder-without-network") }
        let named = try work.plannedReach(devices, of: feeder)
        let ranges = merged(named.ranges)
        let affected = try work.tx.affected(feeder: feeder.id, ranges: ranges)
        try check(work, feeder, named, ranges, affected)

        let number = try insert(work, feeder, station, named.line, customers: affected.customers)
        guard let outage = try work.tx.planned(number) else { throw Problem.notFound }
        for device in named.devices { try work.tx.insert(device, of: outage.id) }
        for range in ranges { try work.tx.insertRange(work.newID(), of: outage.id, range) }
        for village in affected.villages.sorted() {
            guard let info = try work.tx.village(village) else { continue }
            try work.tx.insertVillage(
                village, path: info.path, customers: affected.customers(in: village), of: outage.id)
        }
        var data = ["kind": kind.rawValue, "start": start.iso, "end": end.iso, "customers": "\(affected.customers)"]
        if waiver != nil { data["waived"] = "1" }
        try work.record(
            EventDraft(
                "planned.asked", of: "planned", number.text, data,
                rowHash: rowHash([outage.id.text, number.text, outage.line, self.work, start.iso, end.iso, waiver]),
                county: feeder.county))
        try tellDeciders(work, outage)
        work.announce(feeder.county)
        return try work.view(outage)
    }

    private func check(
        _ work: Work, _ feeder: FeederInfo, _ named: PlannedReach, _ ranges: [Range<Int>], _ affected: Affected
    ) throws {
        var complaints: [Problem.Field] = []
        if start <= work.now { complaints.append(.init("start", "in-the-past")) }
        if start > work.now.adding(days: PlannedLimits.aheadDays) { complaints.append(.init("start", "too-far")) }
        if affected.customers == 0 { complaints.append(.init("devices", "nobody-affected")) }
        if waiver != nil, !work.actor.has(.company) { complaints.append(.init("waiver", "company-only")) }
        let rule = try work.plannedRule(county: feeder.county)
        let others = try work.plannedOthers(feeder: feeder.id, ranges, start: start, besides: nil, rule)
        let broken = work.plannedComplaints(
            kind: kind, start: start, end: end, line: named.line, area: "\(affected.customers)", others, rule)
        // What no reason can set aside: an end before the start.
        let isHopeless = broken.contains { $0.code == "planned-ends-before-start" }
        if waiver == nil || isHopeless { complaints += broken }
        guard complaints.isEmpty else { throw Problem.invalid(complaints) }
    }

    private func insert(
        _ work: Work, _ feeder: FeederInfo, _ station: ID<Unit>, _ line: String, customers: Int
    ) throws -> Code {
        let id: ID<PlannedOutage> = work.newID()
        for _ in 0..<Self.numberTries {
            let number = Code(from: work.desk.chance)
            let outage = PlannedOutage(
                id: id, county: feeder.county, number: number, kind: kind, state: .asked, station: station,
                feeder: feeder.id, line: line, work: self.work, contact: contact, phone: phone.spaced, start: start,
                end: end, customers: customers, askedBy: work.actor.person, askedAt: work.now, waiver: waiver, round: 1,
                step: 0, passedAt: work.now, version: 1)
            if try work.tx.insert(outage) { return number }
        }
        throw Problem(.unavailable(retryAfterSeconds: 1), "try-again")
    }

    /// Whoever decides by its size hears of it.
    private func tellDeciders(_ work: Work, _ outage: PlannedOutage) throws {
        let people =
            outage.customers <= PlannedLimits.headDecidesUpTo
            ? try work.tx.holders(of: .stationHead, in: outage.station, at: work.now)
            : try work.tx.holders(of: .company, at: outage.county, now: work.now)
        for person in people where person != work.actor.person {
            try work.owe(
                MessageDraft(
                    key: "\(outage.id.text)/asked", to: .person(person), template: "planned-asked",
                    data: work.plannedData(outage)), county: outage.county)
        }
    }
}
