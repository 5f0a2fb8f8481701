import Desk
import Storage
import Values
import Web

/// What liaison, station and company tell people, for a term.
struct NoticePages: Sendable {
    let directory: Directory
    private static let pageSize = 25

    func register(on site: Site) {
        site.page("/notices", who: .roles(noticeRoles), listPage)
        site.action(
            PublishNotice.self, at: "/notices/new", form: newPage,
            then: { _, _ in .go("/notices?done=notice-published") })
        site.action(
            WithdrawNotice.self, at: nil,
            form: { visit, state in
                var page = try await listPage(visit)
                page.body = FormParts.summary(state.problem, of: WithdrawNotice.name, [], visit.words) + page.body
                return page
            },
            then: { _, _ in .go("/notices?done=notice-withdrawn") })
    }

    @Sendable private func listPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let grants = visit.actor.grants.filter { noticeRoles.contains($0.role) }
        let after = visit.query["after"].flatMap { ID<Notice>(parsing: $0) }
        let found = try await visit.desk.look(by: visit.actor) { work in
            try work.tx.notices(
                under: Set(grants.map(\.reach)).sorted(), units: grants.map(\.unit), after: after,
                limit: Self.pageSize + 1)
        }
        let shown = found.prefix(Self.pageSize)
        let today = visit.now.day
        let cards: [HTML] = shown.map { notice in
            let (key, look) =
                notice.withdrawnAt != nil
                ? ("withdrawn", "late")
                : notice.until < today ? ("over", "calm") : notice.from > today ? ("later", "soon") : ("now", "calm")
            let isLive = notice.withdrawnAt == nil && notice.until >= today
            let withdraw: HTML =
                isLive ? Forms.button(WithdrawNotice.self, visit, hidden: ["notice": notice.id.text]) : .empty
            return """
                <li class="card"><h2>\(Parts.chinese(notice.title(in: words.language), words)) <span class="tag \(look)">\(words["registry.notices.\(key)"])</span></h2>
                <p>\(Parts.chinese(notice.text(in: words.language), words))</p>
                <p class="quiet">\(Parts.chinese(notice.unitName, words)) · \(Parts.term(notice.from, notice.until, visit)) · \(Parts.chinese(notice.authorName, words))</p>\(withdraw)</li>
                """
        }
        return Page(
            words["registry.notices.title"],
            body: """
                \(Parts.done(visit))\(Parts.actions([Parts.link("/notices/new", words["action.publish-notice.title"], isMain: true)]))
                \(cards.isEmpty ? Parts.empty("registry.notices.empty", words) : "<ul class=\"cards\">\(cards)</ul>")
                \(Parts.next(visit, found.count > Self.pageSize ? shown.last?.id.text : nil))
                """)
    }

    @Sendable private func newPage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let units = try await directory.current(at: visit.now).units.filter {
            !$0.isClosed && visit.actor.governs($0, noticeRoles)
        }
        let choices = units.map {
            FormChoice($0.id.text, "\($0.name(in: words.language)) (\(words["unit-kind.\($0.kind.rawValue)"]))")
        }
        var initial = ["from": visit.now.day.iso, "until": visit.now.day.adding(days: 14).iso]
        if choices.count == 1 { initial["unit"] = choices[0].value }
        return Page(
            words["action.publish-notice.title"], back: "/notices",
            body: """
                <p class="lead">\(words["registry.notices.lead"])</p>
                \(Forms.form(PublishNotice.self, visit, state, FormLook(choices: ["unit": choices], initial: initial)))
                """)
    }
}
