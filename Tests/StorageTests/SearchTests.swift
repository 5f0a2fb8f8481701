import Foundation
import Storage
import TestSupport
import Testing
import Values

@Suite struct SearchTests {
    /// `Data/requests`: the ids that each of 40 searches must find were counted by substring.
    @Test func allFortySearchesFindExactlyTheExpectedRequests() async throws {
        let requests = try table("requests.csv")
        let searches = try table("search_queries.csv")
        #expect(requests.count == 1_500)
        #expect(searches.count == 40)
        try await withDatabases(Village.schema) { db in
            for start in stride(from: 0, to: requests.count, by: 100) {
                try await db.write { tx in
                    for request in requests[start..<min(start + 100, requests.count)] {
                        try tx.put(
                            request["text"] ?? "", terms: ["k:\(request["category"] ?? "")"],
                            key: key(request["id"] ?? ""), in: Village.cases)
                    }
                }
            }
            for search in searches {
                let category = search["category_filter"] ?? ""
                let expected = (search["expected_ids"] ?? "").split(separator: " ").map { key(String($0)) }
                let found = try await db.read { tx in
                    try tx.search(
                        search["query"] ?? "", terms: category.isEmpty ? [] : ["k:\(category)"],
                        limit: 2_000, in: Village.cases)
                }
                #expect(found == expected.sorted(by: >), "\(search["query_id"] ?? "") on \(db.engine)")
            }
        }
    }

    @Test func theNewestComeFirstPageByPage() async throws {
        try await withDatabases(Village.schema) { db in
            try await fill(db, (1...30).map { (Int64($0), "村里停电了", ["u:bugang"]) })
            let first = try await find(db, "停电", limit: 4)
            let next = try await find(db, "停电", before: first.last, limit: 4)
            #expect(first == [30, 29, 28, 27])
            #expect(next == [26, 25, 24, 23])
            #expect(try await find(db, "停电", before: 1) == [])
        }
    }

    @Test func everyPieceOfChineseTextIsFound() async throws {
        try await withDatabases(Village.schema) { db in
            try await fill(db, [(1, "三相电表，380V的！又停 电", []), (2, "电", []), (3, "表不准", [])])
            for (query, keys) in [
                ("三相电表", [1]), ("相电", [1]), ("电表", [1]), ("电", [2, 1]), ("表", [3, 1]), ("准", [3]),
                ("停电", []), ("停 电", [1]), ("电准", []), ("380v", [1]), ("380V的", [1]), ("380", []),
                ("表，380V", [1]), ("的", [1]), ("相", [1]), ("不准 表", [3]),
            ] as [(String, [Int64])] {
                #expect(try await find(db, query) == keys, "\(query) on \(db.engine)")
            }
        }
    }

    @Test func latinWordsAreFoundInAnyCaseAndWidth() async throws {
        try await withDatabases(Village.schema) { db in
            try await fill(db, [(1, "微信WeChat到账 ＡＢＣ É", [])])
            for query in ["wechat", "WECHAT", "信wechat", "ａｂｃ", "abc", "é"] {
                #expect(try await find(db, query) == [1], "\(query) on \(db.engine)")
            }
            #expect(try await find(db, "chat") == [])
        }
    }

    @Test func termsNarrowAndNeverMixWithWords() async throws {
        try await withDatabases(Village.schema) { db in
            try await fill(
                db,
                [
                    (1, "停电", ["u:bugang", "k:repair"]), (2, "停电", ["u:mafang", "k:repair"]),
                    (3, "停电 repair", ["u:mafang", "k:Payment", "urgent"]), (4, "urgent", ["it's \"odd\" \\"]),
                ])
            #expect(try await find(db, "停电", terms: ["u:mafang"]) == [3, 2])
            #expect(try await find(db, "停电", terms: ["u:mafang", "k:repair"]) == [2])
            #expect(try await find(db, "停电", anyOf: ["u:bugang", "k:Payment"]) == [3, 1])
            #expect(try await find(db, "停电", terms: ["k:repair"], anyOf: ["u:nowhere"]) == [])
            #expect(try await find(db, "", terms: ["k:repair"]) == [2, 1])
            #expect(try await find(db, "", anyOf: ["u:bugang", "urgent"]) == [3, 1])
            #expect(try await find(db, "urgent") == [4])
            #expect(try await find(db, "repair") == [3])
            #expect(try await find(db, "", terms: ["k:payment"]) == [])
            #expect(try await find(db, "", terms: ["it's \"odd\" \\"]) == [4])
        }
    }

