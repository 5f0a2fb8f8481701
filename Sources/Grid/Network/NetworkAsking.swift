package import Desk
package import PowerRules
import Registry
import Storage
package import Values

/// Feeders of the actor's station or county.
package struct ListFeeders: Query {
    package static let name = "list-feeders"
    package static let door = Door.get("/network/feeders")
    package static let who: Who = .roles(NetworkSight.readers)
    package init() {}

    package func fetch(_ work: Work) throws -> FeederList {
        FeederList(
            items: try work.tx.feeders(county: work.actor.county).filter { try work.sees($0, NetworkSight.readers) })
    }
}

package struct FeederList: Answer {
    package let items: [FeederInfo]
    package static var schema: Schema { .object([("items", .array(FeederInfo.schema))]) }
}

/// One device with the customers below it, by transformer area and village.
package struct ReadDevice: Query {
    package static let name = "read-device"
    package static let door = Door.get("/network/devices/:device")
    package static let who: Who = .roles(NetworkSight.readers)
    @Input(.hidden) package var device: ID<Device>
    package init() {}

    package func fetch(_ work: Work) throws -> DeviceCustomers {
        guard let found = try work.tx.device(device) else { throw Problem.notFound }
        let feeder = try work.feeder(found.feeder, seenBy: NetworkSight.readers)
        let affected = try work.tx.affected(feeder: feeder.id, range: found.positions)
        return DeviceCustomers(
            device: found, customers: affected.customers,
            shares: affected.shares.map {
                .init(area: $0.area, areaName: $0.areaName, village: $0.village, customers: $0.customers)
            })
    }
}

package struct DeviceCustomers: Answer {
    package struct Share: Codable, Sendable {
        package let area: ID<TransformerArea>?
        package let areaName: String
        package let village: ID<Village>?
        package let customers: Int
    }
    package let device: DeviceInfo
    package let customers: Int
    package let shares: [Share]

    package static var schema: Schema {
        .object([
            ("device", DeviceInfo.schema), ("customers", .integer(min: 0)),
            (
                "shares",
                .array(
                    .object(
                        [
                            ("area", .string(format: "uuid")), ("areaName", .text), ("village", .string(format: "uuid")),
                            ("customers", .integer(min: 0)),
                        ], optional: ["area", "village"]))
            ),
        ])
    }
}
