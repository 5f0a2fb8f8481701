package import PowerRules
package import Values

/// A kind of request as data: its words, extra fields, states, moves and limits. A case keeps the
/// version that it began with.
package struct Kind: Sendable, Equatable {
    package let name: String
    package let version: Int
    package let title: Texts
    package let hint: Texts
    /// Position in lists.
    package let order: Int
    /// Which of the five big services it stands under: connection, usage, payment, inquiry, repair.
    package let service: String
    /// Shows the ladder 95598, then 12398, then 12345.
    package let isComplaint: Bool
    /// Live work: only a person with a certificate valid on that day may be sent.
    package let needsCertificate: Bool
    /// Anybody may report one; false where a service of its own opens the cases.
    package let isOffered: Bool
    package let fields: [KindField]
    /// The state in which a case begins.
    package let start: String
    package let states: [KindState]
    package let moves: [KindMove]
    package let limits: [KindLimit]
    /// The texts that it was read from.
    package let yaml: String
    package let base: String

    package func state(_ name: String) -> KindState? { states.first { $0.name == name } }
    package func move(_ name: String) -> KindMove? { moves.first { $0.name == name } }
    package func limit(_ name: String) -> KindLimit? { limits.first { $0.name == name } }
    package func field(_ name: String) -> KindField? { fields.first { $0.name == name } }
    package func stateTitle(_ name: String) -> Texts { state(name)?.title ?? Texts(zh: name, en: name) }
}

/// A field that intake asks beside the common ones.
package struct KindField: Sendable, Equatable {
    package enum Form: Sendable, Equatable {
        case text, lines, number, day, flag
        case choice([Choice])
    }
    package struct Choice: Sendable, Equatable {
        package let value: String
        package let title: Texts
    }
    /// Which days make sense.
    package enum When: String, Sendable, Equatable { case any, past, future }

    package let name: String
    package let form: Form
    package let label: Texts
    package let hint: Texts?
    package let isRequired: Bool
    /// Characters.
    package let maxLength: Int
    package let when: When

    /// - Returns: the complaint's code and values, or nil when `text` is a value.
    package func complaint(about text: String, today: Day) -> (code: String, values: [String: String])? {
        let count = text.unicodeScalars.count
        if count > maxLength { return ("too-long", ["max": "\(maxLength)", "length": "\(count)"]) }
        for scalar in text.unicodeScalars where scalar.value < 32 || scalar.value == 127 {
            if case .lines = form, [9, 10, 13].contains(scalar.value) { continue }
            return ("control-character", [:])
        }
        switch form {
        case .text, .lines: return nil
        case .number:
            guard let number = Double(text), number.isFinite, number >= 0, number < 1e9 else {
                return ("not-a-number", [:])
            }
            return nil
        case .flag: return text == "true" || text == "false" ? nil : ("wrong-type", [:])
        case .choice(let choices):
            return choices.contains { $0.value == text } ? nil : ("not-a-choice", [:])
        case .day:
            guard let day = Day(iso: text) else { return ("not-a-day", [:]) }
            if when == .past, day > today { return ("day-in-future", [:]) }
            if when == .future, day < today { return ("day-in-past", [:]) }
            return nil
        }
    }

    /// A stored value in words.
    package func words(for value: String) -> Texts {
        switch form {
        case .choice(let choices):
            choices.first { $0.value == value }?.title ?? Texts(zh: value, en: value)
        case .flag: value == "true" ? Texts(zh: "是", en: "Yes") : Texts(zh: "否", en: "No")
        default: Texts(zh: value, en: value)
        }
    }
}

package struct KindState: Sendable, Equatable {
    package let name: String
    package let title: Texts
    /// False where nothing more is to be done.
    package let isOpen: Bool
    /// The customer is waited for: it stands at the end of work lists.
    package let waitsForCustomer: Bool
}

/// Who may make a move: a role whose reach holds the case, or somebody by their part in it.
package enum Mover: String, Sendable, Hashable, CaseIterable {
    case customer, filer, assignee, system
    case attendant, liaison, representative, dispatcher
    case stationHead = "station-head"
    case company, township
}

/// What must be filled in.
package enum MoveNeed: String, Sendable, Hashable, CaseIterable {
    case note, assignee, result, satisfaction, reason, into, unit
}

/// What a move does beside changing the state.
package enum MoveEffect: String, Sendable, Hashable, CaseIterable {
    /// The one who moves it takes it over when nobody has it.
    case take
    /// Gives it to the person that was filled in, who is told.
    case assign
    /// Tells the customer, the filer and the followers.
    case tellCustomer = "tell-customer"
    /// Tells the person who has it.
    case tellAssignee = "tell-assignee"
    /// Work is done: starts the time for confirmation and reopening.
    case markResolved = "mark-resolved"
    /// Keeps the satisfaction.
    case rate
    /// Counts against "in time".
    case markReopened = "mark-reopened"
    /// Followers move to the other case.
    case join
    /// Belongs to another unit from now on, with nobody assigned.
    case handToUnit = "hand-to-unit"
    /// A call that nobody answered.
    case recordCall = "record-call"
    /// Two calls on two days: closed without the customer's word, counted apart.
    case markUnconfirmed = "mark-unconfirmed"
}

