import App
import Desk
import Foundation
import Grid
import HTTPTypes
import Outages
import Registry
import Service
import Storage
import TestSupport
import Testing
import Values

/// Reports of lost supply, how they are put together, and who comes.
@Suite struct OutageTests {
    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func fiveHundredReportsOnOneTransformerAreOneIncidentWithFiveHundredFollowers(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let grid = try await TestGrid.make(village)
            let homes = grid.accounts["T1-a"]! + grid.accounts["T1-b"]!
            for n in 0..<500 { try await village.dark(homes[n % homes.count], phone: "1391" + String(format: "%07d", n)) }
            village.clock.advance(minutes: 5)
            try await village.locate()

            let found = try await village.incidents()
            #expect(found.count == 1)
            let incident = try #require(found.first)
            let transformer = try await grid.device("T1").id
            #expect(([incident.device].compactMap { $0 } + incident.also).contains(transformer))
            #expect(incident.customers == 16)
            #expect(incident.reports == 500)
            #expect(try await village.count("SELECT COUNT(*) FROM follower WHERE case_id = \(incident.id)") == 500)
            #expect(try await village.count("SELECT COUNT(*) FROM outage_report WHERE state = 'waiting'") == 0)
        }
    }

    @Test func oneHouseIsToldFromABranch() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            try await village.dark(grid.account("T1-a", 2))
            try await village.locate()
            var found = try await village.incidents()
            #expect(found.count == 1)
            #expect(found[0].isSingle)
            #expect(found[0].customers == 1)

            // More homes of the same line: the same incident grows to the line.
            for n in [0, 4, 5, 6] { try await village.dark(grid.account("T1-a", n)) }
            try await village.locate()
            found = try await village.incidents()
            #expect(found.count == 1)
            #expect(!found[0].isSingle)
            #expect(found[0].customers == TestGrid.homesPerLine)
            #expect(found[0].reports == 5)
        }
    }

    @Test func whoeverSaysThatTheNeighboursHaveLightStaysAlone() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            try await village.dark(grid.account("T1-a", 0), answers: "house:all,neighbours:lit,breaker:closed")
            try await village.dark(grid.account("T1-a", 1), answers: "house:all,neighbours:lit,breaker:tripped")
            try await village.locate()
            let found = try await village.incidents()
            #expect(found.count == 2)
            #expect(Set(found.map(\.isSingle)) == [true])
            #expect(Set(found.map(\.isInside)) == [false, true])
        }
    }

    @Test func twoFaultsAtOnceAreTwoIncidents() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            // Everybody of one line in each village, in mixed order, and light between them.
            for n in 0..<TestGrid.homesPerLine {
                try await village.dark(grid.account("T1-a", n))
                try await village.dark(grid.account("T3-b", n))
            }
            let lit = ["meter": "M\(grid.account("T2-a", 0))", "state": "on", "at": village.clock.moment.iso]
            let reply = try await village.api(.post, "/meters/signals", ["signals": [lit]], as: village.company)
            #expect(reply.status == 200, "\(reply.text)")
            try await village.locate()
            let found = try await village.incidents()
            #expect(Set(found.map(\.customers)) == [TestGrid.homesPerLine])
            #expect(found.count == 2)
            #expect(Set(found.compactMap(\.village)) == [village.bugang, village.zhaozhuang])
        }
    }

    @Test func nothingReportedAfterTheRestorationIsSwallowed() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            for n in 0..<6 { try await village.dark(grid.account("T1-a", n)) }
            try await village.locate()
            let first = try await village.incidents()[0]
            // One that came in before the light was back and is folded afterwards belongs to it.
            let late = try await village.dark(grid.account("T1-a", 7))
            village.clock.advance(minutes: 1)
            try await village.arrive(first.number, as: village.wang)
            village.clock.advance(minutes: 30)
            let done = try await village.step(
                first.number, "restore", ["cause": "tree", "result": "清除树枝"], as: village.wang)
            #expect(done.status == 200, "\(done.text)")
            village.clock.advance(minutes: 2)
            let still = try await village.dark(grid.account("T1-a", 3))
            try await village.locate()

            let all = try await village.incidents()
            #expect(all.count == 2)
            let nested = try #require(all.last)
            #expect(nested.id != first.id)
            #expect(nested.parent == first.id)
            #expect(nested.isOpen && nested.customers == 1)
            func incident(of number: String) async throws -> String {
                try await village.desk.database.read { try $0.value("SELECT incident FROM outage_report WHERE number = \(number)") ?? "" }
            }
            #expect(try await incident(of: still.number) == nested.id.text)
            #expect(try await incident(of: late.number) == first.id.text)
        }
    }

    @Test func reportsWithoutANetworkAreGroupedByVillageAndTime() async throws {
        try await withVillage { village in
            for _ in 0..<3 { try await village.dark(in: village.bugang) }
            try await village.dark(in: village.zhaozhuang)
            try await village.locate()
            #expect(try await village.incidents().count == 2)
            // Three hours later it is another outage.
            village.clock.advance(minutes: 180)
            try await village.dark(in: village.bugang)
            try await village.locate()
            #expect(try await village.incidents().count == 3)
        }
    }

    @Test func meterSignalsCountOnceAndAWrongClockIsFlaggedNotUsed() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            let now = village.clock.moment
            let signals =
                grid.accounts["T2-b"]!.map {
                    ["meter": "M\($0)", "state": "last-gasp", "at": now.adding(minutes: -61).iso]
                } + [["meter": "nobody", "state": "on", "at": now.iso]]
            for _ in 0..<2 {
                let reply = try await village.api(.post, "/meters/signals", ["signals": signals], as: village.company)
                #expect(reply.status == 200, "\(reply.text)")
                #expect(reply.json["unknown"] as? [String] == ["nobody"])
            }
            #expect(try await village.count("SELECT COUNT(*) FROM outage_report") == TestGrid.homesPerLine)
            #expect(try await village.count("SELECT COUNT(*) FROM outage_report WHERE skewed = 1") == TestGrid.homesPerLine)
            try await village.locate()
            let incident = try await village.incidents()[0]
            #expect(incident.startedAt == now)
            #expect(incident.customers == TestGrid.homesPerLine)
        }
    }

    @Test func twoServersNeverDoubleAReport() async throws {
        try await withVillage(.postgres) { village in
            let grid = try await TestGrid.make(village)
            for n in 0..<8 { try await village.dark(grid.account("T1-b", n)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for server in 0..<4 { group.addTask { try await village.locate(holder: "server-\(server)") } }
                try await group.waitForAll()
            }
            #expect(try await village.incidents().count == 1)
            #expect(try await village.incidents()[0].reports == 8)
        }
    }

    @Test func aReportFromFarAwayIsRefusedWithWords() async throws {
        try await withVillage { village in
            let body: [String: Any] = [
                "village": village.bugang.text, "name": "路人", "phone": "13811112222", "latitude": 39.9, "longitude": 116.4,
            ]
            let reply = try await village.api(.post, "/outages/reports", body)
            #expect(reply.status == 422)
            #expect(reply.contains("far-away"))
            let nowhere = try await village.api(
                .post, "/outages/reports", ["name": "路人", "phone": "13811112222", "latitude": 1.0, "longitude": 1.0])
            #expect(nowhere.status == 422)
        }
    }

    @Test func wordsOfDangerRingTheBoardAtOnce() async throws {
        try await withVillage { village in
            let receipt = try await village.dark(in: village.bugang, what: "电线掉在地上，冒火花")
            #expect(receipt.dangers.contains("wire-down"))
            let board = try await village.get("/board", as: village.dispatcher)
            #expect(board.contains("class=\"ring\""))
            #expect(board.contains(try #require(receipt.danger)))
        }
    }

    // MARK: Who comes

    @Test func whoDoesNotAcceptIsPassedOverAndThenTheDispatcherIsAlarmed() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            for n in 0..<4 { try await village.dark(grid.account("T1-a", n)) }
            try await village.locate()
            let number = try await village.incidents()[0].number
            func assignee() async throws -> ID<Person>? {
                try await village.desk.database.read { try $0.anyCase(number)?.assignee }
            }
            // At once: the village's own representative.
            #expect(try await assignee() == village.wang.id)
            village.clock.advance(minutes: 4)
            try await IncidentSweep.tick(village.desk, at: village.clock.moment)
            #expect(try await assignee() == village.wang.id)
            village.clock.advance(minutes: 1)
            try await IncidentSweep.tick(village.desk, at: village.clock.moment)
            #expect(try await assignee() == village.sun.id)
            village.clock.advance(minutes: 5)
            try await IncidentSweep.tick(village.desk, at: village.clock.moment)
            try await IncidentSweep.tick(village.desk, at: village.clock.moment)
            try await village.deliver()
            let inbox = try await village.get("/inbox", as: village.dispatcher)
            #expect(inbox.count("没有人接单") >= 1)
            #expect(try await village.get("/board", as: village.dispatcher).contains("没有人接单"))
            #expect(try await village.count("SELECT COUNT(*) FROM outbox WHERE template = 'outage-nobody' AND person = \(village.dispatcher.id)") == 1)
        }
    }

    @Test func whoeverCannotGoHandsItOnAtOnce() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            for n in 0..<4 { try await village.dark(grid.account("T1-a", n)) }
            try await village.locate()
            let number = try await village.incidents()[0].number
            #expect(try await village.step(number, "decline", ["reason": "在外地"], as: village.sun).status == 404)
            let declined = try await village.step(number, "decline", ["reason": "在外地"], as: village.wang)
            #expect(declined.status == 200, "\(declined.text)")
            #expect(try await village.desk.database.read { try $0.anyCase(number)?.assignee } == village.sun.id)
            // Accepted: nobody else is asked any more.
            try await village.act(AcceptCase(number), as: village.sun)
            village.clock.advance(minutes: 20)
            try await IncidentSweep.tick(village.desk, at: village.clock.moment)
            #expect(try await village.desk.database.read { try $0.anyCase(number)?.assignee } == village.sun.id)
            #expect(try await village.count("SELECT COUNT(*) FROM outbox WHERE template = 'outage-nobody'") == 0)
        }
    }
}
