package import Values

/// Reads the tables `nodes.csv`, `edges.csv` and `loads.csv`, as Data/networks/README.md describes
/// them. Further columns are passed over. Everything that is wrong is told at once, by line.
package enum NetworkText {
    /// Rows of one table; a larger file is a slip.
    package static let mostRows = 5_000_000
    /// Bytes of one id or name.
    package static let longestText = 200

    package static func read(nodes: [UInt8], edges: [UInt8], loads: [UInt8]) throws(NetworkProblems) -> Network {
        var problems = NetworkProblems()
        var network = Network()
        readNodes(nodes, into: &network, &problems)
        readEdges(edges, into: &network, &problems)
        readLoads(loads, into: &network, &problems)
        guard problems.isEmpty else { throw problems }
        return network
    }

    private static func readNodes(_ bytes: [UInt8], into network: inout Network, _ problems: inout NetworkProblems) {
        guard var rows = NetworkRows(.nodes, bytes, needs: ["id", "kind"], &problems) else { return }
        let (name, kind, volts) = (rows.column("name"), rows.column("kind"), rows.column("vn_kv"))
        let (lat, lon) = (rows.column("lat"), rows.column("lon"))
        while let id = rows.next(&problems) {
            network.nodes.append(
                Network.Node(
                    id: id, name: rows.text(name, &problems),
                    kind: rows.kind(kind, NodeKind.bus, &problems), voltageKV: rows.number(volts, &problems),
                    place: rows.place(lat, lon, &problems)))
        }
    }

    private static func readEdges(_ bytes: [UInt8], into network: inout Network, _ problems: inout NetworkProblems) {
        guard var rows = NetworkRows(.edges, bytes, needs: ["id", "kind", "from", "to"], &problems) else { return }
        let (name, kind) = (rows.column("name"), rows.column("kind"))
        let (from, to, closed) = (rows.column("from"), rows.column("to"), rows.column("closed"))
        let (length, rating, current) = (rows.column("length_m"), rows.column("sn_kva"), rows.column("max_i_a"))
        while let id = rows.next(&problems) {
            network.edges.append(
                Network.Edge(
                    id: id, name: rows.text(name, &problems), kind: rows.kind(kind, EdgeKind.line, &problems),
                    from: rows.name(from, &problems), to: rows.name(to, &problems),
                    lengthM: rows.number(length, &problems), ratingKVA: rows.number(rating, &problems),
                    maxA: rows.number(current, &problems), isClosed: rows.truth(closed, &problems)))
        }
    }

    private static func readLoads(_ bytes: [UInt8], into network: inout Network, _ problems: inout NetworkProblems) {
        guard var rows = NetworkRows(.loads, bytes, needs: ["id", "node"], &problems) else { return }
        let (node, type) = (rows.column("node"), rows.column("customer_type"))
        let (lat, lon) = (rows.column("lat"), rows.column("lon"))
        while let id = rows.next(&problems) {
            let customer = rows.text(type, &problems)
            network.loads.append(
                Network.Load(
                    id: id, node: rows.name(node, &problems), customerType: customer.isEmpty ? "household" : customer,
                    place: rows.place(lat, lon, &problems)))
        }
    }
}

/// The rows of one table with the complaints about them.
private struct NetworkRows {
    private let table: NetworkProblem.Table
    private var rows: TextTable
    private var id = 0
    private var seen: Set<String> = []
    private var isFull = false

    init?(
        _ table: NetworkProblem.Table, _ bytes: [UInt8], needs columns: [String], _ problems: inout NetworkProblems
    ) {
        self.table = table
        rows = TextTable(bytes)
        var isWhole = true
        for column in columns where rows.column(column) == nil {
            problems.add(NetworkProblem(table, line: 1, .columnMissing, column))
            isWhole = false
        }
        guard isWhole else { return nil }
        id = rows.column("id") ?? 0
    }

    func column(_ name: String) -> Int? { rows.column(name) }

    /// The id of the next row that has one of its own.
    mutating func next(_ problems: inout NetworkProblems) -> String? {
        while !isFull, rows.next() {
            if seen.count >= NetworkText.mostRows {
                complain(.tooManyRows, "\(NetworkText.mostRows)", &problems)
                isFull = true
            } else if rows.count != rows.header.count {
                complain(.wrongCount, "\(rows.count)", &problems)
            } else {
                let text = name(id, &problems)
                if text.isEmpty { continue }
                if seen.insert(text).inserted { return text }
                complain(.duplicateID, text, &problems)
            }
        }
        return nil
    }

    func text(_ column: Int?, _ problems: inout NetworkProblems) -> String {
        guard let column else { return "" }
        let bytes = rows.utf8(column)
        if bytes.count > NetworkText.longestText { complain(.tooLong, rows[column], &problems) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Text that has to be there.
    func name(_ column: Int?, _ problems: inout NetworkProblems) -> String {
        let text = text(column, &problems)
        if text.isEmpty { complain(.idMissing, column.map { rows.header[$0] } ?? "", &problems) }
        return text
    }

    func number(_ column: Int?, _ problems: inout NetworkProblems) -> Double? {
        guard let column, !rows.utf8(column).isEmpty else { return nil }
        if let value = decimal(rows.utf8(column)) { return value }
        complain(.notANumber, "\(rows.header[column]) \(rows[column])", &problems)
        return nil
    }

    func place(_ lat: Int?, _ lon: Int?, _ problems: inout NetworkProblems) -> Place? {
        let before = problems.count
        let (latitude, longitude) = (number(lat, &problems), number(lon, &problems))
        if latitude == nil && longitude == nil || problems.count > before { return nil }
        if let latitude, let longitude, let place = Place(latitude: latitude, longitude: longitude) { return place }
        complain(.notAPlace, "\(latitude?.description ?? "") \(longitude?.description ?? "")", &problems)
        return nil
    }

    func kind<Kind: RawRepresentable<String>>(_ column: Int?, _ other: Kind, _ problems: inout NetworkProblems) -> Kind {
        let text = text(column, &problems)
        if let kind = Kind(rawValue: text) { return kind }
        complain(.unknownKind, text, &problems)
        return other
    }

    /// Empty means true: most tables list only what is in its normal, closed state.
    func truth(_ column: Int?, _ problems: inout NetworkProblems) -> Bool {
        guard let column else { return true }
        switch rows[column] {
        case "true", "True", "TRUE", "1", "": return true
        case "false", "False", "FALSE", "0": return false
        case let other:
            complain(.notTrueOrFalse, other, &problems)
            return true
        }
    }

    private func complain(_ code: NetworkProblem.Code, _ value: String, _ problems: inout NetworkProblems) {
        problems.add(NetworkProblem(table, line: rows.line, code, value))
    }
}
