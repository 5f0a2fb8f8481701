package import Desk
import PowerRules
package import Registry
import Storage
package import Values

/// A dispatcher records that a switch was opened or closed, and why. The feeder is traced again:
/// the answer says how many customers have lost or got supply.
package struct OperateSwitch: Action {
    package static let name = "operate-switch"
    package static let door = Door.post("/network/devices/:device/operate")
    package static let who: Who = .roles(.dispatcher, .stationHead)
    package static let mayChangeRights = false
    @Input(.hidden) package var device: ID<Device>
    /// What it is to be.
    @Input package var position: SwitchPosition
    @Input(.length(2...200), .lines) package var reason: String
    @Prepared private var retraced: Retraced?
    package init() {}

    /// Tracing a large feeder takes longer than a write may.
    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        let (device, isClosed) = (device, position == .closed)
        retraced = try await desk.look(by: actor, at: now) { work in
            try work.retrace(device, closed: isClosed)
        }
    }

    package func perform(_ work: Work) throws -> SwitchOperated {
        guard let retraced else { preconditionFailure("performed before it was prepared") }
        _ = try work.feeder(retraced.feeder.id, seenBy: [.dispatcher, .stationHead])
        try work.operate(retraced, reason: reason)
        return SwitchOperated(
            device: device, feeder: retraced.feeder.id, isClosed: retraced.isClosed,
            withoutSupply: retraced.darkAfter, before: retraced.darkBefore)
    }
}

package enum SwitchPosition: String, Sendable, Hashable, CaseIterable, Codable, InputChoice {
    case open, closed
    package static var wordPrefix: String { "switch-position" }
}

/// What operating a switch has come to.
package struct SwitchOperated: Answer, Equatable {
    package let device: ID<Device>
    package let feeder: ID<Feeder>
    package let isClosed: Bool
    /// Customers of the feeder without supply, as the switches stand now.
    package let withoutSupply: Int
    /// As they stood before.
    package let before: Int

    package static var schema: Schema {
        .object([
            ("device", .string(format: "uuid")), ("feeder", .string(format: "uuid")), ("isClosed", .boolean),
            ("withoutSupply", .integer(min: 0)), ("before", .integer(min: 0)),
        ])
    }
}

/// A feeder traced with one switch changed, before that is written.
struct Retraced: Sendable {
    let feeder: FeederInfo
    let device: DeviceInfo
    let isClosed: Bool
    let dark: [Range<Int>]
    let darkBefore: Int
    var darkAfter: Int { dark.reduce(0) { $0 + $1.count } }
}

extension Work {
    /// - Throws: `network-not-a-switch` (422); `network-closed-already`, `network-open-already` and
    ///   `network-makes-loop` (409).
    func retrace(_ id: ID<Device>, closed isClosed: Bool) throws -> Retraced {
        guard let device = try tx.device(id) else { throw Problem.notFound }
        let feeder = try feeder(device.feeder, seenBy: [.dispatcher, .stationHead])
        guard device.kind == .switch else { throw Problem.invalid("device", "network-not-a-switch") }
        guard device.isClosed != isClosed else {
            throw Problem(.conflict, isClosed ? "network-closed-already" : "network-open-already")
        }
        guard let model = try tx.feederModel(feeder), let index = model.index(of: id) else { throw Problem.notFound }
        var closed = model.closed
        closed[index] = isClosed
        let after = SwitchState(model.tree, closed: closed)
        guard !after.hasLoop else { throw Problem(.conflict, "network-makes-loop") }
        return Retraced(
            feeder: feeder, device: device, isClosed: isClosed, dark: after.dark,
            darkBefore: model.state.dark.reduce(0) { $0 + $1.count })
    }
}
