import Desk
import Foundation
import Grid
import HTTPTypes
import Outages
import Service
import Storage
import TestSupport
import Testing
import Values

@testable import App

/// An outage that was said to be over and was not; and what its promises run from.
@Suite struct OutageReopeningTests {
    /// T1 of Bugang is dark for an hour and is given back.
    private func restored(_ village: TestVillage) async throws -> (grid: TestGrid, number: Code) {
        let grid = try await TestGrid.make(village)
        for line in ["T1-a", "T1-b"] { for n in 0..<6 { try await village.dark(grid.account(line, n)) } }
        try await village.locate()
        let number = try #require(try await village.incidents().first).number
        village.clock.advance(minutes: 30)
        try await village.arrive(number, as: village.wang)
        village.clock.advance(minutes: 30)
        let done = try await village.step(number, "restore", ["cause": "tree", "result": "清除树枝"], as: village.wang)
        #expect(done.status == 200, "\(done.text)")
        return (grid, number)
    }

    private struct Row: Sendable, Equatable { let customers: Int, minutes: Int64 }
    private func interruptions(_ village: TestVillage) async throws -> [Row] {
        try await village.desk.database.read { tx in
            try tx.rows("SELECT customers, restored_at - started_at FROM interruption ORDER BY started_at, step, area, village") {
                Row(customers: $0[0], minutes: ($0[1] as Int64) / 60_000)
            }
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func whateverDoorTheCaseIsOpenedAgainThroughTheOutageRunsAgain(engine: Database.Engine) async throws {
        for door in ["reopen", "follow-up", "incident"] {
            try await withVillage(engine) { village in
                let (grid, number) = try await restored(village)
                village.clock.advance(minutes: 20)
                let reply =
                    switch door {
                    case "reopen":
                        try await village.api(.post, "/requests/\(number.text)/reopen", ["reason": "还是没电"], as: village.dispatcher)
                    case "follow-up":
                        try await village.api(
                            .post, "/requests/\(number.text)/follow-up", ["reached": true, "solved": false, "note": "还是没电"],
                            as: village.dispatcher)
                    default: try await village.step(number, "reopen", ["reason": "还是没电"], as: village.li)
                    }
                #expect(reply.status == 200, "\(door): \(reply.text)")
                let again = try await village.incident(number)
                let now = village.clock.moment
                #expect(again.isOpen && again.dark == 16 && again.customers == 16 && again.restoredAt == nil)
                #expect(again.reopenedAt == now)
                #expect(try await village.desk.database.read { try $0.anyCase(number)?.state } == "reopened")
                let dark = try await village.desk.database.read { try $0.darkRanges(of: again.id) }
                #expect(dark.reduce(0) { $0 + $1.positions.count } == 16 && dark.allSatisfy { $0.darkAt == now })
                #expect(try await village.get("/villages/\(village.bugang)").contains("dark-now"))

                // A report from there belongs to it and opens nothing.
                try await village.dark(grid.account("T1-b", 7))
                try await village.locate()
                #expect(try await village.incidents().count == 1)
                village.clock.advance(minutes: 10)
                let early = try await village.step(
                    number, "restore", ["result": "好了", "at": now.adding(minutes: -1).iso], as: village.wang)
                #expect(early.status == 422 && early.contains("restored-before-start"))
                let done = try await village.step(number, "restore", ["result": "换了导线"], as: village.wang)
                #expect(done.status == 200, "\(done.text)")
                #expect(try await interruptions(village) == [Row(customers: 16, minutes: 60), Row(customers: 16, minutes: 10)])
                #expect(try await village.desk.database.read { try $0.anyCase(number)?.inLimit } == false)
            }
        }
    }

    @Test func whatIsDarkInAnotherOutageByThenStaysThere() async throws {
        try await withVillage { village in
            let (grid, number) = try await restored(village)
            village.clock.advance(minutes: 5)
            for n in 0..<8 { try await village.dark(grid.account("T1-a", n)) }
            try await village.locate()
            let nested = try #require(try await village.incidents().last)
            #expect(nested.number != number && nested.dark == 8)
            let reopened = try await village.step(number, "reopen", ["reason": "整台区又黑了"], as: village.dispatcher)
            #expect(reopened.status == 200 && reopened.json["dark"] as? Int == 8, "\(reopened.text)")
            #expect(try await village.incidents().map(\.dark).reduce(0, +) == 16)
            // Restored again, and then all of it is in the other one: nothing to open.
            _ = try await village.step(number, "restore", ["result": "好了"], as: village.dispatcher)
            village.clock.advance(minutes: 2)
            for n in 0..<8 { try await village.dark(grid.account("T1-b", n)) }
            try await village.locate()
            let elsewhere = try await village.step(number, "reopen", ["reason": "还黑着"], as: village.dispatcher)
            #expect(elsewhere.status == 409 && elsewhere.contains("dark-elsewhere"), "\(elsewhere.text)")
            #expect(try await village.desk.database.read { try $0.anyCase(number)?.state } == "resolved")
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func withoutANetworkThoseWhoToldAreCountedOnceEachTime(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            for n in 0..<3 { try await village.dark(in: village.bugang, phone: "1390000000\(n)") }
            try await village.locate()
            // One of them once more: still three households.
            try await village.dark(in: village.bugang, phone: "13900000001")
            try await village.locate()
            let number = try #require(try await village.incidents().first).number
            #expect(try await village.incident(number).customers == 3)
            village.clock.advance(minutes: 40)
            _ = try await village.step(number, "restore", ["cause": "tree", "result": "好了"], as: village.dispatcher)
            village.clock.advance(minutes: 5)
            let again = try await village.step(number, "reopen", ["reason": "又黑了"], as: village.dispatcher)
            #expect(again.status == 200 && again.json["dark"] as? Int == 3, "\(again.text)")
            village.clock.advance(minutes: 15)
            _ = try await village.step(number, "restore", ["result": "好了"], as: village.dispatcher)
            #expect(try await interruptions(village) == [Row(customers: 3, minutes: 40), Row(customers: 3, minutes: 15)])
        }
    }

    @Test func nobodyTakesItInTenMinutesAndTheDispatchersHearIt() async throws {
        try await withVillage { village in
            let (_, number) = try await restored(village)
            _ = try await village.step(number, "reopen", ["reason": "还是没电"], as: village.li)
            village.clock.advance(minutes: 11)
            _ = try await IncidentSweep.tick(village.desk, at: village.clock.moment)
            #expect(try await village.incident(number).isAlarmed)
            #expect(try await village.count("SELECT COUNT(*) FROM outbox WHERE template = 'outage-nobody'") == 2)
            // Answers of the first time count no more.
            #expect(try await village.count("SELECT COUNT(*) FROM light_answer") == 0)
        }
    }

    @Test(arguments: ["zh-Hans", "en"])
    func theStepStandsOnThePageOfARestoredOutageAlone(language: String) async throws {
        try await withVillage { village in
            let (_, number) = try await restored(village)
            let page = try await village.get("/outages/\(number.text)", as: village.li, language: language)
            #expect(page.contains("/outages/\(number.text)/reopen-incident"))
            let sent = try await village.submit(
                "/outages/\(number.text)/reopen-incident", ["reason": "还黑着"], as: village.li, language: language)
            #expect(sent.status == 303, "\(sent.text.prefix(300))")
            let after = try await village.get("/outages/\(number.text)", as: village.li, language: language)
            #expect(!after.contains("/reopen-incident") && !after.contains("⟦"))
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func aPartThatWasSplitOffKeepsTheArrivalOfTheFirstWordThatWentWithIt(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let grid = try await TestGrid.make(village)
            let began = village.clock.moment
            for n in 0..<6 { try await village.dark(grid.account("T1-a", n)) }
            village.clock.advance(minutes: 7)
            for n in 0..<6 { try await village.dark(grid.account("T2-a", n)) }
            for n in 0..<6 { try await village.dark(grid.account("T1-b", n)) }
            for n in 0..<6 { try await village.dark(grid.account("T2-b", n)) }
            try await village.locate()
            let first = try #require(try await village.incidents().first)
            #expect(try await village.incidents().count == 1)
            village.clock.advance(minutes: 40)
            let split = try await village.step(first.number, "split", ["device": "T2", "note": "两处"], as: village.dispatcher)
            #expect(split.status == 200, "\(split.text)")
            let made = try #require(try await village.incidents().last)
            func arrival(_ id: ID<Case>) async throws -> (started: Instant, due: Instant)? {
                try await village.desk.database.read { tx in
                    try tx.limits(of: id).all.first { $0.name == "arrival" }.map { ($0.startedAt, $0.dueAt) }
                }
            }
            let (old, new) = (try await arrival(first.id), try await arrival(made.id))
            #expect(old?.started == began && old?.due == began.adding(minutes: 90))
            #expect(new?.started == began.adding(minutes: 7) && new?.due == began.adding(minutes: 97))
        }
    }
}
