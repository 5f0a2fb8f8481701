package import Desk
package import PowerRules
import Service
import Storage
package import Values

/// One appliance as its page and the API show it.
package struct ClaimItemView: Answer, Equatable {
    package let id: ID<ClaimItem>
    package let name: String
    package let category: ApplianceDamage.Category
    package let boughtOn: Day
    /// 0.01 yuan.
    package let priceFen: Int
    package let invoice: String?
    package let isChecked: Bool
    package let isDamaged: Bool?
    /// nil: it cannot be repaired, or was not checked.
    package let repairFen: Int?
    package let remark: String?
    /// What the offer says, or before one what the rules would give.
    package let sumFen: Int?
    package let basis: ClaimBasis?
    /// Completed months from the invoice to the damage.
    package let usedMonths: Int?
    package let lifetimeMonths: Int

    init(_ item: ClaimedAppliance) {
        id = item.id
        name = item.name
        category = item.category
        boughtOn = item.boughtOn
        priceFen = item.priceFen
        invoice = item.invoice
        isChecked = item.isChecked
        isDamaged = item.isDamaged
        repairFen = item.repairFen
        remark = item.remark
        sumFen = item.offeredFen
        basis = item.basis
        usedMonths = item.usedMonths
        lifetimeMonths = item.category.lifetimeYears * 12
    }

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("name", .text),
                ("category", .choice(ApplianceDamage.Category.allCases.map(\.rawValue))), ("boughtOn", .date),
                ("priceFen", .integer(min: 0)), ("invoice", .text), ("isChecked", .boolean), ("isDamaged", .boolean),
                ("repairFen", .integer(min: 0)), ("remark", .text), ("sumFen", .integer(min: 0)),
                ("basis", .choice(ClaimBasis.allCases.map(\.rawValue))), ("usedMonths", .integer(min: 0)),
                ("lifetimeMonths", .integer(min: 0)),
            ], optional: ["invoice", "isDamaged", "repairFen", "remark", "sumFen", "basis", "usedMonths"])
    }
}

/// A claim with its appliances, and the offer line by line.
package struct ClaimView: Answer, Equatable {
    package let number: String
    package let state: String
    package let stateTitle: Texts
    package let version: Int
    package let village: ID<Village>?
    package let villageName: String
    /// Whole for those whose duty needs it and for the household itself.
    package let householder: String
    package let damagedAt: Instant
    /// The end of the seven days.
    package let until: Instant
    package let source: ClaimSource
    package let origin: String?
    package let cause: ClaimCause?
    package let found: String?
    package let checkedAt: Instant?
    package let items: [ClaimItemView]
    package let totalFen: Int?
    package let offeredAt: Instant?
    package let answer: ClaimAnswer?
    package let answeredAt: Instant?
    package let dispute: String?
    package let paidOn: Day?
    package let paidHow: ClaimPayment?
    package let paidReference: String?
    package let byReceipt: Bool

    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("state", .text), ("stateTitle", Texts.schema), ("version", .integer()),
                ("village", .string(format: "uuid")), ("villageName", .text), ("householder", .text),
                ("damagedAt", .moment), ("until", .moment), ("source", .choice(ClaimSource.allCases.map(\.rawValue))),
                ("origin", .text), ("cause", .choice(ClaimCause.allCases.map(\.rawValue))), ("found", .text),
                ("checkedAt", .moment), ("items", .array(ClaimItemView.schema, max: ClaimLimits.itemsMax)),
                ("totalFen", .integer(min: 0)), ("offeredAt", .moment), ("answer", .choice(["accepted", "refused"])),
                ("answeredAt", .moment), ("dispute", .text), ("paidOn", .date),
                ("paidHow", .choice(ClaimPayment.allCases.map(\.rawValue))), ("paidReference", .text),
                ("byReceipt", .boolean),
            ],
            optional: [
                "village", "origin", "cause", "found", "checkedAt", "totalFen", "offeredAt", "answer", "answeredAt",
                "dispute", "paidOn", "paidHow", "paidReference",
            ])
    }
}

/// One claim, for those who may see its case or hold its receipt.
package struct ClaimQuery: Query {
    package static let name = "claim"
    package static let door = Door.get("/claims/:case")
    package static let who: Who = .anybody
    @Input package var `case`: Code
    @Input(.hidden) package var secret: String?
    @Input(.length(4...4)) package var lastFour: String?
    package init() {}

    package func fetch(_ work: Work) throws -> ClaimView {
        try ReceiptTries.count(
            work.desk, self.case, secret: secret, lastFour: lastFour, by: work.actor, at: work.now)
        let (about, byReceipt) = try work.caseBehind(self.case, secret: secret, lastFour: lastFour)
        guard let claim = try work.tx.claim(about.id) else { throw Problem.notFound }
        return try work.view(claim, about, byReceipt: byReceipt)
    }
}

