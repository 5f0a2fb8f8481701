/// Takes everything but the picture out of a file without decoding it: for machines without vips.
package enum MetadataStripper {
    /// - Returns: nil when the file's structure is broken.
    package static func strip(_ bytes: [UInt8], _ format: ImageHeader.Format) -> [UInt8]? {
        switch format {
        case .jpeg: jpeg(bytes)
        case .png: png(bytes)
        case .webp: webp(bytes)
        }
    }

    /// Keeps what decoding needs (JFIF and Adobe marks, tables, scans). Of EXIF only how the
    /// picture is turned is written again.
    private static func jpeg(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
        var out: [UInt8] = [0xFF, 0xD8]
        var orientation: UInt8 = 1
        var wroteOrientation = false
        var at = 2
        while at + 1 < bytes.count {
            guard bytes[at] == 0xFF else { return nil }
            let marker = bytes[at + 1]
            switch marker {
            case 0xFF:
                at += 1
                continue
            case 0xD9:
                out += [0xFF, 0xD9]
                return out
            case 0x01, 0xD0...0xD8: return nil
            default: break
            }
            guard at + 3 < bytes.count else { return nil }
            let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
            let end = at + 2 + length
            guard length >= 2, end <= bytes.count else { return nil }
            switch marker {
            case 0xE1:
                if let found = exifOrientation(Array(bytes[(at + 4)..<end])) { orientation = found }
            case 0xE0, 0xEE: out += bytes[at..<end]
            case 0xE2...0xED, 0xEF, 0xFE: break
            default:
                if orientation != 1, !wroteOrientation {
                    out += exif(orientation)
                    wroteOrientation = true
                }
                out += bytes[at..<end]
            }
            at = end
            if marker == 0xDA {
                // Compressed data up to the next marker that is neither stuffing nor a restart.
                while at + 1 < bytes.count,
                    bytes[at] != 0xFF || bytes[at + 1] == 0 || (0xD0...0xD7).contains(bytes[at + 1])
                {
                    out.append(bytes[at])
                    at += 1
                }
            }
        }
        return nil
    }

    private static func exifOrientation(_ segment: [UInt8]) -> UInt8? {
        guard segment.count > 20, Array(segment[0..<6]) == Array("Exif\0\0".utf8) else { return nil }
        let tiff = Array(segment[6...])
        let isLittle = tiff[0] == 0x49
        func number(_ at: Int, _ size: Int) -> Int? {
            guard at >= 0, at + size <= tiff.count else { return nil }
            let slice = isLittle ? Array(tiff[at..<(at + size)].reversed()) : Array(tiff[at..<(at + size)])
            return slice.reduce(0) { $0 << 8 | Int($1) }
        }
        guard let folder = number(4, 4), let count = number(folder, 2) else { return nil }
        for i in 0..<min(count, 100) {
            let entry = folder + 2 + i * 12
            guard let tag = number(entry, 2) else { return nil }
            if tag == 0x0112, let value = number(entry + 8, 2), (1...8).contains(value) { return UInt8(value) }
        }
        return nil
    }

    /// An EXIF segment that says only how the picture is turned.
    private static func exif(_ orientation: UInt8) -> [UInt8] {
        let tiff: [UInt8] = [
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ]
        let length = 2 + 6 + tiff.count
        return [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + Array("Exif\0\0".utf8) + tiff
    }

    private static let pngKept: Set<String> = ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB"]

    private static func png(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > 8 else { return nil }
        var out = Array(bytes[0..<8])
        var at = 8
        while at + 12 <= bytes.count {
            let length = (0..<4).reduce(0) { $0 << 8 | Int(bytes[at + $1]) }
            let end = at + 12 + length
            guard end <= bytes.count else { return nil }
            let name = String(decoding: bytes[(at + 4)..<(at + 8)], as: UTF8.self)
            if pngKept.contains(name) { out += bytes[at..<end] }
            if name == "IEND" { return out }
            at = end
        }
        return nil
    }

    private static func webp(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > 20 else { return nil }
        func length(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
        let total = 8 + length(4)
        guard total <= bytes.count, total >= 20 else { return nil }
        var body: [UInt8] = Array("WEBP".utf8)
        var hasPicture = false
        var at = 12
        while at + 8 <= total {
            let size = length(at + 4)
            let end = at + 8 + size + size & 1
            guard end <= total else { return nil }
            let name = String(decoding: bytes[at..<(at + 4)], as: UTF8.self)
            switch name {
            case "VP8X":
                var chunk = Array(bytes[at..<end])
                guard chunk.count >= 18 else { return nil }
                // Neither EXIF nor XMP follow any more.
                chunk[8] &= ~0x0C
                body += chunk
            case "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF":
                hasPicture = true
                body += bytes[at..<end]
            default: break
            }
            at = end
        }
        guard hasPicture else { return nil }
        let size = body.count
        return Array("RIFF".utf8) + (0..<4).map { UInt8(size >> (8 * $0) & 255) } + body
    }
}
