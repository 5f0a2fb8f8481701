import Desk
import Storage
import Values
import Web

/// Everybody's own: where I am signed in, my password, my app code.
struct MyPages: Sendable {
    func register(on site: Site) {
        site.page("/my/sessions", who: .signedIn, sessionsPage)
        site.action(
            EndSession.self, at: nil, form: { visit, _ in try await sessionsPage(visit) },
            then: { _, _ in After.go("/").setting(.noSession) })
        site.action(
            EndAllSessions.self, at: nil, form: { visit, _ in try await sessionsPage(visit) },
            then: { _, _ in After.go("/").setting(.noSession) })
        site.action(
            EndOneSession.self, at: nil, form: { visit, _ in try await sessionsPage(visit) },
            then: { _, _ in .go("/my/sessions?done=session-ended") })
        site.action(
            SetPassword.self, at: "/my/password",
            form: { visit, state in
                Page(
                    visit.words["action.set-password.title"], back: "/my/sessions",
                    body: """
                        <p class="lead">\(visit.words["registry.password.lead"])</p>
                        \(Forms.form(SetPassword.self, visit, state))
                        """)
            },
            then: { _, _ in .go("/my/sessions?done=password") })
        site.action(SetTOTP.self, at: "/my/totp", form: totpPage, then: { _, _ in .go("/my/sessions?done=totp") })
        site.action(
            RemoveTOTP.self, at: "/my/totp/remove",
            form: { visit, state in
                Page(
                    visit.words["action.remove-totp.title"], back: "/my/sessions",
                    body: Forms.form(RemoveTOTP.self, visit, state))
            },
            then: { _, _ in .go("/my/sessions?done=totp-removed") })
    }

    @Sendable private func sessionsPage(_ visit: Visit) async throws -> Page {
        guard let person = visit.actor.person else { throw Problem.notSignedIn }
        let (sessions, info) = try await visit.desk.look(by: visit.actor) { work in
            (
                try work.tx.sessions(of: person, current: work.actor.session, at: work.now),
                try work.tx.person(person, now: work.now)
            )
        }
        let words = visit.words
        let rows: [HTML] = sessions.map { session in
            let helped: HTML? = session.helpedBy.map { name in
                "<p><b>\(words["registry.sessions.helped"])</b> \(Parts.chinese(name, words))</p>"
            }
            let tag: HTML = session.isThisOne ? " <span class=\"tag calm\">\(words["registry.sessions.this"])</span>" : .empty
            let end: HTML =
                session.isThisOne
                ? .empty
                : Forms.button(EndOneSession.self, visit, hidden: ["session": session.id.text])
            return """
                <li class="card"><p><b>\(words["registry.sessions.door.\(session.door.rawValue)"])</b>\(tag)</p>\(helped)
                <p>\(words("registry.sessions.since", ["at": words.moment(session.madeAt, now: visit.now)]))</p>
                <p class="quiet">\(words("registry.sessions.seen", ["at": words.moment(session.seenAt, now: visit.now)]))\
                \(session.isTrusted ? " · " + words["registry.sessions.trusted"] : "")</p>\(end)</li>
                """
        }
        var links: [HTML] = []
        if visit.actor.isStaff {
            links.append(Parts.link("/my/password", words["action.set-password.title"]))
            links.append(
                info?.hasTOTP == true
                    ? Parts.link("/my/totp/remove", words["action.remove-totp.title"])
                    : Parts.link("/my/totp", words["action.set-totp.title"]))
        }
        return Page(
            words["registry.sessions.title"], back: visit.start,
            body: """
                \(Parts.done(visit))
                <p class="lead">\(words["registry.sessions.lead"])</p>
                <ul class="cards">\(rows)</ul>
                \(Parts.actions(links))
                <section aria-labelledby="everywhere"><h2 id="everywhere">\(words["registry.sessions.everywhere"])</h2>
                <p>\(words["registry.sessions.everywhere-hint"])</p>
                \(Forms.button(EndAllSessions.self, visit))</section>
                """)
    }

    @Sendable private func totpPage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let typed = state.values["secret"].flatMap { TOTP(base32: $0.typed) }
        let totp = typed ?? TOTP(secret: visit.desk.chance.bytes(20))
        let letters = Array(totp.base32)
        let groups = stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<min($0 + 4, letters.count)]) }
        return Page(
            words["action.set-totp.title"], back: "/my/sessions",
            body: """
                <ol><li>\(words["registry.totp.install"])</li>
                <li>\(words["registry.totp.type"])<p class="big-number">\(groups.joined(separator: " "))</p>
                <p><a href="\(totp.address(name: visit.actor.name))">\(words["registry.totp.open"])</a></p></li>
                <li>\(words["registry.totp.code"])</li></ol>
                \(Forms.form(SetTOTP.self, visit, state, FormLook(hidden: ["secret": totp.base32])))
                """)
    }
}
