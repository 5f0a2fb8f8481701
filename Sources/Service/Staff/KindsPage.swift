package import Desk
import PowerRules
package import Values
import Web

/// What the rules are: the kinds of requests with their states, moves and limits, as they are in
/// force now, from the same data that moves the cases.
struct KindsPage: Sendable {
    let stylesheet: HTML

    func list(_ visit: Visit) async throws -> Page {
        try await visit.desk.kinds.refresh(visit.desk.database, at: visit.now)
        let words = visit.words
        let items: [HTML] = visit.desk.kinds.all.map { kind in
            """
            <li><a href="/kinds/\(kind.name)">\(kind.title.in(visit.language))</a><p>\(kind.hint.in(visit.language))</p>
            <p class="quiet">\(words("kinds.version", ["n": "\(kind.version)"])) · \(promises(kind, visit))</p></li>
            """
        }
        let publish: HTML? =
            visit.actor.has(.company)
            ? "<p class=\"actions\"><a class=\"button second\" href=\"/kinds/publish\">\(words["kinds.publish"])</a></p>"
            : nil
        return Page(
            words["kinds.title"],
            body:
                "\(stylesheet)\(StaffBanner.done(visit))<p class=\"lead\">\(words["kinds.lead"])</p><ul class=\"told\">\(items)</ul>\(publish)"
        )
    }

    private func promises(_ kind: Kind, _ visit: Visit) -> String {
        kind.limits.filter(\.isPromise)
            .map { "\($0.label.in(visit.language)) \(duration($0.rule, visit.words))" }
            .joined(separator: visit.words["staff.list-comma"])
    }

    /// Where a limit comes from; a kind's file says `policy` for what the county decided itself.
    static func source(_ text: String, _ words: Words) -> String { text == "policy" ? words["kinds.policy"] : text }

    private func duration(_ rule: LimitRule, _ words: Words) -> String {
        switch rule {
        case .clock(let minutes):
            minutes % 60 == 0
                ? words("kinds.rule.hours", ["n": "\(minutes / 60)"]) : words("kinds.rule.minutes", ["n": "\(minutes)"])
        case .workingDays(let n): words("kinds.rule.working-days", ["n": "\(n)"])
        case .days(let n): words("kinds.rule.days", ["n": "\(n)"])
        }
    }

    // MARK: One kind

    func one(_ visit: Visit) async throws -> Page {
        try await visit.desk.kinds.refresh(visit.desk.database, at: visit.now)
        guard let kind = visit.desk.kinds.current(visit["kind"]) else { throw Problem.notFound }
        let words = visit.words
        let needs: HTML? =
            kind.needsCertificate ? "<p class=\"note\">\(words["kinds.certificate"])</p>" : nil
        let again: HTML? =
            visit.actor.has(.company)
            ? "<p class=\"actions\"><a class=\"button second\" href=\"/kinds/publish\">\(words["kinds.publish"])</a></p>"
            : nil
        return Page(
            kind.title.in(visit.language), wide: true, back: "/kinds",
            body: """
                \(stylesheet)<p class="lead">\(kind.hint.in(visit.language))</p>
                <p class="quiet">\(words("kinds.version", ["n": "\(kind.version)"]))\(visit.actor.has(.company) ? " · <code>\(kind.name)</code>" as HTML : nil)</p>\(needs)
                \(limits(kind, visit))\(moves(kind, visit))\(states(kind, visit))\(fields(kind, visit))\(again)
                """)
    }

    private func limits(_ kind: Kind, _ visit: Visit) -> HTML {
        let words = visit.words
        let rows: [HTML] = kind.limits.map { limit in
            """
            <tr><th scope="row">\(limit.label.in(visit.language))\(limit.isPromise ? " <span class=\"tag\">\(words["kinds.promise"])</span>" as HTML : nil)</th>
            <td data-label="\(words["kinds.limit"])">\(duration(limit.rule, words))</td>
            <td data-label="\(words["kinds.starts"])">\(names(limit.starts, kind, visit))</td>
            <td data-label="\(words["kinds.stops"])">\(names(limit.stops, kind, visit))</td>
            <td data-label="\(words["kinds.pauses"])">\(limit.pauses.map { kind.stateTitle($0).in(visit.language) }.joined(separator: words["staff.list-comma"]))</td>
            <td data-label="\(words["kinds.source"])"><div>\(Self.source(limit.source, words))</div></td></tr>
            """
        }
        return table("limits", ["limit-name", "limit", "starts", "stops", "pauses", "source"], rows, visit)
    }

