import Storage
import TestSupport
import Testing
import Values

@Suite struct ValueTests {
    enum Tariff: String, SQLBindable, SQLReadable { case tiered, timeOfUse }

    @Test func everyKindOfValueComesBackAsItWasKept() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in
                try Village.settle(tx)
                try tx.run(
                    """
                    INSERT INTO household
                        (id, village, number, owner, arrears_fen, low_income, load_kw, photo_mark, since)
                    VALUES (\(ID<Tariff>("h1")), 'bugang', \(Int64.max), \("王'\"\\?民 \u{1F4A1}"), 12, \(true),
                        \(0.1), \([0, 1, 0xff, 0x5c] as [UInt8]), \(Day(iso: "2024-09-30")))
                    """)
            }

            let found = try await db.read { tx in
                try tx.first("SELECT * FROM household WHERE owner LIKE '王%' AND id <> '?'") { row in
                    #expect(row["number"] == Int64.max)
                    #expect(row["owner"] == "王'\"\\?民 \u{1F4A1}")
                    #expect(row["low_income"] == true)
                    #expect(row["load_kw"] == 0.1)
                    #expect(row["photo_mark"] == [0, 1, 0xff, 0x5c] as [UInt8])
                    #expect(row["since"] == Day(iso: "2024-09-30"))
                    #expect(row["arrears_fen"] == Instant(milliseconds: 12))
                    #expect(row["arrears_fen"] as Int? == 12)
                    return row["id"] as ID<Tariff>
                }
            }
            #expect(found == ID("h1"))
        }
    }

    @Test func nothingComesBackAsNothing() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in
                try Village.settle(tx)
                try tx.run(Village.household(1))
            }
            try await db.read { tx in
                #expect(try tx.value("SELECT since FROM household") as String? == nil)
                #expect(try tx.value("SELECT load_kw FROM household WHERE id = 'nobody'") as Double? == nil)
                let day: Day?? = try tx.first("SELECT since FROM household") { $0[0] as Day? }
                #expect(day == .some(nil))
                // Every type that has a reading of its own, where it need not be there.
                _ = try tx.first("SELECT since FROM household") { row in
                    #expect(row[0] as Bool? == nil && row[0] as Code? == nil && row[0] as Int64? == nil)
                    #expect(row[0] as Int? == nil && row[0] as Instant? == nil && row[0] as String? == nil)
                    #expect(row[0] as ID<Village>? == nil && row[0] as Double? == nil)
                }
                #expect(try tx.rows("SELECT id FROM household WHERE since IS NOT NULL") { $0[0] as String } == [])
            }
        }
    }

    @Test func listsFragmentsAndChoicesAreBound() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in
                try Village.settle(tx)
                for number in 1...5 { try tx.run(Village.household(number, arrears: number * 100)) }
            }
            let scope: SQL = "village = \("bugang")"
            let rich: SQL = scope + " AND arrears_fen > \(250)"
            let numbers = try await db.read { tx in
                try tx.rows(
                    """
                    SELECT number FROM household WHERE \(sql: rich) AND id IN \(list: ["h1", "h3", "h5"])
                    AND id NOT IN (SELECT id FROM household WHERE id IN \(list: [String]()))
                    ORDER BY \(raw: "number") LIMIT \(10)
                    """
                ) { $0[0] as Int }
            }
            #expect(numbers == [3, 5])
            let tariff: Tariff? = try await db.read { tx in
                try tx.value("SELECT CAST(\(Tariff.timeOfUse) AS TEXT)")
            }
            #expect(tariff == .timeOfUse)
        }
    }

    @Test func changesAreCounted() async throws {
        try await withDatabases(Village.schema) { db in
            let counts = try await db.write { tx in
                try Village.settle(tx)
                for number in 1...4 { try tx.run(Village.household(number)) }
                let raised = try tx.change("UPDATE household SET arrears_fen = 5 WHERE number > 1")
                let again = try tx.change(
                    "INSERT INTO village (id, name) VALUES ('bugang', 'x') ON CONFLICT DO NOTHING")
                let removed = try tx.change("DELETE FROM household WHERE number = \(9)")
                return [raised, again, removed]
            }
            #expect(counts == [3, 0, 0])
        }
    }

    @Test func aQueryMayStandInsideAQuery() async throws {
        try await withDatabases(Village.schema) { db in
            let pairs = try await db.write { tx in
                try Village.settle(tx)
                for number in 1...3 { try tx.run(Village.household(number)) }
                return try tx.rows("SELECT number FROM household ORDER BY number") { row in
                    let outer: Int = row[0]
                    let inner = try tx.rows("SELECT number FROM household ORDER BY number") { $0[0] as Int }
                    return outer * 10 + inner.count
                }
            }
            #expect(pairs == [13, 23, 33])
        }
    }

    @Test func aByteThatEndsStringsInCIsReplaced() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in
                try Village.settle(tx)
                try tx.run(Village.household(1, owner: "王\0民"))
            }
            let owner: String? = try await db.read { tx in try tx.value("SELECT owner FROM household") }
            #expect(owner == "王\u{fffd}民")
        }
    }
}
