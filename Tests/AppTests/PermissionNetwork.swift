import Desk
import Grid
import PowerRules
import Registry
import Storage
import Values

/// Feeders to try things with.
extension PermissionStage {
    /// A feeder of a spot's station with one switch and one customer.
    func aSwitch(at spot: PermissionSpot) async throws -> (feeder: FeederInfo, device: ID<Device>) {
        let n = fresh()
        let code = "FD\(n)-\(spot.name)"
        let network = Network(
            nodes: [.init(id: "S", kind: .source, voltageKV: 10), .init(id: "A", kind: .bus), .init(id: "X", kind: .box, voltageKV: 0.4)],
            edges: [
                .init(id: "K", kind: .switch, from: "S", to: "A"),
                .init(id: "T", kind: .transformer, from: "A", to: "X", ratingKVA: 50),
            ],
            loads: [.init(id: "load-\(n)", node: "X")])
        let order = NetworkOrder(
            county: spot.county, feeder: code, name: code, substation: "S", substationName: "变电站",
            station: ID(spot.station.text), source: "test", format: "json")
        _ = try await NetworkImport.run(NetworkFile(network), as: order, desk: desk)
        let found = try await desk.database.read { tx -> (FeederInfo, ID<Device>)? in
            guard let feeder = try tx.feeder(code: code, county: spot.county),
                let device = try tx.device(code: "K", feeder: feeder.id)
            else { return nil }
            return (feeder, device.id)
        }
        guard let found else { throw Problem.notFound }
        return found
    }

    func networkTry(_ name: String, _ spot: PermissionSpot) async throws -> PermissionTry? {
        switch name {
        case "operate-switch":
            return PermissionTry(
                path: "/network/devices/\(try await aSwitch(at: spot).device)/operate",
                body: ["position": "open", "reason": "检修"])
        case "send-network":
            var body: [String: any Sendable] = ["feeder": "SN\(fresh())", "substation": "S1"]
            for part in ["nodes", "edges", "loads"] {
                let blob = try await desk.database.blobs.store(Array("\(part),\(fresh())\n".utf8))
                body[part] = SentFile(hash: blob.hash, bytes: blob.size).token
            }
            return PermissionTry(path: "/network/imports", body: body)
        case "publish-network":
            return PermissionTry(path: "/network/imports/\(try await aSentNetwork(.checked, at: spot))/publish", body: [:])
        default: return nil
        }
    }

    /// A network that was sent in a spot's county.
    func aSentNetwork(_ state: SentNetworkState, at spot: PermissionSpot) async throws -> ID<NetworkImportRow> {
        let id = ID<NetworkImportRow>(at: now, from: desk.chance)
        let n = fresh()
        try await system(spot.county) { work in
            try work.tx.run(
                """
                INSERT INTO network_import (id, county, person, made_at, state, format, source, feeder, name, substation,
                    substation_name, datum, percent, changed_at)
                VALUES (\(id), \(spot.county), \(spot.deputy.person), \(work.now), \(state.rawValue), 'json', 'network.json',
                    \("SN\(n)"), \("SN\(n)"), 'S1', 'S1', 'wgs84', 0, \(work.now))
                """)
        }
        return id
    }
}
