import Foundation
import PowerRules
import Values

/// The two rural networks and what loses supply when an edge is opened.
enum Networks {
    static let names = ["rural1", "rural2"]

    static func bytes(_ name: String, _ file: String) throws -> [UInt8] {
        Array(try Repository.text("Data/networks/\(name)/\(file)").utf8)
    }

    static func network(_ name: String) throws -> Network {
        try NetworkText.read(
            nodes: bytes(name, "nodes.csv"), edges: bytes(name, "edges.csv"), loads: bytes(name, "loads.csv"))
    }

    static func tree(_ name: String) throws -> NetworkTree { NetworkTree(try network(name)) }

    /// Ids of the loads behind each edge.
    static func truth(_ name: String) throws -> [(edge: String, loads: Set<String>)] {
        var table = TextTable(try bytes(name, "outage_truth.csv"))
        var rows: [(String, Set<String>)] = []
        while table.next() { rows.append((table[0], Set(table[3].split(separator: " ").map(String.init)))) }
        return rows
    }

    /// A chain of poles S – n1 – n2 … with one customer at each.
    static func chain(_ count: Int) -> Network {
        var network = Network(nodes: [Network.Node(id: "S", kind: .source)])
        for i in 1...count {
            network.nodes.append(Network.Node(id: "n\(i)", kind: .bus))
            network.edges.append(
                Network.Edge(id: "e\(i)", kind: .line, from: i == 1 ? "S" : "n\(i - 1)", to: "n\(i)", lengthM: 40))
            network.loads.append(Network.Load(id: "h\(i)", node: "n\(i)"))
        }
        return network
    }
}
