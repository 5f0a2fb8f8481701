import Desk
import Registry
import Service
import Storage
import Values
import Web

/// Outages for the staff: what is dark now, what was, one outage, and the steps of the work.
struct OutagePages: Sendable {
    let directory: Directory
    let stylesheet: HTML

    // MARK: Lists

    func list(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let isPast = visit.query["state"] == "past"
        var asked: RawInputs = ["state": .text(isPast ? "past" : "running")]
        for name in ["station", "after"] { if let value = visit.query[name] { asked[name] = .text(value) } }
        let found = try await visit.desk.fetch(OutagesQuery.self, asked, by: visit.actor, at: visit.now)
        let tabs: [HTML] = [("running", nil), ("past", "past")].map { name, state in
            let here: HTML = isPast == (state != nil) ? " aria-current=\"page\"" : .empty
            return "<li><a href=\"\(visit.link(["state": state, "after": nil]))\"\(here)>\(words["outages.tab.\(name)"])</a></li>"
        }
        let next: HTML? = found.next.map {
            "<p><a class=\"button second\" rel=\"next\" href=\"\(visit.link(["after": $0]))\">\(words["outages.next"])</a></p>"
        }
        let none = words[isPast ? "outages.none-past" : "outages.none"]
        let remote: HTML? =
            visit.actor.has(.company)
            ? "<p><a class=\"target\" href=\"/outages/villages\">\(words["outages.villages.title"])</a></p>" : nil
        return Page(
            words["outages.title"], wide: true, scripts: ["live"],
            body: """
                \(stylesheet)<ul class="tabs">\(tabs)</ul>
                <div id="outages" data-live="/work/live" data-live-url="\(visit.target)">
                \(found.items.isEmpty ? "<p class=\"empty\">\(none)</p>" as HTML : OutageRows.list(found.items, visit))\(next)</div>\(remote)
                """)
    }

    // MARK: One outage

    func view(_ visit: Visit) async throws -> IncidentView {
        let typed = visit.parameters["number"] ?? visit.parameters["incident"] ?? ""
        guard let code = Code(typed: typed) else { throw Problem.notFound }
        return try await visit.desk.fetch(IncidentQuery.self, ["incident": .text(code.text)], by: visit.actor, at: visit.now)
    }

    func one(_ visit: Visit) async throws -> Page {
        let view = try await view(visit)
        let number = Code(stored: view.item.number)
        let mayList = IncidentHouseholdsQuery.who.admits(visit.actor) && view.joinedInto == nil
        let households = mayList ? try await IncidentHouseholdPages.look(number, visit) : nil
        let parts = IncidentParts(view: view, visit: visit, households: households)
        return Page(
            parts.title, wide: true, scripts: ["live"], back: "/outages", showsTitle: false,
            body: """
                \(stylesheet)\(done(visit))
                <div class="case" id="incident" data-live="/outages/\(view.item.number)/live" data-live-url="/outages/\(view.item.number)">
                <div class="case-main">\(parts.header())\(parts.dark())\(parts.sections())\(parts.finding())\(parts.told())</div>
                <aside class="case-side">\(parts.steps())\(parts.permit())\(parts.located())\(parts.links())</aside></div>
                """)
    }

    private func done(_ visit: Visit) -> HTML? {
        guard let step = visit.query["done"], visit.words.has("action.\(step).done") else { return nil }
        return "<p class=\"banner\" role=\"status\">\(Icon.done) \(visit.words["action.\(step).done"])</p>"
    }

    // MARK: One step

    /// The page of one step; also shown again with what was typed when somebody else was faster.
    func step(_ name: String, _ visit: Visit, _ state: FormState) async throws -> Page {
        let view = try await view(visit)
        guard IncidentParts.steps.contains(where: { $0.name == name }) else { throw Problem.notFound }
        let words = visit.words
        var state = state
        var notice: HTML?
        if let problem = state.problem, ["case-moved", "permit-open", "permit-order", "own-door"].contains(problem.code) {
            notice = conflict(view, problem, visit)
            state.problem = nil
        }
        let about = "action.\(name).about"
        return Page(
            words["action.\(name).title"], scripts: ["photos", "position", "clock"], back: "/outages/\(view.item.number)",
            body: """
                \(stylesheet)\(summary(view, visit))\(notice)\(words.has(about) ? "<p>\(words[about])</p>" as HTML : nil)
                \(try await IncidentForms(view: view, visit: visit, directory: directory).form(name, state))
                """)
    }

    private func summary(_ view: IncidentView, _ visit: Visit) -> HTML {
        """
        <div class="about"><p><b>\(view.item.location)</b> \
        <span class="tag s-\(view.item.state)">\(view.item.stateTitle.in(visit.language))</span></p>
        <p class="quiet">\(view.item.number) · \(visit.words("outages.row.dark", ["n": "\(view.item.dark)", "reports": "\(view.item.reports)"]))</p></div>
        """
    }

    /// Somebody else was faster, or the order is another: the new state, and what was typed stays.
    private func conflict(_ view: IncidentView, _ problem: Problem, _ visit: Visit) -> HTML {
        let words = visit.words
        var values = problem.values
        for name in ["step", "next"] { if let step = values[name], words.has("permit.\(step)") { values[name] = words["permit.\(step)"] } }
        values["stateEn"] = view.item.stateTitle.en
        values["stateZh"] = view.item.stateTitle.zh
        return """
            <div class="summary" role="alert"><h2>\(words["outages.conflict"])</h2>
            <p>\(words("problem.\(problem.code)", values))</p></div>
            """
    }

    // MARK: Remote villages

    func villages(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let places = try await directory.current(at: visit.now)
        let county = visit.actor.county
        let villages = places.villages.filter { $0.county == county }
        let classes = try await visit.desk.look(by: visit.actor) { work in
            Dictionary(
                try work.tx.rows("SELECT village, class FROM village_class WHERE county = \(county) ORDER BY village") {
                    ($0[0] as ID<Village>, $0[1] as String)
                }, uniquingKeysWith: { first, _ in first })
        }
        let rows: [HTML] = villages.map { village in
            let isRemote = classes[village.id] == "remote"
            return """
                <tr><th scope="row">\(village.name(in: visit.language))</th><td data-label="\(words["outages.villages.class"])">\(words["village-class.\(isRemote ? "remote" : "village")"])</td>
                <td>\(Forms.open(to: "/villages/\(village.id)/class", visit))\(FormParts.hidden("class", isRemote ? "village" : "remote"))\
                <button class="button second">\(words[isRemote ? "outages.villages.make-ordinary" : "outages.villages.make-remote"])</button></form></td></tr>
                """
        }
        return Page(
            words["outages.villages.title"], wide: true, back: "/outages",
            body: """
                \(stylesheet)\(done(visit))\(FormParts.summary(state.problem, of: ClassVillage.name, [], words))
                <p class="lead">\(words["outages.villages.lead"])</p>
                <table class="stack"><thead><tr><th scope="col">\(words["outages.villages.village"])</th>\
                <th scope="col">\(words["outages.villages.class"])</th><th scope="col">\(words["outages.villages.change"])</th></tr></thead><tbody>\(rows)</tbody></table>
                """)
    }
}
