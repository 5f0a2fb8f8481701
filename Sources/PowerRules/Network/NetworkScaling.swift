package import Values

/// A transformer area that a composed feeder shall have.
package struct PlannedArea: Sendable, Equatable {
    /// Begins the ids of everything in the area.
    package var id: String
    package var name: String
    /// Where the transformer stands.
    package var place: Place
    /// The ids of its customers, each connected once.
    package var loads: [String]
    /// Turns the copy of the template, so that neighbouring areas do not look alike.
    package var turnDegrees: Double

    package init(id: String, name: String = "", place: Place, loads: [String], turnDegrees: Double = 0) {
        self.id = id
        self.name = name
        self.place = place
        self.loads = loads
        self.turnDegrees = turnDegrees
    }

    /// With loads `ID-H1` … `ID-Hn`.
    package init(id: String, name: String = "", place: Place, customers: Int, turnDegrees: Double = 0) {
        self.init(
            id: id, name: name, place: place, loads: (0..<customers).map { "\(id)-H\($0 + 1)" },
            turnDegrees: turnDegrees)
    }
}

extension Network {
    /// Meters in one box.
    package static let metersInBox = 12
    /// 10 kV sections between two sectionalising switches.
    package static let sectionsPerSwitch = 3

    /// One medium-voltage feeder with an area for each plan: a breaker at the substation's busbar, a
    /// 10 kV line that grows from area to area by the shortest way, a switch in every third section,
    /// and for each area a fuse, a transformer and a copy of a low-voltage template, moved to its
    /// place. Customers are spread evenly over the template's loads, each of which becomes meter
    /// boxes behind service drops; lines that would lead to nobody are left out.
    ///
    /// The result is a tree, depends on nothing but the arguments, and keeps the template's lengths.
    package static func scaled(
        from template: Network, feeder: String, name: String = "", substation: Place, areas: [PlannedArea]
    ) -> Network {
        var network = Network()
        network.nodes.append(Node(id: "\(feeder)-S", name: name, kind: .source, voltageKV: 10, place: substation))
        network.nodes.append(Node(id: "\(feeder)-P0", kind: .busbar, voltageKV: 10, place: substation))
        network.edges.append(
            Edge(id: "\(feeder)-K0", name: name, kind: .switch, from: "\(feeder)-S", to: "\(feeder)-P0", maxA: 630))
        let copy = AreaCopy(of: template)
        var line = FeederLine(feeder, substation, areas)
        while let (area, pole) = line.next(&network) { copy.append(areas[area], at: pole, to: &network) }
        return network
    }
}

/// Grows the 10 kV line: always to the area that is nearest to what stands (Prim's tree).
private struct FeederLine {
    private let feeder: String
    private let areas: [PlannedArea]
    /// Poles that stand, with their places and how many sections lie between them and the busbar.
    private var poles: [(id: String, place: Place, sections: Int)]
    /// By area: the nearest pole and its distance in metres; nil when the area is connected.
    private var nearest: [(pole: Int, metres: Double)?]

    init(_ feeder: String, _ substation: Place, _ areas: [PlannedArea]) {
        self.feeder = feeder
        self.areas = areas
        poles = [("\(feeder)-P0", substation, 0)]
        nearest = areas.map { (0, Offset(from: substation, to: $0.place).metres) }
    }

    /// Builds the section to the next area.
    mutating func next(_ network: inout Network) -> (area: Int, pole: String)? {
        let waiting = nearest.indices.filter { nearest[$0] != nil }
        let best = waiting.min { (nearest[$0]?.metres ?? 0, $0) < (nearest[$1]?.metres ?? 0, $1) }
        guard let area = best, let (from, metres) = nearest[area] else { return nil }
        nearest[area] = nil
        let number = poles.count
        let pole = "\(feeder)-P\(number)"
        let sections = poles[from].sections + 1
        network.nodes.append(Network.Node(id: pole, kind: .bus, voltageKV: 10, place: areas[area].place))
        var start = poles[from].id
        if sections % Network.sectionsPerSwitch == 0 {
            let node = "\(feeder)-Q\(number)"
            network.nodes.append(Network.Node(id: node, kind: .bus, voltageKV: 10, place: poles[from].place))
            network.edges.append(
                Network.Edge(id: "\(feeder)-K\(number)", kind: .switch, from: start, to: node, maxA: 400))
            start = node
        }
        network.edges.append(
            Network.Edge(
                id: "\(feeder)-M\(number)", kind: .line, from: start, to: pole, lengthM: max(1, metres.rounded()),
                maxA: 300))
        poles.append((pole, areas[area].place, sections))
        for other in nearest.indices {
            guard let known = nearest[other] else { continue }
            let away = Offset(from: areas[area].place, to: areas[other].place).metres
            if away < known.metres { nearest[other] = (number, away) }
        }
        return (area, pole)
    }
}

/// Copies the low-voltage part of a template: what is fed below its transformer.
private struct AreaCopy {
    private let tree: NetworkTree
    /// The low side of the transformer.
    private let root: Int
    private let origin: Place?

    init(of template: Network) {
        let tree = NetworkTree(template)
        self.tree = tree
        root = (0..<tree.nodeCount).first { !tree.isSource($0) && tree.edgeValue($0).kind == .transformer } ?? 0
        origin = tree.nodeCount > 0 ? tree.nodeValue(root).place : nil
    }

