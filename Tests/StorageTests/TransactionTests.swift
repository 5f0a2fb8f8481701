import Storage
import TestSupport
import Testing
import Values

@Suite struct TransactionTests {
    struct Refusal: Error, Equatable {}

    @Test func whatIsRefusedLeavesNoTrace() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in try Village.settle(tx) }
            await #expect(throws: Refusal()) {
                try await db.write { tx in
                    try tx.run(Village.household(1))
                    try tx.put("停电了", terms: [], key: 1, in: Village.cases)
                    throw Refusal()
                }
            }
            #expect(try await Village.count(db) == 0)
            let found = try await db.read { tx in
                try tx.search("停电", terms: [], limit: 5, in: Village.cases)
            }
            #expect(found == [])
        }
    }

    @Test func afterTheLastQuestionAFewAskOnceMore() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in
                try Village.settle(tx)
                for number in 1...3 { try tx.run(Village.household(number)) }
            }
            for _ in 1...3 {
                let (numbers, owners) = try await db.read { tx in
                    let numbers = Rows("SELECT number FROM household ORDER BY number") { $0[0] as Int }
                    let owners = Rows("SELECT DISTINCT owner FROM household WHERE number >= \(2)") { $0[0] as String }
                    try tx.ask(numbers, last: true)
                    try tx.askAfterwards(owners)
                    return (numbers.all, owners.all)
                }
                #expect(numbers == [1, 2, 3])
                #expect(owners == ["王爱民"])
            }
            // What fails there is told, and the connection is good for the next.
            await #expect(throws: StorageError.self) {
                try await db.read { tx in
                    try tx.ask(Rows("SELECT 1") { $0[0] as Int }, last: true)
                    try tx.askAfterwards(Rows("SELECT nothing FROM household") { $0[0] as Int })
                }
            }
            #expect(try await Village.count(db) == 3)
        }
    }

    @Test func textThatIsKnownIsGivenBackAndNothingElseIs() async throws {
        try await withDatabases(Village.schema) { db in
            let texts: [String?] = ["布岗村", "布岗村", "布岗", "", nil, "bugang", "布岗村东头三户", "bugang"]
            try await db.write { tx in
                for (id, text) in texts.enumerated() { try tx.run("INSERT INTO task (id, worker) VALUES (\(id), \(text))") }
            }
            for known in ["布岗村", "布岗村东头三户", "", "bugang", nil] {
                let read = try await db.read { tx in
                    try tx.rows("SELECT worker FROM task ORDER BY id") { $0[0, like: known] as String? }
                }
                #expect(read == texts, "\(known ?? "NULL")")
            }
        }
    }

    @Test func oneRefusalAmongManyWritersHurtsNobodyElse() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in try Village.settle(tx) }
            let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 1...60 {
                    group.addTask {
                        do {
                            try await db.write { tx in
                                try tx.run(Village.household(number))
                                if number % 7 == 0 { throw Refusal() }
                                if number % 11 == 0 { try tx.run(Village.household(number)) }
                            }
                            return false
                        } catch is Refusal {
                            return true
                        } catch StorageError.unique {
                            return true
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            let numbers = try await db.read { tx in
                try tx.rows("SELECT number FROM household ORDER BY number") { $0[0] as Int }
            }
            #expect(refused == 13)
            #expect(numbers == (1...60).filter { $0 % 7 != 0 && $0 % 11 != 0 })
        }
    }

    @Test func writesThatWaitTogetherShareOneCommit() async throws {
        try await withDatabase(.sqlite, Village.schema) { db in
            try await db.write { tx in try Village.settle(tx) }
            let before: Int? = try await db.write { tx in try tx.value("PRAGMA data_version") }
            #expect(before != nil)
            let gate = Gate()
            // The first write holds the writer until all others wait.
            async let first: Void = db.write { tx in
                gate.enter()
                try tx.run(Village.household(0))
            }
            await gate.untilEntered()
            let others = (1...40).map { number in
                Task { try await db.write { tx in try tx.run(Village.household(number)) } }
            }
            await gate.untilWaiting(40, in: db)
            gate.open()
            try await first
            for other in others { try await other.value }
            #expect(try await Village.count(db) == 41)
            #expect(db.commits - gate.commitsBefore <= 3)
        }
    }

    @Test func aReaderSeesOneStateWhileOthersWrite() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in try Village.settle(tx) }
            let gate = Gate()
            async let counts = db.read { tx in
                let before: Int? = try tx.value("SELECT COUNT(*) FROM household")
                gate.enter()
                let after: Int? = try tx.value("SELECT COUNT(*) FROM household")
                return [before, after]
            }
            await gate.untilEntered()
            try await db.write { tx in try tx.run(Village.household(1)) }
            gate.open()
            #expect(try await counts == [0, 0])
            #expect(try await Village.count(db) == 1)
        }
    }

    @Test func nobodyWritesWhileReading() async throws {
        try await withDatabases(Village.schema) { db in
            let error = await failure {
                try await db.read { tx in
                    try tx.run("INSERT INTO village (id, name) VALUES ('x', 'y')")
                    _ = try tx.value("SELECT COUNT(*) FROM village") as Int?
                }
            }
            #expect(error != nil)
            let villages: Int? = try await db.read { tx in try tx.value("SELECT COUNT(*) FROM village") }
            #expect(villages == 0)
        }
    }

    @Test func countersThatCollideAreCountedExactly() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in try tx.run("INSERT INTO counter VALUES ('cases', 0)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<25 {
                            try await db.write { tx in
                                let seen: Int = try tx.value("SELECT value FROM counter WHERE name = 'cases'") ?? 0
                                try tx.run("UPDATE counter SET value = \(seen + 1) WHERE name = 'cases'")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let total: Int? = try await db.read { tx in try tx.value("SELECT value FROM counter") }
            #expect(total == 200)
        }
    }

    @Test func twoThatReadEachOthersPlaceAreNotBothRight() async throws {
        // Write skew: each may leave only while the other is on duty.
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in try tx.run("INSERT INTO counter VALUES ('wang', 1), ('li', 1)") }
            async let wang = leaves("wang", db)
            async let li = leaves("li", db)
            let gone = try await [wang, li].filter { $0 }.count
            let onDuty: Int? = try await db.read { tx in
                try tx.value("SELECT CAST(SUM(value) AS BIGINT) FROM counter")
            }
            #expect(gone == 1)
            #expect(onDuty == 1)
        }
    }

    private func leaves(_ name: String, _ db: Database) async throws -> Bool {
        try await db.write { tx in
            let onDuty: Int = try tx.value("SELECT COUNT(*) FROM counter WHERE value = 1") ?? 0
            guard onDuty > 1 else { return false }
            try tx.run("UPDATE counter SET value = 0 WHERE name = \(name)")
            return true
        }
    }

    @Test func workersThatLeaseNeverTakeTheSameTask() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in
                for id in 1...60 { try tx.run("INSERT INTO task (id) VALUES (\(id))") }
            }
            let leased = try await withThrowingTaskGroup(of: [Int].self) { group in
                for worker in 1...6 {
                    group.addTask {
                        try await db.drain { tx in
                            let ids = try tx.rows(
                                """
                                SELECT id FROM task WHERE worker IS NULL ORDER BY id LIMIT 10\(sql: tx.skipLocked)
                                """
                            ) { $0[0] as Int }
                            for id in ids {
                                try tx.run("UPDATE task SET worker = \("w\(worker)") WHERE id = \(id)")
                            }
                            return ids
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(leased.sorted() == Array(1...60))
        }
    }

    @Test func theSchemaComplainsAlikeOnBothEngines() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in
                try Village.settle(tx)
                try tx.run(Village.household(1))
            }
            let sameNumber = await failure {
                try await db.write { tx in
                    _ = try tx.change("UPDATE household SET id = 'h0', number = 1 WHERE number = 1")
                    try tx.run(
                        """
                        INSERT INTO household (id, village, number, owner, arrears_fen, low_income)
                        VALUES ('h9', 'bugang', 1, '李', 0, 0)
                        """)
                }
            }
            #expect(sameNumber == .unique("household.village, household.number"))
            let sameID = await failure {
                try await db.write { tx in try tx.run("INSERT INTO village VALUES ('bugang', '布岗')") }
            }
            #expect(sameID == .unique("village.id"))
            let noVillage = await failure {
                try await db.write { tx in
                    try tx.run("UPDATE household SET village = 'atlantis'")
                }
            }
            #expect(noVillage?.isForeignKey == true)
            let negative = await failure {
                try await db.write { tx in try tx.run("UPDATE household SET arrears_fen = -1") }
            }
            #expect(negative?.isCheck == true)
            let nameless = await failure {
                try await db.write { tx in try tx.run("UPDATE village SET name = \(String?.none)") }
            }
            #expect(nameless == .check("village.name"))
            let nonsense = await failure { try await db.read { tx in try tx.run("SELEC 1") } }
            #expect(nonsense?.isSQL == true)
        }
    }

    @Test func aFailedStatementSpoilsTheWholeTransaction() async throws {
        try await withDatabases(Village.schema) { db in
            let error = await failure {
                try await db.write { tx in
                    try Village.settle(tx)
                    do { _ = try tx.change("INSERT INTO village VALUES ('bugang', '布岗')") } catch {}
                }
            }
            #expect(error == .unique("village.id"))
            let villages: Int? = try await db.read { tx in try tx.value("SELECT COUNT(*) FROM village") }
            #expect(villages == 0)
        }
    }

    @Test func selectsThatAreAskedTogetherAreEachAnswered() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in try Village.settle(tx) }
            // Again and again: a read that ended with its question leaves its connection ready for the next.
            for number in 1...8 {
                try await db.write { tx in try tx.run(Village.household(number)) }
                for last in [false, true] {
                    let (numbers, nobody, count) = try await db.read { tx in
                        let numbers = Rows("SELECT number FROM household ORDER BY number DESC") { $0[0] as Int }
                        let nobody = Rows("SELECT number FROM household WHERE number > 100") { $0[0] as Int }
                        let count = Rows("SELECT COUNT(*) FROM household") { $0[0] as Int }
                        try tx.ask(numbers, nobody, count, last: last)
                        return (numbers.all, nobody.all, count.all)
                    }
                    #expect(numbers == Array((1...number).reversed()))
                    #expect(nobody == [])
                    #expect(count == [number])
                }
            }
        }
    }

    @Test func oneBadSelectAmongThemIsTheWholeAnswer() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in
                try Village.settle(tx)
                try tx.run(Village.household(1))
            }
            for last in [false, true] {
                await #expect(throws: StorageError.self) {
                    try await db.read { tx in
                        let good = Rows("SELECT number FROM household") { $0[0] as Int }
                        let bad = Rows("SELECT roof FROM household") { $0[0] as Int }
                        try tx.ask(good, bad, last: last)
                    }
                }
                await #expect(throws: Refusal()) {
                    try await db.read { tx in
                        try tx.ask(Rows<Int>("SELECT number FROM household") { _ in throw Refusal() }, last: last)
                    }
                }
                #expect(try await Village.count(db) == 1)
            }
        }
    }

    @Test func manyQueuedStatementsArriveInOrder() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.write { tx in
                for id in 1...2_000 { try tx.run("INSERT INTO task (id) VALUES (\(id))") }
                try tx.run("UPDATE task SET worker = 'wang'")
                try tx.run("DELETE FROM task WHERE id > 1500 AND worker = 'wang'")
            }
            let count: Int? = try await db.read { tx in try tx.value("SELECT COUNT(*) FROM task") }
            #expect(count == 1_500)
        }
    }

    @Test func whatAnInsertReturnsIsReadAndKept() async throws {
        try await withDatabases(Village.schema) { db in
            let (one, first, none) = try await db.write { tx in
                let one: Int? = try tx.value("INSERT INTO task (id) VALUES (7) RETURNING id")
                let first = try tx.first(
                    "INSERT INTO task (id) VALUES (8), (9), (10) RETURNING id, worker"
                ) { row in (row["id"] as Int, row["worker"] as String?) }
                let none: Int? = try tx.value(
                    "INSERT INTO task (id) VALUES (7) ON CONFLICT DO NOTHING RETURNING id")
                return (one, first?.0, none)
            }
            let ids = try await db.read { tx in
                try tx.rows("SELECT id FROM task ORDER BY id") { $0[0] as Int }
            }
            #expect(one == 7)
            #expect(first == 8)
            #expect(none == nil)
            #expect(ids == [7, 8, 9, 10])
        }
    }

    @Test func aThousandDifferentStatementsAreNotTooMany() async throws {
        try await withDatabases(Village.schema) { db in
            let sum = try await db.write { tx in
                var sum = 0
                for number in 1...1_200 {
                    try tx.run("INSERT INTO task (id) VALUES (\(raw: String(number)))")
                    sum += try tx.value("SELECT COUNT(*) FROM task WHERE id = \(raw: String(number))") ?? 0
                }
                return sum
            }
            let again: Int? = try await db.write { tx in
                try tx.value("SELECT COUNT(*) FROM task WHERE id = \(raw: "1")")
            }
            #expect(sum == 1_200)
            #expect(again == 1)
        }
    }

    @Test func aTransactionBeginsHoweverManyStatementsWereForgotten() async throws {
        try await withDatabases(Village.schema) { db in
            for number in 1...3_000 {
                let same: Int? = try await db.write { tx in try tx.value("SELECT \(raw: String(number)) + 0") }
                #expect(same == number)
            }
        }
    }
}
