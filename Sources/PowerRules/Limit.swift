package import Values

/// How long something may take, and in what that is counted (docs/rules/limits.md).
package enum LimitRule: Sendable, Hashable {
    /// Runs from the stated moment on every day and night.
    case clock(minutes: Int)
    /// Ends at 24:00 of the last of so many working days; the first day is not counted.
    case workingDays(Int)
    /// Ends at 24:00 of the last of so many days; the first day is not counted, and a last day
    /// on a holiday or weekend moves to the next working day.
    case days(Int)

    package static func hours(_ hours: Int) -> LimitRule { .clock(minutes: hours * 60) }

    /// Ten years; a longer limit is a slip of the pen.
    package static let longestDays = 3_660

    /// False for a limit of nothing or of more than ten years. Only valid rules may be computed.
    package var isValid: Bool {
        switch self {
        case .clock(let minutes): (1...Self.longestDays * 1_440).contains(minutes)
        case .workingDays(let count), .days(let count): (1...Self.longestDays).contains(count)
        }
    }
}

/// Written in data and rows as `90min`, `4h`, `5wd`, `30d`.
extension LimitRule: LosslessStringConvertible {
    package init?(_ text: String) {
        let digits = text.utf8.prefix { (48...57).contains($0) }
        guard (1...7).contains(digits.count), let count = Int(String(decoding: digits, as: UTF8.self))
        else { return nil }
        switch String(decoding: text.utf8.dropFirst(digits.count), as: UTF8.self) {
        case "min": self = .clock(minutes: count)
        case "h": self = .hours(count)
        case "wd": self = .workingDays(count)
        case "d": self = .days(count)
        default: return nil
        }
        guard isValid else { return nil }
    }

    package var description: String {
        switch self {
        case .clock(let minutes): minutes % 60 == 0 ? "\(minutes / 60)h" : "\(minutes)min"
        case .workingDays(let count): "\(count)wd"
        case .days(let count): "\(count)d"
        }
    }
}

/// A time during which a limit stands still, because the customer is waited for.
package struct Pause: Sendable, Hashable {
    package let from: Instant
    /// Nil while it lasts. A pause that ends when or before it begins is none.
    package let to: Instant?

    package init(from: Instant, to: Instant?) {
        self.from = from
        self.to = to
    }
}

/// When a limit ends.
package struct Due: Sendable, Hashable {
    /// The moment at which it is over; a limit in days ends at 24:00, the next day's midnight.
    /// `Instant.distantFuture` while a pause keeps it open.
    package let moment: Instant
    /// True when it relies on a year whose notice is not published.
    package let provisional: Bool

    package var isOpen: Bool { moment == .distantFuture }
}

extension WorkCalendar {
    /// The end of a limit. Depends on nothing but its arguments and the data, so that computing
    /// it again after a change gives what a run from scratch gives.
    ///
    /// - Parameter pauses: in any order; they may overlap.
    package func due(start: Instant, rule: LimitRule, pauses: [Pause] = []) -> Due {
        precondition(rule.isValid, "a limit lasts between a minute and ten years")
        switch rule {
        case .clock(let minutes):
            let stops = RunningTime(start: start, pauses: pauses)
            guard let moment = stops.moment(afterRunning: Int64(minutes) * 60_000) else {
                return Due(moment: .distantFuture, provisional: false)
            }
            return Due(moment: moment, provisional: false)
        case .workingDays, .days:
            let count = DayCount(self, start: start, rule: rule, pauses: pauses)
            guard let last = count.last else { return Due(moment: .distantFuture, provisional: false) }
            // Only the end of a limit in days looks at the calendar.
            let relied = count.workdaysOnly ? start.day.adding(days: 1) : count.lastBeforeMoving ?? last
            return Due(
                moment: last.adding(days: 1).start,
                provisional: isProvisional(from: relied, through: last))
        }
    }
}

/// Clock time since `start` without the pauses.
struct RunningTime {
    private let start: Instant
    /// Milliseconds, ascending, apart from each other, none before `start`.
    private let stops: [(from: Int64, to: Int64)]

    init(start: Instant, pauses: [Pause]) {
        self.start = start
        self.stops =
            pauses.isEmpty
            ? []
            : joined(
                pauses.map { (max($0.from, start).milliseconds, $0.to?.milliseconds ?? .max) }
                    .filter { $0.0 < $0.1 })
    }

