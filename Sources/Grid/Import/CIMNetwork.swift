import PowerRules
import Values

/// Makes a plain network out of the objects of a CIM file (docs/network-import.md lists what is
/// read). Every object keeps its mRID as its id; accounts come by the names of usage points.
struct CIMNetwork {
    private let cim: CIMObjects
    private var file = NetworkFile(Network())
    private var nodeOf: [String: String] = [:]
    private var terminals: [String: [Terminal]] = [:]
    private var places: [String: [Place]] = [:]
    private var placeOfNode: [String: Place] = [:]
    private var kindOfNode: [String: NodeKind] = [:]

    private struct Terminal {
        let id: String
        let node: String
        let sequence: Int
    }

    static func file(_ cim: CIMObjects) -> NetworkFile {
        var maker = CIMNetwork(cim)
        maker.readPlaces()
        maker.readTerminals()
        maker.readSources()
        maker.readLines()
        maker.readSwitches()
        maker.readTransformers()
        maker.readLoads()
        maker.readNodes()
        maker.readNames()
        return maker.file
    }

    private init(_ cim: CIMObjects) { self.cim = cim }

    /// Points of locations, by the equipment that stands there.
    private mutating func readPlaces() {
        var points: [String: [(order: Int, place: Place)]] = [:]
        for (id, point) in cim.all("PositionPoint") {
            guard let location = point.links["Location"], let x = point.texts["xPosition"].flatMap(Double.init),
                let y = point.texts["yPosition"].flatMap(Double.init), let place = Place(latitude: y, longitude: x)
            else {
                file.findings.append(.init(warning: "network-bad-place", id))
                continue
            }
            points[location, default: []].append((point.texts["sequenceNumber"].flatMap { Int($0) } ?? 1, place))
        }
        for (id, location) in cim.all("Location") {
            let line = (points[id] ?? []).sorted { $0.order < $1.order }.map(\.place)
            if !line.isEmpty, let equipment = location.links["PowerSystemResources"] { places[equipment] = line }
        }
        for (id, object) in cim.objects {
            if let location = object.links["Location"], let line = points[location], object.kind != "PositionPoint" {
                places[id] = line.sorted { $0.order < $1.order }.map(\.place)
            }
        }
        file.datum = cim.all("CoordinateSystem").compactMap { $0.object.texts["crsUrn"] }.first.flatMap(Self.datum)
    }

    private static func datum(_ urn: String) -> String? {
        switch urn.split(separator: ":").last {
        case "4326": "wgs84"
        case "4490": "cgcs2000"
        default: nil
        }
    }

    /// Connectivity nodes (bus-branch files: topological nodes) by the terminals at them.
    private mutating func readTerminals() {
        for (id, terminal) in cim.all("Terminal") {
            guard let equipment = terminal.links["ConductingEquipment"] else { continue }
            guard let node = terminal.links["ConnectivityNode"] ?? terminal.links["TopologicalNode"] else {
                file.findings.append(.init(error: "network-no-node", id, ["device": equipment]))
                continue
            }
            nodeOf[id] = node
            let sequence = terminal.texts["sequenceNumber"].flatMap { Int($0) } ?? 0
            terminals[equipment, default: []].append(Terminal(id: id, node: node, sequence: sequence))
        }
        for key in terminals.keys { terminals[key]?.sort { ($0.sequence, $0.id) < ($1.sequence, $1.id) } }
    }

    private mutating func readSources() {
        for (id, _) in cim.all("BusbarSection") {
            for terminal in terminals[id] ?? [] { kindOfNode[terminal.node] = .busbar }
            place(terminals[id]?.first?.node, places[id]?.first)
        }
        for (id, _) in cim.all("EnergySource", "ExternalNetworkInjection") {
            guard let terminal = terminals[id]?.first else {
                file.findings.append(.init(error: "network-no-node", id, ["device": id]))
                continue
            }
            kindOfNode[terminal.node] = .source
            place(terminal.node, places[id]?.first)
        }
    }

    private mutating func readLines() {
        // CGMES profiles count lengths in kilometres, plain CIM in metres.
        let isKilometres = cim.profiles.contains { $0.contains("entsoe.eu") || $0.contains("CoreEquipment-EU") }
        for (id, line) in cim.all("ACLineSegment") {
            guard let ends = twoNodes(id) else { continue }
            let isDrop = ["ServiceDrop", "接户线"].contains(cim[line.links["PSRType"]]?.texts["name"] ?? "")
            let length = line.texts["length"].flatMap(Double.init).map { isKilometres ? $0 * 1000 : $0 }
            file.network.edges.append(
                .init(
                    id: id, name: line.texts["name"] ?? "", kind: isDrop ? .drop : .line, from: ends.0, to: ends.1,
                    lengthM: length))
            guard let way = places[id], way.count >= 2 else { continue }
            if way.count > 2 { file.lines[id] = way }
            place(ends.0, way.first)
            place(ends.1, way.last)
        }
    }

