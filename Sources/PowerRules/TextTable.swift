/// A table of comma-separated values after RFC 4180 with a header line, read row by row from bytes
/// without a copy of the whole. A byte order mark and both line ends are accepted; empty lines are
/// passed over. A million rows take well under a second in a release build.
package struct TextTable {
    private let bytes: [UInt8]
    private var at: Int
    private var nextLine = 1
    /// Where the fields of the row stand; a quoted field is unescaped into `unquoted`.
    private var fields: [Field] = []
    private var unquoted: [UInt8] = []
    /// The number of the row's first line, counted from 1.
    package private(set) var line = 0
    package private(set) var header: [String] = []

    private struct Field {
        var from: Int
        var to: Int
        var isUnquoted: Bool
    }

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        if next() { header = (0..<count).map { self[$0] } }
    }

    package init(_ text: String) { self.init(Array(text.utf8)) }

    /// How many fields the row has.
    package var count: Int { fields.count }

    /// The column of a name in the header.
    package func column(_ name: String) -> Int? { header.firstIndex(of: name) }

    /// Goes to the next row that is not empty.
    /// - Returns: false at the end.
    package mutating func next() -> Bool {
        while at < bytes.count {
            line = nextLine
            readRow()
            if fields.count > 1 || fields[0].from < fields[0].to || fields[0].isUnquoted { return true }
        }
        return false
    }

    /// A field of the row; empty when the row is too short.
    package subscript(_ column: Int) -> String {
        String(decoding: utf8(column), as: UTF8.self)
    }

    /// The bytes of a field of the row; empty when the row is too short.
    package func utf8(_ column: Int) -> ArraySlice<UInt8> {
        guard column < fields.count else { return [] }
        let field = fields[column]
        return field.isUnquoted ? unquoted[field.from..<field.to] : bytes[field.from..<field.to]
    }

    private mutating func readRow() {
        fields.removeAll(keepingCapacity: true)
        unquoted.removeAll(keepingCapacity: true)
        while true {
            if at < bytes.count, bytes[at] == UInt8(ascii: "\"") { readQuoted() } else { readPlain() }
            guard at < bytes.count else { return }
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\n") {
                nextLine += 1
                return
            }
            // A comma at the very end of the text leaves one more, empty field.
            if at == bytes.count { return fields.append(Field(from: at, to: at, isUnquoted: false)) }
        }
    }

    /// Up to the comma or line end, without a carriage return before the line end.
    private mutating func readPlain() {
        let from = at
        while at < bytes.count, bytes[at] != UInt8(ascii: ","), bytes[at] != UInt8(ascii: "\n") { at += 1 }
        let endsLine = at == bytes.count || bytes[at] == UInt8(ascii: "\n")
        let to = endsLine && at > from && bytes[at - 1] == UInt8(ascii: "\r") ? at - 1 : at
        fields.append(Field(from: from, to: to, isUnquoted: false))
    }

    private mutating func readQuoted() {
        let from = unquoted.count
        at += 1
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\"") {
                guard at < bytes.count, bytes[at] == byte else { break }
                at += 1
            } else if byte == UInt8(ascii: "\n") {
                nextLine += 1
            }
            unquoted.append(byte)
        }
        while at < bytes.count, bytes[at] != UInt8(ascii: ","), bytes[at] != UInt8(ascii: "\n") {
            if bytes[at] != UInt8(ascii: "\r") { unquoted.append(bytes[at]) }
            at += 1
        }
        fields.append(Field(from: from, to: unquoted.count, isUnquoted: true))
    }
}

/// Reads a plain decimal number: `-12`, `0.5`, `1.2e3`; no spaces, no `nan`, no `inf`, no hex.
package func decimal(_ bytes: some BidirectionalCollection<UInt8>) -> Double? {
    guard let last = bytes.last, (48...57).contains(last) || last == 46,
        bytes.allSatisfy({ (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) }),
        let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite
    else { return nil }
    return value
}

/// Reads a whole number of digits with an optional sign.
package func integer(_ bytes: some Collection<UInt8>) -> Int? {
    bytes.isEmpty ? nil : Int(String(decoding: bytes, as: UTF8.self))
}
