/// Walks a network from its sources and numbers what it meets. No recursion: a chain of a hundred
/// thousand poles is walked like any other network.
struct TreeBuilder {
    private let network: Network
    /// By index in `network.nodes`: where its edges begin in `adjacent`.
    private var starts: [Int32]
    /// Indices of closed edges, by node, each node's in the order of their ids backwards.
    private var adjacent: [Int32] = []
    private var ends1: [Int32]
    private var ends2: [Int32]
    private var nodeIndex: [String: Int32]
    /// By index in `network.nodes`: its number, -1 before it was met.
    private var numbers: [Int32]

    private(set) var parents: [Int32] = []
    private(set) var edges: [Int32] = []
    private(set) var nodes: [Int32] = []
    private(set) var ends: [Int32] = []
    private(set) var lows: [Int32] = []
    private(set) var highs: [Int32] = []
    private(set) var loads: [Int32] = []
    private(set) var loadNodes: [Int32] = []
    private(set) var unfedLoads: [Int] = []
    private(set) var extraEdges: [Int] = []

    init(_ network: Network) {
        self.network = network
        nodeIndex = Dictionary(minimumCapacity: network.nodes.count)
        for (index, node) in network.nodes.enumerated() where nodeIndex[node.id] == nil {
            nodeIndex[node.id] = Int32(index)
        }
        ends1 = network.edges.map { [nodeIndex] in nodeIndex[$0.from] ?? -1 }
        ends2 = network.edges.map { [nodeIndex] in nodeIndex[$0.to] ?? -1 }
        numbers = [Int32](repeating: -1, count: network.nodes.count)
        starts = [Int32](repeating: 0, count: network.nodes.count + 1)
        linkEdges()
    }

    private func isUsable(_ edge: Int) -> Bool {
        network.edges[edge].isClosed && ends1[edge] >= 0 && ends2[edge] >= 0
    }

    private mutating func linkEdges() {
        let order = network.edges.indices.filter(isUsable)
            .sorted { (network.edges[$0].id, $0) > (network.edges[$1].id, $1) }
        for edge in order {
            starts[Int(ends1[edge])] += 1
            starts[Int(ends2[edge])] += 1
        }
        var sum: Int32 = 0
        for node in starts.indices { (starts[node], sum) = (sum, sum + starts[node]) }
        adjacent = [Int32](repeating: 0, count: Int(sum))
        var next = starts
        for edge in order {
            for end in [Int(ends1[edge]), Int(ends2[edge])] {
                adjacent[Int(next[end])] = Int32(edge)
                next[end] += 1
            }
        }
    }

    /// Numbers all nodes that a source reaches over closed edges.
    mutating func walk() {
        let sources = network.nodes.indices.filter { network.nodes[$0].kind == .source }
            .sorted { (network.nodes[$0].id, $0) < (network.nodes[$1].id, $1) }
        var used = [Bool](repeating: false, count: network.edges.count)
        // An edge and the node that it leads to; the last one is taken next.
        var waiting: [(edge: Int32, node: Int32, parent: Int32)] = []
        for source in sources where numbers[source] < 0 {
            waiting.append((-1, Int32(source), -1))
            while let (edge, node, parent) = waiting.popLast() {
                if edge >= 0 {
                    if used[Int(edge)] { continue }
                    used[Int(edge)] = true
                    // A node that is already fed, or a source of its own: the edge would close a
                    // loop or join two sources.
                    if numbers[Int(node)] >= 0 || network.nodes[Int(node)].kind == .source {
                        extraEdges.append(Int(edge))
                        continue
                    }
                }
                let number = Int32(nodes.count)
                numbers[Int(node)] = number
                nodes.append(node)
                edges.append(edge)
                parents.append(parent)
                for slot in Int(starts[Int(node)])..<Int(starts[Int(node) + 1]) {
                    let next = adjacent[slot]
                    if used[Int(next)] { continue }
                    let other = ends1[Int(next)] == node ? ends2[Int(next)] : ends1[Int(next)]
                    waiting.append((next, other, number))
                }
            }
        }
        extraEdges.sort()
        ends = nodes.indices.map { Int32($0 + 1) }
        for node in nodes.indices.reversed() where parents[node] >= 0 {
            ends[Int(parents[node])] = max(ends[Int(parents[node])], ends[node])
        }
    }

    /// Numbers the loads of all numbered nodes in their order.
    mutating func placeLoads() {
        var found: [(node: Int32, load: Int)] = []
        found.reserveCapacity(network.loads.count)
        for (index, load) in network.loads.enumerated() {
            let node = nodeIndex[load.node].map { numbers[Int($0)] } ?? -1
            if node < 0 { unfedLoads.append(index) } else { found.append((node, index)) }
        }
        found.sort {
            $0.node != $1.node
                ? $0.node < $1.node : (network.loads[$0.load].id, $0.load) < (network.loads[$1.load].id, $1.load)
        }
        loads = found.map { Int32($0.load) }
        loadNodes = found.map(\.node)
        // How many positions stand before each node.
        lows = [Int32](repeating: 0, count: nodes.count)
        var at = 0
        for node in nodes.indices {
            lows[node] = Int32(at)
            while at < found.count, found[at].node == Int32(node) { at += 1 }
        }
        highs = nodes.indices.map { Int(ends[$0]) < nodes.count ? lows[Int(ends[$0])] : Int32(found.count) }
    }
}
