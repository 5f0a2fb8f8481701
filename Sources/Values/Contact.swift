/// A telephone number of mainland China: 11 digits of a mobile phone, or a land line with its
/// area code. Kept as digits only.
package struct PhoneNumber: Sendable, Hashable, Codable {
    package let digits: String

    /// Accepts spaces, hyphens and a leading +86.
    package init?(_ typed: String) {
        guard typed.utf8.count <= 24 else { return nil }
        var text = typed.filter { $0 != " " && $0 != "-" && $0 != "\u{3000}" }
        if text.hasPrefix("+86") { text.removeFirst(3) }
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let mobile = bytes.count == 11 && bytes[0] == 49 && bytes[1] >= 51
        let landLine = (10...12).contains(bytes.count) && bytes[0] == 48 && bytes[1] != 48
        guard mobile || landLine else { return nil }
        self.digits = text
    }

    /// Trusts digits that came out of the database.
    package init(stored: String) {
        self.digits = stored
    }

    package var lastFour: String { String(digits.suffix(4)) }
    /// `138****5678`
    package var masked: String { Masking.phone(digits) }
    /// Digits grouped for reading: `138 1234 5678`.
    package var spaced: String {
        guard digits.utf8.count == 11, digits.hasPrefix("1") else { return digits }
        let d = Array(digits)
        return "\(String(d[0..<3])) \(String(d[3..<7])) \(String(d[7...]))"
    }
}

/// Shows enough to recognise, not enough to misuse.
package enum Masking {
    /// 张爱民 → 张*民, 王伟 → 王*, 欧阳建国 → 欧**国
    package static func name(_ name: String) -> String {
        let letters = Array(name)
        switch letters.count {
        case 0: return ""
        case 1: return "*"
        case 2: return "\(letters[0])*"
        default:
            return
                "\(letters[0])\(String(repeating: "*", count: min(letters.count - 2, 6)))\(letters[letters.count - 1])"
        }
    }

    /// 13812345678 → 138****5678
    package static func phone(_ digits: String) -> String {
        guard digits.utf8.count >= 8 else { return String(repeating: "*", count: digits.utf8.count) }
        return "\(digits.prefix(3))****\(digits.suffix(4))"
    }

    /// Keeps the first six characters: 布岗村三组 12 号 → 布岗村三组**
    package static func address(_ address: String) -> String {
        address.count <= 3
            ? String(repeating: "*", count: address.count) : "\(address.prefix(min(6, address.count - 2)))**"
    }
}

/// A place on the earth, degrees of WGS-84.
package struct Place: Sendable, Hashable, Codable {
    package let latitude: Double
    package let longitude: Double

    package init?(latitude: Double, longitude: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }
}
