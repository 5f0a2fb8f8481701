import Desk
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import Values
import Web

@Suite struct DoorTests {
    @Test func aNeedIsToldByFormAndStandsInTheRecord() async throws {
        try await WebVillage.open { village in
            let wang = Browser(village)
            let form = try await wang.get("/needs/new")
            #expect(form.status == .ok)

            let answer = try await wang.post("/needs", wang.hidden(form) + [("what", "灯不亮"), ("channel", "web")])

            #expect(answer.status == .seeOther)
            #expect(answer.headers[.location]?.hasPrefix("/told/") == true)
            #expect(try await village.told().map(\.what) == ["灯不亮"])
        }
    }

    @Test func pressingTwiceTellsItOnce() async throws {
        try await WebVillage.open { village in
            let wang = Browser(village)
            let fields = wang.hidden(try await wang.get("/needs/new")) + [("what", "灯不亮"), ("channel", "web")]

            let first = try await wang.post("/needs", fields)
            let second = try await wang.post("/needs", fields)

            #expect(first.headers[.location] == second.headers[.location])
            #expect(try await village.told().count == 1)
        }
    }

    @Test func allMistakesComeBackAtOnceWithWhatWasTyped() async throws {
        try await WebVillage.open { village in
            let wang = Browser(village)
            let hidden = wang.hidden(try await wang.get("/needs/new"))

            let answer = try await wang.post(
                "/needs", hidden + [("what", " "), ("channel", "pigeon"), ("phone", "12<3\">")])

            #expect(answer.status.code == 422)
            for field in ["what", "channel", "phone"] {
                #expect(answer.text.contains("href=\"#tell-need-\(field)\""))
                #expect(answer.text.contains("id=\"tell-need-\(field)-error\""))
            }
            #expect(answer.text.contains("value=\"12&lt;3&quot;&gt;\""))
            #expect(!answer.text.contains("⟦"))
            #expect(try await village.told().isEmpty)
        }
    }

    @Test func aFormStaysGoodWhenTheServerWasStartedAgain() async throws {
        let visitor = Box()
        try await WebVillage.open { village in
            let wang = Browser(village)
            let form = try await wang.get("/needs/new")
            visitor.fields = wang.hidden(form)
            visitor.cookie = form.headers[.setCookie]?.split(separator: ";").first.map(String.init) ?? ""
        }
        try await WebVillage.open { village in
            let wang = Browser(village)
            let body = visitor.fields + [("what", "灯不亮"), ("channel", "web")]
            let answer = try await wang.post("/needs", body, [.cookie: visitor.cookie])
            #expect(answer.status == .seeOther)
        }
    }
    final class Box: @unchecked Sendable {
        var fields: [(String, String)] = []
        var cookie = ""
    }

    @Test func anotherSitesFormIsRefusedAndWhatWasTypedIsKept() async throws {
        try await WebVillage.open { village in
            let wang = Browser(village)
            let hidden = wang.hidden(try await wang.get("/needs/new"))
            let fields = [("what", "灯不亮"), ("channel", "web")]

            let foreign = try await wang.post("/needs", hidden + fields, [.origin: "https://evil.example"])
            let without = try await wang.post("/needs", fields)

            #expect(foreign.status == .forbidden)
            #expect(without.status == .forbidden)
            #expect(without.text.contains("灯不亮"))
            #expect(try await village.told().isEmpty)
            let ours = try await wang.post("/needs", hidden + fields, [.origin: "https://cunwang.example"])
            #expect(ours.status == .seeOther)
        }
    }

    @Test func aClashGivesTheFormBackWithItsText() async throws {
        try await WebVillage.open { village in
            let wang = Browser(village)
            let hidden = wang.hidden(try await wang.get("/needs/new"))
            let answer = try await wang.post("/needs", hidden + [("what", "nothing"), ("channel", "web")])
            #expect(answer.status == .conflict)
            #expect(answer.text.contains(">\nnothing</textarea>"))
        }
    }

