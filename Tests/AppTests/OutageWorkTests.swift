import App
import Desk
import Foundation
import Grid
import HTTPTypes
import Outages
import Registry
import Service
import Storage
import TestSupport
import Testing
import Values

/// The work on an outage: sections, permit, joining and splitting, and what everybody hears.
@Suite struct OutageWorkTests {
    /// The whole branch of Bugang is dark: T1 and T2, 32 homes.
    private func branch(_ village: TestVillage) async throws -> (grid: TestGrid, number: Code) {
        let grid = try await TestGrid.make(village)
        for line in ["T1-a", "T1-b", "T2-a", "T2-b"] {
            for n in 0..<6 { try await village.dark(grid.account(line, n)) }
        }
        try await village.locate()
        let found = try await village.incidents()
        try #require(found.count == 1)
        #expect(found[0].customers == 32)
        return (grid, found[0].number)
    }

    private struct Row: Sendable, Equatable {
        let step: Int, customers: Int, minutes: Int64, cause: String
    }
    private func interruptions(_ village: TestVillage) async throws -> [Row] {
        try await village.desk.database.read { tx in
            try tx.rows(
                """
                SELECT step, customers, restored_at - started_at, cause FROM interruption ORDER BY step, area, village
                """
            ) { Row(step: $0[0], customers: $0[1], minutes: ($0[2] as Int64) / 60_000, cause: $0[3]) }
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func restorationByStepsCountsEachCustomerOnceWithTheirOwnMinutes(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let (grid, number) = try await branch(village)
            village.clock.advance(minutes: 30)
            try await village.arrive(number, as: village.wang)
            village.clock.advance(minutes: 30)
            let t2 = try await grid.device("T2").id.text
            let part = try await village.step(number, "restore-section", ["devices": [t2]], as: village.wang)
            #expect(part.status == 200, "\(part.text)")
            #expect(part.json["state"] as? String == "part-restored")
            #expect(part.json["dark"] as? Int == 16)
            // Not twice.
            let again = try await village.step(number, "restore-section", ["devices": ["T2"]], as: village.wang)
            #expect(again.status == 422 && again.contains("not-dark-there"))
            village.clock.advance(minutes: 60)
            let line = try await village.step(number, "restore-section", ["devices": ["T1-a"]], as: village.wang)
            #expect(line.json["dark"] as? Int == 8, "\(line.text)")
            village.clock.advance(minutes: 60)
            let all = try await village.step(
                number, "restore", ["cause": "equipment", "equipment": "lv-line", "result": "换了导线"], as: village.wang)
            #expect(all.status == 200, "\(all.text)")

            #expect(
                try await interruptions(village) == [
                    Row(step: 1, customers: 16, minutes: 60, cause: "equipment"),
                    Row(step: 2, customers: 8, minutes: 120, cause: "equipment"),
                    Row(step: 3, customers: 8, minutes: 180, cause: "equipment"),
                ])
            let after = try await village.incident(number)
            #expect(!after.isOpen && after.dark == 0)
            #expect(try await village.desk.database.read { try $0.anyCase(number)?.state } == "resolved")
            // Arrived after 30 minutes, restored 150 minutes after that: both promises kept.
            #expect(try await village.desk.database.read { try $0.anyCase(number)?.inLimit } == true)
        }
    }

    @Test func restorationBeforeTheStartOrInTheFutureIsRefused() async throws {
        try await withVillage { village in
            let (_, number) = try await branch(village)
            village.clock.advance(minutes: 10)
            try await village.arrive(number, as: village.wang)
            for (at, code) in [
                (village.clock.moment.adding(minutes: -60), "restored-before-start"),
                (village.clock.moment.adding(minutes: 60), "restored-in-future"),
            ] {
                let reply = try await village.step(
                    number, "restore", ["cause": "tree", "result": "好了", "at": at.iso], as: village.wang)
                #expect(reply.status == 422 && reply.contains(code), "\(reply.text)")
            }
            let strange = try await village.step(number, "restore-section", ["devices": ["T99"]], as: village.wang)
            #expect(strange.status == 422 && strange.contains("unknown-device"))
            #expect(try await interruptions(village).isEmpty)
        }
    }

