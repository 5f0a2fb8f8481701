package import Values

/// One day of a limit, and why it counted or not.
package struct CountedDay: Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// The day of the event: Civil Code art. 201.
        case firstDay
        /// A limit in calendar days counts every day.
        case calendarDay
        /// A clock limit runs on every day.
        case clock
        case workday
        case makeUp(String)
        case weekend
        case holiday(String)
        case inLieu(String)
        /// The limit stood still because the customer was waited for.
        case paused
        /// The last day would be this one, but it is no working day: Civil Code art. 203.
        case lastDayMoves(DayKind)
        /// The day to which it moved.
        case lastDayMoved
    }
    package let day: Day
    package let counted: Bool
    package let reason: Reason
}

extension WorkCalendar {
    /// Every day from the beginning of a limit to its end, for a person who asks why.
    /// Of a limit that a pause keeps open: the days until that pause.
    package func days(start: Instant, rule: LimitRule, pauses: [Pause] = []) -> [CountedDay] {
        let due = due(start: start, rule: rule, pauses: pauses)
        let open = pauses.filter { $0.to == nil }.map(\.from).min() ?? start
        let last = due.isOpen ? max(open, start).day : due.moment.adding(milliseconds: -1).day
        guard case .clock = rule else {
            let count = DayCount(self, start: start, rule: rule, pauses: pauses)
            return (start.day...last).map { counted($0, count, last: due.isOpen ? nil : last) }
        }
        let running = RunningTime(start: start, pauses: pauses)
        return (start.day...last).map { day in
            let ran = running.milliseconds(at: day.adding(days: 1).start) > running.milliseconds(at: day.start)
            return CountedDay(day: day, counted: ran, reason: ran ? .clock : .paused)
        }
    }

    private func counted(_ day: Day, _ count: DayCount, last: Day?) -> CountedDay {
        func skipped(_ reason: CountedDay.Reason) -> CountedDay {
            CountedDay(day: day, counted: false, reason: reason)
        }
        func counted(_ reason: CountedDay.Reason) -> CountedDay {
            CountedDay(day: day, counted: true, reason: reason)
        }
        if day == count.startDay { return skipped(.firstDay) }
        if count.workdaysOnly {
            switch self.day(day) {
            case .weekend: return skipped(.weekend)
            case .holiday(let name): return skipped(.holiday(name))
            case .inLieu(let name): return skipped(.inLieu(name))
            case .workday: return count.isTouched(day) ? skipped(.paused) : counted(.workday)
            case .makeUp(let name):
                return count.isTouched(day) ? skipped(.paused) : counted(.makeUp(name))
            }
        }
        if count.isTouched(day) { return skipped(.paused) }
        guard let planned = count.lastBeforeMoving, day >= planned, let last else {
            return counted(.calendarDay)
        }
        if day < last { return skipped(.lastDayMoves(self.day(day))) }
        return counted(day == planned ? .calendarDay : .lastDayMoved)
    }
}
