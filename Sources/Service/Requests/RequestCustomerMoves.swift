package import Desk
import Registry
import Storage
package import Values

// Moves of those whom a case is for, with an account or by the receipt.

package struct AnswerCase: CaseMoveAction {
    package static let move = "answer"
    package static let who: Who = .anybody
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String
    @Input(.count(0...RequestLimits.photosMax)) package var photos: [Upload]
    @Input(.hidden) package var secret: String?
    @Input(.length(4...4)) package var lastFour: String?
    package init() {}
    package init(
        _ number: Code, note: String, photos: [Upload] = [], secret: String? = nil, lastFour: String? = nil,
        seen: Int? = nil
    ) {
        self.case = number
        self.note = note
        self.photos = photos
        self.secret = secret
        self.lastFour = lastFour
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) {
        fields.note = note
        fields.photos = photos
    }
}

/// The villager's yes, with 1 to 5. Who closed it cannot rate it.
package struct ConfirmCase: CaseMoveAction {
    package static let move = "confirm"
    package static let who: Who = .anybody
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.range(1...5)) package var satisfaction: Int
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    @Input(.hidden) package var secret: String?
    @Input(.length(4...4)) package var lastFour: String?
    package init() {}
    package init(
        _ number: Code, satisfaction: Int, note: String? = nil, secret: String? = nil, lastFour: String? = nil,
        seen: Int? = nil
    ) {
        self.case = number
        self.satisfaction = satisfaction
        self.note = note
        self.secret = secret
        self.lastFour = lastFour
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) {
        fields.satisfaction = satisfaction
        fields.note = note
    }
}

/// "Not solved": within ten days, the number stays, and it counts against "in time".
package struct ReopenCase: CaseMoveAction {
    package static let move = "reopen"
    package static let who: Who = .anybody
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var reason: String
    @Input(.hidden) package var secret: String?
    @Input(.length(4...4)) package var lastFour: String?
    package init() {}
    package init(_ number: Code, reason: String, secret: String? = nil, lastFour: String? = nil, seen: Int? = nil) {
        self.case = number
        self.reason = reason
        self.secret = secret
        self.lastFour = lastFour
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) { fields.note = reason }
}

package struct WithdrawCase: CaseMoveAction {
    package static let move = "withdraw"
    package static let who: Who = .anybody
    @Input package var `case`: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var reason: String?
    @Input(.hidden) package var secret: String?
    @Input(.length(4...4)) package var lastFour: String?
    package init() {}
    package init(
        _ number: Code, reason: String? = nil, secret: String? = nil, lastFour: String? = nil, seen: Int? = nil
    ) {
        self.case = number
        self.reason = reason
        self.secret = secret
        self.lastFour = lastFour
        self.seen = seen
    }
    package func fill(_ fields: inout MoveFields, _ work: Work, _ seen: Case) { fields.note = reason }
}
