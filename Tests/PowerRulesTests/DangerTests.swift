import PowerRules
import Testing
import Values

@Suite struct DangerTests {
    /// docs/rules/danger.md
    @Test func everyExampleOfThePageHolds() throws {
        let rows = try Repository.rows("danger", "text", "danger")
        #expect(rows.count >= 21)
        for row in rows {
            #expect(
                [row[0], Danger.words(in: row[0]).map(\.rawValue).joined(separator: " ")] == row)
        }
    }

    @Test func aLongReportIsReadToItsEnd() {
        let text = String(repeating: "没有什么要紧的事。", count: 200)
        #expect(Danger.words(in: text).isEmpty)
        #expect(Danger.words(in: text + "有人触电") == [.hurt])
    }

    /// docs/rules/danger.md: "From a fallen line keep 8 m"; "35 kV: 4 m"
    @Test func peopleStayAway() {
        #expect(StayAway.fallenLineM == 8)
        let distances = [220, 380, 10_000, 35_000, 110_000, 220_000].map { StayAway.liveM(volts: $0) }
        #expect(distances == [1, 1, 1.5, 4, 4, 5])
        #expect(StayAway.liveM(volts: 500_000) == nil)
    }

    /// docs/rules/hazard.md; domain case 16.
    @Test func everyDistanceOfThePageIsInItsZone() throws {
        let rows = try Repository.rows("hazard", "distance in m", "line", "zone")
        #expect(rows.count == 7)
        for row in rows {
            let volts = Int(row[1].dropLast(2))!
            let inside = ProtectedZone.contains(distanceM: Double(row[0])!, volts: volts)
            #expect([row[0], row[1], inside.map { $0 ? "in" : "out" } ?? "none"] == row)
        }
        #expect(ProtectedZone.overheadM(volts: 1_000_000) == nil)
    }

    /// docs/rules/usage.md; domain case 15.
    @Test func everyVoltageOfThePageIsJudged() throws {
        let rows = try Repository.rows("usage", "reading in V", "at 220 V")
        #expect(rows.count == 4)
        for row in rows {
            let verdict = SupplyVoltage.singlePhase.judge(millivolts: Int(Double(row[0])! * 1_000))
            #expect([row[0], "\(verdict)"] == row)
        }
        #expect(SupplyVoltage.threePhase.allowedMV == 353_400...406_600)
        #expect(SupplyVoltage.tenKilovolts.allowedMV == 9_300_000...10_700_000)
    }

    /// docs/rules/follow-up.md
    @Test func twoFailedCallsOnTwoDaysCloseACase() {
        let twoOnOneDay = [at("2026-12-02T09:00"), at("2026-12-02T17:00")]
        #expect(!FollowUp.closesUnconfirmed(failedCalls: []))
        #expect(!FollowUp.closesUnconfirmed(failedCalls: twoOnOneDay))
        #expect(FollowUp.closesUnconfirmed(failedCalls: twoOnOneDay + [at("2026-12-03T09:00")]))
        let resolved = at("2026-11-26T15:00")
        let calendar = Repository.calendar
        #expect(calendar.due(start: resolved, rule: FollowUp.silence).moment == at("2026-12-02T00:00"))
        #expect(calendar.due(start: resolved, rule: FollowUp.reopening).moment == at("2026-12-08T00:00"))
    }
}