/// What must be true, in words of the trade that Swift knows.
package enum MoveGuard: String, Sendable, Hashable, CaseIterable {
    /// The assignee holds a certificate valid on that day.
    case certifiedAssignee = "certified-assignee"
    /// The assignee is not the one complained of, and a complaint about a person stays above the village.
    case notOwnComplaint = "not-own-complaint"
    /// Who resolved it cannot say that the customer is satisfied.
    case notTheCloser = "not-the-closer"
    /// Not more than ten days after "resolved".
    case withinReopening = "within-reopening"
    /// Two failed calls on two days.
    case twoFailedCalls = "two-failed-calls"
    /// The other case is open and not this one.
    case otherIsOpen = "other-is-open"
    /// Made by its service's own action, which does more than change the state.
    case ownDoor = "own-door"
}

package struct KindMove: Sendable, Equatable {
    /// Where a move leads.
    package enum Target: Sendable, Equatable {
        case state(String)
        /// The state from which it was returned.
        case previous
        /// The state does not change.
        case same
    }
    package let name: String
    package let title: Texts
    package let from: [String]
    package let to: Target
    package let who: Set<Mover>
    package let needs: [MoveNeed]
    package let guards: [MoveGuard]
    package let effects: [MoveEffect]
    /// Not offered as a button: other moves or the clock lead to it.
    package let isHidden: Bool
    /// Stands in the timeline that the customer reads.
    package let isPublic: Bool
}

/// A time that a step may take (docs/rules/limits.md).
package struct KindLimit: Sendable, Equatable {
    /// What starts a limit at intake.
    package static let opened = "opened"

    package let name: String
    package let label: Texts
    package let rule: LimitRule
    /// The law, commitment or "policy" behind it.
    package let source: String
    /// `opened`, or names of moves.
    package let starts: [String]
    /// States in which it stands still.
    package let pauses: [String]
    /// Names of moves; a state that is not open stops it anyway.
    package let stops: [String]
    /// Told to the customer as a promise.
    package let isPromise: Bool
    /// Runs only for some values of a field.
    package let only: Condition?

    package struct Condition: Sendable, Equatable {
        /// `true` after words of danger, else `false`.
        package static let danger = "danger"
        package let field: String
        package let values: [String]
        /// Also when the field was not filled in.
        package let whenAbsent: Bool
    }

    /// - Parameter extra: the case's values of the kind's own fields.
    package func applies(to extra: [String: String], isDanger: Bool) -> Bool {
        guard let only else { return true }
        let value = only.field == Condition.danger ? (isDanger ? "true" : "false") : extra[only.field]
        return value.map(only.values.contains) ?? only.whenAbsent
    }
}

/// One thing that the checker found wrong.
package struct KindProblem: Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable {
        case unreadable, missing
        case unreachableState = "unreachable-state"
        case deadEnd = "dead-end"
        case moveWithoutRole = "move-without-role"
        case missingWords = "missing-words"
        case unknownState = "unknown-state"
        case unknownMove = "unknown-move"
        case unknownRole = "unknown-role"
        case unknownNeed = "unknown-need"
        case unknownGuard = "unknown-guard"
        case unknownEffect = "unknown-effect"
        case unknownRule = "unknown-rule"
        case unknownForm = "unknown-form"
        case unknownKey = "unknown-key"
        case unknownField = "unknown-field"
        case limitNeverStops = "limit-never-stops"
        case limitNeverStarts = "limit-never-starts"
        case badName = "bad-name"
        /// Of guides: a way that goes round, words that do not fit a phone, a danger that asks on.
        case goesRound = "goes-round"
        case tooLong = "too-long"
        case dangerStays = "danger-stays"
    }
    package let code: Code
    /// `moves.dispatch.who`
    package let place: String
    package let found: String

    package init(_ code: Code, at place: String, _ found: String = "") {
        self.code = code
        self.place = place
        self.found = found
    }
    package var description: String { "\(place): \(code.rawValue)\(found.isEmpty ? "" : " (\(found))")" }
}

/// A description that cannot go live, with everything that is wrong with it.
package struct KindRefused: Error, Sendable, CustomStringConvertible {
    package let kind: String
    package let problems: [KindProblem]
    package init(kind: String, problems: [KindProblem]) {
        self.kind = kind
        self.problems = problems
    }
    package var description: String {
        "kind \(kind): " + problems.map(\.description).joined(separator: "; ")
    }
}
