import Desk
import Service
import Values
import Web

/// The sections of one outage's page.
struct IncidentParts {
    let view: IncidentView
    let visit: Visit
    /// nil where they are not for these eyes.
    var households: IncidentHouseholdPage?
    private var words: Words { visit.words }
    private var item: OutageItem { view.item }

    /// Steps with the states in which they make sense and the roles that may take them.
    struct Step {
        let name: String
        let roles: Set<Role>
        let states: Set<String>
    }
    private static let running: Set<String> = [
        "submitted", "accepted", "dispatched", "in-progress", "on-site", "isolated", "part-restored", "reopened",
    ]
    private static let taken = running.subtracting(["submitted", "reopened"])
    private static let workers: Set<Role> = [.representative, .dispatcher, .stationHead]

    static let steps: [Step] = [
        Step(
            name: "arrive-at-incident", roles: [.representative, .dispatcher],
            states: ["submitted", "accepted", "dispatched", "in-progress", "reopened"]),
        Step(name: "find-cause", roles: workers, states: taken),
        Step(name: "estimate-restoration", roles: workers, states: running),
        Step(name: "permit-step", roles: workers, states: taken),
        Step(name: "isolate-fault", roles: [.representative, .dispatcher], states: ["on-site", "part-restored"]),
        Step(name: "restore-section", roles: workers, states: running),
        Step(name: "restore-all", roles: workers, states: running),
        Step(name: "use-material", roles: workers, states: taken.union(["resolved"])),
        Step(name: "link-damage", roles: workers, states: taken.union(["resolved"])),
        Step(name: "decline-incident", roles: [.representative, .dispatcher], states: ["submitted"]),
        Step(name: "join-incidents", roles: [.dispatcher, .stationHead, .company], states: running),
        Step(name: "split-incident", roles: [.dispatcher, .stationHead, .company], states: running),
        Step(
            name: "reopen-incident", roles: [.attendant, .liaison, .dispatcher, .stationHead, .company],
            states: ["resolved", "confirmed", "closed"]),
        Step(name: "dismiss-incident", roles: [.dispatcher, .stationHead], states: running),
    ]

    var title: String { "\(words["outages.one"]) · \(item.villageName)" }

    func header() -> HTML {
        let alarm: HTML? = item.isAlarmed && item.state == "submitted" ? "<span class=\"tag danger\">\(words["outages.alarmed"])</span>" : nil
        let flags: [HTML] = view.flags.map { "<span class=\"tag\">\(words["outages.flag.\($0)"])</span>" }
        let due: HTML? = item.dueAt.map { due in
            """
            <p class="due\(item.isOverdue ? " late" : "")">\(Icon.clock) \(item.dueLabel?.in(visit.language) ?? words["outages.due"]): \
            \(words.moment(due, now: visit.now)) <b>\(words.distance(from: visit.now, to: due))</b></p>
            """
        }
        return """
            <header class="case-head"><p class="c-no">\(words["case.number"]) <b>\(item.number)</b></p>
            <h1>\(item.location)</h1>
            <p class="tags"><span class="tag s-\(item.state)">\(item.stateTitle.in(visit.language))</span>\(alarm)\(flags)</p>\(due)
            <dl class="facts"><dt>\(words["outages.here.began"])</dt><dd>\(words.moment(item.startedAt, now: visit.now))</dd>\
            <dt>\(words["outages.here.back"])</dt><dd>\(back())</dd>\
            <dt>\(words["outages.here.worker"])</dt><dd>\(item.worker ?? words["staff.unassigned"])</dd>\
            <dt>\(words["outages.reports"])</dt><dd>\(item.reports)</dd>\(answers())</dl></header>
            """
    }

    private func back() -> String {
        if let restored = item.restoredAt { return words.moment(restored, now: visit.now) }
        return item.eta.map { words.moment($0, now: visit.now) } ?? words["outages.here.eta-open"]
    }

    /// What the villagers said afterwards.
    private func answers() -> HTML? {
        guard view.lit + view.stillDark > 0 else { return nil }
        return """
            <dt>\(words["outages.answers"])</dt><dd>\(words("outages.answers-n", ["lit": "\(view.lit)", "dark": "\(view.stillDark)"]))</dd>
            """
    }

