import Desk
import Foundation
import Storage
import TestSupport
import Testing
import Values

@testable import App

/// A storm night of 300 reports, through the actions that people use.
@Suite struct StormTests {
    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func theProgramHoldsOfTheNightWhatItWas(_ engine: Database.Engine) async throws {
        try await withLocation(engine, Composition.migrations) { location in
            let database = try await Database.open(location, logger: quiet, readers: 2, writers: 2)
            do {
                try await replay(database)
            } catch {
                await database.close()
                throw error
            }
            await database.close()
        }
    }

    private func replay(_ database: Database) async throws {
        let clock = StormClock(StormCommand.start.adding(hours: -3))
        let composition = try await Composition(
            database: database, keys: KeyRing(secret: [UInt8](repeating: 7, count: 64)),
            settings: .init(publicAddress: "http://127.0.0.1:8080"), clock: clock.clock, logger: quiet)
        let county = try await StormCounty.make(composition.desk, size: .init(households: 640, areas: 40))
        let plan = StormPlan(county.ground, start: StormCommand.start, seed: 3, wanted: 300)
        clock.set(StormCommand.start)

        let log = try await StormNight(county, plan, composition, clock, jumps: true).play()
        var check = StormCheck(county, log)
        try await check.run()

        #expect(log.faults.count > 30)
        #expect(log.reports >= 300)
        #expect(!log.parents.isEmpty, "somebody stayed dark")
        #expect(log.worksBegan != nil && log.worksOver != nil, "planned work was done")
        #expect(log.passedOver > 0, "somebody did not answer")
        #expect(check.lines.count > 50)
        for line in check.lines { #expect(line.isEqual, "\(line.what): \(line.expected), found \(line.found)") }
        #expect(check.differences.isEmpty, "\(check.differences.joined(separator: "\n"))")
    }

    @Test func aSeedIsANightAndNoHouseholdIsBehindTwoFaults() throws {
        let files = try DemoFiles(
            demo: Resources.folder("Data/demo"),
            requests: Resources.folder("Data/requests").appending(path: "requests.csv"))
        let template = try RuleFiles.network(Resources.folder("Data/networks/rural2").path)
        let ground = StormDrawing(files: files, template: template, householdCount: 640, areaCount: 40).draw().ground
        let plan = StormPlan(ground, start: StormCommand.start, seed: 1, wanted: 300)
        let again = StormPlan(ground, start: StormCommand.start, seed: 1, wanted: 300)
        let other = StormPlan(ground, start: StormCommand.start, seed: 2, wanted: 300)

        #expect(plan.reports.map(\.at) == again.reports.map(\.at), "the same seed is the same night")
        #expect(plan.reports.map(\.at) != other.reports.map(\.at))
        let works = try #require(plan.works)
        let told = plan.reports.filter { $0.fault == StormPlan.worksNumber }
        #expect(plan.reports.count == 300 + told.count && told.count == 12)
        #expect(Set(told.map(\.way)) == [.visitor, .place, .meter])
        #expect(!plan.faults.contains { $0.feeder == works.feeder && $0.positions.overlaps(works.area.positions) })
        #expect(plan.reports.map(\.at) == plan.reports.map(\.at).sorted())
        for (number, fault) in plan.faults.enumerated() {
            for later in plan.faults.dropFirst(number + 1) where later.feeder == fault.feeder {
                #expect(!fault.positions.overlaps(later.positions), "no household is behind two faults")
            }
        }
        #expect(Set(plan.faults.map(\.kind)) == Set(StormPlan.Kind.allCases))
    }
}
