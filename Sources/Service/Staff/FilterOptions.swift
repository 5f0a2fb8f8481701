import Desk
import Registry
import Storage
import Values
import Web

/// The filters above lists: village, kind, state, assignee. The options depend only on where
/// somebody's roles reach and are kept for a few seconds.
final class FilterOptions: Sendable {
    private let directory: Directory
    private let kept = Locked<[String: Kept]>([:])
    /// More reaches than this are not kept; a county has a few hundred staff.
    private static let limit = 500
    private static let keepMilliseconds: Int64 = 10_000

    private struct Kept: Sendable {
        let madeAt: Instant
        let parts: Parts
        /// Forms in which nothing is chosen, by the address that they ask.
        var plain: [String: HTML] = [:]
    }
    struct Parts: Sendable {
        var villages = HTML.empty, kinds = HTML.empty, states = HTML.empty, people = HTML.empty
        var names: [String: String] = [:]
    }

    init(directory: Directory) {
        self.directory = directory
    }

    /// A GET form: works without JavaScript, and its address can be kept.
    /// - Parameters:
    ///   - field: a field for words, with which the form always stands open.
    ///   - keeping: filters that are set elsewhere on the page.
    func form(
        _ visit: Visit, action: String, field: HTML? = nil, keeping: [String] = ["urgency"]
    ) async throws -> HTML {
        guard visit.query.isEmpty, field == nil else {
            return form(visit, try await parts(visit), action: action, field: field, keeping: keeping)
        }
        let key = key(visit)
        if let known = kept.with({ $0[key] }), isFresh(known, visit), let plain = known.plain[action] { return plain }
        let made = form(visit, try await parts(visit), action: action, field: nil, keeping: [])
        kept.with { $0[key]?.plain[action] = made }
        return made
    }

    private func form(_ visit: Visit, _ parts: Parts, action: String, field: HTML?, keeping: [String]) -> HTML {
        let words = visit.words
        let chosen = ["village", "kind", "state", "assignee"].filter { !(visit.query[$0] ?? "").isEmpty }
        let hidden: [HTML] = keeping.compactMap { name in
            guard let value = visit.query[name], !value.isEmpty else { return nil }
            return "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
        }
        let chips: [HTML] = chosen.map { name in
            let value = visit.query[name] ?? ""
            return """
                <li><a href="\(visit.link([name: nil, "after": nil, "trail": nil]))">\(parts.names["\(name).\(value)"] ?? value) \
                <span aria-hidden="true">×</span><span class="hidden"> \(words["filter.remove"])</span></a></li>
                """
        }
        let chipList: HTML? = chips.isEmpty ? nil : "<ul class=\"chips\">\(chips)</ul>"
        let selects: HTML = """
            \(hidden)\(select("village", parts.villages, parts, visit))\(select("kind", parts.kinds, parts, visit))\
            \(select("state", parts.states, parts, visit))
            """
        if let field {
            return """
                <form class="filters search" method="get" action="\(action)">\(field)\(selects)
                <button>\(words["filter.search"])</button></form>\(chipList)
                """
        }
        return """
            <details class="filters"><summary>\(words["filter.title"])</summary><form method="get" action="\(action)">\
            \(selects)\(parts.people.isEmpty ? nil : select("assignee", parts.people, parts, visit))
            <button class="button second">\(words["filter.apply"])</button></form></details>\(chipList)
            """
    }

    private func select(_ name: String, _ options: HTML, _ parts: Parts, _ visit: Visit) -> HTML {
        let value = visit.query[name] ?? ""
        let chosen: HTML? =
            value.isEmpty
            ? nil : "<option value=\"\(value)\" selected>\(parts.names["\(name).\(value)"] ?? value)</option>"
        return """
            <p><label for="f-\(name)">\(visit.words["filter.\(name)"])</label>
            <select id="f-\(name)" name="\(name)">\(chosen)<option value="">\(visit.words["filter.any"])</option>\(options)</select></p>
            """
    }

    func parts(_ visit: Visit) async throws -> Parts {
        let key = key(visit)
        if let known = kept.with({ $0[key] }), isFresh(known, visit) { return known.parts }
        let made = try await make(visit)
        kept.with { kept in
            if kept.count >= Self.limit { kept = [:] }
            kept[key] = Kept(madeAt: visit.now, parts: made)
        }
        return made
    }

    private func key(_ visit: Visit) -> String {
        visit.language.rawValue + (visit.actor.person.map(\.text) ?? "")
            + visit.actor.grants.map { $0.role.rawValue + $0.reach }.joined()
    }
    private func isFresh(_ known: Kept, _ visit: Visit) -> Bool {
        abs(visit.now.since(known.madeAt)) < Self.keepMilliseconds
    }

    private func make(_ visit: Visit) async throws -> Parts {
        let words = visit.words
        let language = visit.language
        let snapshot = try await directory.current(at: visit.now)
        var parts = Parts()
        func add(_ field: String, _ value: String, _ title: String, to list: inout HTML) {
            list += "<option value=\"\(value)\">\(title)</option>"
            parts.names["\(field).\(value)"] = title
        }
        var villages = HTML.empty
        let reaches = visit.actor.grants.map(\.reach)
        for village in snapshot.villages(under: reaches) {
            add(
                "village", village.id.text, "\(village.name(in: language)) · \(townshipName(village, language))",
                to: &villages)
        }
        var kinds = HTML.empty
        for kind in visit.desk.kinds.all { add("kind", kind.name, kind.title.in(language), to: &kinds) }
        var states = HTML.empty
        for name in ["open", "closed"] { add("state", name, words["filter.state.\(name)"], to: &states) }
        for name in CaseStates.all { add("state", name, words["state.\(name)"], to: &states) }
        var people = HTML.empty
        for name in ["me", "nobody", "any"] { add("assignee", name, words["filter.assignee.\(name)"], to: &people) }
        for (id, name) in try await representatives(visit, snapshot) {
            add("assignee", id.text, name, to: &people)
        }
        parts.villages = villages
        parts.kinds = kinds
        parts.states = states
        parts.people = people
        return parts
    }

    /// Whose work a dispatcher, head or the company may look at.
    private func representatives(_ visit: Visit, _ snapshot: DirectorySnapshot) async throws -> [(ID<Person>, String)] {
        guard visit.actor.has(.dispatcher, .stationHead, .company, .auditor) else { return [] }
        let stations = StaffQueries.stations(of: visit.actor, in: snapshot)
        let now = visit.now
        let found = try await visit.desk.look(by: visit.actor, at: now) { work in
            try stations.flatMap { try work.tx.people(in: $0, role: .representative, now: now).map(\.id) }
        }
        return found.map { ($0, snapshot.personName($0) ?? "") }
    }

    private func townshipName(_ village: VillageInfo, _ language: Language) -> String {
        language == .chinese ? village.townshipName : village.townshipNameEn
    }
}

enum CaseStates {
    static let all = [
        "submitted", "accepted", "dispatched", "in-progress", "on-site", "returned", "resolved", "confirmed",
        "closed", "reopened", "merged", "withdrawn", "referred",
    ]
}
