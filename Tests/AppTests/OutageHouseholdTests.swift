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

/// The households of an outage, whom somebody goes to first, and what people sent.
@Suite struct OutageHouseholdTests {
    /// The whole feeder is dark: 32 homes of Bugang and 16 of Zhaozhuang.
    private func feeder(_ village: TestVillage, before: (TestGrid) async throws -> Void = { _ in }) async throws
        -> (grid: TestGrid, number: Code)
    {
        let grid = try await TestGrid.make(village)
        try await before(grid)
        for line in ["T1-a", "T1-b", "T2-a", "T2-b", "T3-a", "T3-b"] {
            for n in 0..<7 { try await village.dark(grid.account(line, n)) }
        }
        try await village.locate()
        let found = try await village.incidents()
        try #require(found.count == 1 && found[0].customers == 48)
        return (grid, found[0].number)
    }

    private struct Listed { var count = 0, dark = 0, first: [[String: Any]] = [], items: [[String: Any]] = [], pages = 0 }
    private func list(_ number: Code, as person: Villager, limit: Int = 10, in village: TestVillage) async throws -> Listed {
        var listed = Listed()
        var next: String?
        repeat {
            let after = next.map { "&after=\($0)" } ?? ""
            let reply = try await village.api(.get, "/incidents/\(number.text)/households?limit=\(limit)\(after)", as: person)
            try #require(reply.status == 200, "\(reply.text)")
            listed.count = reply.json["count"] as? Int ?? -1
            listed.dark = reply.json["dark"] as? Int ?? -1
            listed.first += reply.json["first"] as? [[String: Any]] ?? []
            listed.items += reply.json["items"] as? [[String: Any]] ?? []
            listed.pages += 1
            next = reply.json["next"] as? String
        } while next != nil && listed.pages < 100
        return listed
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func theListIsAsLongAsTheCountAndNobodyStandsThereTwice(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let (grid, number) = try await feeder(village)
            // One connection of which no account is known.
            let stranger = grid.account("T2-b", 7)
            try await village.desk.database.write { tx in
                try tx.run("UPDATE supply SET account = NULL WHERE account = (SELECT id FROM account WHERE number = \(stranger))")
            }
            _ = try await village.api(
                .post, "/household-tags", ["number": grid.account("T2-a", 3), "tag": "elderly-alone"], as: village.li)
            village.clock.advance(minutes: 20)
            let part = try await village.step(number, "restore-section", ["devices": ["T3"]], as: village.dispatcher)
            #expect(part.status == 200, "\(part.text)")

            let all = try await list(number, as: village.dispatcher, in: village)
            let incident = try await village.incident(number)
            #expect(all.count == incident.customers && all.count == 48 && all.dark == incident.dark && all.dark == 32)
            #expect(all.first.count + all.items.count == all.count && all.pages == 5)
            let numbers = (all.first + all.items).compactMap { $0["number"] as? String }
            #expect(numbers.count == 47 && Set(numbers).count == 47)
            #expect((all.first + all.items).filter { $0["isDark"] as? Bool == true }.count == all.dark)
            #expect(all.first.map { $0["number"] as? String } == [grid.account("T2-a", 3)])
            #expect(all.items.filter { $0["told"] as? String == "reported" }.count + 1 == 42)
            #expect(all.items.filter { $0["name"] == nil }.map { $0["told"] as? String } == ["unreachable"])

            // Who serves a village sees that village; the company sees no name.
            let li = try await list(number, as: village.li, limit: 100, in: village)
            #expect(li.count == 32 && li.first.count + li.items.count == 32 && li.dark == 32)
            #expect((li.items + li.first).allSatisfy { ($0["villageName"] as? String) == "布岗村" || $0["villageName"] == nil })
            let zhou = try await list(number, as: village.zhou, limit: 100, in: village)
            #expect(zhou.count == 16 && zhou.items.count == 16 && zhou.first.isEmpty && zhou.dark == 0)
            let company = try await list(number, as: village.company, limit: 100, in: village)
            #expect(company.count == 48 && company.items.compactMap { $0["name"] as? String }.allSatisfy { $0.hasSuffix("*") || $0.contains("*") })
            #expect((li.items.first?["name"] as? String)?.hasPrefix("户主") == true)
            #expect(try await village.api(.get, "/incidents/\(number.text)/households", as: village.township).status == 403)
            #expect(try await village.api(.get, "/incidents/\(number.text)/households", as: village.otherDispatcher).status == 404)
            #expect(try await village.api(.get, "/incidents/\(number.text)/households?after=x", as: village.dispatcher).status == 422)
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func whoeverDependsOnAMachineIsGoneToAtOnce(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let (grid, number) = try await feeder(village) { grid in
                for (n, tag) in ["life-support", "elderly-alone"].enumerated() {
                    let reply = try await village.api(
                        .post, "/household-tags", ["number": grid.account("T1-a", n), "tag": tag], as: village.li)
                    #expect(reply.status == 201, "\(reply.text)")
                }
            }
            let told = try await village.api(.get, "/told", as: village.li)
            let items = try #require(told.json["items"] as? [[String: Any]]).filter { ($0["text"] as? [String: Any])?["en"].map { "\($0)".contains("medical device") } == true }
            #expect(items.count == 1 && items.first?["number"] as? String == number.text, "\(told.text)")
            #expect(try await village.get("/told", as: village.wang).contains("生命支持设备"))
            #expect(try await !village.get("/told", as: village.zhou).contains("生命支持设备"))
            let before = try await list(number, as: village.li, in: village)
            #expect(before.first.map { $0["told"] as? String } == ["visiting", "reported"])
            #expect(before.first.first?["tags"] as? [String] == ["life-support"])
            let message = try #require(items.first?["id"] as? String)
            let ticked = try await village.api(.post, "/told/\(message)", [:], as: village.li)
            #expect(ticked.status == 200, "\(ticked.text)")
            #expect(try await list(number, as: village.li, in: village).first.first?["told"] as? String == "visited")
            // More reports say nothing new; dark again after the light was back does.
            try await village.dark(grid.account("T1-a", 7))
            try await village.locate()
            func visits() async throws -> Int { try await village.count("SELECT COUNT(*) FROM outbox WHERE template = 'outage-life-support'") }
            #expect(try await visits() == 1)
            village.clock.advance(minutes: 30)
            _ = try await village.step(number, "restore", ["cause": "tree", "result": "好了"], as: village.dispatcher)
            _ = try await village.step(number, "reopen", ["reason": "又黑了"], as: village.dispatcher)
            #expect(try await visits() == 2)
        }
    }

    @Test func aHouseWithLifeSupportThatIsFoundToBeDarkLaterIsGoneToThen() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            _ = try await village.api(.post, "/household-tags", ["number": grid.account("T1-b", 7), "tag": "life-support"], as: village.li)
            for n in 0..<8 { try await village.dark(grid.account("T1-a", n)) }
            try await village.locate()
            #expect(try await village.incidents().map(\.customers) == [8])
            #expect(try await village.count("SELECT COUNT(*) FROM outbox WHERE template = 'outage-life-support'") == 0)
            for n in 0..<6 { try await village.dark(grid.account("T1-b", n)) }
            try await village.locate()
            #expect(try await village.incidents().map(\.customers) == [16])
            #expect(try await village.count("SELECT COUNT(*) FROM outbox WHERE template = 'outage-life-support'") == 1)
        }
    }

    @Test(arguments: ["zh-Hans", "en"])
    func thePagesShowTheHouseholdsAndLeadFromOneToTheOther(language: String) async throws {
        try await withVillage { village in
            let (_, number) = try await feeder(village) { grid in
                _ = try await village.api(
                    .post, "/household-tags", ["number": grid.account("T1-a", 0), "tag": "life-support"], as: village.li)
            }
            let page = try await village.get("/outages/\(number.text)", as: village.dispatcher, language: language)
            #expect(page.contains("/outages/\(number.text)/households") && !page.contains("⟦"))
            #expect(page.contains(language == "en" ? "Go there first" : "先去这几家"))
            let list = try await village.get("/outages/\(number.text)/households", as: village.dispatcher, language: language)
            #expect(list.status == 200 && !list.contains("⟦") && list.count("<li><h3>") == 48, "\(list.count("<li><h3>"))")
            // Who may not list sees the outage without them.
            let auditor = try await village.get("/outages/\(number.text)", as: village.auditor, language: language)
            #expect(auditor.status == 200 && !auditor.contains("/households"))
        }
    }

    @Test func photosOfAReportStandAtTheOutageAndItsCaseForThoseWhoSeeIt() async throws {
        try await withVillage { village in
            let photo = try await village.photo()
            let grid = try await TestGrid.make(village)
            let receipt = try await village.desk.perform(
                ReportNoLight.self,
                [
                    "village": .text(village.bugang.text), "account": .text(grid.account("T1-a", 0)), "name": .text("周大爷"),
                    "phone": .text("13811110000"), "what": .text("变压器那边响了一声"), "photos": .uploads([photo]),
                ], by: .stranger(address: "192.0.2.9")
            ).output
            for n in 1..<6 { try await village.dark(grid.account("T1-a", n)) }
            try await village.locate()
            let number = try #require(try await village.incidents().first).number.text
            let view = try await village.api(.get, "/incidents/\(number)", as: village.wang)
            let words = try #require(view.json["words"] as? [[String: Any]])
            #expect(words.count == 1 && words[0]["what"] as? String == "变压器那边响了一声" && words[0]["number"] as? String == receipt.number)
            for path in ["/outages/\(number)", "/cases/\(number)"] {
                let page = try await village.get(path, as: village.wang)
                #expect(page.contains("变压器那边响了一声") && page.contains(photo.hash), "\(path)")
            }
            let own = try await village.get("/follow/\(receipt.receipt)")
            #expect(own.contains(photo.hash))
            // The bare address opens for those who see the outage, and a signed one for its page.
            let bare = "/photos/cases/\(number)/\(photo.hash)"
            #expect(try await village.get(bare, as: village.wang).status == 200)
            #expect(try await village.get(bare, as: village.otherDispatcher).status == 404)
            #expect(try await village.get(bare).status == 404)
            let other = String(repeating: "a", count: 64)
            #expect(try await village.get("/photos/cases/\(number)/\(other)", as: village.wang).status == 404)
        }
    }
}
