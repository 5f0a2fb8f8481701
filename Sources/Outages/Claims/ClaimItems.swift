package import Desk
package import PowerRules
import Service
import Storage
package import Values

/// A further appliance of the same claim, until an offer was made.
package struct AddClaimItem: ClaimAction {
    package static let name = "add-claim-item"
    package static let door = Door.post("/claims/:case/items", status: 201)
    package static let who: Who = .anybody
    @Input package var `case`: Code
    @Input(.length(1...ClaimLimits.nameMax)) package var appliance: String
    @Input package var category: ApplianceDamage.Category
    @Input package var boughtOn: Day
    @Input package var price: Yuan
    @Input(.count(0...1)) package var invoice: [Upload]
    @Input(.hidden) package var secret: String?
    @Input(.length(4...4)) package var lastFour: String?
    package init() {}

    package func perform(_ work: Work) throws -> ClaimState {
        let hand = try work.claim(self)
        try work.mayChangeAppliances(hand)
        let complaints = applianceComplaints(
            boughtOn: boughtOn, price: price, invoice: invoice, damagedOn: hand.claim.damagedAt.day)
        guard complaints.isEmpty else { throw Problem.invalid(complaints) }
        guard try work.tx.appliances(of: hand.claim.id).count < ClaimLimits.itemsMax else {
            throw Problem.invalid("appliance", "too-many", ["max": "\(ClaimLimits.itemsMax)"])
        }
        let item = ClaimedAppliance(
            id: work.newID(), name: appliance, category: category, boughtOn: boughtOn, priceFen: price.fen,
            invoice: invoice.first?.hash, invoiceType: invoice.first?.type, isChecked: false, madeAt: work.now)
        // Two who add at once do not go past the most that a claim holds.
        try work.tx.save(hand.claim)
        try work.tx.insert(item, of: hand.claim)
        if let file = invoice.first { try work.tx.addPhoto(work.newID(), of: hand.claim.id, entry: nil, file) }
        try work.recordItem("claim.item-added", hand, item.id)
        return work.state(hand.claim, hand.about)
    }
}

/// What was typed wrong about an appliance, or that it is none of the claim.
package struct CorrectClaimItem: ClaimAction {
    package static let name = "correct-claim-item"
    package static let door = Door.post("/claims/:case/items/:item")
    package static let who: Who = .anybody
    @Input package var `case`: Code
    @Input(.hidden) package var item: ID<ClaimItem>
    @Input(.length(1...ClaimLimits.nameMax)) package var appliance: String
    @Input package var category: ApplianceDamage.Category
    @Input package var boughtOn: Day
    @Input package var price: Yuan
    @Input(.count(0...1)) package var invoice: [Upload]
    @Input package var takeOut: Bool
    @Input(.hidden) package var secret: String?
    @Input(.length(4...4)) package var lastFour: String?
    package init() {}

    package func perform(_ work: Work) throws -> ClaimState {
        let hand = try work.claim(self)
        try work.mayChangeAppliances(hand)
        let all = try work.tx.appliances(of: hand.claim.id)
        guard var found = all.first(where: { $0.id == item }) else { throw Problem.notFound }
        try work.tx.save(hand.claim)
        if takeOut {
            guard all.count > 1 else { throw Problem.invalid("takeOut", "last-appliance") }
            try work.tx.remove(item, at: work.now)
            try work.recordItem("claim.item-removed", hand, item)
            return work.state(hand.claim, hand.about)
        }
        let complaints = applianceComplaints(
            boughtOn: boughtOn, price: price, invoice: invoice, damagedOn: hand.claim.damagedAt.day)
        guard complaints.isEmpty else { throw Problem.invalid(complaints) }
        found.name = appliance
        found.category = category
        found.boughtOn = boughtOn
        found.priceFen = price.fen
        if let file = invoice.first {
            found.invoice = file.hash
            found.invoiceType = file.type
            try work.tx.addPhoto(work.newID(), of: hand.claim.id, entry: nil, file)
        }
        // What was checked was another appliance.
        if !work.actor.has(.representative, .dispatcher, .stationHead, .company) { found.isChecked = false }
        try work.tx.save(found)
        try work.recordItem("claim.item-corrected", hand, item)
        return work.state(hand.claim, hand.about)
    }
}

/// What the check on site says of one appliance.
package struct AssessClaimItem: ClaimAction {
    package static let name = "assess-claim-item"
    package static let door = Door.post("/claims/:case/items/:item/assess")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
    @Input package var `case`: Code
    @Input(.hidden) package var item: ID<ClaimItem>
    @Input package var damaged: Bool
    /// Empty: it cannot be repaired.
    @Input package var repairCost: Yuan?
    @Input(.length(1...ClaimLimits.remarkMax), .lines) package var remark: String?
    package init() {}

    package func perform(_ work: Work) throws -> ClaimState {
        let hand = try work.claim(self)
        try work.mayChangeAppliances(hand)
        guard var found = try work.tx.appliances(of: hand.claim.id).first(where: { $0.id == item }) else {
            throw Problem.notFound
        }
        // Without an invoice, whoever checks says what was shown instead.
        if found.invoice == nil, damaged, (remark ?? "").isEmpty { throw Problem.invalid("remark", "proof-missing") }
        found.isChecked = true
        found.isDamaged = damaged
        found.repairFen = repairCost?.fen
        found.remark = remark
        try work.tx.save(hand.claim)
        try work.tx.save(found)
        try work.recordItem("claim.item-assessed", hand, item)
        return work.state(hand.claim, hand.about)
    }
}

extension Work {
    /// States in which appliances may still change: before an offer, and again after a refusal.
    fileprivate func mayChangeAppliances(_ hand: ClaimAtHand) throws(Problem) {
        let open = ["submitted", "accepted", "dispatched", "in-progress", "returned", "reopened", "referred"]
        let isDesk = actor.has(.representative, .dispatcher, .stationHead, .company)
        guard open.contains(hand.about.state) || (isDesk && ["checked", "refused"].contains(hand.about.state)) else {
            throw Problem(.conflict, "claim-closed-to-change")
        }
        // A township and an auditor look on; a neighbour who follows was refused before.
        if actor.person != nil, !hand.isByReceipt, actor.has(.township, .auditor), !isDesk { throw Problem.forbidden }
    }

    fileprivate func recordItem(_ verb: String, _ hand: ClaimAtHand, _ item: ID<ClaimItem>) throws {
        try record(EventDraft(verb, of: "case", hand.about.number.text, ["item": item.text], county: hand.about.county))
        announce("case/\(hand.about.number.text)")
    }
}
