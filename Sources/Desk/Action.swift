package import Storage
package import Values

/// Something that a person may do, declared once: its fields with their limits, who may do it,
/// and the function that performs it in one transaction. Every door (form, JSON, command line,
/// file import) is made from this declaration.
///
/// The instance is made from parsed inputs only; its stored properties are all `@Input`.
package protocol Action: Decodable, Sendable {
    associatedtype Output: Answer

    /// Stable name, `report-need`: idempotency scope, locale keys `action.<name>.…`, audit.
    static var name: String { get }
    static var door: Door { get }
    static var who: Who { get }
    /// Sign-in, codes and unmasking are not repeated from a stored answer.
    static var keepsAnswer: Bool { get }
    /// Tries allowed for one person or address.
    static var allowance: Allowance? { get }
    /// Concerns only the one who does it (signing out, reading the inbox): auditors, who change
    /// nothing else, may do it.
    static var isOwnBusiness: Bool { get }
    /// Whether it may change who somebody is or what they may do. After such an action nothing that
    /// is kept of sessions is believed any more.
    static var mayChangeRights: Bool { get }
    /// Every row that it changes is guarded by compare-and-set on one row, or it only inserts what a unique
    /// key guards, so that on PostgreSQL it runs READ COMMITTED: under SERIALIZABLE neighbours in an index
    /// collide, even where a foreign key looks for the case that was just inserted. 32 people who each moved
    /// another young case gave up after 24 tries, and so did 15 of 3,000 intakes.
    static var isRowGuarded: Bool { get }

    init()

    /// Slow or outside work before the transaction: hashing, photos, look-ups in a read.
    mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws
    /// The change itself. May run again; has no effect outside the transaction.
    func perform(_ work: Work) throws -> Output
}

extension Action {
    package static var keepsAnswer: Bool { true }
    package static var allowance: Allowance? { nil }
    package static var isOwnBusiness: Bool { false }
    package static var mayChangeRights: Bool { true }
    package static var isRowGuarded: Bool { false }
    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {}
}

/// The mirror image of an action: filters in, a value out.
package protocol Query: Decodable, Sendable {
    associatedtype Output: Answer
    static var name: String { get }
    static var door: Door { get }
    static var who: Who { get }
    init()
    func fetch(_ work: Work) throws -> Output
}

/// What an action or a query answers; every door renders the same value.
package protocol Answer: Codable, Sendable {
    /// JSON Schema for the API's description.
    static var schema: Schema { get }
}

/// Method and path. A segment `:name` fills the input of that name. The JSON door stands at
/// `/api/v1` + path.
package struct Door: Sendable, Hashable {
    package enum Method: String, Sendable, Hashable {
        case get = "GET"
        case post = "POST"
    }
    package let method: Method
    package let path: String
    /// The status of a successful JSON answer: 201 where something is made.
    package let status: Int

    package static func get(_ path: String) -> Door { Door(method: .get, path: path, status: 200) }
    package static func post(_ path: String, status: Int = 200) -> Door {
        Door(method: .post, path: path, status: status)
    }

    /// Names of the `:segments`, in order.
    package var parameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
    }
}

/// Who may try at all; the unit is checked where the rows are looked up.
package enum Who: Sendable, Equatable {
    case anybody
    case signedIn
    case roles(Set<Role>)

    package static func roles(_ roles: Role...) -> Who { .roles(Set(roles)) }

    /// - Throws: `Problem.notSignedIn` or `Problem.forbidden`.
    package func check(_ actor: Actor) throws(Problem) {
        guard admits(actor) else { throw actor.person == nil ? .notSignedIn : .forbidden }
    }

    package func admits(_ actor: Actor) -> Bool {
        switch self {
        case .anybody: true
        case .signedIn: actor.person != nil
        case .roles(let allowed): actor.person != nil && actor.grants.contains { allowed.contains($0.role) }
        }
    }
}

/// How many tries within a time, counted by person, or by address for strangers.
package struct Allowance: Sendable, Equatable {
    package let tries: Int
    package let withinSeconds: Int
    /// Staff who serve many people in a row are not counted.
    package let sparesStaff: Bool
    package init(tries: Int, withinSeconds: Int, sparesStaff: Bool = false) {
        self.tries = tries
        self.withinSeconds = withinSeconds
        self.sparesStaff = sparesStaff
    }
}

/// JSON Schema (2020-12 subset of OpenAPI 3.1), as a value.
package indirect enum Schema: Sendable, Equatable {
    case string(format: String? = nil, min: Int? = nil, max: Int? = nil, pattern: String? = nil)
    case choice([String])
    case integer(min: Int64? = nil, max: Int64? = nil)
    case number
    case boolean
    case array(Schema, max: Int? = nil)
    /// Properties in order; those in `optional` need not be there.
    case object([(String, Schema)], optional: Set<String> = [])
    case nullable(Schema)
    case map(Schema)

    /// The format of text in several lines, for inputs.
    package static let linesFormat = "lines"
    package static var text: Schema { .string() }
    package static var moment: Schema { .string(format: "date-time") }
    package static var date: Schema { .string(format: "date") }

    package static func == (a: Schema, b: Schema) -> Bool {
        switch (a, b) {
        case (.string(let f, let n, let x, let p), .string(let f2, let n2, let x2, let p2)):
            f == f2 && n == n2 && x == x2 && p == p2
        case (.choice(let a), .choice(let b)): a == b
        case (.integer(let a, let b), .integer(let c, let d)): a == c && b == d
        case (.number, .number), (.boolean, .boolean): true
        case (.array(let a, let m), .array(let b, let n)): a == b && m == n
        case (.object(let a, let o), .object(let b, let p)):
            o == p && a.count == b.count && zip(a, b).allSatisfy { $0.0 == $1.0 && $0.1 == $1.1 }
        case (.nullable(let a), .nullable(let b)), (.map(let a), .map(let b)): a == b
        default: false
        }
    }
}

/// An answer that says only that it was done.
package struct Done: Answer, Equatable {
    package let done: Bool
    package init() { done = true }
    package static var schema: Schema { .object([("done", .boolean)]) }
}
