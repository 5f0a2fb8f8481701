import Desk
import Foundation
import Registry
import Service
import Storage
import Values

/// How the villages of a county for measuring lie, and who serves them.
struct BenchShape: Sendable {
    var villages: Int
    /// Villages of one representative.
    var villagesEach = 1
    var isCertified = false
    var place: @Sendable (Int) -> Place? = {
        Place(latitude: 34 + Double($0) * 0.003, longitude: 114 + Double($0 % 7) * 0.01)
    }
    /// Number of a village's station, 0 to 3.
    var station: @Sendable (Int) -> Int = { $0 % 4 }
}

/// A county with one representative, one liaison and one attendant a village.
struct BenchCounty: Sendable {
    static let path = "bench/city/county"

    var villages: [(id: ID<Village>, representative: ID<Person>, liaison: ID<Person>, attendant: ID<Person>)] = []
    /// Of all stations.
    var dispatcher: ID<Person>
    var head: ID<Person>
    var company: ID<Person>

    private static let texts = [
        "家里从昨天晚上开始没有电，邻居家有电，请派人来看看，老人在家很不方便。",
        "电表走得很快，这个月电费比去年同期多了一倍，请帮忙核对一下户号和示数。",
        "村东头电线杆旁边的树枝碰到低压线了，刮风的时候很吓人，请尽快处理。",
        "想给屋顶装光伏，请问要准备什么材料，多长时间能办好，需要交钱吗？",
        "变压器旁边的围栏坏了，小孩子会钻进去玩，请来修一下。", "停电的时候冰箱坏了，想问问赔偿怎么办。",
        "想把户主改成儿子的名字，过户要带什么证件？", "机井的电表不走了，浇地没法计量，麻烦来看看。",
    ]
    private static let kinds = ["repair", "usage", "hazard", "connection", "inquiry", "payment", "dispute", "other"]

    static func need(_ n: Int, village: String) -> ReportNeed {
        ReportNeed(
            kind: kinds[(n + n / 100) % kinds.count], village: village, what: "\(texts[n % texts.count])(\(n))",
            name: "王桂兰",
            phone: PhoneNumber(stored: "199\(String(100_000_000 + n % 90_000_000).suffix(8))"), channel: .phone)
    }

    static func make(_ desk: Desk, villages count: Int) async throws -> BenchCounty {
        try await make(desk, BenchShape(villages: count))
    }

    static func make(_ desk: Desk, _ shape: BenchShape) async throws -> BenchCounty {
        let now = desk.clock.now
        return try await desk.database.write { tx in
            let work = Work(tx, by: .system(county: path), at: now, desk: desk)
            func unit(
                _ kind: UnitKind, _ slug: String, _ parent: UnitInfo?, place: Place? = nil, partner: UnitInfo? = nil
            )
                throws -> UnitInfo
            {
                try work.addUnit(
                    UnitDraft(
                        kind: kind, slug: slug, name: slug, nameEn: slug, pinyin: nil, place: place, phone: nil,
                        parent: parent?.id, partner: partner?.id, id: nil))
            }
            func person(_ name: String, _ role: Role, _ unit: UnitInfo) throws -> ID<Person> {
                let id = try work.addPerson(
                    PersonDraft(
                        county: path, name: name, signIn: nil, passwordHash: nil, phone: nil, photo: nil,
                        isCustomer: false, id: nil))
                try work.grantRole(role, to: id, in: unit.id)
                return id
            }
            let province = try unit(.province, "bench", nil)
            let city = try unit(.city, "city", province)
            let county = try unit(.county, "county", city)
            var stations: [(UnitInfo, UnitInfo)] = []
            for n in 0..<4 {
                let township = try unit(.township, "t\(n)", county)
                stations.append((township, try unit(.station, "s\(n)", county, partner: township)))
            }
            let dispatcher = try person("调度", .dispatcher, stations[0].1)
            let head = try person("所长", .stationHead, stations[0].1)
            for station in stations.dropFirst() {
                try work.grantRole(.dispatcher, to: dispatcher, in: station.1.id)
                try work.grantRole(.stationHead, to: head, in: station.1.id)
            }
            var made = BenchCounty(dispatcher: dispatcher, head: head, company: try person("公司", .company, county))
            for n in 0..<shape.villages {
                let (township, station) = stations[shape.station(n)]
                let village = try unit(.village, "v\(n)", township, place: shape.place(n))
                let isFirst = n % shape.villagesEach == 0
                let representative = isFirst ? try person("网格员\(n)", .representative, station) : made.villages[n - 1].representative
                if isFirst, shape.isCertified {
                    _ = try work.addCertificate(
                        of: representative, kind: .lowVoltage, number: "B\(n)", from: now.day.adding(days: -400),
                        to: now.day.adding(days: 400))
                }
                let liaison = try person("联络员\(n)", .liaison, village)
                let attendant = try person("服务员\(n)", .attendant, village)
                _ = try work.pair(
                    village: ID(village.id.text), representative: representative, liaison: liaison, standIn: nil,
                    since: now.day.adding(days: -800))
                made.villages.append((ID(village.id.text), representative, liaison, attendant))
            }
            return made
        }
    }

