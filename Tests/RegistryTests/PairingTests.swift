import Desk
import Storage
import TestSupport
import Testing
import Values

@testable import Registry

struct PairingTests {
    @Test func aVillageHasOnePairAndANewOneEndsTheOld() async throws {
        try await RegistryVillage.open { village async throws in
            let today = village.clock.today
            try await village.act(
                PairVillage.self,
                [
                    "village": village.bugang.text, "representative": village.sun.text, "liaison": village.li.text,
                    "since": today.adding(days: 3).iso,
                ], by: village.zhao)

            let (before, after, history) = try await village.desk.database.read { tx in
                (
                    try tx.responsible(for: village.bugang, on: today.adding(days: 2)),
                    try tx.responsible(for: village.bugang, on: today.adding(days: 3)),
                    try tx.pairings(of: village.bugang)
                )
            }
            #expect(before == village.wang)
            #expect(after == village.sun)
            #expect(history.map(\.representativeName) == ["孙网格", "王网格"])
            #expect(history[1].until == today.adding(days: 3))
        }
    }

    @Test func theSchemaItselfRefusesASecondCurrentPair() async throws {
        try await RegistryVillage.open { village async throws in
            await #expect(throws: StorageError.self) {
                try await village.desk.database.write { tx in
                    try tx.run(
                        """
                        INSERT INTO pairing (id, county, village, representative, liaison, since, made_at)
                        VALUES ('second', 'c', \(village.bugang), \(village.sun), \(village.zhou), '2026-01-01', 0)
                        """)
                }
            }
        }
    }

    @Test func rightsFollowThePairOnItsDay() async throws {
        try await RegistryVillage.open { village async throws in
            try await village.act(
                PairVillage.self,
                [
                    "village": village.bugang.text, "representative": village.sun.text, "liaison": village.li.text,
                    "since": village.clock.today.adding(days: 1).iso,
                ], by: village.zhao)
            let path = RegistryVillage.county + "/mafang/bugang"
            #expect(try await village.actor(village.wang).has([.representative], at: path))
            #expect(try await !village.actor(village.sun).has([.representative], at: path))
            village.clock.advance(days: 1)
            #expect(try await !village.actor(village.wang).has([.representative], at: path))
            #expect(try await village.actor(village.sun).has([.representative], at: path))
            #expect(try await village.actor(village.li).has([.liaison], at: path))
        }
    }

    @Test func onlyTheVillagesOwnHeadMayPairAndOnlyRepresentatives() async throws {
        try await RegistryVillage.open { village async throws in
            let fields = [
                "village": village.bugang.text, "representative": village.sun.text, "liaison": village.li.text,
                "since": village.clock.today.iso,
            ]
            #expect(try await village.problem { try await village.act(PairVillage.self, fields, by: village.otherHead) } == "not-found")
            #expect(try await village.problem { try await village.act(PairVillage.self, fields, by: village.qian) } == "forbidden")
            var wrong = fields
            wrong["representative"] = village.li.text
            wrong["liaison"] = village.zhou.text
            #expect(try await village.problem { try await village.act(PairVillage.self, wrong, by: village.zhao) } == "not-a-representative")
            wrong = fields
            wrong["liaison"] = village.wang.text
            #expect(try await village.problem { try await village.act(PairVillage.self, wrong, by: village.zhao) } == "not-the-liaison")
            wrong = fields
            wrong["since"] = village.clock.today.adding(days: -1).iso
            #expect(try await village.problem { try await village.act(PairVillage.self, wrong, by: village.zhao) } == "in-the-past")
        }
    }

    @Test func duringLeaveTheStandInAnswersAndHasTheRights() async throws {
        try await RegistryVillage.open { village async throws in
            let today = village.clock.today
            let leave = try await village.act(
                TakeLeave.self,
                [
                    "person": village.wang.text, "from": today.iso, "to": today.adding(days: 6).iso,
                    "standIn": village.sun.text,
                ], by: village.wang)
            let keys = village.desk.keys
            let (servers, during, later) = try await village.desk.database.read { tx in
                (
                    try tx.servers(of: village.bugang, on: today, keys: keys),
                    try tx.responsible(for: village.bugang, on: today.adding(days: 6)),
                    try tx.responsible(for: village.bugang, on: today.adding(days: 7))
                )
            }
            #expect(servers.onCall?.name == "孙网格")
            #expect(servers.representative?.name == "王网格")
            #expect(servers.liaison?.phone == "138 0000 1004")
            #expect(during == village.sun)
            #expect(later == village.wang)
            let path = RegistryVillage.county + "/mafang/bugang"
            #expect(try await village.actor(village.sun).has([.representative], at: path))

            try await village.act(EndLeave.self, ["leave": leave.id.text], by: village.zhao)

            #expect(try await !village.actor(village.sun).has([.representative], at: path))
            #expect(try await village.desk.database.read { try $0.responsible(for: village.bugang, on: today) } == village.wang)
        }
    }

    @Test func aStandInIsARepresentativeWhoIsThere() async throws {
        try await RegistryVillage.open { village async throws in
            let today = village.clock.today
            func leave(_ person: ID<Person>, _ standIn: ID<Person>, by: ID<Person>) async throws -> String {
                try await village.problem {
                    try await village.act(
                        TakeLeave.self,
                        ["person": person.text, "from": today.iso, "to": today.iso, "standIn": standIn.text], by: by)
                }
            }
            #expect(try await leave(village.wang, village.li, by: village.zhao) == "stand-in-not-representative")
            #expect(try await leave(village.wang, village.ma, by: village.otherHead) == "not-found")
            #expect(try await leave(village.sun, village.ma, by: village.sun) == "none")
            #expect(try await leave(village.wang, village.sun, by: village.wang) == "stand-in-on-leave")
            #expect(try await leave(village.sun, village.ma, by: village.sun) == "leave-overlaps")
        }
    }

    @Test func whoWasResponsibleOverTenYearsIsAnsweredFromAnIndex() async throws {
        try await RegistryVillage.open { village async throws in
            let first = village.clock.today.adding(days: -3650)
            try await village.desk.database.write { tx in
                try tx.run("DELETE FROM pairing WHERE village = \(village.bugang)")
                for i in 0..<120 {
                    let since = first.adding(days: i * 30)
                    try tx.run(
                        """
                        INSERT INTO pairing (id, county, village, representative, liaison, since, until, made_at)
                        VALUES (\("p\(i)"), 'c', \(village.bugang), \(i % 2 == 0 ? village.wang : village.sun),
                                \(village.li), \(since), \(i == 119 ? nil : since.adding(days: 30)), 0)
                        """)
                }
            }
            for (after, person) in [(0, village.wang), (31, village.sun), (1799, village.sun), (3500, village.wang)] {
                let answer = try await village.ask(
                    WhoWasResponsible.self, ["village": village.bugang.text, "on": first.adding(days: after).iso],
                    by: village.shen)
                #expect(answer.representative?.id == person)
            }
            if village.desk.database.engine == .sqlite {
                let plan = try await village.desk.database.read { tx in
                    try tx.rows("EXPLAIN QUERY PLAN \(sql: Transaction.pairing(of: village.bugang, on: first))") { $0[3] as String }
                }
                #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
            }
            let gap = try await village.ask(
                WhoWasResponsible.self, ["village": village.bugang.text, "on": first.adding(days: -1).iso],
                by: village.shen)
            #expect(gap.representative == nil)
        }
    }
}
