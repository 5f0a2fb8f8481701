import PowerRules
import Values

/// The hours at which people of the demo work, so that nobody resolves a bill at three in the
/// morning: forwards and backwards by minutes that count only while somebody is at work.
struct DemoHours: Sendable {
    let calendar: WorkCalendar
    let opens: Int
    let closes: Int
    let everyDay: Bool

    /// Offices: working days, 8 to 18.
    static func office(_ calendar: WorkCalendar) -> DemoHours {
        DemoHours(calendar: calendar, opens: 8 * 60, closes: 18 * 60, everyDay: false)
    }
    /// Somebody at the station's telephone: every day, 7:30 to 21.
    static func desk(_ calendar: WorkCalendar) -> DemoHours {
        DemoHours(calendar: calendar, opens: 7 * 60 + 30, closes: 21 * 60, everyDay: true)
    }

    func later(_ start: Instant, minutes: Int) -> Instant {
        var day = start.day
        var left = minutes
        var minute = isOpen(day) ? min(max(start.minuteOfDay, opens), closes) : closes
        while closes - minute < left || !isOpen(day) {
            left -= isOpen(day) ? closes - minute : 0
            day = day.adding(days: 1)
            minute = opens
        }
        return max(start, day.start.adding(minutes: Int64(minute + left)))
    }

    func earlier(_ end: Instant, minutes: Int) -> Instant {
        var day = end.day
        var left = minutes
        var minute = isOpen(day) ? max(min(end.minuteOfDay, closes), opens) : opens
        while minute - opens < left || !isOpen(day) {
            left -= isOpen(day) ? minute - opens : 0
            day = day.adding(days: -1)
            minute = closes
        }
        return min(end, day.start.adding(minutes: Int64(minute - left)))
    }

    private func isOpen(_ day: Day) -> Bool { everyDay || calendar.isWorkday(day) }
}