    func append(_ area: PlannedArea, at pole: String, to network: inout Network) {
        let (high, low) = ("\(area.id)-HV", "\(area.id)-LV")
        network.nodes.append(Network.Node(id: high, kind: .bus, voltageKV: 10, place: area.place))
        network.nodes.append(
            Network.Node(id: low, name: area.name, kind: .busbar, voltageKV: 0.4, place: area.place))
        network.edges.append(Network.Edge(id: "\(area.id)-F", kind: .switch, from: pole, to: high, maxA: 100))
        network.edges.append(
            Network.Edge(
                id: "\(area.id)-T", name: area.name, kind: .transformer, from: high, to: low,
                ratingKVA: rating(customers: area.loads.count)))
        let shares = shares(area.loads)
        appendLines(area, shares, &network)
        for (position, ids) in shares { appendBoxes(area, position, ids, &network) }
    }

    /// Which customers stand where the template has one load: evenly, in the order of the tree.
    private func shares(_ loads: [String]) -> [(position: Int, ids: ArraySlice<String>)] {
        let positions = tree.nodeCount > 0 ? Array(tree.customers(root)) : []
        let used = min(positions.count, loads.count)
        return (0..<used).map { slot in
            (positions[slot * positions.count / used], loads[slot * loads.count / used..<(slot + 1) * loads.count / used])
        }
    }

    private func appendLines(
        _ area: PlannedArea, _ shares: [(position: Int, ids: ArraySlice<String>)], _ network: inout Network
    ) {
        var needed = Set<Int>()
        for (position, _) in shares {
            for edge in tree.path(from: position) {
                if edge <= root || !needed.insert(edge).inserted { break }
            }
        }
        for node in needed.sorted() {
            let (value, edge) = (tree.nodeValue(node), tree.edgeValue(node))
            network.nodes.append(
                Network.Node(
                    id: name(area, node), kind: value.kind == .busbar ? .bus : value.kind, voltageKV: 0.4,
                    place: place(area, value.place)))
            network.edges.append(
                Network.Edge(
                    id: "\(area.id)-\(edge.id)", kind: edge.kind, from: name(area, tree.parent(node) ?? root),
                    to: name(area, node), lengthM: edge.lengthM, ratingKVA: edge.ratingKVA, maxA: edge.maxA))
        }
    }

    private func appendBoxes(
        _ area: PlannedArea, _ position: Int, _ ids: ArraySlice<String>, _ network: inout Network
    ) {
        let node = tree.node(of: position)
        let stem = "\(area.id)-\(tree.load(position).id)"
        let spot = place(area, tree.nodeValue(node).place)
        for (number, start) in stride(from: ids.startIndex, to: ids.endIndex, by: Network.metersInBox).enumerated() {
            let suffix = number == 0 ? "" : "\(number + 1)"
            let box = "\(stem)-X\(suffix)"
            let turn = Double((position * 7 + number) % 12) * 30
            let aside = spot.flatMap { Offset(north: 15, east: 0).turned(turn).applied(to: $0) }
            network.nodes.append(Network.Node(id: box, kind: .box, voltageKV: 0.4, place: aside))
            network.edges.append(
                Network.Edge(
                    id: "\(stem)-D\(suffix)", kind: .drop, from: name(area, node), to: box, lengthM: 15))
            for id in ids[start..<min(start + Network.metersInBox, ids.endIndex)] {
                let type = id == ids.first ? tree.load(position).customerType : "household"
                network.loads.append(Network.Load(id: id, node: box, customerType: type, place: aside))
            }
        }
    }

    private func name(_ area: PlannedArea, _ node: Int) -> String {
        node == root ? "\(area.id)-LV" : "\(area.id)-\(tree.nodeValue(node).id)"
    }

    private func place(_ area: PlannedArea, _ place: Place?) -> Place? {
        guard let place, let origin else { return nil }
        return Offset(from: origin, to: place).turned(area.turnDegrees).applied(to: area.place)
    }

    /// The smallest usual transformer with 2 kVA for each customer.
    private func rating(customers: Int) -> Double {
        [50, 100, 200, 315, 400, 630].first { $0 >= Double(customers * 2) } ?? 630
    }
}

/// A way over flat ground in metres: exact enough within a township.
private struct Offset {
    var north: Double
    var east: Double

    private static let metresPerDegree = 111_195.0

    init(north: Double, east: Double) {
        self.north = north
        self.east = east
    }

    init(from: Place, to: Place) {
        north = (to.latitude - from.latitude) * Self.metresPerDegree
        east = (to.longitude - from.longitude) * Self.metresPerDegree * Self.narrowing(from)
    }

    var metres: Double { (north * north + east * east).squareRoot() }

    func turned(_ degrees: Double) -> Offset {
        let (c, s) = (Trigonometry.cos(degrees: degrees), Trigonometry.sin(degrees: degrees))
        return Offset(north: north * c - east * s, east: north * s + east * c)
    }

    func applied(to place: Place) -> Place? {
        Place(
            latitude: place.latitude + north / Self.metresPerDegree,
            longitude: place.longitude + east / (Self.metresPerDegree * Self.narrowing(place)))
    }

    /// How much shorter a degree of longitude is than one of latitude.
    private static func narrowing(_ place: Place) -> Double {
        max(0.01, Trigonometry.cos(degrees: place.latitude))
    }
}
