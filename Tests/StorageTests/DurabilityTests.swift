import Storage
import TestSupport
import Testing
import Values

@Suite struct DurabilityTests {
    @Test func theWriterSyncsEveryCommitAndForeignKeysAreOn() async throws {
        try await withDatabase(.sqlite, Village.schema) { db in
            let settings = try await db.write { tx in
                try ["synchronous", "foreign_keys"].map { name in
                    try tx.value("PRAGMA \(raw: name)") as Int?
                }
            }
            let mode: String? = try await db.write { tx in try tx.value("PRAGMA journal_mode") }
            #expect(settings == [2, 1])
            #expect(mode == "wal")
        }
        try await withDatabase(.postgres, Village.schema) { db in
            let mode: String? = try await db.write { tx in try tx.value("SHOW synchronous_commit") }
            #expect(mode == "on")
        }
    }

    @Test func aFullDiskIsToldAndPassesOver() async throws {
        try await withDatabase(.sqlite, Village.schema) { db in
            try await db.write { tx in try Village.settle(tx) }
            let pages: Int = try await db.write { tx in try tx.value("PRAGMA page_count") } ?? 0
            try await db.write { tx in
                _ = try tx.value("PRAGMA max_page_count = \(raw: "\(pages + 8)")") as Int?
            }
            let long = String(repeating: "电", count: 2_000)
            var accepted = 0
            var error: StorageError?
            for number in 1...100 where error == nil {
                error = await failure {
                    try await db.write { tx in
                        try tx.run(Village.household(number, owner: long))
                        try tx.put(long, terms: [], key: Int64(number), in: Village.cases)
                    }
                }
                if error == nil { accepted += 1 }
            }
            #expect(error == .full)
            #expect(try await Village.count(db) == accepted)

            // Many at once: all are told, none is half written.
            let refused = await withTaskGroup(of: StorageError?.self) { group in
                for number in 1_000..<1_030 {
                    group.addTask {
                        await failure {
                            try await db.write { tx in
                                try tx.run(Village.household(number, owner: long))
                                try tx.run(Village.household(number + 5_000, owner: long))
                            }
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let stored = refused.filter { $0 == nil }.count
            #expect(refused.contains(.full))
            #expect(refused.allSatisfy { $0 == nil || $0 == .full })
            #expect(try await Village.count(db) == accepted + 2 * stored)

            try await db.write { tx in
                _ = try tx.value("PRAGMA max_page_count = 1000000") as Int?
            }
            try await db.write { tx in try tx.run(Village.household(99_999, owner: long)) }
            #expect(try await Village.count(db) == accepted + 2 * stored + 1)
        }
    }

    @Test func whatWasAcknowledgedIsThereAfterPostgresWasKilled() async throws {
        let server = try await PostgresServer.start(named: "killed")
        let location = Database.Location.postgres(url: server.url(database: "village"))
        try await Database.create(location)
        let db = try await Database.open(location, logger: quiet, readers: 2, writers: 4)
        try await db.migrate(Village.schema, at: Instant(milliseconds: 0))
        try await db.write { tx in try Village.settle(tx) }

        let acknowledged = try await withThrowingTaskGroup(of: [Int].self) { group in
            for client in 0..<6 {
                group.addTask {
                    var done: [Int] = []
                    for number in 1...100_000 {
                        let mine = client * 100_000 + number
                        let error = await failure {
                            try await db.write { tx in try tx.run(Village.household(mine)) }
                        }
                        if let error {
                            guard case .unavailable = error else { throw error }
                            return done
                        }
                        done.append(mine)
                    }
                    return done
                }
            }
            // Enough is on its way.
            while try await Village.count(db) < 200 { await Task.yield() }
            await server.stopImmediately()
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let whileDown = await failure { try await db.ping() }
        #expect(whileDown?.isUnavailable == true)

        try await server.start()
        try await db.ping()
        let stored = try await db.read { tx in
            Set(try tx.rows("SELECT number FROM household") { $0[0] as Int })
        }
        #expect(acknowledged.count >= 190)
        #expect(Set(acknowledged).subtracting(stored) == [])
        // One more per client may have been committed without being told.
        #expect(stored.count - acknowledged.count <= 6)
        await db.close()
        await server.stopImmediately()
    }

    @Test func aClosedDatabaseFinishesWhatItAcceptedAndTakesNothingMore() async throws {
        try await withLocationOnBoth { location in
            let db = try await Database.open(location, logger: quiet, readers: 1, writers: 2)
            try await db.write { tx in try Village.settle(tx) }
            let writes = (1...30).map { number in
                Task { () -> Bool in
                    await failure { try await db.write { tx in try tx.run(Village.household(number)) } } == nil
                }
            }
            await db.close()
            var stored = 0
            for write in writes where await write.value { stored += 1 }
            let late = await failure { try await db.ping() }
            #expect(late == .unavailable("closed"))

            let again = try await Database.open(location, logger: quiet, readers: 1, writers: 1)
            #expect(try await Village.count(again) == stored)
            await again.close()
        }
    }

    private func withLocationOnBoth(
        _ body: @Sendable (Database.Location) async throws -> Void
    ) async throws {
        try await withLocation(.sqlite, Village.schema, body)
        try await withLocation(.postgres, Village.schema, body)
    }
}

@Suite struct BackupTests {
    @Test func aBackupIsOneStateAlthoughOthersWrite() async throws {
        try await withDatabase(.sqlite, Village.schema) { db in
            try await db.write { tx in try Village.settle(tx) }
            let writer = Task {
                var pairs = 0
                while !Task.isCancelled {
                    let number = pairs * 2
                    // Always two together: a copy with an odd number would be torn.
                    try await db.write { tx in
                        try tx.run(Village.household(number))
                        try tx.run(Village.household(number + 1))
                    }
                    pairs += 1
                }
                return pairs
            }
            while try await Village.count(db) < 50 { await Task.yield() }
            let target = try await freshLocation(.sqlite)
            try await db.clone(to: target)
            writer.cancel()
            let written = try await writer.value

            let copy = try await Database.open(target, logger: quiet, readers: 1, writers: 1)
            let copied = try await Village.count(copy)
            #expect(copied >= 50)
            #expect(copied % 2 == 0)
            #expect(copied <= written * 2)
            await copy.close()
            try await Database.remove(target)
        }
    }
}
