import Desk
import Hummingbird
import HummingbirdTesting
import Storage
import TestSupport
import Testing
import Values
import Web

/// The same need, told in three short pages; the voice page is left out when it is urgent.
@Sendable private func steps(_ site: Site) {
    func page(_ title: String) -> @Sendable (Visit, StepState) async throws -> Page {
        { visit, step in Page(title, back: step.back, body: Forms.step(TellNeed.self, visit, step)) }
    }
    site.steps(
        TellNeed.self, at: "/tell",
        steps: [
            FormStep("what", fields: ["what", "urgent"], page: page("什么事")),
            FormStep("voice", fields: ["voice"], isNeeded: { _, draft in draft["urgent"] == nil }, page: page("说一说")),
            FormStep("who", fields: ["channel", "phone", "photos"], page: page("怎么找您")),
        ],
        then: { told, _ in .go("/told/\(told.id)") })
    site.page("/empty") { _ in Page("空", body: "") }
}

extension TestResponse {
    fileprivate var location: String { headers[.location] ?? "nowhere" }
}

@Suite struct StepsTests {
    @Test func threeShortPagesKeepWhatWasTypedToTheEnd() async throws {
        try await WebVillage.open(register: steps) { village in
            let wang = Browser(village)
            let first = try await wang.get("/tell?channel=web")
            let second = try await wang.post("/tell", wang.hidden(first) + [("what", "灯不亮\r\n两天了")]).location
            #expect(second.hasSuffix("/voice"))
            let voice = try await wang.get(second)
            let third = try await wang.post(second, wang.hidden(voice)).location
            #expect(third.hasSuffix("/who"))

            let back = try await wang.get(String(second.dropLast("voice".count)) + "what")
            #expect(back.text.contains("灯不亮\r\n两天了</textarea>"))

            let last = try await wang.get(third)
            #expect(last.text.contains("value=\"web\" checked"))
            let answer = try await wang.post(
                third, wang.hidden(last) + [("channel", "phone"), ("phone", "13800001234")])
            #expect(answer.location.hasPrefix("/told/"))
            #expect(try await village.told().map(\.what) == ["灯不亮\r\n两天了"])

            let again = try await wang.post(
                third, wang.hidden(last) + [("channel", "phone"), ("phone", "13800001234")])
            #expect(again.location == answer.location)
            #expect(try await village.told().count == 1)
        }
    }

    @Test func aPageThatIsNotNeededIsLeftOut() async throws {
        try await WebVillage.open(register: steps) { village in
            let wang = Browser(village)
            let first = try await wang.get("/tell")
            let next = try await wang.post("/tell", wang.hidden(first) + [("what", "冒烟"), ("urgent", "1")]).location
            #expect(next.hasSuffix("/who"))
            #expect(try await wang.get(next).text.contains(String(next.dropLast("who".count)) + "what"))
        }
    }

    @Test func aMistakeKeepsThePageAndTheDraft() async throws {
        try await WebVillage.open(register: steps) { village in
            let wang = Browser(village)
            let first = try await wang.get("/tell")
            let wrong = try await wang.post("/tell", wang.hidden(first) + [("what", "")])
            #expect(wrong.status.code == 422)
            let next = try await wang.post("/tell", wang.hidden(wrong) + [("what", "冒烟"), ("urgent", "1")]).location
            let last = try await wang.post(
                next, wang.hidden(try await wang.get(next)) + [("channel", "web"), ("phone", "12")])
            #expect(last.status.code == 422)
            #expect(last.text.contains("value=\"12\"") && last.text.contains("value=\"web\" checked"))
            #expect(try await village.told().isEmpty)
        }
    }

    @Test func aDraftAndItsPhotoOutliveARestart() async throws {
        try await withDatabase(.sqlite, DeskSchema.migrations + WebSchema.migrations) { database in
            let note = Note()
            try await WebVillage.open(database, register: steps) { village in
                let wang = Browser(village)
                let first = try await wang.get("/tell")
                note.next = try await wang.post("/tell", wang.hidden(first) + [("what", "冒烟"), ("urgent", "1")])
                    .location
                let wrong = try await wang.post(
                    note.next, wang.hidden(try await wang.get(note.next)) + [("channel", "none")],
                    files: [("photos", "a.jpg", photoWithPlace)])
                #expect(wrong.status.code == 422)
                note.kept = wang.hidden(wrong).filter { $0.0 == "_kept.photos" }
                note.cookie = wang.cookie
            }
            try await WebVillage.open(database, register: steps) { village in
                let wang = Browser(village, cookie: note.cookie)
                let page = try await wang.get(note.next)
                #expect(page.status == .ok)
                let answer = try await wang.post(note.next, wang.hidden(page) + note.kept + [("channel", "web")])
                #expect(answer.location.hasPrefix("/told/"))
                #expect(try await village.told().first?.data.contains(#""photos":"1""#) == true)
            }
        }
    }
    private final class Note: @unchecked Sendable {
        var next = ""
        var kept: [(String, String)] = []
        var cookie: [String: String] = [:]
    }

    @Test func aDraftOfYesterdayIsGoneAndItsFileWithIt() async throws {
        try await WebVillage.open(register: steps) { village in
            let wang = Browser(village)
            let next = try await wang.post("/tell", wang.hidden(try await wang.get("/tell")) + [("what", "冒烟")])
                .location
            let later = village.desk.clock.now.adding(hours: 24)
            let dropped = try await village.desk.database.drain { try $0.dropOldDrafts(at: later) }
            #expect(dropped == 1)
            #expect(try await wang.get(next).status == .notFound)
            #expect(try await wang.get("/tell/0123456789abcdef0123456789abcdef/who").status == .notFound)
        }
    }

    @Test func whatStandsInTheDatabaseTellsNothing() async throws {
        try await WebVillage.open(register: steps) { village in
            let wang = Browser(village)
            let next = try await wang.post(
                "/tell", wang.hidden(try await wang.get("/tell")) + [("what", "secret-words"), ("pin", "1234")]
            ).location
            let token = String(next.split(separator: "/")[1])
            let row = try await village.desk.database.read { tx in
                try tx.first("SELECT token, data FROM draft") { ($0[0] as String, $0[1] as [UInt8]) }
            }
            let (hash, data) = try #require(row)
            #expect(hash != token)
            #expect(!String(decoding: data, as: UTF8.self).contains("secret-words"))
        }
    }
}
