/// A transaction's statements on one connection of SQLite.
final class SQLiteSession: Session {
    let connection: SQLiteConnection
    /// Changes of text indexes, done together just before the commit: FTS5 writes a segment at
    /// every savepoint, so one by one would cost several pages each.
    private(set) var textChanges: [TextChange] = []

    enum TextChange {
        case put(TextDocument, TextIndex)
        case drop(Int64, TextIndex)
    }

    init(_ connection: SQLiteConnection) {
        self.connection = connection
    }

    var engine: Database.Engine { .sqlite }

    func query(_ sql: SQL, _ each: (Row) throws -> Bool) throws { try connection.query(sql, each) }
    /// Its transaction is still open.
    func readAnew() {}

    func query(_ selects: [any Select], isLast: Bool) throws {
        for select in selects {
            try connection.query(select.sql) {
                try select.take($0)
                return true
            }
        }
    }
    func run(_ sql: SQL) throws { try connection.run(sql) }
    func change(_ sql: SQL) throws -> Int { try connection.change(sql) }

    func put(_ document: TextDocument, in index: TextIndex) throws {
        textChanges.append(.put(document, index))
    }

    func drop(key: Int64, from index: TextIndex) throws {
        textChanges.append(.drop(key, index))
    }

    func search(_ query: TextQuery, before: Int64?, limit: Int, in index: TextIndex) throws -> [Int64] {
        try applyTextChanges()
        return try connection.search(query, before: before, limit: limit, in: index)
    }

    func applyTextChanges() throws {
        guard !textChanges.isEmpty else { return }
        for change in textChanges {
            switch change {
            case .put(let document, let index): try connection.put(document, in: index)
            case .drop(let key, let index): try connection.drop(key: key, from: index)
            }
        }
        textChanges.removeAll(keepingCapacity: true)
    }

    /// Forgets what was put after there were `count` changes.
    func forgetTextChanges(after count: Int = 0) {
        textChanges.removeLast(max(0, textChanges.count - count))
    }
}
