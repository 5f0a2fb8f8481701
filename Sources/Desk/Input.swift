package import Values

/// One field of an action. Its name is the property's; its limits are the rules.
///
///     @Input(.length(1...2000), .lines) var what: String
///     @Input var phone: PhoneNumber?
@propertyWrapper
package struct Input<Value: InputValue>: Sendable {
    package let rules: [InputRule]
    private var stored: Value?

    package init(_ rules: InputRule...) {
        self.rules = rules
    }
    /// `@Input var phone` without rules.
    package init() {
        self.rules = []
    }
    fileprivate init(stored: Value) {
        self.rules = []
        self.stored = stored
    }

    /// The parsed value. Reading it before the inputs were parsed is a programmer's error,
    /// except for an optional one, which is nil.
    package var wrappedValue: Value {
        get {
            if let stored { return stored }
            if let absent = Value.absent { return absent }
            preconditionFailure("an input was read before it was parsed")
        }
        set { stored = newValue }
    }
}

/// A limit or a hint of how to ask for it.
package enum InputRule: Sendable, Equatable {
    /// Characters of a text.
    case length(ClosedRange<Int>)
    /// Members of a list.
    case count(ClosedRange<Int>)
    /// Bounds of a whole number.
    case range(ClosedRange<Int>)
    /// Several lines may be typed.
    case lines
    /// Never shown again, never kept in a draft.
    case secret
    /// Not shown in forms (set by a link or by script).
    case hidden
    /// The value stands in the query or path and is not asked for.
    case choices([String])
}

/// What came in for one field, before parsing.
package enum RawInput: Sendable, Equatable {
    /// A form field, a query item or a command-line word.
    case text(String)
    /// The same name several times.
    case texts([String])
    /// JSON values.
    case string(String)
    case number(Double)
    case bool(Bool)
    case null
    case list([RawInput])
    case object([String: RawInput])
    /// Files of a multipart form.
    case uploads([Upload])

    package var isJSON: Bool {
        switch self {
        case .text, .texts, .uploads: false
        default: true
        }
    }
    /// What a form shows again after a mistake.
    package var typed: String {
        switch self {
        case .text(let text), .string(let text): text
        case .texts(let texts): texts.joined(separator: "\n")
        case .number(let n): n == n.rounded() && abs(n) < 1e15 ? String(Int64(n)) : String(n)
        case .bool(let b): b ? "true" : "false"
        default: ""
        }
    }
}

/// All raw inputs of one attempt, by field name.
package typealias RawInputs = [String: RawInput]

/// A file that was sent, already checked by content and stored on disk.
package struct Upload: Sendable, Hashable, Codable {
    /// SHA-256 of the stored bytes, hexadecimal; names the blob.
    package let hash: String
    package let bytes: Int
    /// `image/jpeg`, `image/png`, `image/webp`, `audio/webm`, …: found by content.
    package let type: String
    package init(hash: String, bytes: Int, type: String) {
        self.hash = hash
        self.bytes = bytes
        self.type = type
    }
}

/// Why one raw value is not a value: code is a locale key `problem.<code>`.
package struct InputComplaint: Error, Sendable, Equatable {
    package let code: String
    package let values: [String: String]
    package init(_ code: String, _ values: [String: String] = [:]) {
        self.code = code
        self.values = values
    }
    package static let missing = InputComplaint("missing")
    package static let wrongType = InputComplaint("wrong-type")
}

/// How a form asks for a value.
package enum InputControl: Sendable, Equatable {
    case line, lines, number, day, moment, phone, flag, secret, photos, file, hidden
    /// Values with locale keys `<prefix>.<value>`.
    case choice([String], prefix: String)
}

/// A type that can stand behind `@Input`.
package protocol InputValue: Sendable {
    /// - Parameter raw: nil when nothing was sent.
    static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Self
    static func schema(_ rules: [InputRule]) -> Schema
    static func control(_ rules: [InputRule]) -> InputControl
    /// What stands for "nothing sent" where that is allowed.
    static var absent: Self? { get }
    /// Takes the form fields `<name>.<part>` together, where nothing of its own name was sent.
    static var gathersParts: Bool { get }
}

extension InputValue {
    package static var absent: Self? { nil }
    package static var gathersParts: Bool { false }
}

/// One field as the doors see it.
package struct InputDescription: Sendable {
    package let name: String
    package let rules: [InputRule]
    package let schema: Schema
    package let control: InputControl
    package let isOptional: Bool
    package let gathersParts: Bool
    let parse: @Sendable (RawInput?) throws(InputComplaint) -> any InputValue
}

private protocol AnyInput {
    func describe(_ name: String) -> InputDescription
    static func make(_ value: any InputValue) -> Self?
}

