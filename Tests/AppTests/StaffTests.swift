import App
import Desk
import Foundation
import HTTPTypes
import Registry
import Service
import Storage
import TestSupport
import Testing
import Values

@Suite struct StaffTests {
    // MARK: Work list

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func aReportGoesFromTheDispatchersListToWangsAndBackToTheCustomer(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let receipt = try await village.report("东头三户没有电")
            let number = receipt.number

            let list = try await village.get("/work", as: village.dispatcher)
            #expect(list.status == 200)
            #expect(list.contains("/cases/\(number)"))
            #expect(list.contains("东头三户没有电"))

            _ = try await village.submit("/cases/\(number)/accept", [:], as: village.dispatcher)
            let sent = try await village.submit(
                "/cases/\(number)/dispatch", ["assignee": village.wang.id.text], as: village.dispatcher)
            #expect(sent.status == 303)
            #expect(sent.location == "/cases/\(number)?done=dispatch")

            let wangs = try await village.get("/work", as: village.wang)
            #expect(wangs.contains("/cases/\(number)"))

            _ = try await village.submit("/cases/\(number)/start", [:], as: village.wang)
            let done = try await village.submit("/cases/\(number)/resolve", ["result": "换了熔丝"], as: village.wang)
            #expect(done.location == "/cases/\(number)?done=resolve")
            let page = try await village.get("/cases/\(number)?done=resolve", as: village.dispatcher)
            #expect(page.contains("换了熔丝"))
            #expect(page.contains("role=\"status\""))
            #expect(try await village.view(number, as: village.dispatcher).state == "resolved")
        }
    }

    @Test func theListIsReadInPagesOf25AndBack() async throws {
        try await withVillage { village in
            for n in 1...30 { try await village.report("第\(n)户没有电", phone: "138123450\(n < 10 ? "0" : "")\(n)") }

            let first = try await village.get("/work", as: village.dispatcher)
            #expect(first.count("<li class=\"c ") == 25)
            #expect(!first.contains("rel=\"prev\""))
            let next = try #require(first.link(rel: "next"))
            let second = try await village.get(next, as: village.dispatcher)
            #expect(second.count("<li class=\"c ") == 5)
            #expect(!second.contains("rel=\"next\""))
            let back = try #require(second.link(rel: "prev"))
            #expect(try await village.get(back, as: village.dispatcher).text == first.text)
        }
    }

    /// Most of these have the same limit, so that pages break between cases that differ in nothing but their number.
    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func nobodyIsShownTwiceOrLeftOutFromPageToPage(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            var numbers: Set<String> = []
            for n in 1...55 {
                let number = try await village.report("第\(n)户没有电", phone: "138123450\(n < 10 ? "0" : "")\(n)").number
                _ = try await village.submit("/cases/\(number)/accept", [:], as: village.dispatcher)
                _ = try await village.submit(
                    "/cases/\(number)/dispatch", ["assignee": village.wang.id.text], as: village.dispatcher)
                numbers.insert("\(number)")
            }
            // Wang's own list names nobody; the station's names him on every row.
            for (person, address) in [(village.wang, "/work"), (village.dispatcher, "/work")] {
                var shown: [String] = []
                var next: String? = address
                while let here = next {
                    let page = try await village.get(here, as: person)
                    shown += page.text.components(separatedBy: "href=\"/cases/").dropFirst().map {
                        String($0.prefix { $0 != "\"" })
                    }
                    #expect(page.count("<span class=\"c-who\">\(village.wang.name)</span>") == page.count("<li class=\"c "))
                    next = page.link(rel: "next")
                }
                #expect(shown.count == 55 && Set(shown) == numbers)
            }
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func nobodyIsCountedBeyond199AndTheOthersStillAre(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            try await village.report("电线掉在地上冒火花", kind: "hazard")
            for n in 1...203 { try await village.report("停电\(n)", kind: "inquiry", phone: "1381234\(5000 + n)") }
            try await village.report("没有电", phone: "13812349999")
            let page = try await village.get("/work", as: village.dispatcher)
            #expect(page.contains(" <b>199+</b>"))
            #expect(page.count(" <b>1</b>") == 2, "the danger and what is due today stay counted")
        }
    }

    @Test func filtersKeepOnlyWhatTheyName() async throws {
        try await withVillage { village in
            let bugang = try await village.report("灯不亮")
            let zhao = try await village.report("想问电价", kind: "inquiry", village: village.zhaozhuang)
            let far = try await village.report("袁家停电", village: village.faraway)

            let byVillage = try await village.get("/work?village=\(village.bugang)", as: village.dispatcher)
            #expect(byVillage.contains(bugang.number) && !byVillage.contains(zhao.number))
            let byKind = try await village.get("/work?kind=inquiry", as: village.dispatcher)
            #expect(!byKind.contains(bugang.number) && byKind.contains(zhao.number))
            let byState = try await village.get("/work?state=accepted", as: village.dispatcher)
            #expect(!byState.contains(bugang.number) && byState.contains("class=\"empty\""))
            // Another station's work is nowhere.
            let all = try await village.get("/work?assignee=any", as: village.dispatcher)
            #expect(!all.contains(far.number))
            #expect(try await village.get("/work?assignee=any", as: village.company).contains(far.number))
        }
    }

    @Test func anEmptyListSaysWhatToDoNext() async throws {
        try await withVillage { village in
            for (role, person) in village.staff {
                let page = try await village.get("/work", as: person)
                #expect(page.status == 200, "\(role)")
                #expect(page.contains("class=\"empty\""), "\(role)")
                #expect(page.contains("href=\"/report\""), "\(role)")
            }
        }
    }

    @Test func theCountOnATabIsTheLengthOfItsList() async throws {
        try await withVillage { village in
            try await village.report("电线掉在地上冒火花", kind: "hazard")
            for n in 1...3 { try await village.report("停电\(n)", phone: "1381234560\(n)") }
            village.clock.advance(days: 3)
            try await village.report("刚停电", phone: "13812345699")

            let page = try await village.get("/work", as: village.dispatcher)
            for urgency in ["danger", "overdue", "today", "later", "waiting"] {
                let counted = page.number(after: "urgency=\(urgency)", before: "</b>")
                let list = try await village.get("/work?urgency=\(urgency)", as: village.dispatcher)
                #expect(list.count("<li class=\"c ") == counted, "\(urgency)")
            }
            #expect(page.number(after: "urgency=overdue", before: "</b>") >= 3)
        }
    }

    // MARK: Moves

    @Test func whoHoldsNoCertificateIsNamedButCannotBeChosen() async throws {
        try await withVillage { village in
            let number = try await village.report("袁家停电", village: village.faraway).number
            try await village.act(AcceptCase(Code(stored: number)), as: village.otherDispatcher)

            let page = try await village.get("/cases/\(number)/dispatch", as: village.otherDispatcher)
            #expect(page.contains("马超"))
            #expect(!page.contains("value=\"\(village.ma.id)\""))

            // By force through the API it is refused, and the refusal stands in the record.
            let reply = try await village.api(
                .post, "/requests/\(number)/dispatch", ["assignee": village.ma.id.text], as: village.otherDispatcher)
            #expect(reply.status == 422)
            #expect(try await village.count("SELECT COUNT(*) FROM event WHERE verb = 'case.dispatch-refused'") == 1)
        }
    }

    @Test func theSecondOfTwoDispatchersGetsTheNewStateAndOwnTextBack() async throws {
        try await withVillage { village in
            let number = try await village.report("没有电").number
            try await village.act(AcceptCase(Code(stored: number)), as: village.dispatcher)
            let stale = try await village.get("/cases/\(number)/dispatch", as: village.dispatcher)
            try await village.act(DispatchCase(Code(stored: number), assignee: village.wang.id), as: village.head)

            let late = try await village.submit(
                stale, ["assignee": village.sun.id.text, "note": "请带上梯子"], as: village.dispatcher)

            #expect(late.status == 409)
            #expect(late.contains("请带上梯子"))
            #expect(late.contains("已派单"))
            let view = try await village.view(number, as: village.dispatcher)
            #expect(view.assignee?.id == village.wang.id)
        }
    }

    @Test func anEmptyResultComesBackWithItsComplaint() async throws {
        try await withVillage { village in
            let number = try await village.report("没有电").number
            try await village.act(AcceptCase(Code(stored: number)), as: village.wang)
            try await village.act(StartCase(Code(stored: number)), as: village.wang)

            let reply = try await village.submit("/cases/\(number)/resolve", ["result": " "], as: village.wang)

            #expect(reply.status == 422)
            #expect(reply.contains("aria-invalid=\"true\""))
            #expect(try await village.view(number, as: village.wang).state == "in-progress")
        }
    }

    @Test func aMoveThatIsOverSaysSoAndLeadsBack() async throws {
        try await withVillage { village in
            let number = try await village.report("没有电").number
            try await village.resolve(number)

            let page = try await village.get("/cases/\(number)/start", as: village.wang)

            #expect(page.status == 409)
            #expect(page.contains("href=\"/cases/\(number)\""))
        }
    }

    @Test func aCaseOfAnotherStationIsNotFound() async throws {
        try await withVillage { village in
            let number = try await village.report("袁家停电", village: village.faraway).number
            #expect(try await village.get("/cases/\(number)", as: village.dispatcher).status == 404)
            #expect(try await village.get("/cases/\(number)/note", as: village.wang).status == 404)
            #expect(try await village.get("/cases/\(number)", as: village.otherDispatcher).status == 200)
            #expect(try await village.get("/cases/AAAA-AAAA", as: village.dispatcher).status == 404)
        }
    }

    @Test func theAuditorSeesEverythingAndChangesNothing() async throws {
        try await withVillage { village in
            let number = try await village.report("没有电").number
            let page = try await village.get("/cases/\(number)", as: village.auditor)
            #expect(page.status == 200)
            #expect(!page.contains("/cases/\(number)/accept"))
            #expect(!page.contains("/cases/\(number)/reveal"))
        }
    }

    // MARK: What must stay hidden

    @Test func aComplaintAboutTheRepresentativeExistsNowhereForTheVillage() async throws {
        try await withVillage { village in
            let number = try await village.report(
                "王志强态度不好", kind: "complaint", phone: "13812349999", about: .representative
            ).number

            for person in [village.wang, village.sun, village.li, village.attendant] {
                for path in [
                    "/work", "/work?assignee=any", "/search?q=%E6%80%81%E5%BA%A6", "/search?q=\(number)", "/told",
                    "/inbox",
                ] {
                    let page = try await village.get(path, as: person)
                    #expect(!page.contains(number) || path.contains("q=\(number)"), "\(person.name) \(path)")
                    #expect(!page.contains("/cases/\(number)"), "\(person.name) \(path)")
                }
                #expect(try await village.get("/cases/\(number)", as: person).status == 404, "\(person.name)")
                let results = try await village.api(.get, "/results", as: person)
                let total = results.json["total"] as? [String: Any]
                let counts = total?["counts"] as? [String: Int]
                #expect(counts?["opened"] == 0, "\(person.name)")
            }
            #expect(try await village.get("/cases/\(number)", as: village.head).status == 200)
            #expect(try await village.get("/work?assignee=any", as: village.head).contains(number))
        }
    }

    @Test func thePhoneIsMaskedUntilAReasonIsRecorded() async throws {
        try await withVillage { village in
            let number = try await village.report("没有电").number
            let page = try await village.get("/cases/\(number)", as: village.dispatcher)
            #expect(page.contains("138****5678"))
            #expect(!page.contains("13812345678"))

            let refused = try await village.submit("/cases/\(number)/reveal", ["reason": ""], as: village.dispatcher)
            #expect(refused.status == 422)
            let shown = try await village.submit("/cases/\(number)/reveal", ["reason": "约上门时间"], as: village.dispatcher)
            #expect(shown.status == 200)
            #expect(shown.contains("tel:13812345678"))
            #expect(try await village.count("SELECT COUNT(*) FROM event WHERE verb = 'phone.revealed'") == 1)
            #expect(try await village.get("/cases/\(number)/reveal", as: village.auditor).status == 403)
        }
    }
}
