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
        default: return nil
        }
    }
}
