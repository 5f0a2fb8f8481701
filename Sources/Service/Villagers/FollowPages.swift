import Desk
import PowerRules
import Registry
import Values
import Web

/// Following a case without an account, and a customer's own case: where it stands in plain
/// words, what was promised, who answers, and what the villager may do now.
struct FollowPages: Sendable {
    let directory: Directory
    let stylesheet: HTML
    let guests: [any ServiceGuest]

    // MARK: By number

    /// `/follow`: number and last four digits, sent by GET so that the page can be kept.
    func enter(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let number = visit.query["number"] ?? ""
        let lastFour = visit.query["lastFour"] ?? ""
        var problem: Problem?
        if !number.isEmpty || !lastFour.isEmpty {
            let door = FollowDoor.phone(
                number: Code(typed: number)?.text ?? number, lastFour: lastFour.trimmed)
            do {
                return try await page(door, try await door.look(visit), visit)
            } catch let found as Problem where [.invalid, .notFound].contains(found.kind) {
                if let page = try await elsewhere(door, visit) { return page }
                // Neither says which of the two was wrong.
                problem = Problem(.notFound, "follow-not-found")
            }
        }
        let numberField = FieldFrame(
            id: "number", name: "number", label: words["villagers.follow.number"],
            hint: words["villagers.follow.number-hint"])
        let fourField = FieldFrame(
            id: "lastFour", name: "lastFour", label: words["villagers.follow.last-four"],
            hint: words["villagers.follow.last-four-hint"])
        let signIn: HTML =
            visit.actor.has(.customer)
            ? "<p><a class=\"target\" href=\"/mine\">\(words["villagers.mine.title"])</a></p>"
            : "<p><a class=\"target\" href=\"/sign-in?back=/mine\">\(words["villagers.follow.sign-in"])</a></p>"
        return Page(
            words["villagers.follow.title"], status: problem == nil ? 200 : 404, back: visit.isLarge ? nil : "/",
            body: """
                \(stylesheet)\(FormParts.summary(problem, of: "follow", [], words))
                <p class="lead">\(words["villagers.follow.lead"])</p>
                <form method="get" action="/follow">
                \(numberField.around("<input id=\"number\" name=\"number\" autocomplete=\"off\" maxlength=\"20\" value=\"\(number)\"\(numberField.described)>"))
                \(fourField.around("<input id=\"lastFour\" name=\"lastFour\" inputmode=\"numeric\" autocomplete=\"off\" maxlength=\"4\" value=\"\(lastFour)\"\(fourField.described)>"))
                <p class="actions"><button class="button">\(words["villagers.follow.look"])</button></p></form>
                \(signIn)<p class="quiet">\(words["villagers.follow.lost"])</p>
                """)
    }

    // MARK: The case

    /// The page of one case through one of its doors, also the page on which a move was refused.
    func follow(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let door = FollowDoor(of: visit)
        let view: CaseView
        do {
            view = try await door.look(visit)
        } catch let found as Problem where found.kind == .notFound {
            guard let page = try await elsewhere(door, visit) else { throw found }
            return page
        }
        return try await page(door, view, visit, state)
    }

    /// What another service keeps under that receipt or number.
    private func elsewhere(_ door: FollowDoor, _ visit: Visit) async throws -> Page? {
        for guest in guests {
            if let page = try await guest.page(of: door, visit) { return page }
        }
        return nil
    }

    private func sections(_ view: CaseView, _ door: FollowDoor, _ visit: Visit) async throws -> HTML {
        var out = HTML.empty
        for guest in guests {
            if let section = try await guest.section(of: view, door, visit) { out += section }
        }
        return out
    }

    private func page(
        _ door: FollowDoor, _ view: CaseView, _ visit: Visit, _ state: FormState = FormState()
    ) async throws -> Page {
        let words = visit.words
        let servers = try await servers(of: view, visit)
        let parts = FollowParts(view: view, door: door, visit: visit, servers: servers)
        var page = Page(
            view.kindTitle.in(visit.language), scripts: ["photos"],
            back: { if case .own = door { "/mine" } else { nil } }(),
            body: """
                \(stylesheet)\(done(visit))\(refused(view, state, words))
                <p class="case-line"><b class="digits">\(view.number)</b> \(parts.place())</p>
                \(VillagerParts.warning(view.dangers.compactMap(Danger.init(rawValue:)), visit, servers))
                \(parts.standing())\(try await sections(view, door, visit))\(parts.forms(state))
                """)
        page.body += """
            \(parts.told())\(parts.timeline())\(parts.answers())\(parts.ladder())
            <p class="actions">\(paper(door, words))</p>
            """
        return page
    }

    // MARK: Following as a neighbour

    /// `/requests/:case/follow`: whoever has the same trouble is told what happens, under a receipt
    /// of their own.
    func neighbour(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        guard let number = Code(typed: visit["case"]) else { throw Problem.notFound }
        return Page(
            words["action.follow.title"],
            body: """
                \(stylesheet)<p class="lead">\(words("villagers.follow.neighbour", ["number": number.text]))</p>
                \(Forms.form(FollowCase.self, visit, state, FormLook(only: ["name", "phone"], required: visit.actor.isStaff ? [] : ["phone"])))
                """)
    }

    /// Whoever a complaint is about is not named on its page as the one who answers.
    private func servers(of view: CaseView, _ visit: Visit) async throws -> VillageServers? {
        guard let village = view.village, !view.isConfidential else { return nil }
        let day = visit.now.day
        let keys = visit.desk.keys
        return try await visit.desk.look(by: visit.actor) { try $0.tx.servers(of: village, on: day, keys: keys) }
    }

    /// The case has moved on and the form that was sent is no longer offered.
    private func refused(_ view: CaseView, _ state: FormState, _ words: Words) -> HTML? {
        guard let problem = state.problem, !view.moves.contains(where: { $0.name == state.action }) else { return nil }
        return FormParts.summary(problem, of: "follow", [], words)
    }

    private func done(_ visit: Visit) -> HTML? {
        guard let move = visit.query["done"], visit.words.has("villagers.done.\(move)") else { return nil }
        return "<p class=\"good\" role=\"status\">\(Icon.done) \(visit.words["villagers.done.\(move)"])</p>"
    }

    private func paper(_ door: FollowDoor, _ words: Words) -> HTML? {
        guard case .receipt = door else { return nil }
        return "<a class=\"button second\" href=\"\(door.path)/slip\">\(Icon.print) \(words["villagers.slip.link"])</a>"
    }
}
