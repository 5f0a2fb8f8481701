import Desk
import Foundation
import Hummingbird
import Registry
import Storage
import Values
import Web

/// `/map`: the same facts as a drawing and as a list, on one page. Without JavaScript, or without
/// Leaflet on the machine, the list is all there is.
struct MapPages: Sendable {
    let directory: Directory
    let memory: MapMemory
    let sources: MapSources
    let assets: Assets
    /// Address of map pictures with `{z}`, `{x}` and `{y}`; nil: none from outside.
    let tiles: String?

    func register(on site: Site) {
        site.page("/map", page)
        site.get("/map/view", viewAnswer)
        site.live("/map/live", who: .anybody, pace: .costly) { visit in
            let county = try await county(visit)
            let heeded = sources.heeded(visit, county)
            return { $0 == county || heeded($0) }
        }
        site.get("/map/export.geojson", who: .roles(NetworkSight.readers), exportAnswer)
    }

    /// The visitor's county; a stranger sees the one that is served here.
    private func county(_ visit: Visit) async throws -> String {
        let known = try await directory.current(at: visit.now)
        if !visit.actor.county.isEmpty, known.county(visit.actor.county) != nil { return visit.actor.county }
        guard let first = known.counties.first else { throw Problem.notFound }
        return first.path
    }

    // MARK: The drawing

