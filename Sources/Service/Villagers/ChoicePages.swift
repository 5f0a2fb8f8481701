import Desk
import Registry
import Values
import Web

/// Choosing the village: by search in Chinese or pinyin initials, from the list by township, or by
/// position. The chosen one is kept in a cookie when its page is opened.
struct ChoicePages: Sendable {
    let directory: Directory
    let stylesheet: HTML

    /// Search answers at most this many.
    private static let found = 20
    /// More villages than this are not listed at once.
    private static let listed = 80
    private static let near = 5

    func page(_ visit: Visit) async throws -> Page {
        let places = try await directory.current(at: visit.now)
        let words = visit.words
        let kind = visit.query["kind"].flatMap(visit.desk.kinds.current)
        let search = visit.query["q"]?.trimmed ?? ""
        let parts: HTML
        if let place = place(in: visit) {
            parts = nearby(place, places, kind, visit) + others(places, kind, visit)
        } else if !search.isEmpty {
            parts =
                searchForm(search, kind, visit) + results(search, places, kind, visit) + others(places, kind, visit)
        } else {
            parts =
                VillagerParts.dangerWay(nil, words) + searchForm(search, kind, visit) + positionForm(kind, visit) + list(places, kind, visit)
        }
        return Page(
            words["villagers.choose.title"], scripts: ["position"],
            body: """
                \(stylesheet)<p class="lead">\(words["villagers.choose.lead"])</p>
                \(parts)
                """)
    }

    /// The list again below an answer; in large-text mode one link, to keep to few actions.
    private func others(_ places: DirectorySnapshot, _ kind: Kind?, _ visit: Visit) -> HTML {
        guard visit.isLarge else { return list(places, kind, visit) }
        let href = kind.map { "/choose?kind=\($0.name)" } ?? "/choose"
        return "<p class=\"actions\"><a class=\"button second\" href=\"\(href)\">\(visit.words["villagers.choose.list"])</a></p>"
    }

    private func place(in visit: Visit) -> Place? {
        guard let latitude = visit.query["latitude"].flatMap(Double.init),
            let longitude = visit.query["longitude"].flatMap(Double.init)
        else { return nil }
        return Place(latitude: latitude, longitude: longitude)
    }

    private func searchForm(_ search: String, _ kind: Kind?, _ visit: Visit) -> HTML {
        let words = visit.words
        let frame = FieldFrame(
            id: "q", name: "q", label: words["villagers.choose.search"], hint: words["villagers.choose.search-hint"])
        return """
            <form method="get" action="/choose" role="search">\(kindField(kind))
            \(frame.around("<input id=\"q\" name=\"q\" type=\"search\" maxlength=\"40\" autocomplete=\"off\" value=\"\(search)\"\(frame.described)>"))
            <p class="actions"><button class="button">\(Icon.search) \(words["villagers.choose.find"])</button></p></form>
            """
    }

    private func kindField(_ kind: Kind?) -> HTML? { kind.map { FormParts.hidden("kind", $0.name) } }

    private func results(_ search: String, _ places: DirectorySnapshot, _ kind: Kind?, _ visit: Visit) -> HTML {
        let words = visit.words
        let found = places.search(String(search.prefix(40)), county: nil, limit: visit.isLarge ? 2 : Self.found)
        if found.isEmpty {
            return """
                <section role="status"><h2>\(words["villagers.choose.nothing"])</h2>\
                <p>\(words["villagers.choose.nothing-next"])</p></section>
                """
        }
        return """
            <section role="status"><h2>\(words("villagers.choose.found", ["n": "\(found.count)"]))</h2>\
            <ul class="doors">\(found.map { door($0, kind, visit) })</ul></section>
            """
    }

    private func nearby(_ place: Place, _ places: DirectorySnapshot, _ kind: Kind?, _ visit: Visit) -> HTML {
        let words = visit.words
        let found = places.near(place, county: nil, limit: visit.isLarge ? 2 : Self.near)
        let doors: [HTML] = found.map { village in
            let away = village.place.map { distance($0.metres(to: place), words) }
            return door(village, kind, visit, hint: away)
        }
        // Whoever stands between villages may report by position alone: the nearest station sends somebody.
        let unknown = "/requests/new?kind=\(kind?.name ?? "hazard")&latitude=\(place.latitude)&longitude=\(place.longitude)"
        return """
            <section role="status"><h2>\(words["villagers.choose.near"])</h2>\
            <ul class="doors">\(doors)</ul>\
            <p><a class="button second" href="\(unknown)">\(words["villagers.choose.unknown"])</a></p></section>
            """
    }

