import Desk
import Foundation
import Testing

@testable import App

/// Chinese first, English complete, no raw key ever.
struct LocaleTests {
    private let locales: Locales
    private let sources: String

    init() throws {
        locales = try Locales(folder: Resources.folder("Locales"))
        let root = Resources.home.appending(path: "Sources")
        let found = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        sources = try (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
    }

    @Test func bothLanguagesHaveTheSameKeys() {
        let chinese = locales.keys(.chinese)
        let english = locales.keys(.english)
        #expect(chinese.count > 300)
        #expect(chinese.subtracting(english).sorted() == [])
        #expect(english.subtracting(chinese).sorted() == [])
    }

    @Test func everyPlaceInASentenceStandsInBothLanguages() {
        let chinese = locales.words(.chinese)
        let english = locales.words(.english)
        func places(_ text: String) -> Set<String> {
            var found: Set<String> = []
            var rest = Substring(text)
            while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
                // `kind` and `kindEn` are the same value in two languages.
                let name = String(rest[rest.index(after: open)..<close])
                found.insert(name.hasSuffix("En") || name.hasSuffix("Zh") ? String(name.dropLast(2)) : name)
                rest = rest[rest.index(after: close)...]
            }
            return found
        }
        for key in locales.keys(.chinese).sorted() where locales.keys(.english).contains(key) {
            #expect(places(chinese[key]) == places(english[key]), "\(key)")
        }
    }

    @Test func noWordIsEmptyAndChineseIsChinese() {
        for key in locales.keys(.chinese) {
            #expect(!locales.words(.chinese)[key].isEmpty, "\(key)")
            #expect(!locales.words(.english)[key].isEmpty, "\(key)")
        }
        // English sentences hold Han characters only where a Chinese name is quoted.
        let strange = locales.keys(.english).filter { key in
            let text = locales.words(.english)[key]
            let han = text.unicodeScalars.filter { (0x4E00...0x9FFF).contains($0.value) }.count
            return han * 2 > text.unicodeScalars.count && !key.contains("language") && !key.contains("product")
        }
        #expect(strange.sorted() == [])
    }

    @Test func everythingInTheAuditTrailHasAName() throws {
        let keys = locales.keys(.chinese)
        let pattern = try Regex(#"EventDraft\(\s*"([a-z-]+\.[a-z-]+)""#)
        let verbs = Set(sources.matches(of: pattern).map { String($0.output[1].substring ?? "") })
        #expect(verbs.count > 60)
        #expect(verbs.filter { !keys.contains("audited.\($0)") }.sorted() == [])
    }

    @Test func everyKeyInTheCodeExistsAndNoneIsUnused() throws {
        let keys = locales.keys(.chinese)
        // Keys that stand in the code as whole literals behind `words`.
        var missing: Set<String> = []
        let pattern = try Regex(#"words(?:\[|\()"([a-z][A-Za-z0-9.-]+)"[\],)]"#)
        for match in sources.matches(of: pattern) {
            let key = String(match.output[1].substring ?? "")
            if !keys.contains(key) { missing.insert(key) }
        }
        #expect(missing.sorted() == [])
        // A key is used when it stands in the code, or a literal is its beginning up to a place
        // that is filled in ("state.\(…)").
        var beginnings: Set<String> = []
        let spliced = try Regex(#""([a-z][A-Za-z0-9.-]*\.(?:[a-z][A-Za-z0-9.-]*-)?)\\\("#)
        for match in sources.matches(of: spliced) { beginnings.insert(String(match.output[1].substring ?? "")) }
        let literals = try Regex(#""([a-z][A-Za-z0-9.-]+)""#)
        var whole: Set<String> = []
        for match in sources.matches(of: literals) { whole.insert(String(match.output[1].substring ?? "")) }
        let dynamic = ["action.", "problem.", "message.", "role.", "weekday.", "month."]
        let unused = keys.filter { key in
            if whole.contains(key) || beginnings.contains(where: { key.hasPrefix($0) }) { return false }
            if dynamic.contains(where: { key.hasPrefix($0) }) { return false }
            // A choice's words: `<prefix>.<raw value>` where the prefix is a literal.
            if let dot = key.lastIndex(of: "."), whole.contains(String(key[..<dot])) { return false }
            return true
        }
        #expect(unused.sorted() == [])
    }
}
