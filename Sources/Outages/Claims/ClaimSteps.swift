package import Desk
import PowerRules
package import Service
import Storage
package import Values

/// What every step of a claim has in common: the claim behind a case that this person may see, or
/// whose receipt they hold.
package protocol ClaimAction: Action where Output == ClaimState {
    var `case`: Code { get }
    var secret: String? { get }
    var lastFour: String? { get }
}

extension ClaimAction {
    package static var mayChangeRights: Bool { false }
    package var secret: String? { nil }
    package var lastFour: String? { nil }

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        try ReceiptTries.count(desk, self.case, secret: secret, lastFour: lastFour, by: actor, at: now)
    }
}

/// A claim after a step.
package struct ClaimState: Answer, Equatable {
    package let number: String
    package let state: String
    package let stateTitle: Texts
    /// Of all lines of the offer, in fen (0.01 yuan); nil before there is one.
    package let totalFen: Int?
    /// Number of the dispute that follows a refusal.
    package let dispute: String?
    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("state", .text), ("stateTitle", Texts.schema), ("totalFen", .integer(min: 0)),
                ("dispute", .text),
            ], optional: ["totalFen", "dispute"])
    }
}

struct ClaimAtHand {
    var claim: Claim
    let about: Case
    let isByReceipt: Bool
}

extension Work {
    /// - Throws: `not-found`, whatever the reason.
    func claim(_ action: some ClaimAction) throws -> ClaimAtHand {
        let (about, isByReceipt) = try caseBehind(action.case, secret: action.secret, lastFour: action.lastFour)
        guard let claim = try tx.claim(about.id) else { throw Problem.notFound }
        return ClaimAtHand(claim: claim, about: about, isByReceipt: isByReceipt)
    }

    /// Moves the claim's case through its own door.
    func step(_ hand: ClaimAtHand, _ move: String, note: String?, seen: Int? = nil, photos: [Upload] = []) throws -> Case {
        var fields = MoveFields(note: note, seen: seen)
        fields.isByOwnDoor = true
        fields.byReceipt = hand.isByReceipt
        fields.photos = photos
        return try naming { try self.move(hand.about, move, fields) }
    }

    func state(_ claim: Claim, _ about: Case) -> ClaimState {
        let kind = desk.kinds.kind(about.kind, version: about.kindVersion)
        return ClaimState(
            number: about.number.text, state: about.state,
            stateTitle: kind?.stateTitle(about.state) ?? Texts(zh: about.state, en: about.state), totalFen: claim.totalFen,
            dispute: claim.dispute)
    }

    /// The householder hears of the offer and of the payment.
    func tellHouseholder(_ hand: ClaimAtHand, _ after: Case, template: String, _ more: [String: String]) throws {
        guard let kind = desk.kinds.kind(after.kind, version: after.kindVersion) else { return }
        var data = messageData(after, kind)
        for (name, value) in more { data[name] = value }
        try tellCustomer(of: after, template: template, key: "\(after.id.text)/\(template)/\(after.version)", data: data)
    }
}

/// What somebody found on site: the cause, and that all appliances were looked at.
package struct CheckClaim: ClaimAction {
    package static let name = "check-claim"
    package static let door = Door.post("/claims/:case/check")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input package var cause: ClaimCause
    @Input(.length(1...RequestLimits.noteMax), .lines) package var found: String
    @Input(.count(0...RequestLimits.photosMax)) package var photos: [Upload]
    package init() {}

    package func perform(_ work: Work) throws -> ClaimState {
        var hand = try work.claim(self)
        let open = try work.tx.appliances(of: hand.claim.id).filter { !$0.isChecked }
        guard open.isEmpty else {
            throw Problem.invalid("found", "appliances-unchecked", ["names": open.map(\.name).joined(separator: "、")])
        }
        if photos.contains(where: { !$0.type.hasPrefix("image/") }) { throw Problem.invalid("photos", "not-a-photo") }
        let moved = try work.step(hand, "check", note: found, seen: seen, photos: photos)
        hand.claim.cause = cause
        hand.claim.found = found
        hand.claim.checkedAt = work.now
        hand.claim.checkedBy = work.actor.person
        try work.tx.save(hand.claim)
        return work.state(hand.claim, moved)
    }
}

/// The sum of all lines, reckoned by the rules; the householder sees each line with its reason.
package struct OfferClaim: ClaimAction {
    package static let name = "offer-claim"
    package static let door = Door.post("/claims/:case/offer")
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    package init() {}

    package func perform(_ work: Work) throws -> ClaimState {
        var hand = try work.claim(self)
        let moved = try work.step(hand, "offer", note: note, seen: seen)
        var total = 0
        for line in try hand.claim.lines(work.tx.appliances(of: hand.claim.id)) {
            total += line.offeredFen ?? 0
            try work.tx.save(line)
        }
        hand.claim.totalFen = total
        hand.claim.offeredAt = work.now
        hand.claim.offeredBy = work.actor.person
        hand.claim.offers += 1
        hand.claim.answer = nil
        hand.claim.answeredAt = nil
        try work.tx.save(hand.claim)
        try work.tellHouseholder(hand, moved, template: "claim-offered", ["sum": Yuan.text(total)])
        return work.state(hand.claim, moved)
    }
}

