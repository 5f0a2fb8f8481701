package import Web

/// A QR code (ISO/IEC 18004) of an address: byte mode, error correction M, versions 1 to 10, which
/// hold up to 213 bytes. Drawn as SVG, so that it prints sharply at any size and needs no program
/// beside ours.
package struct QRCode: Sendable {
    /// Modules on a side, without the quiet zone.
    package let size: Int
    /// Row by row; true is dark.
    package let modules: [Bool]

    /// - Returns: nil when the text is longer than 213 bytes.
    package init?(_ text: String) {
        let data = Array(text.utf8)
        guard let version = QRVersion.all.first(where: { data.count <= $0.capacity }) else { return nil }
        let words = version.interleaved(version.dataWords(data))
        var best: (penalty: Int, grid: QRGrid)?
        for mask in 0..<8 {
            var grid = QRGrid(version)
            grid.place(words, mask: mask)
            grid.placeFormat(mask: mask)
            let penalty = grid.penalty
            if penalty < best?.penalty ?? .max { best = (penalty, grid) }
        }
        guard let grid = best?.grid else { return nil }
        size = grid.size
        modules = grid.dark
    }

    /// The code with its quiet zone of four modules; `label` is read to who cannot see it.
    package func svg(label: String) -> HTML {
        var path = ""
        for y in 0..<size {
            var x = 0
            while x < size {
                guard modules[y * size + x] else {
                    x += 1
                    continue
                }
                var end = x
                while end < size, modules[y * size + end] { end += 1 }
                path += "M\(x + 4) \(y + 4)h\(end - x)v1h-\(end - x)z"
                x = end
            }
        }
        let side = size + 8
        return """
            <svg class="qr" role="img" aria-label="\(label)" viewBox="0 0 \(side) \(side)" \
            shape-rendering="crispEdges"><path fill="#fff" d="M0 0h\(side)v\(side)H0z"/>\
            <path fill="#000" d="\(path)"/></svg>
            """
    }
}

/// What the standard's tables say of one version at error correction M.
struct QRVersion: Sendable {
    let number: Int
    /// Check words of every block.
    let checkWords: Int
    /// Data words of each block, in order.
    let blocks: [Int]
    /// Centres of the alignment patterns.
    let centres: [Int]

    static let all: [QRVersion] = [
        QRVersion(number: 1, checkWords: 10, blocks: [16], centres: []),
        QRVersion(number: 2, checkWords: 16, blocks: [28], centres: [6, 18]),
        QRVersion(number: 3, checkWords: 26, blocks: [44], centres: [6, 22]),
        QRVersion(number: 4, checkWords: 18, blocks: [32, 32], centres: [6, 26]),
        QRVersion(number: 5, checkWords: 24, blocks: [43, 43], centres: [6, 30]),
        QRVersion(number: 6, checkWords: 16, blocks: [27, 27, 27, 27], centres: [6, 34]),
        QRVersion(number: 7, checkWords: 18, blocks: [31, 31, 31, 31], centres: [6, 22, 38]),
        QRVersion(number: 8, checkWords: 22, blocks: [38, 38, 39, 39], centres: [6, 24, 42]),
        QRVersion(number: 9, checkWords: 22, blocks: [36, 36, 36, 37, 37], centres: [6, 26, 46]),
        QRVersion(number: 10, checkWords: 26, blocks: [43, 43, 43, 43, 44], centres: [6, 28, 50]),
    ]

    var size: Int { 17 + 4 * number }
    private var words: Int { blocks.reduce(0, +) }
    private var lengthBits: Int { number < 10 ? 8 : 16 }
    /// Bytes of text.
    var capacity: Int { (words * 8 - 4 - lengthBits) / 8 }

    /// Mode, length, text, end mark and padding.
    func dataWords(_ text: [UInt8]) -> [UInt8] {
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) {
            for bit in (0..<count).reversed() { bits.append(value >> bit & 1 == 1) }
        }
        append(0b0100, 4)
        append(text.count, lengthBits)
        for byte in text { append(Int(byte), 8) }
        append(0, min(4, words * 8 - bits.count))
        while bits.count % 8 != 0 { bits.append(false) }
        var out = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<(start + 8)].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        var pad: UInt8 = 0xEC
        while out.count < words {
            out.append(pad)
            pad = pad == 0xEC ? 0x11 : 0xEC
        }
        return out
    }

    /// Data words of all blocks in turn, then their check words in turn.
    func interleaved(_ data: [UInt8]) -> [UInt8] {
        var rest = data[...]
        let parts = blocks.map { count -> [UInt8] in
            let part = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            return part
        }
        let checks = parts.map { ReedSolomon.check($0, words: checkWords) }
        var out: [UInt8] = []
        for i in 0..<(blocks.max() ?? 0) { for part in parts where i < part.count { out.append(part[i]) } }
        for i in 0..<checkWords { for check in checks { out.append(check[i]) } }
        return out
    }
}

/// Arithmetic in GF(256) with the polynomial 0x11D.
private enum ReedSolomon {
    static func check(_ data: [UInt8], words: Int) -> [UInt8] {
        var generator: [UInt8] = [1]
        var root: UInt8 = 1
        for _ in 0..<words {
            var next = generator + [0]
            for (i, factor) in generator.enumerated() { next[i + 1] ^= times(factor, root) }
            generator = next
            root = times(root, 2)
        }
        var remainder = [UInt8](repeating: 0, count: words)
        for byte in data {
            let factor = byte ^ remainder[0]
            remainder.removeFirst()
            remainder.append(0)
            for i in 0..<words { remainder[i] ^= times(generator[i + 1], factor) }
        }
        return remainder
    }

