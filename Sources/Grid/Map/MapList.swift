import Desk
import PowerRules
import Registry
import Values
import Web

/// What the map shows, as a list: of the view, of a township, or around a place that was typed.
struct MapList: Sendable {
    let visit: Visit
    let snapshot: MapSnapshot
    let known: DirectorySnapshot
    let county: String
    let bounds: MapBounds?
    /// What other services know of the frame.
    var shown = MapShown(outages: [], marks: [])
    private var outages: [MapOutage] { shown.outages }

    private var words: Words { visit.words }
    private static let mostVillages = 60
    private static let mostAreas = 24
    private static let mostMarks = 60
    private static let nearest = 8

    /// `latitude,longitude,zoom` at which the drawing begins.
    var start: String {
        if let bounds {
            return "\((bounds.south + bounds.north) / 2),\((bounds.west + bounds.east) / 2),\(bounds.zoom)"
        }
        if let at = visit.query["at"].flatMap(Self.place) { return "\(at.latitude),\(at.longitude),16" }
        let places = villages.compactMap(\.place)
        guard !places.isEmpty else { return "34,113.5,9" }
        let lat = places.map(\.latitude), lon = places.map(\.longitude)
        let middle = ((lat.min() ?? 0) + (lat.max() ?? 0)) / 2
        let across = ((lon.min() ?? 0) + (lon.max() ?? 0)) / 2
        let span = max((lat.max() ?? 0) - (lat.min() ?? 0), (lon.max() ?? 0) - (lon.min() ?? 0), 0.01)
        // 500 pixels of a phone or desk take in what is shown.
        var zoom = 15
        while zoom > 8, span / 360 * 256 * Double(1 << zoom) > 500 { zoom -= 1 }
        return "\(middle),\(across),\(zoom)"
    }

    /// The view, else a frame around the villages of the list.
    var frame: MapBounds? {
        if let bounds { return bounds }
        let places = villages.compactMap(\.place)
        let lat = places.map(\.latitude), lon = places.map(\.longitude)
        // About 3 km: work for a village is seldom further away.
        let margin = 0.03
        guard let west = lon.min(), let east = lon.max(), let south = lat.min(), let north = lat.max() else { return nil }
        return MapBounds(west: west - margin, south: south - margin, east: east + margin, north: north + margin, zoom: 12)
    }

    private static func place(_ text: String) -> Place? {
        let parts = text.split(separator: ",").compactMap { Double($0) }
        guard parts.count == 2 else { return nil }
        return Place(latitude: parts[0], longitude: parts[1])
    }

    /// The villages that the list is about.
    private var villages: [VillageInfo] {
        let all = known.villages.filter { $0.county == county }
        if let text = visit.query["q"]?.trimmed, !text.isEmpty {
            if let place = Self.place(text) { return known.near(place, county: county, limit: Self.nearest) }
            return known.search(text, county: county, limit: Self.mostVillages)
        }
        if let township = visit.query["township"], !township.isEmpty {
            return all.filter { $0.township == township }
        }
        if let bounds { return all.filter { $0.place.map(bounds.contains) == true } }
        // Staff begin with their own villages.
        let mine = all.filter { village in
            visit.actor.grants.contains { $0.role != .customer && reaches(village.path, from: $0.reach) }
        }
        return mine.isEmpty ? all : mine
    }

    func html() -> HTML {
        let shown = villages
        let rows: [HTML] = shown.prefix(Self.mostVillages).map(row)
        let rest: HTML? =
            shown.count > Self.mostVillages
            ? "<p class=\"note\">\(words("map.list.more", ["n": "\(shown.count - Self.mostVillages)"]))</p>" : nil
        return """
            <section id="list" aria-labelledby="map-list">
            <h2 id="map-list" tabindex="-1">\(words["map.list.title"])</h2>
            \(search())
            <div id="map-rows" data-live="/map/live" data-live-url="\(visit.target)">
            \(outageList())\(markList())<h3>\(words["map.villages.title"])</h3>
            \(rows.isEmpty ? "<p class=\"empty\">\(words["map.list.empty"])</p>" as HTML : "<ul class=\"rows\">\(rows)</ul>")\(rest)
            \(feederList())
            </div></section>
            """
    }

    private func search() -> HTML {
        let chosen = visit.query["township"] ?? ""
        let options: [HTML] = known.townships(county: county).map { unit in
            "<option value=\"\(unit.path)\"\(chosen == unit.path ? " selected" as HTML : .empty)>\(unit.name(in: words.language))</option>"
        }
        return """
            <form method="get" action="/map#map-list" class="filters" role="search">
            <p class="field"><label for="q">\(words["map.search"])</label>\
            <span class="hint" id="q-hint">\(words["map.search.hint"])</span>\
            <input id="q" name="q" value="\(visit.query["q"] ?? "")" autocomplete="off" aria-describedby="q-hint"></p>
            <p class="field"><label for="township">\(words["map.township"])</label>\
            <select id="township" name="township"><option value="">\(words["map.township.all"])</option>\(options)</select></p>
            <p class="field"><button class="button second">\(Icon.search) \(words["map.find"])</button></p>
            </form>
            """
    }

