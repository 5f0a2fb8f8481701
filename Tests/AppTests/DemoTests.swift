import App
import Desk
import Foundation
import Outages
import Registry
import Service
import Storage
import TestSupport
import Testing
import Values

/// The demo county, loaded once for all tests that only read it.
actor DemoWorld {
    static let shared = DemoWorld()
    static let now = Instant(iso: "2026-11-24T14:30+08:00")!
    private var loading: Task<Loaded, any Error>?

    struct Loaded: Sendable {
        let desk: Desk
        let made: Demo.Made

        func actor(_ role: Role) async throws -> Actor {
            let people = try await desk.database.read { tx in
                try tx.value("SELECT value FROM setting WHERE name = \("demo." + role.rawValue)") as String?
            }
            let person = ID<Person>(try #require(people))
            return try #require(try await desk.database.read { try $0.actor(for: person, at: DemoWorld.now) })
        }

        func count(_ sql: SQL) async throws -> Int {
            try await desk.database.read { try $0.value(sql) as Int? ?? 0 }
        }
    }

    func loaded() async throws -> Loaded {
        if let loading { return try await loading.value }
        let task = Task { () -> Loaded in
            let database = try await Database.open(try await freshLocation(.sqlite), logger: quiet)
            return try await DemoWorld.load(database, .all)
        }
        loading = task
        return try await task.value
    }

    static func load(_ database: Database, _ share: Demo.Share) async throws -> Loaded {
        let composition = try await Composition(
            database: database, keys: KeyRing(secret: [UInt8](repeating: 7, count: 64)),
            settings: .init(publicAddress: "http://127.0.0.1:8080"), clock: Clock { now }, logger: quiet)
        return Loaded(desk: composition.desk, made: try await Demo.make(composition.desk, share: share))
    }
}

@Suite struct DemoTests {
    @Test func theCountyStandsWithItsVillagesPairsAndAccounts() async throws {
        let demo = try await DemoWorld.shared.loaded()

        #expect(try await demo.count("SELECT COUNT(*) FROM unit WHERE kind = 'township'") == 4)
        #expect(try await demo.count("SELECT COUNT(*) FROM unit WHERE kind = 'station'") == 4)
        #expect(try await demo.count("SELECT COUNT(*) FROM unit WHERE kind = 'village'") == 24)
        #expect(try await demo.count("SELECT COUNT(*) FROM account") == 1_000)
        #expect(
            try await demo.count(
                """
                SELECT COUNT(*) FROM (SELECT village FROM pairing WHERE until IS NULL GROUP BY village
                HAVING COUNT(*) = 1) p
                """) == 24)
        #expect(try await demo.count("SELECT COUNT(DISTINCT village) FROM service_point WHERE closed IS NULL") == 24)
        let keys = demo.desk.keys
        for village in try await demo.desk.database.read({ try $0.villages(county: "henan/xuchang/yanling") }) {
            let servers = try await demo.desk.database.read {
                try $0.servers(of: village.id, on: DemoWorld.now.day, keys: keys)
            }
            #expect(servers.representative?.nextDuty != nil, "\(village.name)")
            #expect(servers.liaison?.phone.isEmpty == false, "\(village.name)")
            #expect(servers.representative?.photo != nil, "\(village.name)")
        }
    }

    @Test func everyStateOfEveryKindHasACase() async throws {
        let demo = try await DemoWorld.shared.loaded()
        let found = try await demo.desk.database.read { tx in
            Set(try tx.rows("SELECT DISTINCT kind, state FROM cases") { "\($0[0] as String)/\($0[1] as String)" })
        }

        for kind in demo.desk.kinds.offered {
            for state in kind.states { #expect(found.contains("\(kind.name)/\(state.name)")) }
        }
    }

    @Test(arguments: [
        Role.attendant, .liaison, .representative, .dispatcher, .stationHead, .township, .company, .auditor,
    ])
    func everyRoleHasWorkOnItsList(_ role: Role) async throws {
        let demo = try await DemoWorld.shared.loaded()
        let actor = try await demo.actor(role)

        let list = try await demo.desk.fetch(WorkListQuery.self, [:], by: actor)

        #expect(list.items.count >= 5)
    }

    @Test func theVillagerOfTheDemoHasCasesToFollow() async throws {
        let demo = try await DemoWorld.shared.loaded()

        let list = try await demo.desk.fetch(RequestListQuery.self, [:], by: try await demo.actor(.customer))

        #expect(list.items.count >= 5)
    }

    @Test func someAreLateSomeAreReopenedAndMostAreInTime() async throws {
        let demo = try await DemoWorld.shared.loaded()

        // Outages and claims are opened by their own services; two of the claims became disputes.
        let all = try await demo.count("SELECT COUNT(*) FROM cases WHERE kind NOT IN ('outage', 'appliance-damage')") - 2
        let reopened = try await demo.count("SELECT COUNT(*) FROM cases WHERE reopened > 0")
        let inTime = try await demo.count("SELECT COUNT(*) FROM cases WHERE in_limit = 1 AND kind <> 'outage'")
        let late = try await demo.count("SELECT COUNT(*) FROM cases WHERE in_limit = 0 AND kind <> 'outage'")

        #expect(all == demo.made.cases.count && all > 1_500)
        #expect((0.03...0.06).contains(Double(reopened) / Double(all)), "\(reopened) of \(all)")
        #expect((0.85...0.97).contains(Double(inTime) / Double(inTime + late)), "\(inTime) in time, \(late) late")
        #expect(try await demo.count("SELECT COUNT(*) FROM cases WHERE outcome = 'unconfirmed'") > 20)
        #expect(try await demo.count("SELECT COUNT(*) FROM case_limit WHERE level >= 100") > 20)
        #expect(try await demo.count("SELECT COUNT(*) FROM follower") > 10)
    }

    @Test func aYearOfOutagesIsMendedAndThreeRun() async throws {
        let demo = try await DemoWorld.shared.loaded()

        #expect(try await demo.count("SELECT COUNT(*) FROM incident WHERE open = 1") == 3)
        #expect(try await demo.count("SELECT COUNT(*) FROM incident WHERE open = 0") >= 30)
        #expect(try await demo.count("SELECT COUNT(DISTINCT origin) FROM interruption") >= 30)
        #expect(try await demo.count("SELECT COUNT(DISTINCT cause) FROM interruption") >= 7)
        #expect(try await demo.count("SELECT COUNT(*) FROM outage_report WHERE state = 'waiting'") == 0)
        #expect(try await demo.count("SELECT COUNT(*) FROM incident_range WHERE step > 1") > 0)
        #expect(try await demo.count("SELECT COUNT(*) FROM inbox WHERE template = 'outage-restored'") > 20)
    }

    @Test func plannedOutagesAndClaimsStandInEveryState() async throws {
        let demo = try await DemoWorld.shared.loaded()

        #expect(try await demo.count("SELECT COUNT(DISTINCT state) FROM planned_outage") == PlannedState.allCases.count)
        #expect(try await demo.count("SELECT COUNT(*) FROM planned_outage WHERE listed_at IS NULL") == 0)
        #expect(try await demo.count("SELECT COUNT(*) FROM planned_telling WHERE done_at IS NULL") == 0)
        // Whoever is on the list of an announced outage was told.
        #expect(
            try await demo.count(
                """
                SELECT COUNT(*) FROM planned_household h JOIN planned_outage o ON o.id = h.outage
                WHERE o.announced_at IS NOT NULL AND h.concerned = 1 AND h.told_at IS NULL
                """) == 0)
        #expect(try await demo.count("SELECT COUNT(*) FROM interruption WHERE planned = 1") >= 4)
        #expect(try await demo.count("SELECT COUNT(DISTINCT c.state) FROM claim k JOIN cases c ON c.id = k.case_id") == 6)
        #expect(try await demo.count("SELECT COUNT(*) FROM quiet_day") == 3)
        #expect(try await demo.count("SELECT COUNT(*) FROM household_tag") > 20)
    }

    @Test func nothingHappensAfterNow() async throws {
        let demo = try await DemoWorld.shared.loaded()
        let now = DemoWorld.now

        #expect(try await demo.count("SELECT COUNT(*) FROM cases WHERE opened_at > \(now) OR changed_at > \(now)") == 0)
        #expect(try await demo.count("SELECT COUNT(*) FROM event WHERE at > \(now)") == 0)
        #expect(try await demo.count("SELECT COUNT(*) FROM case_entry WHERE at > \(now)") == 0)
        #expect(try await demo.count("SELECT COUNT(*) FROM cases WHERE opened_at < \(now.adding(days: -372))") == 0)
        // Whatever time had to do is done.
        #expect(try await demo.count("SELECT COUNT(*) FROM cases WHERE next_check_at <= \(now)") == 0)
    }

    @Test func aComplaintAboutTheRepresentativeIsHiddenFromThem() async throws {
        let demo = try await DemoWorld.shared.loaded()
        let representative = try await demo.actor(.representative)
        let liaison = try await demo.actor(.liaison)
        let hidden = try await demo.desk.database.read { tx in
            Set(try tx.rows("SELECT number FROM cases WHERE confidential = 1") { $0[0] as String })
        }

        #expect(hidden.count >= 3)
        for actor in [representative, liaison] {
            var after: String?
            repeat {
                var fields: RawInputs = ["limit": .text("100")]
                if let after { fields["after"] = .text(after) }
                let page = try await demo.desk.fetch(RequestListQuery.self, fields, by: actor)
                #expect(page.items.allSatisfy { !hidden.contains($0.number) })
                after = page.next
            } while after != nil
        }
    }

    @Test func theLiaisonHasPeopleToTellAndHasToldSome() async throws {
        let demo = try await DemoWorld.shared.loaded()

        let told = try await demo.desk.fetch(ToldListQuery.self, [:], by: try await demo.actor(.liaison))

        #expect(!told.items.isEmpty)
        #expect(
            try await demo.count("SELECT COUNT(*) FROM outbox WHERE channel = 'in-person' AND state = 'delivered'") > 50
        )
        #expect(try await demo.count("SELECT COUNT(*) FROM outbox WHERE channel = 'inbox' AND state = 'waiting'") == 0)
        #expect(try await demo.count("SELECT COUNT(*) FROM handover WHERE state = 'proposed'") == 1)
        #expect(try await demo.count("SELECT COUNT(*) FROM leave_") == 3)
    }

    /// The answers of the shared queries, found among all that the demo holds.
    @Test func everySharedSearchFindsExactlyItsRequests() async throws {
        let demo = try await DemoWorld.shared.loaded()
        let company = try await demo.actor(.company)
        let sources = Dictionary(uniqueKeysWithValues: demo.made.cases.map { ($1, $0) })
        let file = try String(
            contentsOf: Resources.folder("Data/requests").appending(path: "search_queries.csv"), encoding: .utf8)

        for line in file.split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            var found: Set<String> = []
            var after: String?
            repeat {
                var fields: RawInputs = ["q": .text(cells[1]), "limit": .text("100")]
                if !cells[2].isEmpty { fields["kind"] = .text(cells[2]) }
                if let after { fields["after"] = .text(after) }
                let page = try await demo.desk.fetch(RequestListQuery.self, fields, by: company)
                found.formUnion(page.items.compactMap { sources[$0.number] }.filter { $0.hasPrefix("RP") })
                after = page.next
            } while after != nil
            #expect(found == Set(cells[4].split(separator: " ").map(String.init)), "\(cells[0]) \(cells[1])")
        }
    }

    @Test func theRecordIsSealedAndWhole() async throws {
        let demo = try await DemoWorld.shared.loaded()

        guard case .ok(let events, _, let unsealed, _) = try await demo.desk.verifyAudit() else {
            Issue.record("the audit does not verify")
            return
        }
        #expect(events > 10_000)
        // The other tests of this world sign in while this one reads.
        #expect(unsealed < 20)
    }

    @Test func everyPrintedSignInOpens() async throws {
        let demo = try await DemoWorld.shared.loaded()

        #expect(Set(demo.made.signIns.map(\.role)) == Set(Role.allCases))
        for one in demo.made.signIns {
            let answer = try await demo.desk.perform(
                SignIn.self, ["person": .text(one.person), "password": .text(one.password)],
                by: .stranger(address: "test/\(one.role)"))
            #expect(!answer.output.token.isEmpty, "\(one.role)")
        }
    }

    @Test func aSecondDemoIsRefused() async throws {
        let demo = try await DemoWorld.shared.loaded()

        await #expect(throws: Problem(.conflict, "demo-not-empty")) {
            try await Demo.make(demo.desk)
        }
    }

    @Test func anEmptyCountyHasPeopleAndNoCasesAndAHalfMadeOneIsRefused() async throws {
        let database = try await Database.open(try await freshLocation(.sqlite), logger: quiet)
        let composition = try await Composition(
            database: database, keys: KeyRing(secret: [UInt8](repeating: 7, count: 64)),
            settings: .init(publicAddress: "http://127.0.0.1:8080"), clock: Clock { DemoWorld.now }, logger: quiet)

        let made = try await Demo.make(composition.desk, empty: true)

        #expect(made.cases.isEmpty)
        let counts = try await database.read { tx in
            (
                try tx.value("SELECT COUNT(*) FROM cases") as Int? ?? -1,
                try tx.value("SELECT COUNT(*) FROM person WHERE customer = 0") as Int? ?? 0
            )
        }
        #expect(counts == (0, 79))

        // As if somebody had stopped the program half-way.
        try await database.write { try $0.set("demo-unfinished", "1") }
        await #expect(throws: Problem(.conflict, "demo-unfinished")) {
            try await Demo.make(composition.desk, empty: true)
        }
        await database.close()
    }

    @Test func aPartOfItLoadsIntoPostgreSQL() async throws {
        try await withDatabase(.postgres) { database in
            let demo = try await DemoWorld.load(database, Demo.Share(everyNth: 25))

            #expect(demo.made.cases.count > 150)
            let found = try await database.read { tx in
                Set(try tx.rows("SELECT DISTINCT kind, state FROM cases") { "\($0[0] as String)/\($0[1] as String)" })
            }
            for kind in demo.desk.kinds.offered {
                for state in kind.states where state.name != "closed" {
                    #expect(found.contains("\(kind.name)/\(state.name)"))
                }
            }
            guard case .ok = try await demo.desk.verifyAudit() else {
                Issue.record("the audit does not verify")
                return
            }
        }
    }
}