    // MARK: What is dark

    func dark() -> HTML {
        let rows: [HTML] = view.villages.map { share in
            """
            <tr><th scope="row">\(share.name)</th><td data-label="\(words["outages.dark-now"])">\(share.dark)</td>\
            <td data-label="\(words["outages.was-dark"])">\(share.customers)</td></tr>
            """
        }
        return """
            <section><h2>\(words["outages.what-is-dark"])</h2><p><b>\(item.dark)</b> / \(item.customers) \(words["outages.households"])</p>
            \(households == nil ? nil : "<p><a class=\"target\" href=\"/outages/\(item.number)/households\">\(words["outages.households-open"])</a></p>" as HTML)\
            \(households.flatMap { IncidentHouseholdPages.first($0.first, visit) })
            \(rows.isEmpty ? nil : "<table class=\"stack\"><thead><tr><th scope=\"col\">\(words["outages.villages.village"])</th><th scope=\"col\">\(words["outages.dark-now"])</th><th scope=\"col\">\(words["outages.was-dark"])</th></tr></thead><tbody>\(rows)</tbody></table>" as HTML)</section>
            """
    }

    /// Parts that can be given back, each with its button.
    func sections() -> HTML? {
        guard !view.sections.isEmpty else { return nil }
        let rows: [HTML] = view.sections.map { section in
            let button: HTML? =
                section.dark > 0 && may("restore-section")
                ? "<a class=\"button second\" href=\"/outages/\(item.number)/restore-section?devices=\(section.device)\">\(words["outages.give-back"])</a>"
                : nil
            let state: HTML =
                section.dark > 0
                ? HTML(words("outages.section-dark", ["n": "\(section.dark)"])) : "<span class=\"tag l-kept\">\(words["outages.section-lit"])</span>"
            return """
                <tr><th scope="row">\(section.name)</th><td data-label="\(words["outages.dark-now"])">\(state)</td><td>\(button)</td></tr>
                """
        }
        return """
            <section><h2>\(words["outages.sections"])</h2><table class="stack"><thead><tr><th scope="col">\(words["outages.section"])</th>\
            <th scope="col">\(words["outages.dark-now"])</th><th scope="col">\(words["outages.step"])</th></tr></thead><tbody>\(rows)</tbody></table></section>
            """
    }

    /// What those who told of it wrote and photographed.
    static func told(_ told: [IncidentView.Word], of number: String, _ visit: Visit) -> HTML? {
        guard !told.isEmpty else { return nil }
        let words = visit.words
        let items: [HTML] = told.map { one in
            """
            <li><p class="quiet"><time datetime="\(one.at.iso)">\(words.moment(one.at, now: visit.now))</time> · \
            \(OutageHTML.chinese(one.villageName, words)) · \(one.number)</p>\
            \(one.what.map { "<p class=\"said\">\(OutageHTML.chinese($0, words))</p>" as HTML })\
            \(CasePhotos.gallery(one.photos, of: number, visit))</li>
            """
        }
        return "<section><h2>\(words["outages.words"])</h2><ul class=\"plain\">\(items)</ul></section>"
    }

    func told() -> HTML? { Self.told(view.words, of: item.number, visit) }

    func finding() -> HTML? {
        guard view.finding != nil || item.cause != nil || !view.materials.isEmpty else { return nil }
        let cause: HTML? = item.cause.map { "<dt>\(words["outages.here.cause"])</dt><dd>\($0.in(visit.language))</dd>" }
        let equipment: HTML? = view.equipment.map { "<dt>\(words["outages.equipment"])</dt><dd>\($0.in(visit.language))</dd>" }
        let materials: HTML? =
            view.materials.isEmpty
            ? nil : "<dt>\(words["outages.materials"])</dt><dd>\(view.materials.joined(separator: words["staff.list-comma"]))</dd>"
        return """
            <section><h2>\(words["outages.finding"])</h2>\(view.finding.map { "<p class=\"said\">\($0)</p>" as HTML })\
            <dl class="facts">\(cause)\(equipment)\(materials)</dl></section>
            """
    }

