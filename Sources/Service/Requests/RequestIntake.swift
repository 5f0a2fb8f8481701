package import Desk
import PowerRules
import Registry
import Storage
package import Values

/// Somebody tells what is needed, for themselves or for another person.
package struct ReportNeed: Action {
    package static let name = "report-need"
    package static let door = Door.post("/requests", status: 201)
    package static let who: Who = .anybody
    package static let mayChangeRights = false
    /// A new case is written without a look at anything; who follows one is guarded as in `FollowCase`.
    package static let isRowGuarded = true

    @Input package var kind: String
    /// Id, path or exact name; empty where only a position is known.
    @Input package var village: String?
    @Input(.hidden) package var latitude: Double?
    @Input(.hidden) package var longitude: Double?
    @Input(.length(1...RequestLimits.whatMax), .lines) package var what: String
    @Input(.length(1...RequestLimits.nameMax)) package var name: String
    @Input package var phone: PhoneNumber?
    @Input(.length(1...20)) package var account: String?
    @Input package var forWhom: Bool
    @Input package var agreed: Bool
    @Input(.length(1...100)) package var consent: String?
    @Input package var about: ComplaintSubject?
    @Input(.count(0...RequestLimits.photosMax)) package var photos: [Upload]
    @Input package var voice: Upload?
    @Input package var extra: ExtraFields
    @Input package var channel: Channel?
    @Input package var follow: Code?
    @Prepared private var ready: Ready

    private enum Ready: Sendable {
        case new(CaseDraft, VillageRoute?, secret: String)
        case follow(FollowDraft)
    }

    package init() {}

    package init(
        kind: String, village: String?, what: String, name: String, phone: PhoneNumber?, place: Place? = nil,
        account: String? = nil, forWhom: Bool = false, agreed: Bool = false, consent: String? = nil,
        about: ComplaintSubject? = nil, photos: [Upload] = [], voice: Upload? = nil, extra: [String: String] = [:],
        channel: Channel? = nil, follow: Code? = nil
    ) {
        self.kind = kind
        self.village = village
        self.latitude = place?.latitude
        self.longitude = place?.longitude
        self.what = what
        self.name = name
        self.phone = phone
        self.account = account
        self.forWhom = forWhom
        self.agreed = agreed
        self.consent = consent
        self.about = about
        self.photos = photos
        self.voice = voice
        self.extra = ExtraFields(extra)
        self.channel = channel
        self.follow = follow
    }

    // MARK: Before the transaction

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        let kind = try check(desk, by: actor, at: now)
        try countTry(desk, by: actor, at: now)
        if let follow {
            ready = .follow(
                try await FollowDraft.prepare(
                    desk, number: follow, name: name, phone: phone, person: actor.has(.customer) ? actor.person : nil,
                    by: actor))
            return
        }
        let dangers = Danger.words(in: what)
        let hash = phone.map { desk.keys.hash($0) }
        let place = try place()
        let input = self
        let secret = desk.chance.token(bytes: RequestLimits.secretBytes)
        let found = try await desk.database.read { tx in
            try input.lookUp(tx, desk, kind, hash, place, isDanger: !dangers.isEmpty, by: actor, at: now)
        }
        var draft = CaseDraft(
            kind: kind, county: found.county, village: found.route?.village, villageName: found.route?.name ?? "",
            station: found.station, reach: found.reach, channel: channel(for: actor), name: name,
            sealedName: try desk.keys.seal(name), what: what,
            receiptHash: desk.keys.hash(secret, for: SecretPurpose.receipt))
        draft.account = account
        draft.customer = found.customer
        draft.filerRole = actor.mainRole
        draft.isForAnother = isForAnother(actor)
        draft.consent = consent ?? (agreed ? "agreed" : nil)
        if let phone {
            draft.phone = phone
            draft.sealedPhone = try desk.keys.seal(phone.digits)
            draft.phoneHash = hash
            draft.phoneTail = desk.keys.hashLastFour(phone)
        }
        draft.extra = extra.values
        draft.dangers = dangers
        draft.assignee = found.assignee
        draft.about = found.about
        draft.hiddenFrom = found.hiddenFrom
        draft.isConfidential = found.about != nil
        draft.place = place
        draft.files = photos + (voice.map { [$0] } ?? [])
        draft.alsoTell = found.alsoTell
        ready = .new(draft, found.route, secret: secret)
    }

    /// Nobody is to flood the county, nor somebody else's phone with text messages. A village behind
    /// one address of a carrier must still get through; the loopback address is a proxy or the
    /// machine itself and stands for many.
    private func countTry(_ desk: Desk, by actor: Actor, at now: Instant) throws(Problem) {
        guard !actor.isStaff else { return }
        if !["127.0.0.1", "::1"].contains(actor.address) {
            try desk.allowances.take("\(Self.name):\(actor.address)", IntakeTries.byAddress, at: now)
        }
        if let phone, desk.settings.sendsSMS {
            try desk.allowances.take("\(Self.name):\(desk.keys.hash(phone))", IntakeTries.byPhone, at: now)
        }
    }

    /// Staff file for somebody else unless they say nothing of it; a liaison must say that the
    /// person agreed, an attendant by what proof.
    private func isForAnother(_ actor: Actor) -> Bool { forWhom || (actor.isStaff && !actor.isSystem) }

    private func check(_ desk: Desk, by actor: Actor, at now: Instant) throws(Problem) -> Kind {
        var complaints: [Problem.Field] = []
        func complain(_ field: String, _ code: String, _ values: [String: String] = [:]) {
            complaints.append(.init(field, code, values))
        }
        guard let kind = desk.kinds.current(kind), kind.isOffered else {
            throw .invalid("kind", "not-a-choice")
        }
        if phone == nil, !actor.isStaff { complain("phone", "missing") }
        if village == nil, latitude == nil || longitude == nil { complain("village", "missing") }
        if let account, !account.utf8.allSatisfy({ (48...57).contains($0) }) { complain("account", "not-a-number") }
        if isForAnother(actor), actor.has(.liaison), !actor.has(.dispatcher, .stationHead, .representative), !agreed {
            complain("agreed", "agreement-missing")
        }
        if forWhom, actor.has(.attendant), !actor.has(.dispatcher, .stationHead, .representative), consent == nil {
            complain("consent", "missing")
        }
        if about?.isAboutPerson == true, !kind.isComplaint { complain("about", "only-complaints") }
        if photos.contains(where: { !$0.type.hasPrefix("image/") }) { complain("photos", "not-a-photo") }
        if let voice, !voice.type.hasPrefix("audio/") { complain("voice", "not-a-voice-note") }
        if channel != nil, !actor.isStaff, channel != .web { complain("channel", "staff-only") }
        for (name, value) in extra.values.sorted(by: { $0.key < $1.key }) {
            if name == ExtraFields.group {
                if value.unicodeScalars.count > 20 { complain("extra.group", "too-long", ["max": "20"]) }
                continue
            }
            guard let field = kind.field(name) else {
                complain("extra.\(name)", "unknown-field")
                continue
            }
            if let found = field.complaint(about: value, today: now.day) {
                complain("extra.\(name)", found.code, found.values)
            }
        }
        for field in kind.fields where field.isRequired && extra.values[field.name] == nil {
            complain("extra.\(field.name)", "missing")
        }
        guard complaints.isEmpty else { throw .invalid(complaints) }
        return kind
    }

    private func place() throws(Problem) -> Place? {
        guard latitude != nil || longitude != nil else { return nil }
        guard let latitude, let longitude, let place = Place(latitude: latitude, longitude: longitude) else {
            throw .invalid("latitude", "not-a-position")
        }
        return place
    }

    private func channel(for actor: Actor) -> Channel {
        if let channel { return channel }
        if actor.isSystem { return .file }
        if actor.has(.attendant) { return .counter }
        if actor.has(.liaison) { return .liaison }
        if actor.has(.dispatcher, .stationHead) { return .phone }
        if actor.has(.representative) { return .visit }
        return .web
    }

    // MARK: Routing

    private struct Found: Sendable {
        var route: VillageRoute?
        var county: String
        var station: ID<Unit>
        var reach: String
        var customer: ID<Person>?
        var assignee: ID<Person>?
        var about: ID<Person>?
        var hiddenFrom: [ID<Person>] = []
        var alsoTell: [ID<Person>] = []
    }

    /// Village, account and customer, and who it goes to: the representative (or stand-in), the
    /// dispatchers as well at danger, the dispatcher of the nearest station when the village is
    /// unknown, and the station head for a complaint about a person.
    private func lookUp(
        _ tx: Transaction, _ desk: Desk, _ kind: Kind, _ phoneHash: String?, _ place: Place?, isDanger: Bool,
        by actor: Actor, at now: Instant
    ) throws -> Found {
        var found: Found
        if let village {
            let route = try tx.route(VillageName(village), county: actor.county, on: now.day, keys: desk.keys)
            if !actor.isSystem, actor.isStaff, !actor.county.isEmpty, route.county != actor.county {
                throw Problem.invalid("village", "unknown-village")
            }
            found = Found(route: route, county: route.county, station: route.station, reach: route.path)
            // Live work waits for the dispatcher where the village's own holds no certificate today (B7).
            if let responsible = route.responsible {
                if try !kind.needsCertificate || tx.isCertified(responsible, on: now.day) {
                    found.assignee = responsible
                } else {
                    found.alsoTell.append(responsible)
                }
            }
            if let liaison = route.liaison { found.alsoTell.append(liaison) }
        } else {
            guard let place, let nearest = try tx.villages(near: place, county: nil, limit: 1).first else {
                throw Problem.invalid("village", "unknown-village")
            }
            found = Found(route: nil, county: nearest.county, station: nearest.station, reach: nearest.township)
        }
        if let account {
            guard let known = try tx.account(number: account, county: found.county) else {
                throw Problem.invalid("account", "unknown-account")
            }
            found.customer = known.customer
        }
        if let person = actor.person, actor.has(.customer), !isForAnother(actor) { found.customer = person }
        if found.customer == nil, let phoneHash { found.customer = try tx.customer(phoneHash: phoneHash) }

        if let about, about.isAboutPerson, let route = found.route {
            let person = about == .representative ? route.representative : route.liaison
            guard let person else { throw Problem.invalid("about", "nobody-there") }
            found.about = person
            found.hiddenFrom = [person]
            if about == .representative {
                // Whoever stands in for them, by leave or by the pairing, does not see it either.
                for other in [route.responsible, route.deputy] {
                    if let other, !found.hiddenFrom.contains(other) { found.hiddenFrom.append(other) }
                }
            }
            found.alsoTell = []
            found.assignee = nil
        }
        if found.assignee == nil {
            let roles: [Role] = found.about != nil ? [.stationHead, .dispatcher] : [.dispatcher, .stationHead]
            for role in roles where found.assignee == nil {
                found.assignee = try tx.holders(of: role, in: found.station, at: now)
                    .first { !found.hiddenFrom.contains($0) }
            }
        }
        if isDanger || (found.route == nil && found.assignee == nil) {
            found.alsoTell += try tx.holders(of: .dispatcher, in: found.station, at: now)
                .filter { !found.hiddenFrom.contains($0) && !found.alsoTell.contains($0) }
        }
        return found
    }

    // MARK: In the transaction

    package func perform(_ work: Work) throws -> Receipt {
        switch ready {
        case .follow(let draft): return try work.follow(draft)
        case .new(let draft, let route, let secret):
            return work.receipt(for: try work.open(draft), draft, route, secret: secret)
        }
    }
}

/// How much one stranger may report.
package enum IntakeTries {
    package static let byAddress = Allowance(tries: 600, withinSeconds: 600)
    package static let byPhone = Allowance(tries: 30, withinSeconds: 600)
}

extension Work {
    /// What somebody gets for a case that was opened for them.
    package func receipt(
        for opened: OpenedCase, _ draft: CaseDraft, _ route: VillageRoute?, secret: String
    ) -> Receipt {
        Receipt(
            number: opened.number.text, receipt: secret, promisedAt: opened.promisedAt,
            promise: promise(opened.promisedAt), kind: draft.kind.name, kindTitle: draft.kind.title,
            villageName: route?.name, representative: route?.representativeServer, liaison: route?.liaisonServer,
            dangers: draft.dangers.map(\.rawValue), isFollowing: false)
    }

    /// The promised time in plain words of both languages.
    func promise(_ moment: Instant?) -> Texts {
        guard let moment, moment != .distantFuture else {
            return Texts(
                zh: desk.locales.words(.chinese)["receipt.no-promise"], en: desk.locales.words(.english)["receipt.no-promise"])
        }
        return Texts(
            zh: desk.locales.words(.chinese).promise(moment, now: now),
            en: desk.locales.words(.english).promise(moment, now: now))
    }
}
