package import Values

/// What a message says, made from its template in the reader's language.
package enum MessageText {
    package static func title(_ template: String, _ data: [String: String], _ words: Words) -> String {
        words("message.\(template).title", values(data, words))
    }
    package static func text(_ template: String, _ data: [String: String], _ words: Words) -> String {
        words("message.\(template).text", values(data, words))
    }

    /// A text message: who writes, what is said, and where to look. The receipt's secret is not in
    /// the database, so the address is that of the form that asks for number and phone.
    package static func short(_ message: OutgoingMessage, _ words: Words, publicAddress: String) -> String {
        let text = words("message.signature", [:]) + text(message.template, message.data, words)
        guard message.caseID != nil else { return text }
        return "\(text) \(publicAddress)/follow"
    }

    /// A value `name@zh-Hans` or `name@en` stands in for `{name}` in that language.
    package static func values(_ data: [String: String], _ words: Words) -> [String: String] {
        var values = data
        for (key, value) in data {
            guard let at = key.lastIndex(of: "@") else { continue }
            if key[key.index(after: at)...] == words.language.rawValue { values[String(key[..<at])] = value }
        }
        return values
    }
}
