import Desk
import PowerRules
import Registry
import Storage
import Values

/// Writes a checked network as a new version, a few hundred rows at a time, and publishes it.
struct NetworkWriter: Sendable {
    let desk: Desk
    let actor: Actor
    let order: NetworkOrder
    let file: NetworkFile
    let plan: NetworkPlan
    let villages: [VillageInfo]
    let report: NetworkReport
    /// Names this import in its lease.
    let holder: String

    private static let lease = "network-import"
    private static let leaseSeconds: Int64 = 120

    func write(
        _ progress: @escaping @Sendable (Double) -> Void
    ) async throws -> (feeder: ID<Feeder>, version: ID<NetworkVersion>) {
        let version = ID<NetworkVersion>(at: desk.clock.now, from: desk.chance)
        let findings = String(decoding: try AnswerCoding.encode(report.findings), as: UTF8.self)
        let feeder = try await doing { work in
            let feeder = try work.feeder(for: order)
            try work.addVersion(version, of: feeder, order, report, findings: findings)
            return feeder
        }
        try await tidy(feeder.id, keeping: version)
        let total = Double(max(1, plan.network.nodes.count + plan.devices.count + plan.supplies.count))
        let counter = Locked(0)
        let step: @Sendable (Int) -> Void = { rows in
            progress(
                min(
                    1,
                    Double(
                        counter.with {
                            $0 += rows; return $0
                        }) / total))
        }
        let dark = try await fill(version, feeder, step)
        let station = order.station ?? busiestStation() ?? feeder.station
        let topics = try await doing { work in
            try work.addDark(dark, version)
            try work.publish(version, of: feeder, order, station: station, customers: plan.supplies.count)
            return work.announced
        }
        for topic in topics { desk.live.announce(topic) }
        try await tidy(feeder.id, keeping: version)
        try await desk.database.write { tx in try tx.releaseImport(Self.lease, holder: holder) }
        return (feeder.id, version)
    }

    /// One short write; the lease keeps every other import out.
    private func doing<T: Sendable>(_ body: @escaping @Sendable (Work) throws -> T) async throws -> T {
        let now = desk.clock.now
        return try await desk.database.write { tx in
            guard try tx.takeLease(Self.lease, holder: holder, now: now, seconds: Self.leaseSeconds) else {
                throw Problem(.conflict, "network-import-busy")
            }
            return try body(Work(tx, by: actor, at: now, desk: desk))
        }
    }

    private func each<T: Sendable>(
        _ list: [T], _ step: @Sendable (Int) -> Void, _ body: @escaping @Sendable (Work, T) throws -> Void
    ) async throws {
        for start in stride(from: 0, to: list.count, by: NetworkImport.rowsPerWrite) {
            let part = Array(list[start..<min(start + NetworkImport.rowsPerWrite, list.count)])
            try await doing { work in for row in part { try body(work, row) } }
            step(part.count)
        }
    }

    /// Fills the version's tables.
    /// - Returns: positions that have no supply, since switches stay as they stand.
    private func fill(
        _ version: ID<NetworkVersion>, _ feeder: FeederInfo, _ step: @escaping @Sendable (Int) -> Void
    ) async throws -> [Range<Int>] {
        let network = plan.network
        let kept = try await desk.database.read { tx in try feeder.version.map { try tx.keptDevices(of: $0) } ?? [:] }
        let keptAreas = try await desk.database.read { try $0.keptAreas(of: feeder.id) }
        let now = desk.clock.now
        let devices: [ID<Device>] = network.edges.map { kept[$0.id]?.id ?? ID(at: now, from: desk.chance) }
        let areas: [ID<TransformerArea>] = plan.areas.map { area in
            keptAreas[network.edges[area.transformer].id] ?? ID(at: now, from: desk.chance)
        }
        // A switch that was operated stays as it is, unless the new file normally has it so.
        let closed = network.edges.map { edge -> Bool in
            guard let old = kept[edge.id], old.isNormallyClosed == edge.isClosed else { return edge.isClosed }
            return old.isClosed
        }
        try await each(network.nodes, step) { work, node in
            try work.addNode(node, version, county: order.county)
        }
        let areaRows = plan.areas.enumerated().map { index, area in
            let edge = network.edges[area.transformer]
            return AreaRow(
                id: areas[index], edge: edge, name: areaName(edge), transformer: devices[area.transformer], plan: area)
        }
        try await each(areaRows, step) { work, row in try work.addArea(row, version, feeder: feeder) }
        let deviceRows = network.edges.indices.map { index in
            let planned = plan.devices[index]
            return DeviceRow(
                id: devices[index], edge: network.edges[index], plan: planned, area: planned.area.map { areas[$0] },
                parent: planned.parent.map { devices[$0] },
                line: file.lines[network.edges[index].id].map(PlaceLine.text), isClosed: closed[index])
        }
        try await each(deviceRows, step) { work, row in try work.addDevice(row, version, feeder: feeder) }
        let supplyRows = plan.supplies.enumerated().map { position, supply in
            SupplyRow(
                position: position, load: network.loads[supply.load], area: supply.area.map { areas[$0] }, plan: supply)
        }
        try await each(supplyRows, step) { work, row in try work.addSupply(row, version, feeder: feeder) }
        return SwitchState(plan.tree, closed: closed).dark
    }

    private func areaName(_ edge: Network.Edge) -> String { edge.name.isEmpty ? edge.id : edge.name }

    /// The station of the village with most customers.
    private func busiestStation() -> ID<Unit>? {
        var counts: [ID<Unit>: Int] = [:]
        let stations = Dictionary(villages.map { ($0.id, $0.station) }, uniquingKeysWith: { first, _ in first })
        for area in plan.areas {
            for (village, count) in area.villages {
                if let station = village.flatMap({ stations[$0] }) { counts[station, default: 0] += count }
            }
        }
        return counts.max { ($0.value, $1.key.text) < ($1.value, $0.key.text) }?.key
    }

    /// Removes what nobody reads any more, in pieces.
    private func tidy(_ feeder: ID<Feeder>, keeping version: ID<NetworkVersion>) async throws {
        let stale = try await desk.database.read { try $0.staleVersions(of: feeder) }
        for old in stale where old != version {
            while try await doing({ try $0.tx.removeRows(of: old, limit: NetworkImport.rowsPerWrite) }) > 0 {}
        }
    }
}

/// Places along a line as one column keeps them.
enum PlaceLine {
    static func text(_ places: [Place]) -> String {
        places.map { "\($0.latitude) \($0.longitude)" }.joined(separator: ";")
    }

    /// Parts that cannot be read are left out.
    static func places(_ text: String) -> [Place] {
        text.split(separator: ";").compactMap { part in
            let numbers = part.split(separator: " ").compactMap { Double($0) }
            return numbers.count == 2 ? Place(latitude: numbers[0], longitude: numbers[1]) : nil
        }
    }
}
