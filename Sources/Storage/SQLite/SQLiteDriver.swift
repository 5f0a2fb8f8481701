import GRDB
import GRDBSQLite
import Logging
import Synchronization
import Values

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// SQLite: one thread writes, some threads read, each holding one connection of GRDB's pool for
/// its whole life.
final class SQLiteDriver: Driver {
    private let path: String
    private let pool: DatabasePool
    private let reads: JobQueue<Job>
    private let writes: JobQueue<SQLiteWriter.Order>
    private let readersDone: Gathering
    private let writerDone = Gathering(1)
    private let commits = Tally()
    private let copier: LogCopier

    /// Page caches: 4 readers × 8 MB + 24 MB stay well below the 200 MB of the whole process.
    private static let readerCacheKB = 8_000
    private static let writerCacheKB = 24_000

    static func open(
        path: String, readers: Int, faults: FaultInjector, logger: Logger
    ) async throws -> SQLiteDriver {
        let driver = try SQLiteDriver(path: path, readers: readers)
        let started = Gathering(readers + 1)
        driver.startWriter(faults, logger, started)
        for _ in 0..<readers { driver.startReader(faults, started) }
        do {
            try await started.wait()
        } catch {
            await driver.close()
            throw error
        }
        return driver
    }

    private init(path: String, readers: Int) throws {
        self.path = path
        try makeOwnFile(path)
        var configuration = Configuration()
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(Double(SQLiteConnection.busyMilliseconds) / 1000)
        configuration.foreignKeysEnabled = true
        configuration.persistentReadOnlyConnections = true
        do {
            self.pool = try DatabasePool(path: path, configuration: configuration)
        } catch let error as DatabaseError {
            throw sqliteError(error.extendedResultCode.rawValue, error.message ?? "\(error)")
        }
        self.reads = JobQueue()
        self.writes = JobQueue()
        self.readersDone = Gathering(readers)
        self.copier = LogCopier(path: path)
    }

    func submit(_ job: Job) -> Bool {
        job.kind == .read ? reads.put(job) : writes.put(.write(job))
    }

    var figures: Figures {
        Figures(
            commits: commits.value.load(ordering: .relaxed), waitingReads: reads.count,
            waitingWrites: writes.count)
    }

    func close() async {
        reads.close()
        try? await readersDone.wait()
        await copier.close()
        writes.close()
        try? await writerDone.wait()
        try? pool.close()
    }

    func migrate(_ migrations: [Migration], at now: Instant) async throws {
        try await alone { connection in
            try connection.execute("BEGIN IMMEDIATE")
            do {
                try connection.migrate(migrations, at: now)
                try connection.execute("COMMIT")
            } catch {
                if !connection.isIdle { try connection.execute("ROLLBACK") }
                throw error
            }
        }
    }

    func clone(to target: Database.Location) async throws {
        guard case .sqlite(let copy) = target else {
            throw StorageError.sql("a SQLite database is copied to a file")
        }
        // On a connection of its own: a long copy holds up neither writers nor readers.
        let path = path
        try await withUnsafeThrowingContinuation { (answer: UnsafeContinuation<Void, any Error>) in
            startThread { answer.resume(with: Result { try copySQLite(path, to: copy) }) }
        }
    }

    private func alone(_ work: @escaping @Sendable (SQLiteConnection) throws -> Void) async throws {
        try await withUnsafeThrowingContinuation { (answer: UnsafeContinuation<Void, any Error>) in
            let accepted = writes.put(
                .alone { connection in answer.resume(with: Result { try work(connection) }) })
            if !accepted { answer.resume(throwing: StorageError.unavailable("closed")) }
        }
    }

    private func startWriter(_ faults: FaultInjector, _ logger: Logger, _ started: Gathering) {
        startThread { [self] in
            pool.writeWithoutTransaction { db in
                guard let handle = db.sqliteConnection else {
                    started.arrive(StorageError.unavailable("no connection"))
                    return
                }
                let connection = SQLiteConnection(handle)
                defer { connection.finalize() }
                do {
                    try connection.setUp(cacheKB: SQLiteDriver.writerCacheKB)
                    try connection.setUpDurability()
                } catch {
                    started.arrive(error)
                    return
                }
                started.arrive(nil)
                SQLiteWriter(connection, writes, commits, faults, logger).loop(WriteAheadLog(connection, copier))
            }
            writerDone.arrive(nil)
        }
    }