extension Claim {
    /// The lines of an offer as the rules give them now.
    func lines(_ appliances: [ClaimedAppliance]) -> [ClaimedAppliance] {
        appliances.map { $0.reckoned(cause: cause ?? .none, damagedOn: damagedAt.day, isInTime: true) }
    }
}

/// The householder's yes, or that of whoever stands with them at the counter.
package struct AcceptOffer: ClaimAction {
    package static let name = "accept-offer"
    package static let door = Door.post("/claims/:case/accept")
    package static let who: Who = .anybody
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.hidden) package var secret: String?
    @Input(.length(4...4)) package var lastFour: String?
    package init() {}

    package func perform(_ work: Work) throws -> ClaimState {
        var hand = try work.claim(self)
        let moved = try work.step(hand, "agree", note: nil, seen: seen)
        hand.claim.answer = .accepted
        hand.claim.answeredAt = work.now
        try work.tx.save(hand.claim)
        return work.state(hand.claim, moved)
    }
}

/// The householder's no, with a dispute at once where they want one.
package struct RefuseOffer: ClaimAction {
    package static let name = "refuse-offer"
    package static let door = Door.post("/claims/:case/refuse")
    package static let who: Who = .anybody
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var reason: String
    @Input package var dispute: Bool
    @Input(.hidden) package var secret: String?
    @Input(.length(4...4)) package var lastFour: String?
    package init() {}

    package func perform(_ work: Work) throws -> ClaimState {
        var hand = try work.claim(self)
        let moved = try work.step(hand, "disagree", note: reason, seen: seen)
        hand.claim.answer = .refused
        hand.claim.answeredAt = work.now
        if dispute { hand.claim.dispute = try work.openDispute(hand, reason) }
        try work.tx.save(hand.claim)
        return work.state(hand.claim, moved)
    }
}

extension Work {
    /// A dispute about the same damage, for the same household.
    fileprivate func openDispute(_ hand: ClaimAtHand, _ reason: String) throws -> String {
        let about = hand.about
        guard let kind = desk.kinds.current("dispute"), let sealed = try tx.sealedContact(of: about.id) else {
            throw Problem(.unavailable(retryAfterSeconds: 5), "try-again")
        }
        let contact = try tx.contact(of: about.id, desk.keys)
        let words = desk.locales.words(.chinese)
        var draft = CaseDraft(
            kind: kind, county: about.county, village: about.village, villageName: about.villageName,
            station: about.station, reach: about.reach, channel: about.channel, name: contact.name,
            sealedName: sealed.name ?? [], what: words("claim.dispute-text", ["number": about.number.text, "reason": reason]),
            receiptHash: desk.keys.hash(desk.chance.token(bytes: RequestLimits.secretBytes), for: SecretPurpose.receipt))
        draft.account = about.account
        draft.customer = about.customer
        draft.filerRole = actor.mainRole
        draft.sealedPhone = sealed.phone
        draft.phone = contact.phone
        draft.phoneHash = about.phoneHash
        draft.phoneTail = about.phoneTail
        draft.extra = ["matter": "damage"]
        draft.assignee = about.assignee
        return try open(draft).number.text
    }
}

/// The money has reached the household.
package struct PayClaim: ClaimAction {
    package static let name = "pay-claim"
    package static let door = Door.post("/claims/:case/pay")
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input package var paidOn: Day
    @Input package var how: ClaimPayment
    @Input(.length(1...60)) package var reference: String
    package init() {}

    package func perform(_ work: Work) throws -> ClaimState {
        var hand = try work.claim(self)
        guard paidOn <= work.now.day else { throw Problem.invalid("paidOn", "in-the-future") }
        if let offered = hand.claim.offeredAt, paidOn < offered.day { throw Problem.invalid("paidOn", "paid-before-offer") }
        let sum = Yuan.text(hand.claim.totalFen ?? 0)
        let moved = try work.step(hand, "resolve", note: "¥\(sum) · \(reference)", seen: seen)
        hand.claim.paidOn = paidOn
        hand.claim.paidHow = how
        hand.claim.paidReference = reference
        hand.claim.paidAt = work.now
        hand.claim.paidBy = work.actor.person
        try work.tx.save(hand.claim)
        try work.tellHouseholder(hand, moved, template: "claim-paid", ["sum": sum])
        return work.state(hand.claim, moved)
    }
}
