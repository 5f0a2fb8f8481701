import GRDBSQLite

/// One connection of SQLite with its prepared statements. Used by one thread only.
///
/// Reads columns straight from the statement: a page of 30 rows costs a third of what decoding
/// into intermediate rows would.
final class SQLiteConnection {
    let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    private var uses = 0

    /// Prepared statements that are kept.
    static let statementsMax = 500
    /// How long another process may hold a lock.
    static let busyMilliseconds: Int32 = 10_000

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    /// Must be called before the connection is closed.
    func finalize() {
        for statement in statements.values { sqlite3_finalize(statement.handle) }
        statements = [:]
    }

    /// False inside a transaction. SQLite itself ends one after some errors.
    var isIdle: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// Rows that were inserted, updated or deleted since it was opened.
    var changes: Int64 { sqlite3_total_changes64(handle) }

    /// Runs a statement without values.
    func execute(_ text: String) throws {
        let statement = try prepare(text)
        defer { finish(statement) }
        while try step(statement) {}
    }

    func query(_ sql: SQL, _ each: (Row) throws -> Bool) throws {
        StatementTrace.note(sql)
        let statement = try prepare(sql.text)
        defer { finish(statement) }
        try bind(sql, statement)
        let row = Row(source: .sqlite(statement: statement.handle))
        while try step(statement) {
            guard try each(row) else { return }
        }
    }

    func run(_ sql: SQL) throws {
        StatementTrace.note(sql)
        let statement = try prepare(sql.text)
        defer { finish(statement) }
        try bind(sql, statement)
        while try step(statement) {}
    }

    func change(_ sql: SQL) throws -> Int {
        try run(sql)
        return Int(sqlite3_changes(handle))
    }

    /// The first column of the first row.
    func integer(_ sql: SQL) throws -> Int64? {
        var out: Int64?
        try query(sql) {
            out = $0[0] as Int64?
            return false
        }
        return out
    }

    private func prepare(_ text: String) throws -> SQLiteStatement {
        uses += 1
        if let known = statements[text], !known.isBusy {
            known.isBusy = true
            known.lastUse = uses
            return known
        }
        var pointer: OpaquePointer?
        let status = sqlite3_prepare_v3(
            handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard status == SQLITE_OK else { throw error(status) }
        guard let pointer else { throw StorageError.sql("an empty statement: \(text)") }
        let made = SQLiteStatement(pointer, lastUse: uses, isKept: statements[text] == nil)
        if made.isKept {
            if statements.count >= SQLiteConnection.statementsMax { forgetOldest() }
            statements[text] = made
        }
        return made
    }

    private func bind(_ sql: SQL, _ statement: SQLiteStatement) throws {
        let stmt = statement.handle
        guard sqlite3_bind_parameter_count(stmt) == sql.binds.count else {
            throw StorageError.sql("places and values differ in number: \(sql.text)")
        }
        var place: Int32 = 0
        for value in sql.binds {
            place += 1
            let status: Int32
            switch value {
            case .null: status = sqlite3_bind_null(stmt, place)
            case .integer(let value): status = sqlite3_bind_int64(stmt, place, value)
            case .real(let value): status = sqlite3_bind_double(stmt, place, value)
            case .text(var value):
                status = value.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) { chars in
                        guard let start = chars.baseAddress else {
                            return sqlite3_bind_text(stmt, place, "", 0, nil)
                        }
                        return sqlite3_bind_text(stmt, place, start, Int32(chars.count), copied)
                    }
                }
            case .blob(let value):
                status = value.withUnsafeBytes { bytes in
                    guard let start = bytes.baseAddress, !bytes.isEmpty else {
                        return sqlite3_bind_zeroblob(stmt, place, 0)
                    }
                    return sqlite3_bind_blob(stmt, place, start, Int32(bytes.count), copied)
                }
            }
            guard status == SQLITE_OK else { throw error(status) }
        }
    }

    /// - Returns: whether there is a row.
    private func step(_ statement: SQLiteStatement) throws -> Bool {
        switch sqlite3_step(statement.handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let status: throw error(status)
        }
    }

    private func finish(_ statement: SQLiteStatement) {
        if statement.isKept {
            sqlite3_reset(statement.handle)
            statement.isBusy = false
        } else {
            sqlite3_finalize(statement.handle)
        }
    }

    private func forgetOldest() {
        let idle = statements.filter { !$0.value.isBusy }.sorted { $0.value.lastUse < $1.value.lastUse }
        for (text, statement) in idle.prefix(SQLiteConnection.statementsMax / 4) {
            sqlite3_finalize(statement.handle)
            statements[text] = nil
        }
    }

    func error(_ status: Int32) -> StorageError {
        let extended = sqlite3_extended_errcode(handle)
        let message = sqlite3_errmsg(handle).map { String(cString: $0) } ?? ""
        return sqliteError(extended & 0xff == status & 0xff ? extended : status, message)
    }
}

/// SQLite copies the bytes before the call returns.
private let copied = unsafeBitCast(-1 as Int, to: sqlite3_destructor_type.self)

final class SQLiteStatement {
    let handle: OpaquePointer
    let isKept: Bool
    var isBusy = true
    var lastUse: Int

    init(_ handle: OpaquePointer, lastUse: Int, isKept: Bool) {
        self.handle = handle
        self.lastUse = lastUse
        self.isKept = isKept
    }
}

/// Translates an (extended) result code of SQLite.
func sqliteError(_ code: Int32, _ message: String) -> StorageError {
    let detail = message.split(separator: ": ", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
    switch code {
    case 2067, 1555, 2579: return .unique(detail)  // UNIQUE, PRIMARYKEY, ROWID
    case 787: return .foreignKey(detail)
    case 275, 1299, 1811, 3091: return .check(detail)  // CHECK, NOTNULL, TRIGGER, DATATYPE
    default: break
    }
    switch code & 0xff {
    case SQLITE_FULL: return .full
    // A write, truncate or sync that the disk refused.
    case SQLITE_IOERR where [778, 1034, 1290, 1546, 4874].contains(code): return .full
    case SQLITE_IOERR, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PROTOCOL,
        SQLITE_NOMEM, SQLITE_CORRUPT, SQLITE_NOTADB:
        return .unavailable(message)
    case SQLITE_CONSTRAINT: return .check(message)
    default: return .sql(message)
    }
}
