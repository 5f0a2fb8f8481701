import Desk
import Service
import Storage
import Values
import Web

/// The guides: what they ask, what came of it, and a new version.
struct GuidePages: Sendable {
    let stylesheet: HTML
    /// Figures of so many days.
    private static let days = 90

    func list(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let since = visit.now.day.adding(days: -Self.days).start
        let county = visit.actor.county
        let found = try await visit.desk.look(by: visit.actor, at: visit.now) { work in
            try work.tx.guides().map { ($0, try work.tx.guideOutcomes($0.name, county: county, since: since)) }
        }
        let sections: [HTML] = found.map { guide, outcomes in
            """
            <section><h2>\(guide.title.in(visit.language)) <span class="quiet">\(words("guides.version", ["n": "\(guide.version)"]))</span></h2>
            \(figures(guide, outcomes, visit))\(questions(guide, visit))</section>
            """
        }
        let publish: HTML? =
            visit.actor.has(.company)
            ? "<p class=\"actions\"><a class=\"button\" href=\"/guides/publish\">\(words["guides.publish"])</a></p>" : nil
        let done: HTML? =
            visit.query["done"] == PublishGuide.name
            ? "<p class=\"banner\" role=\"status\">\(Icon.done) \(words["guides.published"])</p>" : nil
        return Page(
            words["guides.title"], wide: true,
            body: "\(stylesheet)\(done)<p class=\"lead\">\(words["guides.lead"])</p>\(sections)\(publish)")
    }

    private func figures(_ guide: Guide, _ outcomes: [GuideOutcomes], _ visit: Visit) -> HTML {
        let words = visit.words
        guard !outcomes.isEmpty else { return "<p class=\"empty\">\(words("guides.none", ["days": "\(Self.days)"]))</p>" }
        let rows: [HTML] = outcomes.map { outcome in
            """
            <tr><th scope="row">\(guide.ending(outcome.ending)?.title.in(visit.language) ?? outcome.ending)</th>\
            <td data-label="\(words["guides.ended"])">\(outcome.ended)</td><td data-label="\(words["guides.without"])">\(outcome.withoutVisit)</td>\
            <td data-label="\(words["guides.helped"])">\(outcome.helped)</td><td data-label="\(words["guides.not-helped"])">\(outcome.notHelped)</td></tr>
            """
        }
        let heads: [HTML] = ["ending", "ended", "without", "helped", "not-helped"].map { "<th scope=\"col\">\(words["guides.\($0)"])</th>" }
        return """
            <p class="quiet">\(words("guides.since", ["days": "\(Self.days)"]))</p>\
            <table class="stack"><thead><tr>\(heads)</tr></thead><tbody>\(rows)</tbody></table>
            """
    }

    private func questions(_ guide: Guide, _ visit: Visit) -> HTML {
        let items: [HTML] = guide.questions.map { question in
            let answers: [HTML] = question.answers.map { answer in
                let next =
                    guide.question(answer.next)?.ask.in(visit.language) ?? guide.ending(answer.next)?.title.in(visit.language)
                    ?? visit.words["guides.danger"]
                return "<li>\(answer.title.in(visit.language)) → \(next)</li>"
            }
            return "<li><b>\(question.ask.in(visit.language))</b><ul>\(answers)</ul></li>"
        }
        return "<details><summary>\(visit.words["guides.questions"])</summary><ol>\(items)</ol></details>"
    }

    func publish(_ visit: Visit, _ state: FormState) async throws -> Page {
        let current = try await visit.desk.look(by: visit.actor) { try $0.tx.guide(Guide.noLight)?.yaml }
        let form = Forms.form(PublishGuide.self, visit, state, FormLook(initial: ["yaml": current ?? ""]))
        return Page(
            visit.words["guides.publish"], wide: true, back: "/guides",
            body: "\(stylesheet)<p class=\"lead\">\(visit.words["guides.publish-lead"])</p><div class=\"code\">\(form)</div>")
    }
}
