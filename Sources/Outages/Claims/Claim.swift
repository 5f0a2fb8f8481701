package import Desk
package import PowerRules
package import Storage
package import Values

package enum ClaimItem {}

extension ApplianceDamage.Category: InputChoice, SQLBindable, SQLReadable {
    package static var wordPrefix: String { "appliance-category" }
}

/// What a claim is about: a fault, planned work, or neither that anybody knows of.
package enum ClaimSource: String, Sendable, Codable, CaseIterable, SQLBindable, SQLReadable {
    case fault, planned, free
}

/// What the check on site found behind the damage; choices of the kind `appliance-damage`.
package enum ClaimCause: String, Sendable, Codable, CaseIterable, SQLBindable, SQLReadable, InputChoice {
    case swapped
    case neutralBroken = "neutral-broken"
    case contact
    case highVoltage = "high-voltage"
    case other
    /// Nothing is owed under the rules.
    case none
    package static var wordPrefix: String { "claim-cause" }
}

package enum ClaimAnswer: String, Sendable, Codable, SQLBindable, SQLReadable {
    case accepted, refused
}

/// How the money came to the household.
package enum ClaimPayment: String, Sendable, Codable, CaseIterable, SQLBindable, SQLReadable, InputChoice {
    case transfer, cash, repair
    package static var wordPrefix: String { "claim-payment" }
}

/// Why a line of an offer has its sum: a basis of the rules, or that nothing is owed.
package enum ClaimBasis: String, Sendable, Codable, CaseIterable, SQLBindable, SQLReadable {
    case waived, repair, whole, depreciated, least
    /// The check found it undamaged.
    case undamaged
    /// The supply is not the cause.
    case notCovered = "not-covered"

    init(_ basis: ApplianceDamage.Basis) {
        switch basis {
        case .waived: self = .waived
        case .repair: self = .repair
        case .whole: self = .whole
        case .depreciated: self = .depreciated
        case .least: self = .least
        }
    }
}

package enum ClaimLimits {
    /// The kind of its cases.
    package static let kind = "appliance-damage"
    package static let itemsMax = 20
    package static let nameMax = 40
    package static let remarkMax = 500
    /// Older than that is a slip of the pen.
    package static let oldestYears = 60
}

/// What belongs to a claim beside its case.
package struct Claim: Sendable, Equatable {
    package let id: ID<Case>
    package let county: String
    package let damagedAt: Instant
    /// The last moment of the seven days.
    package let until: Instant
    package let source: ClaimSource
    /// Number of the outage.
    package let origin: String?
    package var cause: ClaimCause?
    package var found: String?
    package var checkedAt: Instant?
    package var checkedBy: ID<Person>?
    package var totalFen: Int?
    package var offeredAt: Instant?
    package var offeredBy: ID<Person>?
    package var offers: Int
    package var answer: ClaimAnswer?
    package var answeredAt: Instant?
    /// Number of the dispute that followed a refusal.
    package var dispute: String?
    package var paidOn: Day?
    package var paidHow: ClaimPayment?
    package var paidReference: String?
    package var paidAt: Instant?
    package var paidBy: ID<Person>?
    package var version: Int
}

/// One appliance of a claim.
package struct ClaimedAppliance: Sendable, Equatable {
    package let id: ID<ClaimItem>
    package var name: String
    package var category: ApplianceDamage.Category
    package var boughtOn: Day
    package var priceFen: Int
    package var invoice: String?
    package var invoiceType: String?
    package var isChecked: Bool
    package var isDamaged: Bool?
    /// nil: it cannot be repaired.
    package var repairFen: Int?
    package var remark: String?
    package var offeredFen: Int?
    package var basis: ClaimBasis?
    package var usedMonths: Int?
    package let madeAt: Instant

    /// The line of an offer.
    package func reckoned(cause: ClaimCause, damagedOn: Day, isInTime: Bool) -> ClaimedAppliance {
        var line = self
        let rule = ApplianceDamage.reckon(
            .init(category: category, priceFen: priceFen, boughtOn: boughtOn, repairFen: repairFen),
            damagedOn: damagedOn, isInTime: isInTime)
        line.usedMonths = rule.usedMonths
        switch (cause, isDamaged ?? false) {
        case (.none, _): (line.offeredFen, line.basis) = (0, .notCovered)
        case (_, false): (line.offeredFen, line.basis) = (0, .undamaged)
        default: (line.offeredFen, line.basis) = (rule.amountFen, ClaimBasis(rule.basis))
        }
        return line
    }
}
