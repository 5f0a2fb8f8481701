/// Small drawn pictures in place of photos: nobody and no place in them is real.
enum DemoPicture {
    /// A neutral head and shoulders; the tint differs from person to person.
    static func portrait(_ index: Int) -> [UInt8] {
        let tints: [[UInt8]] = [
            [0xDD, 0xE8, 0xE0], [0xE6, 0xE2, 0xD6], [0xDC, 0xE4, 0xEC], [0xEA, 0xDF, 0xDC], [0xE2, 0xE6, 0xD4],
            [0xE4, 0xDE, 0xEA],
        ]
        let coats: [[UInt8]] = [[0x0B, 0x5D, 0x4B], [0x2F, 0x4B, 0x6E], [0x5A, 0x4A, 0x3A], [0x4A, 0x55, 0x5C]]
        let (background, coat) = (tints[index % tints.count], coats[index / 2 % coats.count])
        let palette = background + coat + [0xF0, 0xCF, 0xB4] + [0x3A, 0x2E, 0x28]
        let hair = index % 3
        return PNG.fourColours(width: 96, height: 96, palette: palette) { x, y in
            let (dx, dy) = (x - 48, y - 38)
            let (sx, sy) = (x - 48, y - 104)
            if dx * dx * 5 + (dy - 6 - hair) * (dy - 6 - hair) * 4 < 1_900 { return 2 }
            if dx * dx + dy * dy < 23 * 23 { return 3 }
            return sx * sx * 10 + sy * sy * 6 < 14_000 ? 1 : 0
        }
    }

    /// A pole with wires in a field; `index` decides how far it leans and where the trees stand.
    static func scene(_ index: Int) -> [UInt8] {
        let skies: [[UInt8]] = [[0xC9, 0xDD, 0xEC], [0xD8, 0xDD, 0xE0], [0xE9, 0xDB, 0xC6]]
        let palette = skies[index % skies.count] + [0x8A, 0x9A, 0x5B] + [0x5B, 0x50, 0x46] + [0x3F, 0x6B, 0x3A]
        let lean = [0, 1, -1, 2][index % 4]
        let tree = 40 + index * 53 % 200
        return PNG.fourColours(width: 320, height: 240, palette: palette) { x, y in
            let pole = 160 + lean * (190 - y) / 8
            if y > 40, y < 192, abs(x - pole) < 3 { return 2 }
            if (48...51).contains(y), abs(x - pole) < 26 { return 2 }
            for wire in 0..<2 {
                // A wire hangs: lower half-way between the pole and the edge of the picture.
                let along = (x - pole) % 160
                let sag = 46 + wire * 5 + abs(along) * (160 - abs(along)) / 500
                if y == sag { return 2 }
            }
            let (tx, ty) = (x - tree, y - 150)
            if tx * tx + ty * ty < 34 * 34 || (abs(tx) < 4 && ty > 0 && y < 196) { return 3 }
            return y > 188 + x % 7 / 3 ? 1 : 0
        }
    }
}

/// Writes pictures of four colours. One stored block: they are small, and no compressor is needed.
private enum PNG {
    static func fourColours(
        width: Int, height: Int, palette: [UInt8], _ colour: (_ x: Int, _ y: Int) -> UInt8
    ) -> [UInt8] {
        precondition(width % 4 == 0 && (width / 4 + 1) * height <= 65_535)
        var raw: [UInt8] = []
        raw.reserveCapacity((width / 4 + 1) * height)
        for y in 0..<height {
            raw.append(0)
            for x in stride(from: 0, to: width, by: 4) {
                raw.append(colour(x, y) << 6 | colour(x + 1, y) << 4 | colour(x + 2, y) << 2 | colour(x + 3, y))
            }
        }
        let length = UInt16(raw.count)
        var zlib: [UInt8] = [0x78, 0x01, 1, UInt8(length & 255), UInt8(length >> 8)]
        zlib += [UInt8(~length & 255), UInt8(~length >> 8)]
        zlib += raw
        zlib += bigEndian(adler(raw))
        var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        png += chunk("IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [2, 3, 0, 0, 0])
        png += chunk("PLTE", palette)
        png += chunk("IDAT", zlib)
        png += chunk("IEND", [])
        return png
    }

    private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        let typed = Array(name.utf8) + body
        return bigEndian(UInt32(body.count)) + typed + bigEndian(crc(typed))
    }

    private static func bigEndian(_ n: UInt32) -> [UInt8] {
        [UInt8(n >> 24), UInt8(n >> 16 & 255), UInt8(n >> 8 & 255), UInt8(n & 255)]
    }

    private static func adler(_ bytes: [UInt8]) -> UInt32 {
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return b << 16 | a
    }

    private static let table: [UInt32] = (0..<256).map { index in
        var crc = UInt32(index)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        return crc
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes { crc = crc >> 8 ^ table[Int((crc ^ UInt32(byte)) & 255)] }
        return ~crc
    }
}