extension Input: AnyInput {
    fileprivate func describe(_ name: String) -> InputDescription {
        let rules = self.rules
        return InputDescription(
            name: name, rules: rules, schema: Value.schema(rules), control: Value.control(rules),
            isOptional: Value.absent != nil, gathersParts: Value.gathersParts,
            parse: { (raw: RawInput?) throws(InputComplaint) -> any InputValue in try Value.parse(raw, rules) })
    }
    fileprivate static func make(_ value: any InputValue) -> Self? {
        (value as? Value).map { Input(stored: $0) }
    }
}

/// The fields of an action or query type, read once from an empty instance.
package struct InputList: Sendable {
    package let fields: [InputDescription]

    package init(of empty: some Decodable) {
        fields = Mirror(reflecting: empty).children.compactMap { child in
            guard let label = child.label, let input = child.value as? any AnyInput else { return nil }
            return input.describe(label.hasPrefix("_") ? String(label.dropFirst()) : label)
        }
    }

    /// Parses every field, gathers all complaints, and makes the instance.
    /// - Throws: `Problem.invalid` with one complaint per wrong field.
    package func parse<T: Decodable>(_ type: T.Type, _ raw: RawInputs) throws(Problem) -> T {
        var values: [String: any InputValue] = [:]
        values.reserveCapacity(fields.count)
        var complaints: [Problem.Field] = []
        for field in fields {
            do throws(InputComplaint) {
                var sent = raw[field.name]
                if sent == nil, field.gathersParts { sent = parts(of: field.name, in: raw) }
                values[field.name] = try field.parse(sent)
            } catch {
                complaints.append(.init(field.name, error.code, error.values))
            }
        }
        guard complaints.isEmpty else { throw .invalid(complaints) }
        do {
            return try T(from: ParsedDecoder(values: values))
        } catch {
            preconditionFailure("\(T.self) holds something that is not an input: \(error)")
        }
    }
}

extension InputList {
    /// What is wrong with some of the fields: one page of a form of several.
    package func complaints(only names: [String], _ raw: RawInputs) -> [Problem.Field] {
        fields.filter { names.contains($0.name) }.compactMap { field in
            do throws(InputComplaint) {
                var sent = raw[field.name]
                if sent == nil, field.gathersParts { sent = parts(of: field.name, in: raw) }
                _ = try field.parse(sent)
                return nil
            } catch {
                return Problem.Field(field.name, error.code, error.values)
            }
        }
    }
}

/// `extra.address`, `extra.extent` → one object.
private func parts(of name: String, in raw: RawInputs) -> RawInput? {
    var object: [String: RawInput] = [:]
    for (key, value) in raw where key.hasPrefix(name + ".") {
        object[String(key.dropFirst(name.count + 1))] = value
    }
    return object.isEmpty ? nil : .object(object)
}

/// What an action's `prepare` found out, kept for its `perform`; not an input.
@propertyWrapper
package struct Prepared<Value: Sendable>: Sendable, Decodable {
    private var stored: Value?

    package init() {}
    package init(from decoder: any Decoder) throws {}

    /// Reading it before it was prepared is a programmer's error.
    package var wrappedValue: Value {
        get {
            guard let stored else { preconditionFailure("read before it was prepared") }
            return stored
        }
        set { stored = newValue }
    }
}

private protocol PreparedSlot {
    init()
}
extension Prepared: PreparedSlot {}

// MARK: - Making the instance from parsed values

extension Input: Decodable {
    package init(from decoder: any Decoder) throws {
        preconditionFailure("inputs are made by ParsedDecoder only")
    }
}

private struct ParsedDecoder: Decoder {
    let values: [String: any InputValue]
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(ParsedContainer<Key>(values: values))
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw NotAnInput() }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw NotAnInput() }
}

private struct NotAnInput: Error {}

private struct ParsedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let values: [String: any InputValue]
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { values.keys.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { values[name(key)] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { values[name(key)] == nil }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        if let slot = type as? any PreparedSlot.Type, let empty = slot.init() as? T { return empty }
        guard let inputType = type as? any AnyInput.Type, let value = values[name(key)],
            let made = inputType.make(value) as? T
        else { throw NotAnInput() }
        return made
    }
    func nestedContainer<N: CodingKey>(keyedBy: N.Type, forKey: Key) throws -> KeyedDecodingContainer<N> {
        throw NotAnInput()
    }
    func nestedUnkeyedContainer(forKey: Key) throws -> any UnkeyedDecodingContainer { throw NotAnInput() }
    func superDecoder() throws -> any Decoder { throw NotAnInput() }
    func superDecoder(forKey: Key) throws -> any Decoder { throw NotAnInput() }

    /// A synthesised key of a wrapped property is spelled with or without its underscore.
    private func name(_ key: Key) -> String {
        let text = key.stringValue
        return text.hasPrefix("_") ? String(text.dropFirst()) : text
    }
}
