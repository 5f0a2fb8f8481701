/// Writes JSON as text; members stand in the order in which they are written.
struct JSONText {
    private(set) var text = ""
    private var needsComma = false

    private mutating func separate() {
        if needsComma { text += "," }
        needsComma = true
    }

    mutating func object(_ body: (inout JSONText) -> Void) {
        separate()
        text += "{"
        needsComma = false
        body(&self)
        text += "}"
        needsComma = true
    }
    mutating func name(_ name: String) {
        separate()
        quote(name)
        text += ":"
        needsComma = false
    }
    mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }
    mutating func member(_ name: String, _ value: Int) {
        self.name(name)
        raw(String(value))
    }
    mutating func member(_ name: String, _ value: Bool) {
        self.name(name)
        raw(value ? "true" : "false")
    }
    mutating func member(_ name: String, _ body: (inout JSONText) -> Void) {
        self.name(name)
        object(body)
    }
    mutating func array<T>(_ name: String, _ items: [T], _ body: (inout JSONText, T) -> Void) {
        self.name(name)
        text += "["
        needsComma = false
        for item in items { body(&self, item) }
        text += "]"
        needsComma = true
    }
    mutating func strings(_ name: String, _ items: [String]) {
        array(name, items) { $0.string($1) }
    }
    mutating func string(_ value: String) {
        separate()
        quote(value)
    }
    mutating func raw(_ json: String) {
        separate()
        text += json
    }

    private mutating func quote(_ value: String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if scalar.value < 32 {
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
