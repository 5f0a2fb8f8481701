import Desk
import struct Foundation.URL
import PowerRules
import Storage
import TestSupport
import Testing
import Values
import Web

@testable import Registry

/// A clock that stands still until somebody moves it.
final class VillageClock: Sendable {
    private let now: Locked<Instant>
    init(_ start: Instant) { now = Locked(start) }
    var clock: Clock { Clock { [now] in now.with { $0 } } }
    var moment: Instant { now.with { $0 } }
    var today: Day { moment.day }
    func advance(minutes: Int64) { now.with { $0 = $0.adding(minutes: minutes) } }
    func advance(days: Int64) { now.with { $0 = $0.adding(days: days) } }
}

/// Words of the repository, so that a missing key shows.
let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
let words: Locales = {
    do { return try Locales(folder: home.appending(path: "Locales")) } catch { fatalError("\(error)") }
}()

/// Mafang township of Yanling with its station and two villages, and a second township.
/// Wang and Sun represent, Li is Bugang's liaison and Zhou Hejia's, Zhao heads the station, Qian dispatches, Gao is the
/// county company's, Shen audits, Ma works for the other station.
struct RegistryVillage: Sendable {
    static let county = "henan/xuchang/yanling"
    /// Tuesday, 10:00.
    static let start = Instant(milliseconds: 1_795_485_600_000)

    let desk: Desk
    let clock: VillageClock
    let county: ID<Unit>, mafang: ID<Unit>, station: ID<Unit>, otherStation: ID<Unit>
    let bugang: ID<Village>, hejia: ID<Village>, faraway: ID<Village>
    let wang: ID<Person>, sun: ID<Person>, ma: ID<Person>
    let li: ID<Person>, zhou: ID<Person>, far: ID<Person>
    let zhao: ID<Person>, otherHead: ID<Person>, qian: ID<Person>, gao: ID<Person>, shen: ID<Person>
    let official: ID<Person>, attendant: ID<Person>
    /// Zhang of Bugang, phone 13900001111, account 4100000001.
    let zhang: ID<Person>

    static let password = "gengzi-2026-mafang"

    static func open(
        _ engine: Database.Engine? = nil, demo: Bool = false, sms: Bool = false,
        _ body: @Sendable (RegistryVillage) async throws -> Void
    ) async throws {
        let migrations = DeskSchema.migrations + WebSchema.migrations + RegistrySchema.migrations + CaseSchema.migrations
        let hash = Password.hash(password, chance: chance, cost: 4)
        let run: @Sendable (Database) async throws -> Void = { database in
            let clock = VillageClock(start)
            let desk = Desk(
                database: database, clock: clock.clock, chance: chance, keys: KeyRing(secret: Array(1...64)),
                calendar: try WorkCalendar(years: [:]), locales: words, kinds: KindCatalog(kinds: []),
                settings: .init(publicAddress: "http://cunwang.example", sendsSMS: sms, isDemo: demo))
            try await body(try await settle(desk, clock, hash))
            try await check(database)
        }
        if let engine {
            try await withDatabase(engine, migrations, run)
        } else {
            try await withDatabases(migrations, run)
        }
    }

    static let chance = Chance { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }

