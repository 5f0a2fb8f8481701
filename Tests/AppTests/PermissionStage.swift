import Desk
import Foundation
import Registry
import Service
import Storage
import Testing
import Values

/// A village with all that is needed to make something happen there.
struct PermissionSpot: Sendable {
    let name: String
    let county: String
    let village: ID<Village>
    let path: String
    let station: UnitID
    let township: UnitID
    /// Another unit of the same county, for referrals.
    let other: UnitID
    /// Represents the village.
    let representative: ID<Person>
    /// A certified representative of the station without villages: assignee, stand-in, successor.
    let spare: ID<Person>
    /// A second head of the station: brings things into the state in which they are tried, and is
    /// never the one who tries.
    let deputy: Actor
}

/// The test county with a spot for each distance: at home in Bugang, in the next village, at the
/// next station and in another county.
struct PermissionStage: Sendable {
    let village: TestVillage
    let home: PermissionSpot, next: PermissionSpot, far: PermissionSpot, abroad: PermissionSpot
    private let counter = Locked(0)

    var desk: Desk { village.desk }
    var now: Instant { village.clock.moment }
    var today: Day { now.day }

    /// Another number each time.
    func fresh() -> Int {
        counter.with {
            $0 += 1
            return $0
        }
    }
    func freshPhone() -> String { "156" + String(10_000_000 + fresh()) }

    func person(_ column: PermissionColumn) -> Villager? {
        guard let role = column.role else { return nil }
        return role == .customer ? village.zhang : village.staff.first { $0.role == role }?.person
    }

    /// The neighbour of a role's own unit: another village for those of a village, another station
    /// for those of a station or township, another county for those of a county. To customers and
    /// strangers it is what belongs to somebody else.
    func outside(_ column: PermissionColumn) -> PermissionSpot {
        switch column.role {
        case nil, .customer: home
        case .attendant, .liaison, .representative: next
        case .dispatcher, .stationHead, .township: far
        case .company, .auditor: abroad
        }
    }

    /// The unit in which somebody gets a role at home.
    func unit(for role: Role) async throws -> UnitID {
        switch role {
        case .attendant, .liaison, .customer: ID(home.village.text)
        case .representative, .dispatcher, .stationHead: home.station
        case .township: home.township
        case .company, .auditor:
            try await desk.database.read { try $0.value("SELECT id FROM unit WHERE path = \(TestVillage.county)") } ?? ID("")
        }
    }

    @discardableResult
    func system<T: Sendable>(_ county: String = TestVillage.county, _ body: @escaping @Sendable (Work) throws -> T)
        async throws -> T
    {
        let (desk, now) = (desk, now)
        return try await desk.database.write { try body(Work($0, by: .system(county: county), at: now, desk: desk)) }
    }

    // MARK: Setting up

    static func make(_ village: TestVillage) async throws -> PermissionStage {
        let desk = village.desk
        let now = village.clock.moment
        func spot(
            _ name: String, _ county: String, _ id: ID<Village>, _ other: UnitID
        ) async throws -> PermissionSpot {
            try await desk.database.write { tx in
                let work = Work(tx, by: .system(county: county), at: now, desk: desk)
                guard let info = try tx.village(id), let station = try tx.unit(info.station), let township = station.partner
                else { throw Problem.notFound }
                let spare = try work.addPerson(
                    PersonDraft(county: county, name: "备员" + name, signIn: "spare-" + name, phone: PhoneNumber("13600000001")))
                try work.grantRole(.representative, to: spare, in: info.station)
                _ = try work.addCertificate(
                    of: spare, kind: .lowVoltage, number: "SP-" + name, from: now.day.adding(days: -10),
                    to: now.day.adding(days: 400))
                let deputy = try work.addPerson(PersonDraft(county: county, name: "副所长" + name, signIn: "deputy-" + name))
                try work.grantRole(.stationHead, to: deputy, in: info.station)
                guard let representative = try tx.representative(of: id, on: now.day),
                    let actor = try tx.actor(for: deputy, at: now)
                else { throw Problem.notFound }
                return PermissionSpot(
                    name: name, county: county, village: id, path: info.path, station: info.station, township: township,
                    other: other, representative: representative, spare: spare, deputy: actor)
            }
        }
        let people = village.people
        let neighbour = "henan/xuchang/changge"
        let (pingnan, xincun) = try await desk.database.write { tx in
            try Self.addCounty(neighbour, Work(tx, by: .system(county: neighbour), at: now, desk: desk))
        }
        return PermissionStage(
            village: village,
            home: try await spot("home", TestVillage.county, people.bugang, people.taocheng),
            next: try await spot("next", TestVillage.county, people.zhaozhuang, people.taocheng),
            far: try await spot("far", TestVillage.county, people.faraway, people.mafang),
            abroad: try await spot("abroad", neighbour, pingnan, ID(xincun.text)))
    }

