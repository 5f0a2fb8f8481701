import Desk
import Grid
import PowerRules
import Registry
import Service
import Storage
import Values

extension Work {
    /// The rules with the days that the county keeps free.
    func plannedRule(county: String) throws -> PlannedOutageRule {
        var rule = PlannedOutageRule()
        rule.listed = try tx.quietDays(county: county, from: now.day.adding(days: -1)).map {
            PlannedOutageRule.ListedDays(first: $0.first, last: $0.last, reason: $0.title.zh)
        }
        return rule
    }

    /// Planned outages of any of the same users within the days between two of them.
    func plannedOthers(
        feeder: ID<Feeder>, _ ranges: [Range<Int>], start: Instant, besides: ID<PlannedOutage>?, _ rule: PlannedOutageRule
    ) throws -> [PlannedOutageRule.Other] {
        // A year ahead, because the earliest right start is sought there.
        let near = Int64(rule.restDays + 2)
        let found = try tx.plannedOthers(
            feeder: feeder, from: min(start, now).adding(days: -near), to: max(start, now).adding(days: 366 + near),
            besides: besides)
        return try found.compactMap { other in
            let theirs = try tx.plannedRanges(of: other.id).map(\.positions)
            let users = merged(ranges).reduce(0) { sum, mine in
                sum + theirs.reduce(0) { $0 + mine.clamped(to: $1).count }
            }
            guard users > 0 else { return nil }
            return .init(id: other.number.text, start: other.start, end: other.end, users: users)
        }
    }

    /// Everything that is wrong with an outage announced now, each at its field; the earliest right
    /// start stands beside the first.
    func plannedComplaints(
        kind: PlannedKind, start: Instant, end: Instant, line: String, area: String, _ others: [PlannedOutageRule.Other],
        _ rule: PlannedOutageRule, announced: Instant? = nil
    ) -> [Problem.Field] {
        let outage = PlannedOutageRule.Outage(
            start: start, end: end, isUrgent: kind == .urgent, announced: announced ?? now, namesArea: !area.isEmpty,
            namesLine: !line.isEmpty, others: others)
        let found = rule.violations(of: outage)
        var complaints = found.map { Problem.Field(field(of: $0.code), "planned-\($0.code.rawValue)", $0.values) }
        let movable: [PlannedOutageRule.Code] = [.noticeTooLate, .sameUsersAgain, .listedDay]
        if found.contains(where: { movable.contains($0.code) }), let earliest = rule.earliestStart(of: outage) {
            complaints.append(.init("start", "planned-earliest", ["moment": "\(earliest.day.iso) \(earliest.clock)"]))
        }
        return complaints
    }

    private func field(of code: PlannedOutageRule.Code) -> String {
        switch code {
        case .endsBeforeStart, .tooLong: "end"
        case .noArea, .noLine: "devices"
        default: "start"
        }
    }

    // MARK: Who

    /// The outage for somebody who works on it.
    func planned(_ number: Code, reachedBy roles: Set<Role>) throws -> PlannedOutage {
        guard let found = try tx.planned(number) else { throw Problem.notFound }
        _ = try feeder(found.feeder, seenBy: roles)
        return found
    }

    /// Whether somebody may see the whole of it: the county, its station, or those of a village concerned.
    func sees(_ outage: PlannedOutage) throws -> Bool {
        if actor.isSystem { return true }
        guard actor.isStaff, outage.county == actor.county else { return false }
        if actor.has(.company, .auditor) || actor.grants.contains(where: { $0.unit == outage.station }) { return true }
        let villages = try tx.plannedVillages(of: outage.id)
        return actor.grants.contains { grant in
            Role.staff.contains(grant.role) && villages.contains { reaches($0.path, from: grant.reach) }
        }
    }
}
