import Desk
import PowerRules
import Service
import Values
import Web

/// Claims for those who check them on site, offer and pay.
struct ClaimStaffPages: Sendable {
    let stylesheet: HTML

    /// `/claims`
    func list(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let found = try await visit.desk.fetch(
            ClaimListQuery.self, visit.asked("open", "after"), by: visit.actor, at: visit.now)
        let rows: [HTML] = found.items.map { item in
            let due: HTML? = item.dueAt.map {
                " · <time class=\"\($0 <= visit.now ? "late" : "")\">\(words.moment($0, now: visit.now))</time>"
            }
            return """
                <li><a href="/claims/\(item.number)">\(OutageHTML.chinese(item.villageName, words)) · \(item.number)</a>
                <p><span class="tag s-\(item.state)">\(item.stateTitle.in(visit.language))</span>\
                \(item.totalFen.map { " <b>\(ClaimParts.yuan($0))</b>" as HTML })</p>
                <p class="quiet">\(words.moment(item.openedAt, now: visit.now))\(due)</p></li>
                """
        }
        let open = visit.query["open"] ?? ""
        let tabs: [HTML] = [("", "all"), ("true", "open"), ("false", "closed")].map { value, key in
            let here: HTML = open == value ? " aria-current=\"page\"" : .empty
            return "<li><a href=\"\(visit.link(["open": value.isEmpty ? nil : value, "after": nil]))\"\(here)>\(words["claim.list.\(key)"])</a></li>"
        }
        let mayFile = !visit.actor.isOnlyAuditor
        return Page(
            words["claim.list"],
            body: """
                \(stylesheet)\(OutageHTML.done(visit, "claim.done"))
                \(OutageHTML.actions((mayFile ? [OutageHTML.link("/claims/new?village=", words["claim.file"], isMain: true)] : []) + [OutageHTML.link("/claims/calculator", words["claim.calculator"])]))
                <nav aria-label="\(words["claim.list"])"><ul class="tabs">\(tabs)</ul></nav>
                \(rows.isEmpty ? OutageHTML.empty(words["claim.list.none"]) : "<ul class=\"rows\">\(rows)</ul>" as HTML)
                \(OutageHTML.next(visit, found.next))
                """)
    }

    private func look(_ visit: Visit) async throws -> ClaimView {
        try await visit.desk.fetch(ClaimQuery.self, ["case": .text(visit["case"])], by: visit.actor, at: visit.now)
    }

    /// `/claims/:case`: everything that is known, and the next step as a form.
    func claim(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let view = try await look(visit)
        let words = visit.words
        let parts = ClaimParts(view: view, visit: visit)
        let mayChange = mayChange(view, visit)
        let path = "/claims/\(view.number)"
        var links = [OutageHTML.link("/cases/\(view.number)", words["claim.to-case"])]
        if view.cause != nil { links.append(OutageHTML.link("\(path)/slip", words["claim.slip"])) }
        if mayChange { links.append(OutageHTML.link("\(path)/items/new", words["claim.add-item"])) }
        return Page(
            words["claim.title"], scripts: ["photos"], back: "/claims",
            body: """
                \(stylesheet)\(OutageHTML.done(visit, "claim.done"))
                \(OutageHTML.problem(state, AcceptOffer.name, words: words))\(parts.facts())
                \(OutageHTML.section(words["claim.appliances"], id: "appliances", parts.items(edit: mayChange ? { "\(path)/items/\($0.id)" } : nil)))
                \(OutageHTML.actions(links))\(next(view, visit, state))\(ClaimParts.rules(words))
                """)
    }

    private func mayChange(_ view: ClaimView, _ visit: Visit) -> Bool {
        let isDesk = visit.actor.has(.representative, .dispatcher, .stationHead, .company)
        let isVillage = visit.actor.has(.attendant, .liaison)
        return (isDesk || isVillage) && ClaimPages.openStates.contains(view.state)
            || isDesk && ["checked", "refused"].contains(view.state)
    }

    /// The step that comes next for this person.
    private func next(_ view: ClaimView, _ visit: Visit, _ state: FormState) -> HTML {
        let words = visit.words
        let hidden = ["case": view.number, "seen": "\(view.version)"]
        func form<A: ClaimAction>(_ type: A.Type, _ look: FormLook) -> HTML {
            guard A.who.admits(visit.actor) else { return .empty }
            var look = look
            look.hidden.merge(hidden) { old, _ in old }
            return OutageHTML.section(words["action.\(A.name).title"], id: A.name, Forms.form(A.self, visit, state, look))
        }
        switch view.state {
        case "submitted", "accepted", "dispatched", "in-progress", "reopened":
            return form(CheckClaim.self, FormLook())
        case "checked", "refused":
            return form(OfferClaim.self, FormLook())
        case "offered" where visit.actor.has(.attendant, .liaison):
            return form(AcceptOffer.self, FormLook(only: []))
                + form(RefuseOffer.self, FormLook(only: ["reason", "dispute"], isSecondary: true))
        case "agreed":
            return form(PayClaim.self, FormLook(initial: ["paidOn": visit.now.day.iso]))
        default: return .empty
        }
    }

    func newItem(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let view = try await look(visit)
        return Page(
            visit.words["action.add-claim-item.title"], scripts: ["photos"], back: "/claims/\(view.number)",
            body: """
                \(stylesheet)\(Forms.form(
                    AddClaimItem.self, visit, state, FormLook(except: ["secret", "lastFour"], hidden: ["case": view.number])))
                """)
    }

    /// `/claims/:case/items/:item`: what was found of it, and what was typed wrong.
    func item(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let view = try await look(visit)
        let words = visit.words
        guard let item = view.items.first(where: { $0.id.text == visit["item"] }) else { throw Problem.notFound }
        let hidden = ["case": view.number, "item": item.id.text]
        var assess: HTML?
        if AssessClaimItem.who.admits(visit.actor) {
            var initial: [String: String] = [:]
            if item.isChecked {
                initial["damaged"] = item.isDamaged == true ? "true" : "false"
                initial["remark"] = item.remark ?? ""
                initial["repairCost"] = item.repairFen.map(Yuan.text) ?? ""
            }
            assess = OutageHTML.section(
                words["action.assess-claim-item.title"], id: "assess",
                Forms.form(
                    AssessClaimItem.self, visit, state,
                    FormLook(
                        only: ["damaged", "repairCost", "remark"], hidden: hidden,
                        choices: ["damaged": OutageHTML.yesNo(words)], initial: initial)))
        }
        return Page(
            item.name, scripts: ["photos"], back: "/claims/\(view.number)",
            body: """
                \(stylesheet)\(assess)
                \(OutageHTML.section(
                    words["action.correct-claim-item.title"], id: "correct",
                    Forms.form(CorrectClaimItem.self, visit, state, ClaimPages.correcting(item, to: nil, hidden: hidden))))
                """)
    }

    func slip(_ visit: Visit) async throws -> Page {
        let view = try await look(visit)
        return ClaimPages.slip(view, visit, back: "/claims/\(view.number)", stylesheet)
    }
}
