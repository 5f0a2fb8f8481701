/// What is wrong or doubtful in a network: each finding has a code, the id of the thing and values
/// for the sentence. Of each code the first fifty are kept and all are counted.
package struct NetworkCheck: Sendable, Equatable {
    package enum Severity: String, Sendable { case error, warning }

    package enum Code: String, Sendable, CaseIterable, Hashable {
        case noSource = "no-source"
        case duplicateNode = "duplicate-node"
        case duplicateEdge = "duplicate-edge"
        case duplicateLoad = "duplicate-load"
        /// An edge names a node that is not there: `node`.
        case edgeWithoutNode = "edge-without-node"
        /// A load names a node that is not there: `node`.
        case loadWithoutNode = "load-without-node"
        /// No edge, open or closed, leads from a source to these `nodes` with `loads`.
        case island
        /// A closed edge makes a ring of `edges` where the network is radial.
        case loop
        /// A closed edge joins what two sources feed.
        case sourcesMeet = "sources-meet"
        /// A length below zero: `length`.
        case negativeLength = "negative-length"
        /// A line without a length or with zero.
        case noLength = "no-length"
        /// A transformer without a rating, or with zero.
        case noRating = "no-rating"
        /// `nodes` with `loads` have no supply because a switch is open.
        case behindOpen = "behind-open"
        /// A transformer or line that feeds nobody.
        case feedsNobody = "feeds-nobody"

        package var severity: Severity {
            switch self {
            case .noLength, .noRating, .behindOpen, .feedsNobody: .warning
            default: .error
            }
        }
    }

    package struct Finding: Sendable, Hashable {
        package let code: Code
        package let id: String
        package let values: [String: String]
    }

    package static let mostKept = 50
    package private(set) var findings: [Finding] = []
    package private(set) var counts: [Code: Int] = [:]

    /// How many findings of a severity there are, also those that are not kept.
    package func count(_ severity: Severity) -> Int {
        counts.reduce(0) { $1.key.severity == severity ? $0 + $1.value : $0 }
    }

    /// Without errors: it may be published.
    package var isSound: Bool { count(.error) == 0 }

    package init(_ tree: NetworkTree) {
        let network = tree.network
        findDuplicates(network)
        let links = NetworkLinks(network)
        findStrayNames(network, links)
        findUnfed(tree, links)
        findRings(tree, links)
        findNumbers(network)
        findIdle(tree)
    }

    private mutating func add(_ code: Code, _ id: String, _ values: [String: String] = [:]) {
        let count = counts[code, default: 0] + 1
        counts[code] = count
        if count <= Self.mostKept { findings.append(Finding(code: code, id: id, values: values)) }
    }

    private mutating func findDuplicates(_ network: Network) {
        func repeated(_ ids: [String]) -> [String] {
            var seen = Set<String>(minimumCapacity: ids.count)
            return ids.filter { !seen.insert($0).inserted }
        }
        for id in repeated(network.nodes.map(\.id)) { add(.duplicateNode, id) }
        for id in repeated(network.edges.map(\.id)) { add(.duplicateEdge, id) }
        for id in repeated(network.loads.map(\.id)) { add(.duplicateLoad, id) }
        if !network.nodes.contains(where: { $0.kind == .source }) { add(.noSource, "") }
    }

    private mutating func findStrayNames(_ network: Network, _ links: NetworkLinks) {
        for edge in network.edges {
            for node in [edge.from, edge.to] where links.index[node] == nil {
                add(.edgeWithoutNode, edge.id, ["node": node])
            }
        }
        for load in network.loads where links.index[load.node] == nil {
            add(.loadWithoutNode, load.id, ["node": load.node])
        }
    }

    private mutating func findUnfed(_ tree: NetworkTree, _ links: NetworkLinks) {
        var fed = [Bool](repeating: false, count: tree.network.nodes.count)
        for node in 0..<tree.nodeCount { fed[tree.networkNode(node)] = true }
        for part in links.parts(of: tree.network, without: fed, loads: tree.unfedLoads) {
            add(
                part.isReachable ? .behindOpen : .island, part.first,
                ["nodes": "\(part.nodes)", "loads": "\(part.loads)"])
        }
    }

    private mutating func findRings(_ tree: NetworkTree, _ links: NetworkLinks) {
        for index in tree.extraEdges {
            let edge = tree.network.edges[index]
            guard let a = tree.node(id: edge.from), let b = tree.node(id: edge.to), let length = tree.ring(a, b)
            else {
                add(.sourcesMeet, edge.id)
                continue
            }
            add(.loop, edge.id, ["edges": "\(length + 1)"])
        }
    }

    private mutating func findNumbers(_ network: Network) {
        for edge in network.edges {
            if let length = edge.lengthM, length < 0 { add(.negativeLength, edge.id, ["length": "\(length)"]) }
            if edge.kind == .line, (edge.lengthM ?? 0) == 0 { add(.noLength, edge.id) }
            if edge.kind == .transformer, (edge.ratingKVA ?? 0) <= 0 { add(.noRating, edge.id) }
        }
    }

    private mutating func findIdle(_ tree: NetworkTree) {
        for edge in 0..<tree.nodeCount where !tree.isSource(edge) && tree.customers(edge).isEmpty {
            // Only the first of several in a row.
            let above = tree.parent(edge) ?? edge
            if tree.isSource(above) || !tree.customers(above).isEmpty { add(.feedsNobody, tree.edgeValue(edge).id) }
        }
    }
}

