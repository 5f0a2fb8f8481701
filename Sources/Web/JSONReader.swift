import Desk

/// Reads JSON (RFC 8259) into raw inputs. Strict: no comments, no trailing commas, UTF-8 only,
/// at most `depthLimit` levels; of equal names the last counts.
struct JSONReader {
    struct Malformed: Error {}

    static let depthLimit = 32

    private let bytes: [UInt8]
    private var at = 0

    static func read(_ bytes: [UInt8]) throws(Malformed) -> RawInput {
        var reader = JSONReader(bytes: bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.at == bytes.count else { throw Malformed() }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 32 || bytes[at] == 10 || bytes[at] == 13 || bytes[at] == 9 { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func value(depth: Int) throws(Malformed) -> RawInput {
        guard depth <= Self.depthLimit else { throw Malformed() }
        skipSpace()
        guard at < bytes.count else { throw Malformed() }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try list(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object(_ depth: Int) throws(Malformed) -> RawInput {
        at += 1
        var members: [String: RawInput] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw Malformed() }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw Malformed() }
            members[name] = try value(depth: depth + 1)
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw Malformed() }
            return .object(members)
        }
    }

    private mutating func list(_ depth: Int) throws(Malformed) -> RawInput {
        at += 1
        var items: [RawInput] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .list(items) }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw Malformed() }
            return .list(items)
        }
    }

    private mutating func word(_ word: StaticString, _ value: RawInput) throws(Malformed) -> RawInput {
        for i in 0..<word.utf8CodeUnitCount {
            guard take(word.utf8Start[i]) else { throw Malformed() }
        }
        return value
    }

    private mutating func number() throws(Malformed) -> Double {
        let start = at
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) {
            guard digits() > 0 else { throw Malformed() }
        }
        if take(UInt8(ascii: ".")) {
            guard digits() > 0 else { throw Malformed() }
        }
        if at < bytes.count, bytes[at] | 32 == UInt8(ascii: "e") {
            at += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw Malformed() }
        }
        guard let n = Double(String(decoding: bytes[start..<at], as: UTF8.self)), n.isFinite else {
            throw Malformed()
        }
        return n
    }

    private mutating func digits() -> Int {
        let start = at
        while at < bytes.count, bytes[at] >= 48, bytes[at] <= 57 { at += 1 }
        return at - start
    }

    private mutating func string() throws(Malformed) -> String {
        at += 1
        let start = at
        while at < bytes.count, bytes[at] != 34, bytes[at] != 92, bytes[at] >= 32 { at += 1 }
        guard at < bytes.count, bytes[at] >= 32 else { throw Malformed() }
        if bytes[at] == 34 {
            at += 1
            guard let text = String(validating: bytes[start..<(at - 1)], as: UTF8.self) else { throw Malformed() }
            return text
        }
        var out = Array(bytes[start..<at])
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case 34:
                guard let text = String(validating: out, as: UTF8.self) else { throw Malformed() }
                return text
            case 92: try escape(&out)
            case 0..<32: throw Malformed()
            default: out.append(byte)
            }
        }
        throw Malformed()
    }

    private mutating func escape(_ out: inout [UInt8]) throws(Malformed) {
        guard at < bytes.count else { throw Malformed() }
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(8)
        case UInt8(ascii: "f"): out.append(12)
        case UInt8(ascii: "n"): out.append(10)
        case UInt8(ascii: "r"): out.append(13)
        case UInt8(ascii: "t"): out.append(9)
        case UInt8(ascii: "u"):
            var scalar = try fourDigits()
            if (0xD800...0xDBFF).contains(scalar) {
                guard take(92), take(UInt8(ascii: "u")) else { throw Malformed() }
                let low = try fourDigits()
                guard (0xDC00...0xDFFF).contains(low) else { throw Malformed() }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let valid = Unicode.Scalar(scalar) else { throw Malformed() }
            out += Array(String(Character(valid)).utf8)
        default: throw Malformed()
        }
    }

    private mutating func fourDigits() throws(Malformed) -> UInt32 {
        guard at + 4 <= bytes.count else { throw Malformed() }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = hexDigitValue(bytes[at]) else { throw Malformed() }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}
