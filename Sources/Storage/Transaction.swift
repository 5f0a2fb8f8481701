/// What both engines do for one transaction.
protocol Session: AnyObject {
    var engine: Database.Engine { get }
    /// Hands over rows until the closure answers false.
    func query(_ sql: SQL, _ each: (Row) throws -> Bool) throws
    /// Asks all before it waits for the first.
    /// - Parameter isLast: nothing is asked afterwards.
    func query(_ selects: [any Select], isLast: Bool) throws
    /// After the last question of a transaction that reads, there is another.
    func readAnew()
    func run(_ sql: SQL) throws
    func change(_ sql: SQL) throws -> Int
    func put(_ document: TextDocument, in index: TextIndex) throws
    func drop(key: Int64, from index: TextIndex) throws
    func search(_ query: TextQuery, before: Int64?, limit: Int, in index: TextIndex) throws -> [Int64]
}

/// The one way to the data. Everything in it happens together or not at all.
///
/// Deliberately not `Sendable`: it never leaves its closure. A statement that failed spoils the
/// whole transaction on both engines: what is called later throws the same error, and nothing
/// is committed even if the closure returns.
package final class Transaction {
    enum Kind { case read, write, drain }

    private let session: any Session
    private let faults: FaultInjector
    private let kind: Kind
    /// The first statement's error.
    private(set) var failure: StorageError?
    /// It was promised that nothing else is asked.
    private var isOver = false

    init(_ session: any Session, _ kind: Kind, _ faults: FaultInjector) {
        self.session = session
        self.kind = kind
        self.faults = faults
    }

    package func rows<T>(_ sql: SQL, _ map: (Row) throws -> T) throws -> [T] {
        var out: [T] = []
        try step {
            try session.query(sql) {
                out.append(try map($0))
                return true
            }
        }
        return out
    }

    /// Selects of which none needs another's answer: one round trip to PostgreSQL.
    /// - Parameter last: a promise that this transaction asks nothing else; in one that reads, its
    ///   end then travels along.
    package func ask(_ selects: any Select..., last: Bool = false) throws {
        try step {
            isOver = last
            try session.query(selects, isLast: last && kind == .read)
        }
    }

    /// Asks once more after what was said to be the last: for the few who need it, so that everybody
    /// else is answered in one trip. A transaction that reads may see a state that is a moment younger.
    package func askAfterwards(_ selects: any Select...) throws {
        precondition(isOver, "something else may still be asked")
        isOver = false
        try step {
            isOver = true
            if kind == .read { session.readAnew() }
            try session.query(selects, isLast: kind == .read)
        }
    }

    package func first<T>(_ sql: SQL, _ map: (Row) throws -> T) throws -> T? {
        var out: T?
        try step {
            try session.query(sql) {
                out = try map($0)
                return false
            }
        }
        return out
    }

    /// The first column of the first row; nil when there is no row, or NULL.
    package func value<T: SQLReadable>(_ sql: SQL) throws -> T? {
        var out: T?
        try step {
            try session.query(sql) {
                out = $0[0] as T?
                return false
            }
        }
        return out
    }

    /// Runs a statement that returns nothing. PostgreSQL may report its error only at the next
    /// statement that returns something, or at the end.
    package func run(_ sql: SQL) throws {
        try step { try session.run(sql) }
    }

    /// - Returns: how many rows were inserted, updated or deleted.
    package func change(_ sql: SQL) throws -> Int {
        try step { try session.change(sql) }
    }

    /// Ends a `SELECT` of a worker that leases rows, so that several workers do not wait for
    /// each other. SQLite has one writer and needs nothing.
    package var skipLocked: SQL {
        session.engine == .postgres && kind != .read ? " FOR UPDATE SKIP LOCKED" : ""
    }

    /// Inserts or replaces a document.
    /// - Parameters:
    ///   - terms: exact terms beside the words of the text, such as `u:mafang`.
    ///   - key: the larger, the newer.
    package func put(_ text: String, terms: [String], key: Int64, in index: TextIndex) throws {
        try step { try session.put(TextDocument(key: key, text: text, terms: terms), in: index) }
    }

    package func drop(key: Int64, from index: TextIndex) throws {
        try step { try session.drop(key: key, from: index) }
    }

    /// Finds documents that contain every part of `query` (split at white space) and every one
    /// of `terms`, and one of `anyOf` unless it is empty.
    ///
    /// A part in Chinese is found wherever it stands in the text; Latin words and numbers are
    /// found as whole words, in any case. An empty query finds by terms alone; one of nothing
    /// but punctuation finds nothing.
    /// - Parameter before: only keys smaller than this.
    /// - Returns: keys, the largest first.
    package func search(
        _ query: String, terms: [String], anyOf: [String] = [], before: Int64? = nil, limit: Int,
        in index: TextIndex
    ) throws -> [Int64] {
        guard limit > 0, let wanted = TextQuery(query, terms: terms, anyOf: anyOf) else { return [] }
        return try step { try session.search(wanted, before: before, limit: limit, in: index) }
    }

    /// Throws the failure that the closure may have caught.
    func finish() throws {
        if let failure { throw failure }
    }

    @inline(__always)
    private func step<R>(_ body: () throws -> R) throws -> R {
        if let failure { throw failure }
        precondition(!isOver, "asked after the last question")
        do {
            try faults.beforeStatement()
            return try body()
        } catch let error as StorageError {
            if failure == nil { failure = error }
            throw error
        }
    }
}
