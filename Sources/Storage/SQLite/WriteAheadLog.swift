import GRDBSQLite

/// Copies the log back into the database between two batches, so that no client waits for it.
///
/// A long read (an export, a backup) keeps the log from being begun anew. Then it grows, and is
/// tried again only after it has grown by as much once more, so that writers hardly wait.
final class WriteAheadLog {
    /// Pages after which the log is copied back as far as no reader needs it.
    static let copyPages: Int32 = 2_000
    /// Pages after which readers are waited for, so that the log can be begun anew.
    static let restartPages: Int32 = 16_000
    /// How long they are waited for.
    static let restartMilliseconds: Int32 = 100

    private let connection: SQLiteConnection
    /// Pages in the log after the last commit, told by SQLite.
    private let pages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    private var seen: Int32 = 0
    private var copied: Int32 = 0
    private var restarted: Int32 = 0

    init(_ connection: SQLiteConnection) {
        self.connection = connection
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

    /// A checkpoint that fails (full disk, busy readers) is tried again when the log has grown.
    func checkpoint() {
        let now = pages.pointee
        if now < seen {
            copied = 0
            restarted = 0
        }
        seen = now
        if now >= restarted + WriteAheadLog.restartPages {
            restarted = now
            copied = now
            sqlite3_busy_timeout(connection.handle, WriteAheadLog.restartMilliseconds)
            sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_RESTART, nil, nil)
            sqlite3_busy_timeout(connection.handle, SQLiteConnection.busyMilliseconds)
        } else if now >= copied + WriteAheadLog.copyPages {
            copied = now
            sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        }
    }

    /// Leaves a database without a log, as far as nobody else reads it.
    func tidy() {
        sqlite3_busy_timeout(connection.handle, 1_000)
        sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    }
}
