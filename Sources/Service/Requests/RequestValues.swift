package import Desk
package import Values

/// Whom a complaint is about. One about a person of the village goes past that person.
package enum ComplaintSubject: String, Sendable, CaseIterable, InputChoice {
    case representative, liaison, other
    package static var wordPrefix: String { "complaint-subject" }
    package var isAboutPerson: Bool { self != .other }
}

/// Values of a kind's own fields: a JSON object, or form fields `extra.<name>`.
package struct ExtraFields: InputValue, Equatable {
    package let values: [String: String]
    package init(_ values: [String: String] = [:]) { self.values = values }

    static let countMax = 20
    /// The villagers' group (三组): every kind takes it.
    package static let group = "group"

    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> ExtraFields {
        switch raw {
        case nil: return ExtraFields()
        case .text(let text) where text.trimmed.isEmpty: return ExtraFields()
        case .object(let object):
            guard object.count <= countMax else { throw InputComplaint("too-many", ["max": "\(countMax)"]) }
            var values: [String: String] = [:]
            for (name, value) in object {
                guard name.utf8.count <= 40 else { throw InputComplaint("wrong-type") }
                switch value {
                case .text, .string, .texts:
                    let text = value.typed.trimmed
                    if !text.isEmpty { values[name] = text }
                default: throw .wrongType
                }
            }
            return ExtraFields(values)
        default: throw .wrongType
        }
    }
    package static func schema(_ rules: [InputRule]) -> Schema { .map(.string(max: 2000)) }
    package static func control(_ rules: [InputRule]) -> InputControl { .hidden }
    package static var absent: ExtraFields? { ExtraFields() }
    package static var gathersParts: Bool { true }
}

/// A person who serves the village, with the phone number that everybody may know.
package struct Server: Answer, Equatable {
    package let name: String
    /// Digits grouped for reading; empty when none is known.
    package let phone: String
    package init(name: String, phone: String) {
        self.name = name
        self.phone = phone
    }
    package static var schema: Schema { .object([("name", .text), ("phone", .text)]) }
}

/// What somebody who reported something gets: the number to say aloud, the secret to follow it,
/// and what happens next.
package struct Receipt: Answer, Equatable {
    package let number: String
    /// Secret: whoever holds it may follow, answer, confirm and reopen.
    package let receipt: String
    package let promisedAt: Instant?
    package let promise: Texts
    package let kind: String
    package let kindTitle: Texts
    package let villageName: String?
    package let representative: Server?
    package let liaison: Server?
    /// wire-down, fire, hurt
    package let dangers: [String]
    /// True when somebody follows a case that was there already.
    package let isFollowing: Bool

    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("receipt", .text), ("promisedAt", .moment), ("promise", Texts.schema),
                ("kind", .text), ("kindTitle", Texts.schema), ("villageName", .text), ("representative", Server.schema),
                ("liaison", Server.schema), ("dangers", .array(.text)), ("isFollowing", .boolean),
            ], optional: ["promisedAt", "villageName", "representative", "liaison"])
    }
}

/// The state after a move.
package struct Moved: Answer, Equatable {
    package let number: String
    package let state: String
    package let stateTitle: Texts
    /// For the form's `seen`.
    package let version: Int
    package let dueAt: Instant?
    package let assignee: String?

    package init(_ moved: Case, _ kind: Kind?) {
        number = moved.number.text
        state = moved.state
        stateTitle = kind?.stateTitle(moved.state) ?? Texts(zh: moved.state, en: moved.state)
        version = moved.version
        dueAt = moved.dueAt == .distantFuture ? nil : moved.dueAt
        assignee = moved.assignee?.text
    }

    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("state", .text), ("stateTitle", Texts.schema), ("version", .integer()),
                ("dueAt", .moment), ("assignee", .string(format: "uuid")),
            ], optional: ["dueAt", "assignee"])
    }
}

/// A person's name and number in full, after a reason was recorded.
package struct Contact: Answer, Equatable {
    package let name: String
    package let phone: String?
    package let isMasked: Bool
    package static var schema: Schema {
        .object([("name", .text), ("phone", .text), ("isMasked", .boolean)], optional: ["phone"])
    }
}

/// Limits of what one case takes in.
package enum RequestLimits {
    package static let photosMax = 6
    package static let whatMax = 2000
    package static let noteMax = 1000
    package static let nameMax = 40
    /// Bytes of randomness in a receipt's secret.
    package static let secretBytes = 16
    /// Around a place, for possible duplicates.
    package static let duplicateMetres = 500.0
    package static let duplicateDays: Int64 = 3
}

package enum SecretPurpose {
    package static let receipt = "receipt"
}
