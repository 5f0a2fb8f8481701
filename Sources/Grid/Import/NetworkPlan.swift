import Desk
import PowerRules
import Registry
import Values

/// What a network comes to before it is written: every device with the positions below it, the
/// transformer areas, and every load with its account, area and village. Pure.
struct NetworkPlan: Sendable {
    struct Device: Sendable {
        var low = 0
        var high = 0
        /// Index in `network.edges` of the next device towards the source.
        var parent: Int?
        /// Index in `areas`.
        var area: Int?
    }

    struct Area: Sendable {
        /// Index in `network.edges` of the transformer.
        let transformer: Int
        let low: Int
        let high: Int
        let place: Place?
        var village: ID<Village>?
        /// Customers by village; those of no known village stand under nil.
        var villages: [ID<Village>?: Int] = [:]
    }

    struct Supply: Sendable {
        /// Index in `network.loads`.
        let load: Int
        let area: Int?
        var account: ID<Account>?
        var village: ID<Village>?
    }

    struct KnownAccount: Sendable {
        let id: ID<Account>
        let village: ID<Village>
        let isClosed: Bool
    }

    let tree: NetworkTree
    /// By index in `network.edges`.
    private(set) var devices: [Device]
    private(set) var areas: [Area] = []
    /// By supply position.
    private(set) var supplies: [Supply] = []
    private(set) var findings: [NetworkFinding] = []
    private(set) var unlinked = 0

    var network: Network { tree.network }

    /// - Parameters:
    ///   - accountOf: the account number by the load's id, where they differ.
    ///   - accounts: by number.
    init(_ tree: NetworkTree, accountOf: [String: String], accounts: [String: KnownAccount], villages: [VillageInfo]) {
        self.tree = tree
        devices = Array(repeating: Device(), count: tree.network.edges.count)
        let areaOfNode = findAreas()
        placeDevices(areaOfNode)
        placeSupplies(areaOfNode, accountOf, accounts)
        settleVillages(villages)
        noteStrangePlaces(villages)
    }

    /// A transformer without another below it, and with low voltage where that is known, makes an area.
    /// - Returns: by node number: index in `areas`, or -1.
    private mutating func findAreas() -> [Int32] {
        let isTransformer = (0..<tree.nodeCount).map { !tree.isSource($0) && tree.edgeValue($0).kind == .transformer }
        var hasBelow = [Bool](repeating: false, count: tree.nodeCount)
        for node in (0..<tree.nodeCount).reversed() {
            if let parent = tree.parent(node), isTransformer[node] || hasBelow[node] { hasBelow[parent] = true }
        }
        var areaOf = [Int32](repeating: -1, count: tree.nodeCount)
        for node in 0..<tree.nodeCount {
            if let parent = tree.parent(node) { areaOf[node] = areaOf[parent] }
            guard isTransformer[node], !hasBelow[node], (tree.nodeValue(node).voltageKV ?? 0.4) <= 1 else { continue }
            areaOf[node] = Int32(areas.count)
            let range = tree.customers(node)
            let above = tree.parent(node).flatMap { tree.nodeValue($0).place }
            areas.append(
                Area(
                    transformer: tree.networkEdge(node), low: range.lowerBound, high: range.upperBound,
                    place: tree.nodeValue(node).place ?? above))
        }
        return areaOf
    }

    private mutating func placeDevices(_ areaOf: [Int32]) {
        for edge in 0..<tree.nodeCount where !tree.isSource(edge) {
            let range = tree.customers(edge)
            let parent = tree.parent(edge).flatMap { tree.isSource($0) ? nil : tree.networkEdge($0) }
            devices[tree.networkEdge(edge)] = Device(
                low: range.lowerBound, high: range.upperBound, parent: parent,
                area: areaOf[edge] < 0 ? nil : Int(areaOf[edge]))
        }
        // What is normally open stands in the area that both its ends are in.
        for (index, edge) in network.edges.enumerated() where !edge.isClosed {
            let ends = [edge.from, edge.to].compactMap { tree.node(id: $0) }.map { areaOf[$0] }
            if ends.count == 2, ends[0] == ends[1], ends[0] >= 0 { devices[index].area = Int(ends[0]) }
        }
    }

    private mutating func placeSupplies(
        _ areaOf: [Int32], _ accountOf: [String: String], _ accounts: [String: KnownAccount]
    ) {
        var used: [ID<Account>: String] = [:]
        supplies.reserveCapacity(tree.customerCount)
        for position in 0..<tree.customerCount {
            let load = tree.load(position)
            let area = areaOf[tree.node(of: position)]
            var supply = Supply(load: tree.networkLoad(position), area: area < 0 ? nil : Int(area))
            let number = accountOf[load.id] ?? load.id
            if let account = accounts[number] {
                if account.isClosed {
                    note(.init(warning: "network-account-closed", load.id, ["account": number]))
                } else if let other = used.updateValue(load.id, forKey: account.id) {
                    note(.init(error: "network-account-twice", load.id, ["account": number, "other": other]))
                } else {
                    supply.account = account.id
                    supply.village = account.village
                }
            }
            if supply.account == nil {
                unlinked += 1
                note(.init(warning: "network-unlinked", load.id, ["account": number]))
            }
            supplies.append(supply)
        }
    }

    /// The village of an area is that of most of its accounts; of an area without any, the nearest
    /// one within 5 km. Loads without an account are counted to it.
    private mutating func settleVillages(_ villages: [VillageInfo]) {
        for (index, area) in areas.enumerated() {
            var counts: [ID<Village>: Int] = [:]
            for position in area.low..<area.high {
                if let village = supplies[position].village { counts[village, default: 0] += 1 }
            }
            let most = counts.max { ($0.value, $1.key.text) < ($1.value, $0.key.text) }?.key
            areas[index].village = most ?? area.place.flatMap { Self.nearest(villages, to: $0, within: 5000) }
            for position in area.low..<area.high {
                if supplies[position].village == nil { supplies[position].village = areas[index].village }
                areas[index].villages[supplies[position].village, default: 0] += 1
            }
        }
    }

    static func nearest(_ villages: [VillageInfo], to place: Place, within metres: Double) -> ID<Village>? {
        let found = villages.compactMap { village in village.place.map { (village.id, $0.metres(to: place)) } }
            .min { $0.1 < $1.1 }
        return found.flatMap { $0.1 <= metres ? $0.0 : nil }
    }

    /// Farther than this from every village is not in the county.
    private static let farM = 30_000.0

    private mutating func noteStrangePlaces(_ villages: [VillageInfo]) {
        let known = villages.compactMap(\.place)
        guard let south = known.map(\.latitude).min(), let north = known.map(\.latitude).max(),
            let west = known.map(\.longitude).min(), let east = known.map(\.longitude).max()
        else { return }
        // 30 km in degrees of latitude; at our latitudes a degree of longitude is shorter.
        let (up, across) = (Self.farM / 111_000, Self.farM / 85_000)
        for node in network.nodes {
            guard let place = node.place else { continue }
            let isIn =
                place.latitude > south - up && place.latitude < north + up && place.longitude > west - across
                && place.longitude < east + across
            if !isIn { note(.init(warning: "network-far-place", node.id)) }
        }
    }

    private mutating func note(_ finding: NetworkFinding) {
        // Counted all, listed as many as a person reads.
        counts[finding.isError ? 1 : 0] += 1
        if findings.count < Self.mostFindings || finding.isError { findings.append(finding) }
    }
    static let mostFindings = 1000
    /// Of warnings and errors.
    private(set) var counts = [0, 0]
}
