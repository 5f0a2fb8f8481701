package import Values

/// The longest text that any field takes when it names no limit of its own.
package let textLengthLimit = 200

extension String: InputValue {
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> String {
        let text = try plainText(raw)
        var bounds = 1...textLengthLimit
        var multiline = false
        var secret = false
        for rule in rules {
            switch rule {
            case .length(let range): bounds = range
            case .lines: multiline = true
            case .secret: secret = true
            case .choices(let allowed):
                guard allowed.contains(text) else { throw InputComplaint("not-a-choice") }
            default: break
            }
        }
        let trimmed = secret ? text : text.trimmed
        if trimmed.isEmpty {
            if bounds.lowerBound == 0 { return "" }
            throw .missing
        }
        for scalar in trimmed.unicodeScalars {
            switch scalar.value {
            case 10, 13, 9:
                if !multiline { throw InputComplaint("control-character") }
            case 0..<32, 127..<160, 0xFFFE...0xFFFF, 0x202A...0x202E, 0x2066...0x2069:
                throw InputComplaint("control-character")
            default: break
            }
        }
        // Scalars, as JSON Schema counts them.
        let length = trimmed.unicodeScalars.count
        guard length >= bounds.lowerBound else {
            throw InputComplaint("too-short", ["min": "\(bounds.lowerBound)"])
        }
        guard length <= bounds.upperBound else {
            throw InputComplaint("too-long", ["max": "\(bounds.upperBound)", "length": "\(length)"])
        }
        return trimmed
    }
    package static func schema(_ rules: [InputRule]) -> Schema {
        for case .choices(let allowed) in rules { return .choice(allowed) }
        let format = rules.contains(.lines) ? Schema.linesFormat : nil
        for case .length(let range) in rules {
            return .string(format: format, min: range.lowerBound, max: range.upperBound)
        }
        return .string(format: format, min: 1, max: textLengthLimit)
    }
    package static func control(_ rules: [InputRule]) -> InputControl {
        if rules.contains(.hidden) { return .hidden }
        if rules.contains(.secret) { return .secret }
        return rules.contains(.lines) ? .lines : .line
    }
}

extension String {
    /// Without white space at both ends.
    package var trimmed: String {
        var slice = Substring(self)
        while let first = slice.first, first.isWhitespace { slice.removeFirst() }
        while let last = slice.last, last.isWhitespace { slice.removeLast() }
        return String(slice)
    }
}

/// Text of a form field or a JSON string.
func plainText(_ raw: RawInput?) throws(InputComplaint) -> String {
    switch raw {
    case nil, .null: throw .missing
    case .text(let text), .string(let text): return text
    case .texts(let texts): return texts.first ?? ""
    default: throw .wrongType
    }
}

extension Int: InputValue {
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Int {
        let value: Int
        switch raw {
        case nil, .null: throw .missing
        case .text(let text):
            let trimmed = text.trimmed
            if trimmed.isEmpty { throw .missing }
            guard let n = Int(trimmed) else { throw InputComplaint("not-a-number") }
            value = n
        case .number(let n):
            guard n == n.rounded(), abs(n) < 9e15 else { throw .wrongType }
            value = Int(n)
        default: throw .wrongType
        }
        for case .range(let range) in rules where !range.contains(value) {
            throw InputComplaint("out-of-range", ["min": "\(range.lowerBound)", "max": "\(range.upperBound)"])
        }
        return value
    }
    package static func schema(_ rules: [InputRule]) -> Schema {
        for case .range(let range) in rules {
            return .integer(min: Int64(range.lowerBound), max: Int64(range.upperBound))
        }
        return .integer()
    }
    package static func control(_ rules: [InputRule]) -> InputControl {
        rules.contains(.hidden) ? .hidden : .number
    }
}

extension Double: InputValue {
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Double {
        switch raw {
        case nil, .null: throw .missing
        case .text(let text):
            let trimmed = text.trimmed
            if trimmed.isEmpty { throw .missing }
            guard let n = Double(trimmed), n.isFinite else { throw InputComplaint("not-a-number") }
            return n
        case .number(let n): return n
        default: throw .wrongType
        }
    }
    package static func schema(_ rules: [InputRule]) -> Schema { .number }
    package static func control(_ rules: [InputRule]) -> InputControl {
        rules.contains(.hidden) ? .hidden : .number
    }
}

extension Bool: InputValue {
    /// An unticked box sends nothing, so nothing is false.
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Bool {
        switch raw {
        case nil: return false
        case .bool(let b): return b
        case .text(let text):
            if ["1", "true", "on", "yes"].contains(text) { return true }
            if ["", "0", "false", "off", "no"].contains(text) { return false }
            throw .wrongType
        default: throw .wrongType
        }
    }
    package static func schema(_ rules: [InputRule]) -> Schema { .boolean }
    package static func control(_ rules: [InputRule]) -> InputControl { .flag }
    package static var absent: Bool? { false }
}

extension PhoneNumber: InputValue {
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> PhoneNumber {
        let text = try plainText(raw)
        if text.trimmed.isEmpty { throw .missing }
        guard let phone = PhoneNumber(text) else { throw InputComplaint("not-a-phone") }
        return phone
    }
    package static func schema(_ rules: [InputRule]) -> Schema {
        .string(pattern: "^(1[3-9][0-9]{9}|0[1-9][0-9]{8,10})$")
    }
    package static func control(_ rules: [InputRule]) -> InputControl { .phone }
}

extension Day: InputValue {
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Day {
        let text = try plainText(raw).trimmed
        if text.isEmpty { throw .missing }
        guard let day = Day(iso: text) else { throw InputComplaint("not-a-day") }
        return day
    }
    package static func schema(_ rules: [InputRule]) -> Schema { .date }
    package static func control(_ rules: [InputRule]) -> InputControl { .day }
}

