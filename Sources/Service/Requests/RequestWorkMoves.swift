package import Desk
import Registry
import Storage
package import Values

// Moves of those who do the work: from accepted to resolved.

package struct AcceptCase: CaseMoveAction {
    package static let move = "accept"
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead, .company)
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

/// A dispatcher sends somebody. A liaison speaks but never touches the line, and live work needs
/// a certificate that is valid on that day; a refusal is recorded.
package struct DispatchCase: CaseMoveAction {
    package static let move = "dispatch"
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input package var assignee: ID<Person>
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    package init() {}
    package init(_ number: Code, assignee: ID<Person>, note: String? = nil, seen: Int? = nil) {
        self.case = number
        self.assignee = assignee
        self.note = note
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) throws {
        fields.note = note
        fields.assignee = try work.workerField(assignee)
    }
}

/// Sends somebody else than the one who has it.
package struct RedispatchCase: CaseMoveAction {
    package static let move = "redispatch"
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input package var assignee: ID<Person>
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String
    package init() {}
    package init(_ number: Code, assignee: ID<Person>, note: String, seen: Int? = nil) {
        self.case = number
        self.assignee = assignee
        self.note = note
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) throws {
        fields.note = note
        fields.assignee = try work.workerField(assignee)
    }
}

package struct StartCase: CaseMoveAction {
    package static let move = "start"
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead)
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

/// Somebody is on site: the limit of arrival ends, that of restoration begins.
package struct ArriveAtCase: CaseMoveAction {
    package static let move = "arrive"
    package static let who: Who = .roles(.representative, .dispatcher)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    @Input(.count(0...RequestLimits.photosMax)) package var photos: [Upload]
    package init() {}
    package init(_ number: Code, note: String? = nil, photos: [Upload] = [], seen: Int? = nil) {
        self.case = number
        self.note = note
        self.photos = photos
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) {
        fields.note = note
        fields.photos = photos
    }
}

/// Asks the customer for more; the limits stand still until the answer.
package struct ReturnCase: CaseMoveAction {
    package static let move = "return"
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead, .company)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String
    package init() {}
    package init(_ number: Code, note: String, seen: Int? = nil) {
        self.case = number
        self.note = note
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) { fields.note = note }
}

/// Done, with what was done; the customer is asked to confirm.
package struct ResolveCase: CaseMoveAction {
    package static let move = "resolve"
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead, .company)
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var result: String
    @Input(.count(0...RequestLimits.photosMax)) package var photos: [Upload]
    package init() {}
    package init(_ number: Code, result: String, photos: [Upload] = [], seen: Int? = nil) {
        self.case = number
        self.result = result
        self.photos = photos
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) {
        fields.note = result
        fields.photos = photos
    }
}