    private func startReader(_ faults: FaultInjector, _ started: Gathering) {
        startThread { [self] in
            do {
                try pool.unsafeRead { db in
                    guard let handle = db.sqliteConnection else {
                        throw StorageError.unavailable("no connection")
                    }
                    let connection = SQLiteConnection(handle)
                    defer { connection.finalize() }
                    try connection.setUp(cacheKB: SQLiteDriver.readerCacheKB)
                    started.arrive(nil)
                    SQLiteDriver.readLoop(connection, reads, faults)
                }
            } catch {
                started.arrive(error)
            }
            readersDone.arrive(nil)
        }
    }

    private static func readLoop(
        _ connection: SQLiteConnection, _ queue: JobQueue<Job>, _ faults: FaultInjector
    ) {
        let session = SQLiteSession(connection)
        while let job = queue.take() {
            do {
                try connection.execute("BEGIN")
                let tx = Transaction(session, .read, faults)
                try job.run(tx)
                try tx.finish()
                try connection.execute("COMMIT")
                job.succeed()
            } catch {
                if !connection.isIdle { try? connection.execute("ROLLBACK") }
                job.fail(error)
            }
        }
    }
}

extension SQLiteConnection {
    fileprivate func setUp(cacheKB: Int) throws {
        try execute("PRAGMA cache_size = -\(cacheKB)")
        try execute("PRAGMA temp_store = MEMORY")
    }

    /// GRDB sets `synchronous=NORMAL` when it turns the write-ahead log on, which loses
    /// acknowledged writes at a power cut; so FULL is set after that, and read back.
    fileprivate func setUpDurability() throws {
        try execute("PRAGMA synchronous = FULL")
        guard try integer("PRAGMA synchronous") == 2 else {
            throw StorageError.unavailable("synchronous=FULL was not accepted")
        }
        guard try integer("PRAGMA foreign_keys") == 1 else {
            throw StorageError.unavailable("foreign_keys=ON was not accepted")
        }
        var mode = ""
        try query("PRAGMA journal_mode") {
            mode = $0[0]
            return false
        }
        guard mode == "wal" else { throw StorageError.unavailable("journal_mode is \(mode), not wal") }
    }

    fileprivate func migrate(_ migrations: [Migration], at now: Instant) throws {
        try execute(Migration.ledger)
        var applied: [String] = []
        try query("SELECT id FROM storage_migration ORDER BY position") {
            applied.append($0[0])
            return true
        }
        var position = applied.count
        for migration in try Migration.missing(migrations, applied: applied) {
            for statement in migration.statements(for: .sqlite) {
                do {
                    try run(SQL(statement))
                } catch StorageError.sql(let message) {
                    throw StorageError.sql("migration \(migration.id): \(message) in \(statement)")
                }
            }
            position += 1
            try run(
                """
                INSERT INTO storage_migration (id, position, applied_at)
                VALUES (\(migration.id), \(position), \(now))
                """)
        }
    }
}

/// Copies one state of a database into a new file.
private func copySQLite(_ path: String, to copy: String) throws {
    var source: OpaquePointer?
    var target: OpaquePointer?
    defer {
        sqlite3_close_v2(source)
        sqlite3_close_v2(target)
    }
    try makeOwnFile(copy)
    let opened = sqlite3_open_v2(path, &source, SQLITE_OPEN_READWRITE, nil)
    let made = sqlite3_open_v2(copy, &target, SQLITE_OPEN_READWRITE, nil)
    guard opened == SQLITE_OK, made == SQLITE_OK, let source, let target else {
        throw StorageError.unavailable("cannot copy \(path) to \(copy)")
    }
    sqlite3_busy_timeout(source, SQLiteConnection.busyMilliseconds)
    guard let backup = sqlite3_backup_init(target, "main", source, "main") else {
        throw sqliteError(sqlite3_extended_errcode(target), String(cString: sqlite3_errmsg(target)))
    }
    // All pages in one step, which is one read transaction: writes go on meanwhile.
    let copied = sqlite3_backup_step(backup, -1)
    let finished = sqlite3_backup_finish(backup)
    guard copied == SQLITE_DONE, finished == SQLITE_OK else {
        throw sqliteError(copied == SQLITE_DONE ? finished : copied, "copy to \(copy)")
    }
}

/// A new file is for the eyes of its owner; SQLite gives its log the same rights.
private func makeOwnFile(_ path: String) throws {
    let file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }  // It is there, or GRDB will tell what is wrong.
    close(file)
    try syncFolder(parent(path))
}

func removeSQLiteFiles(_ path: String) {
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    BlobFiles(folder: path + "-blobs").removeFolder()
}
