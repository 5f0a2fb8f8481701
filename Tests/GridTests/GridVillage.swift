import Desk
import Foundation
import PowerRules
import Registry
import Storage
import TestSupport
import Testing
import Values
import Web

@testable import Grid

let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
private let words: Locales = {
    do { return try Locales(folder: home.appending(path: "Locales")) } catch { fatalError("\(error)") }
}()

/// A county with two stations; Bugang and Hejia belong to Mafang's, Faraway to Taocheng's. Qian
/// dispatches at Mafang, Feng at Taocheng, Gao is the company's, Wang represents at Mafang.
struct GridVillage: Sendable {
    static let county = "henan/xuchang/yanling"
    static let start = Instant(iso: "2026-11-24T10:00+08:00")!

    let desk: Desk
    let bugang: ID<Village>, hejia: ID<Village>, faraway: ID<Village>
    let mafang: UnitID, taocheng: UnitID
    let qian: Actor, feng: Actor, gao: Actor, wang: Actor

    static func open(
        _ engine: Database.Engine? = nil, _ body: @Sendable (GridVillage) async throws -> Void
    ) async throws {
        let migrations = DeskSchema.migrations + WebSchema.migrations + RegistrySchema.migrations + GridSchema.migrations
        let run: @Sendable (Database) async throws -> Void = { database in
            let desk = Desk(
                database: database, clock: Clock { start }, chance: chance, keys: KeyRing(secret: Array(1...64)),
                calendar: try WorkCalendar(years: [:]), locales: words, kinds: KindCatalog(kinds: []),
                settings: .init(publicAddress: "http://cunwang.example"))
            try await body(try await settle(desk))
            try await check(database)
        }
        if let engine {
            try await withDatabase(engine, migrations, run)
        } else {
            try await withDatabases(migrations, run)
        }
    }

    static let chance = Chance { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }

    private static func settle(_ desk: Desk) async throws -> GridVillage {
        try await desk.database.write { tx in
            let work = Work(tx, by: .system(county: county), at: start.adding(days: -400), desk: desk)
            let province = try work.addUnit(UnitDraft(kind: .province, slug: "henan", name: "河南", nameEn: "Henan"))
            let city = try work.addUnit(
                UnitDraft(kind: .city, slug: "xuchang", name: "许昌", nameEn: "Xuchang", parent: province.id))
            let company = try work.addUnit(
                UnitDraft(kind: .county, slug: "yanling", name: "鄢陵", nameEn: "Yanling", parent: city.id))
            func town(_ slug: String, _ name: String) throws -> (UnitInfo, UnitInfo) {
                let town = try work.addUnit(
                    UnitDraft(kind: .township, slug: slug, name: name + "镇", nameEn: slug, parent: company.id))
                let station = try work.addUnit(
                    UnitDraft(
                        kind: .station, slug: slug + "-station", name: name + "供电所", nameEn: slug, parent: company.id,
                        partner: town.id))
                return (town, station)
            }
            let (mafang, station) = try town("mafang", "马坊")
            let (taocheng, other) = try town("taocheng", "陶城")
            func village(_ slug: String, _ name: String, _ parent: UnitInfo, _ north: Double) throws -> ID<Village> {
                let made = try work.addUnit(
                    UnitDraft(
                        kind: .village, slug: slug, name: name, nameEn: slug,
                        place: Place(latitude: 34.5 + north, longitude: 113.5), parent: parent.id))
                return ID(made.id.text)
            }
            func person(_ signIn: String, _ role: Role, _ unit: UnitID) throws -> Actor {
                let id = try work.addPerson(PersonDraft(county: county, name: signIn, signIn: signIn))
                try work.grantRole(role, to: id, in: unit)
                guard let actor = try tx.actor(for: id, at: start) else { throw Problem.notFound }
                return actor
            }
            return GridVillage(
                desk: desk, bugang: try village("bugang", "布岗村", mafang, 0),
                hejia: try village("hejia", "何家村", mafang, 0.03), faraway: try village("yuandian", "远店村", taocheng, 0.2),
                mafang: station.id, taocheng: other.id, qian: try person("qian", .dispatcher, station.id),
                feng: try person("feng", .dispatcher, other.id), gao: try person("gao", .company, company.id),
                wang: try person("wang", .representative, station.id))
        }
    }

    /// What must be true after every test.
    private static func check(_ database: Database) async throws {
        let strange = try await database.read { tx -> [String] in
            var found: [String] = []
            func none(_ what: String, _ sql: SQL) throws {
                if let count = try tx.value(sql) as Int?, count != 0 { found.append("\(what): \(count)") }
            }
            try none(
                "an account with two supplies",
                """
                SELECT COUNT(*) FROM (SELECT y.account FROM supply y JOIN feeder f ON f.version = y.version
                WHERE y.account IS NOT NULL GROUP BY y.account HAVING COUNT(*) > 1) x
                """)
            try none(
                "positions that are not 0 ..< customers",
                """
                SELECT COUNT(*) FROM feeder f WHERE f.version IS NOT NULL AND f.customers <>
                (SELECT COUNT(*) FROM supply y WHERE y.version = f.version AND y.pos < f.customers)
                """)
            try none(
                "an area whose counters differ from its rows",
                """
                SELECT COUNT(*) FROM transformer_area a JOIN feeder f ON f.version = a.version WHERE a.customers <>
                (SELECT COUNT(*) FROM supply y WHERE y.version = a.version AND y.area = a.id)
                """)
            return found
        }
        #expect(strange == [])
    }

