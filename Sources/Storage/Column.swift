import CPostgres
import GRDBSQLite

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One value of a row, still inside the engine. The readers answer nil when the value is NULL or
/// of another type.
package struct Column {
    let source: Row.Source
    let index: Int32

    package var isNull: Bool {
        switch source {
        case .sqlite(let statement): sqlite3_column_type(statement, index) == SQLITE_NULL
        case .postgres(let result, let row): PQgetisnull(result, row, index) != 0
        }
    }

    package func integer() -> Int64? {
        switch source {
        case .sqlite(let statement):
            guard sqlite3_column_type(statement, index) == SQLITE_INTEGER else { return nil }
            return sqlite3_column_int64(statement, index)
        case .postgres(let result, let row):
            // No number is written in nothing: NULL has no length.
            let length = PQgetlength(result, row, index)
            guard length > 0, let text = PQgetvalue(result, row, index) else { return nil }
            return switch PQftype(result, index) {
            case PostgresType.bool: text[0] == 116 ? 1 : 0
            case PostgresType.int8, PostgresType.int4, PostgresType.int2, PostgresType.numeric:
                parseInteger(text, length)
            default: nil
            }
        }
    }

    package func real() -> Double? {
        switch source {
        case .sqlite(let statement):
            let type = sqlite3_column_type(statement, index)
            guard type == SQLITE_FLOAT || type == SQLITE_INTEGER else { return nil }
            return sqlite3_column_double(statement, index)
        case .postgres(let result, let row):
            guard PQgetisnull(result, row, index) == 0, let text = PQgetvalue(result, row, index)
            else { return nil }
            return switch PQftype(result, index) {
            case PostgresType.float8, PostgresType.float4, PostgresType.numeric,
                PostgresType.int8, PostgresType.int4, PostgresType.int2:
                strtod(text, nil)
            default: nil
            }
        }
    }

    package func text() -> String? {
        switch source {
        case .sqlite(let statement):
            guard sqlite3_column_type(statement, index) == SQLITE_TEXT,
                let bytes = sqlite3_column_text(statement, index)
            else { return nil }
            let count = Int(sqlite3_column_bytes(statement, index))
            return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
        case .postgres(let result, let row):
            guard !PostgresType.isNotText(PQftype(result, index)) else { return nil }
            let length = PQgetlength(result, row, index)
            if length == 0 { return PQgetisnull(result, row, index) == 0 ? "" : nil }
            guard let bytes = PQgetvalue(result, row, index) else { return nil }
            return String(decoding: UnsafeRawBufferPointer(start: bytes, count: Int(length)), as: UTF8.self)
        }
    }

    /// Whether it is this text.
    func holds(_ text: String) -> Bool {
        let length: Int32
        let start: UnsafeRawPointer?
        switch source {
        case .sqlite(let statement):
            guard sqlite3_column_type(statement, index) == SQLITE_TEXT else { return false }
            start = UnsafeRawPointer(sqlite3_column_text(statement, index))
            length = sqlite3_column_bytes(statement, index)
        case .postgres(let result, let row):
            guard !PostgresType.isNotText(PQftype(result, index)), PQgetisnull(result, row, index) == 0 else { return false }
            start = UnsafeRawPointer(PQgetvalue(result, row, index))
            length = PQgetlength(result, row, index)
        }
        guard let start, text.utf8.count == Int(length) else { return false }
        return text.utf8.withContiguousStorageIfAvailable { memcmp($0.baseAddress!, start, Int(length)) == 0 } ?? false
    }

    package func blob() -> [UInt8]? {
        switch source {
        case .sqlite(let statement):
            guard sqlite3_column_type(statement, index) == SQLITE_BLOB else { return nil }
            let count = Int(sqlite3_column_bytes(statement, index))
            return Array(UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, index), count: count))
        case .postgres(let result, let row):
            guard PQgetisnull(result, row, index) == 0, PQftype(result, index) == PostgresType.bytea,
                let text = PQgetvalue(result, row, index)
            else { return nil }
            return parseBytes(text, PQgetlength(result, row, index))
        }
    }

    package var value: SQLValue {
        if isNull { return .null }
        switch source {
        case .sqlite(let statement):
            return switch sqlite3_column_type(statement, index) {
            case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, index))
            case SQLITE_FLOAT: .real(sqlite3_column_double(statement, index))
            case SQLITE_BLOB: .blob(blob() ?? [])
            default: .text(text() ?? "")
            }
        case .postgres(let result, let row):
            switch PQftype(result, index) {
            case PostgresType.bool, PostgresType.int8, PostgresType.int4, PostgresType.int2:
                return .integer(integer() ?? 0)
            case PostgresType.numeric:
                if let whole = integer() { return .integer(whole) }
                return .real(real() ?? 0)
            case PostgresType.float8, PostgresType.float4: return .real(real() ?? 0)
            case PostgresType.bytea: return .blob(blob() ?? [])
            default: return .text(postgresText(result, row))
            }
        }
    }

    /// Stops the program with what was asked and what was found.
    func refuse(_ wanted: any SQLReadable.Type) -> Never {
        let name: String
        switch source {
        case .sqlite(let statement):
            name = sqlite3_column_name(statement, index).map { String(cString: $0) } ?? "?"
        case .postgres(let result, _):
            name = PQfname(result, index).map { String(cString: $0) } ?? "?"
        }
        let found =
            switch value {
            case .null: "NULL"
            case .integer: "an integer"
            case .real: "a real"
            case .text: "text that is not one, or text"
            case .blob: "bytes"
            }
        fatalError("column \(index) (\(name)) should be \(wanted), but is \(found)")
    }

    private func postgresText(_ result: OpaquePointer, _ row: Int32) -> String {
        guard let bytes = PQgetvalue(result, row, index) else { return "" }
        let raw = UnsafeRawBufferPointer(start: bytes, count: Int(PQgetlength(result, row, index)))
        return String(decoding: raw, as: UTF8.self)
    }
}

/// Object identifiers of PostgreSQL's built-in types (`pg_type.dat`).
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let numeric: UInt32 = 1700

    static func isNotText(_ type: UInt32) -> Bool {
        switch type {
        case bool, bytea, int8, int2, int4, float4, float8, numeric: true
        default: false
        }
    }
}

/// - Returns: nil when there is a fraction or it does not fit 64 bits.
private func parseInteger(_ text: UnsafePointer<CChar>, _ length: Int32) -> Int64? {
    let negative = length > 0 && text[0] == 45
    var at = negative ? 1 : 0
    guard at < length else { return nil }
    var value: Int64 = 0
    while at < length {
        let digit = Int64(text[at]) - 48
        guard digit >= 0, digit <= 9 else { return nil }
        let (ten, over) = value.multipliedReportingOverflow(by: 10)
        let (next, past) = ten.subtractingReportingOverflow(digit)
        guard !over, !past else { return nil }
        value = next
        at += 1
    }
    return negative ? value : (value == .min ? nil : -value)
}

/// Reads PostgreSQL's `\x…` form of bytes.
private func parseBytes(_ text: UnsafePointer<CChar>, _ length: Int32) -> [UInt8]? {
    let count = Int(length)
    guard count >= 2, text[0] == 92, text[1] == 120 else { return nil }
    func digit(_ c: CChar) -> UInt8 { c <= 57 ? UInt8(c) - 48 : UInt8(c) - 87 }
    return [UInt8](unsafeUninitializedCapacity: (count - 2) / 2) { out, filled in
        var at = 2
        while at + 1 < count {
            out[filled] = digit(text[at]) << 4 | digit(text[at + 1])
            filled += 1
            at += 2
        }
    }
}
