package import Values

/// A piece of a page. Interpolated text is escaped, other `HTML` is not:
///
///     let item: HTML = "<li class=\"\(urgency)\">\(title) \(icon)</li>"
///
/// Text is made safe for content and for quoted attributes alike; an attribute is always quoted.
///
/// Kept as the bytes that leave: a page is put together from a thousand small pieces, and bytes are
/// appended several times as fast as strings are.
package struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// UTF-8.
    package private(set) var bytes: [UInt8]

    /// Trusts the text: only for what this program wrote itself.
    package static func raw(_ text: String) -> HTML { HTML(trusted: Array(text.utf8)) }
    package static let empty = HTML(trusted: [])
    /// Nothing yet, with room for what is about to be added.
    package static func reserving(_ bytes: Int) -> HTML {
        var out: [UInt8] = []
        out.reserveCapacity(bytes)
        return HTML(trusted: out)
    }

    package init(stringLiteral value: StaticString) {
        bytes = []
        value.append(to: &bytes)
    }
    package init(stringInterpolation: Interpolation) { bytes = stringInterpolation.out }
    /// Escaped text.
    package init(_ plain: String) {
        bytes = []
        appendEscaped(plain, to: &bytes)
    }
    fileprivate init(trusted: [UInt8]) { bytes = trusted }

    package var isEmpty: Bool { bytes.isEmpty }
    package var text: String { String(decoding: bytes, as: UTF8.self) }
    package var description: String { text }

    package static func + (a: HTML, b: HTML) -> HTML { HTML(trusted: a.bytes + b.bytes) }
    package static func += (a: inout HTML, b: HTML) { a.bytes += b.bytes }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var out: [UInt8]

        package init(literalCapacity: Int, interpolationCount: Int) {
            out = []
            out.reserveCapacity(literalCapacity + interpolationCount * 32)
        }
        package mutating func appendLiteral(_ literal: StaticString) { literal.append(to: &out) }

        package mutating func appendInterpolation(_ html: HTML) { out += html.bytes }
        package mutating func appendInterpolation(_ html: HTML?) { if let html { out += html.bytes } }
        package mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { out += piece.bytes }
        }
        package mutating func appendInterpolation(_ text: String) { appendEscaped(text, to: &out) }
        package mutating func appendInterpolation(_ text: Substring) { appendEscaped(String(text), to: &out) }
        package mutating func appendInterpolation(_ number: Int) { out += String(number).utf8 }
        package mutating func appendInterpolation(_ number: some BinaryInteger) { out += String(number).utf8 }
        package mutating func appendInterpolation(_ number: Double) { out += String(number).utf8 }
        package mutating func appendInterpolation<T>(_ id: ID<T>) { appendEscaped(id.text, to: &out) }
        package mutating func appendInterpolation(_ code: Code) { appendEscaped(code.text, to: &out) }
    }
}

extension Sequence where Element == HTML {
    /// All pieces, one after the other.
    package func joined() -> HTML {
        var out: [UInt8] = []
        for piece in self { out += piece.bytes }
        return HTML(trusted: out)
    }
    package func joined(_ separator: HTML) -> HTML {
        var out: [UInt8] = []
        var isFirst = true
        for piece in self {
            if !isFirst { out += separator.bytes }
            isFirst = false
            out += piece.bytes
        }
        return HTML(trusted: out)
    }
}

extension StaticString {
    fileprivate func append(to out: inout [UInt8]) {
        out.append(contentsOf: UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount))
    }
}

private func appendEscaped(_ text: String, to out: inout [UInt8]) {
    let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { appendEscaped($0, to: &out) }
    if isDone == nil { Array(text.utf8).withUnsafeBufferPointer { appendEscaped($0, to: &out) } }
}

/// Most text has nothing to escape: one look at its bytes, then it is copied as it stands.
private func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
    // Without a branch, so that sixteen bytes are looked at together.
    var found: UInt8 = 0
    for byte in bytes {
        found |=
            (byte == 38 ? 1 : 0) | (byte == 60 ? 1 : 0) | (byte == 62 ? 1 : 0) | (byte == 34 ? 1 : 0)
            | (byte == 39 ? 1 : 0)
    }
    if found == 0 {
        out.append(contentsOf: bytes)
        return
    }
    for byte in bytes {
        switch byte {
        case 38: out += "&amp;".utf8
        case 60: out += "&lt;".utf8
        case 62: out += "&gt;".utf8
        case 34: out += "&quot;".utf8
        case 39: out += "&#39;".utf8
        default: out.append(byte)
        }
    }
}
