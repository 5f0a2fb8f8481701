import App
import Desk
import Foundation
import Grid
import HTTPTypes
import Outages
import Service
import Storage
import TestSupport
import Testing
import Values

/// Figures of supply, from the rows that repairs and planned work leave (docs/rules/reliability.md).
@Suite struct ReliabilityPageTests {
    /// Ten customers of Bugang on two areas; hand-made rows whose sums are known.
    private static func fill(_ village: TestVillage) async throws -> PermissionStage.MadeFeeder {
        let stage = try await PermissionStage.make(village)
        let feeder = try await stage.aFeeder(at: stage.home, households: 5)
        let county = TestVillage.county
        let bugang = village.people.bugang
        try await village.desk.database.write { tx in
            let areas = try tx.areas(of: feeder.info.id)
            func row(_ id: String, _ start: String, _ minutes: Int64, _ customers: Int, _ area: AreaInfo, cause: String, planned: Bool = false) throws {
                let from = Instant(iso: start)!
                try tx.run(
                    """
                    INSERT INTO interruption (id, county, origin, step, planned, feeder, area, village, cause, started_at,
                        restored_at, customers, low, high)
                    VALUES (\(id), \(county), \(id), 1, \(planned), \(feeder.info.id), \(area.id), \(bugang), \(cause), \(from),
                        \(from.adding(minutes: minutes)), \(customers), \(area.low), \(area.low + customers))
                    """)
            }
            try row("a", "2026-03-01T10:00+08:00", 60, 5, areas[0], cause: "weather")
            try row("b", "2026-03-20T10:00+08:00", 30, 2, areas[0], cause: "tree")
            try row("c", "2026-04-02T10:00+08:00", 120, 5, areas[0], cause: "weather")
            try row("d", "2026-07-01T10:00+08:00", 5, 5, areas[1], cause: "equipment")
            try row("e", "2026-08-01T08:00+08:00", 240, 5, areas[1], cause: "planned-work", planned: true)
            // Two days of history, and last year's December.
            try row("h1", "2025-12-31T23:50+08:00", 20, 5, areas[1], cause: "weather")
            try row("h2", "2025-06-01T10:00+08:00", 40, 5, areas[1], cause: "weather")
        }
        return feeder
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func theFiguresAreThoseOfTheRows(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            _ = try await Self.fill(village)
            // Bugang alone: 10 customers of the network.
            let reply = try await village.api(
                .get, "/results/reliability?year=2026&village=\(village.people.bugang)&n=2", as: village.company)
            #expect(reply.status == 200, "\(reply.text)")
            let all = try #require(reply.json["all"] as? [String: Any])
            // (5×60 + 2×30 + 5×120 + 5×240) / 10 = 216 minutes; 17 / 10; 5 / 10.
            #expect(all["customersServed"] as? Int == 10)
            #expect(all["saidiMinutes"] as? Double == 216)
            #expect(all["saifi"] as? Double == 1.7)
            #expect(all["maifi"] as? Double == 0.5)
            // Five customers had the two of the weather; two of them all three.
            #expect(reply.json["cemi"] as? Double == 0.5)
            #expect(reply.json["plannedHours"] as? Double == 2)
            #expect(reply.json["historyDays"] as? Int == 2 && reply.json["thresholdMinutes"] as? Double != nil)
            let repeated = try #require(reply.json["repeated"] as? [[String: Any]])
            #expect(repeated.count == 1 && repeated[0]["events"] as? Int == 3)
            let worst = try #require(reply.json["worst"] as? [[String: Any]])
            #expect(worst.compactMap { $0["saidiMinutes"] as? Double } == [240, 192])
            for by in ["area", "feeder", "month", "cause"] {
                let grouped = try await village.api(
                    .get, "/results/reliability?year=2026&village=\(village.people.bugang)&by=\(by)", as: village.company)
                let rows = grouped.json["rows"] as? [[String: Any]] ?? []
                #expect(rows.reduce(0) { $0 + ($1["customersInterrupted"] as? Int ?? 0) } == 17, "\(by): \(grouped.text.prefix(400))")
            }
            // A year without rows is a figure, too.
            #expect(try await village.api(.get, "/results/reliability?year=2024", as: village.company).status == 200)
            #expect(try await village.api(.get, "/results/reliability?year=1", as: village.company).status == 422)
        }
    }

    @Test func everyNumberOpensItsListAndEveryListIsAFile() async throws {
        try await withVillage { village in
            _ = try await Self.fill(village)
            for language in ["zh-Hans", "en"] {
                for path in ["/results/reliability?year=2026&by=cause", "/results/reliability/list?year=2026", "/results/planning", "/results/reliability/promises?limit=arrival"] {
                    let page = try await village.get(path, as: village.dispatcher, language: language)
                    #expect(page.status == 200 && !page.contains("⟦"), "\(path) \(page.status)")
                }
            }
            let weather = try await village.api(.get, "/results/reliability/list?year=2026&cause=weather", as: village.company)
            #expect((weather.json["items"] as? [[String: Any]])?.count == 2)
            let march = try await village.api(.get, "/results/reliability/list?month=2026-03", as: village.company)
            #expect((march.json["items"] as? [[String: Any]])?.count == 2)
            let file = try await village.get("/results/reliability.csv?year=2026&by=cause", as: village.company)
            #expect(file.contains("weather") && file.contains("saidi_min"))
            #expect(try await village.get("/results/planning.csv", as: village.company).contains("low_voltage"))
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func complaintsOfLowVoltageStandOnThePlanningListByTheirArea(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let feeder = try await Self.fill(village)
            _ = try await village.act(
                ReportNeed(
                    kind: "usage", village: village.people.bugang.text, what: "电压太低，空调开不动", name: "赵大娘",
                    phone: PhoneNumber("13812345678"), account: feeder.first[0], extra: ["matter": "voltage"]), as: nil)
            _ = try await village.act(
                ReportNeed(
                    kind: "complaint", village: village.people.bugang.text, what: "老停电", name: "赵大娘",
                    phone: PhoneNumber("13812345678"), about: .other, extra: ["matter": "outage"]), as: nil)
            let list = try await village.api(.get, "/results/planning", as: village.head)
            let rows = try #require(list.json["rows"] as? [[String: Any]])
            #expect(rows.count == 2, "\(list.text)")
            let area = try #require(rows.first { $0["area"] as? String != "" })
            #expect(area["lowVoltage"] as? Int == 1 && area["outages"] as? Int == 3 && area["customers"] as? Int == 5)
            #expect(rows.first { $0["area"] as? String == "" }?["frequentOutages"] as? Int == 1)
            // Each number leads to as many cases.
            let page = try await village.get("/results/planning", as: village.head)
            let links = page.text.components(separatedBy: "href=\"/results/planning/cases?").dropFirst().map {
                "/results/planning/cases?" + $0.components(separatedBy: "\"")[0].replacingOccurrences(of: "&amp;", with: "&")
            }
            #expect(links.count == 2)
            for link in links {
                let list = try await village.api(.get, link, as: village.head)
                #expect((list.json["items"] as? [[String: Any]])?.count == 1, "\(link): \(list.text)")
                #expect(try await village.get(link, as: village.head).count("<li class=\"c\">") == 1)
            }
        }
    }
}
