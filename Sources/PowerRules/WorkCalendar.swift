package import Values

/// What a day is in the calendar of mainland China.
package enum DayKind: Sendable, Hashable {
    case workday
    /// Saturday or Sunday outside of any holiday.
    case weekend
    /// A day of a holiday, by the notice's name for it: 国庆节.
    case holiday(String)
    /// A day off that was moved from a weekend to lengthen a holiday.
    case inLieu(String)
    /// A Saturday or Sunday that is worked in exchange for a day of a holiday.
    case makeUp(String)

    package var isWorkday: Bool {
        switch self {
        case .workday, .makeUp: true
        case .weekend, .holiday, .inLieu: false
        }
    }
}

/// The working days of mainland China (docs/rules/working-days.md).
///
/// Built once from the text of `Data/workdays`; every question afterwards is a look-up in an
/// array. A year without a published notice is answered by weekends and the holidays that have
/// a fixed Gregorian date, and `isProvisional` says so.
package struct WorkCalendar: Sendable {
    /// Days of these years stand in arrays; days outside are answered one by one.
    static let firstYear = 2000
    static let lastYear = 2099

    /// The State Council notices behind each year that has data.
    package let notices: [Int: [Notice]]
    /// Names the data: `2018-2026.5f3c09ab`, first and last year and a checksum of the texts.
    package let version: String

    let firstDay: Day
    let lastDay: Day
    /// Per day: kind in the low three bits, index of the holiday's name above.
    private let codes: [UInt8]
    private let names: [String]
    /// Per day: how many working days there are from `firstDay` through it.
    private let workdaysThrough: [Int32]
    /// The number of every working day, ascending.
    private let workdayNumbers: [Int32]

    /// - Parameter years: text of a year's file by its year: `["2024": "# year: 2024\n…"]`.
    /// - Throws: `WorkCalendarProblem` when a text cannot be read or contradicts itself.
    package init(years: [String: String]) throws(WorkCalendarProblem) {
        let first = Day(year: Self.firstYear, month: 1, day: 1)!
        let last = Day(year: Self.lastYear, month: 12, day: 31)!
        let count = first.distance(to: last) + 1
        var codes = [UInt8](repeating: Code.workday, count: count)
        for index in codes.indices where first.adding(days: index).weekday >= 6 {
            codes[index] = Code.weekend
        }
        var names: [String] = []
        func code(_ kind: UInt8, _ name: String) -> UInt8 {
            if let known = names.firstIndex(of: name) { return kind | UInt8(known) << 3 }
            precondition(names.count < 31, "a code has room for 31 names of holidays")
            names.append(name)
            return kind | UInt8(names.count - 1) << 3
        }

        var notices: [Int: [Notice]] = [:]
        var checksum: UInt32 = 2_166_136_261
        for key in years.keys.sorted() {
            let file = try YearFile(name: key, text: years[key]!)
            guard (Self.firstYear...Self.lastYear).contains(file.year) else {
                throw WorkCalendarProblem(year: key, line: 1, .yearOutOfRange)
            }
            notices[file.year] = file.notices
            for entry in file.entries {
                let kind = !entry.isOff ? Code.makeUp : entry.inLieu ? Code.inLieu : Code.holiday
                codes[first.distance(to: entry.day)] = code(kind, entry.holiday)
            }
            for byte in years[key]!.utf8 { checksum = (checksum ^ UInt32(byte)) &* 16_777_619 }
        }
        for year in Self.firstYear...Self.lastYear where notices[year] == nil {
            for (day, name) in FixedHolidays.days(in: year) {
                codes[first.distance(to: day)] = code(Code.holiday, name)
            }
        }

        var through = [Int32](repeating: 0, count: count)
        var numbers: [Int32] = []
        numbers.reserveCapacity(count)
        for index in codes.indices {
            if Code.isWorkday(codes[index]) { numbers.append(first.number + Int32(index)) }
            through[index] = Int32(numbers.count)
        }

        self.firstDay = first
        self.lastDay = last
        self.codes = codes
        self.names = names
        self.workdaysThrough = through
        self.workdayNumbers = numbers
        self.notices = notices
        let covered = notices.keys.sorted()
        let span = covered.isEmpty ? "none" : "\(covered.first!)-\(covered.last!)"
        let sum = String(checksum, radix: 16)
        self.version = "\(span).\(String(repeating: "0", count: 8 - sum.utf8.count))\(sum)"
    }

    package func isWorkday(_ day: Day) -> Bool {
        guard firstDay <= day, day <= lastDay else { return self.day(day).isWorkday }
        return Code.isWorkday(codes[firstDay.distance(to: day)])
    }

    package func day(_ day: Day) -> DayKind {
        guard firstDay <= day, day <= lastDay else {
            let fixed = FixedHolidays.days(in: day.year).first { $0.day == day }
            if let fixed { return .holiday(fixed.name) }
            return day.weekday >= 6 ? .weekend : .workday
        }
        let code = codes[firstDay.distance(to: day)]
        return switch code & 7 {
        case Code.workday: .workday
        case Code.weekend: .weekend
        case Code.holiday: .holiday(names[Int(code >> 3)])
        case Code.inLieu: .inLieu(names[Int(code >> 3)])
        default: .makeUp(names[Int(code >> 3)])
        }
    }

    /// True when no notice for the day's year is in the data.
    package func isProvisional(_ day: Day) -> Bool { notices[day.year] == nil }

    /// The years between two days, ascending, for which no notice is in the data.
    package func provisionalYears(from first: Day, through last: Day) -> [Int] {
        first > last ? [] : (first.year...last.year).filter { notices[$0] == nil }
    }

    func isProvisional(from first: Day, through last: Day) -> Bool {
        var year = first.year
        let end = last.year
        while year <= end {
            if notices[year] == nil { return true }
            year += 1
        }
        return false
    }

    /// The first working day that is not before `day`.
    package func workday(onOrAfter day: Day) -> Day {
        isWorkday(day) ? day : workday(1, after: day)
    }

    /// The working day that is `count` working days after `day`; `day` itself is not counted.
    package func workday(_ count: Int, after day: Day) -> Day {
        precondition(count > 0)
        if firstDay <= day, day <= lastDay {
            let at = Int(workdaysThrough[firstDay.distance(to: day)]) + count - 1
            if at < workdayNumbers.count { return Day(number: workdayNumbers[at]) }
        }
        var left = count
        var next = day
        while left > 0 {
            next = next.adding(days: 1)
            if isWorkday(next) { left -= 1 }
        }
        return next
    }

    /// How many working days lie after `first` and not after `last`.
    package func workdays(after first: Day, through last: Day) -> Int {
        guard first < last else { return 0 }
        if firstDay <= first, last <= lastDay {
            return Int(workdaysThrough[firstDay.distance(to: last)])
                - Int(workdaysThrough[firstDay.distance(to: first)])
        }
        var count = 0
        var next = first
        while next < last {
            next = next.adding(days: 1)
            if isWorkday(next) { count += 1 }
        }
        return count
    }

    private enum Code {
        static let workday: UInt8 = 0
        static let makeUp: UInt8 = 1
        static let weekend: UInt8 = 2
        static let holiday: UInt8 = 3
        static let inLieu: UInt8 = 4
        static func isWorkday(_ code: UInt8) -> Bool { code & 7 <= makeUp }
    }
}

/// Statutory days that need no notice, because their Gregorian date is fixed: 1 January, 1 May
/// (and 2 May since 2025), 1 to 3 October. Spring Festival, Qingming, Dragon Boat and
/// Mid-autumn follow the moon or the sun and are known only from a notice.
enum FixedHolidays {
    static func days(in year: Int) -> [(day: Day, name: String)] {
        var dates = [(1, 1, "元旦"), (5, 1, "劳动节")]
        if year >= 2025 { dates.append((5, 2, "劳动节")) }
        dates += [(10, 1, "国庆节"), (10, 2, "国庆节"), (10, 3, "国庆节")]
        return dates.compactMap { month, day, name in
            Day(year: year, month: month, day: day).map { ($0, name) }
        }
    }
}