    // MARK: Beside it

    private func may(_ name: String) -> Bool {
        guard let step = Self.steps.first(where: { $0.name == name }) else { return false }
        return step.states.contains(item.state) && visit.actor.grants.contains { step.roles.contains($0.role) }
    }

    func steps() -> HTML? {
        var names = Self.steps.map(\.name).filter(may)
        if visit.actor.person == view.assignee || visit.actor.has(.dispatcher) == false {
            names.removeAll { $0 == "decline-incident" && visit.actor.person != view.assignee }
        }
        var links: [HTML] = []
        if item.state == "submitted", visit.actor.has(.representative, .dispatcher, .stationHead) {
            links.append("<li><a class=\"button\" href=\"/cases/\(item.number)/accept\">\(words["outages.accept"])</a></li>")
        }
        if visit.actor.has(.dispatcher, .stationHead, .company), ["submitted", "accepted", "reopened"].contains(item.state) {
            links.append("<li><a class=\"button second\" href=\"/cases/\(item.number)/dispatch\">\(words["outages.dispatch"])</a></li>")
        }
        links += names.enumerated().map { i, name in
            let look = links.isEmpty && i == 0 ? "button" : "button second"
            return "<li><a class=\"\(look)\" href=\"/outages/\(item.number)/\(name)\">\(words["action.\(name).title"])</a></li>"
        }
        return links.isEmpty ? nil : "<section class=\"moves\"><h2>\(words["case.next"])</h2><ul>\(links)</ul></section>"
    }

    /// Who took which step of the permit, and the next one.
    func permit() -> HTML? {
        guard !view.permit.isEmpty else { return nil }
        let rows: [HTML] = PermitStep.allCases.map { step in
            let taken = view.permit.first { $0.step == step }
            let what: HTML =
                taken.map {
                    "\(Icon.done) \($0.place) <span class=\"quiet\">\($0.name) · \(words.moment($0.at, now: visit.now))</span>"
                } ?? (step == view.permitNext ? "<b>\(words["outages.permit-next"])</b>" : "–")
            return "<tr><th scope=\"row\">\(words["permit.\(step.rawValue)"])</th><td>\(what)</td></tr>"
        }
        return """
            <section><h2>\(words["outages.permit"])</h2><p class="note">\(words["outages.permit-open"])</p>\
            <table class="stack"><tbody>\(rows)</tbody></table></section>
            """
    }

    /// Where the fault is likely to be, and why.
    func located() -> HTML? {
        guard !view.deviceName.isEmpty else { return nil }
        let also: HTML? =
            view.also.isEmpty ? nil : "<p>\(words("outages.also", ["devices": view.also.joined(separator: words["staff.list-comma"])]))</p>"
        let sure = view.isFixed ? words["outages.found-on-spot"] : words("outages.probability", ["n": "\(item.probability)"])
        return """
            <section><h2>\(words["outages.located"])</h2><p><b>\(view.deviceName)</b>\
            \(view.device.map { " <span class=\"quiet\">\($0)</span>" as HTML })</p><p>\(sure)</p>\(also)</section>
            """
    }

    func links() -> HTML {
        func link(_ number: String) -> HTML { "<a class=\"target\" href=\"/outages/\(number)\">\(number)</a>" }
        var out: HTML = "<li><a class=\"target\" href=\"/cases/\(item.number)\">\(words["outages.to-case"])</a></li>"
        if let parent = view.parent { out += "<li>\(words["outages.parent"]) \(link(parent))</li>" }
        for nested in view.nested { out += "<li>\(words["outages.nested"]) \(link(nested))</li>" }
        if let into = view.joinedInto { out += "<li>\(words["outages.joined-into"]) \(link(into))</li>" }
        if let damage = view.damage {
            out += "<li>\(words["outages.damage"]) <a class=\"target\" href=\"/cases/\(damage)\">\(damage)</a></li>"
        }
        return "<section><h2>\(words["outages.links"])</h2><ul class=\"plain\">\(out)</ul></section>"
    }
}
