import PowerRules
import Testing
import Values

/// docs/rules/working-days.md
@Suite struct WorkCalendarTests {
    let calendar = Repository.calendar

    @Test func everyExampleOfThePageHolds() throws {
        let rows = try Repository.rows("working-days", "day", "worked", "what it is")
        #expect(rows.count >= 18)
        for row in rows {
            let date = day(row[0])
            let provisional = calendar.isProvisional(date) ? "provisional " : ""
            let what =
                switch calendar.day(date) {
                case .workday: "workday"
                case .weekend: "weekend"
                case .holiday(let name): "holiday \(name)"
                case .inLieu(let name): "in lieu \(name)"
                case .makeUp(let name): "make-up \(name)"
                }
            #expect(row == [date.iso, calendar.isWorkday(date) ? "yes" : "no", provisional + what])
        }
    }

    @Test func everyDayOfThreeYearsIsAsPublished() throws {
        let lines = try Repository.text("Data/workdays/check/2023-2025.csv").split(separator: "\n")
        #expect(lines.count == 1 + 365 + 366 + 365)
        for line in lines.dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let kind = calendar.day(day(cells[0]))
            let (name, inLieu): (String, Bool) =
                switch kind {
                case .workday, .weekend: ("", false)
                case .holiday(let name), .makeUp(let name): (name, false)
                case .inLieu(let name): (name, true)
                }
            let found = [cells[0], kind.isWorkday ? "1" : "0", name, inLieu ? "1" : "0"]
            #expect(found == cells)
        }
    }

    @Test(arguments: [
        (2018, 250), (2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251),
        (2025, 248), (2026, 248),
    ])
    func aYearHasItsNumberOfWorkingDays(year: Int, count: Int) {
        let eve = Day(year: year - 1, month: 12, day: 31)!
        let last = Day(year: year, month: 12, day: 31)!
        #expect(calendar.workdays(after: eve, through: last) == count)
    }

    @Test func everyYearNamesItsNotice() {
        #expect(calendar.notices.keys.sorted() == Array(2018...2026))
        #expect(calendar.notices[2024]?.first?.number == "国办发明电〔2023〕7号")
        #expect(calendar.notices[2026]?.first?.title == "国务院办公厅关于2026年部分节假日安排的通知")
        #expect(calendar.notices[2020]?.map(\.number) == ["国办发明电〔2019〕16号", "国办发明电〔2020〕1号"])
        #expect(calendar.version.hasPrefix("2018-2026."))
    }

    @Test func aChangedNoticeChangesTheVersion() throws {
        let text = try Repository.text("Data/workdays/2024.csv")
        let before = try WorkCalendar(years: ["2024": text])
        let after = try WorkCalendar(years: ["2024": text + "\n"])
        #expect(before.version != after.version)
    }

    @Test func daysFarAwayFollowTheSameRule() {
        #expect(calendar.day(day("1999-10-01")) == .holiday("国庆节"))
        #expect(calendar.day(day("2101-01-03")) == .workday)
        #expect(calendar.workday(2, after: day("2099-12-31")) == day("2100-01-05"))
        #expect(calendar.workdays(after: day("1999-12-31"), through: day("2000-01-04")) == 2)
    }

    @Test(arguments: [
        ("2024", "# notice: a | b | 2023-10-25\ndate,kind,holiday,in_lieu", 2, "yearMissing"),
        ("2024", "# year: 2023", 1, "yearMissing"),
        ("2024", "# year: 2024\ndate,kind,holiday,in_lieu", 2, "noticeMissing"),
        ("2024", "# year: 2024\n# notice: only a title", 2, "noticeUnreadable"),
        ("2024", "# year: 2024\n# notice: a | b | 2023-10-25\n2024-01-01,off,元旦,0", 3, "headerMissing"),
        ("1999", "# year: 1999\n# notice: a | b | 1998-10-25\ndate,kind,holiday,in_lieu", 1, "yearOutOfRange"),
    ])
    func aYearWithoutItsHeadIsRefused(year: String, text: String, line: Int, reason: String) {
        let problem = #expect(throws: WorkCalendarProblem.self) {
            try WorkCalendar(years: [year: text])
        }
        #expect(problem?.line == line)
        #expect(problem.map { "\($0.reason)" } == reason)
    }

    @Test(arguments: [
        ("2024-01-01,closed,元旦,0", "rowUnreadable"), ("2024-02-30,off,元旦,0", "rowUnreadable"),
        ("2024-01-01,off,,0", "rowUnreadable"), ("2024-01-01,off,元旦", "rowUnreadable"),
        ("2025-01-01,off,元旦,0", "otherYear"), ("2024-01-02,work,元旦,0", "workedWeekday"),
        ("2024-01-06,off,元旦,1", "lieuOnWeekend"),
        ("2024-01-01,off,元旦,0\n2024-01-01,off,元旦,0", "outOfOrder"),
    ])
    func aYearThatContradictsItselfIsRefused(rows: String, reason: String) {
        let head = "# year: 2024\n# notice: a | b | 2023-10-25\ndate,kind,holiday,in_lieu\n"
        let problem = #expect(throws: WorkCalendarProblem.self) {
            try WorkCalendar(years: ["2024": head + rows])
        }
        #expect(problem.map { "\($0.reason)" } == reason)
    }
}
