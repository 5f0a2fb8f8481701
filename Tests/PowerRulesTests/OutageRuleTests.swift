import PowerRules
import Testing
import Values

@Suite struct PlannedOutageRuleTests {
    private func outage(_ announced: String, urgent: Bool = false) -> PlannedOutageRule.Outage {
        PlannedOutageRule.Outage(
            start: at("2026-12-10T08:00"), end: at("2026-12-10T16:00"), isUrgent: urgent, announced: at(announced))
    }

    /// docs/rules/planned-outage.md; domain case 17.
    @Test func everyExampleOfThePageHolds() throws {
        let rows = try Repository.rows("planned-outage", "announced", "kind", "verdict")
        #expect(rows.count == 5)
        for row in rows {
            let (rule, outage) = (PlannedOutageRule(), outage(row[0], urgent: row[1] == "urgent"))
            let codes = rule.violations(of: outage).map(\.code.rawValue)
            let earliest = rule.earliestStart(of: outage).map { "\($0.day.iso)T\($0.clock)" } ?? "none"
            #expect((codes.isEmpty ? "ok" : "\(codes.joined(separator: " ")), earliest \(earliest)") == row[2])
        }
    }

    @Test func everythingThatIsWrongIsToldAtOnce() {
        var rule = PlannedOutageRule()
        rule.listed = [.init(first: day("2026-12-10"), last: day("2026-12-12"), reason: "学业水平考试")]
        var bad = outage("2026-12-09T09:00")
        bad.end = at("2026-12-10T18:01")
        (bad.namesArea, bad.namesLine, bad.namesTime) = (false, false, false)
        bad.others = [.init(id: "P7", start: at("2026-11-20T08:00"), end: at("2026-11-20T12:00"), users: 40)]
        let found = rule.violations(of: bad)
        #expect(found.map(\.code) == [.noticeTooLate, .noArea, .noLine, .noTime, .sameUsersAgain, .listedDay, .tooLong])
        #expect(found.allSatisfy { !$0.source.isEmpty })
        #expect(found[4].values == ["other": "P7", "day": "2026-11-20", "users": "40", "days": "30"])
        // The notice ends on the 16th, the rest of thirty days on the 20th.
        #expect(rule.earliestStart(of: bad) == at("2026-12-20T08:00"))
        bad.end = bad.start
        #expect(rule.violations(of: bad).map(\.code) == [.endsBeforeStart])
    }

    @Test func theEarliestStartPassesListedDaysAndLaterOutages() {
        var rule = PlannedOutageRule()
        rule.listed = [.init(first: day("2026-12-11"), last: day("2026-12-12"), reason: "exam")]
        var late = outage("2026-12-04T00:00")
        #expect(rule.earliestStart(of: late) == at("2026-12-13T08:00"))
        late.others = [.init(id: "P9", start: at("2027-01-05T08:00"), end: at("2027-01-05T12:00"), users: 3)]
        #expect(rule.earliestStart(of: late) == at("2027-02-04T08:00"))
        rule.listed = [.init(first: day("2026-01-01"), last: day("2029-01-01"), reason: "never")]
        #expect(rule.earliestStart(of: late) == nil)
    }

    @Test func anOutageThatEndsAtMidnightLeavesTheNextDayAlone() {
        var rule = PlannedOutageRule()
        rule.listed = [.init(first: day("2026-12-11"), last: day("2026-12-11"), reason: "exam")]
        var evening = outage("2026-12-01T00:00")
        evening.end = at("2026-12-11T00:00")
        evening.start = at("2026-12-10T20:00")
        #expect(rule.violations(of: evening).isEmpty)
        evening.end = at("2026-12-11T00:01")
        #expect(rule.violations(of: evening).map(\.code) == [.listedDay])
    }

