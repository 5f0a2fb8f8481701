package import Desk
package import Values

/// Words of one language that rows of lists need, cut at their places once at start: a page of 25
/// rows fills no sentence and looks up no key.
package struct RowWords: Sendable {
    package let words: Words
    package let isChinese: Bool
    let today: String, tomorrow: String, yesterday: String
    let left: Cut, late: Cut, minutes: Cut, hours: Cut, days: Cut
    let unassigned: String, unknownVillage: String, reopened: Cut
    let months: [String]
    let urgencies: [(urgency: Urgency, title: String)]

    package init(_ words: Words) {
        self.words = words
        isChinese = words.language == .chinese
        today = words["day.today"]
        tomorrow = words["day.tomorrow"]
        yesterday = words["day.yesterday"]
        left = Cut(words["staff.due.left"])
        late = Cut(words["staff.due.late"])
        minutes = Cut(words["span.minutes"])
        hours = Cut(words["span.hours"])
        days = Cut(words["span.days"])
        unassigned = words["staff.unassigned"]
        unknownVillage = words["staff.unknown-village"]
        reopened = Cut(words["staff.reopened"])
        months = (1...12).map { words["month.\($0)"] }
        urgencies = Urgency.allCases.map { ($0, words["urgency.\($0.rawValue)"]) }
    }

    func title(_ urgency: Urgency) -> String {
        urgencies.first { $0.urgency == urgency }?.title ?? ""
    }

    /// 今天 15:00 · 11月26日 15:00; a limit that ends at midnight is named by the day before.
    package func moment(_ moment: Instant, today now: Day) -> String {
        let isMidnight = moment.minuteOfDay == 0
        let day = isMidnight ? moment.day.adding(days: -1) : moment.day
        let clock = isMidnight ? "24:00" : moment.clock
        switch now.distance(to: day) {
        case -1: return "\(yesterday) \(clock)"
        case 0: return "\(today) \(clock)"
        case 1: return "\(tomorrow) \(clock)"
        default: return "\(self.day(day, now)) \(clock)"
        }
    }

    /// 11月26日; with the year when it is another.
    package func day(_ day: Day, _ today: Day) -> String {
        let (year, month, dayOfMonth) = day.civil
        if isChinese {
            return year == today.year ? "\(month)月\(dayOfMonth)日" : "\(year)年\(month)月\(dayOfMonth)日"
        }
        return year == today.year
            ? "\(dayOfMonth) \(months[month - 1])" : "\(dayOfMonth) \(months[month - 1]) \(year)"
    }

    /// 还剩 3 小时 · 超时 2 天
    package func remaining(_ due: Instant, now: Instant) -> String {
        let minutes = due.since(now) / 60_000
        return minutes < 0 ? late(span(-minutes)) : left(span(minutes))
    }

    package func span(_ minutes: Int64) -> String {
        if minutes < 60 { return self.minutes(String(minutes)) }
        if minutes < 48 * 60 { return hours(String(minutes / 60)) }
        return days(String(minutes / 1440))
    }

    /// A sentence with one `{place}`, cut there.
    struct Cut: Sendable {
        private let before: String
        private let after: String
        init(_ sentence: String) {
            guard let open = sentence.utf8.firstIndex(of: 123), let close = sentence.utf8.firstIndex(of: 125) else {
                before = sentence
                after = ""
                return
            }
            before = String(sentence[..<open])
            after = String(sentence[sentence.utf8.index(after: close)...])
        }
        func callAsFunction(_ text: String) -> String { before + text + after }
    }
}

/// Both languages' row words, made once when the doors are registered.
package struct RowWordsTable: Sendable {
    private let chinese: RowWords
    private let english: RowWords
    package init(_ locales: Locales) {
        chinese = RowWords(locales.words(.chinese))
        english = RowWords(locales.words(.english))
    }
    package subscript(_ language: Language) -> RowWords { language == .chinese ? chinese : english }
}
