import Logging
import Synchronization
import Values

/// PostgreSQL: threads with one connection each, some for reading, some for writing.
final class PostgresDriver: Driver {
    private let url: String
    private let reads = JobQueue<Job>()
    private let writes = JobQueue<Job>()
    private let threads: Gathering
    private let workers: [PostgresWorker]
    private let commits = Tally()
    private let collisions = Tally()

    static func open(
        url: String, readers: Int, writers: Int, faults: FaultInjector, logger: Logger
    ) async throws -> PostgresDriver {
        let driver = PostgresDriver(url, readers, writers, faults, logger)
        do {
            let collation: String? = try await driver.perform(.read) { tx in
                try tx.value("SELECT datcollate FROM pg_database WHERE datname = current_database()")
            }
            if collation != "C" {
                logger.warning(
                    "the database should have been created with LC_COLLATE 'C'",
                    metadata: ["collation": "\(collation ?? "")"])
            }
        } catch {
            await driver.close()
            throw error
        }
        return driver
    }

    private init(
        _ url: String, _ readers: Int, _ writers: Int, _ faults: FaultInjector, _ logger: Logger
    ) {
        self.url = url
        self.threads = Gathering(readers + writers)
        self.workers = (0..<(readers + writers)).map { [commits, collisions] in
            PostgresWorker(
                url: url, isForReading: $0 < readers, commits: commits, collisions: collisions, faults: faults, logger: logger,
                seed: UInt64($0 + 1))
        }
        for (i, worker) in workers.enumerated() {
            let queue = i < readers ? reads : writes
            startThread { [threads] in
                while let job = queue.take() { worker.perform(job) }
                worker.disconnect()
                threads.arrive(nil)
            }
        }
    }

    func submit(_ job: Job) -> Bool {
        job.kind == .read ? reads.put(job) : writes.put(job)
    }

    var figures: Figures {
        Figures(
            commits: commits.value.load(ordering: .relaxed), waitingReads: reads.count,
            waitingWrites: writes.count, collisions: collisions.value.load(ordering: .relaxed))
    }

    func close() async {
        reads.close()
        writes.close()
        try? await threads.wait()
    }

    func migrate(_ migrations: [Migration], at now: Instant) async throws {
        try await perform(.drain) { tx in
            // One program at a time; the number is arbitrary and belongs to this ledger.
            try tx.run("SELECT pg_advisory_xact_lock(7300120260101)")
            try tx.run(SQL(Migration.ledger))
            let applied: [String] = try tx.rows(
                "SELECT id FROM storage_migration ORDER BY position"
            ) { $0[0] }
            var position = applied.count
            for migration in try Migration.missing(migrations, applied: applied) {
                for statement in migration.statements(for: .postgres) {
                    do {
                        _ = try tx.change(SQL(statement))
                    } catch StorageError.sql(let message) {
                        throw StorageError.sql("migration \(migration.id): \(message) in \(statement)")
                    }
                }
                position += 1
                try tx.run(
                    """
                    INSERT INTO storage_migration (id, position, applied_at)
                    VALUES (\(migration.id), \(position), \(now))
                    """)
            }
        }
    }

    func clone(to target: Database.Location) async throws {
        guard case .postgres(let copy) = target else {
            throw StorageError.sql("a PostgreSQL database is copied to another one")
        }
        for worker in workers { worker.disconnect() }
        try await PostgresAdministration.clone(url, to: copy)
    }
}
