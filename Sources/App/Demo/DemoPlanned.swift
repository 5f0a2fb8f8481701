import Desk
import Grid
import Outages
import PowerRules
import Registry
import Service
import Storage
import Values

/// Planned outages in every state, days that the county keeps free, and households to look after:
/// made through the actions that people use, at their own moments.
struct DemoPlanned: Sendable {
    let desk: Desk
    let county: DemoCounty
    let now: Instant

    func run(_ progress: @Sendable (Double) -> Void) async throws {
        try await keepDaysFree()
        try await tagHouseholds()
        progress(0.3)
        let path = county.path
        let sites = try await desk.database.read { tx -> [Site] in
            try tx.feeders(county: path).compactMap { feeder in
                guard let station = feeder.station, feeder.customers > 0 else { return nil }
                let areas = try tx.areas(of: feeder.id).filter { $0.customers >= 6 && $0.customers <= 400 }
                let codes = try tx.devices(areas.map(\.transformer)).map(\.code)
                return codes.count >= 3 ? Site(feeder: feeder.id, station: station, transformers: codes) : nil
            }
        }
        guard let first = sites.first else { return }
        let stories = Self.stories
        for (number, story) in stories.enumerated() {
            let site = sites.isEmpty ? first : sites[number % sites.count]
            try await play(story, at: site, number: number / max(1, sites.count))
            progress(0.3 + 0.7 * Double(number + 1) / Double(stories.count))
        }
        while try await PlannedSweep.tick(desk, at: now) {}
    }

    private struct Site: Sendable {
        let feeder: ID<Feeder>
        let station: ID<Unit>
        let transformers: [String]
    }

    // MARK: The county's days and the village's households

    private func keepDaysFree() async throws {
        let company = try await actor(county.person("company/1"), at: now)
        let year = now.day.month > 6 ? now.day.year + 1 : now.day.year
        // Spring Festival moves with the moon.
        let festivals = ["2026-02-16", "2027-02-05", "2028-01-25", "2029-02-12", "2030-02-02"].compactMap { Day(iso: $0) }
        var days: [(kind: String, zh: String, en: String, first: Day, last: Day)] = []
        if let exam = Day(year: year, month: 6, day: 7) {
            days.append(("exam", "高考", "University entrance examination", exam, exam.adding(days: 2)))
        }
        if let harvest = Day(year: year, month: 5, day: 28) {
            days.append(("harvest", "麦收抢收", "Wheat harvest", harvest, harvest.adding(days: 8)))
        }
        if let festival = festivals.first(where: { $0 > now.day.adding(days: 12) }) {
            days.append(("festival", "春节", "Spring Festival", festival, festival.adding(days: 6)))
        }
        for one in days where one.last >= now.day {
            _ = try await desk.perform(
                AddQuietDays.self,
                [
                    "kind": .text(one.kind), "heading": .text(one.zh), "headingEn": .text(one.en),
                    "first": .text(one.first.iso), "last": .text(one.last.iso),
                ], by: company, at: now.adding(days: -2))
        }
    }

    private func tagHouseholds() async throws {
        let tags = HouseholdTagKind.allCases
        for (number, pair) in county.plan.pairs.enumerated() {
            let liaison = try await actor(county.person(pair.liaison), at: now.adding(days: -30))
            let accounts = county.plan.customers.filter { $0.village == pair.village }.map(\.account)
            for (offset, account) in accounts.enumerated() where offset % 17 == 3 {
                _ = try await desk.perform(
                    TagHousehold.self,
                    ["number": .text(account), "tag": .text(tags[(number + offset / 17) % tags.count].rawValue)], by: liaison,
                    at: now.adding(days: -30))
            }
        }
    }

    // MARK: Outages

    private struct Story: Sendable {
        enum End: Sendable { case asked, refused, announced, cancelled, running, finished(lateMinutes: Int64), bySections }
        let end: End
        let isUrgent: Bool
        let work: String
        /// Hours from now.
        let askedHours: Int64
        let startHours: Int64
        let lasts: Int64
    }

    private static let stories: [Story] = [
        Story(end: .finished(lateMinutes: -25), isUrgent: false, work: "更换配电变压器", askedHours: -24 * 21, startHours: -24 * 10, lasts: 4),
        Story(end: .bySections, isUrgent: false, work: "低压线路绝缘化改造", askedHours: -24 * 18, startHours: -24 * 6, lasts: 5),
        Story(end: .finished(lateMinutes: 40), isUrgent: true, work: "更换裂纹绝缘子", askedHours: -24 * 5, startHours: -24 * 3, lasts: 2),
        Story(end: .running, isUrgent: false, work: "更换老化表箱和接户线", askedHours: -24 * 11, startHours: -1, lasts: 4),
        Story(end: .announced, isUrgent: false, work: "配变增容", askedHours: -30, startHours: 24 * 9, lasts: 6),
        Story(end: .announced, isUrgent: true, work: "处理倾斜电杆", askedHours: -20, startHours: 24 * 2 + 1, lasts: 2),
        Story(end: .asked, isUrgent: false, work: "新装分支开关", askedHours: -3, startHours: 24 * 12, lasts: 4),
        Story(end: .refused, isUrgent: false, work: "树障清理", askedHours: -50, startHours: 24 * 14, lasts: 3),
        Story(end: .cancelled, isUrgent: false, work: "导线更换", askedHours: -24 * 9, startHours: 24 * 4, lasts: 5),
    ]

