package import Values

/// A piece of a page. Interpolated text is escaped, other `HTML` is not:
///
///     let item: HTML = "<li class=\"\(urgency)\">\(title) \(icon)</li>"
///
/// Text is made safe for content and for quoted attributes alike; an attribute is always quoted.
package struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation, CustomStringConvertible {
    package private(set) var text: String

    /// Trusts the text: only for what this program wrote itself.
    package static func raw(_ text: String) -> HTML { HTML(trusted: text) }
    package static let empty = HTML(trusted: "")

    package init(stringLiteral value: String) { text = value }
    package init(stringInterpolation: Interpolation) { text = stringInterpolation.out }
    /// Escaped text.
    package init(_ plain: String) {
        var out = ""
        appendEscaped(plain, to: &out)
        text = out
    }
    private init(trusted: String) { text = trusted }

    package var isEmpty: Bool { text.isEmpty }
    package var description: String { text }

    package static func + (a: HTML, b: HTML) -> HTML { HTML(trusted: a.text + b.text) }
    package static func += (a: inout HTML, b: HTML) { a.text += b.text }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var out: String

        package init(literalCapacity: Int, interpolationCount: Int) {
            out = ""
            out.reserveCapacity(literalCapacity + interpolationCount * 24)
        }
        package mutating func appendLiteral(_ literal: String) { out += literal }

        package mutating func appendInterpolation(_ html: HTML) { out += html.text }
        package mutating func appendInterpolation(_ html: HTML?) { if let html { out += html.text } }
        package mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { out += piece.text }
        }
        package mutating func appendInterpolation(_ text: String) { appendEscaped(text, to: &out) }
        package mutating func appendInterpolation(_ text: Substring) { appendEscaped(String(text), to: &out) }
        package mutating func appendInterpolation(_ number: Int) { out += String(number) }
        package mutating func appendInterpolation(_ number: some BinaryInteger) { out += String(number) }
        package mutating func appendInterpolation(_ number: Double) { out += String(number) }
        package mutating func appendInterpolation<T>(_ id: ID<T>) { appendEscaped(id.text, to: &out) }
        package mutating func appendInterpolation(_ code: Code) { appendEscaped(code.text, to: &out) }
    }
}

extension Sequence where Element == HTML {
    /// All pieces, one after the other.
    package func joined() -> HTML {
        var out = ""
        for piece in self { out += piece.text }
        return .raw(out)
    }
    package func joined(_ separator: HTML) -> HTML {
        var out = ""
        var isFirst = true
        for piece in self {
            if !isFirst { out += separator.text }
            isFirst = false
            out += piece.text
        }
        return .raw(out)
    }
}

/// Most text has nothing to escape: one look at its bytes, then it is copied as it stands.
private func appendEscaped(_ text: String, to out: inout String) {
    var text = text
    let isClean = text.withUTF8 { bytes in
        for byte in bytes where byte < 63 && (byte == 38 || byte == 60 || byte == 62 || byte == 34 || byte == 39) {
            return false
        }
        return true
    }
    if isClean {
        out += text
        return
    }
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": out += "&amp;"
        case "<": out += "&lt;"
        case ">": out += "&gt;"
        case "\"": out += "&quot;"
        case "'": out += "&#39;"
        default: out.unicodeScalars.append(scalar)
        }
    }
}
