package import Desk
package import PowerRules
package import Registry
import Storage
package import Values

package enum Substation {}
package enum Feeder {}
package enum TransformerArea {}
package enum Device {}
package enum NetworkVersion {}
package enum SwitchOperation {}

extension EdgeKind: SQLBindable, SQLReadable {}
extension NodeKind: SQLBindable, SQLReadable {}

/// 馈线: one radial network from a substation's busbar down to the meter boxes, as its current
/// version stands.
package struct FeederInfo: Answer, Hashable {
    package let id: ID<Feeder>
    package let county: String
    package let code: String
    package let name: String
    package let substation: ID<Substation>
    package let substationName: String
    /// The station that works on it.
    package let station: ID<Unit>?
    /// nil: nothing was published yet.
    package let version: ID<NetworkVersion>?
    /// Loads, linked to an account or not: positions are `0 ..< customers`.
    package let customers: Int
    /// Grows with every operated switch; with `version` it names the state of the network.
    package let operations: Int

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("county", .text), ("code", .text), ("name", .text),
                ("substation", .string(format: "uuid")), ("substationName", .text),
                ("station", .string(format: "uuid")), ("version", .string(format: "uuid")),
                ("customers", .integer(min: 0)), ("operations", .integer(min: 0)),
            ], optional: ["station", "version"])
    }
}

/// 台区: what one distribution transformer supplies.
package struct AreaInfo: Answer, Hashable {
    /// Stays from version to version while the transformer's code stays.
    package let id: ID<TransformerArea>
    package let feeder: ID<Feeder>
    package let code: String
    package let name: String
    /// Where most of its customers live.
    package let village: ID<Village>?
    package let transformer: ID<Device>
    package let kva: Double?
    package let place: Place?
    package let customers: Int
    package let low: Int
    package let high: Int

    /// Supply positions of its customers within the feeder.
    package var positions: Range<Int> { low..<high }

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("feeder", .string(format: "uuid")), ("code", .text), ("name", .text),
                ("village", .string(format: "uuid")), ("transformer", .string(format: "uuid")), ("kva", .number),
                ("place", Place.schema), ("customers", .integer(min: 0)), ("low", .integer(min: 0)),
                ("high", .integer(min: 0)),
            ], optional: ["village", "kva", "place"])
    }
}

/// An edge of the network: line, switch, transformer or service drop.
package struct DeviceInfo: Answer, Hashable {
    /// Stays from version to version while the code stays.
    package let id: ID<Device>
    package let feeder: ID<Feeder>
    package let version: ID<NetworkVersion>
    package let kind: EdgeKind
    package let code: String
    package let name: String
    package let from: String
    package let to: String
    /// Metres.
    package let lengthM: Double?
    package let kva: Double?
    package let maxA: Double?
    /// In the network's normal state.
    package let isNormallyClosed: Bool
    package let isClosed: Bool
    /// The transformer area that it belongs to; nil at medium voltage.
    package let area: ID<TransformerArea>?
    /// The next device towards the source, in the normal state.
    package let parent: ID<Device>?
    package let low: Int
    package let high: Int

    /// Supply positions below it in the normal state; empty for what is normally open.
    package var positions: Range<Int> { low..<high }

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("feeder", .string(format: "uuid")),
                ("version", .string(format: "uuid")), ("kind", .choice(EdgeKind.allCases.map(\.rawValue))),
                ("code", .text), ("name", .text), ("from", .text), ("to", .text), ("lengthM", .number),
                ("kva", .number), ("maxA", .number), ("isNormallyClosed", .boolean), ("isClosed", .boolean),
                ("area", .string(format: "uuid")), ("parent", .string(format: "uuid")), ("low", .integer(min: 0)),
                ("high", .integer(min: 0)),
            ], optional: ["lengthM", "kva", "maxA", "area", "parent"])
    }
}

/// Where an account gets its supply from.
package struct SupplyInfo: Sendable, Hashable {
    package let feeder: ID<Feeder>
    package let version: ID<NetworkVersion>
    /// Position within the feeder, `0 ..< customers`.
    package let position: Int
    /// nil: a load of the network that no account is linked to.
    package let account: ID<Account>?
    /// The load's code in the network; the account number where it came by that.
    package let code: String
    /// household, farm, business
    package let kind: String
    package let node: String
    package let area: ID<TransformerArea>?
    package let areaName: String?
    package let village: ID<Village>?
    package let place: Place?
}

/// How many customers are concerned, by transformer area and village.
package struct Affected: Sendable, Hashable {
    package struct Share: Sendable, Hashable {
        package let area: ID<TransformerArea>?
        package let areaName: String
        package let village: ID<Village>?
        package let customers: Int
    }
    /// By area's code, then village.
    package let shares: [Share]
    package var customers: Int { shares.reduce(0) { $0 + $1.customers } }

    package func customers(in village: ID<Village>) -> Int {
        shares.reduce(0) { $0 + ($1.village == village ? $1.customers : 0) }
    }
    package var villages: Set<ID<Village>> { Set(shares.compactMap(\.village)) }
    package var areas: Set<ID<TransformerArea>> { Set(shares.compactMap(\.area)) }
}

/// One connected account, as lists of affected households show it; names are whole: mask them unless
/// the reader's duty needs them.
package struct AffectedAccount: Sendable, Hashable {
    package let position: Int
    package let account: ID<Account>
    package let number: String
    package let name: String
    package let address: String
    package let customer: ID<Person>?
    package let area: ID<TransformerArea>?
    package let village: ID<Village>
    package let villageName: String
}
