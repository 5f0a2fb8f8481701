/// Comma-separated values after RFC 4180, with a header, read record by record. A byte order mark
/// and both line ends are accepted.
package struct CSVReader {
    private let bytes: [UInt8]
    private var at: Int
    private var line = 1
    package private(set) var header: [String] = []

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        header = nextFields()?.fields.map { $0.lowercased() } ?? []
    }

    /// One record by column name, with the number of its first line. Empty lines are passed over.
    package struct Record {
        package let line: Int
        package let fields: [String: String]
        /// Cells beyond or short of the header.
        package let hasWrongCount: Bool
        package subscript(_ column: String) -> String { fields[column] ?? "" }
    }

    package mutating func next() -> Record? {
        while let (fields, line) = nextFields() {
            if fields == [""] { continue }
            var named: [String: String] = [:]
            for (name, value) in zip(header, fields) { named[name] = value }
            return Record(line: line, fields: named, hasWrongCount: fields.count != header.count)
        }
        return nil
    }

    private mutating func nextFields() -> (fields: [String], line: Int)? {
        guard at < bytes.count else { return nil }
        let first = line
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == 10 { line += 1 }
            if isQuoted {
                if byte == 34 {
                    if at < bytes.count, bytes[at] == 34 {
                        field.append(34)
                        at += 1
                    } else {
                        isQuoted = false
                    }
                } else {
                    field.append(byte)
                }
            } else if byte == 34, field.isEmpty {
                isQuoted = true
            } else if byte == 44 {
                fields.append(String(decoding: field, as: UTF8.self))
                field.removeAll(keepingCapacity: true)
            } else if byte == 10 {
                break
            } else if byte != 13 || (at < bytes.count && bytes[at] != 10) {
                field.append(byte)
            }
        }
        fields.append(String(decoding: field, as: UTF8.self))
        return (fields, first)
    }
}