    private func play(_ story: Story, at site: Site, number: Int) async throws {
        let asked = now.adding(hours: story.askedHours)
        var start = now.adding(hours: story.startHours)
        // Work begins on the half hour of the morning, unless it runs now or is urgent.
        if abs(story.startHours) > 24 * 2 { start = try await freeDay(start.day).start.adding(minutes: 510) }
        let (head, worker) = try await people(site.station, at: asked)
        let index = (number * 3) % max(1, site.transformers.count - 1)
        let codes =
            if case .bySections = story.end { Array(site.transformers[index...min(index + 1, site.transformers.count - 1)]) } else { [site.transformers[index]] }
        let made = try await desk.perform(
            AskPlannedOutage.self,
            [
                "feeder": .text(site.feeder.text), "devices": .text(codes.joined(separator: "\n")),
                "kind": .text(story.isUrgent ? "urgent" : "planned"), "work": .text(story.work), "start": .text(start.iso),
                "end": .text(start.adding(hours: story.lasts).iso), "contact": .text(worker.name), "phone": .text("0374-7166101"),
            ], by: worker, at: asked
        ).output
        while try await PlannedSweep.list(desk, at: asked) {}
        func act<A: Action>(_ type: A.Type, _ fields: RawInputs = [:], by actor: Actor, at moment: Instant) async throws {
            _ = try await desk.perform(type, fields.merging(["outage": .text(made.number)]) { old, _ in old }, by: actor, at: moment)
        }
        // Who decides is the company where it is large.
        let decider = made.customers > PlannedLimits.headDecidesUpTo ? try await actor(county.person("company/1"), at: asked) : head
        let decided = asked.adding(hours: 2)
        switch story.end {
        case .asked: return
        case .refused:
            try await act(RefusePlannedOutage.self, ["reason": .text("与同一线路的检修合并安排")], by: decider, at: decided)
            return
        default: try await act(ApprovePlannedOutage.self, by: decider, at: decided)
        }
        while try await PlannedTellings.tick(desk, at: decided) {}
        switch story.end {
        case .cancelled:
            try await act(CancelPlannedOutage.self, ["reason": .text("预报有大风雨，改期进行")], by: head, at: now.adding(hours: -26))
        case .running, .finished, .bySections:
            for day in [start.adding(days: -7), start.adding(days: -1)] where day > decided {
                while try await PlannedSweep.tick(desk, at: day) {}
            }
            try await act(StartPlannedOutage.self, by: worker, at: start.adding(minutes: 3))
            while try await PlannedTellings.tick(desk, at: start.adding(minutes: 4)) {}
        default: break
        }
        let end = start.adding(hours: story.lasts)
        switch story.end {
        case .finished(let late):
            if late > 0 { while try await PlannedSweep.tick(desk, at: end.adding(minutes: 1)) {} }
            try await act(RestorePlannedOutage.self, by: worker, at: end.adding(minutes: late))
        case .bySections:
            try await act(RestorePlannedOutage.self, ["devices": .text(codes[0])], by: worker, at: end.adding(minutes: -90))
            if codes.count > 1 { try await act(RestorePlannedOutage.self, by: worker, at: end.adding(minutes: -10)) }
        default: break
        }
    }

    /// The first day from then on that the county does not keep free.
    private func freeDay(_ day: Day) async throws -> Day {
        let path = county.path
        let quiet = try await desk.database.read { try $0.quietDays(county: path, from: day.adding(days: -40)) }
        var free = day
        while quiet.contains(where: { $0.first <= free && $0.last >= free }) { free = free.adding(days: 1) }
        return free
    }

    private func people(_ station: ID<Unit>, at moment: Instant) async throws -> (head: Actor, worker: Actor) {
        let (head, worker) = try await desk.database.read { tx in
            (try tx.holders(of: .stationHead, in: station, at: moment).first, try tx.holders(of: .dispatcher, in: station, at: moment).first)
        }
        guard let head, let worker else { throw Problem.notFound }
        return (try await actor(head, at: moment), try await actor(worker, at: moment))
    }

    private func actor(_ person: ID<Person>, at moment: Instant) async throws -> Actor {
        guard let actor = try await desk.database.read({ try $0.actor(for: person, at: moment) }) else { throw Problem.notFound }
        return actor
    }
}
