import Testing
import Values

struct InstantTests {
    @Test(arguments: [
        ("2024-09-30T10:00+08:00", "2024-09-30T10:00:00+08:00"),
        ("2024-09-30T02:00:00Z", "2024-09-30T10:00:00+08:00"),
        ("2024-09-30T10:00:00", "2024-09-30T10:00:00+08:00"),
        ("2024-02-29 23:59:59.999+08:00", "2024-02-29T23:59:59+08:00"),
        ("1970-01-01T00:00:00-01:30", "1970-01-01T09:30:00+08:00"),
        ("1969-12-31T23:59:59Z", "1970-01-01T07:59:59+08:00"),
    ])
    func aMomentIsReadAndWritten(_ typed: String, _ written: String) throws {
        #expect(try #require(Instant(iso: typed)).iso == written)
    }

    @Test(arguments: [
        "", "2024-09-30", "2024-02-30T10:00+08:00", "2023-02-29T10:00", "2024-09-30T24:00+08:00",
        "2024-09-30T10:60+08:00", "2024-09-30T10:00+08:00x", "2024-09-30T10:00+15:00", "２０２４-09-30T10:00",
        "2024-09-30T10:00:00.", "10:00 on Monday morning",
    ])
    func whatIsNoMomentIsRefused(_ typed: String) {
        #expect(Instant(iso: typed) == nil)
    }

    @Test func everyDayOfFourCenturiesIsItsOwnNumber() throws {
        var day = try #require(Day(iso: "1800-01-01"))
        let end = try #require(Day(iso: "2200-01-01"))
        var weekday = day.weekday
        while day < end {
            let c = day.civil
            #expect(Day(year: c.year, month: c.month, day: c.day) == day)
            #expect(Day(iso: day.iso) == day)
            #expect(day.start.day == day && day.start.adding(milliseconds: -1).day == day.adding(days: -1))
            #expect(day.weekday == weekday)
            weekday = weekday % 7 + 1
            day = day.adding(days: 1)
        }
    }

    @Test func knownDaysFallOnKnownWeekdays() throws {
        #expect(try #require(Day(iso: "2024-10-12")).weekday == 6)
        #expect(try #require(Day(iso: "2026-11-24")).weekday == 2)
    }

    @Test func midnightBelongsToTheDayThatBegins() throws {
        let midnight = try #require(Instant(iso: "2024-10-13T00:00:00+08:00"))
        #expect(midnight.day.iso == "2024-10-13" && midnight.minuteOfDay == 0)
    }
}
