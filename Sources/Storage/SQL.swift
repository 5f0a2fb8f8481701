package import Values

/// A value as both engines know it.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// Something that may be bound to a place in a statement.
package protocol SQLBindable: Sendable {
    var sqlValue: SQLValue { get }
}

/// A statement, or a piece of one, together with the values bound to it.
///
/// `"… \(value) …"` binds, so no value can ever become SQL. Places are written as `?` and are
/// numbered by the PostgreSQL engine.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    package private(set) var text: String
    package private(set) var binds: [SQLValue]

    package init(stringLiteral text: String) {
        self.text = text
        self.binds = []
    }

    /// Trusts `text` to be SQL: for statements that the program itself composed.
    package init(_ text: String) {
        self.init(stringLiteral: text)
    }

    package init(stringInterpolation: StringInterpolation) {
        self.text = stringInterpolation.text
        self.binds = stringInterpolation.binds
    }

    package var isEmpty: Bool { text.isEmpty }

    package static func + (a: SQL, b: SQL) -> SQL {
        var sum = a
        sum += b
        return sum
    }

    package static func += (a: inout SQL, b: SQL) {
        a.text += b.text
        a.binds += b.binds
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var binds: [SQLValue] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 2 * interpolationCount)
            binds.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        package mutating func appendInterpolation<T: SQLBindable>(_ value: T) {
            text += "?"
            binds.append(value.sqlValue)
        }

        /// Nothing is bound as NULL.
        package mutating func appendInterpolation<T: SQLBindable>(_ value: T?) {
            text += "?"
            binds.append(value?.sqlValue ?? .null)
        }

        /// Splices SQL that the program itself composed, such as the name of a table.
        package mutating func appendInterpolation(raw: String) {
            text += raw
        }

        package mutating func appendInterpolation(sql: SQL) {
            text += sql.text
            binds += sql.binds
        }

        /// `IN \(list: ids)`: an empty list becomes `(NULL)`, which nothing equals.
        package mutating func appendInterpolation<T: SQLBindable>(list: [T]) {
            guard !list.isEmpty else {
                text += "(NULL)"
                return
            }
            text += "("
            for (i, value) in list.enumerated() {
                text += i == 0 ? "?" : ",?"
                binds.append(value.sqlValue)
            }
            text += ")"
        }
    }
}

extension SQLBindable where Self: RawRepresentable, RawValue: SQLBindable {
    package var sqlValue: SQLValue { rawValue.sqlValue }
}

extension SQLValue: SQLBindable {
    package var sqlValue: SQLValue { self }
}
extension Int: SQLBindable {
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}
extension Int64: SQLBindable {
    package var sqlValue: SQLValue { .integer(self) }
}
extension Int32: SQLBindable {
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}
extension Bool: SQLBindable {
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}
extension Double: SQLBindable {
    package var sqlValue: SQLValue { .real(self) }
}
extension String: SQLBindable {
    /// PostgreSQL keeps no zero bytes in text, so both engines keep U+FFFD instead.
    package var sqlValue: SQLValue { .text(utf8.contains(0) ? withoutZeros : self) }

    private var withoutZeros: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{fffd}" : $0 }))
    }
}
extension [UInt8]: SQLBindable {
    package var sqlValue: SQLValue { .blob(self) }
}
extension Optional: SQLBindable where Wrapped: SQLBindable {
    package var sqlValue: SQLValue { self?.sqlValue ?? .null }
}
extension Instant: SQLBindable {
    package var sqlValue: SQLValue { .integer(milliseconds) }
}
extension Day: SQLBindable {
    package var sqlValue: SQLValue { .text(iso) }
}
extension ID: SQLBindable {
    package var sqlValue: SQLValue { .text(text) }
}
extension Code: SQLBindable {
    package var sqlValue: SQLValue { .text(text) }
}
