import Storage
import TestSupport
import Testing
import Values

@Suite struct FaultTests {
    /// The n-th statement fails, for n = 1, 2, 3 … until none is left; after each the village is
    /// as it was.
    @Test func aFailureAnywhereLeavesTheVillageAsItWas() async throws {
        try await withDatabases(Village.schema) { db in
            for n in 1...6 {
                db.faults.failStatement(n)
                let error = await failure { try await db.write(intake) }
                let fired = db.faults.clear()
                let left = try await rows(db)
                #expect(fired)
                #expect(error == .injected)
                #expect(left == [0, 0, 0, 0], "statement \(n) on \(db.engine)")
            }
            db.faults.failStatement(7)
            try await db.write(intake)
            let fired = db.faults.clear()
            let kept = try await rows(db)
            #expect(!fired)
            #expect(kept == [1, 1, 1, 1])
        }
    }

    @Test func aFailureAtTheCommitLeavesNothing() async throws {
        try await withDatabases(Village.schema) { db in
            db.faults.failCommit()
            let error = await failure { try await db.write(intake) }
            #expect(error == .injected)
            #expect(db.faults.clear())
            #expect(try await rows(db) == [0, 0, 0, 0])
            try await db.write(intake)
            #expect(try await rows(db) == [1, 1, 1, 1])
        }
    }

    @Test func aFailedCommonCommitIsTriedAgainOneByOne() async throws {
        try await withDatabase(.sqlite, Village.schema) { db in
            try await db.write { tx in try Village.settle(tx) }
            let gate = Gate()
            let first = Task {
                try await db.write { tx in
                    gate.enter()
                    try tx.run(Village.household(0))
                }
            }
            await gate.untilEntered()
            let others = (1...9).map { number in
                Task { try await db.write { tx in try tx.run(Village.household(number)) } }
            }
            await gate.untilWaiting(9, in: db)
            db.faults.failCommit()
            gate.open()
            var failures = 0
            for write in [first] + others {
                do { try await write.value } catch StorageError.injected { failures += 1 }
            }
            #expect(failures == 1)
            #expect(try await Village.count(db) == 9)
        }
    }

    private let intake: @Sendable (Transaction) throws -> Void = { tx in
        try Village.settle(tx)
        try tx.run(Village.household(1))
        _ = try tx.change("INSERT INTO counter VALUES ('cases', 1)")
        _ = try tx.value("SELECT value FROM counter") as Int?
        try tx.put("停电", terms: ["u:bugang"], key: 1, in: Village.cases)
        _ = try tx.search("停电", terms: [], limit: 1, in: Village.cases)
    }

    private func rows(_ db: Database) async throws -> [Int] {
        try await db.read { tx in
            let villages: Int = try tx.value("SELECT COUNT(*) FROM village") ?? -1
            let households: Int = try tx.value("SELECT COUNT(*) FROM household") ?? -1
            let counters: Int = try tx.value("SELECT COUNT(*) FROM counter") ?? -1
            let found = try tx.search("停电", terms: [], limit: 9, in: Village.cases).count
            return [villages, households, counters, found]
        }
    }
}
