import Desk
import Storage
import Values

/// Limits on wrong passwords and codes (Q6).
enum TryLimits {
    /// Wrong tries for one name or phone, after which it rests.
    static let perSubject = 5
    /// Wrong tries from one address: many people of a village come through one carrier address.
    static let perAddress = 50
    static let withinMinutes: Int64 = 15
    static let lockMinutes: Int64 = 15
}

/// Who tries: a name or phone, and an address. Kept as keyed hashes.
struct TrySubjects: Codable, Sendable {
    let name: String
    let address: String

    init(name: String, address: String, keys: KeyRing) {
        self.name = keys.hash(name, for: "try-name")
        self.address = keys.hash(address, for: "try-address")
    }
}

extension Transaction {
    /// - Throws: `sign-in-locked` (429) while too many tries rest.
    func checkTries(_ subjects: TrySubjects, at now: Instant) throws {
        let until: Instant? = try value(
            """
            SELECT MAX(locked_until) FROM failed_try
            WHERE subject IN (\(subjects.name), \(subjects.address)) AND locked_until > \(now)
            """)
        guard let until else { return }
        let seconds = Int((until.since(now) + 999) / 1000)
        throw Problem(
            .tooMany(retryAfterSeconds: seconds), "sign-in-locked", ["minutes": "\((seconds + 59) / 60)"])
    }

    func countFailure(_ subjects: TrySubjects, at now: Instant) throws {
        for (subject, limit) in [(subjects.name, TryLimits.perSubject), (subjects.address, TryLimits.perAddress)] {
            let begin = now.adding(minutes: -TryLimits.withinMinutes)
            let lock = now.adding(minutes: TryLimits.lockMinutes)
            // Counts within the window; at the limit it locks and counts anew.
            try run(
                """
                INSERT INTO failed_try (subject, failures, since, locked_until) VALUES (\(subject), 1, \(now), 0)
                ON CONFLICT (subject) DO UPDATE SET
                    failures = CASE WHEN failed_try.since < \(begin) THEN 1
                                    WHEN failed_try.failures + 1 >= \(limit) THEN 0 ELSE failed_try.failures + 1 END,
                    locked_until = CASE WHEN failed_try.since >= \(begin) AND failed_try.failures + 1 >= \(limit)
                                        THEN \(lock) ELSE failed_try.locked_until END,
                    since = CASE WHEN failed_try.since < \(begin) THEN excluded.since ELSE failed_try.since END
                """)
        }
    }

    func forgetFailures(_ subjects: TrySubjects) throws {
        try run("DELETE FROM failed_try WHERE subject = \(subjects.name)")
    }
}
