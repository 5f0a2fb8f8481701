package import Desk
import PowerRules
package import Registry
package import Values

/// What one window of the map shows, ready to be sent: never more than `mostBytes` of JSON.
/// Lists are kept short by clustering what stands close together, and lines by leaving out what is
/// smaller than a few pixels.
package struct MapView: Encodable, Sendable {
    /// 200 kB; the limits of the lists below keep to it.
    package static let mostBytes = 200_000
    static let mostVillages = 150
    static let mostAreas = 500
    static let mostSegments = 3000
    static let mostMeters = 600

    package struct Spot: Encodable, Sendable {
        /// village, cluster, point, area, areas, outage, planned, crew, case, cases, danger, switch, opened, box
        package let k: String
        package let a: Double
        package let o: Double
        package let t: String
        /// A second line: counts, times.
        package let s: String
        package let u: String?
        package let n: Int
    }

    package struct Lines: Encodable, Sendable {
        package let name: String
        /// mv, lv
        package let k: String
        /// Pieces of even length: latitude and longitude in hundred-thousandths of a degree, each
        /// after the first as the difference to the one before.
        package let p: [[Int]]
    }

    package let zoom: Int
    package let spots: [Spot]
    package let lines: [Lines]
    /// Something was left out: look closer.
    package let more: Bool
    package let datum: String
}

/// Gathers a view.
struct MapViewMaker {
    let bounds: MapBounds
    let snapshot: MapSnapshot
    let villages: [VillageInfo]
    let outages: [MapOutage]
    let marks: [MapMark]
    let seen: Set<Int>
    let words: Words
    let now: Instant
    private var spots: [MapView.Spot] = []
    private var lines: [MapView.Lines] = []
    private var more = false

    init(
        bounds: MapBounds, snapshot: MapSnapshot, villages: [VillageInfo], outages: [MapOutage], marks: [MapMark],
        seen: Set<Int>, words: Words, now: Instant
    ) {
        self.bounds = bounds
        self.snapshot = snapshot
        self.villages = villages
        self.outages = outages
        self.marks = marks
        self.seen = seen
        self.words = words
        self.now = now
    }

    /// - Parameter close: low-voltage lines and meters, where somebody looks closely.
    mutating func view(lv close: [[Place]], meters: [(place: Place, number: String)]) -> MapView {
        addLines(close)
        addAreas()
        addVillages()
        addPoints()
        addSwitches()
        addMeters(meters)
        addOutages()
        addMarks()
        return MapView(zoom: bounds.zoom, spots: spots, lines: lines, more: more, datum: "WGS-84")
    }

    private mutating func add(_ kind: String, _ place: Place, _ title: String, _ second: String, _ link: String?, _ n: Int) {
        spots.append(
            .init(k: kind, a: rounded(place.latitude), o: rounded(place.longitude), t: title, s: second, u: link, n: n))
    }

    private func rounded(_ degrees: Double) -> Double { (degrees * 100_000).rounded() / 100_000 }

    // MARK: Spots

    private mutating func addVillages() {
        let shown = villages.compactMap { village in
            village.place.flatMap { bounds.contains($0) ? ($0, village) : nil }
        }
        guard bounds.zoom < 11 || shown.count > MapView.mostVillages else {
            for (place, village) in shown {
                let count = snapshot.customers[village.id] ?? 0
                add(
                    "village", place, village.name(in: words.language),
                    count == 0 ? "" : words("map.customers", ["n": "\(count)"]), "/villages/\(village.id)", count)
            }
            return
        }
        for cell in clustered(shown.map { ($0.0, 1) }) where cell.n > 0 {
            add("cluster", cell.place, words("map.villages", ["n": "\(cell.n)"]), "", nil, cell.n)
        }
    }

    private mutating func addPoints() {
        guard bounds.zoom >= 13 else { return }
        for point in snapshot.points {
            guard let place = point.place, bounds.contains(place) else { continue }
            add("point", place, point.name, point.hours, "/villages/\(point.village)", 1)
        }
    }

    private mutating func addAreas() {
        let shown = snapshot.areas.filter { area in
            seen.contains(area.feeder) && area.info.place.map(bounds.contains) == true
        }
        guard bounds.zoom < 13 || shown.count > MapView.mostAreas else {
            for area in shown {
                guard let place = area.info.place else { continue }
                add(
                    "area", place, area.info.name, words("map.customers", ["n": "\(area.info.customers)"]),
                    "/network/areas/\(area.info.id)", area.info.customers)
            }
            return
        }
        more = more || bounds.zoom >= 13
        for cell in clustered(shown.compactMap { area in area.info.place.map { ($0, area.info.customers) } }) {
            add("areas", cell.place, words("map.areas", ["n": "\(cell.count)"]), words("map.customers", ["n": "\(cell.n)"]), nil, cell.n)
        }
    }

    private mutating func addSwitches() {
        guard bounds.zoom >= 13 else { return }
        // The fuse of a transformer stands where the area does, and is drawn only when it is open.
        let stands = Set(snapshot.areas.compactMap(\.info.place))
        for line in snapshot.lines where line.kind == .switch && seen.contains(line.feeder) {
            guard let place = line.places.first, bounds.contains(place) else { continue }
            if line.isClosed, stands.contains(place) { continue }
            let state = words[line.isClosed ? "switch-position.closed" : "switch-position.open"]
            add(
                line.isClosed ? "switch" : "opened", place, line.code,
                "\(state) · \(words("map.customers", ["n": "\(line.customers)"]))", "/network/devices/\(line.device)", 1)
        }
    }

