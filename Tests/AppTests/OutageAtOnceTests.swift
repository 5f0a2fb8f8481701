import Desk
import Foundation
import Grid
import HTTPTypes
import Outages
import Storage
import TestSupport
import Testing
import Values

@testable import App

/// Two desks at the same outage in the same moment.
@Suite struct OutageAtOnceTests {
    /// All of T1 in Bugang and all of T3 in Zhaozhuang are dark: two outages of 16 homes.
    private func two(_ village: TestVillage) async throws -> (first: Incident, second: Incident) {
        let grid = try await TestGrid.make(village)
        for line in ["T1-a", "T1-b", "T3-a", "T3-b"] { for n in 0..<8 { try await village.dark(grid.account(line, n)) } }
        let lit = ["meter": "M\(grid.account("T2-a", 0))", "state": "on", "at": village.clock.moment.iso]
        _ = try await village.api(.post, "/meters/signals", ["signals": [lit]], as: village.company)
        try await village.locate()
        let found = try await village.incidents()
        try #require(found.count == 2 && found.allSatisfy { $0.customers == 16 })
        let first = try #require(found.first { $0.village == village.bugang })
        return (first, try #require(found.first { $0.id != first.id }))
    }

    /// Nobody is dark twice, nobody is forgotten, and every report is in an outage that runs.
    private func isWhole(_ village: TestVillage) async throws {
        let ranges = try await village.desk.database.read { tx in
            try tx.rows("SELECT low, high FROM incident_range WHERE restored_at IS NULL ORDER BY low, high") {
                ($0[0] as Int)..<($0[1] as Int)
            }
        }
        #expect(ranges.reduce(0) { $0 + $1.count } == 32)
        for (one, next) in zip(ranges, ranges.dropFirst()) { #expect(one.upperBound <= next.lowerBound) }
        #expect(try await village.count("SELECT CAST(SUM(dark) AS BIGINT) FROM incident WHERE open = 1") == 32)
        #expect(try await village.count("SELECT CAST(SUM(reports) AS BIGINT) FROM incident WHERE open = 1") == 32)
        let lost = try await village.count(
            """
            SELECT COUNT(*) FROM outage_report r WHERE r.dark = 1
            AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = r.incident AND i.open = 1)
            """)
        #expect(lost == 0)
        #expect(try await village.count("SELECT COUNT(*) FROM follower") == 32)
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func oneJoinsWhatTheOtherSplitsAndOneOfThemIsTold(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let (first, second) = try await two(village)
            async let joining = village.step(
                first.number, "join", ["into": second.number.text, "seen": 1], as: village.dispatcher)
            async let splitting = village.step(first.number, "split", ["device": "T1-a", "note": "两处", "seen": 1], as: village.head)
            let (join, split) = try await (joining, splitting)
            #expect([join.status, split.status].sorted() == [200, 409], "\(join.text) \(split.text)")
            let loser = join.status == 409 ? join : split
            #expect(loser.contains("case-moved") || loser.contains("joined-elsewhere"), "\(loser.text)")
            try await isWhole(village)
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func eachJoinsTheOthersOutageIntoTheirsAndOneStays(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let (first, second) = try await two(village)
            async let there = village.step(first.number, "join", ["into": second.number.text], as: village.dispatcher)
            async let back = village.step(second.number, "join", ["into": first.number.text], as: village.head)
            let statuses = try await [there.status, back.status].sorted()
            #expect(statuses[0] == 200 && [409, 422].contains(statuses[1]), "\(statuses)")
            #expect(try await village.count("SELECT COUNT(*) FROM incident WHERE open = 1") == 1)
            try await isWhole(village)
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func oneRestoresWhatTheOtherSplits(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let (first, _) = try await two(village)
            async let splitting = village.step(first.number, "split", ["device": "T1-a", "note": "两处", "seen": 1], as: village.dispatcher)
            async let restoring = village.step(
                first.number, "restore", ["cause": "tree", "result": "好了", "seen": 1], as: village.head)
            let statuses = try await [splitting.status, restoring.status].sorted()
            #expect(statuses == [200, 409])
            // Nobody has two interruptions, whoever was faster.
            let twice = try await village.count(
                """
                SELECT COUNT(*) FROM interruption a JOIN interruption b
                ON a.feeder = b.feeder AND a.id < b.id AND a.low < b.high AND b.low < a.high
                """)
            #expect(twice == 0)
        }
    }
}
