import CPostgres

/// One connection to PostgreSQL in pipeline mode, with its prepared statements. Used by one
/// thread at a time.
///
/// Statements are queued and leave together with the next one whose answer is wanted, so that a
/// transaction of ten statements needs two or three round trips.
final class PostgresConnection {
    private let url: String
    private let isForReading: Bool
    private var conn: OpaquePointer?
    private var prepared: [String: String] = [:]
    private var preparedCount = 0
    /// What was sent and has not been answered yet, in order.
    private var awaited: [Awaited] = []
    private var awaitedHead = 0
    private var parameters = PostgresParameters()

    /// The first error since `begin`; the server skips everything until the next `sync`.
    private(set) var failure: StorageError?
    /// The state of that error, five characters.
    private(set) var failureState = ""
    /// COMMIT has left: whether it happened is unknown if the connection breaks now.
    private(set) var hasSentCommit = false
    /// The connection broke or was closed since `begin`.
    private(set) var isLost = false
    private var inTransaction = false

    private enum Awaited {
        case prepare(String)
        case statement
        case sync
    }

    /// Prepared statements that are kept.
    static let statementsMax = 500
    /// Answers that may pile up unread.
    static let awaitedMax = 256

    /// - Parameter isForReading: each transaction is one consistent state and changes nothing.
    init(url: String, isForReading: Bool = false) {
        self.url = url
        self.isForReading = isForReading
    }

    deinit {
        close()
    }

    func close() {
        if let conn { PQfinish(conn) }
        conn = nil
        prepared = [:]
        awaited = []
        awaitedHead = 0
        inTransaction = false
    }

    /// Connects unless it is connected.
    func open() throws {
        if let conn {
            if PQstatus(conn) == CONNECTION_OK, !isLost { return }
            close()
        }
        isLost = false
        let made = try PostgresConnection.connect(url, isForReading: isForReading)
        guard PQenterPipelineMode(made) == 1 else {
            PQfinish(made)
            throw StorageError.unavailable("no pipeline mode")
        }
        conn = made
    }

    // MARK: Transactions

    func begin(_ statement: SQL) throws {
        start()
        try send(statement)
    }

    /// Begins a read on a connection that is for reading. Everything up to the next `sync` of a
    /// pipeline is one transaction, whose kind stands in the session's defaults: a page saves the
    /// statements BEGIN and ROLLBACK and a round trip.
    func beginReading() {
        precondition(isForReading)
        start()
    }

    private func start() {
        failure = nil
        failureState = ""
        hasSentCommit = false
        isLost = false
        inTransaction = true
    }

    func commit() throws {
        try send("COMMIT")
        hasSentCommit = true
        try sync()
        if let failure { throw failure }
        inTransaction = false
    }

    /// Ends a read whose answers have all come, without waiting for the server to agree.
    func endReading() {
        guard inTransaction, !isLost else { return }
        do {
            try sendSync()
            inTransaction = false
        } catch {
            isLost = true
        }
    }

    /// Ends the transaction without its changes; afterwards `failure` holds the first error that
    /// a queued statement had.
    func rollback() {
        guard inTransaction, !isLost else { return }
        do {
            try sync()
            if !isForReading {
                try send("ROLLBACK")
                try sync()
            }
            inTransaction = false
        } catch {
            isLost = true
        }
    }

    // MARK: Statements

    /// Queues a statement whose answer is not wanted.
    func run(_ sql: SQL) throws {
        StatementTrace.note(sql)
        try send(sql)
        if awaited.count - awaitedHead >= PostgresConnection.awaitedMax {
            try settle()
        }
    }

    /// Sends what is queued and `sql`, and waits for its answer.
    func ask<R>(_ sql: SQL, _ use: (OpaquePointer) throws -> R) throws -> R {
        StatementTrace.note(sql)
        try send(sql)
        try flush()
        var answer: OpaquePointer?
        try receive(upTo: awaited.count) { answer = $0 }
        defer { PQclear(answer) }
        try throwFailure()
        guard let answer else { throw StorageError.sql("no answer") }
        return try use(answer)
    }

    /// Sends several statements together and waits for all their answers: one round trip.
    /// - Parameter isLast: the transaction, which only reads, ends with them.
    func askTogether(
        _ statements: [SQL], isLast: Bool = false, _ use: (Int, OpaquePointer) throws -> Void
    ) throws {
        var places: [Int] = []
        for sql in statements {
            StatementTrace.note(sql)
            try send(sql)
            places.append(awaited.count - 1)
        }
        if isLast { try sendSync() } else { try flush() }
        var answers: [OpaquePointer] = []
        defer { for answer in answers { PQclear(answer) } }
        try receive(upTo: awaited.count, keeping: places) { answers.append($0) }
        if isLast { inTransaction = false }
        try throwFailure()
        guard answers.count == statements.count else { throw StorageError.sql("no answer") }
        for (index, answer) in answers.enumerated() { try use(index, answer) }
    }

