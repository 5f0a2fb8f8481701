/// Reads `multipart/form-data` (RFC 7578) as it arrives, in pieces of any size: how the bytes are
/// cut never changes what is found in them.
package struct MultipartParser {
    package enum Event: Equatable {
        /// - Parameter filename: nil for a plain field.
        case part(name: String, filename: String?)
        case data([UInt8])
        case partEnd
    }
    package enum Fault: Error, Equatable {
        case malformed
        /// More parts, or a longer header, than any form of ours has.
        case tooLarge
    }

    package static let partsLimit = 40
    package static let headerBytesLimit = 8 * 1024

    private enum State { case preamble, afterDelimiter, header, body, done }

    private let delimiter: [UInt8]
    private var state = State.preamble
    private var pending: [UInt8]
    private var parts = 0

    package init(boundary: String) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter may stand at the very start, without the line end before it.
        pending = [13, 10]
    }

    /// Boundary of a content type.
    /// - Returns: nil when it has none that RFC 2046 allows.
    package static func boundary(of contentType: String) -> String? {
        for part in contentType.split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmingPrefix(while: { $0 == " " }).lowercased() == "boundary" else {
                continue
            }
            var value = pair[1]
            while value.last == " " { value.removeLast() }
            if value.first == "\"", value.last == "\"", value.count >= 2 { value = value.dropFirst().dropLast() }
            let isFine =
                (1...70).contains(value.utf8.count) && value.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 34 }
            return isFine ? String(value) : nil
        }
        return nil
    }

    /// Takes the next piece and tells what it completes.
    package mutating func feed(_ chunk: some Collection<UInt8>) throws(Fault) -> [Event] {
        guard state != .done else { return [] }
        pending.append(contentsOf: chunk)
        var events: [Event] = []
        while try step(&events) {}
        return events
    }

    /// - Throws: `malformed` when the closing delimiter never came.
    package func finish() throws(Fault) {
        guard state == .done else { throw .malformed }
    }

    /// - Returns: false when more bytes are needed.
    private mutating func step(_ events: inout [Event]) throws(Fault) -> Bool {
        switch state {
        case .preamble:
            guard let found = find(delimiter) else {
                guard pending.count <= Self.headerBytesLimit else { throw .malformed }
                return false
            }
            pending.removeFirst(found + delimiter.count)
            state = .afterDelimiter
            return true
        case .afterDelimiter:
            guard pending.count >= 2 else { return false }
            if pending[0] == 45, pending[1] == 45 {
                pending = []
                state = .done
                return false
            }
            // Spaces after a delimiter are allowed.
            guard let end = pending.firstIndex(where: { $0 != 32 && $0 != 9 }) else {
                guard pending.count <= 64 else { throw .malformed }
                return false
            }
            guard end <= 64, pending[end] == 13 else { throw .malformed }
            guard pending.count >= end + 2 else { return false }
            guard pending[end + 1] == 10 else { throw .malformed }
            // The line end stays: a header block is "CRLF … CRLF CRLF".
            pending.removeFirst(end)
            parts += 1
            guard parts <= Self.partsLimit else { throw .tooLarge }
            state = .header
            return true
        case .header:
            guard let end = find([13, 10, 13, 10]) else {
                guard pending.count <= Self.headerBytesLimit else { throw .tooLarge }
                return false
            }
            guard end <= Self.headerBytesLimit else { throw .tooLarge }
            let header = Array(pending[2..<max(2, end)])
            // The last line end may belong to the delimiter of an empty body.
            pending.removeFirst(end + 4)
            guard let (name, filename) = disposition(header) else { throw .malformed }
            events.append(.part(name: name, filename: filename))
            pending.insert(contentsOf: [13, 10], at: 0)
            state = .body
            isFirstData = true
            return true
        case .body:
            if let found = find(delimiter) {
                emit(upTo: found, &events)
                if isFirstData { isFirstData = false }
                pending.removeFirst(found + delimiter.count)
                events.append(.partEnd)
                state = .afterDelimiter
                return true
            }
            let safe = pending.count - (delimiter.count - 1)
            if safe > 2 {
                emit(upTo: safe, &events)
                pending.removeFirst(safe)
                isFirstData = false
            }
            return false
        case .done: return false
        }
    }

    /// The two bytes that were put before a body so that an empty one is found are not part of it.
    private var isFirstData = false

    private func emit(upTo end: Int, _ events: inout [Event]) {
        let start = isFirstData ? min(2, end) : 0
        if end > start { events.append(.data(Array(pending[start..<end]))) }
    }

    private func find(_ pattern: [UInt8]) -> Int? {
        guard pending.count >= pattern.count else { return nil }
        return pending.withUnsafeBufferPointer { bytes in
            pattern.withUnsafeBufferPointer { pattern in
                let last = bytes.count - pattern.count
                var at = 0
                while at <= last {
                    if bytes[at] != pattern[0] {
                        at += 1
                        continue
                    }
                    var i = 1
                    while i < pattern.count, bytes[at + i] == pattern[i] { i += 1 }
                    if i == pattern.count { return at }
                    at += 1
                }
                return nil
            }
        }
    }

    private func disposition(_ header: [UInt8]) -> (name: String, filename: String?)? {
        guard let text = String(validating: header, as: UTF8.self) else { return nil }
        for line in text.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":"),
                line[..<colon].lowercased() == "content-disposition"
            else { continue }
            let values = parameters(line[line.index(after: colon)...])
            guard values.kind == "form-data", let name = values.named["name"], !name.isEmpty else { return nil }
            return (name, values.named["filename"])
        }
        return nil
    }

    /// `form-data; name="photo"; filename="a \" b.jpg"`
    private func parameters(_ text: Substring) -> (kind: String, named: [String: String]) {
        var kind = ""
        var named: [String: String] = [:]
        var rest = Array(text.unicodeScalars)[...]
        func skipSpace() { while rest.first == " " || rest.first == "\t" { rest.removeFirst() } }
        func token() -> String {
            var out = String.UnicodeScalarView()
            while let scalar = rest.first, scalar != ";", scalar != "=", scalar != " " {
                out.append(scalar)
                rest.removeFirst()
            }
            return String(out)
        }
        skipSpace()
        kind = token().lowercased()
        while true {
            skipSpace()
            guard rest.first == ";" else { break }
            rest.removeFirst()
            skipSpace()
            let name = token().lowercased()
            skipSpace()
            guard rest.first == "=" else { continue }
            rest.removeFirst()
            skipSpace()
            if rest.first == "\"" {
                rest.removeFirst()
                var out = String.UnicodeScalarView()
                while let scalar = rest.popFirst(), scalar != "\"" {
                    // A backslash escapes only the quote: old browsers sent whole Windows paths.
                    if scalar == "\\", rest.first == "\"" {
                        out.append("\"")
                        rest.removeFirst()
                    } else {
                        out.append(scalar)
                    }
                }
                named[name] = String(out)
            } else {
                named[name] = token()
            }
        }
        return (kind, named)
    }
}
