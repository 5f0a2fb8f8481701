import PowerRules
import Testing
import Values

/// docs/rules/limits.md, "Share of a limit"
@Suite struct LimitProgressTests {
    let calendar = Repository.calendar

    /// The page: 80 % on 2026-11-28 00:00, 100 % on 2026-12-01, 150 % on 2026-12-03 12:00, …
    @Test func anAnswerInFiveWorkingDaysEscalatesOverWorkingDays() {
        let moments = calendar.escalationMoments(start: at("2026-11-23T09:00"), rule: .workingDays(5))
        #expect(moments.map(\.step) == [.representative, .dispatcher, .stationHead, .county])
        #expect(
            moments.map(\.moment) == [
                at("2026-11-28T00:00"), at("2026-12-01T00:00"), at("2026-12-03T12:00"),
                at("2026-12-08T00:00"),
            ])
    }

    @Test func anArrivalInNinetyMinutesEscalatesByTheMinute() {
        let moments = calendar.escalationMoments(start: at("2026-11-24T10:00"), rule: .clock(minutes: 90))
        #expect(
            moments.map(\.moment.iso) == [
                "2026-11-24T11:12:00+08:00", "2026-11-24T11:30:00+08:00", "2026-11-24T12:15:00+08:00",
                "2026-11-24T13:00:00+08:00",
            ])
    }

    @Test func aLimitThatWaitsForTheCustomerReachesNobody() {
        let waiting = [Pause(from: at("2026-11-24T11:15"), to: nil)]
        let moments = calendar.escalationMoments(
            start: at("2026-11-24T10:00"), rule: .clock(minutes: 90), pauses: waiting)
        #expect(moments.map(\.step) == [.representative])
        let later = calendar.fraction(
            start: at("2026-11-24T10:00"), rule: .clock(minutes: 90), pauses: waiting,
            at: at("2026-11-25T10:00"))
        #expect(abs(later - 75.0 / 90) < 1e-12)
    }

    @Test func nothingPassesOnTheFirstDayOrAtTheWeekend() {
        func passed(_ now: String) -> Double {
            calendar.fraction(start: at("2026-11-23T09:00"), rule: .workingDays(5), at: at(now))
        }
        #expect(passed("2026-11-23T08:00") == 0)
        #expect(passed("2026-11-23T23:59") == 0)
        #expect(abs(passed("2026-11-24T12:00") - 0.1) < 1e-12)
        #expect(abs(passed("2026-11-28T00:00") - 0.8) < 1e-12)
        #expect(abs(passed("2026-11-29T18:00") - 0.8) < 1e-12)
        #expect(passed("2026-12-01T00:00") == 1)
        #expect(passed("2026-12-08T00:00") == 2)
    }

    @Test func aShareIsReachedAtItsMoment() {
        var random = Draw(seed: 80)
        for _ in 0..<600 {
            let start = day("2023-01-01").adding(days: random.below(1_400)).start
                .adding(minutes: Int64(random.below(1_440)))
            let count = 1 + random.below(30)
            let pauses = random.pauses(around: start)
            for rule in [LimitRule.workingDays(count), .days(count), .hours(count)] {
                let due = calendar.due(start: start, rule: rule, pauses: pauses)
                let whole = calendar.moment(ofPercent: 100, start: start, rule: rule, pauses: pauses)
                if !due.isOpen { #expect(whole == due.moment) }
                for percent in [37, 80, 100, 150, 200] {
                    guard
                        let moment = calendar.moment(
                            ofPercent: percent, start: start, rule: rule, pauses: pauses)
                    else { continue }
                    let fraction = calendar.fraction(start: start, rule: rule, pauses: pauses, at: moment)
                    #expect(abs(fraction - Double(percent) / 100) < 1e-6, "\(start.iso) \(rule) \(percent)")
                }
            }
        }
    }

    @Test func timeNeverRunsBackwards() {
        var random = Draw(seed: 100)
        for _ in 0..<100 {
            let start = day("2024-01-01").adding(days: random.below(700)).start
            let pauses = random.pauses(around: start)
            for rule in [LimitRule.workingDays(5), .days(9), .hours(70)] {
                let shares = (0..<200).map {
                    calendar.fraction(
                        start: start, rule: rule, pauses: pauses, at: start.adding(hours: Int64($0) * 3))
                }
                #expect(shares == shares.sorted())
            }
        }
    }
}