    /// Waits for everything that is queued.
    func settle() throws {
        guard !awaited.isEmpty else { return }
        try flush()
        try receive(upTo: awaited.count, nil)
        try throwFailure()
    }

    func query(_ sql: SQL, _ each: (Row) throws -> Bool) throws {
        try ask(sql) { answer in
            for row in 0..<PQntuples(answer) {
                guard try each(Row(source: .postgres(result: answer, row: row))) else { return }
            }
        }
    }

    func change(_ sql: SQL) throws -> Int {
        try ask(sql) { PQcmdTuples($0).flatMap { Int(String(cString: $0)) } ?? 0 }
    }

    private func throwFailure() throws {
        guard let failure else { return }
        throw failure
    }

    private func send(_ sql: SQL) throws {
        guard let conn, !isLost else { throw lost() }
        let name: String
        if let known = prepared[sql.text] {
            name = known
        } else {
            name = try prepare(sql.text, conn)
        }
        let sent = parameters.with(sql.binds) { values, lengths, formats in
            PQsendQueryPrepared(conn, name, Int32(sql.binds.count), values, lengths, formats, 0)
        }
        guard sent == 1 else { throw lost() }
        awaited.append(.statement)
    }

    private func prepare(_ text: String, _ conn: OpaquePointer) throws -> String {
        // What begins a transaction stays: something before it would begin one of its own.
        if prepared.count >= PostgresConnection.statementsMax, let old = prepared.first(where: { !$0.key.hasPrefix("BEGIN") }) {
            prepared[old.key] = nil
            guard PQsendQueryParams(conn, "DEALLOCATE \(old.value)", 0, nil, nil, nil, nil, 0) == 1
            else { throw lost() }
            awaited.append(.statement)
        }
        preparedCount += 1
        let name = "s\(preparedCount)"
        guard PQsendPrepare(conn, name, numbered(text), 0, nil) == 1 else { throw lost() }
        awaited.append(.prepare(text))
        prepared[text] = name
        return name
    }

    private func flush() throws {
        guard let conn, PQsendFlushRequest(conn) == 1, PQflush(conn) == 0 else { throw lost() }
    }

    private func sync() throws {
        try sendSync()
        try receive(upTo: awaited.count, nil)
    }

    /// Ends the transaction of a pipeline; the answer is read with whatever is awaited next.
    private func sendSync() throws {
        guard let conn, PQpipelineSync(conn) == 1 else { throw lost() }
        awaited.append(.sync)
    }

    /// Reads the answers of everything up to a place in `awaited`.
    /// - Parameters:
    ///   - places: whose answers are wanted; else that of the last one.
    ///   - keep: is handed those answers in order, and owns them.
    private func receive(
        upTo end: Int, keeping places: [Int]? = nil, _ keep: ((OpaquePointer) -> Void)?
    ) throws {
        guard let conn else { throw lost() }
        while awaitedHead < end {
            let entry = awaited[awaitedHead]
            guard let result = PQgetResult(conn) else { throw lost() }
            let status = PQresultStatus(result)
            var isKept = false
            switch status {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                if let keep, failure == nil, places?.contains(awaitedHead) ?? (awaitedHead == end - 1) {
                    keep(result)
                    isKept = true
                }
            case PGRES_PIPELINE_SYNC:
                guard case .sync = entry else {
                    PQclear(result)
                    throw lost()
                }
            case PGRES_PIPELINE_ABORTED:
                if case .prepare(let text) = entry { prepared[text] = nil }
            default:
                if case .prepare(let text) = entry { prepared[text] = nil }
                note(result)
            }
            if !isKept { PQclear(result) }
            awaitedHead += 1
            if status == PGRES_PIPELINE_SYNC { continue }
            if PQstatus(conn) == CONNECTION_BAD { throw lost() }
            // The end of this command's results; after an error in it, nothing may follow.
            while let more = PQgetResult(conn) { PQclear(more) }
        }
        awaited.removeAll(keepingCapacity: true)
        awaitedHead = 0
    }

    private func note(_ result: OpaquePointer) {
        guard failure == nil else { return }
        failure = postgresError(result)
        failureState = PQresultErrorField(result, postgresField("C")).map { String(cString: $0) } ?? ""
    }

    private func lost() -> StorageError {
        isLost = true
        let message = conn.flatMap { PQerrorMessage($0) }.map { String(cString: $0) } ?? ""
        let error = StorageError.unavailable(message.isEmpty ? "connection lost" : trimmed(message))
        if failure == nil { failure = error }
        return error
    }
}
