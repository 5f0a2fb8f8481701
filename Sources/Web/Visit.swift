package import Desk
package import Values

/// One request, as pages see it.
package struct Visit: Sendable {
    package let desk: Desk
    package let actor: Actor
    package let words: Words
    /// Large-text mode: at most four actions a page, one thing per page.
    package let isLarge: Bool
    package let now: Instant
    /// Path without the query, percent-decoded: `/cases/K7M2-9QXA`.
    package let path: String
    /// Values of the `:segments` of the path.
    package let parameters: [String: String]
    /// First value of each query item.
    package let query: [String: String]
    package let session: SessionInfo?
    package let requestID: String
    package let cookies: [String: String]
    /// The undecoded path with its query, for links that come back.
    package let target: String
    /// Random text of a stranger's cookie, to which their forms are bound.
    let visitor: String

    package var language: Language { words.language }
    package subscript(_ parameter: String) -> String { parameters[parameter] ?? "" }

    /// Token that a form of this visit carries. It depends only on the session (or the stranger's
    /// cookie) and the installation's keys, so that forms outlive a restart.
    package var csrf: String {
        session?.formToken ?? desk.keys.hash(session?.tokenHash ?? "visitor:" + visitor, for: SessionInfo.formPurpose)
    }

    /// A new key for a form, so that sending it twice does it once.
    package func newKey() -> String { desk.chance.token(bytes: 12) }

    /// The target with some query items changed, others kept; nil removes.
    package func link(_ changes: [String: String?]) -> String {
        var items = query
        for (name, value) in changes { items[name] = value }
        if items.isEmpty { return encodedPath(path) }
        return encodedPath(path) + "?"
            + items.keys.sorted().map { percentEncoded($0) + "=" + percentEncoded(items[$0] ?? "") }.joined(
                separator: "&")
    }
}

/// Everything but letters, digits and `-._~` as `%XX`.
package func percentEncoded(_ text: String) -> String { encoded(text, keepSlash: false) }
func encodedPath(_ path: String) -> String { encoded(path, keepSlash: true) }

private func encoded(_ text: String, keepSlash: Bool) -> String {
    func isKept(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46, 95, 126: true
        case 47: keepSlash
        default: false
        }
    }
    // Most paths and cursors stay as they are.
    if text.utf8.allSatisfy(isKept) { return text }
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count + 16)
    func digit(_ n: UInt8) -> UInt8 { n < 10 ? 48 + n : 55 + n }
    for byte in text.utf8 {
        if isKept(byte) {
            out.append(byte)
        } else {
            out += [37, digit(byte >> 4), digit(byte & 15)]
        }
    }
    return String(decoding: out, as: UTF8.self)
}

/// - Returns: nil when an escape is broken or the result is not UTF-8.
func percentDecoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
    let bytes = text.utf8
    guard bytes.contains(where: { $0 == 37 || $0 == 43 }) else { return String(text) }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var at = bytes.startIndex
    while at != bytes.endIndex {
        let byte = bytes[at]
        if byte == 37 {
            guard let high = bytes.index(at, offsetBy: 1, limitedBy: bytes.endIndex), high != bytes.endIndex,
                let low = bytes.index(at, offsetBy: 2, limitedBy: bytes.endIndex), low != bytes.endIndex,
                let h = hexDigitValue(bytes[high]), let l = hexDigitValue(bytes[low])
            else { return nil }
            out.append(h << 4 | l)
            at = bytes.index(after: low)
        } else {
            out.append(byte == 43 && plusIsSpace ? 32 : byte)
            at = bytes.index(after: at)
        }
    }
    return String(validating: out, as: UTF8.self)
}

func hexDigitValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 97...102: byte - 87
    case 65...70: byte - 55
    default: nil
    }
}