    private func outageList() -> HTML {
        let rows: [HTML] = outages.map { outage in
            let until = outage.expected.map { words("map.expected", ["time": words.moment($0, now: visit.now)]) } ?? ""
            let title: HTML = outage.link.map { "<a href=\"\($0)\">\(outage.title)</a>" } ?? HTML(outage.title)
            let names = outage.villages.compactMap { known.village($0)?.name(in: words.language) }.joined(separator: "、")
            return """
                <li class="\(outage.isPlanned ? "" : "late")"><h3>\(title) \
                <span class="tag \(outage.isPlanned ? "soon" : "late")">\(words[outage.isPlanned ? "map.planned" : "map.fault"])</span></h3>
                <p>\(names) · \(words("map.without", ["n": "\(outage.customers)"]))</p><p class="quiet">\(until)</p></li>
                """
        }
        return """
            <h3>\(words["map.outages"])</h3>
            \(rows.isEmpty ? "<p>\(words["map.outages.none"])</p>" as HTML : "<ul class=\"rows\">\(rows)</ul>")
            """
    }

    /// Crews and open cases, the most pressing first, as the drawing marks them.
    private func markList() -> HTML? {
        guard !shown.marks.isEmpty else { return nil }
        let rows: [HTML] = shown.marks.prefix(Self.mostMarks).map { mark in
            let tag: HTML? = mark.kind == .danger ? "<span class=\"tag late\">\(words["urgency.danger"])</span>" : nil
            return "<li>\(mark.link.map { "<a href=\"\($0)\">\(mark.title)</a>" } ?? "<b>\(mark.title)</b>" as HTML) \(tag)</li>"
        }
        let more: HTML? =
            shown.marks.count > Self.mostMarks
            ? "<p class=\"note\">\(words("map.list.more", ["n": "\(shown.marks.count - Self.mostMarks)"]))</p>" : nil
        return "<h3>\(words["map.layer.marks"])</h3><ul class=\"rows line\">\(rows)</ul>\(more)"
    }

    private func row(_ village: VillageInfo) -> HTML {
        let count = snapshot.customers[village.id] ?? 0
        let points = snapshot.points.filter { $0.village == village.id }
        let dark = outages.filter { $0.villages.contains(village.id) }
        let seen = snapshot.feeders(seenBy: visit.actor)
        let areas = snapshot.areas.filter { $0.info.village == village.id && seen.contains($0.feeder) }
        var facts: [HTML] = []
        if count > 0 { facts.append(HTML(words("map.customers", ["n": "\(count)"]))) }
        for point in points { facts.append("\(point.name)（\(point.hours)）") }
        let state: HTML? =
            dark.isEmpty ? nil : " <span class=\"tag late\">\(words(dark.contains { !$0.isPlanned } ? "map.fault" : "map.planned", [:]))</span>"
        let show: HTML? = village.place.map {
            "<a class=\"show\" data-map-at=\"\($0.latitude),\($0.longitude)\" href=\"/map?at=\($0.latitude),\($0.longitude)#map\">\(Icon.place) \(words["map.show"])<span class=\"hidden-text\"> \(village.name(in: words.language))</span></a>"
        }
        let inside: [HTML] = areas.prefix(Self.mostAreas).map { area in
            """
            <li><a href="/network/areas/\(area.info.id)">\(area.info.name)</a> \
            <span class="quiet">\(words("map.customers", ["n": "\(area.info.customers)"])) · \(snapshot.feeders[area.feeder].info.name)</span></li>
            """
        }
        let beyond: HTML? =
            areas.count > Self.mostAreas
            ? "<li><a href=\"/network\">+ \(words("map.areas", ["n": "\(areas.count - Self.mostAreas)"]))</a></li>" : nil
        return """
            <li><h3><a href="/villages/\(village.id)">\(village.name(in: words.language))</a>\(state)</h3>
            <p class="quiet">\(village.townshipName(in: words.language))</p><p>\(facts.joined(" · "))</p>\
            \(inside.isEmpty ? nil : "<ul class=\"inside\">\(inside)\(beyond)</ul>" as HTML)<p>\(show)</p></li>
            """
    }

    /// Feeders that the visitor sees.
    private func feederList() -> HTML? {
        let seen = snapshot.feeders(seenBy: visit.actor).sorted()
        guard !NetworkSight.readers.isDisjoint(with: visit.actor.grants.map(\.role)) else { return nil }
        let rows: [HTML] = seen.map { index in
            let feeder = snapshot.feeders[index].info
            let open = snapshot.lines.filter { $0.feeder == index && $0.kind == .switch && !$0.isClosed }
            let opened: HTML? = open.isEmpty ? nil : " <span class=\"tag soon\">\(words("map.opened", ["n": "\(open.count)"]))</span>"
            return """
                <li><a href="/network/feeders/\(feeder.id)">\(feeder.name)</a>\(opened) \
                <p class="quiet">\(words("map.customers", ["n": "\(feeder.customers)"]))</p></li>
                """
        }
        return """
            <h3>\(words["map.feeders"])</h3>
            \(rows.isEmpty ? "<p class=\"empty\">\(words["map.feeders.none"])</p>" as HTML : "<ul class=\"rows\">\(rows)</ul>")
            <p><a href="/map/export.geojson" download>\(words["map.export"])</a></p>
            """
    }
}
