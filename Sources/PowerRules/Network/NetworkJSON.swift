import Foundation
package import Values

extension NetworkText {
    /// Reads `network.json`: `{"nodes": […], "edges": […], "loads": […]}` with the names of the
    /// columns of the tables as keys. Problems name the place in their list, counted from 1.
    package static func read(json: [UInt8]) throws(NetworkProblems) -> Network {
        let file: NetworkFile
        do {
            file = try JSONDecoder().decode(NetworkFile.self, from: Data(json))
        } catch {
            var problems = NetworkProblems()
            problems.add(unreadable(error))
            throw problems
        }
        return try file.network()
    }

    private static func unreadable(_ error: any Error) -> NetworkProblem {
        let context: DecodingError.Context? =
            switch error as? DecodingError {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                .dataCorrupted(let context):
                context
            default: nil
            }
        let path = context?.codingPath ?? []
        let table = path.first.flatMap { NetworkProblem.Table(rawValue: $0.stringValue) } ?? .file
        let line = path.dropFirst().first?.intValue.map { $0 + 1 } ?? 0
        let key = path.last.flatMap { $0.intValue == nil ? $0.stringValue : nil } ?? ""
        return NetworkProblem(table, line: line, .unreadable, key)
    }
}

/// The file as it stands.
private struct NetworkFile: Decodable {
    struct Node: Decodable {
        let id: String
        let name: String?
        let kind: String
        let vn_kv: Double?
        let lat: Double?
        let lon: Double?
    }
    struct Edge: Decodable {
        let id: String
        let name: String?
        let kind: String
        let from: String
        let to: String
        let length_m: Double?
        let sn_kva: Double?
        let max_i_a: Double?
        let closed: Bool?
    }
    struct Load: Decodable {
        let id: String
        let node: String
        let customer_type: String?
        let lat: Double?
        let lon: Double?
    }

    let nodes: [Node]
    let edges: [Edge]
    let loads: [Load]

    func network() throws(NetworkProblems) -> Network {
        var list = NetworkList()
        var network = Network()
        list.begin(.nodes)
        for node in nodes where list.accepts(node.id, node.name) {
            let kind = list.kind(node.kind, NodeKind.bus)
            network.nodes.append(
                Network.Node(
                    id: node.id, name: node.name ?? "", kind: kind, voltageKV: node.vn_kv,
                    place: list.place(node.lat, node.lon)))
        }
        list.begin(.edges)
        for edge in edges where list.accepts(edge.id, edge.name) {
            let kind = list.kind(edge.kind, EdgeKind.line)
            network.edges.append(
                Network.Edge(
                    id: edge.id, name: edge.name ?? "", kind: kind, from: edge.from, to: edge.to,
                    lengthM: edge.length_m, ratingKVA: edge.sn_kva, maxA: edge.max_i_a,
                    isClosed: edge.closed ?? true))
        }
        list.begin(.loads)
        for load in loads where list.accepts(load.id, nil) {
            network.loads.append(
                Network.Load(
                    id: load.id, node: load.node, customerType: load.customer_type ?? "household",
                    place: list.place(load.lat, load.lon)))
        }
        guard list.problems.isEmpty else { throw list.problems }
        return network
    }
}

/// One list of the file with the complaints about it.
private struct NetworkList {
    var problems = NetworkProblems()
    private var table = NetworkProblem.Table.nodes
    private var line = 0
    private var seen: Set<String> = []

    mutating func begin(_ table: NetworkProblem.Table) {
        self.table = table
        line = 0
        seen = []
    }

    mutating func accepts(_ id: String, _ name: String?) -> Bool {
        line += 1
        guard !id.isEmpty else { return complain(.idMissing, "id") }
        guard line <= NetworkText.mostRows else {
            return line > NetworkText.mostRows + 1 ? false : complain(.tooManyRows, "\(NetworkText.mostRows)")
        }
        guard max(id.utf8.count, name?.utf8.count ?? 0) <= NetworkText.longestText else { return complain(.tooLong, id) }
        guard seen.insert(id).inserted else { return complain(.duplicateID, id) }
        return true
    }

    mutating func kind<Kind: RawRepresentable<String>>(_ text: String, _ other: Kind) -> Kind {
        if let kind = Kind(rawValue: text) { return kind }
        _ = complain(.unknownKind, text)
        return other
    }

    mutating func place(_ latitude: Double?, _ longitude: Double?) -> Place? {
        if latitude == nil && longitude == nil { return nil }
        if let latitude, let longitude, let place = Place(latitude: latitude, longitude: longitude) { return place }
        _ = complain(.notAPlace, "\(latitude?.description ?? "") \(longitude?.description ?? "")")
        return nil
    }

    private mutating func complain(_ code: NetworkProblem.Code, _ value: String) -> Bool {
        problems.add(NetworkProblem(table, line: line, code, value))
        return false
    }
}