    /// Meters of one box are one spot.
    private mutating func addMeters(_ meters: [(place: Place, number: String)]) {
        more = more || meters.count >= MapView.mostMeters
        for (place, list) in Dictionary(grouping: meters, by: \.place).sorted(by: { $0.value[0].number < $1.value[0].number }) {
            let numbers = list.prefix(12).map(\.number).joined(separator: " ")
            add("box", place, words("map.meters", ["n": "\(list.count)"]), numbers, nil, list.count)
        }
    }

    private mutating func addOutages() {
        for outage in outages {
            let until = outage.expected.map { words("map.expected", ["time": words.moment($0, now: now)]) } ?? ""
            let second = [words("map.without", ["n": "\(outage.customers)"]), until].filter { !$0.isEmpty }
                .joined(separator: " · ")
            for place in places(of: outage) where bounds.contains(place) {
                add(outage.isPlanned ? "planned" : "outage", place, outage.title, second, outage.link, outage.customers)
            }
        }
    }

    /// Dangers and crews stand for themselves; cases only where there is room for them.
    private mutating func addMarks() {
        let shown = marks.filter { bounds.contains($0.place) }
        let isClose = bounds.zoom >= 15 || shown.count <= 12
        for mark in shown where isClose || mark.kind != .case {
            add(mark.kind.rawValue, mark.place, mark.title, "", mark.link, 1)
        }
        guard !isClose else { return }
        for cell in clustered(shown.filter { $0.kind == .case }.map { ($0.place, 1) }) {
            add("cases", cell.place, words("map.cases", ["n": "\(cell.n)"]), "", nil, cell.n)
        }
    }

    /// The areas without supply; where the network knows none, the villages.
    private func places(of outage: MapOutage) -> [Place] {
        let areas = outage.areas.compactMap { snapshot.areasByID[$0] }.compactMap { snapshot.areas[$0].info.place }
        if !areas.isEmpty { return areas }
        let wanted = Set(outage.villages)
        return villages.filter { wanted.contains($0.id) }.compactMap(\.place)
    }

    /// What stands in one cell of 64 pixels, at its middle.
    private func clustered(_ items: [(Place, Int)]) -> [(place: Place, n: Int, count: Int)] {
        let cell = bounds.degrees(pixels: 64)
        var sums: [Int: (lat: Double, lon: Double, n: Int, count: Int)] = [:]
        for (place, n) in items {
            let key = Int((place.latitude + 90) / cell) << 32 | Int((place.longitude + 180) / cell)
            var sum = sums[key] ?? (0, 0, 0, 0)
            sum.lat += place.latitude
            sum.lon += place.longitude
            sum.n += n
            sum.count += 1
            sums[key] = sum
        }
        return sums.sorted { $0.key < $1.key }.compactMap { _, sum in
            Place(latitude: sum.lat / Double(sum.count), longitude: sum.lon / Double(sum.count)).map { ($0, sum.n, sum.count) }
        }
    }

    // MARK: Lines

    private mutating func addLines(_ close: [[Place]]) {
        var rest = MapView.mostSegments
        let grid = bounds.degrees(pixels: bounds.zoom >= 15 ? 0.5 : 4)
        let byFeeder = Dictionary(grouping: snapshot.lines.filter { $0.kind != .switch && seen.contains($0.feeder) }, by: \.feeder)
        for (feeder, list) in byFeeder.sorted(by: { $0.key < $1.key }) {
            let pieces = thinned(list.map(\.places), grid, &rest)
            if !pieces.isEmpty { lines.append(.init(name: snapshot.feeders[feeder].info.name, k: "mv", p: pieces)) }
        }
        let low = thinned(close, bounds.degrees(pixels: 0.5), &rest)
        if !low.isEmpty { lines.append(.init(name: "", k: "lv", p: low)) }
        more = more || rest <= 0
    }

    /// Pieces in view on a grid of a few pixels; what becomes a point or lies on another is left out.
    private func thinned(_ lines: [[Place]], _ grid: Double, _ rest: inout Int) -> [[Int]] {
        var seen: Set<[Int]> = []
        var out: [[Int]] = []
        func snap(_ degrees: Double) -> Int { Int(((degrees / grid).rounded() * grid * 100_000).rounded()) }
        for places in lines where rest > 0 {
            guard let first = places.first, zip(places, places.dropFirst()).contains(where: { bounds.touches($0, $1) })
            else { continue }
            var at = (snap(first.latitude), snap(first.longitude))
            var piece = [at.0, at.1]
            for place in places.dropFirst() {
                let next = (snap(place.latitude), snap(place.longitude))
                if next == at { continue }
                piece += [next.0 - at.0, next.1 - at.1]
                at = next
            }
            guard piece.count > 2, seen.insert(piece).inserted else { continue }
            out.append(piece)
            rest -= piece.count / 2 - 1
        }
        return out
    }
}
