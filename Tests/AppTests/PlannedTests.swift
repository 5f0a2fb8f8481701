import App
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

/// Planned outages, from the request to the light (docs/rules/planned-outage.md).
@Suite struct PlannedTests {
    /// 10:00 on Tuesday 24 November 2026.
    private static func body(
        _ feeder: ID<Feeder>, start: String = "2026-12-03T08:00", end: String = "2026-12-03T12:00",
        more: [String: any Sendable] = [:]
    ) -> [String: any Sendable] {
        var body: [String: any Sendable] = [
            "feeder": feeder.text, "kind": "planned", "work": "更换导线", "start": start, "end": end, "contact": "钱调度",
            "phone": "13700000008",
        ]
        body.merge(more) { _, new in new }
        return body
    }

    private static func codes(_ reply: Reply) -> [String] {
        (reply.json["errors"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
    }

    private static func settle(_ village: TestVillage) async throws {
        while try await PlannedSweep.tick(village.desk, at: village.clock.moment) {}
    }

    private static func told(_ village: TestVillage, _ template: String) async throws -> Int {
        try await village.count("SELECT COUNT(*) FROM outbox WHERE template = \(template)")
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func anOutageGoesFromTheRequestToTheLight(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let stage = try await PermissionStage.make(village)
            // Two households of Bugang, two of Zhaozhuang behind the second switch.
            let feeder = try await stage.aFeeder(at: stage.home, households: 2, other: stage.next)
            let asked = try await village.api(.post, "/planned", Self.body(feeder.info.id), as: village.wang)
            #expect(asked.status == 201, "\(asked.text)")
            let number = try #require(asked.json["number"] as? String)
            let path = "/planned/\(number)"
            // Nobody hears of it before it is decided.
            #expect(try await village.api(.get, path).status == 404)
            #expect(try await Self.told(village, "planned-asked") > 0)
            try await Self.settle(village)

            let approved = try await village.api(.post, path + "/approve", [:], as: village.head)
            #expect(approved.status == 200 && approved.json["state"] as? String == "approved", "\(approved.text)")
            try await Self.settle(village)
            let staff = try #require(try await village.api(.get, path, as: village.dispatcher).json["staff"] as? [String: Any])
            #expect(staff["households"] as? Int == 4 && staff["untold"] as? Int == 0 && staff["isListed"] as? Bool == true)
            #expect(try await Self.told(village, "planned-announced") == 4)
            let page = try await village.get("/villages/\(village.people.bugang)")
            #expect(page.contains(path) && page.contains("计划停电公告") && page.contains("更换导线"))
            #expect(try await village.get(path, language: "en").contains("Questions"))
            #expect(try await village.get(path + "/poster").status == 200)

            // A week before it was announced yesterday or later: said again at seven days and at one.
            village.clock.set(Instant(iso: "2026-11-26T08:00+08:00")!)
            try await Self.settle(village)
            #expect(try await Self.told(village, "planned-week") == 4)
            village.clock.set(Instant(iso: "2026-12-02T08:00+08:00")!)
            try await Self.settle(village)
            try await Self.settle(village)
            #expect(try await Self.told(village, "planned-day") == 4)

            // Never before the announced time.
            let early = try await village.api(.post, path + "/start", [:], as: village.wang)
            #expect(early.status == 409 && early.json["code"] as? String == "planned-too-early")
            village.clock.set(Instant(iso: "2026-12-03T08:20+08:00")!)
            try await Self.settle(village)
            #expect(try await Self.told(village, "planned-not-begun") == 1)
            #expect(try await village.api(.post, path + "/start", [:], as: village.wang).status == 200)
            try await Self.settle(village)
            #expect(try await Self.told(village, "planned-started") == 4)
            // What runs stands on the map and beside the faults; a report from there would be none.
            #expect(try await village.get("/villages/\(village.people.bugang)").contains("dark-now"))
            let map = try await village.desk.look(by: village.wang.actor) { try $0.plannedOnMap() }
            #expect(map.count == 1 && map.first?.customers == 4)

            // Zhaozhuang has its light back at eleven, Bugang at half past twelve, half an hour late.
            village.clock.set(Instant(iso: "2026-12-03T11:00+08:00")!)
            let strange = try await village.api(.post, path + "/restore", ["devices": "K9"], as: village.wang)
            #expect(Self.codes(strange) == ["planned-unknown-device"])
            let part = try await village.api(.post, path + "/restore", ["devices": "K2"], as: village.wang)
            #expect(part.json["state"] as? String == "running", "\(part.text)")
            #expect(try await village.api(.post, path + "/restore", ["devices": "K2"], as: village.wang).status == 422)
            village.clock.set(Instant(iso: "2026-12-03T12:05+08:00")!)
            try await Self.settle(village)
            #expect(try await Self.told(village, "planned-late") == 4)
            #expect(try await Self.told(village, "planned-overrun") > 0)
            let before = try await village.api(.post, path + "/restore", ["at": "2026-12-03T08:00"], as: village.wang)
            #expect(Self.codes(before) == ["planned-before-start"])
            village.clock.set(Instant(iso: "2026-12-03T12:30+08:00")!)
            let done = try await village.api(.post, path + "/restore", [:], as: village.wang)
            #expect(done.json["state"] as? String == "finished" && done.json["lateMinutes"] as? Int == 30, "\(done.text)")
            try await Self.settle(village)

            // 2 × 160 minutes and 2 × 250 minutes.
            let minutes = try await village.count(
                "SELECT CAST(SUM(customers * (restored_at - started_at)) / 60000 AS BIGINT) FROM interruption WHERE planned = 1")
            #expect(minutes == 2 * 160 + 2 * 250)
            #expect(try await village.count("SELECT COUNT(*) FROM interruption") == 2)
            #expect(try await Self.told(village, "planned-restored") >= 4)
        }
    }

    @Test func allThatBreaksTheRulesIsToldAtOnceWithTheEarliestStart() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let feeder = try await stage.aFeeder(at: stage.home)
            _ = try await stage.quietDays(in: TestVillage.county, heading: "春节", from: 4)
            // Notice too late, a day kept free, and too long.
            let wrong = try await village.api(
                .post, "/planned", Self.body(feeder.info.id, start: "2026-11-29T08:00", end: "2026-11-29T20:00"), as: village.wang)
            #expect(wrong.status == 422)
            #expect(Set(Self.codes(wrong)) == ["planned-notice-too-late", "planned-listed-day", "planned-too-long", "planned-earliest"])
            #expect(wrong.contains("2026-12-02 08:00"))
            // Urgent work needs a day.
            let urgent = try await village.api(
                .post, "/planned",
                Self.body(feeder.info.id, start: "2026-11-25T11:00", end: "2026-11-25T13:00", more: ["kind": "urgent"]),
                as: village.dispatcher)
            #expect(urgent.status == 201, "\(urgent.text)")
            // The same users again within thirty days.
            let again = try await village.api(.post, "/planned", Self.body(feeder.info.id), as: village.wang)
            #expect(Set(Self.codes(again)) == ["planned-same-users-again", "planned-earliest"], "\(again.text)")
            #expect(again.contains("2026-12-25 08:00"))
            // Only the company sets a rule aside, on record.
            let reason: [String: any Sendable] = ["waiver": "变电站改造只有这一天窗口"]
            let wang = try await village.api(.post, "/planned", Self.body(feeder.info.id, more: reason), as: village.wang)
            #expect(Self.codes(wang).contains("company-only"))
            let company = try await village.api(.post, "/planned", Self.body(feeder.info.id, more: reason), as: village.company)
            #expect(company.status == 201, "\(company.text)")
            #expect(try await village.count("SELECT COUNT(*) FROM event WHERE verb = 'planned.asked' AND data LIKE '%\"waived\":\"1\"%'") == 1)
        }
    }

