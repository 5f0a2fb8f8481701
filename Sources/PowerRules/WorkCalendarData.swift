package import Values

/// A State Council notice that arranges the holidays of a year.
package struct Notice: Sendable, Hashable {
    /// 国务院办公厅关于2024年部分节假日安排的通知
    package let title: String
    /// 国办发明电〔2023〕7号
    package let number: String
    package let date: Day
    package let address: String?
}

/// Why the text of a year was refused, and where.
package struct WorkCalendarProblem: Error, Hashable, CustomStringConvertible {
    package enum Reason: String, Sendable {
        case yearMissing = "the line '# year: YYYY' is missing or is not the year of the file"
        case yearOutOfRange = "only the years 2000 to 2099 are kept"
        case noticeMissing = "no '# notice: TITLE | NUMBER | DATE | ADDRESS' stands before the days"
        case noticeUnreadable = "a notice needs a title, a number and a date"
        case headerMissing = "the line 'date,kind,holiday,in_lieu' is missing"
        case rowUnreadable = "a row is DATE,off|work,HOLIDAY,0|1"
        case otherYear = "the day is of another year"
        case outOfOrder = "days must ascend, each once"
        case workedWeekday = "only a Saturday or Sunday can be worked in exchange"
        case lieuOnWeekend = "only a Monday to Friday can be off in lieu"
    }
    package let year: String
    /// Counted from 1.
    package let line: Int
    package let reason: Reason

    init(year: String, line: Int, _ reason: Reason) {
        self.year = year
        self.line = line
        self.reason = reason
    }

    package var description: String { "workdays \(year), line \(line): \(reason.rawValue)" }
}

/// The exceptions of one year, as `Data/workdays/README.md` describes the text.
struct YearFile {
    struct Entry {
        let day: Day
        let isOff: Bool
        let holiday: String
        let inLieu: Bool
    }

    private(set) var year = 0
    private(set) var notices: [Notice] = []
    private(set) var entries: [Entry] = []

    init(name: String, text: String) throws(WorkCalendarProblem) {
        var headerSeen = false
        var number = 0
        for raw in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let line = trimmed(raw)
            if line.isEmpty { continue }
            func problem(_ reason: WorkCalendarProblem.Reason) -> WorkCalendarProblem {
                WorkCalendarProblem(year: name, line: number, reason)
            }
            if line.hasPrefix("# year:") {
                guard let value = Int(trimmed(line.dropFirst(7))), String(value) == name else {
                    throw problem(.yearMissing)
                }
                year = value
            } else if line.hasPrefix("# notice:") {
                guard let notice = Notice(line.dropFirst(9)) else { throw problem(.noticeUnreadable) }
                notices.append(notice)
            } else if line.hasPrefix("#") {
                continue
            } else if !headerSeen {
                guard line == "date,kind,holiday,in_lieu" else { throw problem(.headerMissing) }
                guard year != 0 else { throw problem(.yearMissing) }
                guard !notices.isEmpty else { throw problem(.noticeMissing) }
                headerSeen = true
            } else {
                try add(line, problem)
            }
        }
        guard headerSeen else { throw WorkCalendarProblem(year: name, line: number, .headerMissing) }
    }

    private mutating func add(
        _ line: Substring, _ problem: (WorkCalendarProblem.Reason) -> WorkCalendarProblem
    ) throws(WorkCalendarProblem) {
        let cells = line.split(separator: ",", omittingEmptySubsequences: false)
        guard cells.count == 4, let day = Day(iso: cells[0]), !cells[2].isEmpty,
            cells[1] == "off" || cells[1] == "work", cells[3] == "0" || cells[3] == "1"
        else { throw problem(.rowUnreadable) }
        guard day.year == year else { throw problem(.otherYear) }
        if let last = entries.last, day <= last.day { throw problem(.outOfOrder) }
        let isWeekend = day.weekday >= 6
        if cells[1] == "work", !isWeekend { throw problem(.workedWeekday) }
        if cells[3] == "1", isWeekend || cells[1] == "work" { throw problem(.lieuOnWeekend) }
        entries.append(
            Entry(
                day: day, isOff: cells[1] == "off", holiday: String(cells[2]),
                inLieu: cells[3] == "1"))
    }
}

extension Notice {
    fileprivate init?(_ text: Substring) {
        let cells = text.split(separator: "|", omittingEmptySubsequences: false).map(trimmed)
        guard (3...4).contains(cells.count), !cells[0].isEmpty, !cells[1].isEmpty,
            let date = Day(iso: cells[2])
        else { return nil }
        self.init(
            title: String(cells[0]), number: String(cells[1]), date: date,
            address: cells.count == 4 && !cells[3].isEmpty ? String(cells[3]) : nil)
    }
}

private func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first == " " || first == "\r" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\r" { text.removeLast() }
    return text
}
