import Desk
import Foundation
import HTTPTypes
import Outages
import Storage
import TestSupport
import Testing
import Values

@testable import App

/// What keeps a guide from going live, as `cunwang guides check` says it (Data/guides/README.md).
@Suite struct GuideTests {
    private static let folder = Resources.folder("Data/guides")

    private func shipped() throws -> String {
        try String(contentsOf: Self.folder.appending(path: "no-light.yaml"), encoding: .utf8)
    }

    /// A guide of two questions with one change.
    private func problems(_ old: String = "", _ new: String = "") throws -> [String] {
        let yaml = """
            guide: test
            title: {zh: 试, en: Try}
            start: first
            questions:
              first:
                ask: {zh: 第一问, en: First}
                answers:
                  yes: {title: {zh: 是, en: "Yes"}, picture: breaker-up, next: second}
                  no: {title: {zh: 否, en: "No"}, picture: breaker-down, next: end}
              second:
                ask: {zh: 第二问, en: Second}
                answers:
                  yes: {title: {zh: 对, en: Right}, picture: unknown, next: end}
                  no: {title: {zh: 有危险, en: Danger}, picture: danger, next: danger}
            endings:
              end:
                title: {zh: 完, en: End}
                case: true
                help: {zh: 帮, en: Help}
            """
        if !old.isEmpty { try #require(yaml.contains(old)) }
        do {
            _ = try Guide.parse(yaml: old.isEmpty ? yaml : yaml.replacing(old, with: new), version: 1, isNew: true)
            return []
        } catch let refused as KindRefused {
            return refused.problems.map(\.description)
        }
    }

    @Test func whatShipsIsSound() throws {
        _ = try Guide.parse(yaml: shipped(), version: 1, isNew: true)
        #expect(try problems() == [])
    }

    @Test func aQuestionWithoutAWayOnIsADeadEnd() throws {
        #expect(try problems("next: second}", "next: nowhere}") == ["questions.first.answers.yes.next: unknown-state (nowhere)"])
        #expect(try problems("answers:\n      yes: {title: {zh: 对", "answers:\n      maybe: {title: {zh: 对").isEmpty)
        let lonely = try problems(
            "      no: {title: {zh: 有危险, en: Danger}, picture: danger, next: danger}\n", "")
        #expect(lonely == ["questions.second.answers: missing"])
        // An ending that neither says what to do nor sends somebody.
        #expect(try problems("    case: true\n", "") == ["endings.end: dead-end"])
    }

    @Test func aWayThatGoesRoundIsNamedWithItsSteps() throws {
        let found = try problems("picture: unknown, next: end}", "picture: unknown, next: first}")
        #expect(found == ["questions.first: goes-round (first → second → first)"])
        let itself = try problems("picture: unknown, next: end}", "picture: unknown, next: second}")
        #expect(itself == ["questions.second: goes-round (second → second)"])
    }

    @Test func manyWaysToOneEndAreNoBurden() throws {
        // Forty questions with two ways each: a million million paths.
        let steps = (0..<40).map { n in
            """
              q\(n):
                ask: {zh: 问, en: Ask}
                answers:
                  a: {title: {zh: 甲, en: A}, picture: unknown, next: \(n == 39 ? "end" : "q\(n + 1)")}
                  b: {title: {zh: 乙, en: B}, picture: unknown, next: \(n == 39 ? "end" : "q\(n + 1)")}
            """
        }.joined(separator: "\n")
        let yaml = """
            guide: long
            title: {zh: 长, en: Long}
            start: q0
            questions:
            \(steps)
            endings:
              end: {title: {zh: 完, en: End}, case: true, help: {zh: 帮, en: Help}}
            """
        #expect(try Guide.parse(yaml: yaml, version: 1, isNew: true).questions.count == 40)
    }

    @Test func aQuestionThatNobodyReachesAndANameThatStandsTwiceAreTold() throws {
        #expect(try problems("next: second}", "next: end}") == ["second: unreachable-state"])
        #expect(try problems("endings:\n  end:", "endings:\n  second:").contains("endings.second: bad-name (second)"))
    }

    @Test func wordsMissingInALanguageAreTold() throws {
        #expect(try problems("{zh: 第二问, en: Second}", "{zh: 第二问}") == ["questions.second.ask: missing-words (en)"])
        #expect(try problems("{zh: 帮, en: Help}", "{en: Help}") == ["endings.end.help: missing-words (zh)"])
    }

    @Test func aDangerLeavesAtOnce() throws {
        let picture = try problems("picture: danger, next: danger}", "picture: danger, next: end}")
        #expect(picture == ["questions.second.answers.no.next: danger-stays (end)"])
        // By its words alone, whatever the picture.
        let words = try problems("{title: {zh: 对, en: Right}, picture: unknown, next: end}", "{title: {zh: 电表冒烟, en: Right}, picture: unknown, next: end}")
        #expect(words == ["questions.second.answers.yes.next: danger-stays (end)"])
    }

    @Test func wordsLongerThanEightyCharactersAreTold() throws {
        #expect(try problems("en: Second", "en: \(String(repeating: "x", count: 80))") == [])
        #expect(
            try problems("en: Second", "en: \(String(repeating: "x", count: 81))") == ["questions.second.ask.en: too-long (81)"])
        #expect(try problems("zh: 帮", "zh: \(String(repeating: "长", count: 81))") == ["endings.end.help.zh: too-long (81)"])
    }

    @Test func whatIsLiveStaysReadableThoughANewOneWouldBeRefused() throws {
        let yaml = try shipped().replacing("家里没电", with: String(repeating: "长", count: 81))
        #expect(throws: KindRefused.self) { try Guide.parse(yaml: yaml, version: 1, isNew: true) }
        #expect(try Guide.parse(yaml: yaml, version: 3).version == 3)
    }

    @Test func nothingUnreadableComesThrough() throws {
        for text in ["", "- a", "guide: [", "guide: 1\n", "\u{FEFF}", "questions: {a: {answers: [x, y]}}"] {
            #expect(throws: KindRefused.self, "\(text)") { try Guide.parse(yaml: text, version: 1, isNew: true) }
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func theCompanyPublishesAGuideOnlyWhenItIsSound(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let yaml = try shipped()
            let broken = yaml.replacing("next: neighbours", with: "next: house")
            let refused = try await village.api(.post, "/guides", ["yaml": broken], as: village.company)
            #expect(refused.status == 422 && refused.contains("kind-goes-round"), "\(refused.text)")
            let page = try await village.submit("/guides/publish", ["yaml": broken], as: village.company, language: "en")
            #expect(page.status == 422 && page.contains("leads back to itself: house → house"))
            #expect(try await village.api(.post, "/guides", ["yaml": yaml], as: village.company).status == 201)
            #expect(try await village.count("SELECT COUNT(*) FROM guide WHERE name = 'no-light'") == 2)
        }
    }
}