extension NetworkTree {
    /// How many edges lie on the way between two nodes; nil when different sources feed them.
    func ring(_ a: Int, _ b: Int) -> Int? {
        var (low, high) = (a, b)
        var length = 0
        // Numbers are in pre-order: the higher one is never above the lower one.
        while low != high {
            if low > high { swap(&low, &high) }
            guard let parent = parent(high) else { return nil }
            high = parent
            length += 1
        }
        return length
    }
}

/// The nodes of a network, joined by all edges, whether open or closed.
private struct NetworkLinks {
    /// A part of the network that is joined by closed edges and has no supply.
    struct Part {
        /// The first id.
        var first: String
        var nodes = 0
        var loads = 0
        /// An open edge would join it with a source.
        var isReachable: Bool
    }

    private(set) var index: [String: Int]

    init(_ network: Network) {
        index = Dictionary(minimumCapacity: network.nodes.count)
        for (number, node) in network.nodes.enumerated() where index[node.id] == nil { index[node.id] = number }
    }

    func parts(of network: Network, without fed: [Bool], loads: [Int]) -> [Part] {
        var all = Joined(network.nodes.count)
        var closed = Joined(network.nodes.count)
        for edge in network.edges {
            guard let a = index[edge.from], let b = index[edge.to] else { continue }
            all.join(a, b)
            if edge.isClosed { closed.join(a, b) }
        }
        let reached = Set(network.nodes.indices.filter { network.nodes[$0].kind == .source }.map { all.root($0) })
        var parts: [Int: Part] = [:]
        for (number, node) in network.nodes.enumerated() where !fed[number] && index[node.id] == number {
            let root = closed.root(number)
            var part = parts[root] ?? Part(first: node.id, isReachable: reached.contains(all.root(number)))
            part.first = min(part.first, node.id)
            part.nodes += 1
            parts[root] = part
        }
        for load in loads {
            if let node = index[network.loads[load].node] { parts[closed.root(node)]?.loads += 1 }
        }
        return parts.values.sorted { $0.first < $1.first }
    }
}

/// Sets of numbers that are joined two by two.
private struct Joined {
    private var above: [Int]

    init(_ count: Int) { above = Array(0..<count) }

    mutating func root(_ number: Int) -> Int {
        var at = number
        while above[at] != at {
            above[at] = above[above[at]]
            at = above[at]
        }
        return at
    }

    mutating func join(_ a: Int, _ b: Int) {
        let (a, b) = (root(a), root(b))
        above[max(a, b)] = min(a, b)
    }
}