    @Test func thePermitKeepsItsOrderAndNothingIsSwitchedOnBeforeItIsReturned() async throws {
        try await withVillage { village in
            let (_, number) = try await branch(village)
            try await village.arrive(number, as: village.wang)
            func step(_ name: String) async throws -> Reply {
                try await village.step(number, "permit", ["step": name, "place": "T1 高压侧"], as: village.wang)
            }
            #expect(try await step("earth").status == 409)
            #expect(try await step("isolate").status == 200)
            #expect(try await step("isolate").status == 409)
            #expect(try await step("earth").contains("permit-order"))
            for name in ["verify-dead", "earth", "sign"] { #expect(try await step(name).status == 200, "\(name)") }
            let early = try await village.step(number, "restore", ["cause": "tree", "result": "好了"], as: village.wang)
            #expect(early.status == 409 && early.contains("permit-open"))
            #expect(try await step("return").status == 200)
            let done = try await village.step(number, "restore", ["cause": "tree", "result": "好了"], as: village.wang)
            #expect(done.status == 200, "\(done.text)")
            let taken = try await village.count("SELECT COUNT(*) FROM incident_permit WHERE person = \(village.wang.id)")
            #expect(taken == 5)
        }
    }

    @Test func whatIsBehindTheMeterIsNoInterruption() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            try await village.dark(grid.account("T1-a", 0), answers: "house:all,neighbours:lit,breaker:tripped")
            try await village.locate()
            let number = try await village.incidents()[0].number
            try await village.arrive(number, as: village.wang)
            let done = try await village.step(number, "restore", ["cause": "customer", "result": "水泵漏电"], as: village.wang)
            #expect(done.status == 200, "\(done.text)")
            #expect(try await interruptions(village).isEmpty)
        }
    }

    @Test func twoDispatchersAtOnceTheSecondOneGetsTheNewStateAndKeepsTheText() async throws {
        try await withVillage { village in
            let (_, number) = try await branch(village)
            let page = try await village.get("/outages/\(number.text)/split-incident", as: village.dispatcher)
            #expect(page.status == 200)
            // The station head splits first.
            let first = try await village.submit(
                "/outages/\(number.text)/split-incident", ["device": "T2", "note": "两处故障"], as: village.head)
            #expect(first.status == 303, "\(first.text.prefix(300))")
            let second = try await village.submit(page, ["device": "T1", "note": "我看是支线的事"], as: village.dispatcher)
            #expect(second.status == 409)
            #expect(second.contains("我看是支线的事"))

            let both = try await village.incidents()
            #expect(both.count == 2)
            #expect(both.map(\.customers).reduce(0, +) == 32)
            #expect(both.map(\.reports).reduce(0, +) == 24)
            let made = try #require(both.last)
            #expect(try await village.count("SELECT COUNT(*) FROM follower WHERE case_id = \(made.id)") == 12)

            // Joined again, from two desks: one wins.
            let body: [String: Any] = ["into": number.text, "seen": 1]
            let joined = try await village.step(made.number, "join", body, as: village.dispatcher)
            #expect(joined.status == 200, "\(joined.text)")
            let late = try await village.step(made.number, "join", body, as: village.head)
            #expect(late.status == 409, "\(late.text)")
            let one = try await village.incident(number)
            #expect(one.dark == 32 && one.reports == 24)
            #expect(try await village.count("SELECT COUNT(*) FROM follower WHERE case_id = \(one.id)") == 24)
            #expect(try await village.count("SELECT COUNT(*) FROM incident WHERE open = 1") == 1)
        }
    }

    @Test func everyHouseholdHearsReceivedOnTheWayFoundAndRestored() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            let silent = try await account(grid.account("T1-b", 7), of: "13700009999", village)
            let receipt = try await village.dark(grid.account("T1-a", 0), by: village.zhang)
            for n in 1..<6 { try await village.dark(grid.account("T1-a", n)) }
            for n in 0..<5 { try await village.dark(grid.account("T1-b", n)) }
            try await village.locate()
            let number = try await village.incidents()[0].number
            try await village.arrive(number, as: village.wang)
            let found = try await village.step(
                number, "find", ["cause": "tree", "finding": "树枝压线", "minutes": 45], as: village.wang)
            #expect(found.status == 200, "\(found.text)")
            let done = try await village.step(number, "restore", ["result": "清除树枝"], as: village.wang)
            #expect(done.status == 200, "\(done.text)")
            while try await Broadcasts.tick(village.desk, at: village.clock.moment) {}
            while try await HouseholdNotices.tick(village.desk, at: village.clock.moment) {}
            try await village.deliver()

            func heard(_ person: ID<Person>) async throws -> Set<String> {
                try await village.desk.database.read {
                    Set(try $0.rows("SELECT template FROM inbox WHERE person = \(person)") { $0[0] as String })
                }
            }
            #expect(
                try await heard(village.zhang.id) == ["outage-received", "outage-accepted", "outage-found", "outage-restored"])
            // Who did not report hears what was found and that it is over.
            #expect(try await heard(silent) == ["outage-found", "outage-restored"])
            let followed = try await village.get("/follow/\(receipt.receipt)")
            #expect(followed.contains("您家来电了吗"))
        }
    }

    private func account(_ number: String, of phone: String, _ village: TestVillage) async throws -> ID<Person> {
        let desk = village.desk
        let now = village.clock.moment
        return try await desk.database.write { tx in
            let work = Work(tx, by: .system(county: TestVillage.county), at: now, desk: desk)
            let person = try work.customer(phone: PhoneNumber(phone)!, name: "不说话的人", county: TestVillage.county)
            try tx.run("UPDATE account SET customer = \(person) WHERE number = \(number)")
            return person
        }
    }

    @Test func stillDarkAfterwardsIsANestedOutageAndAllYesConfirms() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            var receipts: [OutageReceipt] = []
            for n in 0..<4 { receipts.append(try await village.dark(grid.account("T1-a", n))) }
            try await village.locate()
            let number = try await village.incidents()[0].number
            try await village.arrive(number, as: village.wang)
            _ = try await village.step(number, "restore", ["cause": "tree", "result": "好了"], as: village.wang)
            village.clock.advance(minutes: 3)

            let page = try await village.get("/follow/\(receipts[0].receipt)")
            let no = try await village.submit(page, ["lit": "0"], to: "/outages/light")
            #expect(no.status == 303, "\(no.text.prefix(400))")
            try await village.locate()
            let all = try await village.incidents()
            #expect(all.count == 2)
            #expect(all.last?.parent == all.first?.id)
            #expect(try await village.get(try #require(no.location)).status == 200)

            for receipt in receipts.dropFirst() {
                let reply = try await village.api(.post, "/outages/light", ["secret": receipt.receipt, "lit": true])
                #expect(reply.status == 201, "\(reply.text)")
            }
            // One is still dark: not confirmed.
            #expect(try await village.desk.database.read { try $0.anyCase(number)?.state } == "resolved")
            let reply = try await village.api(.post, "/outages/light", ["secret": receipts[0].receipt, "lit": true])
            #expect(reply.status == 201)
            #expect(try await village.desk.database.read { try $0.anyCase(number)?.state } == "confirmed")
        }
    }

    @Test func oneUpdateReachesTwoThousandFollowersInPieces() async throws {
        try await withVillage { village in
            let (_, number) = try await branch(village)
            let id = try await village.incident(number).id
            try await village.desk.database.write { tx in
                for n in 0..<2000 {
                    try tx.run(
                        """
                        INSERT INTO follower (id, case_id, at, person, village) VALUES
                        (\("f-\(n + 10_000)"), \(id), 0, \("p-\(n)"), NULL)
                        """)
                }
            }
            let moved = try await village.step(number, "estimate", ["minutes": 60], as: village.dispatcher)
            #expect(moved.status == 200, "\(moved.text)")
            // The step itself told nobody of so many.
            #expect(try await village.count("SELECT COUNT(*) FROM outbox WHERE template = 'outage-estimate'") == 0)
            while try await Broadcasts.tick(village.desk, at: village.clock.moment, pieces: 3) {}
            #expect(try await village.count("SELECT COUNT(*) FROM outbox WHERE template = 'outage-estimate'") == 2024)
            #expect(try await village.count("SELECT told FROM broadcast") == 2024)
        }
    }

    @Test func arrivalIsTheServersTimeAndWhatDoesNotFitIsFlagged() async throws {
        try await withVillage { village in
            let (_, number) = try await branch(village)
            village.clock.advance(minutes: 20)
            try await village.act(AcceptCase(number), as: village.wang)
            let wrong = village.clock.moment.adding(hours: 5)
            let reply = try await village.step(
                number, "arrive", ["latitude": 34.5, "longitude": 114.9, "deviceAt": wrong.iso], as: village.wang)
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try await village.incident(number).flags == ["clock", "place"])
            let stopped = try await village.desk.database.read { tx -> Instant? in
                try tx.limits(of: tx.anyCase(number)!.id).all.first { $0.name == "arrival" }?.stoppedAt
            }
            #expect(stopped == village.clock.moment)
        }
    }

    @Test func damageByOthersIsPassedToFacilityProtectionOnce() async throws {
        try await withVillage { village in
            let (_, number) = try await branch(village)
            try await village.arrive(number, as: village.wang)
            let linked = try await village.step(number, "damage", ["what": "收割机撞断电杆"], as: village.wang)
            #expect(linked.status == 200, "\(linked.text)")
            #expect(try await village.step(number, "damage", ["what": "再转一次"], as: village.wang).status == 409)
            #expect(try await village.count("SELECT COUNT(*) FROM cases WHERE kind = 'hazard'") == 1)
            #expect(try await village.get("/outages/\(number.text)", as: village.wang).status == 200)
        }
    }

    @Test func aCaseOfAnOutageIsMovedThroughItsOwnPagesAlone() async throws {
        try await withVillage { village in
            let (_, number) = try await branch(village)
            let reply = try await village.api(
                .post, "/requests/\(number.text)/moves/resolve", ["result": "好了"], as: village.dispatcher)
            #expect(reply.status == 409 && reply.contains("own-door"), "\(reply.text)")
            // Nobody reports one as such.
            let filed = try await village.api(
                .post, "/requests",
                ["kind": "outage", "village": village.bugang.text, "what": "停电", "name": "周", "phone": "13811113333"])
            #expect(filed.status == 422)
        }
    }

    @Test func remoteVillagesHaveTwoHours() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            let set = try await village.api(
                .post, "/villages/\(village.bugang.text)/class", ["class": "remote"], as: village.company)
            #expect(set.status == 200, "\(set.text)")
            for n in 0..<4 { try await village.dark(grid.account("T1-a", n)) }
            try await village.locate()
            let number = try await village.incidents()[0].number
            let names = try await village.desk.database.read { tx in
                try tx.limits(of: tx.anyCase(number)!.id).all.map(\.name).sorted()
            }
            #expect(names == ["arrival-regulator-remote", "arrival-remote"])
        }
    }
}
