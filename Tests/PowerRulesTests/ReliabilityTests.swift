import Foundation
import PowerRules
import Testing
import Values

@Suite struct ReliabilityTests {
    private func bytes(_ file: String) throws -> [UInt8] { Array(try Repository.text("Data/outages/\(file)").utf8) }

    private func report() throws -> ReliabilityReport {
        let rows = try ReliabilityText.events(bytes("events.csv"), year: 2025, customersServed: 1_200)
        let history = try ReliabilityText.history(bytes("history_daily_saidi.csv"), in: 2020...2024)
        return ReliabilityReport(rows, year: 2025, customersServed: 1_200, history: history.values.sorted())
    }

    /// Every key and number of the expected figures, within half of their last decimal.
    @Test func theFiguresAreThoseOfTheOtherProgram() throws {
        let made = try JSONSerialization.jsonObject(with: Data(report().json().utf8))
        let expected = try JSONSerialization.jsonObject(with: Data(bytes("expected.json")))
        #expect(differences(made, expected, "") == [])
        #expect((expected as? [String: Any])?.count == 15)
    }

    private func differences(_ a: Any, _ b: Any, _ path: String) -> [String] {
        switch (a, b) {
        case (let a as [String: Any], let b as [String: Any]):
            guard Set(a.keys) == Set(b.keys) else { return ["\(path): \(Set(a.keys).symmetricDifference(b.keys))"] }
            return a.keys.sorted().flatMap { differences(a[$0]!, b[$0]!, "\(path).\($0)") }
        case (let a as [Any], let b as [Any]):
            guard a.count == b.count else { return ["\(path): \(a.count) of \(b.count)"] }
            return a.indices.flatMap { differences(a[$0], b[$0], "\(path)[\($0)]") }
        case (let a as String, let b as String): return a == b ? [] : ["\(path): \(a) \(b)"]
        case (is NSNull, is NSNull): return []
        case (let a as NSNumber, let b as NSNumber):
            let near = path.hasSuffix("asai") || path.contains("alpha") || path.contains("beta") ? 1.1e-9 : 1.1e-6
            return abs(a.doubleValue - b.doubleValue) <= near ? [] : ["\(path): \(a) \(b)"]
        default: return ["\(path): \(a) \(b)"]
        }
    }

    /// docs/rules/reliability.md; domain case 20.
    @Test func theWorkedExampleHolds() throws {
        let start = at("2025-05-01T10:00")
        let rows = [(100, 60), (50, 120)].map {
            Interruption(event: "e\($0)", start: start, restored: start.adding(minutes: Int64($1)), customers: $0)
        }
        let figures = Reliability.Indices(rows, customersServed: 1_000, periodMinutes: Reliability.minutes(ofYear: 2025))
        let values = ["SAIFI": fixed(figures.saifi, 2), "SAIDI": fixed(figures.saidiMinutes, 1), "CAIDI": fixed(figures.caidiMinutes ?? 0, 1), "ASAI": fixed(figures.asai, 9)]
        let page = try Repository.rows("reliability", "figure", "value")
        #expect(page.count == 4 && page.allSatisfy { values[$0[0]] == $0[1] })
        #expect(Reliability.minutes(ofYear: 2024) == 527_040)
    }

    @Test func exactlyFiveMinutesAreMomentary() {
        let start = at("2025-05-01T10:00")
        let rows = [300_000, 300_001].map {
            Interruption(event: "e", start: start, restored: start.adding(milliseconds: $0), customers: 10)
        }
        let figures = Reliability.Indices(rows, customersServed: 100, periodMinutes: 525_600)
        #expect(figures.customersInterrupted == 10 && figures.momentaryRows == 1 && figures.maifi == 0.1)
        let none = Reliability.Indices([], customersServed: 100, periodMinutes: 525_600)
        #expect(none.caidiMinutes == nil && none.asai == 1)
    }

    @Test func aHistoryWithoutTwoInterruptedDaysGivesNoThreshold() {
        #expect(MajorEventThreshold(dailySAIDI: []) == nil)
        #expect(MajorEventThreshold(dailySAIDI: [0, 0, 3]) == nil)
        #expect(MajorEventThreshold(dailySAIDI: [0, 2, 3])?.nonzeroDays == 2)
    }