    // MARK: Doing

    func order(
        _ feeder: String = "F1", station: UnitID? = nil, accounts: [String: String] = [:], datum: Datum = .wgs84,
        dry: Bool = false
    ) -> NetworkOrder {
        NetworkOrder(
            county: Self.county, feeder: feeder, name: "线路\(feeder)", substation: "S1", substationName: "马坊变",
            station: station ?? mafang, source: "test", format: "csv", datum: datum, accounts: accounts, isDryRun: dry)
    }

    @discardableResult
    func imports(_ network: Network, as order: NetworkOrder? = nil) async throws -> NetworkReport {
        try await NetworkImport.run(NetworkFile(network), as: order ?? self.order(), desk: desk)
    }

    /// Accounts of a village with these numbers.
    func addAccounts(_ numbers: [String], in village: ID<Village>) async throws {
        try await desk.database.write { tx in
            let work = Work(tx, by: .system(county: Self.county), at: Self.start, desk: desk)
            for number in numbers {
                try work.addAccount(
                    AccountDraft(
                        county: Self.county, number: number, village: village, name: "户\(number)", address: "一组",
                        opened: Self.start.day))
            }
        }
    }

    func feeder(_ code: String = "F1") async throws -> FeederInfo {
        let found = try await desk.database.read { try $0.feeder(code: code, county: Self.county) }
        return try #require(found)
    }

    func device(_ code: String, _ feeder: String = "F1") async throws -> DeviceInfo {
        let id = try await self.feeder(feeder).id
        let found = try await desk.database.read { try $0.device(code: code, feeder: id) }
        return try #require(found)
    }

    func count(_ sql: SQL) async throws -> Int {
        try await desk.database.read { try $0.value(sql) as Int? ?? 0 }
    }

    func problem(_ body: () async throws -> some Sendable) async throws -> String {
        do {
            _ = try await body()
            return "none"
        } catch let problem as Problem {
            return problem.fields.first?.code ?? problem.code
        }
    }
}

// MARK: Networks

enum Networks {
    static func folder(_ name: String) -> URL { home.appending(path: "Data/networks/\(name)") }

    static func bytes(_ name: String, _ file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder(name).appending(path: file)))
    }

    static func read(_ name: String) throws -> NetworkFile {
        NetworkFile.read(
            nodes: try bytes(name, "nodes.csv"), edges: try bytes(name, "edges.csv"), loads: try bytes(name, "loads.csv"))
    }

    /// What loses supply when exactly this edge is opened, by edge.
    static func truth(_ name: String) throws -> [String: Set<String>] {
        var reader = CSVReader(try bytes(name, "outage_truth.csv"))
        var truth: [String: Set<String>] = [:]
        while let row = reader.next() {
            truth[row["edge_id"]] = Set(row["load_ids"].split(separator: " ").map(String.init))
        }
        return truth
    }

    /// A source, a breaker K, a line with a branch switch B, and two areas of some loads; N joins the ends
    /// of both branches and is normally open.
    static func ring(loads: Int = 3) -> Network {
        var network = Network()
        func node(_ id: String, _ kind: NodeKind = .bus, _ kv: Double = 10, _ north: Double = 0) {
            network.nodes.append(
                .init(id: id, kind: kind, voltageKV: kv, place: Place(latitude: 34.5 + north, longitude: 113.5)))
        }
        node("S", .source)
        node("M")
        for (branch, north) in [("1", 0.001), ("2", 0.03)] {
            node("A\(branch)", .bus, 10, north)
            node("E\(branch)", .bus, 10, north)
            node("L\(branch)", .busbar, 0.4, north)
            network.edges.append(.init(id: "B\(branch)", kind: .switch, from: "M", to: "A\(branch)"))
            network.edges.append(.init(id: "W\(branch)", kind: .line, from: "A\(branch)", to: "E\(branch)", lengthM: 200))
            network.edges.append(.init(id: "T\(branch)", kind: .transformer, from: "E\(branch)", to: "L\(branch)", ratingKVA: 100))
            for n in 0..<loads {
                node("X\(branch)-\(n)", .box, 0.4, north)
                network.edges.append(
                    .init(id: "D\(branch)-\(n)", kind: .drop, from: "L\(branch)", to: "X\(branch)-\(n)", lengthM: 15))
                network.loads.append(
                    .init(id: "41\(branch)\(1000 + n)", node: "X\(branch)-\(n)", place: Place(latitude: 34.5 + north, longitude: 113.5)))
            }
        }
        network.edges.append(.init(id: "K", kind: .switch, from: "S", to: "M"))
        network.edges.append(.init(id: "N", kind: .switch, from: "E1", to: "E2", isClosed: false))
        return network
    }
}
