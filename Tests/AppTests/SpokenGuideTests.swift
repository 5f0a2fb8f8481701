import App
import Desk
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Storage
import TestSupport
import Testing
import Web

/// The guide is read aloud on phones without a voice, and without a script.
@Suite struct SpokenGuideTests {
    private func speech() throws -> Speech {
        let folder = URL(filePath: try temporaryFolder(), directoryHint: .isDirectory).appending(path: "spoken-guides")
        return Speech(folder: folder) { text, language in Array("\(language.rawValue): \(text)".utf8) }
    }

    private func player(_ page: Reply) -> String? {
        page.text.components(separatedBy: "<audio ").dropFirst().first?.components(separatedBy: "src=\"").last?
            .components(separatedBy: "\"")[0]
    }

    @Test func aQuestionOfTheGuideIsHeard() async throws {
        try await withVillage(speech: try speech()) { village in
            let page = try await village.get("/no-light?village=\(village.bugang)")
            let sound = try await village.get(try #require(player(page)))

            #expect(page.contains("<audio controls preload=\"none\""))
            #expect(sound.status == 200 && sound.headers[.contentType] == "audio/mpeg")
            #expect(sound.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(sound.text.hasPrefix("zh-Hans: 是全家都没电吗？看看灯和冰箱，不要动电线。全家没电。"))
            #expect(!sound.text.contains("？。"))
        }
    }

    @Test func anEndingIsHeardInEnglishAndAPartOfItIsAnswered() async throws {
        try await withVillage(speech: try speech()) { village in
            let way = "/no-light?village=\(village.bugang)&other=1&answers=house:part"
            let page = try await village.get(way, language: "en")
            let path = try #require(player(page))
            let sound = try await village.get(path)
            let part = try await village.client.execute(uri: path, method: .get, headers: [.range: "bytes=0-3"]) {
                ($0.status.code, String(buffer: $0.body), $0.headers[.contentRange])
            }

            #expect(path.hasSuffix("/spoken/part?lang=en"))
            #expect(sound.text.hasPrefix("en: Probably the wiring or an appliance at home. Unplug"))
            #expect(part.0 == 206 && part.1 == "en: ")
            #expect(part.2 == "bytes 0-3/\(sound.text.utf8.count)")
        }
    }

    @Test func onlyTheGuidesOwnTextsAreRead() async throws {
        try await withVillage(speech: try speech()) { village in
            for path in [
                "/guides/no-light/1/spoken/nothing", "/guides/no-light/99/spoken/house", "/guides/other/1/spoken/house",
                "/guides/no-light/1/spoken/house%20and%20more",
            ] {
                #expect(try await village.get(path).status == 404, "\(path)")
            }
            let typed = try await village.get("/guides/no-light/1/spoken/house?text=%E5%81%87")
            #expect(!typed.contains("假"))
        }
    }

    @Test func withoutAVoiceOnTheMachineThePhoneReadsByItself() async throws {
        try await withVillage { village in
            let page = try await village.get("/no-light?village=\(village.bugang)")

            #expect(!page.contains("<audio"))
            #expect(page.contains("data-speak=\"是全家都没电吗？"))
            #expect(try await village.get("/guides/no-light/1/spoken/house").status == 404)
        }
    }

    @Test func theHeaderTellsHowManyMessagesAreUnread() async throws {
        try await withVillage { village in
            try await village.report("家里没电了")
            try await village.deliver()
            let waiting = try await village.count("SELECT COUNT(*) FROM inbox WHERE person = \(village.li.id) AND read_at IS NULL")
            let before = try await village.get("/work", as: village.li)
            let read = try await village.submit("/inbox", [:], as: village.li, to: "/inbox/read")
            let after = try await village.get("/work", as: village.li)

            #expect(waiting > 0 && before.contains("<span class=\"count\">\(waiting)<"))
            #expect(read.status == 303)
            #expect(!after.contains("class=\"count\""))
            #expect(!(try await village.get("/villages/\(village.bugang)")).contains("class=\"count\""))
        }
    }
}