    /// - Returns: nil when a pause that still lasts comes first.
    func moment(afterRunning milliseconds: Int64) -> Instant? {
        var end = start.milliseconds + milliseconds
        for stop in stops {
            if stop.from >= end { break }
            if stop.to == .max { return nil }
            end += stop.to - stop.from
        }
        return Instant(milliseconds: end)
    }

    func milliseconds(at now: Instant) -> Int64 {
        var running = max(0, now.since(start))
        for stop in stops where stop.from < now.milliseconds {
            running -= min(stop.to, now.milliseconds) - stop.from
        }
        return running
    }
}

/// The days that a limit counts: after the day of `start`, and not touched by a pause.
struct DayCount {
    private let calendar: WorkCalendar
    let startDay: Day
    let workdaysOnly: Bool
    /// How many days the rule gives.
    let given: Int
    /// Days on which a pause stood, wholly or partly: day numbers, ascending, both ends included.
    private let touched: [(from: Int64, to: Int64)]

    init(_ calendar: WorkCalendar, start: Instant, rule: LimitRule, pauses: [Pause]) {
        self.calendar = calendar
        self.startDay = start.day
        switch rule {
        case .workingDays(let count): (workdaysOnly, given) = (true, count)
        case .days(let count): (workdaysOnly, given) = (false, count)
        case .clock: preconditionFailure("a clock limit counts no days")
        }
        self.touched =
            pauses.isEmpty
            ? []
            : joined(
                pauses.filter { $0.to.map { [from = $0.from] in from < $0 } ?? true }
                    .map { pause in
                        let end = pause.to.map { Int64($0.adding(milliseconds: -1).day.number) + 1 }
                        return (Int64(pause.from.day.number), end ?? .max)
                    })
    }

    /// The last day of the limit; nil when a pause that still lasts comes first.
    var last: Day? {
        guard let last = lastBeforeMoving, !workdaysOnly, !calendar.isWorkday(last) else {
            return lastBeforeMoving
        }
        return nth(1, after: last, workdaysOnly: true)
    }

    var lastBeforeMoving: Day? { nth(given, after: startDay, workdaysOnly: workdaysOnly) }

    func nth(_ count: Int) -> Day? { nth(count, after: startDay, workdaysOnly: workdaysOnly) }

    private func nth(_ count: Int, after day: Day, workdaysOnly: Bool) -> Day? {
        func untroubled(_ count: Int) -> Day {
            workdaysOnly ? calendar.workday(count, after: day) : day.adding(days: count)
        }
        var skipped = 0
        var found = untroubled(count)
        for range in touched where range.to > Int64(day.number) + 1 {
            if range.from > Int64(found.number) { break }
            if range.to == .max { return nil }
            let before = Day(number: max(Int32(range.from) - 1, day.number))
            let until = Day(number: Int32(range.to) - 1)
            skipped +=
                workdaysOnly
                ? calendar.workdays(after: before, through: until) : before.distance(to: until)
            found = untroubled(count + skipped)
        }
        return found
    }

    /// How many counted days there are after the first day and not after `day`.
    func counted(through day: Day) -> Int {
        guard startDay < day else { return 0 }
        var count =
            workdaysOnly
            ? calendar.workdays(after: startDay, through: day) : startDay.distance(to: day)
        for range in touched where range.to > Int64(startDay.number) + 1 {
            if range.from > Int64(day.number) { break }
            let before = Day(number: max(Int32(range.from) - 1, startDay.number))
            let until = Day(number: Int32(min(range.to - 1, Int64(day.number))))
            count -=
                workdaysOnly
                ? calendar.workdays(after: before, through: until) : before.distance(to: until)
        }
        return count
    }

    func isTouched(_ day: Day) -> Bool {
        touched.contains { $0.from <= Int64(day.number) && Int64(day.number) < $0.to }
    }
}

/// Sorts half-open ranges and joins those that overlap or meet.
private func joined(_ ranges: [(Int64, Int64)]) -> [(from: Int64, to: Int64)] {
    var result: [(from: Int64, to: Int64)] = []
    for (from, to) in ranges.sorted(by: { $0.0 < $1.0 }) {
        if let last = result.last, from <= last.to {
            result[result.count - 1].to = max(last.to, to)
        } else {
            result.append((from, to))
        }
    }
    return result
}
