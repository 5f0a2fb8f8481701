import GRDBSQLite

/// Copies the log back into the database between two batches, so that no client waits for it.
final class WriteAheadLog {
    private let connection: SQLiteConnection
    /// Pages in the log after the last commit, told by SQLite.
    private let pages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

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

    /// A checkpoint that fails (full disk, busy readers) is tried again after the next commit.
    func checkpoint() {
        guard pages.pointee >= SQLiteWriter.checkpointPages else { return }
        let mode =
            pages.pointee >= SQLiteWriter.restartPages
            ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE
        sqlite3_wal_checkpoint_v2(connection.handle, nil, mode, nil, nil)
        pages.pointee = 0
    }
}
