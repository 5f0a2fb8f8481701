/// What a person did wrong or could not do, in words that the reader's locale supplies.
///
/// `code` is stable, appears in the API, and is the locale key `problem.<code>`.
package struct Problem: Error, Sendable, Equatable {
    /// Decides the status of the answer.
    package enum Kind: Sendable, Equatable {
        /// A field is wrong: 422.
        case invalid
        /// The request itself cannot be read: 400.
        case malformed
        /// Nobody is signed in: 401.
        case notSignedIn
        /// This role may never do it: 403.
        case forbidden
        /// Unknown, or not for these eyes: 404.
        case notFound
        /// State or key clash: 409.
        case conflict
        /// Too large: 413.
        case tooLarge
        /// Too many tries: 429; seconds to wait.
        case tooMany(retryAfterSeconds: Int)
        /// Storage is full or the server is stopping: 503; seconds to wait.
        case unavailable(retryAfterSeconds: Int)
    }

    package struct Field: Sendable, Equatable {
        /// Name of the input.
        package let field: String
        /// Locale key `problem.<code>`.
        package let code: String
        package let values: [String: String]
        package init(_ field: String, _ code: String, _ values: [String: String] = [:]) {
            self.field = field
            self.code = code
            self.values = values
        }
    }

    package let kind: Kind
    package let code: String
    /// Filled into the sentence's `{name}` places.
    package let values: [String: String]
    package let fields: [Field]

    package init(_ kind: Kind, _ code: String, _ values: [String: String] = [:], fields: [Field] = []) {
        self.kind = kind
        self.code = code
        self.values = values
        self.fields = fields
    }

    package static func invalid(_ fields: [Field]) -> Problem {
        Problem(.invalid, "invalid-input", fields: fields)
    }
    package static func invalid(_ field: String, _ code: String, _ values: [String: String] = [:]) -> Problem {
        .invalid([Field(field, code, values)])
    }
    package static let notFound = Problem(.notFound, "not-found")
    package static let forbidden = Problem(.forbidden, "forbidden")
    package static let notSignedIn = Problem(.notSignedIn, "not-signed-in")

    package var status: Int {
        switch kind {
        case .invalid: 422
        case .malformed: 400
        case .notSignedIn: 401
        case .forbidden: 403
        case .notFound: 404
        case .conflict: 409
        case .tooLarge: 413
        case .tooMany: 429
        case .unavailable: 503
        }
    }
}
