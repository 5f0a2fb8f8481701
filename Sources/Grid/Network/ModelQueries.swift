import Desk
import PowerRules
import Storage
import Values

extension Transaction {
    /// Everything of a feeder's current version that its tree is made of. Names are left out: the
    /// model stays small, and pages ask for them.
    func feederModel(_ feeder: FeederInfo) throws -> FeederModel? {
        guard let version = feeder.version else { return nil }
        var network = Network()
        network.nodes = try rows(
            "SELECT code, kind, kv, latitude, longitude FROM grid_node WHERE version = \(version) ORDER BY code"
        ) { Network.Node(id: $0[0], kind: $0[1], voltageKV: $0[2], place: gridPlace($0, 3, 4)) }
        let devices = try rows(
            """
            SELECT code, kind, from_node, to_node, length_m, kva, normal, present, id FROM device
            WHERE version = \(version) ORDER BY code
            """
        ) { row in
            ModelDevice(
                edge: Network.Edge(
                    id: row[0], kind: row[1], from: row[2], to: row[3], lengthM: row[4], ratingKVA: row[5],
                    isClosed: row[6]),
                isClosed: row[7], id: row[8])
        }
        network.edges = devices.map(\.edge)
        network.loads = try rows("SELECT code, node, kind FROM supply WHERE version = \(version) ORDER BY pos") {
            Network.Load(id: $0[0], node: $0[1], customerType: $0[2])
        }
        let ids = devices.compactMap { PackedID($0.id) }
        guard ids.count == devices.count else { throw StorageError.sql("a device of \(feeder.id) has no proper id") }
        return FeederModel(
            feeder: feeder, tree: NetworkTree(network), closed: devices.map(\.isClosed),
            areas: try areas(of: feeder.id), ids: ids)
    }
}

private struct ModelDevice {
    let edge: Network.Edge
    let isClosed: Bool
    let id: ID<Device>
}
