import Desk
import Storage
import TestSupport
import Testing
import Values

@testable import Registry

struct ImportTests {
    private func villages(_ lines: [String]) -> [UInt8] {
        Array((["township,slug,name,name_en,pinyin,latitude,longitude"] + lines).joined(separator: "\n").utf8)
    }

    @Test func fifteenHundredVillagesLoadAtOnce() async throws {
        try await RegistryVillage.open { village async throws in
            let file = villages((0..<1500).map { "马坊镇,v\($0),新村\($0),New \($0),xc,34.\(100 + $0 % 800),114.2" })
            let report = try await RegistryImport.villages(
                csv: file, desk: village.desk, county: RegistryVillage.county, dryRun: false)
            #expect(report == ImportReport(imported: 1500, bad: []))
            let known = try await village.desk.database.read { try $0.villages(county: RegistryVillage.county) }
            #expect(known.count == 1503)
            #expect(try await village.events("unit.added") == 1500 + 10)
        }
    }

    @Test func badRowsAreNamedByLineAndNothingIsStored() async throws {
        try await RegistryVillage.open { village async throws in
            let file = villages([
                "马坊镇,good,好村,Good,hc,34.1,114.2",
                "没有的镇,a,甲村,A,jc,,",
                "马坊镇,Bad Slug,乙村,B,yc,,",
                "马坊镇,bugang,丙村,C,bc,,",
                "马坊镇,c,,D,dc,,",
                "马坊镇,d,丁村,E,dc,134.1,114.2",
                "马坊镇,good,又一个,Good,hc,,",
                "马坊镇,e,戊村",
            ])
            let report = try await RegistryImport.villages(
                csv: file, desk: village.desk, county: RegistryVillage.county, dryRun: false)
            #expect(report.imported == 0)
            #expect(
                report.bad.map { "\($0.line) \($0.field) \($0.code)" } == [
                    "3 township no-such-township", "4 slug unit-bad-slug", "5 slug unit-path-taken", "6 name missing",
                    "7 latitude not-a-place", "8 slug unit-path-taken", "9  wrong-number-of-columns",
                ])
            #expect(report.bad.allSatisfy { !$0.message.contains("⟦") })
            #expect(try await village.desk.database.read { try $0.villages(county: RegistryVillage.county) }.count == 3)
        }
    }

    @Test func aMissingColumnIsNamed() async throws {
        try await RegistryVillage.open(.sqlite) { village async throws in
            let report = try await RegistryImport.servicePoints(
                csv: Array("village,name,address\n布岗村,点,村委会".utf8), desk: village.desk,
                county: RegistryVillage.county, dryRun: false)
            #expect(report.bad.map(\.code) == ["no-such-column"])
            #expect(report.bad.map(\.field) == ["hours"])
        }
    }

    @Test func servicePointsLoadAndCloseTheGap() async throws {
        try await RegistryVillage.open { village async throws in
            func gap() async throws -> Set<String> {
                Set(try await village.desk.database.read { try $0.villagesWithoutPoint(under: RegistryVillage.county) }.map(\.name))
            }
            #expect(try await gap() == ["布岗村", "何家村", "远店村"])
            let file = "village,name,address,hours,services\r\n布岗村,布岗服务点,\"村委会, 一楼\",每天 8:00–18:00,\"缴费\"\"报装\"\"\"\r\n"
            let dry = try await RegistryImport.servicePoints(
                csv: Array(file.utf8), desk: village.desk, county: RegistryVillage.county, dryRun: true)
            #expect(dry.imported == 1)
            #expect(try await gap().count == 3, "a dry run stores nothing")
            _ = try await RegistryImport.servicePoints(
                csv: Array(file.utf8), desk: village.desk, county: RegistryVillage.county, dryRun: false)
            #expect(try await gap() == ["何家村", "远店村"])
            let point = try #require(try await village.desk.database.read { try $0.servicePoints(of: village.bugang) }.first)
            #expect(point.address == "村委会, 一楼")
            #expect(point.services == "缴费\"报装\"")
            try await village.act(CloseServicePoint.self, ["point": point.id.text], by: village.zhao)
            #expect(try await gap().count == 3)
        }
    }

    @Test func accountsLoadAndACallersNumberFindsTheHousehold() async throws {
        try await RegistryVillage.open { village async throws in
            var lines = ["number,village,name,address,phone,meter,kind"]
            for i in 0..<2000 {
                lines.append("43\(1_000_000 + i),布岗村,户主\(i),布岗村 \(i) 号,139\(20_000_000 + i),M\(i),")
            }
            let file = Array(lines.joined(separator: "\n").utf8)
            let report = try await RegistryImport.accounts(
                csv: file, desk: village.desk, county: RegistryVillage.county, dryRun: false)
            #expect(report.imported == 2000)
            let again = try await RegistryImport.accounts(
                csv: file, desk: village.desk, county: RegistryVillage.county, dryRun: false)
            #expect(again.imported == 2000)
            #expect(try await village.desk.database.read { try $0.households(in: [village.bugang]) } == 2001)

            let found = try await village.ask(FindAccounts.self, ["phone": "139 2000 1234"], by: village.li)
            #expect(found.items.map(\.name) == ["户主1234"])
            #expect(try await village.events("account.found") == 1)
            let elsewhere = try await village.ask(FindAccounts.self, ["phone": "13920001234"], by: village.zhou)
            #expect(elsewhere.items.isEmpty, "another village's liaison finds nothing")
            let masked = try await village.ask(FindAccounts.self, ["number": "4100000001"], by: village.gao)
            #expect(masked.items.map(\.name) == ["张*国"])
        }
    }

    @Test func findingByPhoneReadsIndexesOnly() async throws {
        try await RegistryVillage.open(.sqlite) { village async throws in
            let plan = try await village.desk.database.read { tx in
                try tx.rows("EXPLAIN QUERY PLAN SELECT id FROM person WHERE phone_hash = 'x' ORDER BY id LIMIT 20") {
                    $0[3] as String
                }
                    + tx.rows(
                        """
                        EXPLAIN QUERY PLAN SELECT a.id FROM account a JOIN unit v ON v.id = a.village
                        WHERE a.customer = 'x' ORDER BY a.id LIMIT 100
                        """
                    ) { $0[3] as String }
            }
            #expect(plan.contains { $0.contains("person_phone (phone_hash=?)") }, "\(plan)")
            #expect(plan.contains { $0.contains("account_customer (customer=?)") }, "\(plan)")
            #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
        }
    }

    @Test func anAccountsPhoneIsShownWithAReasonOnRecord() async throws {
        try await RegistryVillage.open { village async throws in
            let account = try #require(
                try await village.desk.database.read { try $0.account(number: "4100000001", county: RegistryVillage.county) })
            func reveal(_ reason: String, by person: ID<Person>) async throws -> String {
                try await village.problem {
                    try await village.act(RevealAccountPhone.self, ["account": account.id.text, "reason": reason], by: person)
                }
            }
            #expect(try await reveal("回访", by: village.zhou) == "not-found")
            #expect(try await reveal("", by: village.li) == "missing")
            #expect(try await reveal("回访", by: village.official) == "forbidden")
            let shown = try await village.act(
                RevealAccountPhone.self, ["account": account.id.text, "reason": "回访"], by: village.li)
            #expect(shown.phone == "139 0000 1111")
            let record = try await village.desk.database.read { tx in
                try tx.rows("SELECT actor, data FROM event WHERE verb = 'phone.revealed'") {
                    ($0[0] as ID<Person>, jsonFields($0[1]))
                }
            }
            #expect(record.map(\.0) == [village.li])
            #expect(record.first?.1 == ["reason": "回访"])
        }
    }
}
