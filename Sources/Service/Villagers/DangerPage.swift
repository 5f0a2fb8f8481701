import Desk
import PowerRules
import Registry
import Values
import Web

/// What to do first where electricity endangers somebody: keep away, then call, then tell us too
/// (docs/rules/danger.md). No field stands on it.
struct DangerPage: Sendable {
    let directory: Directory
    let stylesheet: HTML

    func page(_ visit: Visit) async throws -> Page {
        let places = try await directory.current(at: visit.now)
        let words = visit.words
        let village = visit.query["village"].flatMap(places.village(named:)) ?? visit.ownVillage(places)
        let day = visit.now.day
        let keys = visit.desk.keys
        let servers = try await village.asyncMap { village in
            try await visit.desk.look(by: visit.actor) { try $0.tx.servers(of: village.id, on: day, keys: keys) }
        }
        let onCall = servers?.onCall.flatMap { $0.phone.isEmpty ? nil : $0 }
        let rules: [HTML] = Danger.allCases.map { danger in
            """
            <li><h2>\(words["villagers.danger.\(danger.rawValue)-title"])</h2>\
            <p>\(VillagerParts.rule(danger, words))</p></li>
            """
        }
        let report = "/requests/new?kind=hazard" + (village.map { "&village=\($0.id)" } ?? "")
        let person: HTML? =
            visit.isLarge
            ? nil
            : onCall.map {
                VillagerParts.call($0.dial, shown: $0.phone, who: VillagerParts.chinese($0.name, words))
            }
        return Page(
            words["villagers.danger.title"], back: visit.isLarge ? nil : "/",
            body: """
                \(stylesheet)<section class="warning away"><p class="big">\(words(
                    "villagers.danger.away", ["metres": VillagerParts.metres(StayAway.fallenLineM)]))</p><p class="calls">\
                \(VillagerParts.hotline("95598", words, isMain: true))\
                \(VillagerParts.hotline("120", words))\(VillagerParts.hotline("119", words))\(person)</p></section>
                <section class="warning"><ol class="steps-away">\(rules)</ol></section>
                \(visit.isLarge ? nil : distances(words))
                <section><h2>\(words["villagers.danger.tell"])</h2><p>\(words["villagers.danger.tell-why"])</p>
                <p class="actions"><a class="button" href="\(report)">\(words["villagers.danger.report"])</a></p></section>
                """)
    }

    /// Only distances for which a source was found; above 220 kV none is shown.
    private func distances(_ words: Words) -> HTML {
        let rows: [HTML] = [(380, "low"), (10_000, "10"), (110_000, "110"), (220_000, "220")].compactMap { volts, key in
            StayAway.liveM(volts: volts).map {
                "<tr><th scope=\"row\">\(words["villagers.danger.line.\(key)"])</th><td>\(words("villagers.metres", ["n": VillagerParts.metres($0)]))</td></tr>"
            }
        }
        return """
            <details><summary>\(words["villagers.danger.distances"])</summary>\
            <table class="plain"><tbody>\(rows)</tbody></table><p>\(words["villagers.danger.unsure"])</p></details>
            """
    }
}

extension Optional where Wrapped: Sendable {
    /// `map` for work that waits.
    func asyncMap<T: Sendable>(_ transform: (Wrapped) async throws -> T) async throws -> T? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
