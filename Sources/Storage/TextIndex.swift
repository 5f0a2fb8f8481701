/// A full-text index that a migration makes (`.textIndex`) and `Transaction.search` asks.
package struct TextIndex: Sendable, Hashable {
    /// Also the name of its table.
    package let name: String

    package init(_ name: String) {
        precondition(name.utf8.allSatisfy { $0 == 95 || (97...122).contains($0) || (48...57).contains($0) })
        self.name = name
    }
}

/// What stands in the index under one key.
struct TextDocument: Sendable {
    let key: Int64
    let text: String
    let terms: [String]
}

/// What is looked for, cut like the documents.
struct TextQuery: Sendable {
    /// Words that must follow each other.
    struct Phrase: Sendable, Equatable {
        var words: [String]
        /// The last word is only the beginning of one.
        var isPrefix: Bool
    }

    let phrases: [Phrase]
    let terms: [String]
    let anyOf: [String]

    /// More parts than this are not looked at.
    static let partsMax = 12
    /// More characters of one part than this are not looked at.
    static let partCharactersMax = 60

    /// - Returns: nil when nothing can be found: no word in the query, and not empty; or neither
    ///   query nor terms.
    init?(_ query: String, terms: [String], anyOf: [String]) {
        var phrases: [Phrase] = []
        var saysSomething = false
        for part in query.split(whereSeparator: \.isWhitespace).prefix(TextQuery.partsMax) {
            saysSomething = true
            let phrase = TextCutter.phrase(part.prefix(TextQuery.partCharactersMax))
            if !phrase.words.isEmpty, !phrases.contains(phrase) { phrases.append(phrase) }
        }
        if saysSomething && phrases.isEmpty { return nil }
        if phrases.isEmpty && terms.isEmpty && anyOf.isEmpty { return nil }
        self.phrases = phrases
        self.terms = terms
        self.anyOf = anyOf
    }
}
