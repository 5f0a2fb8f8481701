import Desk
import Storage
import TestSupport
import Testing
import Values

@testable import Registry

struct UnitTests {
    @Test func villagesAreFoundByCharactersInitialsNameAndPlace() async throws {
        try await RegistryVillage.open { village async throws in
            func search(_ text: String) async throws -> [String] {
                try await village.ask(ListVillages.self, ["q": text], by: nil).items.map(\.name)
            }
            #expect(try await search("岗") == ["布岗村"])
            #expect(try await search("HJ") == ["何家村"])
            #expect(try await search("yuan") == ["远店村"])
            #expect(try await search("%").isEmpty)
            let near = try await village.ask(ListVillages.self, ["lat": "34.16", "lon": "114.2", "limit": "2"], by: nil)
            #expect(near.items.map(\.name) == ["何家村", "布岗村"])
            let directory = Directory(database: village.desk.database, checkEverySeconds: 0)
            let known = try await directory.current(at: village.clock.moment)
            for text in ["岗", "hj", "Yuan", "%", "村"] {
                let asked = try await search(text)
                #expect(known.search(text, county: nil, limit: 50).map(\.name) == asked)
            }
        }
    }

    @Test func theDirectorySeesAChangeAtTheNextLook() async throws {
        try await RegistryVillage.open { village async throws in
            let directory = Directory(database: village.desk.database, checkEverySeconds: 0)
            let before = try await directory.current(at: village.clock.moment)
            #expect(before.personName(village.wang) == "王网格")
            #expect(before.personName(village.zhang) == nil, "customers are not kept in memory")
            try await village.act(
                AddUnit.self,
                ["kind": "village", "parent": village.mafang.text, "slug": "xinzhuang", "name": "新庄", "pinyin": "XZ"],
                by: village.gao)
            let after = try await directory.current(at: village.clock.moment)
            #expect(after.search("xz", county: RegistryVillage.county, limit: 5).map(\.name) == ["新庄"])
            #expect(after.village(path: RegistryVillage.county + "/mafang/xinzhuang")?.stationName == "马坊供电所")
        }
    }

