package import Desk
import PowerRules
import Registry
package import Service
import Storage
package import Values

/// Somebody tells that there is no light. What the guide asked comes along as evidence.
package struct ReportNoLight: Action {
    package static let name = "report-no-light"
    package static let door = Door.post("/outages/reports", status: 201)
    package static let who: Who = .anybody
    package static let mayChangeRights = false
    package static let isRowGuarded = true

    /// Id, path or exact name.
    @Input package var village: String?
    @Input(.hidden) package var latitude: Double?
    @Input(.hidden) package var longitude: Double?
    @Input(.length(1...20)) package var account: String?
    @Input(.length(1...RequestLimits.nameMax)) package var name: String
    @Input package var phone: PhoneNumber?
    @Input(.length(1...RequestLimits.whatMax), .lines) package var what: String?
    @Input(.count(0...RequestLimits.photosMax)) package var photos: [Upload]
    /// The way through the guide: `house:all,neighbours:dark`.
    @Input(.length(1...200), .hidden) package var answers: String?
    /// The outage that it seems to be.
    @Input(.hidden) package var outage: Code?
    /// What the clock of the phone says; kept, and flagged when it is off.
    @Input(.hidden) package var deviceAt: Instant?
    @Prepared private var ready: Ready

    private struct Ready: Sendable {
        var draft: ReportDraft
        var secret: String
        var guide: GuideWay?
        var hazard: ReportNeed?
        var dangers: [Danger]
    }

    package init() {}

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        try check(actor)
        try countTry(desk, by: actor, at: now)
        let place = try position()
        let hash = phone.map { desk.keys.hash($0) }
        let input = self
        let (found, person, near, guide) = try await desk.database.read { tx in
            let at = try tx.reportPlace(
                village: input.village, account: input.account, place: place, phoneHash: hash, by: actor,
                keys: desk.keys, on: now.day)
            guard actor.isSystem || !actor.isStaff || actor.county.isEmpty || at.county == actor.county else {
                throw Problem.invalid("village", "unknown-village")
            }
            let known = actor.has(.customer) ? actor.person : try hash.flatMap { try tx.customer(phoneHash: $0) }
            return (
                at, known, try input.outage.flatMap { try tx.incident($0)?.id },
                try input.answers.flatMap { try tx.guideWay($0) }
            )
        }
        let secret = desk.chance.token(bytes: RequestLimits.secretBytes)
        var draft = ReportDraft(
            at: found, source: actor.isStaff && !actor.isSystem ? .staff : .person, channel: channel(of: actor))
        draft.isAlone = guide?.isAlone ?? false
        draft.isInside = guide?.isInside ?? false
        draft.answers = guide?.answers ?? [:]
        draft.deviceAt = deviceAt
        draft.person = person
        draft.receiptHash = desk.keys.hash(secret, for: SecretPurpose.receipt)
        draft.name = try desk.keys.seal(name)
        draft.phone = try phone.map { try desk.keys.seal($0.digits) }
        draft.phoneHash = hash
        draft.phoneTail = phone.map { desk.keys.hashLastFour($0) }
        draft.what = what
        draft.near = near
        draft.photos = photos
        let dangers = what.map { Danger.words(in: $0) } ?? []
        ready = Ready(draft: draft, secret: secret, guide: guide, hazard: nil, dangers: dangers)
        // Words of danger ring the dispatcher's board at once, whatever the locating says.
        if !dangers.isEmpty, let village = found.village {
            var hazard = ReportNeed(
                kind: "hazard", village: village.text, what: what ?? "", name: name, phone: phone, place: place,
                account: account, agreed: true, photos: photos)
            try await hazard.prepare(desk, by: actor, at: now)
            ready.hazard = hazard
        }
    }

    private func check(_ actor: Actor) throws(Problem) {
        var complaints: [Problem.Field] = []
        if phone == nil, !actor.isStaff { complaints.append(.init("phone", "missing")) }
        if let account, !account.utf8.allSatisfy({ (48...57).contains($0) }) {
            complaints.append(.init("account", "not-a-number"))
        }
        if photos.contains(where: { !$0.type.hasPrefix("image/") }) { complaints.append(.init("photos", "not-a-photo")) }
        guard complaints.isEmpty else { throw .invalid(complaints) }
    }

    private func countTry(_ desk: Desk, by actor: Actor, at now: Instant) throws(Problem) {
        guard !actor.isStaff else { return }
        if !["127.0.0.1", "::1"].contains(actor.address) {
            try desk.allowances.take("\(Self.name):\(actor.address)", IntakeTries.byAddress, at: now)
        }
        if let phone, desk.settings.sendsSMS {
            try desk.allowances.take("\(Self.name):\(desk.keys.hash(phone))", IntakeTries.byPhone, at: now)
        }
    }

    private func position() throws(Problem) -> Place? {
        guard latitude != nil || longitude != nil else { return nil }
        guard let latitude, let longitude, let place = Place(latitude: latitude, longitude: longitude) else {
            throw .invalid("latitude", "not-a-position")
        }
        return place
    }

    private func channel(of actor: Actor) -> Channel {
        if actor.isSystem { return .file }
        if actor.has(.attendant) { return .counter }
        if actor.has(.liaison) { return .liaison }
        if actor.has(.dispatcher, .stationHead) { return .phone }
        return actor.isStaff ? .visit : .web
    }

    package func perform(_ work: Work) throws -> OutageReceipt {
        let draft = ready.draft
        guard let made = try work.insert(draft) else { throw Problem(.unavailable(retryAfterSeconds: 1), "try-again") }
        try work.record(
            EventDraft(
                "outage.reported", of: "outage-report", made.number.text,
                ["village": draft.at.village?.text ?? "", "source": draft.source.rawValue],
                rowHash: rowHash([made.id.text, made.number.text, draft.receiptHash]), county: draft.at.county))
        if let guide = ready.guide { try work.count(guide, in: draft.at, report: made.id) }
        try work.tellReceived(made.id, made.number, draft, name: name, phone: phone)
        let hazard = try ready.hazard?.perform(work)
        work.announce("station/\(draft.at.station.text)")
        work.announce(draft.at.reach)
        return OutageReceipt(
            number: made.number.text, receipt: ready.secret, villageName: draft.at.villageName,
            dangers: ready.dangers.map(\.rawValue), danger: hazard?.number)
    }
}

/// What somebody who reported gets.
package struct OutageReceipt: Answer, Equatable {
    package let number: String
    /// Secret: whoever holds it may follow.
    package let receipt: String
    package let villageName: String
    package let dangers: [String]
    /// The case of the danger that was opened with it.
    package let danger: String?
    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("receipt", .text), ("villageName", .text), ("dangers", .array(.text)),
                ("danger", .text),
            ], optional: ["danger"])
    }
}

extension Work {
    /// By account or phone; whoever reads the receipt on the spot has been told.
    fileprivate func tellReceived(
        _ id: ID<OutageReport>, _ number: Code, _ draft: ReportDraft, name: String, phone: PhoneNumber?
    ) throws {
        let sms = desk.settings.sendsSMS && phone != nil
        try owe(
            MessageDraft(
                key: "\(id.text)/received",
                to: draft.person != nil || sms
                    ? .customer(person: draft.person, name: name, phone: phone, village: draft.at.village)
                    : .handedOver(name: name),
                template: "outage-received", data: ["number": number.text, "village": draft.at.villageName]),
            county: draft.at.county)
    }
}