    @Test func withoutAHistoryThereAreFiguresButNoMajorDay() throws {
        let rows = try ReliabilityText.events(bytes("events.csv"), year: 2025, customersServed: 1_200)
        let report = ReliabilityReport(rows, year: 2025, customersServed: 1_200, history: [0, 0, 3])
        #expect(report.threshold == nil && report.majorDays.isEmpty && report.all == report.withoutMajor)
        let made = try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any]
        #expect(made?["tmed"] is NSNull && made?["alpha"] is NSNull && made?["nonzero_history_days"] as? Int == 1)
        #expect((made?["med"] as? [Any])?.isEmpty == true)
    }

    @Test func manyCustomersForALongTimeDoNotOverflow() {
        let long = Interruption(
            event: "e", start: at("1950-01-01T00:00"), restored: at("2199-12-31T00:00"), customers: 1_000_000_000)
        let figures = Reliability.Indices([long, long], customersServed: 1_000_000_000, periodMinutes: 525_600)
        #expect(figures.saidiMinutes == 2 * Double(long.milliseconds) / 60_000)
    }

    /// Counted once more customer by customer.
    @Test func customersWithSeveralInterruptionsAreThoseOfACountByHand() {
        var cards = Cards(7)
        for _ in 0..<200 {
            var rows: [Interruption] = []
            for n in 0..<Int.random(in: 0...12, using: &cards) {
                let (a, b) = (Int.random(in: 0...30, using: &cards), Int.random(in: 0...30, using: &cards))
                let start = at("2025-05-01T10:00").adding(hours: Int64(n))
                rows.append(
                    Interruption(
                        event: "\(n)", start: start, restored: start.adding(minutes: Bool.random(using: &cards) ? 5 : 6),
                        customers: abs(a - b), feeder: Bool.random(using: &cards) ? "a" : "b", positions: min(a, b)..<max(a, b)))
            }
            for count in 1...4 {
                var found = 0
                for feeder in ["a", "b"] {
                    for customer in 0..<30 {
                        let own = rows.filter { $0.feeder == feeder && $0.positions!.contains(customer) && !$0.isMomentary }
                        if own.count >= count { found += 1 }
                    }
                }
                #expect(Reliability.customers(withAtLeast: count, in: rows) == found)
            }
        }
    }

    @Test func customersAreCountedByTheirOwnInterruptions() {
        func row(_ feeder: String, _ range: Range<Int>, minutes: Int64 = 60) -> Interruption {
            let start = at("2025-05-01T10:00")
            return Interruption(
                event: "e", start: start, restored: start.adding(minutes: minutes), customers: range.count, feeder: feeder, positions: range)
        }
        let rows = [row("a", 0..<10), row("a", 5..<20), row("a", 5..<6), row("b", 5..<20), row("a", 0..<20, minutes: 5), row("a", 3..<3)]
        #expect((1...4).map { Reliability.customers(withAtLeast: $0, in: rows) } == [35, 5, 1, 0])
    }

    @Test func theWorstServedAndTheRepeatedAreListed() {
        func row(_ event: String, _ area: String, _ day: String, _ customers: Int) -> Interruption {
            let start = at("\(day)T10:00")
            return Interruption(event: event, start: start, restored: start.adding(minutes: 60), customers: customers, area: area)
        }
        let rows = [
            row("1", "A", "2025-05-01", 10), row("1", "A", "2025-05-01", 5), row("2", "A", "2025-06-30", 10),
            row("3", "B", "2025-05-01", 10), row("4", "B", "2025-05-20", 10), row("5", "B", "2025-06-29", 10),
            row("6", "", "2025-05-01", 10),
        ]
        #expect(Reliability.repeatedAreas(rows, atLeast: 3, withinDays: 60).map(\.area) == ["B"])
        #expect(Reliability.repeatedAreas(rows, atLeast: 2, withinDays: 60).map { [$0.area, "\($0.events)"] } == [["B", "3"]])
        #expect(Reliability.repeatedAreas(rows, atLeast: 2, withinDays: 61).map(\.area) == ["B", "A"])
        let worst = Reliability.worstServed(
            rows, by: \.area, customersServed: ["A": 20, "B": 100, "C": 5], periodMinutes: 525_600, limit: 2)
        #expect(worst.map(\.key) == ["A", "B"] && worst[0].indices.saidiMinutes == 75)
    }

    @Test func userReliabilityLeavesOutWhatIsNotTheCompanys() {
        let start = at("2025-05-01T10:00")
        func row(_ minutes: Int64, planned: Bool = false, external: Bool = false, limited: Bool = false) -> Interruption {
            Interruption(
                event: "e", start: start, restored: start.adding(minutes: minutes), customers: 100, isPlanned: planned,
                isExternal: external, isLimitedSupply: limited)
        }
        let users = UserReliability(
            [row(60, planned: true), row(30), row(30, external: true), row(60, limited: true), row(3)],
            customersServed: 1_000, periodMinutes: 525_600)
        #expect(fixed(users.hours(), 4) == "0.3050" && users.times() == 0.5)
        #expect(users.hours(planned: true) == 0.1 && users.times(planned: false) == 0.4)
        #expect(fixed(users.hours(.withoutExternal), 4) == "0.2550" && fixed(users.hours(.withoutLimited), 4) == "0.2050")
        #expect(fixed(users.rate(.all), 6) == "0.999965" && users.rate(.withoutLimited) > users.rate(.all))
    }

    @Test func everyWrongRowIsTold() {
        func complaint(_ rows: String) -> [String] {
            do {
                _ = try ReliabilityText.events(
                    Array("event_id,step,start,restored,customers,planned,cause\n\(rows)".utf8), year: 2025, customersServed: 100)
                return []
            } catch {
                return error.first.map { "\($0.line) \($0.code)" }
            }
        }
        #expect(
            complaint(
                """
                A,1,2025-01-01T10:00,2025-01-01T09:59,5,0,x
                B,1,2025-01-01T10:00,2025-01-01T11:00,101,0,x
                C,1,2025-01-01T10:00,2025-01-01T11:00,60,0,x
                C,2,2025-01-01T10:00,2025-01-01T12:00,60,0,x
                D,1,noon,2025-01-01T12:00,6,0,x
                E,1,2025-01-01T10:00,,6,0,x
                F,1,2025-01-01T10:00,2025-01-01T12:00,six,0,x
                G,1,2025-01-01T10:00,2025-01-01T12:00,-6,0,x
                H,1,2025-01-01T10:00,2025-01-01T12:00,6,yes,x
                I,1,2025-01-01T10:00,2025-01-01T12:00,6,1
                J,1,2025-01-01T10:00,2025-01-01T12:00,6,1,x
                J,1,2025-01-01T10:00,2025-01-01T12:00,6,1,x
                ,1,2025-01-01T10:00,2025-01-01T12:00,6,1,x
                """) == [
                    "2 restored-before-start", "3 too-many-customers", "5 too-many-customers", "6 not-a-moment", "7 not-a-moment",
                    "8 not-a-count", "9 not-a-count", "10 not-planned-or-not", "11 wrong-count", "13 duplicate-step", "14 id-missing",
                ])
        #expect(complaint("K,1,2024-12-31T23:59,2025-01-01T12:00,6,1,x") == [])
        // The same customers once more after their light was back; then too many at once.
        #expect(
            complaint(
                """
                L,1,2025-01-01T10:00,2025-01-01T11:00,80,0,x
                L,2,2025-01-01T11:00,2025-01-01T12:00,80,0,x
                """) == [])
        #expect(
            complaint(
                """
                M,3,2025-01-01T11:00,2025-01-01T12:00,80,0,x
                M,1,2025-01-01T10:00,2025-01-01T11:01,80,0,x
                N,1,2025-01-01T10:00,2025-01-01T11:01,9223372036854775807,0,x
                N,2,2025-01-01T10:00,2025-01-01T11:01,9223372036854775807,0,x
                """) == ["2 too-many-customers", "4 too-many-customers", "5 too-many-customers"])
        #expect(throws: RowProblems.self) { try ReliabilityText.events([], year: 2025, customersServed: 1) }
    }

    @Test func rowsInAnyOrderGiveTheSame() throws {
        let lines = try Repository.text("Data/outages/events.csv").split(separator: "\n")
        let turned = ([lines[0]] + lines.dropFirst().reversed()).joined(separator: "\n")
        let (a, b) = (
            try ReliabilityText.events(bytes("events.csv"), year: 2025, customersServed: 1_200),
            try ReliabilityText.events(Array(turned.utf8), year: 2025, customersServed: 1_200)
        )
        #expect(
            Reliability.Indices(a, customersServed: 1_200, periodMinutes: 525_600)
                == Reliability.Indices(b, customersServed: 1_200, periodMinutes: 525_600))
        #expect(try ReliabilityText.events(bytes("events.csv"), year: 2031, customersServed: 1_200).isEmpty)
    }

    @Test func aWrongHistoryIsTold() {
        func complaint(_ rows: String) -> [String] {
            do {
                let days = try ReliabilityText.history(Array("date,saidi_min\n\(rows)".utf8), in: 2020...2024)
                return days.keys.sorted().map(\.iso)
            } catch {
                return error.first.map { "\($0.line) \($0.code)" }
            }
        }
        #expect(
            complaint("2024-13-01,1\n2024-01-01,x\n2024-01-02,-1\n2024-01-03,1\n2024-01-03,1\n2024-01-04,inf")
                == ["2 not-a-day", "3 not-minutes", "4 not-minutes", "6 duplicate-day", "7 not-minutes"])
        // Only the five years before count.
        #expect(complaint("2019-12-31,1\n2020-01-01,1\n2024-12-31,1\n2025-01-01,1") == ["2020-01-01", "2024-12-31"])
    }
}