    private func bounds(_ visit: Visit) -> MapBounds? {
        func number(_ name: String) -> Double? { visit.query[name].flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil } }
        guard let west = number("west"), let south = number("south"), let east = number("east"),
            let north = number("north"), let zoom = visit.query["zoom"].flatMap({ Int($0) })
        else { return nil }
        return MapBounds(west: west, south: south, east: east, north: north, zoom: zoom)
    }

    @Sendable private func viewAnswer(_ visit: Visit) async throws -> Response {
        guard let bounds = bounds(visit) else { throw Problem(.malformed, "map-bounds") }
        let county = try await county(visit)
        let snapshot = try await memory.snapshot(county, in: visit.desk.database)
        let seen = snapshot.feeders(seenBy: visit.actor)
        let close = try await closeLook(bounds, snapshot, seen, visit)
        let shown = try await sources.shown(visit, bounds)
        var maker = MapViewMaker(
            bounds: bounds, snapshot: snapshot,
            villages: try await directory.current(at: visit.now).villages.filter { $0.county == county },
            outages: shown.outages, marks: shown.marks, seen: seen,
            words: visit.words, now: visit.now)
        let view = maker.view(lv: close.lines, meters: close.meters)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return Response.bytes([UInt8](try encoder.encode(view)), type: "application/json")
    }

    /// Areas in a close view at most; each has some hundred lines.
    private static let mostCloseAreas = 12
    private static let lineZoom = 16
    private static let meterZoom = 18

    private func closeLook(
        _ bounds: MapBounds, _ snapshot: MapSnapshot, _ seen: Set<Int>, _ visit: Visit
    ) async throws -> (lines: [[Place]], meters: [(place: Place, number: String)]) {
        guard bounds.zoom >= Self.lineZoom, !seen.isEmpty else { return ([], []) }
        // A line may reach into the view from an area whose transformer stands 1 km outside.
        let margin = 0.01
        guard
            let wide = MapBounds(
                west: bounds.west - margin, south: bounds.south - margin, east: bounds.east + margin,
                north: bounds.north + margin, zoom: bounds.zoom)
        else { return ([], []) }
        let middle = Place(latitude: (bounds.south + bounds.north) / 2, longitude: (bounds.west + bounds.east) / 2)
        let near = snapshot.areas.filter { seen.contains($0.feeder) }
            .compactMap { area in area.info.place.flatMap { wide.contains($0) ? (area.info, $0) : nil } }
            .sorted { a, b in middle.map { a.1.metres(to: $0) < b.1.metres(to: $0) } ?? false }
            .prefix(Self.mostCloseAreas).map(\.0)
        let showsMeters = bounds.zoom >= Self.meterZoom && visit.actor.has(.representative, .dispatcher, .stationHead)
        return try await visit.desk.database.read { tx in
            (
                try near.flatMap { try tx.mapLines(of: $0.id, limit: 1500) },
                showsMeters ? try near.flatMap { try tx.mapSupplies(of: $0, in: bounds, limit: MapView.mostMeters / 4) } : []
            )
        }
    }

    // MARK: The page

    @Sendable private func page(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let county = try await county(visit)
        let known = try await directory.current(at: visit.now)
        let snapshot = try await memory.snapshot(county, in: visit.desk.database)
        var list = MapList(visit: visit, snapshot: snapshot, known: known, county: county, bounds: bounds(visit))
        list.shown = try await sources.shown(visit, list.frame)
        let hasLeaflet = assets.has("leaflet.min.js")
        var page = Page(
            words["map.title"], wide: true, scripts: hasLeaflet ? ["leaflet.min", "map-draw", "map", "live"] : ["live"],
            back: visit.actor.isStaff || visit.isLarge ? nil : "/",
            body: """
                \(hasLeaflet ? "<link rel=\"stylesheet\" href=\"\(assets.url("leaflet.css"))\">" as HTML : .empty)\
                <link rel="stylesheet" href="\(assets.url("map.css"))">
                <p class="lead">\(words["map.lead"])</p>
                <p><a class="skip-map" href="#map-list">\(Icon.list) \(words["map.skip"])</a></p>
                \(hasLeaflet ? nil : "<p class=\"note\">\(words["map.no-leaflet"])</p>" as HTML)
                <div class="\(hasLeaflet ? "map-two" : "")">\(hasLeaflet ? drawing(visit, list.start) : nil)
                \(list.html())</div>
                """)
        if let tiles { page.imageOrigins = MapTiles.origin(tiles).map { [$0] } ?? [] }
        return page
    }

    private func drawing(_ visit: Visit, _ start: String) -> HTML {
        let words = visit.words
        let isStaff = !NetworkSight.readers.isDisjoint(with: visit.actor.grants.map(\.role))
        let layers = isStaff ? ["outages", "areas", "lines", "switches", "villages", "points", "marks"] : ["outages", "villages", "points"]
        let boxes: [HTML] = layers.map { layer in
            """
            <span class="choice"><input type="checkbox" id="layer-\(layer)" data-layer="\(layer)" checked>\
            <label for="layer-\(layer)"><span class="key k-\(layer)" aria-hidden="true"></span>\(words["map.layer.\(layer)"])</label></span>
            """
        }
        let tileData: HTML? = tiles.map { " data-tiles=\"\($0)\"" }
        return """
            <section aria-label="\(words["map.drawing"])" class="map-box" data-map hidden>
            <div id="map" class="map" data-view="/map/view" data-start="\(start)" data-zoom-in="\(words["map.zoom-in"])" \
            data-zoom-out="\(words["map.zoom-out"])"\(tileData) tabindex="0" role="application" \
            aria-label="\(words["map.keys"])"></div>
            <fieldset class="layers"><legend>\(words["map.layers"])</legend>\(boxes)</fieldset>
            <p class="quiet" role="status" data-map-more hidden>\(words["map.more"])</p>
            <p><a class="button second" data-map-list href="/map#map-list">\(Icon.list) \(words["map.list-view"])</a></p>
            </section>
            """
    }

    // MARK: The file

    /// Areas, medium-voltage lines and switches that the visitor sees, as GeoJSON (RFC 7946), which is
    /// WGS-84 by definition; the datum is named all the same.
    @Sendable private func exportAnswer(_ visit: Visit) async throws -> Response {
        let county = try await county(visit)
        let snapshot = try await memory.snapshot(county, in: visit.desk.database)
        let seen = snapshot.feeders(seenBy: visit.actor)
        let date = visit.now.day.iso
        return Response.stream(type: "application/geo+json", filename: "network-\(date).geojson") { write in
            try await write("{\"type\":\"FeatureCollection\",\"name\":\"\(county)\",\"datum\":\"WGS-84 (EPSG:4326)\",\"date\":\"\(date)\",\"features\":[")
            var isFirst = true
            for feature in GeoFeature.all(snapshot, seen) {
                try await write((isFirst ? "\n" : ",\n") + (try feature.json()))
                isFirst = false
            }
            try await write("\n]}\n")
        }
    }
}

/// The address of map pictures.
package enum MapTiles {
    /// `https://tiles.example` of `https://tiles.example/{z}/{x}/{y}.png`; nil when it is no such
    /// address.
    package static func origin(_ template: String) -> String? {
        guard ["{z}", "{x}", "{y}"].allSatisfy(template.contains), !template.contains("{s}"),
            let url = URL(string: template.filter { $0 != "{" && $0 != "}" }), let host = url.host(),
            let scheme = url.scheme, ["http", "https"].contains(scheme), url.user() == nil,
            host.utf8.allSatisfy({ (48...57).contains($0) || (97...122).contains($0) || (65...90).contains($0) || $0 == 45 || $0 == 46 })
        else { return nil }
        return "\(scheme)://\(host)\(url.port.map { ":\($0)" } ?? "")"
    }
}
