package import PowerRules

/// A feeder as its switches stand: who is without supply, and what hangs below a device now. Pure.
package struct SwitchState: Sendable {
    /// In the normal state; its positions are the stored ones.
    package let normal: NetworkTree
    /// As it stands; the same tree while every switch is in its normal state.
    package let present: NetworkTree
    /// Whether every switch is in its normal state.
    package let isNormal: Bool
    /// Stored positions without supply, in order, joined.
    package let dark: [Range<Int>]

    /// - Parameter closed: by index in the network's edges.
    package init(_ normal: NetworkTree, closed: [Bool]) {
        self.normal = normal
        var network = normal.network
        var isNormal = true
        for index in network.edges.indices where network.edges[index].isClosed != closed[index] {
            network.edges[index].isClosed = closed[index]
            isNormal = false
        }
        self.isNormal = isNormal
        present = isNormal ? normal : NetworkTree(network)
        dark = isNormal ? [] : joined(present.unfedLoads.compactMap { normal.position(load: network.loads[$0].id) })
    }

    /// Whether closed devices make a loop, which a radial feeder must not have.
    package var hasLoop: Bool { !present.extraEdges.isEmpty }

    /// Stored positions that lose supply when a device is opened, as the switches stand.
    /// - Parameter device: the edge's id in the network.
    package func downstream(of device: String) -> [Range<Int>] {
        guard let edge = present.edge(id: device) else { return [] }
        let range = present.customers(edge)
        if isNormal { return range.isEmpty ? [] : [range] }
        return joined(range.compactMap { normal.position(load: present.load($0).id) })
    }
}

/// Positions as ranges.
private func joined(_ positions: [Int]) -> [Range<Int>] {
    var out: [Range<Int>] = []
    for position in positions.sorted() {
        if let last = out.last, last.upperBound == position {
            out[out.count - 1] = last.lowerBound..<position + 1
        } else {
            out.append(position..<position + 1)
        }
    }
    return out
}
