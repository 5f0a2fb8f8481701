import Storage
import TestSupport
import Testing
import Values

@Suite struct MigrationTests {
    private let later = Migration("village.2", [.sql("ALTER TABLE village ADD COLUMN county TEXT")])
    private let now = Instant(milliseconds: 1_727_661_600_000)

    @Test func aMigrationHappensOnce() async throws {
        try await withDatabases(Village.schema) { db in
            try await db.migrate(Village.schema, at: now)
            try await db.migrate(Village.schema + [later], at: now)
            try await db.migrate(Village.schema + [later], at: now)
            try await db.write { tx in
                try tx.run("INSERT INTO village (id, name, county) VALUES ('x', 'y', 'yanling')")
            }
        }
    }

    @Test func anOldProgramRefusesANewDatabase() async throws {
        try await withDatabases(Village.schema + [later]) { db in
            let error = await failure { try await db.migrate(Village.schema, at: now) }
            #expect(error == .newerDatabase("village.2"))
        }
    }

    @Test func aMigrationThatFailsLeavesTheSchemaAsItWas() async throws {
        try await withDatabases(Village.schema) { db in
            let broken = Migration(
                "village.3", [.sql("CREATE TABLE lane (id TEXT PRIMARY KEY)"), .sql("CREATE TABEL x")])
            let error = await failure { try await db.migrate(Village.schema + [later, broken], at: now) }
            #expect(error?.isSQL == true)
            #expect("\(String(describing: error))".contains("village.3"))
            let noLane = await failure {
                _ = try await db.read { tx in try tx.value("SELECT COUNT(*) FROM lane") as Int? }
            }
            #expect(noLane != nil)
            try await db.migrate(Village.schema + [later], at: now)
        }
    }

    @Test func aCopyHoldsWhatTheOriginalHeldAndNothingLater() async throws {
        for engine in [Database.Engine.sqlite, .postgres] {
            try await withLocation(engine, Village.schema) { location in
                let target = try await freshLocation(engine)
                let db = try await Database.open(location, logger: quiet, readers: 1, writers: 1)
                try await db.write { tx in
                    try Village.settle(tx)
                    try tx.run(Village.household(1))
                }
                try await db.clone(to: target)
                try await db.write { tx in try tx.run(Village.household(2)) }

                let copy = try await Database.open(target, logger: quiet, readers: 1, writers: 1)
                #expect(try await Village.count(copy) == 1)
                #expect(try await Village.count(db) == 2)
                await copy.close()
                await db.close()
                try await Database.remove(target)
            }
        }
    }
}
