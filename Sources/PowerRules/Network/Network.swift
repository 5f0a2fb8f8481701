package import Values

/// A distribution network as it is built, from the medium-voltage feed down to the customers: plain
/// values, in any order. `NetworkTree` is the same network as it is fed now.
package struct Network: Sendable, Equatable, Codable {
    package var nodes: [Node]
    package var edges: [Edge]
    package var loads: [Load]

    package init(nodes: [Node] = [], edges: [Edge] = [], loads: [Load] = []) {
        self.nodes = nodes
        self.edges = edges
        self.loads = loads
    }

    /// A place where edges meet.
    package struct Node: Sendable, Equatable, Codable {
        package var id: String
        package var name: String
        package var kind: NodeKind
        /// Nominal voltage in kV.
        package var voltageKV: Double?
        package var place: Place?

        package init(id: String, name: String = "", kind: NodeKind, voltageKV: Double? = nil, place: Place? = nil) {
            self.id = id
            self.name = name
            self.kind = kind
            self.voltageKV = voltageKV
            self.place = place
        }
    }

    /// What connects two nodes and can be opened: the direction means nothing.
    package struct Edge: Sendable, Equatable, Codable {
        package var id: String
        package var name: String
        package var kind: EdgeKind
        package var from: String
        package var to: String
        /// Metres.
        package var lengthM: Double?
        /// Rated power of a transformer, kVA.
        package var ratingKVA: Double?
        /// Highest current of a line or switch, A.
        package var maxA: Double?
        /// In its normal state.
        package var isClosed: Bool

        package init(
            id: String, name: String = "", kind: EdgeKind, from: String, to: String, lengthM: Double? = nil,
            ratingKVA: Double? = nil, maxA: Double? = nil, isClosed: Bool = true
        ) {
            self.id = id
            self.name = name
            self.kind = kind
            self.from = from
            self.to = to
            self.lengthM = lengthM
            self.ratingKVA = ratingKVA
            self.maxA = maxA
            self.isClosed = isClosed
        }
    }

    /// A customer's connection: one account.
    package struct Load: Sendable, Equatable, Codable {
        package var id: String
        package var node: String
        /// household, farm, business
        package var customerType: String
        package var place: Place?

        package init(id: String, node: String, customerType: String = "household", place: Place? = nil) {
            self.id = id
            self.node = node
            self.customerType = customerType
            self.place = place
        }
    }
}

package enum NodeKind: String, Sendable, Codable, CaseIterable {
    /// The medium-voltage feed.
    case source
    /// A busbar: of a substation, or of the low side of a transformer.
    case busbar = "substation_busbar"
    case bus
    /// A meter box.
    case box
}

package enum EdgeKind: String, Sendable, Codable, CaseIterable {
    case transformer, line
    /// Breaker, fuse, disconnector.
    case `switch`
    /// From the low-voltage line to the meter box.
    case drop
}
