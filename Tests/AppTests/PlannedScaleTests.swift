import Desk
import Foundation
import Grid
import Outages
import Registry
import Storage
import TestSupport
import Testing
import Values

/// Households of a large feeder are listed in pieces that let others write in between.
@Suite struct PlannedScaleTests {
    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func tenThousandHouseholdsAreListedInPieces(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let count = Int(ProcessInfo.processInfo.environment["CUNWANG_HOUSEHOLDS"] ?? "") ?? 10_000
            let stage = try await PermissionStage.make(village)
            let feeder = try await stage.aFeeder(at: stage.home)
            let county = TestVillage.county
            let bugang = village.people.bugang
            let version = try #require(feeder.info.version)
            // Accounts beside those that are there, each with a supply of its own.
            for start in stride(from: 2, to: count, by: 2_000) {
                let end = min(count, start + 2_000)
                try await village.desk.database.write { tx in
                    for n in start..<end {
                        let id = "\(10_000_000 + n)-0000-7000-8000-000000000000"
                        try tx.run(
                            """
                            INSERT INTO account (id, county, number, village, name, address, kind, opened)
                            VALUES (\(id), \(county), \("77\(10_000_000 + n)"), \(bugang), '户主', '一组', 'residential', '2020-01-01')
                            """)
                        try tx.run(
                            """
                            INSERT INTO supply (version, pos, county, feeder, account, code, kind, node, village)
                            VALUES (\(version), \(n), \(county), \(feeder.info.id), \(id), \("77\(n)"), 'household', 'X1', \(bugang))
                            """)
                    }
                }
            }
            try await village.desk.database.write { try $0.run("UPDATE feeder SET customers = \(count) WHERE id = \(feeder.info.id)") }
            let made = try await desk(village, feeder)
            while try await PlannedSweep.list(village.desk, at: village.clock.moment) {}
            let view = try await village.desk.fetch(PlannedQuery.self, ["outage": .text(made)], by: village.dispatcher.actor)
            #expect(view.staff?.households == count && view.staff?.isListed == true)
        }
    }

    private func desk(_ village: TestVillage, _ feeder: PermissionStage.MadeFeeder) async throws -> String {
        let now = village.clock.moment
        return try await village.desk.perform(
            AskPlannedOutage.self,
            [
                "feeder": .text(feeder.info.id.text), "kind": .text("planned"), "work": .text("更换导线"),
                "start": .text(now.adding(days: 9).iso), "end": .text(now.adding(days: 9).adding(hours: 3).iso),
                "contact": .text("钱调度"), "phone": .text("13700000008"),
            ], by: village.dispatcher.actor
        ).output.number
    }
}
