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

/// What of a planned outage may change, and who hears what of it.
@Suite struct PlannedChangeTests {
    private struct Made { let path: String, first: [String], second: [String], stage: PermissionStage }

    /// Announced for 3 December from eight to twelve: households of Bugang behind K1; those of Zhaozhuang
    /// hang behind K2.
    private static func announced(_ village: TestVillage, devices: String? = "K1", households: Int = 3) async throws -> Made {
        let stage = try await PermissionStage.make(village)
        let feeder = try await stage.aFeeder(at: stage.home, households: households, other: stage.next)
        var body: [String: any Sendable] = [
            "feeder": feeder.info.id.text, "kind": "planned", "work": "更换导线", "start": "2026-12-03T08:00",
            "end": "2026-12-03T12:00", "contact": "钱调度", "phone": "13700000008",
        ]
        if let devices { body["devices"] = devices }
        let asked = try await village.api(.post, "/planned", body, as: village.wang)
        let number = try #require(asked.json["number"] as? String, "\(asked.text)")
        #expect(try await village.api(.post, "/planned/\(number)/approve", [:], as: village.head).status == 200)
        try await settle(village)
        return Made(path: "/planned/\(number)", first: feeder.first, second: feeder.second, stage: stage)
    }

    private static func settle(_ village: TestVillage) async throws {
        while try await PlannedSweep.tick(village.desk, at: village.clock.moment) {}
    }

    /// Names of the account holders who were told so, by account number.
    private static func told(_ template: String, _ village: TestVillage) async throws -> Int {
        try await village.count("SELECT COUNT(*) FROM outbox WHERE template = \(template)")
    }

    private static func listed(_ made: Made, _ village: TestVillage) async throws -> Set<String> {
        let reply = try await village.api(.get, made.path + "/households?part=all", as: village.dispatcher)
        return Set((reply.json["items"] as? [[String: Any]] ?? []).compactMap { $0["number"] as? String })
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func anotherAreaReachesThoseWhoComeStayAndGo(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let made = try await Self.announced(village)
            #expect(try await Self.told("planned-announced", village) == 3)
            #expect(try await Self.listed(made, village) == Set(made.first))

            // Both: those behind K2 are new, the others stay.
            let wider = try await village.api(
                .post, made.path + "/change", ["devices": "K1 K2", "reason": "同时换横担"], as: village.dispatcher)
            #expect(wider.status == 200 && wider.json["customers"] as? Int == 6, "\(wider.text)")
            #expect((wider.json["villages"] as? [Any])?.count == 2)
            try await Self.settle(village)
            #expect(try await Self.told("planned-announced", village) == 6)
            #expect(try await Self.told("planned-changed", village) == 3)
            #expect(try await Self.listed(made, village) == Set(made.first + made.second))
            let staff = try await village.api(.get, made.path, as: village.dispatcher).json["staff"] as? [String: Any]
            #expect(staff?["untold"] as? Int == 0 && staff?["households"] as? Int == 6)
            #expect(try await village.get("/villages/\(village.zhaozhuang)/notices").contains("计划停电公告"))

            // Only K2: those behind K1 keep their light and hear it once.
            let other = try await village.api(
                .post, made.path + "/change", ["devices": "K2", "reason": "布岗不用停"], as: village.head)
            #expect(other.status == 200 && other.json["customers"] as? Int == 3, "\(other.text)")
            try await Self.settle(village)
            try await Self.settle(village)
            #expect(try await Self.told("planned-spared", village) == 3)
            #expect(try await Self.told("planned-changed", village) == 6)
            #expect(try await Self.told("planned-announced", village) == 6)
            #expect(try await Self.listed(made, village) == Set(made.second))
            #expect(try await village.get("/villages/\(village.bugang)/notices").contains("本村照常供电"))
            #expect(try await !village.get("/villages/\(village.bugang)").contains("\(made.path)\""))
            // Back again: they are told anew.
            let back = try await village.api(.post, made.path + "/change", ["whole": true, "reason": "还是要停"], as: village.dispatcher)
            #expect(back.status == 200, "\(back.text)")
            try await Self.settle(village)
            #expect(try await Self.told("planned-announced", village) == 9)
            #expect(try await Self.listed(made, village) == Set(made.first + made.second))
            #expect(try await village.count("SELECT COUNT(*) FROM planned_spared") == 0)
        }
    }

    @Test func whoWasPutThereByHandHearsOfTheChangeOrThatTheirVillageIsNotConcerned() async throws {
        try await withVillage { village in
            let made = try await Self.announced(village)
            let loose = try await made.stage.anAccount(at: made.stage.home)
            let placed = try await village.api(
                .post, made.path + "/households", ["number": loose.number, "concerned": true], as: village.li)
            #expect(placed.status == 200, "\(placed.text)")
            _ = try await village.api(.post, made.path + "/change", ["devices": "K1 K2", "reason": "一起停"], as: village.dispatcher)
            try await Self.settle(village)
            // Three behind K1 and the one put there by hand.
            #expect(try await Self.told("planned-changed", village) == 4)
            _ = try await village.api(.post, made.path + "/change", ["devices": "K2", "reason": "布岗不停"], as: village.dispatcher)
            try await Self.settle(village)
            #expect(try await Self.told("planned-spared", village) == 4)
            #expect(try await Self.listed(made, village) == Set(made.second))
        }
    }

