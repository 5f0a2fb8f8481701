extension TextIndex {
    /// A contentless FTS5 table, and what was put in: FTS5 must be told the old words to remove
    /// them. The `ascii` tokenizer leaves every character beyond ASCII alone; `prefix='1'` finds
    /// one character without merging the lists of all pairs that begin with it.
    var sqliteSchema: [String] {
        [
            """
            CREATE VIRTUAL TABLE \(name) USING fts5(
                words, content='', columnsize=0, tokenize='ascii', prefix='1')
            """,
            "CREATE TABLE \(name)_source (key INTEGER PRIMARY KEY, text TEXT NOT NULL, terms TEXT NOT NULL)",
        ]
    }
}

extension SQLiteConnection {
    func put(_ document: TextDocument, in index: TextIndex) throws {
        try drop(key: document.key, from: index)
        let terms = document.terms.joined(separator: "\n")
        try run(
            """
            INSERT INTO \(raw: index.name)_source (key, text, terms)
            VALUES (\(document.key), \(document.text), \(terms))
            """)
        try run(
            """
            INSERT INTO \(raw: index.name) (rowid, words)
            VALUES (\(document.key), \(words(document.text, document.terms)))
            """)
    }

    func drop(key: Int64, from index: TextIndex) throws {
        var old: String?
        try query("SELECT text, terms FROM \(raw: index.name)_source WHERE key = \(key)") { row in
            let terms: String = row[1]
            old = words(row[0], terms.split(separator: "\n").map(String.init))
            return false
        }
        guard let old else { return }
        try run(
            """
            INSERT INTO \(raw: index.name) (\(raw: index.name), rowid, words)
            VALUES ('delete', \(key), \(old))
            """)
        try run("DELETE FROM \(raw: index.name)_source WHERE key = \(key)")
    }

    func search(_ query: TextQuery, before: Int64?, limit: Int, in index: TextIndex) throws -> [Int64] {
        var keys: [Int64] = []
        try self.query(
            """
            SELECT rowid FROM \(raw: index.name)
            WHERE \(raw: index.name) MATCH \(match(query)) AND rowid < \(before ?? .max)
            ORDER BY rowid DESC LIMIT \(limit)
            """
        ) {
            keys.append($0[0])
            return true
        }
        return keys
    }
}

private func words(_ text: String, _ terms: [String]) -> String {
    (TextCutter.words(text) + terms.map(token)).joined(separator: " ")
}

private func match(_ query: TextQuery) -> String {
    var all = query.phrases.map { phrase in
        "\"\(phrase.words.joined(separator: " "))\"\(phrase.isPrefix ? " *" : "")"
    }
    all += query.terms.map { "\"\(token($0))\"" }
    if !query.anyOf.isEmpty {
        all.append("(\(query.anyOf.map { "\"\(token($0))\"" }.joined(separator: " OR ")))")
    }
    return all.joined(separator: " AND ")
}

/// An exact term as one word of the `ascii` tokenizer that no text contains: it begins with a
/// private-use character, and every ASCII character but lower-case letters and digits is written
/// in hexadecimal after another one.
private func token(_ term: String) -> String {
    var out = String.UnicodeScalarView()
    out.append("\u{e000}")
    for scalar in term.unicodeScalars {
        let value = scalar.value
        if value >= 0x80 || (97...122).contains(value) || (48...57).contains(value) {
            out.append(scalar)
        } else {
            out.append("\u{e001}")
            out.append(contentsOf: String(value, radix: 16).unicodeScalars)
            out.append("\u{e001}")
        }
    }
    return String(out)
}
