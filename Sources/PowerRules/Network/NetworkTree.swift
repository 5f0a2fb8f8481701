package import Values

/// A network as it is fed: the closed edges as trees that hang from the sources.
///
/// Everything has an integer number. Nodes are numbered in pre-order, so that a subtree is a range;
/// an **edge has the number of the node that it feeds**, a source has none. The customers (loads)
/// that are fed are numbered in the same order: their *supply positions*. So all customers behind
/// an edge are one half-open range.
///
/// The numbers depend on the network alone, not on the order of its lists: the edges of a node are
/// followed by their ids, its loads stand in the order of theirs. What no source feeds has no
/// number (`unfedLoads`). Of edges that close a loop the later one is left out (`extraEdges`).
package struct NetworkTree: Sendable {
    /// The network's own values, by number: `network.edges[networkEdge(i)]`.
    package let network: Network

    /// By node: the node that feeds it, -1 for a source.
    private let parents: [Int32]
    /// By node: index of the edge above it in `network.edges`, -1 for a source.
    private let edges: [Int32]
    /// By node: its index in `network.nodes`.
    private let nodes: [Int32]
    /// By node: the end of its subtree in node numbers.
    private let ends: [Int32]
    /// By node: the first position behind it, and the end.
    private let lows: [Int32]
    private let highs: [Int32]
    /// By node: the highest node with exactly the same customers, and the next lower one or -1.
    private let tops: [Int32]
    private let heirs: [Int32]
    /// By position: index in `network.loads` and the node.
    private let loads: [Int32]
    private let loadNodes: [Int32]
    /// Numbers in the order of their ids, for look-ups.
    private let edgesByID: [Int32]
    private let loadsByID: [Int32]
    private let nodesByID: [Int32]

    /// Indices of `network.loads` that no source feeds, or whose node is unknown.
    package let unfedLoads: [Int]
    /// Indices of closed edges of `network.edges` that would close a loop or join two sources.
    package let extraEdges: [Int]

    package init(_ network: Network) {
        var builder = TreeBuilder(network)
        builder.walk()
        builder.placeLoads()
        self.network = network
        (parents, edges, nodes, ends) = (builder.parents, builder.edges, builder.nodes, builder.ends)
        (lows, highs, loads, loadNodes) = (builder.lows, builder.highs, builder.loads, builder.loadNodes)
        (unfedLoads, extraEdges) = (builder.unfedLoads, builder.extraEdges)
        (tops, heirs) = Self.chains(builder)
        edgesByID = builder.edges.indices.filter { builder.edges[$0] >= 0 }
            .sorted { network.edges[Int(builder.edges[$0])].id < network.edges[Int(builder.edges[$1])].id }
            .map(Int32.init)
        loadsByID = builder.loads.indices
            .sorted { network.loads[Int(builder.loads[$0])].id < network.loads[Int(builder.loads[$1])].id }
            .map(Int32.init)
        nodesByID = builder.nodes.indices
            .sorted { network.nodes[Int(builder.nodes[$0])].id < network.nodes[Int(builder.nodes[$1])].id }
            .map(Int32.init)
    }

    /// Nodes that are fed.
    package var nodeCount: Int { nodes.count }
    /// Customers that are fed: positions are `0..<customerCount`.
    package var customerCount: Int { loads.count }

    // MARK: what has which number

    package func isSource(_ node: Int) -> Bool { edges[node] < 0 }
    /// Index in `network.edges`; the node may not be a source.
    package func networkEdge(_ edge: Int) -> Int {
        precondition(edges[edge] >= 0, "a source is not fed by an edge")
        return Int(edges[edge])
    }
    package func networkNode(_ node: Int) -> Int { Int(nodes[node]) }
    package func networkLoad(_ position: Int) -> Int { Int(loads[position]) }

    package func edgeValue(_ edge: Int) -> Network.Edge { network.edges[networkEdge(edge)] }
    package func nodeValue(_ node: Int) -> Network.Node { network.nodes[networkNode(node)] }
    package func load(_ position: Int) -> Network.Load { network.loads[networkLoad(position)] }

    package func edge(id: String) -> Int? {
        search(edgesByID, id) { network.edges[networkEdge($0)].id }
    }
    package func node(id: String) -> Int? {
        search(nodesByID, id) { network.nodes[networkNode($0)].id }
    }
    package func position(load id: String) -> Int? {
        search(loadsByID, id) { network.loads[networkLoad($0)].id }
    }

    private func search(_ order: [Int32], _ id: String, _ name: (Int) -> String) -> Int? {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if name(Int(order[middle])) < id { low = middle + 1 } else { high = middle }
        }
        return low < order.count && name(Int(order[low])) == id ? Int(order[low]) : nil
    }

    // MARK: up and down

    /// The node that feeds a node; nil for a source. As an edge: the next one towards the source,
    /// unless `isSource`.
    package func parent(_ node: Int) -> Int? { parents[node] < 0 ? nil : Int(parents[node]) }

    /// The node at which a customer is connected; as an edge: the last one before the customer.
    package func node(of position: Int) -> Int { Int(loadNodes[position]) }

    /// All nodes fed through an edge, the node itself first.
    package func subtree(_ edge: Int) -> Range<Int> { edge..<Int(ends[edge]) }

    /// The positions of all customers behind an edge, or behind a source.
    package func customers(_ edge: Int) -> Range<Int> { Int(lows[edge])..<Int(highs[edge]) }

    /// The edges from a customer up to the source, nearest first.
    package func path(from position: Int) -> [Int] { path(up: node(of: position)) }

    /// An edge and all edges above it, nearest first.
    package func path(up edge: Int) -> [Int] {
        var path: [Int] = []
        var at = edge
        while edges[at] >= 0 {
            path.append(at)
            at = Int(parents[at])
        }
        return path
    }

    /// The lowest node all of whose customers include these positions; nil when they hang from
    /// different sources. When it is a source, no edge feeds them all.
    package func lowestCommonNode(of positions: Range<Int>) -> Int? {
        guard let first = positions.first, let last = positions.last else { return nil }
        return lowestCommonNode(first, last, from: node(of: first))
    }

    /// The lowest edge behind which both positions are.
    package func lowestCommonEdge(_ a: Int, _ b: Int) -> Int? {
        guard let node = lowestCommonNode(of: min(a, b)..<max(a, b) + 1) else { return nil }
        return isSource(node) ? nil : node
    }

    /// The lowest edge behind which all positions are.
    package func lowestCommonEdge(of positions: some Sequence<Int>) -> Int? {
        var (low, high) = (Int.max, -1)
        for position in positions { (low, high) = (min(low, position), max(high, position)) }
        return high < 0 ? nil : lowestCommonEdge(low, high)
    }

    /// Goes up from a node that has `low` behind it until `high` is behind it too.
    package func lowestCommonNode(_ low: Int, _ high: Int, from node: Int) -> Int? {
        var at = node
        while high >= Int(highs[at]) || low < Int(lows[at]) {
            let above = parents[Int(tops[at])]
            if above < 0 { return nil }
            at = Int(above)
        }
        return deepest(at)
    }

    // MARK: edges that no customer can tell apart

    /// The highest node with exactly the same customers, and the lowest.
    package func highest(_ edge: Int) -> Int { Int(tops[edge]) }
    package func deepest(_ edge: Int) -> Int {
        var at = edge
        while heirs[at] >= 0 { at = Int(heirs[at]) }
        return at
    }

    /// The other edges with exactly the same customers, from the source downwards. None for an edge
    /// without customers.
    package func sameCustomers(as edge: Int) -> [Int] {
        var same: [Int] = []
        var at = highest(edge)
        while true {
            if at != edge, edges[at] >= 0 { same.append(at) }
            if heirs[at] < 0 { return same }
            at = Int(heirs[at])
        }
    }

    private static func chains(_ builder: TreeBuilder) -> (tops: [Int32], heirs: [Int32]) {
        var tops = builder.nodes.indices.map(Int32.init)
        var heirs = [Int32](repeating: -1, count: builder.nodes.count)
        // Parents come first in pre-order, so a node's top is known when its child asks for it.
        for node in builder.nodes.indices {
            let parent = Int(builder.parents[node])
            guard parent >= 0, builder.lows[node] < builder.highs[node],
                builder.lows[node] == builder.lows[parent], builder.highs[node] == builder.highs[parent]
            else { continue }
            tops[node] = tops[parent]
            heirs[parent] = Int32(node)
        }
        return (tops, heirs)
    }
}