    @Test func urgentWorkMayComeAgain() {
        var rule = PlannedOutageRule()
        rule.listed = [.init(first: day("2026-12-10"), last: day("2026-12-10"), reason: "exam")]
        var urgent = outage("2026-12-09T08:00", urgent: true)
        urgent.others = [.init(id: "P7", start: at("2026-12-08T08:00"), end: at("2026-12-08T12:00"), users: 40)]
        #expect(rule.violations(of: urgent).isEmpty)
    }
}

@Suite struct ArrivalClassTests {
    /// docs/rules/repair-arrival.md; domain case 18.
    @Test func everyClassOfThePageHolds() throws {
        let rows = try Repository.rows("repair-arrival", "class", "company", "regulator", "restored after arrival")
        #expect(rows.map { $0[0] } == ArrivalClass.allCases.map(\.rawValue))
        for (row, kind) in zip(rows, ArrivalClass.allCases) {
            #expect(["\(kind.companyMinutes)", "\(kind.regulatorMinutes)", "\(kind.restorationMinutes)"] == row.dropFirst())
        }
        let due = ArrivalClass.village.arrivalDue(reported: at("2026-12-10T10:00"))
        #expect(due.company == at("2026-12-10T11:30") && due.regulator == at("2026-12-10T12:00"))
        #expect(ArrivalClass.village.restorationDue(arrived: at("2026-12-10T11:20")) == at("2026-12-10T15:20"))
    }

    /// The kind `repair` promises what the class `village` says.
    @Test func theKindOfRequestCarriesTheSameLimits() throws {
        let kind = try Repository.text("Data/kinds/repair.yaml")
        for rule in [ArrivalClass.village.companyRule, ArrivalClass.village.regulatorRule, ArrivalClass.village.restorationRule] {
            #expect(kind.contains("rule: \(rule)\n"))
        }
    }
}

@Suite struct DatumTests {
    private func written(_ place: Place) -> String { "\(fixed(place.latitude, 6)) \(fixed(place.longitude, 6))" }
    private func read(_ text: String) -> Place {
        let parts = text.split(separator: " ").map { Double($0)! }
        return Place(latitude: parts[0], longitude: parts[1])!
    }

    /// docs/rules/datum.md
    @Test func everyExampleOfThePageHolds() throws {
        let rows = try Repository.rows("datum", "WGS-84", "GCJ-02")
        #expect(rows.count == 3)
        for row in rows {
            #expect(written(Datum.convert(read(row[0]), from: .wgs84, to: .gcj02)) == row[1])
            #expect(written(Datum.convert(read(row[1]), from: .gcj02, to: .wgs84)).prefix(8) == row[0].prefix(8))
        }
    }

    @Test func thereAndBackIsLessThanAMetreOnAThousandPlaces() throws {
        var cards = Cards(5)
        var worst = 0.0
        for _ in 0..<1_000 {
            let place = try #require(
                Place(latitude: Double.random(in: 18...53, using: &cards), longitude: Double.random(in: 74...134, using: &cards)))
            let shifted = Datum.convert(place, from: .cgcs2000, to: .gcj02)
            #expect(abs(shifted.latitude - place.latitude) + abs(shifted.longitude - place.longitude) > 1e-5)
            let back = Datum.convert(shifted, from: .gcj02, to: .wgs84)
            worst = max(worst, abs(back.latitude - place.latitude) * 111_195, abs(back.longitude - place.longitude) * 111_195)
        }
        #expect(worst < 0.001)
    }

    @Test func elsewhereAndBetweenLikesNothingIsShifted() throws {
        for text in ["48.8582 2.2945", "-33.86 151.2", "0.5 110.0", "39.9 137.9"] {
            let place = read(text)
            #expect(!Datum.isShifted(place))
            for (from, to) in [(Datum.wgs84, Datum.gcj02), (.gcj02, .cgcs2000)] { #expect(Datum.convert(place, from: from, to: to) == place) }
        }
        let home = read("34.1 114.1")
        #expect(Datum.convert(home, from: .wgs84, to: .cgcs2000) == home && Datum.convert(home, from: .gcj02, to: .gcj02) == home)
    }
}
