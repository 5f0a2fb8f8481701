import Desk
import Grid
import Registry
import Storage
import Values

extension Work {
    func addBenchHousehold(_ n: Int, _ village: ID<Village>) throws {
        let person: ID<Person> = newID()
        let phone = BenchHouseholds.phone(n)
        try tx.run(
            """
            INSERT INTO person (id, county, name, phone, phone_hash, phone_tail, customer, active, made_at)
            VALUES (\(person), \(BenchCounty.path), '王桂兰', \(try desk.keys.seal(phone.digits)), \(desk.keys.hash(phone)),
                    \(phone.lastFour), 1, 1, \(now))
            """)
        try tx.run(
            """
            INSERT INTO account (id, county, number, village, customer, name, address, kind, opened)
            VALUES (\(newID(Account.self)), \(BenchCounty.path), \(BenchHouseholds.number(n)), \(village), \(person), '王桂兰',
                    \("\(n) 号"), 'residential', '2020-01-01')
            """)
    }

    /// The pairings of ten years: every quarter another representative.
    func addBenchPairings(of village: ID<Village>, representatives: [ID<Person>], liaison: ID<Person>, quarters: Int) throws {
        for quarter in 0..<quarters {
            let since = now.day.adding(days: -800 - 91 * (quarters - quarter))
            try tx.run(
                """
                INSERT INTO pairing (id, county, village, representative, liaison, since, until, made_at)
                VALUES (\(newID(Pairing.self)), \(BenchCounty.path), \(village),
                        \(representatives[quarter % representatives.count]), \(liaison), \(since), \(since.adding(days: 91)),
                        \(now))
                """)
        }
    }

    /// Households that wait for news of an outage, beyond those who told of it.
    func addBenchFollowers(_ numbers: Range<Int>, of incident: ID<Case>) throws {
        let people = try tx.rows(
            """
            SELECT p.id, p.phone, p.phone_hash, p.phone_tail, a.village FROM account a JOIN person p ON p.id = a.customer
            WHERE a.county = \(BenchCounty.path) AND a.number >= \(BenchHouseholds.number(numbers.lowerBound))
            AND a.number < \(BenchHouseholds.number(numbers.upperBound)) ORDER BY a.number
            """
        ) { ($0[0] as ID<Person>, $0[1] as [UInt8], $0[2] as String, $0[3] as String, $0[4] as ID<Village>) }
        for (person, phone, hash, tail, village) in people {
            try tx.run(
                """
                INSERT INTO follower (id, case_id, at, person, name, phone, phone_hash, phone_tail, village)
                VALUES (\(newID(Account.self)), \(incident), \(now), \(person), \(try desk.keys.seal("王桂兰")), \(phone),
                        \(hash), \(tail), \(village)) ON CONFLICT DO NOTHING
                """)
        }
    }

    /// Open cases that are a representative's, beyond those of before.
    func addBenchCases(_ count: Int, to person: ID<Person>) throws {
        try tx.run(
            """
            UPDATE cases SET assignee = \(person) WHERE id IN
            (SELECT id FROM cases WHERE open = 1 ORDER BY key LIMIT \(count))
            """)
    }
}

extension Transaction {
    func benchDevices(of feeder: ID<Feeder>) throws -> [ID<Device>] {
        try rows(
            """
            SELECT d.id FROM feeder f JOIN device d ON d.version = f.version
            WHERE f.id = \(feeder) AND d.high > d.low ORDER BY d.code
            """
        ) { $0[0] }
    }

    /// The running outage that darkens most customers.
    func benchLargestOutage() throws -> (id: ID<Case>, number: String)? {
        try first("SELECT id, number FROM incident WHERE open = 1 ORDER BY customers DESC, id LIMIT 1") { ($0[0], $0[1]) }
    }
}
