package import Values

/// Whom a limit that nobody has met reaches, by the share of it that has passed, in percent.
/// A breach, 100 %, is never erased.
package enum EscalationStep: Int, Sendable, Hashable, CaseIterable {
    case representative = 80
    case dispatcher = 100
    case stationHead = 150
    case county = 200
}

extension WorkCalendar {
    /// The share of a limit that has passed, in its own unit: 1 when it is over, more beyond.
    ///
    /// A clock limit passes by the running minute. A limit in days passes evenly over the
    /// counted days, each from midnight to midnight; nothing passes on other days.
    package func fraction(
        start: Instant, rule: LimitRule, pauses: [Pause] = [], at now: Instant
    ) -> Double {
        precondition(rule.isValid, "a limit lasts between a minute and ten years")
        guard now > start else { return 0 }
        switch rule {
        case .clock(let minutes):
            let running = RunningTime(start: start, pauses: pauses).milliseconds(at: now)
            return Double(running) / Double(minutes * 60_000)
        case .workingDays, .days:
            let count = DayCount(self, start: start, rule: rule, pauses: pauses)
            let today = now.day
            let whole = count.counted(through: today.adding(days: -1))
            var passed = Double(whole)
            if count.counted(through: today) > whole {
                passed += Double(now.since(today.start)) / 86_400_000
            }
            return passed / Double(count.length)
        }
    }

    /// The moment at which `percent` of a limit has passed; at 100 the same as `due`.
    /// - Returns: nil when a pause that still lasts comes first.
    package func moment(
        ofPercent percent: Int, start: Instant, rule: LimitRule, pauses: [Pause] = []
    ) -> Instant? {
        precondition(rule.isValid, "a limit lasts between a minute and ten years")
        precondition((1...1_000).contains(percent))
        switch rule {
        case .clock(let minutes):
            return RunningTime(start: start, pauses: pauses)
                .moment(afterRunning: Int64(minutes) * 600 * Int64(percent))
        case .workingDays, .days:
            let count = DayCount(self, start: start, rule: rule, pauses: pauses)
            let (whole, rest) = (count.length * percent).quotientAndRemainder(dividingBy: 100)
            if rest == 0 { return count.nth(whole)?.adding(days: 1).start }
            return count.nth(whole + 1)?.start.adding(milliseconds: 864_000 * Int64(rest))
        }
    }

    /// When a limit that stays unmet reaches whom; a step that an open pause holds back is left
    /// out.
    package func escalationMoments(
        start: Instant, rule: LimitRule, pauses: [Pause] = []
    ) -> [(step: EscalationStep, moment: Instant)] {
        EscalationStep.allCases.compactMap { step in
            moment(ofPercent: step.rawValue, start: start, rule: rule, pauses: pauses)
                .map { (step, $0) }
        }
    }
}

extension DayCount {
    /// How many counted days the limit has: those given, and those by which a last day moved.
    fileprivate var length: Int { last.map(counted(through:)) ?? given }
}
