import App
import Desk
import Foundation
import HTTPTypes
import Outages
import Service
import Storage
import TestSupport
import Testing
import Values

/// Claims for appliances that a fault of the supply has damaged (docs/rules/appliance-damage.md).
@Suite struct ClaimTests {
    private static let phone = "13812345678"

    /// Zhao's mother claims for the television that the broken neutral took.
    private static func file(
        _ village: TestVillage, damagedAt: String = "2026-11-23T20:00+08:00", boughtOn: String = "2021-11-20",
        more: [String: any Sendable] = [:]
    ) async throws -> Reply {
        var body: [String: any Sendable] = [
            "village": village.people.bugang.text, "damagedAt": damagedAt, "what": "晚上灯特别亮，电视冒烟",
            "appliance": "电视机", "category": "electronic", "boughtOn": boughtOn, "price": "3000", "name": "赵大娘",
            "phone": phone,
        ]
        body.merge(more) { _, new in new }
        return try await village.api(.post, "/claims", body)
    }

    private static func step(
        _ village: TestVillage, _ number: String, _ path: String, _ body: [String: any Sendable] = [:], as person: Villager?
    ) async throws -> Reply {
        try await village.api(.post, "/claims/\(number)\(path)", body, as: person)
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func aClaimGoesFromTheDamageToTheMoney(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let filed = try await Self.file(village)
            #expect(filed.status == 201, "\(filed.text)")
            let number = try #require(filed.json["number"] as? String)
            let secret = try #require(filed.json["receipt"] as? String)
            let added = try await Self.step(
                village, number, "/items",
                ["appliance": "冰箱", "category": "motor", "boughtOn": "2020-11-23", "price": "2500.00", "secret": secret],
                as: nil)
            #expect(added.status == 201, "\(added.text)")

            // Somebody is promised within 24 hours.
            let view = try await village.view(number, as: village.wang)
            #expect(view.limits.map(\.name) == ["check"])
            #expect(view.dueAt == TestVillage.start.adding(hours: 24))

            // Nobody offers before the check, and nobody checks what was not looked at.
            #expect(try await Self.step(village, number, "/offer", as: village.dispatcher).status == 409)
            let early = try await Self.step(village, number, "/check", ["cause": "neutral-broken", "found": "零线断"], as: village.wang)
            #expect(early.status == 422 && early.contains("appliances-unchecked") && early.contains("冰箱"))
            let claim = try await village.api(.get, "/claims/\(number)", as: village.wang)
            let items = try #require(claim.json["items"] as? [[String: Any]])
            for item in items {
                let id = try #require(item["id"] as? String)
                let bare = try await Self.step(village, number, "/items/\(id)/assess", ["damaged": true], as: village.wang)
                #expect(bare.contains("proof-missing"))
                let done = try await Self.step(
                    village, number, "/items/\(id)/assess", ["damaged": true, "remark": "商场收据"], as: village.wang)
                #expect(done.status == 200, "\(done.text)")
            }
            let checked = try await Self.step(village, number, "/check", ["cause": "neutral-broken", "found": "零线断"], as: village.wang)
            #expect(checked.status == 200, "\(checked.text)")

            // domain cases 12 and 13: 1500 for the television, 1250 for the refrigerator.
            let offered = try await Self.step(village, number, "/offer", as: village.dispatcher)
            #expect(offered.json["totalFen"] as? Int == 275_000, "\(offered.text)")
            let page = try await village.get("/follow/\(secret)/claim")
            for part in ["¥1500.00", "¥1250.00", "合计 ¥2750.00", "剩余 60 个月 ÷ 寿命 120 个月"] {
                #expect(page.contains(part), "\(part)")
            }
            #expect(try await village.get("/follow/\(secret)").contains("/claim\">"))
            #expect(try await village.get("/follow/\(secret)/claim/slip").contains("家用电器损坏赔付方案"))

            // Her yes, by the form.
            let yes = try await village.submit(
                "/follow/\(secret)/claim", [:], to: "/follow/\(secret)/accept-offer")
            #expect(yes.status == 303 && yes.location == "/follow/\(secret)/claim?done=accept-offer")
            let paid = try await Self.step(
                village, number, "/pay", ["paidOn": "2026-11-24", "how": "transfer", "reference": "HD-77"],
                as: village.dispatcher)
            #expect(paid.json["state"] as? String == "resolved", "\(paid.text)")
            let after = try await village.view(number, as: village.wang)
            #expect(after.limits.allSatisfy { $0.stoppedAt != nil && !$0.isBreached })
            let told = try await village.count("SELECT COUNT(*) FROM outbox WHERE template IN ('claim-offered', 'claim-paid')")
            #expect(told == 2)
        }
    }