    @Test func theRulesAreAskedAgainForWhoeverHasToBeToldAnew() async throws {
        try await withVillage { village in
            let made = try await Self.announced(village)
            func change(_ body: [String: Any], as person: Villager? = nil) async throws -> Reply {
                try await village.api(
                    .post, made.path + "/change", body.merging(["reason": "变更"]) { a, _ in a }, as: person ?? village.dispatcher)
            }
            // Five days before it is too late for people who do not know of it yet, and for another time.
            village.clock.set(Instant(iso: "2026-11-28T10:00+08:00")!)
            let wider = try await change(["devices": "K1 K2"])
            #expect(wider.status == 422 && wider.contains("planned-notice-too-late"), "\(wider.text)")
            #expect(try await change(["start": "2026-12-03T07:00"]).contains("planned-notice-too-late"))
            // Other words and a smaller area are news for those who know of it.
            let words = try await change(["work": "更换导线和横担", "contact": "赵所长", "phone": "13700000009"])
            #expect(words.status == 200 && words.json["work"] as? String == "更换导线和横担" && words.json["contact"] as? String == "赵所长", "\(words.text)")
            try await Self.settle(village)
            #expect(try await Self.told("planned-changed", village) == 3)
            // The company may set the rule aside.
            let waived = try await change(["devices": "K1 K2", "waiver": "只有这一天"], as: village.company)
            #expect(waived.status == 200, "\(waived.text)")
            #expect(try await change(["devices": "K9"]).contains("planned-unknown-device"))
            #expect(try await change(["end": "2026-12-03T07:00"]).contains("planned-ends-before-start"))
            // Running: only the end and whom to ask.
            village.clock.set(Instant(iso: "2026-12-03T08:10+08:00")!)
            #expect(try await village.api(.post, made.path + "/start", [:], as: village.dispatcher).status == 200)
            #expect(try await change(["devices": "K1"]).contains("planned-running"))
            #expect(try await change(["end": "2026-12-03T13:00"]).status == 200)
        }
    }

    @Test func aSmallOutageDoesNotGrowIntoTheCompanysByAChange() async throws {
        try await withVillage { village in
            let made = try await Self.announced(village)
            try await village.desk.database.write { tx in
                // As if five hundred more homes hung behind the second switch.
                try tx.run("UPDATE area_village SET customers = 500 WHERE customers = 3 AND village = \(village.zhaozhuang.text)")
            }
            let head = try await village.api(.post, made.path + "/change", ["devices": "K1 K2", "reason": "扩大"], as: village.head)
            #expect(head.status == 403 && head.contains("planned-too-large"), "\(head.text)")
            let company = try await village.api(.post, made.path + "/change", ["devices": "K1 K2", "reason": "扩大"], as: village.company)
            #expect(company.status == 200, "\(company.text)")
        }
    }

    @Test func beforeItIsAnnouncedNobodyHearsOfAnyOfIt() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let made = try await stage.aPlanned(at: stage.home)
            let changed = try await village.api(
                .post, "/planned/\(made.number)/change", ["devices": "K1", "reason": "只停一路"], as: village.dispatcher)
            #expect(changed.status == 200 && changed.json["customers"] as? Int == 1, "\(changed.text)")
            try await Self.settle(village)
            let sent = try await village.count(
                "SELECT COUNT(*) FROM outbox WHERE template IN ('planned-announced', 'planned-changed', 'planned-spared')")
            #expect(sent == 0)
            #expect(try await village.count("SELECT COUNT(*) FROM planned_household") == 1)
        }
    }

    @Test func noticesAreInTheReadersLanguageAndTheFormBringsWhatStands() async throws {
        try await withVillage { village in
            let made = try await Self.announced(village)
            let english = try await village.get("/villages/\(village.bugang)/notices", language: "en")
            #expect(english.contains("Planned outage") && english.contains("No light from") && !english.contains("计划停电公告"))
            #expect(try await village.get("/villages/\(village.bugang)/notices").contains("计划停电公告"))
            let page = try await village.get(made.path, as: village.dispatcher)
            #expect(page.contains(">\nK1</textarea>") && page.contains("更换导线"))
            let sent = try await village.submit(
                page,
                [
                    "start": "2026-12-03T08:00", "end": "2026-12-03T12:00", "devices": "K1\nK2", "work": "更换导线",
                    "contact": "钱调度", "phone": "13700000008", "reason": "一起停",
                ], as: village.dispatcher, to: made.path + "/change")
            #expect(sent.status == 303, "\(sent.text.prefix(400))")
            try await Self.settle(village)
            let changed = try await village.get("/villages/\(village.bugang)/notices", language: "en")
            #expect(changed.contains("Changed: planned outage") && !changed.contains("⟦"))
            #expect(try await village.get("/notices", as: village.dispatcher, language: "en").contains("Changed: planned outage"))
        }
    }
}
