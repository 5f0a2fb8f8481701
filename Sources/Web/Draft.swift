import Desk
package import Storage
package import Values

/// How long a form of several pages may be left and taken up again.
package let draftKeptHours: Int64 = 24

/// The answers of an unfinished form.
struct Draft: Sendable {
    var values: RawInputs
    let person: ID<Person>?

    /// Under what a draft is found: its address is a secret and stored only as a keyed hash.
    static func hash(_ token: String, _ desk: Desk) -> String { desk.keys.hash(token, for: "draft") }

    /// Everything but secrets, encrypted, with the files that it names.
    func sealed(_ desk: Desk, without list: InputList) throws -> SealedDraft {
        var json = JSONText()
        var files: Set<String> = []
        let secret = Set(list.fields.filter { $0.rules.contains(.secret) }.map(\.name))
        json.object { out in
            for name in values.keys.sorted() where !secret.contains(name) {
                switch values[name] {
                case .text(let text), .string(let text): out.member(name) { $0.strings("t", [text]) }
                case .texts(let texts): out.member(name) { $0.strings("t", texts) }
                case .uploads(let uploads):
                    for upload in uploads { files.insert(upload.hash) }
                    out.member(name) { $0.strings("u", uploads.map(\.token)) }
                default: break
                }
            }
        }
        return SealedDraft(data: try desk.keys.seal(json.text), person: person, files: files)
    }
}

struct SealedDraft: Sendable {
    let data: [UInt8]
    let person: ID<Person>?
    let files: Set<String>

    func opened(_ desk: Desk) throws -> Draft {
        let bytes = try desk.keys.open(data)
        var values: RawInputs = [:]
        guard case .object(let members)? = try? JSONReader.read(bytes) else {
            return Draft(values: [:], person: person)
        }
        for (name, member) in members {
            guard case .object(let kinds) = member else { continue }
            if case .list(let items)? = kinds["t"] {
                let texts = items.map(\.typed)
                values[name] = texts.count == 1 ? .text(texts[0]) : .texts(texts)
            } else if case .list(let items)? = kinds["u"] {
                values[name] = .uploads(items.compactMap { Upload(token: $0.typed) })
            }
        }
        return Draft(values: values, person: person)
    }
}

extension Transaction {
    func draft(_ hash: String, _ action: String, at now: Instant) throws -> SealedDraft? {
        try first(
            """
            SELECT data, person FROM draft
            WHERE token = \(hash) AND action = \(action) AND expires_at > \(now)
            """
        ) { SealedDraft(data: $0[0], person: ($0[1] as String?).map { ID($0) }, files: []) }
    }

    func save(
        _ draft: SealedDraft, _ hash: String, action: String, county: String, person: ID<Person>?, at now: Instant
    ) throws {
        try run(
            """
            INSERT INTO draft (token, county, action, data, person, made_at, expires_at)
            VALUES (\(hash), \(county), \(action), \(draft.data), \(person?.text), \(now), \(now.adding(hours: draftKeptHours)))
            ON CONFLICT (token) DO UPDATE SET data = excluded.data
            """)
        for file in draft.files {
            try run(
                "INSERT INTO draft_file (token, hash) VALUES (\(hash), \(file)) ON CONFLICT (token, hash) DO NOTHING")
        }
    }

    /// Drops drafts that nobody finished, at most `limit` at a time.
    package func dropOldDrafts(at now: Instant, limit: Int = 500) throws -> Int {
        try change(
            """
            DELETE FROM draft WHERE token IN
            (SELECT token FROM draft WHERE expires_at <= \(now) ORDER BY expires_at, token LIMIT \(limit))
            """)
    }

    /// Which of these files an unfinished form still needs.
    package func draftFiles(among hashes: [String]) throws -> Set<String> {
        Set(try rows("SELECT DISTINCT hash FROM draft_file WHERE hash IN \(list: hashes)") { $0[0] as String })
    }
}