    @Test func aClaimAfterSevenDaysIsToldSoAndMayBecomeADispute() async throws {
        try await withVillage { village in
            // Damaged on Sunday the 15th: the seventh day is Sunday the 22nd and moves to Monday.
            let onTime = try await Self.file(village, damagedAt: "2026-11-17T00:30+08:00")
            #expect(onTime.status == 201)
            let late = try await Self.file(village, damagedAt: "2026-11-15T20:00+08:00")
            #expect(late.status == 422 && late.contains("claim-too-late") && late.contains("2026-11-23"), "\(late.text)")
            #expect(try await village.count("SELECT COUNT(*) FROM cases") == 1)

            let dispute = try await Self.file(village, damagedAt: "2026-11-15T20:00+08:00", more: ["asDispute": true])
            #expect(dispute.status == 201 && dispute.json["kind"] as? String == "dispute")
            #expect(try await village.count("SELECT COUNT(*) FROM claim") == 1)

            // The form shows the way of a dispute only then.
            let form = try await village.get("/claims/new?village=\(village.people.bugang)")
            #expect(!form.contains("asDispute"))
            let refused = try await village.submit(
                form,
                [
                    "damagedAt": "2026-11-10T20:00", "what": "灯很亮", "appliance": "电视机", "category": "electronic",
                    "boughtOn": "2020-01-01", "price": "1000", "name": "赵大娘", "phone": Self.phone,
                ], to: "/claims")
            #expect(refused.status == 422 && refused.contains("name=\"asDispute\"") && refused.contains("视为放弃索赔"))
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func aRefusedOfferIsDisputedAndMayBeReckonedAgain(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let stage = try await PermissionStage.make(village)
            let made = try await stage.aClaim("offered", at: stage.home)
            let no = try await Self.step(
                village, made.number, "/refuse", ["reason": "去年才买的", "dispute": true, "secret": made.secret], as: nil)
            #expect(no.status == 200, "\(no.text)")
            let dispute = try #require(no.json["dispute"] as? String)
            let view = try await village.view(dispute, as: village.wang)
            #expect(view.kind == "dispute" && view.what?.contains(made.number) == true && view.contact.name == "周大爷")

            // The invoice turned up: corrected, looked at again, offered again.
            let fields: [String: any Sendable] = [
                "appliance": "电视机", "category": "electronic", "boughtOn": "2026-08-01", "price": "3000",
            ]
            #expect(try await Self.step(village, made.number, "/items/\(made.item)", fields, as: village.dispatcher).status == 200)
            // Two who offer at once: one is told that the other was faster.
            let version = try #require(try await village.api(.get, "/claims/\(made.number)", as: village.head).json["version"] as? Int)
            let first = try await Self.step(village, made.number, "/offer", ["seen": version], as: village.dispatcher)
            let second = try await Self.step(village, made.number, "/offer", ["seen": version], as: village.head)
            #expect(first.json["totalFen"] as? Int == 300_000, "\(first.text)")
            #expect(second.status == 409 && second.contains("case-moved"))
        }
    }

    @Test func whatCannotBeTrueIsToldAllAtOnce() async throws {
        try await withVillage { village in
            let wrong = try await Self.file(
                village, damagedAt: "2026-11-25T20:00+08:00", boughtOn: "2027-01-01",
                more: ["outage": "K7M2-9QXA", "phone": ""])
            let codes = (wrong.json["errors"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
            #expect(wrong.status == 422 && !codes.isEmpty, "\(wrong.text)")
            let future = try await Self.file(village, damagedAt: "2026-11-25T20:00+08:00", boughtOn: "2027-01-01")
            let told = Set((future.json["errors"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String })
            #expect(told == ["in-the-future", "bought-after-damage"])
            for (field, value) in [
                ("what", String(repeating: "灯", count: 8_000)), ("price", "-5"), ("price", "12.345"), ("price", "0"),
                ("category", "sofa"), ("appliance", ""),
            ] {
                let reply = try await Self.file(village, more: [field: value])
                #expect(reply.status == 422, "\(field) \(value.prefix(10)): \(reply.status)")
            }
            let unknown = try await Self.file(village, more: ["outage": "2222-2222"])
            #expect(unknown.status == 422, "\(unknown.text)")
            #expect(try await village.count("SELECT COUNT(*) FROM claim") == 0)
        }
    }

    @Test func anybodyReckonsWithoutAnAccount() async throws {
        try await withVillage { village in
            let page = try await village.get(
                "/claims/calculator?category=electronic&boughtOn=2021-11-24&damagedOn=2026-11-24&price=3000&repairCost=")
            #expect(page.status == 200 && page.contains("¥1500.00"))
            let english = try await village.get(
                "/claims/calculator?category=heating&boughtOn=2020-11-24&damagedOn=2026-11-24&price=200", language: "en")
            #expect(english.contains("¥20.00") && english.contains("Less than a tenth"))
            let wrong = try await village.get("/claims/calculator?category=motor&boughtOn=2027-01-01&damagedOn=2026-11-24&price=abc")
            #expect(wrong.status == 422 && wrong.contains("abc"))
            #expect(try await village.get("/claims/calculator").status == 200)
        }
    }

    @Test func theStaffPagesLeadThroughTheClaim() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let made = try await stage.aClaim(at: stage.home)
            let base = "/claims/\(made.number)"
            #expect(try await village.get("/claims", as: village.wang).contains(made.number))
            #expect(try await village.get("/cases/\(made.number)", as: village.wang).contains("href=\"\(base)\""))
            let assessed = try await village.submit(
                "\(base)/items/\(made.item)", ["damaged": "true", "repairCost": "260", "remark": "换电源板"],
                as: village.wang, to: "\(base)/items/\(made.item)/assess")
            #expect(assessed.status == 303, "\(assessed.text)")
            let checked = try await village.submit(
                base, ["cause": "neutral-broken", "found": "零线断"], as: village.wang, to: "\(base)/check")
            #expect(checked.status == 303, "\(checked.text.prefix(300))")
            let offered = try await village.submit(base, [:], as: village.dispatcher, to: "\(base)/offer")
            #expect(offered.status == 303)
            let page = try await village.get(base, as: village.head)
            #expect(page.contains("合计 ¥260.00") && page.contains("可以修复"))
            let yes = try await village.submit(base, [:], as: village.attendant, to: "\(base)/accept")
            #expect(yes.status == 303, "\(yes.text.prefix(300))")
            let early = try await village.submit(
                base, ["paidOn": "2026-11-20", "how": "cash", "reference": "1"], as: village.dispatcher, to: "\(base)/pay")
            #expect(early.status == 422 && early.contains("早于提出方案的日期"))
        }
    }
}
