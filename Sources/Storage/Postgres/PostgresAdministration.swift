import CPostgres

/// What is done to a whole database, from outside of it.
enum PostgresAdministration {
    static func create(_ url: String) async throws {
        try await onServer(of: url) { name in
            """
            CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'
            """
        }
    }

    static func clone(_ source: String, to target: String) async throws {
        let template = quoted(try databaseName(source))
        try await onServer(of: target) { name in "CREATE DATABASE \(name) TEMPLATE \(template)" }
    }

    static func remove(_ url: String) async throws {
        try await onServer(of: url) { name in "DROP DATABASE IF EXISTS \(name) WITH (FORCE)" }
    }

    private static func onServer(
        of url: String, _ statement: @escaping @Sendable (String) -> String
    ) async throws {
        try await withUnsafeThrowingContinuation { (answer: UnsafeContinuation<Void, any Error>) in
            startThread {
                answer.resume(
                    with: Result {
                        let name = quoted(try databaseName(url))
                        let conn = try PostgresConnection.connect(url, database: "postgres")
                        defer { PQfinish(conn) }
                        let result = PQexec(conn, statement(name))
                        defer { PQclear(result) }
                        guard let result, PQresultStatus(result) == PGRES_COMMAND_OK else {
                            throw result.map(postgresError) ?? StorageError.unavailable("connection lost")
                        }
                    })
            }
        }
    }

    /// The database that an address names, as libpq reads it.
    private static func databaseName(_ url: String) throws -> String {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            defer { PQfreemem(message) }
            throw StorageError.unavailable(message.map { trimmed(String(cString: $0)) } ?? "bad address")
        }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if String(cString: keyword) == "dbname", let value = option.pointee.val {
                return String(cString: value)
            }
            option += 1
        }
        throw StorageError.unavailable("the address names no database")
    }

    private static func quoted(_ name: String) -> String {
        "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }
}