    @Test func aProgramTellsANeedInJSONAndRepeatsItSafely() async throws {
        try await WebVillage.open { village in
            let key = HTTPField.Name("Idempotency-Key")!
            let json = #"{"what": "灯不亮", "channel": "api"}"#
            let first = try await village.api(.post, "/api/v1/needs", json, [key: "k1"])
            let second = try await village.api(.post, "/api/v1/needs", json, [key: "k1"])
            let other = try await village.api(.post, "/api/v1/needs", #"{"what": "x", "channel": "api"}"#, [key: "k1"])

            #expect(first.status == .created)
            #expect(second.status == .created)
            #expect(first.text == second.text)
            #expect(other.status == .conflict)
            #expect(other.text.contains(#""code":"idempotency-key-reused""#))
            #expect(try await village.told().count == 1)
            for bad in ["", " ", "schlüssel", String(repeating: "k", count: 201)] {
                let refused = try await village.api(.post, "/api/v1/needs", json, [key: bad])
                #expect(refused.status == .badRequest)
            }
        }
    }

    @Test func wrongJSONIsAnsweredByItsKindOfMistake() async throws {
        try await WebVillage.open { village in
            let wrong = try await village.api(.post, "/api/v1/needs", #"{"what": 7, "channel": "api"}"#)
            #expect(wrong.status.code == 422)
            #expect(wrong.headers[.contentType] == "application/problem+json")
            #expect(wrong.text.contains(#""field":"what","code":"wrong-type""#))
            let nul = try await village.api(.post, "/api/v1/needs", #"{"what": "a\u0000b", "channel": "api"}"#)
            #expect(nul.status.code == 422)
            #expect(try await village.api(.post, "/api/v1/needs", "{").status == .badRequest)
            #expect(try await village.api(.post, "/api/v1/needs", "[]").status == .badRequest)
            let xml = try await village.api(.post, "/api/v1/needs", "<a/>", [.contentType: "application/xml"])
            #expect(xml.status == .unsupportedMediaType)
            let large = String(repeating: "a", count: 300_000)
            #expect(try await village.api(.post, "/api/v1/needs", "{\"what\":\"\(large)\"}").status == .contentTooLarge)
        }
    }

    @Test func onlyTheRoleMayAndOnlyWithItsToken() async throws {
        try await WebVillage.open { village in
            let path = "/api/v1/needs/222A-3333/close"
            let note = #"{"note": "done"}"#
            #expect(try await village.api(.post, path, note).status == .unauthorized)
            #expect(try await village.api(.post, path, note, token: "nobody-at-all-here").status == .unauthorized)
            #expect(try await village.api(.post, path, note, token: "li-the-liaison-of-bugang").status == .forbidden)
            let code = Code(from: Chance { _ in [1, 2, 3, 4, 5, 6, 7] }).text
            #expect(
                try await village.api(.post, "/api/v1/needs/\(code)/close", note, token: "zhao-the-dispatcher").status
                    == .ok)
            let unknown = try await village.api(
                .post, "/api/v1/needs/no-such/close", note, token: "zhao-the-dispatcher")
            #expect(unknown.status == .notFound)
            let stranger = try await village.api(.get, "/api/v1/needs")
            #expect(stranger.status == .unauthorized)
            #expect(stranger.headers[.wwwAuthenticate] == "Bearer")
        }
    }

    @Test func aQueryReadsItsFiltersAndIgnoresUnknownOnes() async throws {
        try await WebVillage.open { village in
            _ = try await village.api(.post, "/api/v1/needs", #"{"what": "灯", "channel": "api"}"#)
            let list = try await village.api(.get, "/api/v1/needs?limit=5&colour=red", token: "zhao-the-dispatcher")
            #expect(list.text == #"{"items":["灯"]}"#)
            let wrong = try await village.api(.get, "/api/v1/needs?limit=many", token: "zhao-the-dispatcher")
            #expect(wrong.status.code == 422)
            let empty = try await village.api(.get, "/api/v1/needs?limit=", token: "zhao-the-dispatcher")
            #expect(empty.status.code == 422)
        }
    }

    @Test func anotherSitesScriptCannotUseTheCookie() async throws {
        try await WebVillage.open { village in
            let zhao = Browser(village, signedInAs: "zhao-the-dispatcher")
            let code = Code(from: Chance { _ in [1, 2, 3, 4, 5, 6, 7] }).text
            let headers: HTTPFields = [.contentType: "application/json"]
            let body = ByteBuffer(string: #"{"note": "done"}"#)
            let bare = try await zhao.send(.post, "/api/v1/needs/\(code)/close", headers, body)
            #expect(bare.status == .unauthorized)
            var foreign = headers
            foreign[.origin] = "https://evil.example"
            #expect(try await zhao.send(.post, "/api/v1/needs/\(code)/close", foreign, body).status == .unauthorized)
            foreign[.origin] = "https://cunwang.example"
            #expect(try await zhao.send(.post, "/api/v1/needs/\(code)/close", foreign, body).status == .ok)
        }
    }

    @Test func aLostSessionLosesNoText() async throws {
        try await WebVillage.open { village in
            let code = Code(from: Chance { _ in [1, 2, 3, 4, 5, 6, 7] }).text
            let someone = Browser(village)
            let hidden = someone.hidden(try await someone.get("/needs/new"))
            let answer = try await someone.post("/needs/\(code)/close", hidden + [("note", "换了一只电表")])
            #expect(answer.status == .unauthorized)
            #expect(answer.text.contains("换了一只电表"))
        }
    }
}
