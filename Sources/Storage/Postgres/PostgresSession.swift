import CPostgres

/// A transaction's statements on one connection of PostgreSQL.
final class PostgresSession: Session {
    let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    var engine: Database.Engine { .postgres }

    func query(_ sql: SQL, _ each: (Row) throws -> Bool) throws { try connection.query(sql, each) }
    func query(_ selects: [any Select], isLast: Bool) throws {
        try connection.askTogether(selects.map(\.sql), isLast: isLast) { index, answer in
            for row in 0..<PQntuples(answer) {
                try selects[index].take(Row(source: .postgres(result: answer, row: row)))
            }
        }
    }
    func readAnew() { connection.beginReading() }
    func run(_ sql: SQL) throws { try connection.run(sql) }
    func change(_ sql: SQL) throws -> Int { try connection.change(sql) }

    func put(_ document: TextDocument, in index: TextIndex) throws {
        try connection.put(document, in: index)
    }

    func drop(key: Int64, from index: TextIndex) throws {
        try connection.drop(key: key, from: index)
    }

    func search(_ query: TextQuery, before: Int64?, limit: Int, in index: TextIndex) throws -> [Int64] {
        try connection.search(query, before: before, limit: limit, in: index)
    }
}