    @Test func aQueryOfNothingFindsNothing() async throws {
        try await withDatabases(Village.schema) { db in
            try await fill(db, [(1, "停电！", ["u:bugang"])])
            for query in ["", "   ", "！，。", "\" OR *", "' & !", "\\"] {
                let found = try await find(db, query)
                #expect(found == [], "\(query) on \(db.engine)")
            }
            #expect(try await find(db, "！！", terms: ["u:bugang"]) == [])
            #expect(try await find(db, "停电") == [1])
        }
    }

    @Test func aChangedTextIsFoundByItsNewWordsOnly() async throws {
        try await withDatabases(Village.schema) { db in
            try await fill(db, [(1, "变压器响", ["s:open"]), (2, "变压器漏油", ["s:open"])])
            try await fill(db, [(1, "电表不转", ["s:closed"])])
            #expect(try await find(db, "变压器") == [2])
            #expect(try await find(db, "电表") == [1])
            #expect(try await find(db, "", terms: ["s:open"]) == [2])
            try await db.write { tx in
                try tx.drop(key: 2, from: Village.cases)
                try tx.drop(key: 77, from: Village.cases)
            }
            #expect(try await find(db, "变压器") == [])
        }
    }

    @Test func whatIsPutIsFoundInTheSameTransaction() async throws {
        try await withDatabases(Village.schema) { db in
            let found = try await db.write { tx in
                try tx.put("漏电", terms: [], key: 5, in: Village.cases)
                let before = try tx.search("漏电", terms: [], limit: 3, in: Village.cases)
                try tx.drop(key: 5, from: Village.cases)
                let after = try tx.search("漏电", terms: [], limit: 3, in: Village.cases)
                return [before, after]
            }
            #expect(found == [[5], []])
        }
    }

    @Test func anOldRareWordIsFoundBehindManyNewCommonOnes() async throws {
        try await withDatabases(Village.schema) { db in
            try await fill(db, [(1, "水泵停电", [])])
            try await fill(db, (2...4_500).map { (Int64($0), "停电", []) })
            #expect(try await find(db, "水泵") == [1])
            #expect(try await find(db, "水泵 停电") == [1])
            #expect(try await find(db, "停电", limit: 2) == [4_500, 4_499])
            #expect(try await find(db, "停电", before: 3, limit: 2) == [2, 1])
        }
    }

    private func fill(_ db: Database, _ documents: [(Int64, String, [String])]) async throws {
        try await db.write { tx in
            for (key, text, terms) in documents { try tx.put(text, terms: terms, key: key, in: Village.cases) }
        }
    }

    private func find(
        _ db: Database, _ query: String, terms: [String] = [], anyOf: [String] = [],
        before: Int64? = nil, limit: Int = 50
    ) async throws -> [Int64] {
        try await db.read { tx in
            try tx.search(query, terms: terms, anyOf: anyOf, before: before, limit: limit, in: Village.cases)
        }
    }

    private func table(_ name: String) throws -> [[String: String]] {
        let here = URL(fileURLWithPath: #filePath)
        let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Data/requests/\(name)"), encoding: .utf8)
        let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        return lines.dropFirst().map { fields in
            Dictionary(uniqueKeysWithValues: zip(lines[0], fields).map { (String($0), String($1)) })
        }
    }
}

private func key(_ id: String) -> Int64 { Int64(id.dropFirst(2)) ?? 0 }
