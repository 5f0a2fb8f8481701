import Crypto
import Foundation
package import Storage
package import Values

/// Where the first answer to a key is kept: scoped by actor (or draft), door and key.
struct AnswerSlot: Sendable {
    let scope: String
    let door: String
    let key: String
    /// Digest of the body; another body under the same key is refused.
    let digest: String
}

struct StoredAnswer: Sendable {
    let digest: String
    let sealed: [UInt8]
}

/// How long a first answer is kept.
package let answersKeptDays: Int64 = 90

extension Transaction {
    /// - Returns: nil when the key is new, or its first attempt has not answered.
    func answer(in slot: AnswerSlot) throws -> StoredAnswer? {
        try first(
            """
            SELECT digest, answer FROM idempotency
            WHERE scope = \(slot.scope) AND door = \(slot.door) AND key = \(slot.key) AND answer IS NOT NULL
            """
        ) { StoredAnswer(digest: $0[0], sealed: $0[1]) }
    }

    /// - Returns: false when somebody was first.
    func claim(_ slot: AnswerSlot, at now: Instant) throws -> Bool {
        try change(
            """
            INSERT INTO idempotency (scope, door, key, digest, at)
            VALUES (\(slot.scope), \(slot.door), \(slot.key), \(slot.digest), \(now))
            ON CONFLICT (scope, door, key) DO NOTHING
            """) == 1
    }

    func keep(_ json: Data, in slot: AnswerSlot, with keys: KeyRing) throws {
        try run(
            """
            UPDATE idempotency SET answer = \(try keys.seal(Array(json)))
            WHERE scope = \(slot.scope) AND door = \(slot.door) AND key = \(slot.key)
            """)
    }

    /// Drops answers that are older than they are kept, at most `limit` at a time.
    package func dropOldAnswers(at now: Instant, limit: Int = 500) throws -> Int {
        try change(
            """
            DELETE FROM idempotency WHERE (scope, door, key) IN
            (SELECT scope, door, key FROM idempotency WHERE at < \(now.adding(days: -answersKeptDays))
             ORDER BY at, scope, door, key LIMIT \(limit))
            """)
    }
}

/// A digest of everything that was sent, independent of the order of fields.
func digest(of raw: RawInputs) -> String {
    var hasher = SHA256()
    func add(_ text: String) {
        hasher.update(data: Data("\(text.utf8.count):".utf8))
        hasher.update(data: Data(text.utf8))
    }
    func add(_ raw: RawInput) {
        switch raw {
        case .text(let text), .string(let text):
            add("s")
            add(text)
        case .texts(let texts):
            add("t")
            for text in texts { add(text) }
        case .number(let number):
            add("n")
            add(String(number))
        case .bool(let flag): add(flag ? "true" : "false")
        case .null: add("null")
        case .list(let items):
            add("[")
            for item in items { add(item) }
            add("]")
        case .object(let fields):
            add("{")
            for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
                add(key)
                add(value)
            }
            add("}")
        case .uploads(let files):
            for file in files { add(file.token) }
        }
    }
    for key in raw.keys.sorted() {
        add(key)
        if let value = raw[key] { add(value) }
    }
    return hex(hasher.finalize())
}
