import Desk
import Values

/// Parts of the layout that never change.
struct LayoutParts: Sendable {
    let head: HTML
    let scripts: @Sendable ([String]) -> HTML
    let footers: [Language: HTML]

    init(assets: Assets, words: [Language: Words]) {
        footers = words.mapValues(footer)
        head = """
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="theme-color" content="#0b5c46">
            <link rel="stylesheet" href="\(assets.url("cunwang.css"))">
            <link rel="icon" href="\(assets.url("icon.svg"))" type="image/svg+xml">
            <link rel="manifest" href="/manifest.webmanifest">
            <script defer src="\(assets.url("once.js"))"></script>
            """
        scripts = { names in
            names.map { "<script defer src=\"\(assets.url($0 + ".js"))\"></script>" as HTML }.joined()
        }
    }
}

/// Dresses a page: header with the name, who is signed in and the switches, the content, and the
/// three hotlines below.
func layout(_ page: Page, _ visit: Visit, _ house: House) -> HTML {
    let words = visit.words
    let name = words["layout.name"]
    let back: HTML? = page.back.map {
        "<p class=\"back\"><a href=\"\($0)\">\(Icon.back) \(words["layout.back"])</a></p>"
    }
    let heading: HTML? = page.showsTitle ? "<h1>\(page.title)</h1>" : nil
    let classes =
        (visit.isLarge ? "large" : "") + (page.isWide ? " wide" : "") + (page.isPrinted ? " paper" : "")
    return """
        <!doctype html>
        <html lang="\(visit.language == .chinese ? "zh-Hans" : "en")" class="\(classes)">
        <head>
        <title>\(page.title) · \(name)</title>
        \(house.layouts.head)\(house.layouts.scripts(page.scripts))
        </head>
        <body>
        <a class="skip" href="#main">\(words["layout.skip"])</a>
        \(header(visit, house, name))
        <main id="main" tabindex="-1">
        \(back)\(heading)
        \(page.body)
        </main>
        \(house.layouts.footers[visit.language])
        </body>
        </html>

        """
}

private func header(_ visit: Visit, _ house: House, _ name: String) -> HTML {
    let words = visit.words
    let other: Language = visit.language == .chinese ? .english : .chinese
    let back = percentEncoded(visit.target)
    return """
        <header class="top">
        <div class="bar">
        <a class="name" href="/">\(Icon.logo) \(name)</a>
        <p class="switches">
        <a href="/prefer?large=\(visit.isLarge ? "0" : "1")&amp;back=\(back)">\(Icon.letters) \(words[visit.isLarge ? "layout.normal-text" : "layout.large-text"])</a>
        <a href="/prefer?lang=\(other.rawValue)&amp;back=\(back)" lang="\(other.rawValue)">\(Icon.globe) \(words["layout.other-language"])</a>
        </p>
        \(whoIsHere(visit))
        </div>
        \(navigation(visit, house))
        </header>
        """
}

private func whoIsHere(_ visit: Visit) -> HTML {
    let words = visit.words
    guard visit.session != nil else {
        return
            "<p class=\"who\"><a href=\"/sign-in?back=\(percentEncoded(visit.target))\">\(Icon.person) \(words["layout.sign-in"])</a></p>"
    }
    let role = visit.actor.mainRole.map { words["role.\($0.rawValue)"] } ?? ""
    return """
        <div class="who"><p>\(Icon.person) \(visit.actor.name)<span class="quiet"> \(role)</span></p>
        <form method="post" action="/sign-out"><input type="hidden" name="_csrf" value="\(visit.csrf)"><button class="plain">\(words["layout.sign-out"])</button></form></div>
        """
}

/// What is wanted all day stands in the header, the rest below "more"; in large-text mode everything
/// is folded away, so that the page keeps its few actions.
private func navigation(_ visit: Visit, _ house: House) -> HTML? {
    let open = house.links.map { $0.who.admits(visit.actor) }
    guard open.contains(true) else { return nil }
    let kept = NavigationBars.Key(
        language: visit.language, isLarge: visit.isLarge, here: house.links.firstIndex { $0.path == visit.path },
        open: open, counts: house.links.compactMap { $0.count?(visit) })
    return house.bars.bar(kept) { bar(house.links.filter { $0.who.admits(visit.actor) }, visit) }
}

/// Headers' links as they were made for somebody of the same roles on the same page: most of a work list's
/// layout went into making them anew. They hold nothing of anybody but how many messages wait.
final class NavigationBars: Sendable {
    struct Key: Hashable, Sendable {
        let language: Language
        let isLarge: Bool
        let here: Int?
        let open: [Bool]
        let counts: [Int]
    }
    private let kept = Locked<[Key: HTML]>([:])
    /// More than this are forgotten together: two languages, two sizes, twenty links and a few roles.
    private static let most = 2000

    func bar(_ key: Key, _ make: () -> HTML) -> HTML {
        if let known = kept.with({ $0[key] }) { return known }
        let made = make()
        kept.with { kept in
            if kept.count >= Self.most { kept = [:] }
            kept[key] = made
        }
        return made
    }
}

private func bar(_ open: [NavigationLink], _ visit: Visit) -> HTML {
    let words = visit.words
    let here = visit.path
    func item(_ link: NavigationLink) -> HTML {
        """
        <li><a href="\(link.path)"\(here == link.path ? " aria-current=\"page\"" as HTML : .empty)>\(words[link.key])\
        \(waiting(link.count?(visit) ?? 0, words))</a></li>
        """
    }
    let first = visit.isLarge || open.count <= 6 ? open : open.filter(\.isFirst)
    let rest = first.count == open.count ? [] : open.filter { !$0.isFirst }
    let list: HTML = "<ul>\(first.map(item))</ul>"
    if visit.isLarge {
        return
            "<nav class=\"links\" aria-label=\"\(words["layout.navigation"])\"><details><summary>\(words["layout.menu"])\(waiting(open.map { $0.count?(visit) ?? 0 }.max() ?? 0, words))</summary>\(list)</details></nav>"
    }
    let isHere = rest.contains { $0.path == here }
    let more: HTML? =
        rest.isEmpty
        ? nil
        : """
        <details class="more"><summary\(isHere ? " aria-current=\"true\"" as HTML : .empty)>\(words["layout.more"])</summary>\
        <ul>\(rest.map(item))</ul></details>
        """
    return
        "<nav class=\"links\(rest.isEmpty ? "" : " two")\" aria-label=\"\(words["layout.navigation"])\">\(list)\(more)</nav>"
}

/// How much waits, as a number for the eye and with its noun for the ear.
private func waiting(_ count: Int, _ words: Words) -> HTML? {
    guard count > 0 else { return nil }
    return " <span class=\"count\">\(count > 99 ? "99+" : "\(count)")<span class=\"hidden-text\"> \(words["layout.unread"])</span></span>"
}

private func footer(_ words: Words) -> HTML {
    """
    <footer class="foot">
    <p>\(words["layout.hotlines"])</p>
    <ul>
    <li><a href="tel:95598">\(Icon.phone) 95598 <span>\(words["layout.hotline-95598"])</span></a></li>
    <li><a href="tel:12398">\(Icon.phone) 12398 <span>\(words["layout.hotline-12398"])</span></a></li>
    <li><a href="tel:12345">\(Icon.phone) 12345 <span>\(words["layout.hotline-12345"])</span></a></li>
    </ul>
    </footer>
    """
}
