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
                for path in ["/work", "/work?assignee=any", "/search?q=%E6%80%81%E5%BA%A6", "/search?q=\(number)", "/told", "/inbox"] {
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

    // MARK: Board, search, messages

    @Test func everyTileOpensTheListThatItCounts() async throws {
        try await withVillage { village in
            try await village.report("电线掉在地上,冒火花", kind: "hazard")
            for n in 1...3 { try await village.report("停电\(n)", phone: "1381234560\(n)") }
            village.clock.advance(minutes: 80)
            try await village.report("电表不走", kind: "usage", phone: "13812345688")
            village.clock.advance(minutes: 30)
            try await village.report("袁家停电", village: village.faraway, phone: "13812345677")

            for (person, path) in [
                (village.dispatcher, "/board"), (village.company, "/board"), (village.township, "/board"),
                (village.company, "/board?station=\(village.mafang)"),
                (village.auditor, "/board?station=\(village.taocheng)"),
            ] {
                let board = try await village.get(path, as: person)
                #expect(board.status == 200)
                let tiles = board.tiles()
                #expect(tiles.count >= 5)
                for (link, count) in tiles {
                    var shown = 0
                    var address: String? = link
                    while let page = address {
                        let list = try await village.get(page, as: person)
                        #expect(list.status == 200, "\(page)")
                        shown += list.count("<li class=\"c ")
                        address = list.link(rel: "next")
                    }
                    #expect(shown == count, "\(person.name) \(link)")
                }
            }
            // Another station's board is not for this dispatcher.
            let other = try await village.get("/board?station=\(village.taocheng)", as: village.dispatcher)
            #expect(other.status == 404)
        }
    }

    @Test func aNewReportIsAnnouncedToTheStationsBoard() async throws {
        try await withVillage { village in
            let mafang = village.mafang.text
            let heard = village.desk.live.watch { $0 == "station/\(mafang)" }
            let number = try await village.report("没有电").number
            var topics = heard.makeAsyncIterator()
            #expect(await topics.next() == "station/\(mafang)")
            #expect(try await village.get("/board", as: village.dispatcher).contains(number))
        }
    }

    @Test func searchFindsWordsNumberAndWholePhone() async throws {
        try await withVillage { village in
            let number = try await village.report("变压器有响声").number
            try await village.report("别的事", phone: "13812340000")
            for query in ["变压器", number, "13812345678"] {
                let page = try await village.get("/search?q=\(encoded(query))", as: village.dispatcher)
                #expect(page.count("<li class=\"c ") == 1, "\(query)")
                #expect(page.contains("/cases/\(number)"), "\(query)")
            }
            let none = try await village.get("/search?q=\(encoded("不存在"))", as: village.dispatcher)
            #expect(none.contains("class=\"empty\""))
        }
    }

    @Test func theLiaisonTellsInPersonAndTicksItOff() async throws {
        try await withVillage { village in
            var raw: RawInputs = [
                "kind": .text("repair"), "village": .text(village.bugang.text), "what": .text("灯不亮"),
                "name": .text("孤老李大爷"), "forWhom": .text("1"), "agreed": .text("1"),
            ]
            raw["channel"] = .text("liaison")
            let number = try await village.desk.perform(ReportNeed.self, raw, by: village.li.actor).output.number
            try await village.resolve(number)

            let list = try await village.get("/told", as: village.li)
            #expect(list.contains("孤老李大爷"))
            let ticked = try await village.submit(list, [:], as: village.li)
            #expect(ticked.location == "/told?done=tick-told")

            #expect(!(try await village.get("/told", as: village.li)).contains("孤老李大爷"))
            let waiting: SQL = "SELECT COUNT(*) FROM outbox WHERE channel = 'in-person' AND state <> 'delivered'"
            #expect(try await village.count(waiting) == 0)
            #expect(try await village.get("/told", as: village.dispatcher).status == 403)
        }
    }

    @Test func messagesAreReadAtOnce() async throws {
        try await withVillage { village in
            let number = try await village.report("没有电").number
            try await village.deliver()
            let before = try await village.get("/inbox", as: village.wang)
            #expect(before.contains("/cases/\(number)"))
            #expect(before.contains("class=\"unread\""))

            let read = try await village.submit("/inbox", [:], as: village.wang, to: "/inbox/read")

            #expect(read.location == "/inbox")
            #expect(!(try await village.get("/inbox", as: village.wang)).contains("class=\"unread\""))
        }
    }

    // MARK: Rules and operations

    @Test func theCompanyPublishesANewKindAndTheCheckerSpeaks() async throws {
        try await withVillage { village in
            let text = """
                kind: streetlight
                order: 50
                service: repair
                title: {zh: 路灯报修, en: Street light}
                hint: {zh: 村里的路灯不亮, en: A street light is out}
                """
            let published = try await village.submit("/kinds/publish", ["yaml": text], as: village.company)
            #expect(published.location == "/kinds?done=publish-kind")
            #expect(try await village.get("/kinds/streetlight", as: village.wang).contains("路灯报修"))
            let number = try await village.report("路口的灯不亮", kind: "streetlight").number
            #expect(try await village.get("/cases/\(number)", as: village.dispatcher).contains("路灯报修"))

            let broken = text + "\nmoves:\n  accept: {title: {zh: 受理, en: Accept}, from: [submitted], to: nowhere, who: [wizard]}\n"
            let refused = try await village.submit("/kinds/publish", ["yaml": broken], as: village.company)
            #expect(refused.status == 422)
            #expect(refused.contains("wizard"))
            #expect(refused.contains("nowhere"))
            #expect(try await village.get("/kinds/publish", as: village.head).status == 403)
        }
    }

    @Test func stuckWorkIsSeenWithItsOwner() async throws {
        try await withVillage { village in
            #expect(try await village.get("/operations", as: village.company).contains("class=\"banner\""))
            try await village.report("没有电")
            village.clock.advance(minutes: 5)
            let page = try await village.get("/operations", as: village.company)
            #expect(page.contains("class=\"stuck\""))
            #expect(page.contains("县供电公司"))
            #expect(try await village.get("/operations", as: village.wang).status == 403)
        }
    }

    @Test func aRepresentativeSeesTheirOwnRecord() async throws {
        try await withVillage { village in
            let number = try await village.report("没有电").number
            try await village.resolve(number)
            try await village.act(ConfirmCase(Code(stored: number), satisfaction: 5, lastFour: "5678"), as: nil)
            try await village.act(CloseCase(Code(stored: number)), as: village.dispatcher)

            let page = try await village.get("/record", as: village.wang)

            #expect(page.contains("/cases/\(number)"))
            #expect(page.contains("100.0 %"))
            #expect(!(try await village.get("/record", as: village.sun)).contains(number))
        }
    }

    // MARK: Words

    @Test func noPageOfTheStaffShowsARawKeyInEitherLanguage() async throws {
        try await withVillage { village in
            let number = try await village.report("没有电").number
            let complaint = try await village.report("态度不好", kind: "complaint", phone: "13812349999", about: .other).number
            let done = try await village.report("电表", kind: "usage", phone: "13812348888").number
            try await village.resolve(done)
            var paths = [
                "/work", "/board", "/search", "/search?q=1", "/told", "/inbox", "/kinds", "/record", "/operations",
                "/kinds/publish", "/results", "/results?by=kind", "/results?by=channel", "/results?by=month",
                "/results/list?measure=opened",
            ]
            paths += village.desk.kinds.names.map { "/kinds/\($0)" }
            for case_ in [number, complaint, done] {
                paths.append("/cases/\(case_)")
                for move in [
                    "accept", "dispatch", "redispatch", "start", "arrive", "return", "answer", "resolve", "confirm",
                    "follow-up", "reopen", "merge", "withdraw", "refer", "note", "close", "reveal",
                ] { paths.append("/cases/\(case_)/\(move)") }
            }
            for (role, person) in village.staff {
                for path in paths {
                    for language in ["zh-Hans", "en"] {
                        let page = try await village.get(path, as: person, language: language)
                        #expect(page.status < 500, "\(role) \(path)")
                        #expect(!page.contains("⟦"), "\(role) \(path) \(language) \(page.rawKey)")
                    }
                }
            }
        }
    }
}

