import PowerRules
import Testing
import Values

/// docs/rules/limits.md
@Suite struct LimitTests {
    let calendar = Repository.calendar

    @Test func everyExampleOfThePageHolds() throws {
        let rows = try Repository.rows("limits", "limit", "begins", "pauses", "ends")
        #expect(rows.count >= 28)
        for row in rows {
            let due = calendar.due(
                start: at(row[1]), rule: LimitRule(row[0])!, pauses: pauses(row[2]))
            let end = due.isOpen ? "…" : "\(due.moment.day.iso) \(due.moment.clock)"
            #expect([row[0], row[1], row[2], end + (due.provisional ? " provisional" : "")] == row)
        }
    }

    /// domain case 19: day after acceptance = day 1, accepted Mon 2026-11-23.
    @Test(arguments: [(5, "2026-11-30"), (6, "2026-12-01"), (22, "2026-12-23"), (32, "2027-01-07")])
    func aConnectionIsPromisedByWorkingDays(count: Int, last: String) {
        let due = calendar.due(start: at("2026-11-23T09:00"), rule: .workingDays(count))
        #expect(due.moment == day(last).adding(days: 1).start)
        #expect(due.provisional == (last > "2027"))
    }

    /// domain case 18: 10:00 → 11:30 by commitment, 12:00 by the regulator, 4 h after arrival.
    @Test func aVillageRepairIsPromisedByTheClock() {
        let reported = at("2026-11-24T10:00")
        #expect(calendar.due(start: reported, rule: .clock(minutes: 90)).moment == at("2026-11-24T11:30"))
        #expect(calendar.due(start: reported, rule: .hours(2)).moment == at("2026-11-24T12:00"))
        let arrived = at("2026-11-24T11:20")
        #expect(calendar.due(start: arrived, rule: .hours(4)).moment == at("2026-11-24T15:20"))
    }

    @Test func theEndIsWrittenAsTheNextMidnight() {
        let due = calendar.due(start: at("2024-09-30T10:00+08:00"), rule: .workingDays(5))
        #expect(due.moment.iso == "2024-10-13T00:00:00+08:00")
    }

    @Test func theDaysOfALimitAreExplained() {
        let days = calendar.days(start: at("2024-09-30T10:00"), rule: .workingDays(2))
        #expect(days.map(\.day.iso) == (0...9).map { day("2024-09-30").adding(days: $0).iso })
        #expect(days.map(\.counted) == [false, false, false, false, false, false, false, false, true, true])
        #expect(days[0].reason == .firstDay)
        #expect(days[1].reason == .holiday("国庆节"))
        #expect(days[7].reason == .inLieu("国庆节"))
        #expect(days[9].reason == .workday)
        let moved = calendar.days(start: at("2026-11-25T10:00"), rule: .days(3))
        #expect(moved.map(\.counted) == [false, true, true, false, false, true])
        #expect(moved[3].reason == .lastDayMoves(.weekend))
        #expect(moved[5].reason == .lastDayMoved)
        let paused = calendar.days(
            start: at("2024-10-11T10:00"), rule: .workingDays(1),
            pauses: pauses("2024-10-12 09:00 – 2024-10-12 10:00"))
        #expect(paused.map(\.reason) == [.firstDay, .paused, .weekend, .workday])
        let clock = calendar.days(
            start: at("2024-10-11T22:00"), rule: .hours(4),
            pauses: pauses("2024-10-11 23:00 – 2024-10-13 01:00"))
        #expect(clock.map(\.reason) == [.clock, .paused, .clock])
    }

    @Test func asManyDaysCountAsTheRuleGives() {
        for count in 1...40 {
            for offset in 0..<30 {
                let start = day("2024-09-10").adding(days: offset).start.adding(hours: 9)
                for rule in [LimitRule.workingDays(count), .days(count)] {
                    let days = calendar.days(start: start, rule: rule)
                    #expect(days.count(where: \.counted) == count)
                    #expect(days.last?.counted == true)
                }
            }
        }
    }

