import Desk
import Storage
import Values
import Web

/// Coming in: staff by password, villagers by phone and code, and in the demo by one click.
struct SignInPages: Sendable {
    let log: @Sendable (String) -> Void
    let isDemo: Bool

    func register(on site: Site) {
        site.action(SignIn.self, at: "/sign-in", form: signInPage, then: arrive)
        if isDemo { site.action(DemoSignIn.self, at: nil, form: signInPage, then: arrive) }
        site.action(
            RequestCode.self, at: "/sign-in/phone", form: phonePage,
            then: { sent, visit in
                if let code = sent.demoCode {
                    log("one-time code for \(Masking.phone(sent.phone)): \(code)")
                }
                return .page(codePage(visit, FormState(values: ["phone": .text(sent.phone)]), demoCode: sent.demoCode))
            })
        site.action(
            EnterCode.self, at: "/sign-in/code",
            form: { visit, state in codePage(visit, state) }, then: arrive)
        site.action(
            HelpSignIn.self, at: "/sign-in/help",
            form: { visit, state in
                Page(
                    visit.words["action.help-sign-in.title"], back: visit.start,
                    body: """
                        <p class="lead">\(visit.words["registry.help.lead"])</p>
                        \(Forms.form(HelpSignIn.self, visit, state))
                        """)
            },
            then: { made, visit in
                .page(
                    Page(
                        visit.words["registry.help.made"], back: visit.start,
                        body: """
                            <p class="lead">\(visit.words["registry.help.tell"])</p>
                            <p class="big-number">\(made.code)</p>
                            <p>\(visit.words("registry.help.where", ["address": "\(visit.desk.settings.publicAddress)/sign-in/code"]))</p>
                            <p>\(visit.words["registry.help.visible"])</p>
                            """))
            })
    }

    private func arrive(_ done: SignedIn, _ visit: Visit) async throws -> After {
        let seconds = Int(done.expiresAt.since(visit.now) / 1000)
        let isStaff = done.roles.contains { Role.staff.contains($0.role) }
        let start = done.mustChange ? "/my/password" : visit.back ?? (isStaff ? "/work" : "/")
        return After.go(start).setting(.session(done.token, maxAgeSeconds: seconds))
    }

    // MARK: Staff, and the demo

    @Sendable private func signInPage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let demo = isDemo ? try await demoRoles(visit) : HTML.empty
        // The app's code is asked of those who have one.
        let asksCode = state.complaint("code") != nil || !state.typed("code").isEmpty
        return Page(
            words["registry.sign-in.title"],
            body: """
                \(visit.query["back"] == nil ? HTML.empty : "<p class=\"note\">\(words["registry.sign-in.first"])</p>")
                \(demo)
                <section class="card" aria-labelledby="by-phone"><h2 id="by-phone">\(words["registry.sign-in.villager"])</h2>
                <p>\(words["registry.sign-in.villager-hint"])</p>
                <p class="actions"><a class="button" href="/sign-in/phone\(visit.backQuery)">\(Icon.phone) \(words["registry.sign-in.by-phone"])</a></p></section>
                <section class="card" aria-labelledby="by-password"><h2 id="by-password">\(words["registry.sign-in.staff"])</h2>
                \(Forms.form(SignIn.self, visit, state, FormLook(except: asksCode ? [] : ["code"], to: "/sessions\(visit.backQuery)")))
                </section>
                """)
    }

    private func demoRoles(_ visit: Visit) async throws -> HTML {
        let people = try await visit.desk.look(by: visit.actor) { work in
            try Role.allCases.compactMap { try work.tx.demoPerson($0, at: work.now) }
        }
        let words = visit.words
        let cards: [HTML] = people.map { person in
            let role = person.role.rawValue
            let unit = words.language == .chinese || person.unitNameEn.isEmpty ? person.unitName : person.unitNameEn
            return """
                <li>\(Forms.open(to: "/sessions/demo\(visit.backQuery)", visit, key: false))\(FormParts.hidden("role", role))\
                <button class="second as"><span class="hidden-text">\(words("registry.sign-in.as", ["role": words["role.\(role)"]])): </span>\
                <b>\(words["role.\(role)"])</b><span>\(Parts.chinese(person.name, words)) · \(Parts.chinese(unit, words))</span>\
                <span class="hint">\(words["registry.role-line.\(role)"])</span></button></form></li>
                """
        }
        return """
            <section aria-labelledby="demo-roles"><h2 id="demo-roles">\(words["registry.sign-in.demo"])</h2>
            <p>\(words["registry.sign-in.demo-hint"])</p><ul class="cards">\(cards)</ul></section>
            """
    }

    // MARK: Villagers

    @Sendable private func phonePage(_ visit: Visit, _ state: FormState) async throws -> Page {
        // Whoever asks again too early most likely has a code already.
        if state.problem?.code == "code-too-soon" { return codePage(visit, state) }
        let words = visit.words
        return Page(
            words["registry.phone.title"], back: "/sign-in\(visit.backQuery)",
            body: """
                <p class="lead">\(words["registry.phone.lead"])</p>
                \(Forms.form(RequestCode.self, visit, state, FormLook(to: "/sign-in/code\(visit.backQuery)")))
                <p><a href="/sign-in/code\(visit.backQuery)">\(words["registry.phone.have-code"])</a></p>
                """)
    }

    private func codePage(_ visit: Visit, _ state: FormState, demoCode: String? = nil) -> Page {
        let words = visit.words
        let phone = state.typed("phone")
        let known = PhoneNumber(phone)
        let note: HTML
        if state.action == RequestCode.name, let problem = state.problem {
            note = "<p class=\"note\" role=\"status\">\(ProblemText.sentence(problem, words))</p>"
        } else if let known {
            let key = visit.desk.settings.sendsSMS ? "registry.code.sent" : "registry.code.made"
            note = "<p class=\"lead\">\(words(key, ["phone": known.masked]))</p>"
        } else {
            note = "<p class=\"lead\">\(words["registry.code.given"])</p>"
        }
        let demo: HTML? = demoCode.map { "<p class=\"note\">\(words("registry.code.demo", ["code": $0]))</p>" }
        let look = FormLook(
            hidden: known == nil ? [:] : ["phone": phone], to: "/sign-in/code/enter\(visit.backQuery)")
        let again: HTML? = known.map { _ in
            """
            <p>\(words["registry.code.again-hint"])</p>
            \(Forms.form(RequestCode.self, visit, FormState(), FormLook(only: [], hidden: ["phone": phone], submit: "registry.code.again", isSecondary: true, to: "/sign-in/code\(visit.backQuery)")))
            """
        }
        let again2: HTML = again ?? .empty
        return Page(
            words["registry.code.title"], back: "/sign-in/phone\(visit.backQuery)",
            body: """
                \(note)\(demo)
                \(Forms.form(EnterCode.self, visit, state.action == RequestCode.name ? FormState(values: state.values) : state, look))
                \(again2)
                """)
    }
}
