import Desk
import PowerRules
import Registry
import Storage
import Values
import Web

/// Networks that the company sends: the form, the report of the check by line, publishing, and how far it is.
struct SentNetworkPages: Sendable {
    let directory: Directory
    let stylesheet: HTML

    func register(on site: Site) {
        site.page("/network/imports", who: SentNetworksQuery.who, list)
        site.page("/network/imports/:import", who: SentNetworkQuery.who) { try await one($0, FormState()) }
        site.live("/network/imports/:import/live", who: SentNetworkQuery.who) { visit in
            let topic = networkImportTopic(try await look(visit).id)
            return { $0 == topic }
        }
        site.query(SentNetworkQuery.self)
        site.query(SentNetworksQuery.self)
        site.action(
            SendNetwork.self, at: "/network/import", form: form, then: { sent, _ in .go("/network/imports/\(sent.id)") })
        site.action(
            PublishNetwork.self, at: nil, form: one, then: { sent, _ in .go("/network/imports/\(sent.id)") })
    }

    @Sendable private func form(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let county = visit.actor.county
        let stations = try await directory.current(at: visit.now).units.filter {
            $0.kind == .station && !$0.isClosed && $0.county == county
        }
        var look = FormLook()
        look.initial["datum"] = Datum.wgs84.rawValue
        look.choices["station"] = stations.map { FormChoice($0.id.text, $0.name(in: words.language)) }
        if stations.isEmpty { look.choices["station"] = nil }
        return Page(
            words["action.send-network.title"], back: "/network",
            body: """
                \(stylesheet)<p class="lead">\(words("network.import.lead", ["max": "\(SentFile.mostBytes >> 20)"]))</p>
                \(Forms.form(SendNetwork.self, visit, state, look))
                """)
    }

    @Sendable private func list(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let found = try await visit.desk.fetch(
            SentNetworksQuery.self, visit.query["after"].map { ["after": .text($0)] } ?? [:], by: visit.actor, at: visit.now)
        let rows: [HTML] = found.items.map { item in
            """
            <li><a href="/network/imports/\(item.id)">\(item.name) (\(item.feeder))</a> \(Self.tag(item.state, words))
            <p class="quiet">\(words.moment(item.madeAt, now: visit.now)) · \(item.person) · \(item.source)</p></li>
            """
        }
        return Page(
            words["network.imports"], back: "/network",
            body: """
                \(stylesheet)<p class="actions"><a class="button" href="/network/import">\(words["action.send-network.title"])</a></p>
                \(rows.isEmpty ? "<p class=\"empty\">\(words["network.imports.none"])</p>" as HTML : "<ul class=\"rows\">\(rows)</ul>")
                \(GridParts.next(visit, found.next))
                """)
    }

    private static func tag(_ state: SentNetworkState, _ words: Words) -> HTML {
        let look =
            switch state {
            case .waiting, .queued, .checked: "soon"
            case .refused, .failed: "late"
            case .published: "calm"
            }
        return "<span class=\"tag \(look)\">\(words["network.import.\(state.rawValue)"])</span>"
    }

    private func look(_ visit: Visit) async throws -> SentNetwork {
        try await visit.desk.fetch(
            SentNetworkQuery.self, ["import": .text(visit["import"])], by: visit.actor, at: visit.now)
    }

    /// What the check said, and what may be done now.
    @Sendable private func one(_ visit: Visit, _ state: FormState) async throws -> Page {
        let sent = try await look(visit)
        let words = visit.words
        let here = "/network/imports/\(sent.id)"
        return Page(
            "\(sent.name) (\(sent.feeder))", wide: true, scripts: ["live"], back: "/network/imports",
            body: """
                \(stylesheet)\(FormParts.summary(state.problem, of: PublishNetwork.name, [], words))
                <div id="import" data-live="\(here)/live" data-live-url="\(here)">
                <p class="lead">\(Self.tag(sent.state, words)) \(words["network.import.\(sent.state.rawValue)-about"])</p>
                \(standing(sent, here, visit))\(facts(sent, visit))\(findings(sent, visit))</div>
                """)
    }

    private func standing(_ sent: SentNetwork, _ here: String, _ visit: Visit) -> HTML? {
        let words = visit.words
        switch sent.state {
        case .waiting: return "<p><a class=\"button second\" href=\"\(here)\">\(words["network.import.again"])</a></p>"
        case .queued:
            let done = words("network.import.percent", ["n": "\(sent.percent)"])
            return """
                <p><progress max="100" value="\(sent.percent)">\(done)</progress> \(done)</p>
                <p><a class="button second" href="\(here)">\(words["network.import.again"])</a></p>
                """
        case .checked:
            return Forms.button(PublishNetwork.self, visit, hidden: ["import": sent.id.text], isSecondary: false)
        case .refused: return "<p><a class=\"button\" href=\"/network/import?feeder=\(percentEncoded(sent.feeder))\">\(words["network.import.once-more"])</a></p>"
        case .failed:
            let why = sent.problem.map { words.has("problem.\($0)") ? words("problem.\($0)", [:]) : $0 } ?? ""
            return """
                <p class="warning">\(why)</p>
                <p><a class="button" href="/network/import?feeder=\(percentEncoded(sent.feeder))">\(words["network.import.once-more"])</a></p>
                """
        case .published:
            return sent.version.map {
                "<p><a class=\"button\" href=\"/network/versions/\($0)\">\(words["network.import.open"])</a></p>"
            }
        }
    }

    private func facts(_ sent: SentNetwork, _ visit: Visit) -> HTML? {
        // Of what was refused nobody has looked for areas and accounts.
        guard sent.supplies > 0, sent.state != .refused else { return nil }
        let words = visit.words
        return GridParts.facts([
            (words["network.version.source"], "\(sent.source) (\(sent.format))"),
            (words["network.version.nodes"], "\(sent.nodes)"), (words["network.devices"], "\(sent.devices)"),
            (words["network.areas"], "\(sent.areas)"),
            (
                words["network.customers"],
                HTML(words("network.version.linked", ["linked": "\(sent.supplies - sent.unlinked)", "all": "\(sent.supplies)"]))
            ),
        ])
    }

    private func findings(_ sent: SentNetwork, _ visit: Visit) -> HTML? {
        guard !sent.findings.isEmpty else { return nil }
        let words = visit.words
        func table(_ list: [SentNetwork.Finding], _ title: String, _ id: String) -> HTML? {
            guard !list.isEmpty else { return nil }
            let rows: [[HTML]] = list.map { [HTML($0.subject), HTML(words("problem.\($0.code)", $0.values))] }
            let heads = ["network.finding.subject", "network.finding.message"]
            return GridParts.section(title, id, GridParts.table(title, heads: heads, rows, words))
        }
        let errors = sent.findings.filter(\.isError)
        let warnings = sent.findings.filter { !$0.isError }
        return """
            \(table(errors, words("network.errors", ["n": "\(errors.count)"]), "errors"))\
            \(table(warnings, words("network.findings", ["n": "\(max(sent.warnings, warnings.count))"]), "findings"))
            """
    }
}
