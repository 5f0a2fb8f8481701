package import PowerRules
package import Values

/// A network as a file gave it: the plain network, and what only some formats know besides.
package struct NetworkFile: Sendable {
    package var network: Network
    /// Places along a line or drop, by its id; those without an entry are straight.
    package var lines: [String: [Place]]
    package var substation: (code: String, name: String)?
    package var feeder: (code: String, name: String)?
    /// The datum that the file itself declares (`CoordinateSystem.crsUrn`); nil when it is silent.
    package var datum: String?
    /// What the reader of the format noticed.
    package var findings: [NetworkFinding]

    package init(_ network: Network) {
        self.network = network
        lines = [:]
        findings = []
    }

    /// The same file with its places in the datum that is stored.
    func inWGS84(from datum: Datum) -> NetworkFile {
        guard datum != .wgs84 else { return self }
        func moved(_ place: Place?) -> Place? { place.map { Datum.convert($0, from: datum, to: .wgs84) } }
        var file = self
        for index in file.network.nodes.indices { file.network.nodes[index].place = moved(file.network.nodes[index].place) }
        for index in file.network.loads.indices { file.network.loads[index].place = moved(file.network.loads[index].place) }
        file.lines = lines.mapValues { $0.compactMap(moved) }
        return file
    }
}

/// What is wrong or strange in a network that is to be imported. An error keeps the whole file out.
package struct NetworkFinding: Sendable, Hashable, Codable {
    /// Number of a line of a file (`edges.csv:12`), or the id of a node, device or load.
    package let subject: String
    /// Locale key `problem.<code>`.
    package let code: String
    package let isError: Bool
    package let values: [String: String]

    package init(error code: String, _ subject: String, _ values: [String: String] = [:]) {
        self.init(subject, code, isError: true, values)
    }
    package init(warning code: String, _ subject: String, _ values: [String: String] = [:]) {
        self.init(subject, code, isError: false, values)
    }
    package init(_ subject: String, _ code: String, isError: Bool, _ values: [String: String] = [:]) {
        self.subject = subject
        self.code = code
        self.isError = isError
        self.values = values
    }
}
