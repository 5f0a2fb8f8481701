import App
import Desk
import Foundation
import HTTPTypes
import Insight
import Registry
import Service
import Storage
import TestSupport
import Testing
import Values

@Suite struct ResultsTests {
    /// Some of everything: late, reopened, merged, withdrawn, rated, unconfirmed, hidden.
    private func fill(_ village: TestVillage) async throws {
        for n in 1...6 {
            let number = try await village.report("停电\(n)", phone: "1381234560\(n)").number
            if n == 4 { village.clock.advance(days: 2) }
            try await village.resolve(number)
            if n <= 2 {
                try await village.act(
                    ConfirmCase(Code(stored: number), satisfaction: 3 + n, lastFour: "560\(n)"), as: nil)
            }
            if n == 3 {
                try await village.act(ReopenCase(Code(stored: number), reason: "又停了", lastFour: "560\(n)"), as: nil)
            }
            if n == 5 {
                for _ in 1...2 {
                    village.clock.advance(days: 1)
                    try await village.act(FollowUpCase(Code(stored: number), reached: false), as: village.dispatcher)
                }
            }
        }
        let first = try await village.report("灯闪", phone: "13812345611").number
        let second = try await village.report("灯也闪", phone: "13812345612").number
        try await village.act(MergeCase(Code(stored: second), into: Code(stored: first)), as: village.dispatcher)
        let third = try await village.report("问电价", kind: "inquiry", village: village.zhaozhuang, phone: "13812345613")
            .number
        try await village.act(WithdrawCase(Code(stored: third), lastFour: "5613"), as: nil)
        try await village.report("王志强态度不好", kind: "complaint", phone: "13812349999", about: .representative)
        try await village.report("袁家停电", village: village.faraway, phone: "13812345614")
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func everyNumberOpensExactlyTheCasesThatItCounts(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            try await fill(village)
            for isFolded in [false, true] {
                // A figure agrees with its list before and after the counters were folded.
                if isFolded { _ = try await RequestCounters.fold(village.desk) }
                for person in [village.company, village.dispatcher, village.wang, village.township] {
                    for group in ["village", "kind", "channel", "month"] {
                        let page = try await village.get("/results?by=\(group)", as: person)
                        #expect(page.status == 200)
                        let numbers = page.resultLinks()
                        #expect(numbers.count >= 5, "\(person.name) \(group)")
                        for (link, count) in numbers {
                            let list = try await village.get(link, as: person)
                            #expect(list.count("<li class=\"c") == count, "\(person.name) \(link)")
                        }
                    }
                }
            }
        }
    }

    @Test func theFiguresSayWhatHappened() async throws {
        try await withVillage { village in
            try await fill(village)
            let reply = try await village.api(.get, "/results?by=village", as: village.company)
            #expect(reply.status == 200)
            let total = try #require(reply.json["total"] as? [String: Any])
            let counts = try #require(total["counts"] as? [String: Int])
            #expect(counts["opened"] == 11)
            #expect(counts["resolved"] == 6)
            #expect(counts["in-limit"] == 4)
            #expect(counts["late"] == 2)
            #expect(counts["reopened"] == 1)
            #expect(counts["confirmed"] == 2)
            #expect(counts["unconfirmed"] == 1)
            #expect(counts["merged"] == 1)
            #expect(counts["withdrawn"] == 1)
            #expect(total["shareInLimit"] as? Int == 666)
            #expect(total["satisfaction"] as? Int == 450)
            #expect(total["isSmall"] as? Bool == true)
            let definitions = try #require(reply.json["definitions"] as? [[String: Any]])
            #expect(definitions.allSatisfy { ($0["version"] as? Int ?? 0) >= 1 })
        }
    }

    @Test func nobodyInTheVillageCountsAComplaintAboutTheirOwn() async throws {
        try await withVillage { village in
            try await village.report("王志强态度不好", kind: "complaint", phone: "13812349999", about: .representative)
            func opened(_ person: Villager) async throws -> Int? {
                let reply = try await village.api(.get, "/results?by=kind", as: person)
                return ((reply.json["total"] as? [String: Any])?["counts"] as? [String: Int])?["opened"]
            }
            #expect(try await opened(village.wang) == 0)
            #expect(try await opened(village.li) == 0)
            #expect(try await opened(village.attendant) == 0)
            #expect(try await opened(village.township) == 0)
            #expect(try await opened(village.head) == 1)
            #expect(try await opened(village.company) == 1)
        }
    }

    @Test func theFileHoldsTheSameFigures() async throws {
        try await withVillage { village in
            try await fill(village)
            let file = try await village.get("/results.csv?by=kind", as: village.company)
            #expect(file.headers[.contentType] == "text/csv; charset=utf-8")
            let lines = file.text.components(separatedBy: "\r\n")
            #expect(lines[0].contains("opened v1"))
            let repair = try #require(lines.first { $0.hasPrefix("repair,") }).components(separatedBy: ",")
            #expect(repair[2] == "9")
            #expect(repair[3] == "6")
            let total = try #require(lines.dropLast().last).components(separatedBy: ",")
            #expect(total[2] == "11")
        }
    }

    @Test func fewCasesAreMarkedAndMonthsOutsideShowNothing() async throws {
        try await withVillage { village in
            try await village.report("没有电")
            let page = try await village.get("/results", as: village.company)
            #expect(page.contains("class=\"few\""))
            let past = try await village.get("/results?from=2025-01&to=2025-06", as: village.company)
            #expect(past.contains("class=\"empty\""))
            #expect(try await village.get("/results?from=yesterday", as: village.company).status == 422)
            // A village of the other station is not for this dispatcher.
            let other = try await village.get("/results?village=\(village.faraway)", as: village.dispatcher)
            #expect(other.status == 404)
        }
    }

    @Test func strangersAndCustomersSeeNoFigures() async throws {
        try await withVillage { village async throws in
            #expect(try await village.get("/results").location?.hasPrefix("/sign-in") == true)
            #expect(try await village.get("/results", as: village.zhang).status == 403)
            #expect(try await village.api(.get, "/results").status == 401)
        }
    }
}
