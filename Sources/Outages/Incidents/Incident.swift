package import Desk
package import Grid
package import Values

package enum IncidentRange {}

/// A loss of supply that was not planned, from the first report until the light is back everywhere.
/// It is one case of the kind `outage`, whose id it shares; the case holds state, worker and limits.
package struct Incident: Sendable, Equatable {
    /// The kind of its case.
    package static let kind = "outage"

    package let id: ID<Case>
    package let number: Code
    package let county: String
    package let station: ID<Unit>
    package let village: ID<Village>?
    /// Reports of one bundle are put together: the feeder's id, or `v:` and the village's.
    package let bundle: String
    package let feeder: ID<Feeder>?
    /// The device that is likely to be open; nil where no network is known.
    package var device: ID<Device>?
    package var deviceName: String
    package var area: ID<TransformerArea>?
    /// Per cent.
    package var probability: Int
    /// Devices that no report can tell apart from it.
    package var also: [ID<Device>]
    /// Somebody on the spot has said which device it is: reports move it no more.
    package var isFixed: Bool
    /// Customers behind the device when it went dark, and those still dark.
    package var customers: Int
    package var dark: Int
    package var reports: Int
    /// One house whose neighbours have light.
    package var isSingle: Bool
    /// The first word of it that stands with it.
    package var startedAt: Instant
    package var cause: String?
    package var equipment: String?
    package var finding: String?
    /// The fault lies in the customer's own installation: no interruption of the supply.
    package var isInside: Bool
    /// When the light is expected back.
    package var eta: Instant?
    /// The case of facility protection, where somebody damaged the equipment.
    package var damage: ID<Case>?
    /// The earlier outage that left somebody dark.
    package let parent: ID<Case>?
    package var joinedInto: ID<Case>?
    /// Last step of restoration that was written down, and the running permit.
    package var step: Int
    package var round: Int
    /// What does not fit: `place`, `clock`.
    package var flags: Set<String>
    package var isOpen: Bool
    package var restoredAt: Instant?
    package var offerAt: Instant?
    package var isAlarmed: Bool
    /// It was said to be over and was not: what is dark is so since then.
    package var reopenedAt: Instant?

    /// Nobody has light again before this moment.
    package var darkSince: Instant { reopenedAt ?? startedAt }
}

/// A range of supply positions that went dark together.
package struct DarkRange: Sendable, Equatable {
    package let id: ID<IncidentRange>
    package let feeder: ID<Feeder>
    package let positions: Range<Int>
    package let darkAt: Instant
}

/// A range that was dark and has its light back.
package struct RestoredRange: Sendable, Equatable {
    package let dark: DarkRange
    package let at: Instant
    package let step: Int
}

/// Numbers of the work on outages; those without a source are policy.
package enum IncidentRules {
    /// Not accepted after so long: the next one is asked.
    package static let offerMinutes: Int64 = 5
    /// Nobody has accepted: the dispatchers are alarmed.
    package static let alarmMinutes: Int64 = 10
    /// A clock on the spot that differs by more is flagged.
    package static let skewMilliseconds: Int64 = 5 * 60_000
    /// Somebody who arrives is no further from the area than this.
    package static let placeMetres = 2_000.0
    /// Evidence of light counts for so long.
    package static let litMinutes: Int64 = 30
    /// A report after the light came back belongs to a nested fault for so long.
    package static let nestedHours: Int64 = 24
    /// Reports without a place in the network are one outage within this time.
    package static let looseMinutes: Int64 = 120
    /// Reports folded in one transaction.
    package static let foldMax = 300
}

/// The steps of a permit to work, in their order (docs/rules/permit.md).
package enum PermitStep: String, Sendable, CaseIterable, Codable, InputChoice {
    case isolate
    case verifyDead = "verify-dead"
    case earth, sign
    case `return` = "return"
    package static var wordPrefix: String { "permit" }

    /// What must be taken next after these.
    /// - Returns: nil when the permit was returned.
    package static func next(after taken: [PermitStep]) -> PermitStep? {
        allCases.first { !taken.contains($0) }
    }
}

extension Incident {
    package static func bundle(feeder: ID<Feeder>?, village: ID<Village>?) -> String {
        feeder.map(\.text) ?? "v:\(village?.text ?? "")"
    }
}
