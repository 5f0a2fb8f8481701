/// Cuts text into index words: Chinese into overlapping pairs of characters, other scripts into
/// lower-cased words.
///
/// The last character of a Chinese run is also a word of its own, so that every character begins
/// some word: a single character is then found by prefix.
enum TextCutter {
    /// Later words of a document are not indexed: PostgreSQL keeps positions up to 16,383.
    static let wordsMax = 16_000
    /// A longer word is cut off here.
    static let wordScalarsMax = 40

    static func words(_ text: String) -> [String] {
        var cutter = Cutter()
        for scalar in text.unicodeScalars {
            cutter.add(scalar)
            if cutter.words.count >= wordsMax { break }
        }
        cutter.endRun()
        return cutter.words
    }

    /// Cuts one part of a query. Where it ends inside a Chinese run, the document may go on.
    static func phrase(_ part: some StringProtocol) -> TextQuery.Phrase {
        var cutter = Cutter()
        for scalar in part.unicodeScalars { cutter.add(scalar) }
        let endsInRun = cutter.previous != nil
        let runLength = cutter.runLength
        cutter.endRun()
        var words = cutter.words
        if endsInRun, runLength > 1 {
            words.removeLast()
            return TextQuery.Phrase(words: words, isPrefix: false)
        }
        return TextQuery.Phrase(words: words, isPrefix: endsInRun)
    }

    private struct Cutter {
        var words: [String] = []
        /// The character before, in a Chinese run.
        var previous: Unicode.Scalar?
        var runLength = 0
        private var latin = String.UnicodeScalarView()

        mutating func add(_ typed: Unicode.Scalar) {
            let scalar = halfWidth(typed)
            let value = scalar.value
            if value < 0x80 {
                if (97...122).contains(value) || (48...57).contains(value) {
                    addLatin(scalar)
                } else if (65...90).contains(value) {
                    addLatin(Unicode.Scalar(UInt8(value + 32)))
                } else {
                    endRun()
                }
            } else if isHan(value) {
                endLatin()
                if let previous { words.append(pair(previous, scalar)) }
                previous = scalar
                runLength += 1
            } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                for lower in scalar.properties.lowercaseMapping.unicodeScalars { addLatin(lower) }
            } else {
                endRun()
            }
        }

        mutating func endRun() {
            endLatin()
            endHan()
        }

        private mutating func addLatin(_ scalar: Unicode.Scalar) {
            endHan()
            if latin.count < wordScalarsMax { latin.append(scalar) }
        }

        private mutating func endLatin() {
            guard !latin.isEmpty else { return }
            words.append(String(latin))
            latin = String.UnicodeScalarView()
        }

        private mutating func endHan() {
            if let previous { words.append(String(previous)) }
            previous = nil
            runLength = 0
        }

        private func pair(_ a: Unicode.Scalar, _ b: Unicode.Scalar) -> String {
            var text = String.UnicodeScalarView()
            text.append(a)
            text.append(b)
            return String(text)
        }
    }

    /// `Ｖ` → `V`
    private static func halfWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0xff01...0xff5e).contains(scalar.value) else { return scalar }
        return Unicode.Scalar(UInt8(scalar.value - 0xfee0))
    }

    /// Scripts that are written without spaces: ideographs, kana, hangul.
    private static func isHan(_ value: UInt32) -> Bool {
        switch value {
        case 0x4e00...0x9fff, 0x3400...0x4dbf, 0xf900...0xfaff, 0x20000...0x3ffff, 0x3005...0x3007,
            0x3040...0x30ff, 0xac00...0xd7af:
            true
        default: false
        }
    }
}
