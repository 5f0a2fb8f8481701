/// One sentence or word in both languages, as a data file supplies it.
package struct Texts: Codable, Sendable, Hashable {
    package let zh: String
    package let en: String

    package init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }

    package func `in`(_ language: Language) -> String { language == .chinese ? zh : en }

    package static var schema: Schema { .object([("zh", .text), ("en", .text)]) }
}

extension Words {
    package func pick(_ texts: Texts) -> String { texts.in(language) }
}