    @Test func theEndIsWhatCountingDayByDayGives() {
        var random = Draw(seed: 19)
        for _ in 0..<3_000 {
            let start = day("2018-01-01").adding(days: random.below(3_700)).start
                .adding(minutes: Int64(random.below(1_440)))
            let count = 1 + random.below(60)
            let rule = random.below(2) == 0 ? LimitRule.workingDays(count) : .days(count)
            let pauses = random.pauses(around: start)
            #expect(
                calendar.due(start: start, rule: rule, pauses: pauses).moment
                    == countedByHand(start, rule, pauses), "\(start.iso) \(rule) \(pauses)")
        }
    }

    @Test func aLongerLimitNeverEndsEarlier() {
        var random = Draw(seed: 203)
        for _ in 0..<300 {
            let start = day("2023-01-01").adding(days: random.below(1_500)).start
                .adding(minutes: Int64(random.below(1_440)))
            let pauses = random.pauses(around: start)
            for make in [LimitRule.workingDays, LimitRule.days, LimitRule.hours] {
                let ends = (1...30).map { calendar.due(start: start, rule: make($0), pauses: pauses).moment }
                #expect(ends == ends.sorted())
            }
        }
    }

    @Test func aPauseMoreNeverEndsALimitEarlier() {
        var random = Draw(seed: 648)
        for _ in 0..<500 {
            let start = day("2023-01-01").adding(days: random.below(1_500)).start
            let pauses = random.pauses(around: start)
            for rule in [LimitRule.workingDays(7), .days(7), .hours(100)] {
                let with = calendar.due(start: start, rule: rule, pauses: pauses).moment
                let without = calendar.due(start: start, rule: rule, pauses: Array(pauses.dropLast())).moment
                #expect(without <= with)
                #expect(calendar.due(start: start, rule: rule, pauses: pauses.reversed()).moment == with)
            }
        }
    }

    @Test(arguments: [
        ("90min", LimitRule.clock(minutes: 90)), ("4h", .hours(4)), ("5wd", .workingDays(5)),
        ("30d", .days(30)),
    ])
    func aRuleIsReadAsItIsWritten(text: String, rule: LimitRule) {
        #expect(LimitRule(text) == rule)
        #expect(rule.description == text)
    }

    @Test(arguments: ["", "5", "wd", "0wd", "-1d", "5 wd", "5WD", "4000d", "99999999h", "1.5h"])
    func aRuleThatIsNoneIsRefused(text: String) {
        #expect(LimitRule(text) == nil)
    }

    private func pauses(_ text: String) -> [Pause] {
        text.split(separator: ",").map { one in
            let ends = one.split(separator: "–").map { $0.drop { $0 == " " } }
            let from = String(ends[0].prefix(16))
            let to = ends[1].hasPrefix("…") ? nil : at(String(ends[1].prefix(16)))
            return Pause(from: at(from), to: to)
        }
    }

    /// Walks over every day and looks at every pause, with no short cut.
    private func countedByHand(_ start: Instant, _ rule: LimitRule, _ pauses: [Pause]) -> Instant {
        func isTouched(_ day: Day) -> Bool {
            pauses.contains { pause in
                let to = pause.to ?? .distantFuture
                return pause.from < to && pause.from < day.adding(days: 1).start && day.start < to
            }
        }
        func next(after day: Day, where counts: (Day) -> Bool) -> Day? {
            var day = day
            repeat {
                day = day.adding(days: 1)
                if day.year > 2040 { return nil }
            } while isTouched(day) || !counts(day)
            return day
        }
        var last: Day? = start.day
        switch rule {
        case .workingDays(let count):
            for _ in 0..<count { last = last.flatMap { next(after: $0, where: calendar.isWorkday) } }
        case .days(let count):
            for _ in 0..<count { last = last.flatMap { next(after: $0) { _ in true } } }
            if let end = last, !calendar.isWorkday(end) { last = next(after: end, where: calendar.isWorkday) }
        case .clock: break
        }
        return last?.adding(days: 1).start ?? .distantFuture
    }
}

/// A repeatable draw of numbers.
struct Draw {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    /// Up to four pauses from a day before to fifty days after, some at midnight, some empty,
    /// one in ten lists with one that lasts.
    mutating func pauses(around start: Instant) -> [Pause] {
        (0..<below(5)).map { _ in
            let from = start.adding(minutes: Int64(below(51 * 1_440) - 1_440))
            let begin = below(4) == 0 ? from.day.start : from
            if below(30) == 0 { return Pause(from: begin, to: nil) }
            let end = begin.adding(minutes: Int64(below(6 * 1_440)))
            return Pause(from: begin, to: below(4) == 0 ? end.day.start : end)
        }
    }
}
