package import Desk
package import Values
import Web

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
    package func moment(_ moment: Instant, today: Day) -> String { joined { spell(moment, today: today, $0) } }

    /// 11月26日; with the year when it is another.
    package func day(_ day: Day, _ today: Day) -> String { joined { spell(day, today, $0) } }

    /// 还剩 3 小时 · 超时 2 天
    package func remaining(_ due: Instant, now: Instant) -> String { joined { spell(from: now, to: due, $0) } }

    package func span(_ minutes: Int64) -> String { joined { spell(minutes: minutes, $0) } }

    private func joined(_ spell: ((String) -> Void) -> Void) -> String {
        var out = ""
        spell { out += $0 }
        return out
    }

    // Word by word, so that a page of 25 rows puts them where they belong without a string for each.

    fileprivate func spell(_ moment: Instant, today now: Day, _ put: (String) -> Void) {
        let isMidnight = moment.minuteOfDay == 0
        let day = isMidnight ? moment.day.adding(days: -1) : moment.day
        switch now.distance(to: day) {
        case -1: put(yesterday)
        case 0: put(today)
        case 1: put(tomorrow)
        default: spell(day, now, put)
        }
        put(" ")
        put(isMidnight ? "24:00" : moment.clock)
    }

    private func spell(_ day: Day, _ today: Day, _ put: (String) -> Void) {
        let (year, month, dayOfMonth) = day.civil
        let isThisYear = year == today.year
        if isChinese {
            if !isThisYear {
                put(String(year))
                put("年")
            }
            put(String(month))
            put("月")
            put(String(dayOfMonth))
            put("日")
        } else {
            put(String(dayOfMonth))
            put(" ")
            put(months[month - 1])
            if !isThisYear {
                put(" ")
                put(String(year))
            }
        }
    }

    fileprivate func spell(from now: Instant, to due: Instant, _ put: (String) -> Void) {
        let minutes = due.since(now) / 60_000
        let sentence = minutes < 0 ? late : left
        put(sentence.before)
        spell(minutes: abs(minutes), put)
        put(sentence.after)
    }

    private func spell(minutes: Int64, _ put: (String) -> Void) {
        let (unit, count) =
            minutes < 60 ? (self.minutes, minutes) : minutes < 48 * 60 ? (hours, minutes / 60) : (days, minutes / 1440)
        put(unit.before)
        put(String(count))
        put(unit.after)
    }

    /// A sentence with one `{place}`, cut there.
    struct Cut: Sendable {
        let before: String
        let after: String
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

extension HTML.Interpolation {
    /// 今天 15:00
    mutating func appendInterpolation(_ moment: Instant, _ words: RowWords, today: Day) {
        words.spell(moment, today: today) { appendInterpolation($0) }
    }

    /// ` <b>还剩 3 小时</b>`; nothing without a limit.
    mutating func appendInterpolation(remaining due: Instant?, _ words: RowWords, _ now: Instant) {
        guard let due else { return }
        appendLiteral(" <b>")
        words.spell(from: now, to: due) { appendInterpolation($0) }
        appendLiteral("</b>")
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
