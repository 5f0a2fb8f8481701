package import Desk
import Registry
import Storage
package import Values

// Moves of the station's desk: follow-up calls, merging, referral, notes and closing.

/// The call when the customer says nothing: satisfied, not solved, or not answered. Two calls
/// that nobody answered on two days close the case as unconfirmed.
package struct FollowUpCase: Action {
    package static let name = "follow-up"
    package static let door = Door.post("/requests/:case/follow-up")
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    package static let isRowGuarded = true
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input package var reached: Bool
    @Input package var solved: Bool
    @Input(.range(1...5)) package var satisfaction: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    package init() {}
    package init(
        _ number: Code, reached: Bool, solved: Bool = false, satisfaction: Int? = nil, note: String? = nil,
        seen: Int? = nil
    ) {
        self.case = number
        self.reached = reached
        self.solved = solved
        self.satisfaction = satisfaction
        self.note = note
        self.seen = seen
    }

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
    }

    package func perform(_ work: Work) throws -> Moved {
        let found = try work.tx.visibleCase(self.case, to: work.actor)
        var fields = MoveFields(note: note, seen: seen)
        let moved: Case
        if reached, solved {
            fields.satisfaction = satisfaction
            moved = try work.move(found, "follow-up", fields)
        } else if reached {
            guard note != nil else { throw Problem.invalid("note", "missing") }
            moved = try work.move(found, "reopen", fields)
        } else {
            let called = try work.move(found, "call-failed", fields)
            var closing = MoveFields()
            closing.failedCalls = try work.tx.failedCalls(of: called)
            do {
                moved = try work.move(called, "close-unconfirmed", closing)
            } catch let problem as Problem where problem.code == "calls-missing" {
                return Moved(called, work.desk.kinds.kind(called.kind, version: called.kindVersion))
            }
        }
        return Moved(moved, work.desk.kinds.kind(moved.kind, version: moved.kindVersion))
    }
}

/// Two reports of the same thing: followers move to the other one.
package struct MergeCase: CaseMoveAction {
    package static let move = "merge"
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead, .company)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input package var into: Code
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    package init() {}
    package init(_ number: Code, into: Code, note: String? = nil, seen: Int? = nil) {
        self.case = number
        self.into = into
        self.note = note
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) throws {
        fields.note = note
        guard let other = try work.tx.anyCase(into), CaseSight(work.actor).sees(other) else {
            throw Problem.invalid("into", "not-found")
        }
        fields.into = other
    }
}

/// Belongs to another unit of the county: its station accepts it anew.
package struct ReferCase: CaseMoveAction {
    package static let move = "refer"
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input package var unit: ID<Unit>
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String
    package init() {}
    package init(_ number: Code, unit: ID<Unit>, note: String, seen: Int? = nil) {
        self.case = number
        self.unit = unit
        self.note = note
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) throws {
        fields.note = note
        guard let (target, village) = try work.tx.target(unit), target.county == seen.county else {
            throw Problem.invalid("unit", "not-found")
        }
        guard target.station != seen.station || (village != nil && village?.id != seen.village) else {
            throw Problem.invalid("unit", "same-unit")
        }
        fields.unit = target
        fields.unit?.dispatchers = try work.tx.holders(of: .dispatcher, in: target.station, at: work.now)
    }
}

package struct NoteOnCase: CaseMoveAction {
    package static let move = "note"
    package static let who: Who = .roles(
        .attendant, .liaison, .representative, .dispatcher, .stationHead, .township, .company)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String
    @Input(.count(0...RequestLimits.photosMax)) package var photos: [Upload]
    @Input package var shown: Bool
    package init() {}
    package init(_ number: Code, note: String, photos: [Upload] = [], shown: Bool = false, seen: Int? = nil) {
        self.case = number
        self.note = note
        self.photos = photos
        self.shown = shown
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) {
        fields.note = note
        fields.photos = photos
        fields.isShown = shown
    }
}

package struct CloseCase: CaseMoveAction {
    package static let move = "close"
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    package init() {}
    package init(_ number: Code, note: String? = nil, seen: Int? = nil) {
        self.case = number
        self.note = note
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) { fields.note = note }
}