    private static func settle(_ desk: Desk, _ clock: VillageClock, _ hash: String) async throws -> RegistryVillage {
        try await desk.database.write { tx in
            let work = Work(tx, by: .system(county: county), at: clock.moment.adding(days: -400), desk: desk)
            let province = try work.addUnit(UnitDraft(kind: .province, slug: "henan", name: "河南", nameEn: "Henan"))
            let city = try work.addUnit(
                UnitDraft(kind: .city, slug: "xuchang", name: "许昌", nameEn: "Xuchang", parent: province.id))
            let company = try work.addUnit(
                UnitDraft(kind: .county, slug: "yanling", name: "鄢陵", nameEn: "Yanling", parent: city.id))
            func township(_ slug: String, _ name: String) throws -> (UnitInfo, UnitInfo) {
                let township = try work.addUnit(
                    UnitDraft(kind: .township, slug: slug, name: name + "镇", nameEn: slug, parent: company.id))
                let station = try work.addUnit(
                    UnitDraft(
                        kind: .station, slug: slug + "-station", name: name + "供电所", nameEn: slug + " station",
                        phone: "03747000000", parent: company.id, partner: township.id))
                return (township, station)
            }
            let (mafang, station) = try township("mafang", "马坊")
            let (other, otherStation) = try township("taocheng", "陶城")
            func village(_ slug: String, _ name: String, _ pinyin: String, _ parent: ID<Unit>, _ north: Double) throws -> ID<Village> {
                let made = try work.addUnit(
                    UnitDraft(
                        kind: .village, slug: slug, name: name, nameEn: slug.capitalized, pinyin: pinyin,
                        place: Place(latitude: 34.1 + north, longitude: 114.2), parent: parent))
                return ID(made.id.text)
            }
            let bugang = try village("bugang", "布岗村", "bg", mafang.id, 0)
            let hejia = try village("hejia", "何家村", "hj", mafang.id, 0.05)
            let faraway = try village("yuandian", "远店村", "yd", other.id, 0.3)
            var number = 0
            func person(_ signIn: String, _ name: String, _ role: Role, _ unit: ID<Unit>) throws -> ID<Person> {
                number += 1
                let id = try work.addPerson(
                    PersonDraft(
                        county: county, name: name, signIn: signIn, passwordHash: hash,
                        phone: PhoneNumber(stored: "1380000\(1000 + number)")))
                try work.grantRole(role, to: id, in: unit)
                return id
            }
            let wang = try person("wang", "王网格", .representative, station.id)
            let sun = try person("sun", "孙网格", .representative, station.id)
            let ma = try person("ma", "马网格", .representative, otherStation.id)
            let li = try person("li", "李联络", .liaison, ID(bugang.text))
            let zhou = try person("zhou", "周联络", .liaison, ID(hejia.text))
            let far = try person("far", "远联络", .liaison, ID(faraway.text))
            let since = clock.today.adding(days: -400)
            try work.pair(village: bugang, representative: wang, liaison: li, since: since)
            try work.pair(village: hejia, representative: sun, liaison: zhou, since: since)
            try work.pair(village: faraway, representative: ma, liaison: far, since: since)
            let zhang = try work.customer(phone: PhoneNumber(stored: "13900001111"), name: "张大爷", county: county)
            try work.addAccount(
                AccountDraft(
                    county: county, number: "4100000001", village: bugang, customer: zhang, name: "张爱国",
                    address: "布岗村三组 12 号", opened: since))
            return RegistryVillage(
                desk: desk, clock: clock, county: company.id, mafang: mafang.id, station: station.id,
                otherStation: otherStation.id, bugang: bugang, hejia: hejia, faraway: faraway, wang: wang, sun: sun,
                ma: ma, li: li, zhou: zhou, far: far,
                zhao: try person("zhao", "赵所长", .stationHead, station.id),
                otherHead: try person("chen", "陈所长", .stationHead, otherStation.id),
                qian: try person("qian", "钱调度", .dispatcher, station.id),
                gao: try person("gao", "高经理", .company, company.id),
                shen: try person("shen", "沈稽查", .auditor, company.id),
                official: try person("zhen", "镇干部", .township, mafang.id),
                attendant: try person("fu", "服务员", .attendant, ID(bugang.text)), zhang: zhang)
        }
    }

    /// What must be true after every test.
    private static func check(_ database: Database) async throws {
        let twice: Int = try await database.read { tx in
            try tx.value(
                """
                SELECT COUNT(*) FROM pairing a JOIN pairing b ON b.village = a.village AND b.id <> a.id
                AND a.since < a.until AND b.since >= a.since AND b.since < a.until
                """) ?? 0
        }
        #expect(twice == 0, "two pairings on one day")
    }

    // MARK: Doing

    func actor(_ person: ID<Person>, address: String = "10.0.0.1") async throws -> Actor {
        let now = clock.moment
        let found = try await desk.database.read { try $0.actor(for: person, at: now, address: address) }
        return try #require(found)
    }

    private func somebody(_ person: ID<Person>?, _ address: String) async throws -> Actor {
        guard let person else { return .stranger(address: address) }
        return try await actor(person, address: address)
    }

    @discardableResult
    func act<A: Action>(_ type: A.Type, _ fields: [String: String], by person: ID<Person>?, address: String = "10.0.0.1")
        async throws -> A.Output
    {
        let actor = try await somebody(person, address)
        return try await desk.perform(type, fields.mapValues { .text($0) }, by: actor).output
    }

    func ask<Q: Query>(_ type: Q.Type, _ fields: [String: String], by person: ID<Person>?) async throws -> Q.Output {
        let actor = try await somebody(person, "10.0.0.1")
        return try await desk.fetch(type, fields.mapValues { .text($0) }, by: actor)
    }

    /// The code of the problem, and of its first field.
    func problem(_ body: () async throws -> some Sendable) async throws -> String {
        do {
            _ = try await body()
            return "none"
        } catch let problem as Problem {
            return problem.fields.first?.code ?? problem.code
        }
    }

    func events(_ verb: String) async throws -> Int {
        try await desk.database.read { try $0.value("SELECT COUNT(*) FROM event WHERE verb = \(verb)") as Int? ?? 0 }
    }
}
