import Desk
import Storage
import TestSupport
import Testing
import Values

@testable import Registry

struct HandoverTests {
    /// Wang has Bugang and Hejia, 500 open cases and 3,000 households.
    private func load(_ village: RegistryVillage) async throws {
        let desk = village.desk
        let now = village.clock.moment
        try await desk.database.write { tx in
            let work = Work(tx, by: .system(county: RegistryVillage.county), at: now, desk: desk)
            try work.pair(village: village.hejia, representative: village.wang, liaison: village.zhou, since: now.day)
            for i in 0..<3000 {
                try tx.run(
                    """
                    INSERT INTO account (id, county, number, village, name, address, kind, opened)
                    VALUES (\("a\(i)"), \(RegistryVillage.county), \("42\(100_000 + i)"),
                            \(i % 2 == 0 ? village.bugang : village.hejia), '户', '组', 'residential', '2020-01-01')
                    """)
            }
            for i in 0..<520 {
                let isOpen = i < 500
                try tx.run(
                    """
                    INSERT INTO cases (id, county, key, number, receipt_hash, kind, kind_version, village, village_name,
                        station, reach, channel, for_whom, extra, dangers, priority, rank, state, assignee, confidential,
                        opened_at, due_at, next_check_at, changed_at, follow_up_at, closed_at, reopened, open, version)
                    VALUES (\("case\(i)"), \(RegistryVillage.county), \(i), \("N\(i)"), \("R\(i)"), 'repair', 1,
                        \(village.bugang), '布岗村', \(village.station), 'henan/xuchang/yanling/mafang/bugang', 'web', 0,
                        '{}', '', 1, 1, \(isOpen ? "dispatched" : "closed"), \(village.wang), 0, \(now), \(now), \(now),
                        \(now), \(i < 30 ? now : nil), \(isOpen ? nil : now), 0, \(isOpen), 1)
                    """)
            }
        }
    }

    @Test func everythingGoesOverAtOnceAfterASecondPersonsYes() async throws {
        try await RegistryVillage.open { village async throws in
            try await load(village)
            let proposed = try await village.act(
                ProposeHandover.self,
                ["leaving": village.wang.text, "successor": village.sun.text, "reason": "调到县公司"], by: village.wang)
            #expect(proposed.counts.villages == 2)
            #expect(proposed.counts.cases == 500)
            #expect(proposed.counts.followUps == 30)
            #expect(proposed.counts.households == 3001)

            let approved = try await village.act(ApproveHandover.self, ["handover": proposed.id.text], by: village.zhao)

            #expect(approved.state == .approved)
            let (open, closed, responsible) = try await village.desk.database.read { tx in
                (
                    try tx.value("SELECT COUNT(*) FROM cases WHERE assignee = \(village.sun) AND open = 1") as Int?,
                    try tx.value("SELECT COUNT(*) FROM cases WHERE assignee = \(village.wang) AND open = 0") as Int?,
                    try [village.bugang, village.hejia].map { try tx.responsible(for: $0, on: village.clock.today) }
                )
            }
            #expect(open == 500)
            #expect(closed == 20, "what is over stays with the one who did it")
            #expect(responsible == [village.sun, village.sun])
            #expect(try await village.events("case.handed-over") == 500)
            #expect(try await village.events("handover.approved") == 1)
            try await village.act(DeactivatePerson.self, ["person": village.wang.text], by: village.zhao)
        }
    }

    @Test func nobodyApprovesTheirOwnProposalOrAnothersStation() async throws {
        try await RegistryVillage.open { village async throws in
            let proposed = try await village.act(
                ProposeHandover.self,
                ["leaving": village.wang.text, "successor": village.sun.text, "reason": "退休"], by: village.zhao)
            func approve(_ person: ID<Person>) async throws -> String {
                try await village.problem {
                    try await village.act(ApproveHandover.self, ["handover": proposed.id.text], by: person)
                }
            }
            #expect(try await approve(village.zhao) == "handover-needs-another")
            #expect(try await approve(village.otherHead) == "not-found")
            #expect(try await approve(village.qian) == "forbidden")
            #expect(try await approve(village.gao) == "none")
            #expect(try await approve(village.gao) == "handover-decided")
        }
    }

    @Test func aFailureInTheMiddleMovesNothing() async throws {
        try await RegistryVillage.open { village async throws in
            try await load(village)
            let proposed = try await village.act(
                ProposeHandover.self,
                ["leaving": village.wang.text, "successor": village.sun.text, "reason": "调动"], by: village.qian)
            for statement in [5, 40, 400, 1200] {
                village.desk.database.faults.failStatement(statement)
                _ = try? await village.act(ApproveHandover.self, ["handover": proposed.id.text], by: village.zhao)
                village.desk.database.faults.clear()
                let (moved, responsible) = try await village.desk.database.read { tx in
                    (
                        try tx.value("SELECT COUNT(*) FROM cases WHERE assignee = \(village.sun)") as Int?,
                        try tx.responsible(for: village.bugang, on: village.clock.today)
                    )
                }
                #expect(moved == 0)
                #expect(responsible == village.wang)
            }
        }
    }

    @Test func theSuccessorAlsoStandsInWhereTheLeavingOneDid() async throws {
        try await RegistryVillage.open { village async throws in
            let today = village.clock.today
            try await village.act(
                TakeLeave.self,
                [
                    "person": village.ma.text, "from": today.iso, "to": today.adding(days: 5).iso,
                    "standIn": village.wang.text,
                ], by: village.ma)
            let proposed = try await village.act(
                ProposeHandover.self,
                ["leaving": village.wang.text, "successor": village.sun.text, "reason": "调动"], by: village.qian)
            try await village.act(ApproveHandover.self, ["handover": proposed.id.text], by: village.zhao)
            #expect(try await village.desk.database.read { try $0.responsible(for: village.faraway, on: today) } == village.sun)
            #expect(try await village.actor(village.sun).has([.representative], at: RegistryVillage.county + "/taocheng/yuandian"))
            #expect(try await !village.actor(village.wang).has([.representative], at: RegistryVillage.county + "/taocheng/yuandian"))
        }
    }
}
