extension TextIndex {
    /// `tsvector` made by us, so that no dictionary of the server is needed.
    var postgresSchema: [String] {
        [
            "CREATE TABLE \(name) (key BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL)",
            "CREATE INDEX \(name)_terms ON \(name) USING GIN (terms) WITH (gin_pending_list_limit = 1024)",
        ]
    }
}

extension PostgresConnection {
    /// GIN answers in no order, so a very common word would fetch and sort all its documents.
    /// Therefore this many of the newest documents are looked at one by one before.
    static let newestFirst = 1_000
    /// And if some of them match, as many more as should fill the page, up to this many: one
    /// costs about 1 µs, a document fetched through GIN 25 µs.
    static let newestMost = 40_000

    func put(_ document: TextDocument, in index: TextIndex) throws {
        try run(
            """
            INSERT INTO \(raw: index.name) (key, terms)
            VALUES (\(document.key), CAST(\(vector(document)) AS TSVECTOR))
            ON CONFLICT (key) DO UPDATE SET terms = excluded.terms
            """)
    }

    func drop(key: Int64, from index: TextIndex) throws {
        try run("DELETE FROM \(raw: index.name) WHERE key = \(key)")
    }

    func search(_ query: TextQuery, before: Int64?, limit: Int, in index: TextIndex) throws -> [Int64] {
        let wanted = match(query)
        let before = before ?? .max
        let newest = PostgresConnection.newestFirst
        var keys = try walk(newest, wanted, before, limit, index)
        if keys.count == limit { return keys }
        if !keys.isEmpty {
            let enough = newest * limit / keys.count * 3 / 2
            if enough <= PostgresConnection.newestMost {
                keys = try walk(enough, wanted, before, limit, index)
                if keys.count == limit { return keys }
            }
        }
        keys = []
        // The offset keeps the planner from walking the keys again.
        try self.query(
            """
            SELECT key FROM (
                SELECT key FROM \(raw: index.name)
                WHERE terms @@ CAST(\(wanted) AS TSQUERY) AND key < \(before) OFFSET 0) AS found
            ORDER BY key DESC LIMIT \(limit)
            """
        ) {
            keys.append($0[0])
            return true
        }
        return keys
    }

    /// Looks through the newest documents one by one.
    private func walk(
        _ documents: Int, _ wanted: String, _ before: Int64, _ limit: Int, _ index: TextIndex
    ) throws -> [Int64] {
        var keys: [Int64] = []
        try query(
            """
            SELECT key FROM (
                SELECT key, terms FROM \(raw: index.name) WHERE key < \(before)
                ORDER BY key DESC LIMIT \(documents)) AS newest
            WHERE terms @@ CAST(\(wanted) AS TSQUERY)
            ORDER BY key DESC LIMIT \(limit)
            """
        ) {
            keys.append($0[0])
            return true
        }
        return keys
    }
}

/// `'停电':1 '电了':2 '=u:mafang'`: exact terms begin with a character that no word of a text has.
private func vector(_ document: TextDocument) -> String {
    var out = ""
    var position = 0
    for word in TextCutter.words(document.text) {
        position += 1
        out += "\(quoted(word)):\(position) "
    }
    for term in document.terms { out += "\(quoted("=" + term)) " }
    return out
}

private func match(_ query: TextQuery) -> String {
    var all = query.phrases.map { phrase in
        let words = phrase.words.map(quoted).joined(separator: " <-> ")
        return phrase.isPrefix ? "(\(words):*)" : "(\(words))"
    }
    all += query.terms.map { quoted("=" + $0) }
    if !query.anyOf.isEmpty {
        all.append("(\(query.anyOf.map { quoted("=" + $0) }.joined(separator: " | ")))")
    }
    return all.joined(separator: " & ")
}

private func quoted(_ word: String) -> String {
    var out = "'"
    for scalar in word.unicodeScalars {
        if scalar == "'" || scalar == "\\" { out.unicodeScalars.append(scalar) }
        out.unicodeScalars.append(scalar)
    }
    return out + "'"
}
