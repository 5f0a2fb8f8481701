import Desk
import Service
import Values
import Web

/// `/outages/:number/households`: who is dark, those first who must not be left alone.
struct IncidentHouseholdPages: Sendable {
    let stylesheet: HTML

    func page(_ visit: Visit) async throws -> Page {
        let words = visit.words
        guard let number = Code(typed: visit["number"]) else { throw Problem.notFound }
        let found = try await Self.look(number, visit)
        let rows: [HTML] = found.items.map { Self.row($0, visit) }
        let list: HTML =
            rows.isEmpty
            ? (found.first.isEmpty ? OutageHTML.empty(words["outages.households-none"]) : .empty)
            : "<section aria-labelledby=\"all\"><h2 id=\"all\">\(words["outages.households-all"])</h2><ul class=\"rows\">\(rows)</ul></section>"
        return Page(
            words["outages.households-title"], back: "/outages/\(number.text)",
            body: """
                \(stylesheet)<p class="lead">\(words("outages.households-n", ["n": "\(found.count)", "dark": "\(found.dark)"]))</p>
                \(Self.first(found.first, visit))\(list)\(OutageHTML.next(visit, found.next))
                """)
    }

    static func look(_ number: Code, _ visit: Visit) async throws -> IncidentHouseholdPage {
        var inputs = visit.asked("after")
        inputs["incident"] = .text(number.text)
        return try await visit.desk.fetch(IncidentHouseholdsQuery.self, inputs, by: visit.actor, at: visit.now)
    }

    /// Those to go to first.
    static func first(_ households: [IncidentHousehold], _ visit: Visit) -> HTML? {
        guard !households.isEmpty else { return nil }
        let rows: [HTML] = households.map { row($0, visit) }
        return OutageHTML.section(visit.words["outages.households-first"], id: "first", "<ul class=\"rows\">\(rows)</ul>")
    }

    private static func row(_ one: IncidentHousehold, _ visit: Visit) -> HTML {
        let words = visit.words
        let tags: [HTML] = one.tags.map { " <span class=\"tag urgent\">\(words["household-tag.\($0.rawValue)"])</span>" }
        let light: HTML =
            one.restoredAt.map { "<span class=\"tag calm\">\(words("outages.lit-since", ["moment": words.moment($0, now: visit.now)]))</span>" }
            ?? "<span class=\"tag late\">\(words["outages.dark-now"])</span>"
        let place = [one.villageName, one.address].compactMap { $0 }.joined(separator: " ")
        let facts = [one.number, one.area].compactMap { $0 }.map { "\($0) · " }.joined()
        return """
            <li><h3>\(OutageHTML.chinese(one.name ?? words["outages.no-account"], words))\(tags)</h3>
            <p>\(light) \(OutageHTML.chinese(place, words))</p>
            <p class="quiet">\(OutageHTML.chinese(facts, words))\(words["household-told.\(one.told.rawValue)"])</p></li>
            """
    }
}