    private mutating func readSwitches() {
        let kinds = cim.all("Breaker", "LoadBreakSwitch", "Disconnector", "Fuse", "Switch", "Recloser", "Jumper")
        for (id, device) in kinds {
            guard let ends = twoNodes(id) else { continue }
            file.network.edges.append(
                .init(
                    id: id, name: device.texts["name"] ?? "", kind: .switch, from: ends.0, to: ends.1,
                    maxA: device.texts["ratedCurrent"].flatMap(Double.init),
                    isClosed: device.texts["normalOpen"] != "true"))
            place(ends.0, places[id]?.first)
            place(ends.1, places[id]?.last)
        }
    }

    private mutating func readTransformers() {
        var ends: [String: [(number: Int, object: CIMObjects.Object)]] = [:]
        for (_, end) in cim.all("PowerTransformerEnd") {
            guard let transformer = end.links["PowerTransformer"] else { continue }
            ends[transformer, default: []].append((end.texts["endNumber"].flatMap { Int($0) } ?? 9, end))
        }
        for (id, transformer) in cim.all("PowerTransformer") {
            let sides = (ends[id] ?? []).sorted { $0.number < $1.number }.map(\.object)
            var nodes = sides.compactMap { $0.links["Terminal"].flatMap { nodeOf[$0] } }
            if nodes.count < 2 { nodes = (terminals[id] ?? []).map(\.node) }
            guard nodes.count >= 2, nodes[0] != nodes[1] else {
                file.findings.append(.init(error: "network-no-node", id, ["device": transformer.texts["name"] ?? id]))
                continue
            }
            // MVA in CGMES, VA in plain CIM: no distribution transformer has 1,000 MVA.
            let rated = sides.compactMap { $0.texts["ratedS"].flatMap(Double.init) }.first
            file.network.edges.append(
                .init(
                    id: id, name: transformer.texts["name"] ?? "", kind: .transformer, from: nodes[0], to: nodes[1],
                    ratingKVA: rated.map { $0 > 1000 ? $0 / 1000 : $0 * 1000 }))
            if kindOfNode[nodes[1]] == nil { kindOfNode[nodes[1]] = .busbar }
            place(nodes[0], places[id]?.first)
            place(nodes[1], places[id]?.first)
        }
    }

    /// A consumer is one customer, named by its usage point; several usage points at one consumer are
    /// several customers.
    private mutating func readLoads() {
        var points: [String: [(id: String, object: CIMObjects.Object)]] = [:]
        for (id, point) in cim.all("UsagePoint") {
            guard let equipment = point.links["Equipments"] ?? point.links["Equipment"] else { continue }
            points[equipment, default: []].append((id, point))
        }
        let accounts = accountNames()
        for (id, consumer) in cim.all("EnergyConsumer", "ConformLoad", "NonConformLoad") {
            guard let node = terminals[id]?.first?.node else {
                file.findings.append(.init(error: "network-no-node", id, ["device": consumer.texts["name"] ?? id]))
                continue
            }
            if kindOfNode[node] == nil { kindOfNode[node] = .box }
            let spot = places[id]?.first
            place(node, spot)
            for point in points[id] ?? [(id, consumer)] {
                let code = accounts[point.id] ?? accounts[id] ?? point.object.texts["name"] ?? point.id
                file.network.loads.append(
                    .init(id: code, node: node, customerType: "household", place: places[point.id]?.first ?? spot))
            }
        }
    }

    /// Account numbers that stand as a `Name` of type `account` (or 户号) at an object.
    private func accountNames() -> [String: String] {
        var names: [String: String] = [:]
        for (_, name) in cim.all("Name") {
            let type = cim[name.links["NameType"]]?.texts["name"] ?? ""
            guard ["account", "户号"].contains(type), let object = name.links["IdentifiedObject"] else { continue }
            names[object] = name.texts["name"]
        }
        return names
    }

    private mutating func readNodes() {
        let isNodeBreaker = cim.ids["ConnectivityNode"]?.isEmpty == false
        for (id, node) in isNodeBreaker ? cim.all("ConnectivityNode") : cim.all("TopologicalNode") {
            let voltage = cim[node.links["BaseVoltage"]]?.texts["nominalVoltage"].flatMap(Double.init)
            file.network.nodes.append(
                .init(
                    id: id, name: node.texts["name"] ?? "", kind: kindOfNode[id] ?? .bus,
                    // Volts in plain CIM.
                    voltageKV: voltage.map { $0 > 1000 ? $0 / 1000 : $0 }, place: placeOfNode[id]))
        }
    }

    private mutating func readNames() {
        func named(_ kind: String) -> (code: String, name: String)? {
            cim.all(kind).first.map { ($0.id, $0.object.texts["name"] ?? $0.id) }
        }
        file.substation = named("Substation")
        file.feeder = named("Feeder")
    }

    private mutating func twoNodes(_ id: String) -> (String, String)? {
        let ends = terminals[id] ?? []
        guard ends.count == 2 else {
            file.findings.append(.init(error: "network-two-ends", id, ["count": "\(ends.count)"]))
            return nil
        }
        return (ends[0].node, ends[1].node)
    }

    private mutating func place(_ node: String?, _ place: Place?) {
        guard let node, let place, placeOfNode[node] == nil else { return }
        placeOfNode[node] = place
    }
}
