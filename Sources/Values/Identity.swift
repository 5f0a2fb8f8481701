/// The identity of a `Subject`: a UUIDv7 in its usual 36-character lower-case text, so that ids
/// made later sort later.
package struct ID<Subject>: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    /// Trusts text that came out of the database.
    @inlinable package init(_ text: String) {
        self.text = text
    }

    /// Makes a new id.
    /// - Parameters:
    ///   - now: the moment that stands in the first 48 bits.
    ///   - chance: 74 random bits are drawn from it.
    ///   - sequence: ids of one moment are in its order, up to 4,095; nil: in no order.
    package init(at now: Instant, from chance: Chance, sequence: Int? = nil) {
        var bytes = chance.bytes(16)
        let ms = UInt64(bitPattern: now.milliseconds)
        for i in 0..<6 { bytes[i] = UInt8(truncatingIfNeeded: ms >> UInt64(8 * (5 - i))) }
        if let sequence {
            bytes[6] = UInt8(truncatingIfNeeded: min(sequence, 0xfff) >> 8)
            bytes[7] = UInt8(truncatingIfNeeded: min(sequence, 0xfff))
        }
        bytes[6] = bytes[6] & 0x0f | 0x70
        bytes[8] = bytes[8] & 0x3f | 0x80
        self.text = String(unsafeUninitializedCapacity: 36) { out in
            var at = 0
            for (i, byte) in bytes.enumerated() {
                if i == 4 || i == 6 || i == 8 || i == 10 {
                    out[at] = 45
                    at += 1
                }
                out[at] = hexDigit(byte >> 4)
                out[at + 1] = hexDigit(byte & 15)
                at += 2
            }
            return 36
        }
    }

    /// Reads text that a person or another program sent: only the shape of a UUID is accepted.
    package init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (i, byte) in bytes.enumerated() {
            if i == 8 || i == 13 || i == 18 || i == 23 {
                guard byte == 45 else { return nil }
            } else {
                guard (48...57).contains(byte) || (97...102).contains(byte) else { return nil }
            }
        }
        self.text = text
    }

    package static func < (a: ID, b: ID) -> Bool { a.text < b.text }
    package var description: String { text }
}

extension ID: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A source of randomness that is handed in, so that tests repeat exactly.
package struct Chance: Sendable {
    private let draw: @Sendable (Int) -> [UInt8]

    package init(_ draw: @escaping @Sendable (Int) -> [UInt8]) {
        self.draw = draw
    }

    package func bytes(_ count: Int) -> [UInt8] { draw(count) }

    /// A number in `0..<bound`.
    package func number(below bound: Int) -> Int {
        precondition(bound > 0)
        let raw = bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(raw % UInt64(bound))
    }

    /// Lower-case hexadecimal text of `count` random bytes: for tokens and secrets.
    package func token(bytes count: Int = 16) -> String { hex(bytes(count)) }
}

/// What time it is; tests stand still or jump.
package struct Clock: Sendable {
    private let read: @Sendable () -> Instant
    package init(_ read: @escaping @Sendable () -> Instant) {
        self.read = read
    }
    package var now: Instant { read() }
}

/// A short code that people read aloud: eight characters in two groups, without 0, O, 1 and I,
/// the last one a check character (Luhn mod 32), so that one wrong or two swapped
/// characters are noticed.
package struct Code: Sendable, Hashable, CustomStringConvertible {
    package static let alphabet = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)
    /// `K7M2-9QXA`
    package let text: String

    package init(from chance: Chance) {
        let body = chance.bytes(7).map { Int($0 & 31) }
        self.init(values: body + [Code.check(body)])
    }

    /// Reads what a person typed: case and separators do not matter.
    /// - Returns: nil when a character is not of the alphabet or the check fails.
    package init?(typed: String) {
        var values: [Int] = []
        for byte in typed.uppercased().utf8 where byte != 45 && byte != 32 {
            guard let value = Code.alphabet.firstIndex(of: byte), values.count < 8 else { return nil }
            values.append(value)
        }
        guard values.count == 8, Code.check(Array(values[0..<7])) == values[7] else { return nil }
        self.init(values: values)
    }

    /// Trusts text that came out of the database.
    package init(stored: String) {
        self.text = stored
    }

    package var description: String { text }

    private init(values: [Int]) {
        var bytes = values.map { Code.alphabet[$0] }
        bytes.insert(45, at: 4)
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    private static func check(_ body: [Int]) -> Int {
        var sum = 0
        for (i, value) in body.reversed().enumerated() {
            let weighted = i % 2 == 0 ? value * 2 : value
            sum += weighted / 32 + weighted % 32
        }
        return (32 - sum % 32) % 32
    }
}

/// Lower-case hexadecimal.
package func hex(_ bytes: some Sequence<UInt8>) -> String {
    var out: [UInt8] = []
    for byte in bytes {
        out.append(hexDigit(byte >> 4))
        out.append(hexDigit(byte & 15))
    }
    return String(decoding: out, as: UTF8.self)
}

/// - Returns: nil when the text is not an even number of hexadecimal digits.
package func unhex(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0 else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(digits.count / 2)
    for i in stride(from: 0, to: digits.count, by: 2) {
        guard let high = hexValue(digits[i]), let low = hexValue(digits[i + 1]) else { return nil }
        out.append(high << 4 | low)
    }
    return out
}

private func hexDigit(_ n: UInt8) -> UInt8 { n < 10 ? 48 + n : 87 + n }
private func hexValue(_ c: UInt8) -> UInt8? {
    switch c {
    case 48...57: c - 48
    case 97...102: c - 87
    case 65...70: c - 55
    default: nil
    }
}
