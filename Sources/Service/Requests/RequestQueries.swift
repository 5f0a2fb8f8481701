package import Desk
import Registry
import Storage
package import Values

/// One case, for those who may see it or hold its receipt.
package struct CaseQuery: Query {
    package static let name = "case"
    package static let door = Door.get("/requests/:case")
    package static let who: Who = .anybody
    @Input package var `case`: Code
    @Input(.hidden) package var secret: String?
    @Input(.length(4...4)) package var lastFour: String?
    package init() {}
    package init(_ number: Code, secret: String? = nil, lastFour: String? = nil) {
        self.case = number
        self.secret = secret
        self.lastFour = lastFour
    }

    package func fetch(_ work: Work) throws -> CaseView {
        if lastFour != nil, secret == nil { try work.countReceiptTry(self.case) }
        let proof = ReceiptProof(secret: secret, lastFour: lastFour, work.desk.keys)
        return try work.view(self.case, by: work.actor, proof)
    }
}

/// Follows a case without an account: by the secret of the receipt, or by number and the last
/// four digits of the phone.
package struct FollowQuery: Query {
    package static let name = "follow-case"
    package static let door = Door.get("/follow")
    package static let who: Who = .anybody
    @Input(.length(1...64)) package var secret: String?
    @Input package var number: Code?
    @Input(.length(4...4)) package var lastFour: String?
    package init() {}
    package init(secret: String) {
        self.secret = secret
        self.number = nil
        self.lastFour = nil
    }
    package init(number: Code, lastFour: String) {
        self.secret = nil
        self.number = number
        self.lastFour = lastFour
    }

    package func fetch(_ work: Work) throws -> CaseView {
        let keys = work.desk.keys
        if let secret {
            let proof = ReceiptProof(secret: secret, lastFour: nil, keys)
            guard let hash = proof.secretHash, let found = try work.tx.number(ofReceipt: hash) else {
                throw Problem.notFound
            }
            return try work.view(found, by: work.actor, proof)
        }
        guard let number else { throw Problem.invalid("number", "missing") }
        guard let lastFour else { throw Problem.invalid("lastFour", "missing") }
        try work.countReceiptTry(number)
        let proof = ReceiptProof(secret: nil, lastFour: lastFour, keys)
        guard !proof.isEmpty else { throw Problem.invalid("lastFour", "not-a-number") }
        return try work.view(number, by: .stranger(address: work.actor.address), proof)
    }
}

extension Work {
    /// Four digits can be tried out: few tries by address, and few by case.
    func countReceiptTry(_ number: Code) throws {
        try desk.allowances.take("last-four:" + actor.address, ReceiptTries.allowance, at: now)
        try desk.allowances.take("last-four-of:" + number.text, ReceiptTries.allowance, at: now)
    }

    /// Whether this person may see a file of a case: the photos of an open case that is not
    /// confidential stand in the list of possible duplicates for anybody.
    package func maySeePhoto(number: Code, hash: String, secret: String? = nil) throws -> Bool {
        guard let seen = try tx.anyCase(number) else { return false }
        let found = try tx.first(
            "SELECT type, entry FROM case_photo WHERE case_id = \(seen.id) AND hash = \(hash) LIMIT 1",
            { (type: $0[0] as String, entry: $0[1] as String?) })
        guard let found else { return false }
        if !seen.isConfidential, seen.isOpen, found.entry == nil, found.type.hasPrefix("image/") { return true }
        return (try? tx.caseAt(number, by: actor, ReceiptProof(secret: secret, lastFour: nil, desk.keys))) != nil
    }
}

// MARK: - Possible duplicates

/// Open cases of the same kind in the same village, near in place and time, before somebody
/// reports the same again. Shows no text and no name.
package struct DuplicatesQuery: Query {
    package static let name = "duplicates"
    package static let door = Door.get("/requests/duplicates")
    package static let who: Who = .anybody
    @Input package var village: String
    @Input package var kind: String
    @Input package var latitude: Double?
    @Input package var longitude: Double?
    package init() {}
    package init(village: String, kind: String, place: Place? = nil) {
        self.village = village
        self.kind = kind
        self.latitude = place?.latitude
        self.longitude = place?.longitude
    }

    static let limit = 5

    package func fetch(_ work: Work) throws -> Duplicates {
        guard work.desk.kinds.current(kind) != nil else { throw Problem.invalid("kind", "not-a-choice") }
        var here: Place?
        if let latitude, let longitude {
            here = Place(latitude: latitude, longitude: longitude)
            if here == nil { throw Problem.invalid("latitude", "not-a-position") }
        }
        let route = try work.tx.route(VillageName(village), county: work.actor.county, on: work.now.day, keys: work.desk.keys)
        let since = work.now.adding(days: -RequestLimits.duplicateDays)
        let rows = try work.tx.rows(
            """
            SELECT c.number, c.kind, c.kind_version, c.state, c.opened_at, c.latitude, c.longitude,
                   (SELECT p.hash FROM case_photo p WHERE p.case_id = c.id AND p.entry IS NULL AND p.type LIKE 'image/%'
                    ORDER BY p.id LIMIT 1)
            FROM cases c
            WHERE c.village = \(route.village) AND c.open = 1 AND c.kind = \(kind) AND c.confidential = 0
              AND c.key >= \(since.milliseconds << 20)
            ORDER BY c.key DESC LIMIT 50
            """
        ) { row -> Duplicate in
            let kind: Kind? = work.desk.kinds.kind(row[1], version: row[2])
            let latitude: Double? = row[5]
            let longitude: Double? = row[6]
            let there = latitude.flatMap { lat in longitude.flatMap { Place(latitude: lat, longitude: $0) } }
            return Duplicate(
                number: row[0], kindTitle: kind?.title ?? Texts(zh: "", en: ""), state: row[3],
                stateTitle: kind?.stateTitle(row[3]) ?? Texts(zh: "", en: ""), openedAt: row[4],
                distanceM: here.flatMap { here in there.map { Int(metres(here, $0).rounded()) } }, photo: row[7])
        }
        // Without a position on one side, the village is near enough.
        let near = rows.filter { ($0.distanceM ?? 0) <= Int(RequestLimits.duplicateMetres) }
        return Duplicates(
            items: Array(
                near.sorted { ($0.distanceM ?? .max, $1.openedAt, $0.number) < ($1.distanceM ?? .max, $0.openedAt, $1.number) }
                    .prefix(Self.limit)))
    }
}

