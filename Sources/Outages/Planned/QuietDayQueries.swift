import Desk
package import Storage
package import Values

extension Transaction {
    func insert(_ days: QuietDays, county: String, by person: ID<Person>?, at now: Instant) throws {
        try run(
            """
            INSERT INTO quiet_day (id, county, kind, title, title_en, first_day, last_day, made_by, made_at)
            VALUES (\(days.id), \(county), \(days.kind), \(days.title.zh), \(days.title.en), \(days.first), \(days.last),
                    \(person), \(now))
            """)
    }

    func endQuietDays(_ id: ID<QuietDay>, county: String, at now: Instant) throws -> Bool {
        try change(
            "UPDATE quiet_day SET ended_at = \(now) WHERE id = \(id) AND county = \(county) AND ended_at IS NULL") == 1
    }
}

extension Transaction {
    /// Those that are not over and were not ended, in order.
    package func quietDays(county: String, from day: Day) throws -> [QuietDays] {
        try rows(
            """
            SELECT id, kind, title, title_en, first_day, last_day, ended_at FROM quiet_day
            WHERE county = \(county) AND last_day >= \(day) AND ended_at IS NULL ORDER BY first_day, id LIMIT 200
            """
        ) {
            QuietDays(
                id: $0[0], kind: $0[1], title: Texts(zh: $0[2], en: $0[3]), first: $0[4], last: $0[5], endedAt: $0[6])
        }
    }
}