extension Work {
    func view(_ claim: Claim, _ about: Case, byReceipt: Bool) throws -> ClaimView {
        let kind = desk.kinds.kind(about.kind, version: about.kindVersion)
        var items = try tx.appliances(of: claim.id)
        // Before there is an offer: what the rules would give, once the check has said the cause.
        if claim.offeredAt == nil || about.state == "refused" || about.state == "checked" {
            items = claim.cause == nil ? items : claim.lines(items)
        }
        let name = try tx.contact(of: about.id, desk.keys).name
        let isOwn = byReceipt || about.customer == actor.person && actor.person != nil
        let serves = actor.has([.attendant, .liaison, .representative, .dispatcher, .stationHead], at: about.reach)
        return ClaimView(
            number: about.number.text, state: about.state,
            stateTitle: kind?.stateTitle(about.state) ?? Texts(zh: about.state, en: about.state), version: about.version,
            village: about.village, villageName: about.villageName,
            householder: isOwn || serves ? name : Masking.name(name), damagedAt: claim.damagedAt, until: claim.until,
            source: claim.source, origin: claim.origin, cause: claim.cause, found: claim.found,
            checkedAt: claim.checkedAt, items: items.map(ClaimItemView.init), totalFen: claim.totalFen,
            offeredAt: claim.offeredAt, answer: claim.answer, answeredAt: claim.answeredAt, dispute: claim.dispute,
            paidOn: claim.paidOn, paidHow: claim.paidHow, paidReference: claim.paidReference, byReceipt: byReceipt)
    }
}

/// A row of the list of claims.
package struct ClaimRow: Answer, Equatable {
    package let number: String
    package let state: String
    package let stateTitle: Texts
    package let villageName: String
    package let openedAt: Instant
    package let dueAt: Instant?
    package let totalFen: Int?
    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("state", .text), ("stateTitle", Texts.schema), ("villageName", .text),
                ("openedAt", .moment), ("dueAt", .moment), ("totalFen", .integer(min: 0)),
            ], optional: ["dueAt", "totalFen"])
    }
}

package struct ClaimPage: Answer, Equatable {
    package let items: [ClaimRow]
    /// Key of the next page.
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(ClaimRow.schema)), ("next", .text)], optional: ["next"])
    }
}

/// Claims that somebody may see, the newest first.
package struct ClaimListQuery: Query {
    package static let name = "claims"
    package static let door = Door.get("/claims")
    package static let who: Who = .roles(Role.staff)
    private static let pageSize = 25
    @Input package var open: Bool?
    @Input(.hidden) package var after: ID<Case>?
    package init() {}

    package func fetch(_ work: Work) throws -> ClaimPage {
        let found = try work.tx.claims(
            CaseSight(work.actor), county: work.actor.county, open: open, after: after, limit: Self.pageSize + 1)
        let shown = found.prefix(Self.pageSize)
        let items = shown.map { row in
            let kind = work.desk.kinds.kind(ClaimLimits.kind, version: row.version)
            return ClaimRow(
                number: row.number.text, state: row.state,
                stateTitle: kind?.stateTitle(row.state) ?? Texts(zh: row.state, en: row.state),
                villageName: row.villageName, openedAt: row.openedAt, dueAt: row.dueAt == .distantFuture ? nil : row.dueAt,
                totalFen: row.totalFen)
        }
        return ClaimPage(items: Array(items), next: found.count > Self.pageSize ? shown.last?.claim.text : nil)
    }
}

/// What the rules give for one appliance, for anybody who wants to know before they claim.
package struct ClaimCalculatorQuery: Query {
    package static let name = "claim-calculator"
    package static let door = Door.get("/claims/calculator")
    package static let who: Who = .anybody
    @Input package var category: ApplianceDamage.Category
    @Input package var boughtOn: Day
    @Input package var damagedOn: Day
    @Input package var price: Yuan
    /// Empty: it cannot be repaired.
    @Input package var repairCost: Yuan?
    package init() {}

    package func fetch(_ work: Work) throws -> ClaimReckoned {
        var complaints = applianceComplaints(boughtOn: boughtOn, price: price, invoice: [], damagedOn: damagedOn)
        if damagedOn > work.now.day { complaints.append(.init("damagedOn", "in-the-future")) }
        guard complaints.isEmpty else { throw Problem.invalid(complaints) }
        // The day is known, its hour is not: the last moment counts.
        let until = ApplianceDamage.claimUntil(damagedOn.start, work.desk.calendar)
        let found = ApplianceDamage.reckon(
            .init(category: category, priceFen: price.fen, boughtOn: boughtOn, repairFen: repairCost?.fen),
            damagedOn: damagedOn, isInTime: work.now < until)
        return ClaimReckoned(
            sumFen: found.amountFen, basis: ClaimBasis(found.basis), priceFen: price.fen, usedMonths: found.usedMonths,
            lifetimeMonths: found.lifetimeMonths, until: until)
    }
}

package struct ClaimReckoned: Answer, Equatable {
    package let sumFen: Int
    package let basis: ClaimBasis
    package let priceFen: Int
    package let usedMonths: Int
    package let lifetimeMonths: Int
    /// The end of the seven days.
    package let until: Instant
    package static var schema: Schema {
        .object([
            ("sumFen", .integer(min: 0)), ("basis", .choice(ClaimBasis.allCases.map(\.rawValue))),
            ("priceFen", .integer(min: 0)), ("usedMonths", .integer(min: 0)), ("lifetimeMonths", .integer(min: 0)),
            ("until", .moment),
        ])
    }
}
