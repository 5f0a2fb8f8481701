import CPostgres
import GRDBSQLite
package import Values

/// Something that can be read out of a column.
package protocol SQLReadable {
    /// - Returns: nil when the value is of another type.
    init?(sqlValue: SQLValue)
    /// Reads without the detour over `SQLValue`.
    static func read(_ column: Column) -> Self?
}

/// One row of an answer. Valid only inside the closure that it was handed to.
package struct Row {
    enum Source {
        case sqlite(statement: OpaquePointer)
        case postgres(result: OpaquePointer, row: Int32)
    }
    let source: Source

    /// A column of the wrong type is an error of the program and stops it. The common types have
    /// subscripts of their own (RowReading.swift), which are many times as fast.
    @_disfavoredOverload
    package subscript<T: SQLReadable>(_ index: Int) -> T {
        let column = Column(source: source, index: Int32(truncatingIfNeeded: index))
        guard let value = T.read(column) else { column.refuse(T.self) }
        return value
    }

    /// Finds the column by its name; a missing name is an error of the program and stops it.
    package subscript<T: SQLReadable>(_ name: String) -> T {
        self[self.index(of: name)]
    }

    private func index(of name: String) -> Int {
        let found: Int? = name.withCString { wanted in
            switch source {
            case .sqlite(let statement):
                (0..<sqlite3_column_count(statement)).first {
                    strcmpEqual(sqlite3_column_name(statement, $0), wanted)
                }.map(Int.init)
            case .postgres(let result, _):
                (0..<PQnfields(result)).first { strcmpEqual(PQfname(result, $0), wanted) }.map(Int.init)
            }
        }
        guard let found else { fatalError("no column named \(name) in the answer") }
        return found
    }
}

private func strcmpEqual(_ a: UnsafePointer<CChar>?, _ b: UnsafePointer<CChar>) -> Bool {
    guard let a else { return false }
    var i = 0
    while a[i] == b[i] {
        if a[i] == 0 { return true }
        i += 1
    }
    return false
}

extension SQLReadable {
    package static func read(_ column: Column) -> Self? { Self(sqlValue: column.value) }
}

extension SQLReadable where Self: RawRepresentable, RawValue: SQLReadable {
    package init?(sqlValue: SQLValue) {
        guard let raw = RawValue(sqlValue: sqlValue) else { return nil }
        self.init(rawValue: raw)
    }
    package static func read(_ column: Column) -> Self? {
        RawValue.read(column).flatMap(Self.init(rawValue:))
    }
}

extension SQLValue: SQLReadable {
    package init?(sqlValue: SQLValue) { self = sqlValue }
    package static func read(_ column: Column) -> SQLValue? { column.value }
}
extension Int: SQLReadable {
    package init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self = Int(value)
    }
    package static func read(_ column: Column) -> Int? { column.integer().map { Int($0) } }
}
extension Int64: SQLReadable {
    package init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self = value
    }
    package static func read(_ column: Column) -> Int64? { column.integer() }
}
extension Int32: SQLReadable {
    package init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self.init(exactly: value)
    }
    package static func read(_ column: Column) -> Int32? {
        column.integer().flatMap { Int32(exactly: $0) }
    }
}
extension Bool: SQLReadable {
    package init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self = value != 0
    }
    package static func read(_ column: Column) -> Bool? { column.integer().map { $0 != 0 } }
}
extension Double: SQLReadable {
    package init?(sqlValue: SQLValue) {
        switch sqlValue {
        case .real(let value): self = value
        case .integer(let value): self = Double(value)
        default: return nil
        }
    }
    package static func read(_ column: Column) -> Double? { column.real() }
}
extension String: SQLReadable {
    package init?(sqlValue: SQLValue) {
        guard case .text(let value) = sqlValue else { return nil }
        self = value
    }
    package static func read(_ column: Column) -> String? { column.text() }
}
extension [UInt8]: SQLReadable {
    package init?(sqlValue: SQLValue) {
        guard case .blob(let value) = sqlValue else { return nil }
        self = value
    }
    package static func read(_ column: Column) -> [UInt8]? { column.blob() }
}
extension Optional: SQLReadable where Wrapped: SQLReadable {
    package init?(sqlValue: SQLValue) {
        if case .null = sqlValue {
            self = Wrapped?.none
        } else {
            guard let value = Wrapped(sqlValue: sqlValue) else { return nil }
            self = value
        }
    }
    package static func read(_ column: Column) -> Wrapped?? {
        if column.isNull { return .some(nil) }
        guard let value = Wrapped.read(column) else { return nil }
        return .some(value)
    }
}
extension Instant: SQLReadable {
    package init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self.init(milliseconds: value)
    }
    package static func read(_ column: Column) -> Instant? {
        column.integer().map { Instant(milliseconds: $0) }
    }
}
extension Day: SQLReadable {
    package init?(sqlValue: SQLValue) {
        guard case .text(let value) = sqlValue else { return nil }
        self.init(iso: value)
    }
    package static func read(_ column: Column) -> Day? { column.text().flatMap { Day(iso: $0) } }
}
extension ID: SQLReadable {
    package init?(sqlValue: SQLValue) {
        guard case .text(let value) = sqlValue else { return nil }
        self.init(value)
    }
    package static func read(_ column: Column) -> ID? { column.text().map { ID($0) } }
}
extension Code: SQLReadable {
    package init?(sqlValue: SQLValue) {
        guard case .text(let value) = sqlValue else { return nil }
        self.init(stored: value)
    }
    package static func read(_ column: Column) -> Code? { column.text().map { Code(stored: $0) } }
}