    private func distance(_ metres: Double, _ words: Words) -> HTML {
        metres < 1000
            ? HTML(words("villagers.metres", ["n": "\(Int(metres / 10) * 10)"]))
            : HTML(words("villagers.kilometres", ["n": "\((metres / 100).rounded() / 10)"]))
    }

    private func positionForm(_ kind: Kind?, _ visit: Visit) -> HTML {
        """
        <form method="get" action="/choose">\(kindField(kind))\
        \(FormParts.hidden("latitude", "", mark: "latitude"))\(FormParts.hidden("longitude", "", mark: "longitude"))\
        <p class="actions"><button type="button" class="button second" data-locate data-locate-submit hidden>\(Icon.place) \(visit.words["villagers.choose.position"])</button></p></form>
        """
    }

    /// By township; where there are many villages, the townships first. In large-text mode one
    /// list to open, so that the page keeps its few actions.
    private func list(_ places: DirectorySnapshot, _ kind: Kind?, _ visit: Visit) -> HTML {
        let words = visit.words
        if visit.isLarge { return picker(places, kind, visit) }
        let chosen = visit.query["township"].flatMap { places.unit(path: $0) }
        let townships = places.townships(county: nil)
        if places.villages.isEmpty { return "<p>\(words["villagers.choose.empty"])</p>" }
        if chosen == nil, places.villages.count > Self.listed {
            let doors: [HTML] = townships.map { town in
                "<li><a href=\"\(visit.link(["township": town.path, "q": nil]))\">\(unitName(town, words))</a></li>"
            }
            return "<section><h2>\(words["villagers.choose.townships"])</h2><ul class=\"names\">\(doors)</ul></section>"
        }
        let sections: [HTML] = (chosen.map { [$0] } ?? townships).map { town in
            let villages = places.villages(under: [town.path])
            return villages.isEmpty
                ? .empty
                : """
                <h3>\(unitName(town, words))</h3><ul class="names">\(villages.map { village in
                    "<li><a href=\"\(target(village, kind))\">\(VillagerParts.name(village, words))</a></li>" as HTML
                })</ul>
                """
        }
        return "<section><h2>\(words["villagers.choose.list"])</h2>\(sections)</section>"
    }

    private func picker(_ places: DirectorySnapshot, _ kind: Kind?, _ visit: Visit) -> HTML {
        let words = visit.words
        let groups: [HTML] = places.townships(county: nil).map { town in
            let options: [HTML] = places.villages(under: [town.path]).map {
                "<option value=\"\($0.id)\">\($0.name(in: words.language))</option>"
            }
            return "<optgroup label=\"\(town.name(in: words.language))\">\(options)</optgroup>"
        }
        let frame = FieldFrame(id: "village", name: "village", label: words["villagers.choose.list"])
        return """
            <form method="get" action="\(kind == nil ? "/" : "/requests/new")">\(kindField(kind))
            \(frame.around("<select id=\"village\" name=\"village\">\(groups)</select>"))
            <p class="actions"><button class="button second">\(words["villagers.choose.this"])</button></p></form>
            """
    }

    private func unitName(_ unit: UnitInfo, _ words: Words) -> HTML {
        words.language == .chinese || unit.nameEn.isEmpty
            ? VillagerParts.chinese(unit.name, words) : HTML(unit.nameEn)
    }

    private func door(_ village: VillageInfo, _ kind: Kind?, _ visit: Visit, hint: HTML? = nil) -> HTML {
        let words = visit.words
        let town: HTML =
            words.language == .chinese || village.townshipNameEn.isEmpty
            ? VillagerParts.chinese(village.townshipName, words) : HTML(village.townshipNameEn)
        return VillagerParts.door(
            target(village, kind), Icon.home, VillagerParts.name(village, words),
            hint.map { "\(town) · \($0)" } ?? town)
    }

    /// The village's page, or back to what somebody began to report.
    private func target(_ village: VillageInfo, _ kind: Kind?) -> String {
        kind.map { "/requests/new?kind=\($0.name)&village=\(village.id)" } ?? "/villages/\(village.id)"
    }
}
