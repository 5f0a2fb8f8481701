import Desk
import Storage
import Values
import Web

/// The audit trail, for the auditor's eyes only.
struct AuditPages: Sendable {
    private static let pageSize = 25

    func register(on site: Site) {
        site.page("/audit", who: .roles(.auditor), trailPage)
    }

    @Sendable private func trailPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let counties = visit.actor.grants.filter { $0.role == .auditor }.map(\.reach)
        let typed = visit.query["person"]?.trimmed ?? ""
        let subject = visit.query["subject"]?.trimmed ?? ""
        let verb = visit.query["verb"]?.trimmed ?? ""
        let day = visit.query["day"].flatMap { Day(iso: $0) }
        let after = visit.query["after"].flatMap { ID<Event>(parsing: $0) }
        let (events, seal, isUnknown) = try await visit.desk.look(by: visit.actor) { work in
            var person: ID<Person>?
            if !typed.isEmpty {
                person = try work.tx.value(
                    """
                    SELECT id FROM person WHERE (id = \(typed) OR sign_in = \(typed.lowercased()) OR name = \(typed))
                    AND county IN \(list: counties) AND customer = 0 ORDER BY id LIMIT 1
                    """)
            }
            let isUnknown = !typed.isEmpty && person == nil
            let filter = EventFilter(
                actor: person, subject: subject.isEmpty ? nil : subject, verb: verb.isEmpty ? nil : verb, day: day)
            let events =
                isUnknown
                ? [] : try work.tx.events(filter, counties: counties, after: after, limit: Self.pageSize + 1)
            return (events, try work.tx.sealState(), isUnknown)
        }
        let shown = events.prefix(Self.pageSize)
        let rows: [HTML] = shown.map { row($0, visit) }
        let sealed: HTML =
            seal.at.map { at in
                """
                <p class="note">\(words("registry.audit.sealed", ["number": "\(seal.number)", "at": words.moment(at, now: visit.now), "waiting": "\(seal.unsealed)"]))<br>
                <code class="long">\(seal.head)</code></p>
                """
            } ?? "<p class=\"note\">\(words("registry.audit.unsealed", ["waiting": "\(seal.unsealed)"]))</p>"
        let list =
            rows.isEmpty
            ? Parts.empty(isUnknown ? "registry.audit.unknown-person" : "registry.audit.empty", words)
            : "<ul class=\"rows\">\(rows)</ul>"
        return Page(
            words["registry.audit.title"], wide: true,
            body: """
                \(sealed)
                <form method="get" action="/audit" class="filters" role="search">
                \(field("person", "text", typed, words))\(field("subject", "text", subject, words))
                \(field("verb", "text", verb, words))\(field("day", "date", day?.iso ?? "", words))
                <p class="actions"><button class="button second">\(Icon.search) \(words["registry.find"])</button> <a href="/audit">\(words["registry.all"])</a></p></form>
                \(list)\(Parts.next(visit, events.count > Self.pageSize ? shown.last?.id.text : nil))
                <p class="quiet">\(words["registry.audit.verify"])</p>
                """)
    }

    private func row(_ event: EventInfo, _ visit: Visit) -> HTML {
        let words = visit.words
        let who: HTML = event.actorName.map { Parts.chinese($0, words) } ?? HTML(words["registry.audit.nobody"])
        let role =
            words.has("role.\(event.role)") ? words["role.\(event.role)"] : words["registry.audit.role.\(event.role)"]
        let data: [HTML] = event.data.keys.sorted().map { key in
            "\(key) = <span lang=\"zh-Hans\">\(event.data[key] ?? "")</span>"
        }
        let seal = event.seal.map { words("registry.audit.seal", ["number": "\($0)"]) } ?? words["registry.audit.waits"]
        return """
            <li><p><time datetime="\(event.at.iso)">\(words.moment(event.at, now: visit.now))</time> · \(who) \
            <span class="quiet">\(role)</span></p>
            <p>\(what(event.verb, words)) · <a href="\(visit.link(["subject": event.subject, "after": nil]))">\(event.subjectKind) \
            \(String(event.subject.suffix(12)))</a></p>
            <p class="quiet">\(data.joined("; ")) · \(seal)</p></li>
            """
    }

    /// What happened, in words where there are some; the verb itself is what the filter takes.
    private func what(_ verb: String, _ words: Words) -> HTML {
        words.has("audited.\(verb)")
            ? "<b>\(words["audited.\(verb)"])</b> <code class=\"quiet\">\(verb)</code>" : "<code>\(verb)</code>"
    }

    private func field(_ name: String, _ kind: String, _ value: String, _ words: Words) -> HTML {
        """
        <div class="field"><label for="\(name)">\(words["registry.audit.by-\(name)"])</label>\
        <input id="\(name)" name="\(name)" type="\(kind)" value="\(value)"></div>
        """
    }
}
