package import Desk
package import PowerRules
package import Storage
package import Values

/// One feeder in memory, as one version and one state of its switches has it.
///
/// `tree` is the normal state; its positions are the supply positions of the database. An edge of
/// the tree is a device: `device(_:)` and `edge(of:)` translate.
package struct FeederModel: Sendable {
    package let feeder: FeederInfo
    package let state: SwitchState
    /// By low position; together they may leave gaps (medium-voltage customers).
    package let areas: [AreaInfo]
    /// By index in `tree.network.edges`.
    private let ids: [PackedID]
    private let order: [Int32]

    /// By index in `tree.network.edges`, as it stands now.
    let closed: [Bool]

    package var tree: NetworkTree { state.normal }

    init(feeder: FeederInfo, tree: NetworkTree, closed: [Bool], areas: [AreaInfo], ids: [PackedID]) {
        self.closed = closed
        state = SwitchState(tree, closed: closed)
        self.feeder = feeder
        self.areas = areas.sorted { ($0.low, $0.high) < ($1.low, $1.high) }
        self.ids = ids
        order = ids.indices.sorted { ids[$0] < ids[$1] }.map(Int32.init)
    }

    /// The device that an edge of `tree` is.
    package func device(_ edge: Int) -> ID<Device> { ids[tree.networkEdge(edge)].id() }

    /// The edge of `tree` that a device is; nil for one that is normally open or unknown.
    package func edge(of device: ID<Device>) -> Int? {
        index(of: device).flatMap { tree.edge(id: tree.network.edges[$0].id) }
    }

    /// Stored positions that lose supply when the device is opened as the switches stand now.
    package func downstream(of device: ID<Device>) -> [Range<Int>] {
        index(of: device).map { state.downstream(of: tree.network.edges[$0].id) } ?? []
    }

    /// The transformer area of a position; nil at medium voltage.
    package func area(at position: Int) -> AreaInfo? {
        var (low, high) = (0, areas.count)
        while low < high {
            let middle = (low + high) / 2
            if areas[middle].low <= position { low = middle + 1 } else { high = middle }
        }
        guard low > 0, areas[low - 1].positions.contains(position) else { return nil }
        return areas[low - 1]
    }

    package func index(of device: ID<Device>) -> Int? {
        guard let wanted = PackedID(device) else { return nil }
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if ids[Int(order[middle])] < wanted { low = middle + 1 } else { high = middle }
        }
        return low < order.count && ids[Int(order[low])] == wanted ? Int(order[low]) : nil
    }
}

/// An id in 16 bytes in place of 36 characters on the heap.
struct PackedID: Sendable, Hashable, Comparable {
    private let high: UInt64
    private let low: UInt64

    init?<T>(_ id: ID<T>) {
        guard let bytes = unhex(String(id.text.filter { $0 != "-" })), bytes.count == 16 else { return nil }
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    func id<T>(of type: T.Type = T.self) -> ID<T> {
        let bytes = [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) } }
        let text = hex(bytes)
        var out = ""
        for (i, character) in text.enumerated() {
            if i == 8 || i == 12 || i == 16 || i == 20 { out.append("-") }
            out.append(character)
        }
        return ID(out)
    }

    static func < (a: PackedID, b: PackedID) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

/// The county's feeders in memory, each loaded when it is first asked for and again when its version
/// or a switch has changed. Holds the feeders used last, up to `mostCustomers` together.
package final class GridModel: Sendable {
    private let mostCustomers: Int
    private let kept = Locked<[ID<Feeder>: Kept]>([:])

    private struct Kept: Sendable {
        let model: FeederModel
        var used: Int
    }
    private let uses = Locked(0)

    package init(mostCustomers: Int = 400_000) {
        self.mostCustomers = mostCustomers
    }

    /// The feeder as it stands in this transaction; nil when it has no version. Loading takes some
    /// tens of milliseconds for 10,000 customers: a writer asks in `prepare` first, so that here it
    /// only compares the version.
    package func feeder(_ id: ID<Feeder>, in tx: Transaction) throws -> FeederModel? {
        guard let info = try tx.feeder(id), info.version != nil else { return nil }
        if let model = known(info) { return model }
        guard let model = try tx.feederModel(info) else { return nil }
        keep(model)
        return model
    }

    package func feeder(_ id: ID<Feeder>, in database: Database) async throws -> FeederModel? {
        try await database.read { try self.feeder(id, in: $0) }
    }

    private func known(_ info: FeederInfo) -> FeederModel? {
        let now = uses.with {
            $0 += 1; return $0
        }
        return kept.with { kept in
            guard let found = kept[info.id], found.model.feeder.version == info.version,
                found.model.feeder.operations == info.operations
            else { return nil }
            kept[info.id]?.used = now
            return found.model
        }
    }

    private func keep(_ model: FeederModel) {
        let now = uses.with {
            $0 += 1; return $0
        }
        kept.with { kept in
            kept[model.feeder.id] = Kept(model: model, used: now)
            var total = kept.values.reduce(0) { $0 + $1.model.tree.customerCount }
            while total > mostCustomers, kept.count > 1,
                let oldest = kept.filter({ $0.key != model.feeder.id }).min(by: { $0.value.used < $1.value.used })
            {
                total -= oldest.value.model.tree.customerCount
                kept[oldest.key] = nil
            }
        }
    }
}