    @Test func theTreeKeepsItsShape() async throws {
        try await RegistryVillage.open { village async throws in
            func add(_ fields: [String: String], by person: ID<Person>) async throws -> String {
                try await village.problem { try await village.act(AddUnit.self, fields, by: person) }
            }
            let parent = village.mafang.text
            #expect(try await add(["kind": "village", "parent": village.county.text, "slug": "x", "name": "村"], by: village.gao) == "unit-wrong-parent")
            #expect(try await add(["kind": "village", "parent": parent, "slug": "bugang", "name": "村"], by: village.gao) == "unit-path-taken")
            #expect(try await add(["kind": "village", "parent": parent, "slug": "A b", "name": "村"], by: village.gao) == "unit-bad-slug")
            #expect(try await add(["kind": "village", "parent": parent, "slug": "x", "name": "村", "latitude": "34"], by: village.gao) == "not-a-place")
            #expect(try await add(["kind": "village", "parent": parent, "slug": "x", "name": "村"], by: village.zhao) == "forbidden")
            func close(_ unit: String) async throws -> String {
                try await village.problem { try await village.act(CloseUnit.self, ["unit": unit], by: village.gao) }
            }
            #expect(try await close(village.mafang.text) == "unit-not-empty")
            #expect(try await close(village.station.text) == "unit-not-empty")
            #expect(try await close(village.hejia.text) == "none")
            #expect(try await village.desk.database.read { try $0.responsible(for: village.hejia, on: village.clock.today) } == nil)
            #expect(try await !village.actor(village.sun).has([.representative], at: RegistryVillage.county + "/mafang/hejia"))
            #expect(try await close(village.hejia.text) == "unit-already-closed")
            #expect(
                try await village.problem {
                    try await village.act(
                        PairVillage.self,
                        [
                            "village": village.hejia.text, "representative": village.wang.text, "liaison": village.zhou.text,
                            "since": village.clock.today.iso,
                        ], by: village.zhao)
                } == "unit-already-closed")
            #expect(
                try await add(
                    ["kind": "station", "parent": village.county.text, "slug": "s2", "name": "所", "partner": parent],
                    by: village.gao) == "unit-has-station")
        }
    }

    @Test func aHeadGivesRolesOfTheOwnStationOnly() async throws {
        try await RegistryVillage.open { village async throws in
            func add(_ role: Role, _ unit: String, by person: ID<Person>) async throws -> String {
                try await village.problem {
                    try await village.act(
                        AddPerson.self,
                        [
                            "name": "新人", "signIn": "p-\(role.rawValue)-\(unit.suffix(6))", "phone": "13711112222",
                            "role": role.rawValue, "unit": unit,
                        ], by: person)
                }
            }
            #expect(try await add(.representative, village.station.text, by: village.zhao) == "none")
            #expect(try await add(.liaison, village.bugang.text, by: village.zhao) == "none")
            #expect(try await add(.stationHead, village.station.text, by: village.zhao) == "role-not-yours-to-give")
            #expect(try await add(.company, village.county.text, by: village.zhao) == "not-found")
            #expect(try await add(.representative, village.otherStation.text, by: village.zhao) == "not-found")
            #expect(try await add(.liaison, village.station.text, by: village.zhao) == "role-wrong-unit")
            #expect(try await add(.township, village.mafang.text, by: village.gao) == "none")
            #expect(try await add(.customer, village.county.text, by: village.gao) == "role-not-yours-to-give")
            #expect(
                try await village.problem {
                    try await village.act(
                        GrantRole.self, ["person": village.zhao.text, "role": "dispatcher", "unit": village.station.text],
                        by: village.zhao)
                } == "not-found", "a head's own roles are the company's to give")
        }
    }

    @Test func aCertificateCountsOnItsDays() async throws {
        try await RegistryVillage.open { village async throws in
            let today = village.clock.today
            try await village.act(
                AddCertificate.self,
                [
                    "person": village.wang.text, "kind": "low-voltage", "number": "T41-001", "from": today.iso,
                    "to": today.adding(days: 10).iso,
                ], by: village.zhao)
            let answers = try await village.desk.database.read { tx in
                try [-1, 0, 10, 11].map { try tx.isCertified(village.wang, on: today.adding(days: $0)) }
            }
            #expect(answers == [false, true, true, false])
            #expect(try await village.desk.database.read { try $0.isCertified(village.li, on: today) } == false)
        }
    }

    @Test func noticesStandForTheirTermInTheirPlaces() async throws {
        try await RegistryVillage.open { village async throws in
            let today = village.clock.today
            func publish(_ unit: String, _ heading: String, by person: ID<Person>) async throws -> NoticeInfo {
                try await village.act(
                    PublishNotice.self,
                    ["unit": unit, "heading": heading, "text": "内容", "until": today.adding(days: 2).iso], by: person)
            }
            let own = try await publish(village.bugang.text, "村里检修", by: village.li)
            _ = try await publish(village.station.text, "供电所搬家", by: village.qian)
            _ = try await publish(village.county.text, "全县通知", by: village.gao)
            func seen(_ id: ID<Village>, _ day: Day) async throws -> Set<String> {
                try await village.desk.database.read { tx in
                    let info = try #require(try tx.village(id))
                    return Set(try tx.notices(for: info, on: day).map(\.title))
                }
            }
            #expect(try await seen(village.bugang, today) == ["全县通知", "供电所搬家", "村里检修"])
            #expect(try await seen(village.hejia, today) == ["全县通知", "供电所搬家"])
            #expect(try await seen(village.faraway, today) == ["全县通知"])
            #expect(try await seen(village.bugang, today.adding(days: 3)).isEmpty)
            #expect(try await village.problem { try await publish(village.hejia.text, "不是我的村", by: village.li) } == "not-found")
            #expect(
                try await village.problem {
                    try await village.act(WithdrawNotice.self, ["notice": own.id.text], by: village.zhou)
                } == "not-found")
            try await village.act(WithdrawNotice.self, ["notice": own.id.text], by: village.li)
            #expect(try await seen(village.bugang, today) == ["全县通知", "供电所搬家"])
        }
    }

    @Test func dutyIsPlannedForThoseWhoServeTheVillage() async throws {
        try await RegistryVillage.open { village async throws in
            let today = village.clock.today
            func plan(_ person: ID<Person>, _ from: String, _ to: String, by: ID<Person>) async throws -> String {
                try await village.problem {
                    try await village.act(
                        AddDuty.self,
                        [
                            "village": village.bugang.text, "person": person.text, "day": today.adding(days: 1).iso,
                            "from": from, "to": to,
                        ], by: by)
                }
            }
            #expect(try await plan(village.wang, "8:30", "11:30", by: village.wang) == "none")
            #expect(try await plan(village.wang, "08:30", "12:00", by: village.wang) == "duty-taken")
            #expect(try await plan(village.wang, "12:00", "08:00", by: village.wang) == "ends-before-it-begins")
            #expect(try await plan(village.wang, "25:00", "26:00", by: village.wang) == "not-a-time")
            #expect(try await plan(village.ma, "14:00", "15:00", by: village.zhao) == "not-of-this-village")
            #expect(try await plan(village.wang, "14:00", "15:00", by: village.ma) == "not-found")
            let seen = try await village.ask(ReadVillage.self, ["village": village.bugang.text], by: nil)
            #expect(seen.duties.map(\.hours) == ["08:30–11:30"])
            #expect(seen.servers.representative?.nextDuty == today.adding(days: 1))
            #expect(seen.servers.representative?.dial == "13800001001")
        }
    }

    @Test func theTrailIsReadByTheAuditorOfItsCountyOnly() async throws {
        try await RegistryVillage.open { village async throws in
            try await village.act(
                PublishNotice.self,
                ["unit": village.bugang.text, "heading": "检修", "text": "内容", "until": village.clock.today.iso],
                by: village.li)
            let all = try await village.ask(ListEvents.self, ["limit": "5"], by: village.shen)
            #expect(all.items.count == 5)
            #expect(all.items.first?.verb == "notice.published")
            #expect(all.items.first?.actorName == "李联络")
            let next = try await village.ask(ListEvents.self, ["limit": "5", "after": try #require(all.next)], by: village.shen)
            #expect(Set(all.items.map(\.id)).isDisjoint(with: next.items.map(\.id)))
            let today = try await village.ask(ListEvents.self, ["day": village.clock.today.iso], by: village.shen)
            #expect(today.items.map(\.verb) == ["notice.published"])
            #expect(try await village.problem { try await village.ask(ListEvents.self, [:], by: village.gao) } == "forbidden")
            try await village.desk.database.write { tx in try tx.run("UPDATE event SET county = 'henan/other/county'") }
            #expect(try await village.ask(ListEvents.self, [:], by: village.shen).items.isEmpty)
        }
    }
}
