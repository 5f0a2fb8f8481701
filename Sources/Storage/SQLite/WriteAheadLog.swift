import GRDBSQLite
import Synchronization

/// Decides between two batches whether the log is copied back into the database. The copying itself
/// is done by `LogCopier`, beside the writer.
///
/// A long read (an export, a backup) keeps the log from being begun anew. Then it grows, and is
/// tried again only after it has grown by as much once more, so that writers hardly wait.
final class WriteAheadLog {
    /// Pages after which the log is copied back as far as no reader needs it.
    static let copyPages: Int32 = 12_000
    /// Pages after which readers are waited for, so that the log can be begun anew: 128 MB.
    static let restartPages: Int32 = 32_000
    /// How long they are waited for.
    static let restartMilliseconds: Int32 = 100

    private let connection: SQLiteConnection
    private let copier: LogCopier
    /// Pages in the log after the last commit, told by SQLite.
    private let pages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    private var seen: Int32 = 0
    private var copied: Int32 = 0
    private var restarted: Int32 = 0
    /// The last copy before the log is begun anew has been asked for.
    private var isNearlyCopied = false

    init(_ connection: SQLiteConnection, _ copier: LogCopier) {
        self.connection = connection
        self.copier = copier
        pages.initialize(to: 0)
        sqlite3_wal_hook(
            connection.handle,
            { context, _, _, pages in
                context?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, pages)
    }

    deinit {
        sqlite3_wal_hook(connection.handle, nil, nil)
        pages.deallocate()
    }

    /// A copy that fails (full disk, busy readers) is tried again when the log has grown.
    func checkpoint() {
        let now = pages.pointee
        if now < seen {
            copied = 0
            restarted = 0
            isNearlyCopied = false
        }
        seen = now
        guard !copier.isBusy else { return }
        if now >= restarted + WriteAheadLog.restartPages {
            // The writer waits for the rest only: what was committed during one more copy beside it.
            guard isNearlyCopied else {
                isNearlyCopied = true
                copied = now
                copier.copy()
                return
            }
            isNearlyCopied = false
            restarted = now
            copied = now
            sqlite3_busy_timeout(connection.handle, WriteAheadLog.restartMilliseconds)
            sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_RESTART, nil, nil)
            sqlite3_busy_timeout(connection.handle, SQLiteConnection.busyMilliseconds)
        } else if now >= copied + WriteAheadLog.copyPages {
            copied = now
            copier.copy()
        }
    }

    /// Leaves a database without a log, as far as nobody else reads it.
    func tidy() {
        sqlite3_busy_timeout(connection.handle, 1_000)
        sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    }
}

/// Copies the log back on a thread and a connection of its own, so that nobody who writes waits
/// for it. A copy never holds up the writer: SQLite lets both work on one log.
///
/// Measured with 64 clients and every fsync 5 ms slower: the writer spent a third of its time on copying.
final class LogCopier: Sendable {
    private let asked = JobQueue<Bool>()
    private let busy = Atomic<Bool>(false)
    private let done = Gathering(1)

    init(path: String) {
        startThread { [self] in
            work(path)
            done.arrive(nil)
        }
    }

    /// A copy has been asked for and has not ended.
    var isBusy: Bool { busy.load(ordering: .acquiring) }

    func copy() {
        busy.store(true, ordering: .releasing)
        if !asked.put(true) { busy.store(false, ordering: .releasing) }
    }

    /// Ends after the copy under way.
    func close() async {
        asked.close()
        try? await done.wait()
    }

    private func work(_ path: String) {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        while asked.take() != nil {
            // Opened when it is first needed: small databases never need it.
            if handle == nil { handle = Self.open(path) }
            if let handle { sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil) }
            busy.store(false, ordering: .releasing)
        }
    }

    private static func open(_ path: String) -> OpaquePointer? {
        var handle: OpaquePointer?
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK,
            sqlite3_exec(handle, "PRAGMA synchronous = FULL", nil, nil, nil) == SQLITE_OK
        else {
            sqlite3_close_v2(handle)
            return nil
        }
        return handle
    }
}
