package import Desk
import Registry
import Storage
package import Values

/// Follows a case that is there already instead of reporting the same again.
package struct FollowCase: Action {
    package static let name = "follow"
    package static let door = Door.post("/requests/:case/follow", status: 201)
    package static let who: Who = .anybody
    package static let allowance: Allowance? = Allowance(tries: 600, withinSeconds: 600, sparesStaff: true)
    package static let isRowGuarded = true

    @Input package var `case`: Code
    @Input(.length(1...RequestLimits.nameMax)) package var name: String
    @Input package var phone: PhoneNumber?
    @Prepared private var ready: FollowDraft

    package init() {}
    package init(_ number: Code, name: String, phone: PhoneNumber?) {
        self.case = number
        self.name = name
        self.phone = phone
    }

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        if phone == nil, !actor.isStaff { throw Problem.invalid("phone", "missing") }
        ready = try await FollowDraft.prepare(
            desk, number: self.case, name: name, phone: phone, person: actor.has(.customer) ? actor.person : nil, by: actor)
    }

    package func perform(_ work: Work) throws -> Receipt { try work.follow(ready) }
}

/// Somebody who wants to hear of a case.
struct FollowDraft: Sendable {
    let number: Code
    let secret: String
    let receiptHash: String
    let person: ID<Person>?
    let name: [UInt8]
    let phone: [UInt8]?
    let phoneHash: String?
    let phoneTail: String?
    let route: VillageRoute?

    static func prepare(
        _ desk: Desk, number: Code, name: String, phone: PhoneNumber?, person: ID<Person>?, by actor: Actor
    ) async throws -> FollowDraft {
        let now = desk.clock.now
        let route = try await desk.database.read { tx -> VillageRoute? in
            guard let seen = try tx.anyCase(number), let village = seen.village else { return nil }
            return try? tx.route(.id(village), county: "", on: now.day, keys: desk.keys)
        }
        let secret = desk.chance.token(bytes: RequestLimits.secretBytes)
        return FollowDraft(
            number: number, secret: secret, receiptHash: desk.keys.hash(secret, for: SecretPurpose.receipt),
            person: person, name: try desk.keys.seal(name), phone: try phone.map { try desk.keys.seal($0.digits) },
            phoneHash: phone.map { desk.keys.hash($0) }, phoneTail: phone.map { desk.keys.hashLastFour($0) },
            route: route)
    }
}

extension Work {
    /// Anybody may follow what anybody may be shown as a possible duplicate: an open case that is
    /// not confidential. A merged one leads to the case that it was merged into.
    func follow(_ draft: FollowDraft) throws -> Receipt {
        guard var seen = try tx.anyCase(draft.number) else { throw Problem.notFound }
        if let other = seen.mergedInto, let into = try tx.anyCase(other) { seen = into }
        guard !seen.isConfidential, let kind = desk.kinds.kind(seen.kind, version: seen.kindVersion) else {
            throw Problem.notFound
        }
        guard seen.isOpen else { throw seen.caseMoved(kind) }
        // A second time with the same phone: a new secret, the same follower.
        try tx.run(
            """
            INSERT INTO follower (id, case_id, at, person, name, phone, phone_hash, phone_tail, village, receipt_hash)
            VALUES (\(newID(CaseFollower.self)), \(seen.id), \(now), \(draft.person), \(draft.name), \(draft.phone),
                    \(draft.phoneHash), \(draft.phoneTail), \(seen.village), \(draft.receiptHash))
            ON CONFLICT (case_id, phone_hash) WHERE phone_hash IS NOT NULL
            DO UPDATE SET receipt_hash = excluded.receipt_hash
            """)
        try record(EventDraft("case.followed", of: "case", seen.number.text, county: seen.county))
        announceChange(of: seen)
        let due = seen.dueAt == .distantFuture ? nil : seen.dueAt
        return Receipt(
            number: seen.number.text, receipt: draft.secret, promisedAt: due, promise: promise(due), kind: kind.name,
            kindTitle: kind.title, villageName: seen.villageName, representative: draft.route?.representativeServer,
            liaison: draft.route?.liaisonServer, dangers: [], isFollowing: true)
    }
}

/// What somebody without an account shows to reach a case.
struct ReceiptProof: Sendable {
    let secretHash: String?
    let lastFourHash: String?

    init(secret: String?, lastFour: String?, _ keys: KeyRing) {
        secretHash = secret.map { keys.hash($0, for: SecretPurpose.receipt) }
        lastFourHash = lastFour.flatMap { text in
            text.utf8.count == 4 && text.utf8.allSatisfy { (48...57).contains($0) }
                ? keys.hash(text, for: "phone-last-four") : nil
        }
    }
    var isEmpty: Bool { secretHash == nil && lastFourHash == nil }
}

/// How somebody came to see a case.
enum CaseAccess: Sendable, Equatable {
    /// By role, part or account.
    case sight
    /// By the receipt, or number and phone, of the person whom it is for.
    case receipt
    /// By the receipt or phone of somebody who follows it.
    case follower
}

extension Work {
    /// A case of another service by sight, or by the receipt of the one whom it is for.
    /// - Throws: `not-found`; `forbidden` for somebody who only follows it.
    package func caseBehind(
        _ number: Code, secret: String?, lastFour: String?
    ) throws -> (seen: Case, isByReceipt: Bool) {
        let (seen, access) = try tx.caseAt(number, by: actor, ReceiptProof(secret: secret, lastFour: lastFour, desk.keys))
        guard access != .follower else { throw Problem.forbidden }
        return (seen, access == .receipt)
    }
}

extension Transaction {
    /// The one look-up of a case for a door: by sight, else by what stands on the receipt.
    /// - Throws: `not-found`, whatever the reason.
    func caseAt(_ number: Code, by actor: Actor, _ proof: ReceiptProof) throws -> (Case, CaseAccess) {
        guard let seen = try anyCase(number) else { throw Problem.notFound }
        return (seen, try access(to: seen, by: actor, proof))
    }

    /// - Throws: `not-found` for a case that is not for these eyes.
    func access(to seen: Case, by actor: Actor, _ proof: ReceiptProof) throws -> CaseAccess {
        if let hash = proof.secretHash {
            if try value("SELECT 1 FROM cases WHERE id = \(seen.id) AND receipt_hash = \(hash)") as Int? != nil {
                return .receipt
            }
            if try value("SELECT 1 FROM follower WHERE receipt_hash = \(hash) AND case_id = \(seen.id)") as Int? != nil {
                return .follower
            }
        }
        if let tail = proof.lastFourHash {
            if seen.phoneTail == tail { return .receipt }
            if try value(
                "SELECT 1 FROM follower WHERE case_id = \(seen.id) AND phone_tail = \(tail) LIMIT 1") as Int? != nil
            {
                return .follower
            }
        }
        if CaseSight(actor).sees(seen) { return .sight }
        if let person = actor.person, !seen.hiddenFrom.contains(person), actor.has(.customer) {
            let follows: Int? = try value(
                """
                SELECT 1 FROM follower
                WHERE case_id = \(seen.id) AND (person = \(person) OR phone_hash = \(actor.phoneHash ?? "-")) LIMIT 1
                """)
            if follows != nil { return .follower }
        }
        throw Problem.notFound
    }

    /// The case that a receipt's secret opens.
    func number(ofReceipt hash: String) throws -> Code? {
        try value("SELECT number FROM cases WHERE receipt_hash = \(hash)")
            ?? value("SELECT c.number FROM follower f JOIN cases c ON c.id = f.case_id WHERE f.receipt_hash = \(hash)")
    }
}
