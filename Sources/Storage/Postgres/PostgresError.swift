import CPostgres

/// The codes of `PQresultErrorField` are C character macros, which Swift does not see
/// (libpq's `postgres_ext.h`): C state, M message, D detail, t table, c column, n constraint.
func postgresField(_ letter: Unicode.Scalar) -> Int32 { Int32(letter.value) }

/// Translates an error of PostgreSQL (appendix A of its manual) to what SQLite would say.
func postgresError(_ result: OpaquePointer) -> StorageError {
    func field(_ letter: Unicode.Scalar) -> String {
        PQresultErrorField(result, postgresField(letter)).map { String(cString: $0) } ?? ""
    }
    let state = field("C")
    let message = field("M")
    switch state {
    case "23505": return .unique(columns(field("D"), of: field("t")) ?? field("n"))
    case "23503": return .foreignKey(field("n"))
    case "23514": return .check(field("n"))
    case "23502": return .check("\(field("t")).\(field("c"))")
    // disk_full; and what the system says when a file cannot grow.
    case "53100": return .full
    case _ where message.contains("No space left on device"): return .full
    case "40001", "40P01", "55P03", "57014", "25006": return .unavailable("\(state) \(message)")
    default: break
    }
    switch state.prefix(2) {
    // Connections, resources, the operator, the system, damaged data.
    case "08", "53", "57", "58", "XX": return .unavailable("\(state) \(message)")
    case "": return .unavailable(trimmed(message.isEmpty ? plainMessage(result) : message))
    default: return .sql("\(state) \(message)")
    }
}

private func plainMessage(_ result: OpaquePointer) -> String {
    PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
}

/// `Key (a, b)=(1, 2) already exists.` → `table.a, table.b`
private func columns(_ detail: String, of table: String) -> String? {
    guard let open = detail.firstIndex(of: "("), let close = detail.range(of: ")=")
    else { return nil }
    let names = detail[detail.index(after: open)..<close]
    return names.split(separator: ", ").map { "\(table).\($0)" }.joined(separator: ", ")
}

extension String {
    /// The first place of `part`; the standard library has no search for text without Foundation.
    fileprivate func range(of part: String) -> String.Index? {
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(part) { return at }
            formIndex(after: &at)
        }
        return nil
    }
}