    /// Reports `count` needs through the action, over the last two years, 128 at once.
    func report(_ count: Int, _ desk: Desk) async throws {
        let now = desk.clock.now
        let span = Int64(730) * 86_400_000
        let actor = Actor.system(county: Self.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for n in 0..<count {
                if n >= 128 { try await group.next() }
                let village = villages[n % villages.count].id.text
                let moment = now.adding(milliseconds: -span + span / Int64(count) * Int64(n))
                group.addTask {
                    _ = try await desk.perform(Self.need(n, village: village), by: actor, at: moment)
                }
                if n % 10_000 == 0, n > 0 { print("\(n) cases") }
            }
            try await group.waitForAll()
        }
    }

    /// Ends all but the newest cases: 5 %, and at least 80 a village, stay open.
    func end(_ desk: Desk, cases: Int) async throws {
        let open = max(cases / 20, 80 * villages.count)
        let cut = try await desk.database.read { tx in
            try tx.value("SELECT key FROM cases ORDER BY key DESC LIMIT 1 OFFSET \(min(open, cases) - 1)") as Int64?
        }
        guard let cut else { return }
        // In steps, so that no write is long.
        var from: Int64 = 0
        while true {
            let start = from
            let last = try await desk.database.write { tx -> Int64? in
                let keys: [Int64] = try tx.rows(
                    "SELECT key FROM cases WHERE key > \(start) AND key < \(cut) ORDER BY key LIMIT 2000"
                ) { $0[0] }
                guard let first = keys.first, let last = keys.last else { return nil }
                try tx.run(
                    """
                    UPDATE cases SET open = 0, state = 'closed', closed_at = opened_at + 86400000,
                        resolved_at = opened_at + 80000000, outcome = 'confirmed', satisfaction = 5, in_limit = 1,
                        next_check_at = \(Instant.distantFuture), due_at = \(Instant.distantFuture)
                    WHERE key >= \(first) AND key <= \(last)
                    """)
                return last
            }
            guard let last else { break }
            from = last
        }
    }

    /// Sessions and what each of them may look at, for the load generator.
    func write(to folder: URL, _ desk: Desk) async throws {
        let now = desk.clock.now
        func token(_ person: ID<Person>) async throws -> String {
            try await desk.database.write { tx in
                try Work(tx, by: .system(county: Self.path), at: now, desk: desk)
                    .openSession(for: person, door: .password, isTrusted: true).token
            }
        }
        var people: [String] = []
        var cases: [String] = []
        var intake: [String] = []
        var workers: [String] = []
        for (n, village) in villages.enumerated() {
            let numbers = try await desk.database.read { tx in
                try tx.rows("SELECT number FROM cases WHERE village = \(village.id) ORDER BY key DESC LIMIT 20") {
                    $0[0] as String
                }
            }
            for person in [village.representative, village.liaison] {
                let token = try await token(person)
                people.append("\(token)\t25")
                if person == village.representative, n == 0 || villages[n - 1].representative != person {
                    workers.append("网格员\(n)\t\(token)")
                }
                cases += numbers.map { "\(token)\t\($0)" }
            }
            intake.append("\(try await token(village.attendant))\t\(village.id)")
        }
        cases.shuffle()
        for (name, lines) in [
            ("bench-people", people), ("bench-cases", cases), ("bench-intake", intake),
            ("bench-dispatcher", [try await token(dispatcher)]), ("bench-head", [try await token(head)]),
            ("bench-company", [try await token(company)]), ("bench-workers", workers),
        ] {
            let text = lines.joined(separator: "\n") + "\n"
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
    }
}
