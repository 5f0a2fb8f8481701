import PowerRules
import Testing
import Values

@Suite struct ApplianceDamageTests {
    /// docs/rules/appliance-damage.md; domain cases 12 to 14.
    @Test func everyExampleOfThePageHolds() throws {
        let rows = try Repository.rows(
            "appliance-damage", "appliance", "price", "age", "repair", "claim", "pays", "by")
        #expect(rows.count == 10)
        let damaged = day("2026-11-24")
        for row in rows {
            let months = try #require(Int(row[2].split(separator: " ")[0]))
            let found = ApplianceDamage.reckon(
                .init(
                    category: try #require(ApplianceDamage.Category(rawValue: row[0])), priceFen: fen(row[1]),
                    boughtOn: damaged.adding(months: -months), repairFen: row[3] == "–" ? nil : fen(row[3])),
                damagedOn: damaged, isInTime: row[4] == "in time")
            #expect(found.amountFen == fen(row[5]), "\(row)")
            #expect(found.basis.rawValue == row[6], "\(row)")
            #expect(found.usedMonths == months, "\(row)")
        }
    }

    @Test func sevenDaysAreCountedAsThePageSays() {
        let calendar = Repository.calendar
        #expect(ApplianceDamage.claimUntil(at("2026-11-24T19:00+08:00"), calendar) == at("2026-12-02T00:00+08:00"))
        #expect(ApplianceDamage.claimUntil(at("2026-11-21T12:00+08:00"), calendar) == at("2026-12-01T00:00+08:00"))
    }

    @Test func aMonthThatEndsEarlyIsCompleteOnItsLastDay() {
        let lamp = ApplianceDamage.Appliance(category: .lighting, priceFen: 24_00, boughtOn: day("2026-01-31"))
        func months(_ iso: String) -> Int { ApplianceDamage.reckon(lamp, damagedOn: day(iso)).usedMonths }
        #expect([months("2026-02-27"), months("2026-02-28"), months("2026-03-30"), months("2026-03-31")] == [0, 1, 1, 2])
        // An invoice of the day after the damage is a slip of the pen, not a negative age.
        #expect(months("2026-01-30") == 0)
    }

    private func fen(_ text: String) -> Int {
        let parts = text.split(separator: ".")
        return Int(parts[0])! * 100 + Int(parts[1])!
    }
}
