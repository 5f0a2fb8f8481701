import CPostgres

extension PostgresConnection {
    /// A plain connection, not in pipeline mode.
    /// - Parameter isForReading: transactions read one consistent state and change nothing.
    static func connect(
        _ url: String, database: String? = nil, isForReading: Bool = false
    ) throws -> OpaquePointer {
        // What stands after the address in this list wins over it.
        var keys = [
            "connect_timeout", "application_name", "keepalives_idle", "tcp_user_timeout", "dbname",
            "client_encoding", "options",
        ]
        var values = [
            "5", "cunwang", "30", "15000", url, "UTF8",
            // Acknowledged means on disk, whatever the server's default is.
            "-c synchronous_commit=on -c client_min_messages=warning -c extra_float_digits=1 "
                + "-c idle_in_transaction_session_timeout=60000"
                + (isForReading
                    ? " -c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on" : ""),
        ]
        if let database {
            keys.append("dbname")
            values.append(database)
        }
        let made = withCStrings(keys) { keys in
            withCStrings(values) { PQconnectdbParams(keys, $0, 1) }
        }
        guard let made else { throw StorageError.unavailable("out of memory") }
        guard PQstatus(made) == CONNECTION_OK else {
            let message = PQerrorMessage(made).map { String(cString: $0) } ?? ""
            PQfinish(made)
            throw StorageError.unavailable(trimmed(message))
        }
        PQsetNoticeProcessor(made, { _, _ in }, nil)
        return made
    }
}

func trimmed(_ message: String) -> String {
    message.split(separator: "\n").joined(separator: " ")
}

/// Hands over a NULL-terminated list of C strings.
func withCStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R
) -> R {
    var bytes: [CChar] = []
    var starts: [Int] = []
    for string in strings {
        starts.append(bytes.count)
        bytes += string.utf8.map { CChar(bitPattern: $0) } + [0]
    }
    return bytes.withUnsafeBufferPointer { all in
        var pointers: [UnsafePointer<CChar>?] = starts.map { all.baseAddress! + $0 }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}
