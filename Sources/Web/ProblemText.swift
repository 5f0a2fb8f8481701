package import Desk
package import Values

/// Problems that the web itself has.
enum Problem400 {
    static let target = Problem(.malformed, "bad-address")
    static let method = Problem(.malformed, "method-not-allowed")
    static let noPage = Problem(.notFound, "no-such-page")
    static let broken = Problem(.unavailable(retryAfterSeconds: 5), "internal")
    static let mediaType = Problem(.malformed, "unsupported-media-type")
    static let body = Problem(.malformed, "malformed-body")
    static let tooLarge = Problem(.tooLarge, "body-too-large")
    static let staleForm = Problem(.forbidden, "stale-form")
    static let foreignForm = Problem(.forbidden, "foreign-form")
}

/// A problem in words, and as RFC 9457 JSON.
package enum ProblemText {
    /// The three statuses that `Problem.Kind` does not name, by code.
    package static func status(of problem: Problem) -> Int {
        switch problem.code {
        case "method-not-allowed": 405
        case "unsupported-media-type": 415
        case "internal": 500
        default: problem.status
        }
    }

    /// Seconds to wait, where waiting helps.
    static func retryAfter(_ problem: Problem) -> Int? {
        switch problem.kind {
        case .tooMany(let seconds), .unavailable(let seconds): problem.code == "internal" ? nil : seconds
        default: nil
        }
    }

    /// What is wrong, in the reader's language.
    package static func sentence(_ problem: Problem, _ words: Words) -> String {
        words("problem." + problem.code, problem.values)
    }
    package static func sentence(_ field: Problem.Field, _ words: Words) -> String {
        words("problem." + field.code, field.values)
    }

    static func json(_ problem: Problem, _ words: Words, requestID: String) -> String {
        var out = JSONText()
        out.object {
            $0.member("type", "about:blank")
            $0.member("title", sentence(problem, words))
            $0.member("status", status(of: problem))
            $0.member("code", problem.code)
            $0.member("request", requestID)
            if !problem.fields.isEmpty {
                $0.array("errors", problem.fields) { out, field in
                    out.object {
                        $0.member("field", field.field)
                        $0.member("code", field.code)
                        $0.member("message", sentence(field, words))
                    }
                }
            }
        }
        return out.text
    }
}

/// Pages for what went wrong: what happened, and what to do next.
enum ErrorPages {
    static func page(_ problem: Problem, _ visit: Visit, kept: [(String, String)] = []) -> Page {
        let words = visit.words
        let status = ProblemText.status(of: problem)
        let fields: [HTML] = problem.fields.map { "<li>\(ProblemText.sentence($0, words))</li>" }
        var page = Page(
            words["error.\(status).title"], status: status,
            body: """
                <p class="lead">\(ProblemText.sentence(problem, words))</p>
                \(fields.isEmpty ? nil : "<ul>\(fields)</ul>" as HTML)
                <p>\(words["error.\(status).next"])</p>
                \(keptText(kept, words))
                <p class="actions">\(wayOut(problem, visit))</p>
                \(status >= 500 ? "<p class=\"quiet\">\(words("error.request", ["id": visit.requestID]))</p>" : nil)
                """)
        page.retryAfter = ProblemText.retryAfter(problem)
        return page
    }

    /// Text that somebody typed is never thrown away with a session or a race.
    private static func keptText(_ kept: [(String, String)], _ words: Words) -> HTML? {
        let rows: [HTML] = kept.filter { !$0.1.isEmpty }.map { "<p class=\"kept\">\($0.1)</p>" }
        return rows.isEmpty ? nil : "<section class=\"note\"><h2>\(words["error.kept"])</h2>\(rows)</section>"
    }

    private static func wayOut(_ problem: Problem, _ visit: Visit) -> HTML {
        let words = visit.words
        let home = visit.actor.isStaff ? "/work" : "/"
        if problem.kind == .notSignedIn {
            return "<a class=\"button\" href=\"/sign-in?back=\(percentEncoded(home))\">\(words["layout.sign-in"])</a>"
        }
        return
            "<a class=\"button\" href=\"\(home)\">\(words[visit.actor.isStaff ? "layout.to-work" : "layout.to-start"])</a>"
    }
}
