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

/// What the staff read beside the single case.
@Suite struct StaffBoardTests {
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

            let broken =
                text
                + "\nmoves:\n  accept: {title: {zh: 受理, en: Accept}, from: [submitted], to: nowhere, who: [wizard]}\n"
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
            let complaint = try await village.report("态度不好", kind: "complaint", phone: "13812349999", about: .other)
                .number
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
