package import Desk
package import PowerRules
import Registry
package import Service
import Storage
package import Values

/// A household claims for an appliance that a fault of the supply has damaged: through the village's
/// page, at the counter, or with the representative or liaison.
///
/// After seven days the claim is waived under the rules of 1996. The person is told so (422,
/// `claim-too-late`) and may send it as a dispute.
package struct FileClaim: Action {
    package static let name = "file-claim"
    package static let door = Door.post("/claims", status: 201)
    package static let who: Who = .anybody
    package static let mayChangeRights = false
    package static let allowance: Allowance? = Allowance(tries: 600, withinSeconds: 600, sparesStaff: true)

    /// Id, path or exact name.
    @Input(.hidden) package var village: String
    /// Number of the outage that did it, where one is known.
    @Input package var outage: Code?
    @Input package var damagedAt: Instant
    @Input(.length(1...RequestLimits.whatMax), .lines) package var what: String
    @Input(.length(1...ClaimLimits.nameMax)) package var appliance: String
    @Input package var category: ApplianceDamage.Category
    @Input package var boughtOn: Day
    @Input package var price: Yuan
    @Input(.count(0...1)) package var invoice: [Upload]
    @Input(.length(1...RequestLimits.nameMax)) package var name: String
    @Input package var phone: PhoneNumber?
    @Input(.length(1...20)) package var account: String?
    @Input package var agreed: Bool
    @Input(.length(1...100)) package var consent: String?
    @Input package var asDispute: Bool
    @Prepared private var ready: Ready

    private struct Ready: Sendable {
        let draft: CaseDraft
        let route: VillageRoute
        let secret: String
        /// nil: it becomes a dispute.
        let claim: (until: Instant, source: ClaimSource, origin: String?)?
    }

    package init() {}

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        let until = ApplianceDamage.claimUntil(damagedAt, desk.calendar)
        let isLate = now >= until
        try check(by: actor, at: now, until: until)
        guard let kind = desk.kinds.current(isLate ? "dispute" : ClaimLimits.kind) else {
            throw Problem(.unavailable(retryAfterSeconds: 5), "try-again")
        }
        let input = self
        let found = try await desk.database.read { try input.lookUp($0, desk, by: actor, at: now) }
        let secret = desk.chance.token(bytes: RequestLimits.secretBytes)
        var draft = CaseDraft(
            kind: kind, county: found.route.county, village: found.route.village, villageName: found.route.name,
            station: found.route.station, reach: found.route.path, channel: channel(of: actor), name: name,
            sealedName: try desk.keys.seal(name), what: what,
            receiptHash: desk.keys.hash(secret, for: SecretPurpose.receipt))
        draft.account = account
        draft.customer = found.customer
        draft.filerRole = actor.mainRole
        draft.isForAnother = actor.isStaff
        draft.consent = consent ?? (agreed ? "agreed" : nil)
        if let phone {
            draft.phone = phone
            draft.sealedPhone = try desk.keys.seal(phone.digits)
            draft.phoneHash = desk.keys.hash(phone)
            draft.phoneTail = desk.keys.hashLastFour(phone)
        }
        if isLate { draft.extra = ["matter": "damage"] }
        draft.assignee = found.assignee
        draft.alsoTell = found.alsoTell
        draft.files = invoice
        ready = Ready(
            draft: draft, route: found.route, secret: secret,
            claim: isLate ? nil : (until, found.source, outage?.text))
    }

    private func check(by actor: Actor, at now: Instant, until: Instant) throws(Problem) {
        var complaints: [Problem.Field] = []
        func complain(_ field: String, _ code: String, _ values: [String: String] = [:]) {
            complaints.append(.init(field, code, values))
        }
        if damagedAt > now { complain("damagedAt", "in-the-future") }
        if now >= until, !asDispute { complain("damagedAt", "claim-too-late", ["until": until.adding(days: -1).day.iso]) }
        complaints += applianceComplaints(boughtOn: boughtOn, price: price, invoice: invoice, damagedOn: damagedAt.day)
        if phone == nil, !actor.isStaff { complain("phone", "missing") }
        if let account, !account.utf8.allSatisfy({ (48...57).contains($0) }) { complain("account", "not-a-number") }
        let isDesk = actor.has(.dispatcher, .stationHead, .representative)
        if actor.has(.liaison), !isDesk, !agreed { complain("agreed", "agreement-missing") }
        if actor.has(.attendant), !isDesk, consent == nil { complain("consent", "missing") }
        guard complaints.isEmpty else { throw .invalid(complaints) }
    }

    private func channel(of actor: Actor) -> Channel {
        if actor.has(.attendant) { return .counter }
        if actor.has(.liaison) { return .liaison }
        if actor.has(.dispatcher, .stationHead) { return .phone }
        if actor.has(.representative) { return .visit }
        return .web
    }

    private struct Found: Sendable {
        let route: VillageRoute
        var customer: ID<Person>?
        var assignee: ID<Person>?
        var alsoTell: [ID<Person>] = []
        var source = ClaimSource.free
    }

    private func lookUp(_ tx: Transaction, _ desk: Desk, by actor: Actor, at now: Instant) throws -> Found {
        let route = try tx.route(VillageName(village), county: actor.county, on: now.day, keys: desk.keys)
        if !actor.isSystem, actor.isStaff, !actor.county.isEmpty, route.county != actor.county {
            throw Problem.invalid("village", "unknown-village")
        }
        var found = Found(route: route, assignee: route.responsible)
        if let outage {
            guard let source = try tx.outageSource(outage, county: route.county) else {
                throw Problem.invalid("outage", "unknown-outage")
            }
            found.source = source
        }
        if let account {
            guard let known = try tx.account(number: account, county: route.county) else {
                throw Problem.invalid("account", "unknown-account")
            }
            found.customer = known.customer
        }
        if let person = actor.person, actor.has(.customer), !actor.isStaff { found.customer = person }
        if found.customer == nil, let phone { found.customer = try tx.customer(phoneHash: desk.keys.hash(phone)) }
        let dispatchers = try tx.holders(of: .dispatcher, in: route.station, at: now)
        if found.assignee == nil { found.assignee = dispatchers.first }
        found.alsoTell = [route.liaison].compactMap { $0 } + dispatchers.filter { $0 != found.assignee }
        return found
    }

    package func perform(_ work: Work) throws -> Receipt {
        let draft = ready.draft
        let opened = try work.open(draft)
        if let made = ready.claim {
            let claim = Claim(
                id: opened.id, county: draft.county, damagedAt: damagedAt, until: made.until, source: made.source,
                origin: made.origin, offers: 0, version: 1)
            try work.tx.insert(claim)
            try work.tx.insert(
                ClaimedAppliance(
                    id: work.newID(), name: appliance, category: category, boughtOn: boughtOn, priceFen: price.fen,
                    invoice: invoice.first?.hash, invoiceType: invoice.first?.type, isChecked: false,
                    madeAt: work.now), of: claim)
        }
        return work.receipt(for: opened, draft, ready.route, secret: ready.secret)
    }
}

/// What cannot be true of an appliance.
func applianceComplaints(boughtOn: Day, price: Yuan, invoice: [Upload], damagedOn: Day) -> [Problem.Field] {
    var complaints: [Problem.Field] = []
    if boughtOn > damagedOn { complaints.append(.init("boughtOn", "bought-after-damage")) }
    if boughtOn < damagedOn.adding(days: -366 * ClaimLimits.oldestYears) {
        complaints.append(.init("boughtOn", "not-a-day"))
    }
    if price.fen == 0 { complaints.append(.init("price", "not-a-sum")) }
    if invoice.contains(where: { !$0.type.hasPrefix("image/") }) { complaints.append(.init("invoice", "not-a-photo")) }
    return complaints
}
