import Desk
import Values
import Web

/// What the pages of outages, planned work and claims share.
enum OutageHTML {
    static func facts(_ pairs: [(String, HTML?)]) -> HTML {
        let lines: [HTML] = pairs.compactMap { pair in pair.1.map { "<dt>\(pair.0)</dt><dd>\($0)</dd>" } }
        return lines.isEmpty ? .empty : "<dl class=\"facts\">\(lines)</dl>"
    }

    static func section(_ title: String, id: String, _ body: HTML) -> HTML {
        "<section aria-labelledby=\"\(id)\"><h2 id=\"\(id)\">\(title)</h2>\(body)</section>"
    }

    static func link(_ path: String, _ word: String, isMain: Bool = false) -> HTML {
        "<a class=\"button\(isMain ? "" : " second")\" href=\"\(path)\">\(word)</a>"
    }

    static func actions(_ links: [HTML]) -> HTML {
        links.isEmpty ? .empty : "<p class=\"actions\">\(links.joined())</p>"
    }

    static func empty(_ word: String) -> HTML { "<p class=\"empty\">\(word)</p>" }

    /// The link to what follows in a key-paged list.
    static func next(_ visit: Visit, _ key: String?) -> HTML? {
        guard let key else { return nil }
        return """
            <nav class="pages" aria-label="\(visit.words["registry.pages"])">\
            <a class="button second" href="\(visit.link(["after": key]))">\(visit.words["registry.next-page"]) \(Icon.next)</a></nav>
            """
    }

    /// "Done" after a form that led back here; `prefix` is the beginning of the locale key.
    static func done(_ visit: Visit, _ prefix: String) -> HTML? {
        guard let key = visit.query["done"], visit.words.has("\(prefix).\(key)") else { return nil }
        return "<p class=\"good\" role=\"status\">\(Icon.done) \(visit.words["\(prefix).\(key)"])</p>"
    }

    /// Several paragraphs that somebody typed.
    static func paragraphs(_ text: String, _ words: Words) -> HTML {
        let lines: [HTML] = text.split(separator: "\n").map { "<p>\(chinese(String($0), words))</p>" }
        return lines.joined()
    }

    /// Text that somebody wrote in Chinese, marked as such where the page is in English.
    static func chinese(_ text: String, _ words: Words) -> HTML {
        if words.language == .chinese || text.utf8.allSatisfy({ $0 < 128 }) { return HTML(text) }
        return "<span lang=\"zh-Hans\">\(text)</span>"
    }

    static func yesNo(_ words: Words) -> [FormChoice] {
        [FormChoice("true", words["staff.yes"]), FormChoice("false", words["staff.no"])]
    }

    static func problem(_ state: FormState, _ names: String..., words: Words) -> HTML {
        guard let action = state.action, names.contains(action) else { return .empty }
        return FormParts.summary(state.problem, of: action, [], words)
    }
}