    private func moves(_ kind: Kind, _ visit: Visit) -> HTML {
        let words = visit.words
        let comma = words["staff.list-comma"]
        let rows: [HTML] = kind.moves.map { move in
            let to =
                switch move.to {
                case .state(let state): kind.stateTitle(state).in(visit.language)
                case .previous: words["kinds.previous"]
                case .same: words["kinds.same"]
                }
            return """
                <tr><th scope="row">\(move.title.in(visit.language))</th>
                <td data-label="\(words["kinds.from"])">\(move.from.map { kind.stateTitle($0).in(visit.language) }.joined(separator: comma))</td>
                <td data-label="\(words["kinds.to"])">\(to)</td>
                <td data-label="\(words["kinds.who"])">\(Mover.allCases.filter(move.who.contains).map { words["mover.\($0.rawValue)"] }.joined(separator: comma))</td>
                <td data-label="\(words["kinds.needs"])">\(move.needs.map { words["need.\($0.rawValue)"] }.joined(separator: comma))</td></tr>
                """
        }
        return table("moves", ["move", "from", "to", "who", "needs"], rows, visit)
    }

    private func states(_ kind: Kind, _ visit: Visit) -> HTML {
        let words = visit.words
        let rows: [HTML] = kind.states.map { state in
            let what = state.waitsForCustomer ? "waits" : state.isOpen ? "open" : "closed"
            return """
                <tr><th scope="row">\(state.title.in(visit.language))</th><td data-label="\(words["kinds.state-means"])">\(words["kinds.state.\(what)"])</td></tr>
                """
        }
        return table("states", ["state-name", "state-means"], rows, visit)
    }

    private func fields(_ kind: Kind, _ visit: Visit) -> HTML? {
        guard !kind.fields.isEmpty else { return nil }
        let words = visit.words
        let rows: [HTML] = kind.fields.map { field in
            """
            <tr><th scope="row">\(field.label.in(visit.language))</th>\
            <td data-label="\(words["kinds.required"])">\(words[field.isRequired ? "staff.yes" : "staff.no"])</td></tr>
            """
        }
        return table("fields", ["field", "required"], rows, visit)
    }

    private func table(_ name: String, _ columns: [String], _ rows: [HTML], _ visit: Visit) -> HTML {
        let words = visit.words
        let heads: [HTML] = columns.map { "<th scope=\"col\">\(words["kinds.\($0)"])</th>" }
        return """
            <section><h2>\(words["kinds.\(name)"])</h2><table class="stack"><thead><tr>\(heads)</tr></thead><tbody>\(rows)</tbody></table></section>
            """
    }

    private func names(_ moves: [String], _ kind: Kind, _ visit: Visit) -> String {
        moves.map {
            $0 == KindLimit.opened ? visit.words["kinds.opened"] : kind.move($0)?.title.in(visit.language) ?? $0
        }
        .joined(separator: visit.words["staff.list-comma"])
    }

    // MARK: A new version

    func publish(_ visit: Visit, _ state: FormState) async throws -> Page {
        let form = Forms.form(PublishKind.self, visit, state)
        return Page(
            visit.words["kinds.publish"], wide: true, back: "/kinds",
            body:
                "\(stylesheet)<p class=\"lead\">\(visit.words["kinds.publish.lead"])</p><div class=\"code\">\(form)</div>"
        )
    }
}

/// The company lets a new version of a kind go live; running cases keep theirs.
package struct PublishKind: Action {
    package static let name = "publish-kind"
    package static let door = Door.post("/kinds", status: 201)
    package static let who: Who = .roles(.company)
    @Input(.length(1...20_000), .lines) package var yaml: String

    package init() {}
    package init(yaml: String) { self.yaml = yaml }

    /// The desk stores, records and loads it in a write of its own, because all cases of this
    /// process must see it at once.
    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        do {
            try await desk.publish(kindYAML: yaml, by: actor)
        } catch let refused as KindRefused {
            throw Problem.invalid(
                refused.problems.map {
                    .init("yaml", "kind-\($0.code.rawValue)", ["place": $0.place, "found": $0.found])
                })
        }
    }

    package func perform(_ work: Work) throws -> PublishedKind {
        guard let name = Kind.name(ofYAML: yaml), let kind = work.desk.kinds.current(name) else {
            throw Problem(.conflict, "try-again")
        }
        return PublishedKind(name: name, version: kind.version)
    }
}

package struct PublishedKind: Answer, Equatable {
    package let name: String
    package let version: Int
    package static var schema: Schema { .object([("name", .text), ("version", .integer(min: 1))]) }
}
