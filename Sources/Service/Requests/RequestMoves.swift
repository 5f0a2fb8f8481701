package import Desk
import Registry
import Storage
package import Values

/// What every move of a case has in common.
///
/// `seen` is the version that the person saw: when the case has moved on since, the answer is
/// `case-moved` (409) with its new state.
package protocol CaseMoveAction: Action where Output == Moved {
    static var move: String { get }
    var `case`: Code { get }
    var seen: Int? { get }
    /// Receipt's secret and phone, for moves without an account.
    var secret: String? { get }
    var lastFour: String? { get }
    func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) throws
}

extension CaseMoveAction {
    package static var door: Door { .post("/requests/:case/\(move)") }
    package static var name: String { move }
    package static var isRowGuarded: Bool { true }
    package static var mayChangeRights: Bool { false }
    package var secret: String? { nil }
    package var lastFour: String? { nil }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) throws {}

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        try ReceiptTries.count(desk, self.case, secret: secret, lastFour: lastFour, by: actor, at: now)
    }

    package func perform(_ work: Work) throws -> Moved { try work.perform(self, move: Self.move) }
}

/// Tries with the last four digits of a phone, by address and by case.
package enum ReceiptTries {
    package static let allowance = Allowance(tries: 10, withinSeconds: 3600)

    /// Four digits can be tried out; a secret cannot.
    /// - Throws: `too-many-tries`.
    package static func count(
        _ desk: Desk, _ number: Code, secret: String?, lastFour: String?, by actor: Actor, at now: Instant
    ) throws(Problem) {
        guard lastFour != nil, secret == nil else { return }
        try desk.allowances.take("last-four:" + actor.address, allowance, at: now)
        try desk.allowances.take("last-four-of:" + number.text, allowance, at: now)
    }
}

extension Work {
    func perform(_ action: some CaseMoveAction, move name: String) throws -> Moved {
        let proof = ReceiptProof(secret: action.secret, lastFour: action.lastFour, desk.keys)
        let (seen, access) = try tx.caseAt(action.case, by: actor, proof)
        // Followers hear of it, but only the one whom it is for speaks.
        guard access != .follower else { throw Problem.forbidden }
        var fields = MoveFields(seen: action.seen)
        fields.byReceipt = access == .receipt
        try action.fill(&fields, self, seen)
        let moved = try naming { try move(seen, name, fields) }
        return Moved(moved, desk.kinds.kind(moved.kind, version: moved.kindVersion))
    }

    /// Says by name who was faster.
    package func naming<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let problem as Problem where problem.code == "case-moved" {
            var values = problem.values
            values["by"] = try values["by"].flatMap { $0.isEmpty ? nil : try tx.personName(ID($0)) } ?? ""
            throw Problem(problem.kind, problem.code, values, fields: problem.fields)
        }
    }

    package func workerField(_ id: ID<Person>?) throws -> Worker? {
        guard let id else { return nil }
        guard let worker = try tx.worker(id, at: now) else { throw Problem.invalid("assignee", "not-found") }
        return worker
    }
}

/// Any move of the case's kind by its name: a kind that was published as data may have its own.
package struct MoveCase: Action {
    package static let name = "move-case"
    package static let door = Door.post("/requests/:case/moves/:move")
    package static let who: Who = .signedIn
    package static let isRowGuarded = true
    @Input package var `case`: Code
    @Input(.length(1...40)) package var move: String
    @Input(.hidden) package var seen: Int?
    @Input package var assignee: ID<Person>?
    @Input(.range(1...5)) package var satisfaction: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var result: String?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var reason: String?
    @Input package var into: Code?
    @Input package var unit: ID<Unit>?
    package init() {}
    package init(_ number: Code, move: String, note: String? = nil, assignee: ID<Person>? = nil, seen: Int? = nil) {
        self.case = number
        self.move = move
        self.note = note
        self.assignee = assignee
        self.seen = seen
    }

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
    }

    package func perform(_ work: Work) throws -> Moved {
        let found = try work.tx.visibleCase(self.case, to: work.actor)
        var fields = MoveFields(note: result ?? reason ?? note, seen: seen)
        fields.assignee = try work.workerField(assignee)
        fields.satisfaction = satisfaction
        if let into {
            guard let other = try work.tx.anyCase(into), CaseSight(work.actor).sees(other) else {
                throw Problem.invalid("into", "not-found")
            }
            fields.into = other
        }
        if let unit {
            guard let (target, _) = try work.tx.target(unit), target.county == found.county else {
                throw Problem.invalid("unit", "not-found")
            }
            fields.unit = target
        }
        fields.failedCalls = try work.tx.failedCalls(of: found)
        let moved = try work.naming { try work.move(found, move, fields) }
        return Moved(moved, work.desk.kinds.kind(moved.kind, version: moved.kindVersion))
    }
}

/// Shows name and phone in full: who, when and why is recorded.
package struct RevealContact: Action {
    package static let name = "reveal"
    package static let door = Door.post("/requests/:case/reveal")
    package static let who: Who = .roles(
        .attendant, .liaison, .representative, .dispatcher, .stationHead, .company)
    package static let keepsAnswer = false
    package static let isRowGuarded = true
    package static let allowance: Allowance? = Allowance(tries: 60, withinSeconds: 3600)
    @Input package var `case`: Code
    @Input(.length(1...100)) package var reason: String
    package init() {}
    package init(_ number: Code, reason: String) {
        self.case = number
        self.reason = reason
    }

    package func perform(_ work: Work) throws -> Contact {
        let seen = try work.tx.visibleCase(self.case, to: work.actor)
        let contact = try work.tx.contact(of: seen.id, work.desk.keys)
        try work.record(
            EventDraft("phone.revealed", of: "case", seen.number.text, ["reason": reason], county: seen.county))
        return Contact(name: contact.name, phone: contact.phone?.digits, isMasked: false)
    }
}
