import Desk
import Foundation
import TestSupport
import Testing

@testable import Web

@Suite struct SpeechTests {
    /// Counts how often it is asked.
    private final class Making: Sendable {
        let count = Locked(0)
        func make(_ text: String) -> [UInt8] {
            count.with { $0 += 1 }
            return Array("sound of \(text)".utf8)
        }
    }

    private func folder(_ name: String) throws -> URL {
        URL(filePath: try temporaryFolder(), directoryHint: .isDirectory).appending(path: "spoken-\(name)")
    }

    @Test func aTextIsMadeOnceAndKeptAsAFile() async throws {
        let making = Making()
        let folder = try folder("once")
        let speech = Speech(folder: folder) { text, _ in making.make(text) }

        let first = try await speech.mp3("是全家都没电吗？", .chinese)
        let second = try await speech.mp3("是全家都没电吗？", .chinese)
        let afterRestart = try await Speech(folder: folder) { _, _ in nil }.mp3("是全家都没电吗？", .chinese)

        #expect(first == Array("sound of 是全家都没电吗？".utf8))
        #expect(second == first && afterRestart == first)
        #expect(making.count.with { $0 } == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }

    @Test func manyWhoAskAtOnceWaitForOneMaking() async throws {
        let making = Making()
        let speech = Speech(folder: try folder("many")) { text, _ in
            await Task.yield()
            return making.make(text)
        }

        let heard = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            for _ in 0..<20 { group.addTask { try await speech.mp3("邻居家有电吗？", .chinese) } }
            return try await group.reduce(into: [[UInt8]?]()) { $0.append($1) }
        }

        #expect(heard.count == 20 && Set(heard) == [Array("sound of 邻居家有电吗？".utf8)])
        #expect(making.count.with { $0 } == 1)
    }

    @Test func languagesAreTwoSoundsAndNothingIsKeptOfAFailure() async throws {
        let folder = try folder("languages")
        let speech = Speech(folder: folder) { _, language in language == .chinese ? [1] : nil }

        #expect(try await speech.mp3("OK", .chinese) == [1])
        #expect(try await speech.mp3("OK", .english) == nil)
        #expect(try await speech.mp3("", .chinese) == nil)
        #expect(try await speech.mp3(String(repeating: "长", count: Speech.mostCharacters + 1), .chinese) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }

    /// `./test` installs the two packages.
    @Test func theMachineSpeaksBothLanguagesInSmallMP3Files() async throws {
        let speech = try #require(await Speech.onThisMachine(folder: try folder("machine")), "espeak-ng or lame is missing")
        for (text, language) in [("是全家都没电吗？看看灯和冰箱，不要动电线。", Language.chinese), ("Is the whole house dark?", .english)] {
            let sound = try #require(try await speech.mp3(text, language))
            // A frame of MPEG audio begins with eleven set bits; 24 kbit/s are 3000 bytes a second.
            #expect(sound[0] == 0xFF && sound[1] & 0xE0 == 0xE0)
            #expect((1...20).contains(sound.count / 3000), "\(sound.count) bytes for \(text)")
        }
    }

    @Test(
        arguments: [
            (nil, nil), ("bytes=0-1", ByteRange(0, 1)), ("bytes=5-", ByteRange(5, 9)), ("bytes=-3", ByteRange(7, 9)),
            ("bytes=0-99", ByteRange(0, 9)), ("bytes=10-", nil), ("bytes=4-2", nil), ("bytes=0-1,4-5", nil), ("bytes=-0", nil),
            ("bytes=--5", nil), ("bytes=a-b", nil), ("items=0-1", nil),
        ] as [(String?, ByteRange?)])
    func aPartOfASoundIsAnswered(header: String?, part: ByteRange?) {
        #expect(ByteRange(header, of: 10) == part)
    }
}