private func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
}

extension Reply {
    /// Address of the link with this relation.
    func link(rel: String) -> String? {
        for part in text.components(separatedBy: "<a ").dropFirst() {
            let tag = part.components(separatedBy: ">")[0]
            guard tag.contains("rel=\"\(rel)\""), let start = tag.range(of: "href=\"") else { continue }
            return tag[start.upperBound...].components(separatedBy: "\"")[0].replacingOccurrences(of: "&amp;", with: "&")
        }
        return nil
    }

    /// The first `<b>number` after a mark.
    func number(after mark: String, before end: String) -> Int {
        guard let start = text.range(of: mark), let open = text[start.upperBound...].range(of: "<b>") else { return -1 }
        return Int(text[open.upperBound...].components(separatedBy: end)[0]) ?? -1
    }

    /// Links of tiles with their numbers.
    func tiles() -> [(link: String, count: Int)] {
        text.components(separatedBy: "<li class=\"tile").dropFirst().compactMap { part in
            let tile = part.components(separatedBy: "</li>")[0]
            guard let start = tile.range(of: "href=\""), let open = tile.range(of: "<b>") else { return nil }
            let link = tile[start.upperBound...].components(separatedBy: "\"")[0].replacingOccurrences(of: "&amp;", with: "&")
            return Int(tile[open.upperBound...].components(separatedBy: "</b>")[0]).map { (link, $0) }
        }
    }

    var rawKey: String {
        guard let open = text.range(of: "⟦") else { return "" }
        return String(text[open.lowerBound...].prefix(60))
    }
}