    /// A second county with a township, its station and two villages.
    private static func addCounty(_ path: String, _ work: Work) throws -> (ID<Village>, ID<Village>) {
        guard let city = try work.tx.unit(path: "henan/xuchang") else { throw Problem.notFound }
        let county = try work.addUnit(
            UnitDraft(kind: .county, slug: "changge", name: "长葛", nameEn: "Changge", parent: city.id)
        ).id
        let town = try work.addUnit(
            UnitDraft(kind: .township, slug: "pingzhen", name: "坡镇", nameEn: "Po", parent: county)
        ).id
        _ = try work.addUnit(
            UnitDraft(kind: .station, slug: "po-station", name: "坡供电所", nameEn: "Po Station", parent: county, partner: town))
        let villages = try ["pingnan", "xincun"].map { slug in
            try work.addUnit(UnitDraft(kind: .village, slug: slug, name: slug, nameEn: slug, parent: town)).id
        }
        let station = try work.tx.village(ID(villages[0].text))?.station ?? ID("")
        let representative = try work.addPerson(PersonDraft(county: path, name: "葛代表", signIn: "abroad-rep"))
        try work.grantRole(.representative, to: representative, in: station)
        let liaison = try work.addPerson(PersonDraft(county: path, name: "葛联络", signIn: "abroad-liaison"))
        try work.pair(
            village: ID(villages[0].text), representative: representative, liaison: liaison, since: work.now.day)
        return (ID(villages[0].text), ID(villages[1].text))
    }
}

// MARK: - Whether anything changed

extension PermissionStage {
    /// Two equal fingerprints: nothing was written in between.
    func fingerprint() async throws -> [Int] {
        try await desk.database.read { tx in
            var sums: [Int] = []
            for part in Self.parts {
                sums.append(try tx.value("SELECT CAST(COALESCE(\(raw: part.what), 0) AS BIGINT) FROM \(raw: part.table)") as Int? ?? 0)
            }
            return sums
        }
    }

    private static let parts: [(what: String, table: String)] =
        [
            "event", "outbox", "cases", "case_entry", "follower", "unit", "person", "grant_", "certificate", "leave_",
            "pairing", "service_point", "duty", "notice", "account", "session", "sign_in_code", "handover", "kind",
            "case_photo", "failed_try", "idempotency",
        ].map { ("COUNT(*)", $0) }
        + [
            ("SUM(version)", "cases"), ("COUNT(done_at)", "outbox"), ("COUNT(read_at)", "inbox"),
            ("COUNT(closed_at)", "unit"), ("COUNT(password) + COUNT(totp) + SUM(active) + SUM(must_change)", "person"),
            ("COUNT(until)", "grant_"), ("COUNT(until)", "pairing"), ("COUNT(closed)", "service_point"),
            ("COUNT(withdrawn_at)", "notice"), ("COUNT(decided_at)", "handover"), ("SUM(made_at)", "sign_in_code"),
        ]
}