    @Test func whatCannotBeIsRefused() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let feeder = try await stage.aFeeder(at: stage.home)
            func codes(_ start: String, _ end: String, _ more: [String: any Sendable] = [:]) async throws -> Set<String> {
                Set(Self.codes(try await village.api(.post, "/planned", Self.body(feeder.info.id, start: start, end: end, more: more), as: village.wang)))
            }
            #expect(try await codes("2026-12-03T08:00", "2026-12-03T07:00") == ["planned-ends-before-start"])
            #expect(try await codes("2026-11-20T08:00", "2026-11-20T10:00").contains("in-the-past"))
            #expect(try await codes("2028-11-20T08:00", "2028-11-20T10:00") == ["too-far"])
            #expect(try await codes("2026-12-03T08:00", "2026-12-03T10:00", ["devices": "K1 NOPE ALSO"]) == ["planned-unknown-device"])
            #expect(try await codes("2026-12-03T08:00", "2026-12-03T10:00", ["work": String(repeating: "线", count: 8_000)]) == ["too-long"])
            #expect(try await codes("gestern", "2026-12-03T10:00") == ["not-a-moment"])
            #expect(try await codes("2026-12-03T08:00", "2026-12-03T10:00", ["phone": "12"]) == ["not-a-phone"])
            #expect(try await village.count("SELECT COUNT(*) FROM planned_outage") == 0)
            for path in ["/planned/2222-2222", "/planned/K7M2-9QXA", "/planned?after=x", "/planned?state=maybe"] {
                #expect([404, 422].contains(try await village.api(.get, path, as: village.wang).status), "\(path)")
            }
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func twoWhoDecideAtOnceDecideOnce(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let stage = try await PermissionStage.make(village)
            let made = try await stage.aPlanned(at: stage.home)
            let path = "/planned/\(made.number)"
            async let one = village.api(.post, path + "/approve", ["seen": made.version], as: village.head)
            async let two = village.api(.post, path + "/refuse", ["seen": made.version, "reason": "不同意"], as: village.company)
            let statuses = try await [one.status, two.status].sorted()
            #expect(statuses == [200, 409])
            #expect(try await village.count("SELECT COUNT(*) FROM event WHERE verb IN ('planned.approved', 'planned.refused')") == 1)
            // Nobody decides on their own.
            let own = try await stage.aFeeder(at: stage.home)
            let mine = try await village.api(
                .post, "/planned", Self.body(own.info.id), as: village.head)
            let number = try #require(mine.json["number"] as? String)
            let yes = try await village.api(.post, "/planned/\(number)/approve", [:], as: village.head)
            #expect(yes.status == 403 && yes.json["code"] as? String == "own-planned-outage")
        }
    }

    @Test func aChangeAndACancellationReachTheSamePeople() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let made = try await stage.aPlanned(.approved, at: stage.home)
            let path = "/planned/\(made.number)"
            try await Self.settle(village)
            #expect(try await Self.told(village, "planned-announced") == 2)
            let changed = try await village.api(
                .post, path + "/change", ["start": "2026-11-26T09:00", "end": "2026-11-26T12:00", "reason": "下雨"], as: village.dispatcher)
            #expect(changed.status == 200, "\(changed.text)")
            try await Self.settle(village)
            #expect(try await Self.told(village, "planned-changed") == 2)
            let page = try await village.get("/villages/\(village.people.bugang)/notices")
            #expect(page.contains("计划停电变更") && !page.contains("计划停电公告"))
            let off = try await village.api(.post, path + "/cancel", ["reason": "改期"], as: village.head)
            #expect(off.json["state"] as? String == "cancelled")
            try await Self.settle(village)
            #expect(try await Self.told(village, "planned-cancelled") == 2)
            #expect(try await village.count("SELECT COUNT(*) FROM notice WHERE withdrawn_at IS NULL") == 1)
            #expect(try await village.api(.post, path + "/start", [:], as: village.dispatcher).status == 409)
        }
    }

    @Test func householdsWithoutALinkArePutThereByHandAndTheNeedyAreVisited() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let loose = try await stage.anAccount(at: stage.home)
            let calm = try await stage.anAccount(at: stage.home)
            let made = try await stage.aPlanned(at: stage.home)
            let path = "/planned/\(made.number)"
            func list(_ part: String, as person: Villager) async throws -> [[String: Any]] {
                try await village.api(.get, "\(path)/households?part=\(part)", as: person).json["items"] as? [[String: Any]] ?? []
            }
            let listed = try await list("all", as: village.wang)
            let first = try #require(listed.first?["number"] as? String)
            let tagged = try await village.api(.post, "/household-tags", ["number": first, "tag": "life-support"], as: village.li)
            #expect(tagged.status == 201, "\(tagged.text)")
            #expect(try await village.api(.post, "/household-tags", ["number": first, "tag": "life-support"], as: village.li).status == 422)
            let unplaced = try await list("unplaced", as: village.wang).compactMap { $0["number"] as? String }
            #expect(Set(unplaced).isSuperset(of: [loose.number, calm.number]))
            // Names are whole for the liaison and masked for the company.
            #expect(try await list("all", as: village.li).first?["name"] as? String == "户主")
            #expect(try await list("all", as: village.company).first?["name"] as? String == "户*")
            for (number, concerned) in [(loose.number, true), (calm.number, false)] + unplaced.filter({ ![loose.number, calm.number].contains($0) }).map({ ($0, false) }) {
                let placed = try await village.api(
                    .post, path + "/households", ["number": number, "concerned": concerned], as: village.li)
                #expect(placed.status == 200, "\(placed.text)")
            }
            #expect(try await list("unplaced", as: village.wang).isEmpty)
            #expect(try await village.api(.post, path + "/approve", [:], as: village.head).status == 200)
            try await Self.settle(village)
            let staff = try #require(try await village.api(.get, path, as: village.wang).json["staff"] as? [String: Any])
            #expect(staff["households"] as? Int == 3 && staff["untold"] as? Int == 0 && staff["unplaced"] as? Int == 0)
            let telling = try #require((staff["tellings"] as? [[String: Any]])?.first)
            #expect(telling["told"] as? Int == 3 && telling["visits"] as? Int == 1)
            let visit = try await village.get("/told", as: village.li)
            #expect(visit.contains("更换绝缘子"))
        }
    }

    @Test(arguments: ["zh-Hans", "en"])
    func everyPageSaysWhatToDo(language: String) async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            #expect(try await village.get("/planned/ask", as: village.wang, language: language).status == 200)
            let made = try await stage.aPlanned(.running, at: stage.home)
            _ = try await stage.quietDays(in: TestVillage.county)
            let path = "/planned/\(made.number)"
            for page in ["/planned", "/planned/ask", "/planned/week", path, path + "/households?part=unplaced", "/quiet-days", "/household-tags"] {
                let reply = try await village.get(page, as: village.dispatcher, language: language)
                #expect(reply.status == 200 && !reply.contains("⟦"), "\(page): \(reply.status)")
            }
            #expect(try await village.get(path, as: village.dispatcher).contains("action=\"\(path)/restore\""))
            // By the form, without a script.
            let refused = try await village.submit(
                "/planned/ask", ["kind": "planned", "work": "换线", "start": "2026-11-25T08:00", "end": "2026-11-25T09:00", "contact": "钱", "phone": "13700000008"],
                as: village.dispatcher, to: "/planned", language: language)
            #expect(refused.status == 422)
            let restored = try await village.submit(path, [:], as: village.dispatcher, to: path + "/restore", language: language)
            #expect(restored.status == 303, "\(restored.text.prefix(300))")
            let page = try await village.get("/quiet-days", as: village.company, language: language)
            let days = try await village.submit(
                page, ["kind": "harvest", "heading": "麦收", "headingEn": "Harvest", "first": "2027-06-01", "last": "2027-06-15"],
                as: village.company, to: "/quiet-days", language: language)
            #expect(days.status == 303)
        }
    }
}
