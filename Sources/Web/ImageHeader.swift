/// What kind of picture some bytes are and how large, told by their content alone.
package struct ImageHeader: Sendable, Equatable {
    package enum Format: String, Sendable {
        case jpeg = "image/jpeg"
        case png = "image/png"
        case webp = "image/webp"
    }
    package let format: Format
    package let width: Int
    package let height: Int

    /// - Returns: nil for anything but a JPEG, PNG or WebP whose size can be read.
    package init?(_ bytes: [UInt8]) {
        let found: (Format, Int, Int)?
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            found = Self.jpeg(bytes).map { (.jpeg, $0, $1) }
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            found = Self.png(bytes).map { (.png, $0, $1) }
        } else if bytes.count > 30, bytes.starts(with: Array("RIFF".utf8)), Array(bytes[8..<12]) == Array("WEBP".utf8) {
            found = Self.webp(bytes).map { (.webp, $0, $1) }
        } else {
            found = nil
        }
        guard let (format, width, height) = found, width > 0, height > 0 else { return nil }
        self.format = format
        self.width = width
        self.height = height
    }

    private static func jpeg(_ bytes: [UInt8]) -> (Int, Int)? {
        var at = 2
        while at + 9 < bytes.count {
            guard bytes[at] == 0xFF else { return nil }
            let marker = bytes[at + 1]
            if marker == 0xFF {
                at += 1
                continue
            }
            if marker == 0x01 || (0xD0...0xD8).contains(marker) {
                at += 2
                continue
            }
            let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
            guard length >= 2 else { return nil }
            if (0xC0...0xCF).contains(marker), marker != 0xC4, marker != 0xC8, marker != 0xCC {
                return (Int(bytes[at + 7]) << 8 | Int(bytes[at + 8]), Int(bytes[at + 5]) << 8 | Int(bytes[at + 6]))
            }
            at += 2 + length
        }
        return nil
    }

    private static func png(_ bytes: [UInt8]) -> (Int, Int)? {
        guard bytes.count > 33, Array(bytes[12..<16]) == Array("IHDR".utf8) else { return nil }
        func number(_ at: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[at + $1]) } }
        return (number(16), number(20))
    }

    private static func webp(_ bytes: [UInt8]) -> (Int, Int)? {
        switch String(decoding: bytes[12..<16], as: UTF8.self) {
        case "VP8X":
            func number(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2]) << 16 }
            return (number(24) + 1, number(27) + 1)
        case "VP8 ":
            guard bytes[23] == 0x9D, bytes[24] == 0x01, bytes[25] == 0x2A else { return nil }
            return ((Int(bytes[26]) | Int(bytes[27]) << 8) & 0x3FFF, (Int(bytes[28]) | Int(bytes[29]) << 8) & 0x3FFF)
        case "VP8L":
            guard bytes[20] == 0x2F else { return nil }
            let bits = (0..<4).reduce(0) { $0 | Int(bytes[21 + $1]) << (8 * $1) }
            return (bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1)
        default: return nil
        }
    }
}

/// Speech of up to a minute, as browsers and phones record it.
package enum VoiceNote {
    package static func type(of bytes: [UInt8]) -> String? {
        guard bytes.count > 40 else { return nil }
        if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return "audio/webm" }
        if bytes.starts(with: Array("OggS".utf8)) { return "audio/ogg" }
        if Array(bytes[4..<8]) == Array("ftyp".utf8) { return "audio/mp4" }
        if bytes.starts(with: Array("RIFF".utf8)), Array(bytes[8..<12]) == Array("WAVE".utf8) { return "audio/wav" }
        if bytes.starts(with: Array("ID3".utf8)) || (bytes[0] == 0xFF && bytes[1] & 0xE6 == 0xE2) {
            return "audio/mpeg"
        }
        return nil
    }
}
