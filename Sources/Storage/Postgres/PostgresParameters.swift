/// Turns values into what libpq wants, in buffers that are kept from statement to statement.
///
/// Everything but bytes goes as text, so that the server decides the type from the place.
struct PostgresParameters {
    private var bytes: [UInt8] = []
    private var starts: [Int] = []
    private var pointers: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    mutating func with<R>(
        _ values: [SQLValue],
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> R
    ) -> R {
        guard !values.isEmpty else { return body(nil, nil, nil) }
        bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        pointers.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        for value in values { add(value) }
        return bytes.withUnsafeBytes { all in
            for start in starts {
                pointers.append(
                    start < 0 ? nil : all.baseAddress!.assumingMemoryBound(to: CChar.self) + start)
            }
            return body(pointers, lengths, formats)
        }
    }

    private mutating func add(_ value: SQLValue) {
        let start = bytes.count
        var format: Int32 = 0
        switch value {
        case .null:
            starts.append(-1)
            lengths.append(0)
            formats.append(0)
            return
        case .integer(let value): appendDecimal(value)
        case .real(let value): bytes += value.description.utf8
        case .text(let value): bytes += value.utf8
        case .blob(let value):
            bytes += value
            format = 1
        }
        starts.append(start)
        lengths.append(Int32(bytes.count - start))
        formats.append(format)
        bytes.append(0)
    }

    private mutating func appendDecimal(_ value: Int64) {
        if value < 0 { bytes.append(45) }
        // Twenty digits at most; the least comes first.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value.magnitude
            var count = 0
            repeat {
                digits[count] = UInt8(48 + rest % 10)
                rest /= 10
                count += 1
            } while rest > 0
            while count > 0 {
                count -= 1
                bytes.append(digits[count])
            }
        }
    }
}

/// Numbers the places: `?` → `$1`. A `?` inside quotes stays.
func numbered(_ text: String) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count + 16)
    var quote: UInt8?
    var places = 0
    for byte in text.utf8 {
        if let open = quote {
            if byte == open { quote = nil }
            out.append(byte)
        } else if byte == 39 || byte == 34 {
            quote = byte
            out.append(byte)
        } else if byte == 63 {
            places += 1
            out.append(36)
            out += String(places).utf8
        } else {
            out.append(byte)
        }
    }
    return String(decoding: out, as: UTF8.self)
}
