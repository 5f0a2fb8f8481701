import Foundation
import PowerRules
import Testing
import Values

@testable import App

/// The demo's plan, without a database.
@Suite struct DemoStoryTests {
    private let calendar: WorkCalendar
    private let files: DemoFiles

    init() throws {
        calendar = try loadCalendar()
        files = try DemoFiles(
            demo: Resources.folder("Data/demo"),
            requests: Resources.folder("Data/requests").appending(path: "requests.csv"))
    }

    private func maker(_ now: Instant) -> DemoStoryMaker {
        DemoStoryMaker(
            files: files, plan: DemoCountyPlan(files), office: .office(calendar), frontDesk: .desk(calendar),
            leaves: DemoLeave.all(today: now.day), now: now)
    }

    @Test func theCountyHasWhatTheIssueAsksFor() {
        let plan = DemoCountyPlan(files)

        #expect(files.townships.count == 4)
        #expect(files.villages.count == 24)
        #expect(Set(files.requests.map(\.village)).isSubset(of: Set(files.villages.map(\.name))))
        #expect(files.villages.contains { $0.name == "布岗村" && $0.parentPath == "henan/xuchang/yanling/mafang" })
        #expect(plan.customers.count == 1_000)
        #expect(Set(plan.customers.map(\.account)).count == 1_000)
        #expect(plan.customers.allSatisfy { $0.account.utf8.count == 10 })
        #expect(Set(plan.pairs.map(\.village)).count == 24)
        #expect(Set(plan.staff.map(\.name)).count == plan.staff.count)
        let phones = plan.customers.compactMap(\.phone) + plan.staff.map(\.phone)
        #expect(Set(phones).count == phones.count)
        #expect(phones.allSatisfy { PhoneNumber($0.digits) != nil })
    }

    /// Somebody may start the demo at any time of day and on any day of the year.
    @Test(arguments: [
        "2026-11-24T14:30", "2026-11-24T02:10", "2026-11-23T07:05", "2026-11-22T23:50", "2026-02-17T12:00",
        "2026-10-05T09:00", "2027-01-01T00:01", "2027-06-12T18:30",
    ])
    func theYearEndsWithinSevenDaysWhateverTheClockSays(_ text: String) throws {
        let now = try #require(Instant(iso: "\(text)+08:00"))
        let stories = maker(now).stories()

        #expect(stories.count == files.requests.count)
        let shared = stories.filter { $0.line.source.hasPrefix("RP") }
        #expect(shared.count == 1_500)
        let opened = shared.compactMap { $0.steps.first?.at }
        let last = try #require(opened.max())
        #expect(last <= now && now.since(last) < 7 * 86_400_000)
        for story in stories {
            #expect(zip(story.steps, story.steps.dropFirst()).allSatisfy { $0.at <= $1.at }, "\(story.line.source)")
            #expect(story.steps.allSatisfy { $0.at <= now }, "\(story.line.source)")
            if let at = story.line.at {
                #expect(story.steps.first?.at.day.weekday == at.day.weekday, "\(story.line.source)")
            }
        }
    }

    @Test func theSameClockTellsTheSameStories() throws {
        let now = try #require(Instant(iso: "2026-11-24T14:30+08:00"))
        let (first, second) = (maker(now).stories(), maker(now).stories())

        #expect(first.map { "\($0)" } == second.map { "\($0)" })
    }

    @Test func officeHoursRunForwardsAndBackwards() throws {
        let office = DemoHours.office(calendar)
        func at(_ text: String) throws -> Instant { try #require(Instant(iso: "\(text)+08:00")) }
        let friday = try at("2026-11-20T17:30")
        let monday = try at("2026-11-23T08:30")
        let saturday = try at("2026-11-21T10:00")
        let quarterPast = try at("2026-11-23T08:15")

        #expect(office.later(friday, minutes: 60) == monday)
        #expect(office.earlier(monday, minutes: 60) == friday)
        #expect(office.earlier(saturday, minutes: 30) == friday)
        #expect(office.later(saturday, minutes: 15) == quarterPast)
    }

    @Test func aPortraitIsAPicture() {
        let png = DemoPicture.portrait(3)

        #expect(png.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        #expect(png.count < 3_000)
    }
}
