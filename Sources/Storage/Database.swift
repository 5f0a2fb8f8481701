import Foundation
package import Logging
package import Values

/// One database, on SQLite or on PostgreSQL.
///
/// The closures are synchronous, have no other effect, may be run again, and run on the
/// engine's own threads. What a closure throws rolls everything back.
package final class Database: Sendable {
    package enum Engine: Sendable { case sqlite, postgres }

    package enum Location: Sendable, Hashable {
        case sqlite(path: String)
        case postgres(url: String)

        /// `postgres://…` or `postgresql://…`; anything else is the path of a file.
        package init(url: String) {
            if url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") {
                self = .postgres(url: url)
            } else if url.hasPrefix("sqlite://") {
                self = .sqlite(path: String(url.dropFirst("sqlite://".count)))
            } else {
                self = .sqlite(path: url)
            }
        }
    }

    package let engine: Engine
    /// Tests make statements and commits fail here.
    package let faults: FaultInjector
    package let blobs: BlobStore
    private let driver: any Driver

    /// One more than there are processors keeps them busy; with more they only take each other's place. Three at
    /// least: a long read of a report leaves room.
    package static let readersUsual = max(3, ProcessInfo.processInfo.activeProcessorCount + 1)

    /// - Parameters:
    ///   - readers: connections for `read`.
    ///   - writers: connections for `write` and `drain` on PostgreSQL; SQLite has one.
    package static func open(
        _ location: Location, logger: Logger, readers: Int = Database.readersUsual, writers: Int = 8
    ) async throws -> Database {
        precondition(readers >= 1 && writers >= 1)
        let faults = FaultInjector()
        switch location {
        case .sqlite(let path):
            let driver = try await SQLiteDriver.open(
                path: path, readers: readers, faults: faults, logger: logger)
            let files = BlobFiles(folder: path + "-blobs")
            return Database(.sqlite, driver, faults, BlobStore(.files(files)))
        case .postgres(let url):
            let driver = try await PostgresDriver.open(
                url: url, readers: readers, writers: writers, faults: faults, logger: logger)
            return Database(.postgres, driver, faults, BlobStore(.chunks(BlobChunks(driver: driver))))
        }
    }

    private init(
        _ engine: Engine, _ driver: any Driver, _ faults: FaultInjector, _ blobs: BlobStore
    ) {
        self.engine = engine
        self.driver = driver
        self.faults = faults
        self.blobs = blobs
    }

    /// Reads one consistent state (REPEATABLE READ READ ONLY).
    package func read<T: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        try await driver.perform(.read, body)
    }

    /// Writes as if alone (SERIALIZABLE). Returns after the data is on disk.
    package func write<T: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        try await driver.perform(.write, body)
    }

    /// Writes for workers that lease rows with `skipLocked` (READ COMMITTED on PostgreSQL, like
    /// `write` on SQLite).
    package func drain<T: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        try await driver.perform(.drain, body)
    }

    /// Brings the schema up to date, under a lock, all or nothing.
    /// - Throws: `StorageError.newerDatabase` when the database holds a migration that is not in
    ///   `migrations`.
    package func migrate(_ migrations: [Migration], at now: Instant) async throws {
        try await driver.migrate(Migration.own + migrations, at: now)
    }

    /// Finishes what was accepted, then lets go of the database.
    package func close() async {
        await driver.close()
    }

    /// Copies everything but the blobs into a database that does not exist yet. On PostgreSQL
    /// nobody else may be connected to this one.
    package func clone(to target: Location) async throws {
        try await driver.clone(to: target)
    }

    /// Commits since it was opened; with group commit fewer than writes.
    package var commits: Int { driver.figures.commits }
    /// How often a transaction was begun anew because it had collided with another; always 0 on SQLite.
    package var collisions: Int { driver.figures.collisions }
    /// Writes that wait for their turn: a measure of overload.
    package var waitingWrites: Int { driver.figures.waitingWrites }
    /// Reads that wait for a connection.
    package var waitingReads: Int { driver.figures.waitingReads }

    /// - Throws: when the database cannot answer.
    package func ping() async throws {
        _ = try await read { tx in try tx.value("SELECT 1") as Int? }
    }

    /// Makes an empty database; for PostgreSQL with the `C` collation, so that text is ordered
    /// as in SQLite, and with UTF-8. A SQLite file appears when it is opened.
    package static func create(_ location: Location) async throws {
        guard case .postgres(let url) = location else { return }
        try await PostgresAdministration.create(url)
    }

    /// Copies a PostgreSQL database to which nobody is connected.
    package static func copy(_ source: Location, to target: Location) async throws {
        guard case .postgres(let from) = source, case .postgres(let to) = target else {
            throw StorageError.sql("only databases of PostgreSQL are copied by the server")
        }
        try await PostgresAdministration.clone(from, to: to)
    }

    /// Removes a database with everything in it.
    package static func remove(_ location: Location) async throws {
        switch location {
        case .sqlite(let path): removeSQLiteFiles(path)
        case .postgres(let url): try await PostgresAdministration.remove(url)
        }
    }
}

/// How busy an engine is.
struct Figures: Sendable {
    var commits: Int
    var waitingReads: Int
    var waitingWrites: Int
    var collisions = 0
}

/// What an engine offers to `Database`.
protocol Driver: Sendable {
    func submit(_ job: Job) -> Bool
    var figures: Figures { get }
    func migrate(_ migrations: [Migration], at now: Instant) async throws
    func clone(to target: Database.Location) async throws
    func close() async
}

extension Driver {
    func perform<T: Sendable>(
        _ kind: Transaction.Kind, _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        try await withUnsafeThrowingContinuation { answer in
            let job = Work(kind, body, answer)
            if !submit(job) { job.fail(StorageError.unavailable("closed")) }
        }
    }
}
