import Desk
import Storage
import Values
import Web

/// What the pages of this module share.
enum Parts {
    /// Text that somebody wrote in Chinese, marked as such where the page is in English.
    static func chinese(_ text: String, _ words: Words) -> HTML {
        if words.language == .chinese || text.utf8.allSatisfy({ $0 < 128 }) { return HTML(text) }
        return "<span lang=\"zh-Hans\">\(text)</span>"
    }

    static func name(_ unit: UnitInfo, _ words: Words) -> HTML { chinese(unit.name(in: words.language), words) }
    static func name(_ village: VillageInfo, _ words: Words) -> HTML { chinese(village.name(in: words.language), words) }

    static func role(_ role: RoleInfo, _ words: Words) -> HTML {
        "\(words["role.\(role.role.rawValue)"]) · \(chinese(role.unitName(in: words.language), words))"
    }

    static func empty(_ key: String, _ words: Words) -> HTML {
        "<p class=\"empty\">\(words[key])</p>"
    }

    /// `heads` are locale keys.
    static func table(_ caption: String, heads: [String], rows: [[HTML]], _ words: Words) -> HTML {
        Listing.table(caption, heads.map { words[$0] }, rows)
    }

    static func facts(_ pairs: [(String, HTML)]) -> HTML {
        let lines: [HTML] = pairs.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" }
        return "<dl class=\"facts\">\(lines)</dl>"
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

    /// The link to what follows in a key-paged list.
    static func next(_ visit: Visit, _ key: String?) -> HTML? {
        guard let key else { return nil }
        return """
            <nav class="pages" aria-label="\(visit.words["registry.pages"])">\
            <a class="button second" href="\(visit.link(["after": key]))">\(visit.words["registry.next-page"]) \(Icon.next)</a></nav>
            """
    }

    static func term(_ from: Day, _ until: Day, _ visit: Visit) -> String {
        let today = visit.now.day
        return "\(visit.words.relativeDay(from, today: today)) – \(visit.words.relativeDay(until, today: today))"
    }

    /// "Done" after a form that led back here.
    static func done(_ visit: Visit) -> HTML? {
        guard let key = visit.query["done"], visit.words.has("registry.done.\(key)") else { return nil }
        return "<p class=\"good\" role=\"status\">\(Icon.done) \(visit.words["registry.done.\(key)"])</p>"
    }
}

extension Visit {
    /// Where to go after signing in: only a path of this server.
    var back: String? {
        guard let path = query["back"], path.hasPrefix("/"), !path.hasPrefix("//"), !path.contains("\\") else { return nil }
        return path
    }
    var backQuery: String { back.map { "?back=\(percentEncoded($0))" } ?? "" }
    var start: String { actor.isStaff ? "/work" : "/" }
}

extension Actor {
    /// Whether one of the roles reaches the unit, or is held in it.
    func governs(_ unit: UnitInfo, _ roles: Set<Role>) -> Bool {
        grants.contains { roles.contains($0.role) && ($0.unit == unit.id || reaches(unit.path, from: $0.reach)) }
    }
}