package struct Duplicates: Answer, Equatable {
    package let items: [Duplicate]
    package static var schema: Schema { .object([("items", .array(Duplicate.schema))]) }
}

package struct Duplicate: Answer, Equatable {
    package let number: String
    package let kindTitle: Texts
    package let state: String
    package let stateTitle: Texts
    package let openedAt: Instant
    package let distanceM: Int?
    package let photo: String?
    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("kindTitle", Texts.schema), ("state", .text), ("stateTitle", Texts.schema),
                ("openedAt", .moment), ("distanceM", .integer(min: 0)), ("photo", .text),
            ], optional: ["distanceM", "photo"])
    }
}

/// Metres between two places: flat enough within a county.
func metres(_ a: Place, _ b: Place) -> Double {
    let radius = 6_371_000.0
    let toRadians = 3.141592653589793 / 180
    let middle = (a.latitude + b.latitude) / 2 * toRadians
    let north = (a.latitude - b.latitude) * toRadians * radius
    let east = (a.longitude - b.longitude) * toRadians * radius * cosine(middle)
    return (north * north + east * east).squareRoot()
}

/// Enough terms for angles within ±90°: off by less than a millionth.
private func cosine(_ x: Double) -> Double {
    let s = x * x
    return 1 - s / 2 * (1 - s / 12 * (1 - s / 30 * (1 - s / 56 * (1 - s / 90 * (1 - s / 132)))))
}

// MARK: - Kinds

/// The kinds of request with their own fields, for forms made elsewhere.
package struct KindsQuery: Query {
    package static let name = "kinds"
    package static let door = Door.get("/kinds")
    package static let who: Who = .anybody
    package init() {}
    package func fetch(_ work: Work) throws -> KindList {
        KindList(items: work.desk.kinds.offered.map(KindView.init))
    }
}

package struct KindList: Answer, Equatable {
    package let items: [KindView]
    package static var schema: Schema { .object([("items", .array(KindView.schema))]) }
}

package struct KindView: Answer, Equatable {
    package struct Field: Answer, Equatable {
        package let name: String
        package let form: String
        package let label: Texts
        package let isRequired: Bool
        package let choices: [Choice]
        package static var schema: Schema {
            .object([
                ("name", .text), ("form", .choice(["text", "lines", "number", "day", "flag", "choice"])),
                ("label", Texts.schema), ("isRequired", .boolean), ("choices", .array(Choice.schema)),
            ])
        }
    }
    package struct Choice: Answer, Equatable {
        package let value: String
        package let title: Texts
        package static var schema: Schema { .object([("value", .text), ("title", Texts.schema)]) }
    }
    package let name: String
    package let version: Int
    package let title: Texts
    package let hint: Texts
    package let service: String
    package let fields: [Field]

    init(_ kind: Kind) {
        name = kind.name
        version = kind.version
        title = kind.title
        hint = kind.hint
        service = kind.service
        fields = kind.fields.map { field in
            var choices: [Choice] = []
            let form: String
            switch field.form {
            case .text: form = "text"
            case .lines: form = "lines"
            case .number: form = "number"
            case .day: form = "day"
            case .flag: form = "flag"
            case .choice(let all):
                form = "choice"
                choices = all.map { Choice(value: $0.value, title: $0.title) }
            }
            return Field(
                name: field.name, form: form, label: field.label, isRequired: field.isRequired, choices: choices)
        }
    }

    package static var schema: Schema {
        .object([
            ("name", .text), ("version", .integer(min: 1)), ("title", Texts.schema), ("hint", Texts.schema),
            ("service", .text), ("fields", .array(Field.schema)),
        ])
    }
}

/// Moves with a door of their own, for links; all others go through `moves/:move`.
package enum RequestDoors {
    package static let typedMoves: Set<String> = [
        "accept", "dispatch", "redispatch", "start", "arrive", "return", "answer", "resolve", "confirm", "follow-up",
        "reopen", "merge", "withdraw", "refer", "note", "close",
    ]
}
