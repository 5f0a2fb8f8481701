package import ArgumentParser
import Foundation
package import PowerRules
import Values

/// The folder with the working-day calendar is not where the program looks.
struct CalendarMissing: Error, CustomStringConvertible {
    let folder: String
    var description: String {
        "No year of the working-day calendar in \(folder). Set CUNWANG_HOME to the folder that holds Data/workdays."
    }
}

/// Reads the working-day calendar that comes with the program.
package func loadCalendar() throws -> WorkCalendar {
    let folder = Resources.folder("Data/workdays")
    guard FileManager.default.fileExists(atPath: folder.path) else {
        throw CalendarMissing(folder: folder.path)
    }
    var years: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        let stem = name.dropLast(4)
        guard name.hasSuffix(".csv"), stem.utf8.count == 4, Int(stem) != nil else { continue }
        years[String(stem)] = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }
    guard !years.isEmpty else { throw CalendarMissing(folder: folder.path) }
    return try WorkCalendar(years: years)
}

/// `cunwang rules …`: what the rules of the trade say, for anybody who wants to check.
package struct RulesCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Ask the rules of the trade: days and limits, networks, faults, reliability, claims.",
        subcommands: [
            Workdays.self, Due.self, CheckNetwork.self, Locate.self, ReliabilityFigures.self, Compensation.self,
            PlannedOutage.self, ConvertDatum.self,
        ])

    package init() {}

    /// Prints every day of a year.
    package struct Workdays: ParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Print 'date,is_workday' for every day of a year.")

        @Option(help: "A year from 2000 to 2099.") var year: Int

        package init() {}

        package func validate() throws {
            guard (2000...2099).contains(year) else {
                throw ValidationError("--year is a year from 2000 to 2099, not \(year).")
            }
        }

        package func run() throws {
            print(RulesCommand.workdays(of: year, in: try loadCalendar()))
        }
    }

    /// Prints when a limit ends, and why.
    package struct Due: ParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Print when a limit ends, then each day of it and whether it counted.")

        @Option(help: "When it begins: 2024-09-30T10:00+08:00. Without an offset: local time.")
        var start: String
        @Option(help: "A limit in working days.") var workingDays: Int?
        @Option(help: "A limit in hours of clock time.") var hours: Int?
        @Option(help: "A limit in days; a last day on a holiday moves.") var days: Int?

        package init() {}

        package func validate() throws { _ = try limit() }

        package func run() throws {
            let (start, rule) = try limit()
            print(RulesCommand.due(start: start, rule: rule, in: try loadCalendar()))
        }

        private func limit() throws -> (start: Instant, rule: LimitRule) {
            guard let start = Instant(iso: start) else {
                throw ValidationError("--start is a moment like 2024-09-30T10:00+08:00, not '\(start)'.")
            }
            guard (2000...2089).contains(start.day.year) else {
                throw ValidationError("--start is in a year from 2000 to 2089.")
            }
            let given: [(String, Int, (Int) -> LimitRule)] = [
                workingDays.map { ("--working-days", $0, LimitRule.workingDays) },
                hours.map { ("--hours", $0, LimitRule.hours) },
                days.map { ("--days", $0, LimitRule.days) },
            ].compactMap { $0 }
            guard given.count == 1, let (option, count, make) = given.first else {
                throw ValidationError("Give exactly one of --working-days, --hours and --days.")
            }
            let most = option == "--hours" ? LimitRule.longestDays * 24 : LimitRule.longestDays
            guard (1...most).contains(count) else {
                throw ValidationError("\(option) is a number from 1 to \(most), not \(count).")
            }
            return (start, make(count))
        }
    }
}

extension RulesCommand {
    static func workdays(of year: Int, in calendar: WorkCalendar) -> String {
        var lines = ["date,is_workday"]
        let days = Day(year: year, month: 1, day: 1)!...Day(year: year, month: 12, day: 31)!
        lines += days.map { "\($0.iso),\(calendar.isWorkday($0) ? 1 : 0)" }
        lines += provisional([year].filter { calendar.notices[$0] == nil })
        return lines.joined(separator: "\n")
    }

    static func due(start: Instant, rule: LimitRule, in calendar: WorkCalendar) -> String {
        let due = calendar.due(start: start, rule: rule)
        let days = calendar.days(start: start, rule: rule)
        var lines = [due.moment.iso]
        lines += days.map { "\($0.day.iso) \($0.counted ? "counted" : "skipped") \(words($0.reason))" }
        if due.provisional, let first = days.first, let last = days.last {
            lines += provisional(calendar.provisionalYears(from: first.day, through: last.day))
        }
        return lines.joined(separator: "\n")
    }

    private static func provisional(_ years: [Int]) -> [String] {
        guard !years.isEmpty else { return [] }
        let list = years.map(String.init).joined(separator: ", ")
        return ["provisional: no holiday notice for \(list) in the data; weekends and fixed holidays only"]
    }

    private static func words(_ reason: CountedDay.Reason) -> String {
        switch reason {
        case .firstDay: "the first day is not counted (Civil Code art. 201)"
        case .calendarDay: "calendar day"
        case .clock: "clock time runs"
        case .workday: "working day"
        case .makeUp(let name): "make-up working day for \(name)"
        case .weekend: "weekend"
        case .holiday(let name): "holiday \(name)"
        case .inLieu(let name): "day off in lieu for \(name)"
        case .paused: "waiting for the customer"
        case .lastDayMoves(let kind): "last day moves on: \(words(kind)) (Civil Code art. 203)"
        case .lastDayMoved: "the last day moved here"
        }
    }

    private static func words(_ kind: DayKind) -> String {
        switch kind {
        case .workday: "working day"
        case .makeUp(let name): "make-up working day for \(name)"
        case .weekend: "weekend"
        case .holiday(let name): "holiday \(name)"
        case .inLieu(let name): "day off in lieu for \(name)"
        }
    }
}