    private static func times(_ a: UInt8, _ b: UInt8) -> UInt8 {
        var product = 0
        for bit in (0..<8).reversed() {
            product <<= 1
            if product & 0x100 != 0 { product ^= 0x11D }
            if b >> bit & 1 == 1 { product ^= Int(a) }
        }
        return UInt8(product)
    }
}

/// The square while it is being drawn.
struct QRGrid: Sendable {
    let size: Int
    private(set) var dark: [Bool]
    /// Modules of the fixed patterns, which carry no data.
    private var isFixed: [Bool]

    init(_ version: QRVersion) {
        size = version.size
        dark = [Bool](repeating: false, count: size * size)
        isFixed = dark
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] { finder(x, y) }
        let last = version.centres.count - 1
        for (i, y) in version.centres.enumerated() {
            for (j, x) in version.centres.enumerated()
            where !(i == 0 && j == 0) && !(i == 0 && j == last) && !(i == last && j == 0) {
                alignment(x, y)
            }
        }
        for i in 8..<(size - 8) {
            fix(i, 6, i % 2 == 0)
            fix(6, i, i % 2 == 0)
        }
        placeFormat(mask: 0)
        if version.number >= 7 { placeVersion(version.number) }
    }

    private subscript(_ x: Int, _ y: Int) -> Bool { dark[y * size + x] }

    private mutating func fix(_ x: Int, _ y: Int, _ isDark: Bool) {
        dark[y * size + x] = isDark
        isFixed[y * size + x] = true
    }

    private mutating func finder(_ cx: Int, _ cy: Int) {
        for dy in -4...4 {
            for dx in -4...4 where (0..<size).contains(cx + dx) && (0..<size).contains(cy + dy) {
                let ring = max(abs(dx), abs(dy))
                fix(cx + dx, cy + dy, ring != 2 && ring != 4)
            }
        }
    }

    private mutating func alignment(_ cx: Int, _ cy: Int) {
        for dy in -2...2 { for dx in -2...2 { fix(cx + dx, cy + dy, max(abs(dx), abs(dy)) != 1) } }
    }

    /// Level and mask, twice, and the one module that is always dark.
    mutating func placeFormat(mask: Int) {
        // Level M is 00.
        var rest = mask
        for _ in 0..<10 { rest = rest << 1 ^ (rest >> 9) * 0x537 }
        let bits = (mask << 10 | rest) ^ 0x5412
        func bit(_ i: Int) -> Bool { bits >> i & 1 == 1 }
        for i in 0...5 { fix(8, i, bit(i)) }
        fix(8, 7, bit(6))
        fix(8, 8, bit(7))
        fix(7, 8, bit(8))
        for i in 9..<15 { fix(14 - i, 8, bit(i)) }
        for i in 0..<8 { fix(size - 1 - i, 8, bit(i)) }
        for i in 8..<15 { fix(8, size - 15 + i, bit(i)) }
        fix(8, size - 8, true)
    }

    private mutating func placeVersion(_ number: Int) {
        var rest = number
        for _ in 0..<12 { rest = rest << 1 ^ (rest >> 11) * 0x1F25 }
        let bits = number << 12 | rest
        for i in 0..<18 {
            let isDark = bits >> i & 1 == 1
            fix(size - 11 + i % 3, i / 3, isDark)
            fix(i / 3, size - 11 + i % 3, isDark)
        }
    }

    /// Fills the free modules from the lower right corner, two columns at a time, up and down.
    mutating func place(_ words: [UInt8], mask: Int) {
        var at = 0
        var right = size - 1
        while right >= 1 {
            if right == 6 { right = 5 }
            let isUpward = (right + 1) & 2 == 0
            for step in 0..<size {
                let y = isUpward ? size - 1 - step : step
                for x in [right, right - 1] where !isFixed[y * size + x] {
                    var isDark = false
                    if at < words.count * 8 {
                        isDark = words[at >> 3] >> UInt8(7 - at & 7) & 1 == 1
                        at += 1
                    }
                    dark[y * size + x] = isDark != Self.isFlipped(x, y, mask)
                }
            }
            right -= 2
        }
    }

    private static func isFlipped(_ x: Int, _ y: Int, _ mask: Int) -> Bool {
        switch mask {
        case 0: (x + y) % 2 == 0
        case 1: y % 2 == 0
        case 2: x % 3 == 0
        case 3: (x + y) % 3 == 0
        case 4: (x / 3 + y / 2) % 2 == 0
        case 5: x * y % 2 + x * y % 3 == 0
        case 6: (x * y % 2 + x * y % 3) % 2 == 0
        default: ((x + y) % 2 + x * y % 3) % 2 == 0
        }
    }

    /// How hard the picture is to read: long runs, squares, false finders, uneven share of dark.
    var penalty: Int {
        var sum = 0
        let finder: [Bool] = [true, false, true, true, true, false, true, false, false, false, false]
        for isColumn in [false, true] {
            for line in 0..<size {
                let cells = (0..<size).map { isColumn ? self[line, $0] : self[$0, line] }
                var run = 1
                for i in 1..<size {
                    if cells[i] == cells[i - 1] {
                        run += 1
                        if run == 5 { sum += 3 } else if run > 5 { sum += 1 }
                    } else {
                        run = 1
                    }
                }
                for i in 0...(size - 11) {
                    let window = cells[i..<(i + 11)]
                    if window.elementsEqual(finder) || window.elementsEqual(finder.reversed()) { sum += 40 }
                }
            }
        }
        for y in 1..<size {
            for x in 1..<size
            where self[x, y] == self[x - 1, y] && self[x, y] == self[x, y - 1] && self[x, y] == self[x - 1, y - 1] {
                sum += 3
            }
        }
        let share = dark.count { $0 } * 100 / dark.count
        return sum + abs(share - 50) / 5 * 10
    }
}