extension Instant: InputValue {
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Instant {
        let text = try plainText(raw).trimmed
        if text.isEmpty { throw .missing }
        guard let moment = Instant(iso: text) else { throw InputComplaint("not-a-moment") }
        return moment
    }
    package static func schema(_ rules: [InputRule]) -> Schema { .moment }
    package static func control(_ rules: [InputRule]) -> InputControl {
        rules.contains(.hidden) ? .hidden : .moment
    }
}

extension Code: InputValue {
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Code {
        let text = try plainText(raw).trimmed
        if text.isEmpty { throw .missing }
        guard text.utf8.count <= 20, let code = Code(typed: text) else { throw InputComplaint("not-a-code") }
        return code
    }
    package static func schema(_ rules: [InputRule]) -> Schema {
        .string(pattern: "^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$")
    }
    package static func control(_ rules: [InputRule]) -> InputControl { .line }
}

extension ID: InputValue {
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> ID {
        let text = try plainText(raw).trimmed
        if text.isEmpty { throw .missing }
        guard let id = ID(parsing: text) else { throw InputComplaint("not-an-id") }
        return id
    }
    package static func schema(_ rules: [InputRule]) -> Schema { .string(format: "uuid") }
    package static func control(_ rules: [InputRule]) -> InputControl { .hidden }
}

/// An enumeration that a form offers as choices; words at `<prefix>.<raw value>`.
package protocol InputChoice: InputValue, CaseIterable, RawRepresentable where RawValue == String {
    static var wordPrefix: String { get }
}

extension InputChoice {
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Self {
        let text = try plainText(raw).trimmed
        if text.isEmpty { throw .missing }
        guard let value = Self(rawValue: text) else { throw InputComplaint("not-a-choice") }
        return value
    }
    package static func schema(_ rules: [InputRule]) -> Schema { .choice(allCases.map(\.rawValue)) }
    package static func control(_ rules: [InputRule]) -> InputControl {
        rules.contains(.hidden) ? .hidden : .choice(allCases.map(\.rawValue), prefix: wordPrefix)
    }
}

extension Optional: InputValue where Wrapped: InputValue {
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Wrapped? {
        switch raw {
        case nil, .null: return nil
        case .text(let text) where text.trimmed.isEmpty: return nil
        default: return try Wrapped.parse(raw, rules)
        }
    }
    package static func schema(_ rules: [InputRule]) -> Schema { .nullable(Wrapped.schema(rules)) }
    package static func control(_ rules: [InputRule]) -> InputControl { Wrapped.control(rules) }
    package static var absent: Wrapped?? { .some(nil) }
}

extension Array: InputValue where Element: InputValue {
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> [Element] {
        let items: [RawInput]
        switch raw {
        case nil: items = []
        case .text(let text): items = text.trimmed.isEmpty ? [] : [.text(text)]
        case .texts(let texts): items = texts.filter { !$0.trimmed.isEmpty }.map(RawInput.text)
        case .list(let list): items = list
        case .uploads(let files): items = files.map { .uploads([$0]) }
        default: throw .wrongType
        }
        var bounds = 0...100
        for case .count(let range) in rules { bounds = range }
        guard items.count >= bounds.lowerBound else {
            if items.isEmpty { throw .missing }
            throw InputComplaint("too-few", ["min": "\(bounds.lowerBound)"])
        }
        guard items.count <= bounds.upperBound else {
            throw InputComplaint("too-many", ["max": "\(bounds.upperBound)"])
        }
        var values: [Element] = []
        for item in items { values.append(try Element.parse(item, rules)) }
        return values
    }
    package static func schema(_ rules: [InputRule]) -> Schema {
        var max = 100
        for case .count(let range) in rules { max = range.upperBound }
        return .array(Element.schema(rules), max: max)
    }
    package static func control(_ rules: [InputRule]) -> InputControl { Element.control(rules) }
    package static var absent: [Element]? { [] }
}

extension Upload: InputValue {
    /// A file of a form, or in JSON the hash that an earlier upload answered.
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Upload {
        switch raw {
        case .uploads(let files):
            guard let file = files.first else { throw .missing }
            return file
        case .text(let text), .string(let text):
            // `hash.bytes.type`, as the upload door answered and signed into the draft.
            guard let upload = Upload(token: text) else { throw InputComplaint("not-an-upload") }
            return upload
        case nil, .null: throw .missing
        default: throw .wrongType
        }
    }
    package static func schema(_ rules: [InputRule]) -> Schema {
        .string(pattern: "^[0-9a-f]{64}~[1-9][0-9]{0,6}~(image/(jpeg|png|webp)|audio/(webm|ogg|mp4))$")
    }
    package static func control(_ rules: [InputRule]) -> InputControl { .photos }

    /// What stands for this file in JSON and in drafts: `HASH~BYTES~TYPE`.
    package var token: String { "\(hash)~\(bytes)~\(type)" }

    package init?(token: String) {
        guard let (hash, bytes, type) = Upload.parts(of: token), bytes <= 20_000_000, Upload.types.contains(type)
        else { return nil }
        self.init(hash: hash, bytes: bytes, type: type)
    }

    /// What a token says, whatever the type.
    static func parts(of token: String) -> (hash: String, bytes: Int, type: String)? {
        let parts = token.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0].utf8.count == 64, unhex(parts[0]) != nil, let bytes = Int(parts[1]), bytes > 0
        else { return nil }
        return (parts[0], bytes, parts[2])
    }

    package static let types: Set<String> = [
        "image/jpeg", "image/png", "image/webp", "audio/webm", "audio/ogg", "audio/mp4", "audio/wav",
        "audio/mpeg",
    ]
}
