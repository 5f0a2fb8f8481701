import Desk
import PowerRules
import Storage
import TestSupport
import Testing
import Values

/// The engine against real tables, on both engines.
@Suite struct CaseEngineTests {
    private func withDesk(sms: Bool = false, _ body: @Sendable (Desk, Locked<Instant>) async throws -> Void) async throws {
        try await withDatabases(DeskSchema.migrations + CaseSchema.migrations) { database in
            let now = Locked(Bugang.start)
            let desk = Bugang.desk(database, at: now, sms: sms)
            try await desk.seedKinds(Bugang.kinds)
            try await body(desk, now)
        }
    }

    private func open(_ kind: String, _ desk: Desk, what: String = "家里没电", about: Actor? = nil) async throws -> Code {
        let draft = try Bugang.draft(kind, desk, what: what, about: about)
        return try await desk.database.write { tx in
            try Work(tx, by: .stranger(address: "1.2.3.4"), at: desk.clock.now, desk: desk).open(draft).number
        }
    }

    private func move(
        _ move: String, _ number: Code, by actor: Actor, _ desk: Desk, _ fields: MoveFields = MoveFields(note: "好")
    ) async throws -> Case {
        try await desk.database.write { tx in
            let work = Work(tx, by: actor, at: desk.clock.now, desk: desk)
            var fields = fields
            if actor.person != nil, fields.hands == nil { fields.hands = Bugang.worker(actor) }
            return try work.move(tx.visibleCase(number, to: actor), move, fields)
        }
    }

    private func counts(_ desk: Desk) async throws -> [String: Int] {
        _ = try await desk.database.drain { try $0.foldCounters() }
        let rows = try await desk.database.read { tx in
            try tx.rows("SELECT measure, CAST(SUM(n) AS BIGINT) FROM case_count GROUP BY measure") {
                ($0[0] as String, $0[1] as Int)
            }
        }
        return Dictionary(uniqueKeysWithValues: rows).filter { $0.value != 0 }
    }

    @Test func aRepairRunsFromReportToConfirmation() async throws {
        try await withDesk { desk, now in
            let number = try await open("repair", desk)
            var sent = MoveFields()
            sent.assignee = Bugang.worker(Bugang.zhang)
            _ = try await move("dispatch", number, by: Bugang.sun, desk, sent)
            now.with { $0 = $0.adding(minutes: 40) }
            _ = try await move("arrive", number, by: Bugang.zhang, desk)
            now.with { $0 = $0.adding(minutes: 60) }
            let resolved = try await move("resolve", number, by: Bugang.zhang, desk)
            #expect(resolved.inLimit == true)
            #expect(resolved.dueName == Case.followUpName)
            var yes = MoveFields()
            yes.satisfaction = 5
            let confirmed = try await move("confirm", number, by: Bugang.li, desk, yes)

            #expect(confirmed.state == "confirmed")
            #expect(!confirmed.isOpen)
            let counted = try await counts(desk)
            #expect(
                counted == [
                    "opened": 1, "resolved": 1, "in-limit": 1, "confirmed": 1, "satisfaction-sum": 5, "satisfaction-n": 1,
                ])
            let verbs = try await desk.database.read { tx in
                try tx.rows("SELECT verb FROM event ORDER BY id") { $0[0] as String }
            }
            #expect(
                verbs.sorted()
                    == ["case.arrived", "case.confirmed", "case.dispatched", "case.received", "case.resolved"])
            let running: Int? = try await desk.database.read {
                try $0.value("SELECT COUNT(*) FROM case_limit WHERE stopped_at IS NULL")
            }
            #expect(running == 0)
        }
    }

    @Test func aReopenedCaseCountsAgainstInTime() async throws {
        try await withDesk { desk, now in
            let number = try await open("usage", desk)
            _ = try await move("accept", number, by: Bugang.zhang, desk)
            _ = try await move("resolve", number, by: Bugang.zhang, desk)
            let before = try await counts(desk)
            #expect(before["in-limit"] == 1)

            now.with { $0 = $0.adding(days: 1) }
            let reopened = try await move("reopen", number, by: Bugang.li, desk)
            _ = try await move("start", number, by: Bugang.zhang, desk)
            let again = try await move("resolve", number, by: Bugang.zhang, desk)

            #expect(reopened.number == number)
            #expect(again.inLimit == false)
            let after = try await counts(desk)
            #expect(after == ["opened": 1, "resolved": 1, "late": 1, "reopened": 1])
        }
    }

    @Test func ofTwoDispatchersOnlyOneMovesIt() async throws {
        try await withDesk { desk, _ in
            let number = try await open("repair", desk)
            let outcomes = await withTaskGroup(of: String.self) { group in
                for actor in [Bugang.sun, Bugang.zhao] {
                    group.addTask {
                        do {
                            var fields = MoveFields(seen: 1)
                            fields.assignee = Bugang.worker(Bugang.zhang)
                            return try await move("dispatch", number, by: actor, desk, fields).state
                        } catch let problem as Problem {
                            return "\(problem.code) \(problem.values["state"] ?? "")"
                        } catch {
                            return "\(error)"
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            #expect(outcomes == ["case-moved dispatched", "dispatched"])
        }
    }

    @Test func aRefusalToSendALiaisonIsRecorded() async throws {
        try await withDesk { desk, _ in
            let number = try await open("repair", desk)
            var fields = MoveFields()
            fields.assignee = Bugang.worker(Bugang.li)
            let sent = fields
            let refusal = await #expect(throws: Refusal.self) {
                try await move("dispatch", number, by: Bugang.sun, desk, sent)
            }
            #expect(refusal?.event.verb == "case.dispatch-refused")
            #expect(refusal?.problem.fields.first?.code == "liaison-never-assigned")
            let seen = try await desk.database.read { try $0.anyCase(number) }
            #expect(seen?.state == "submitted")
        }
    }

    @Test func followersMoveWithAMergedCase() async throws {
        try await withDesk { desk, _ in
            let first = try await open("repair", desk)
            let second = try await open("repair", desk)
            let target = try #require(try await desk.database.read { try $0.anyCase(first) })
            var fields = MoveFields()
            fields.into = target
            let merged = try await move("merge", second, by: Bugang.sun, desk, fields)
            #expect(merged.state == "merged")
            #expect(merged.outcome == "merged")
            let followers = try await desk.database.read { try $0.followers(of: target.id, after: "", limit: 100, desk.keys) }
            #expect(followers.map(\.name) == ["王伟"])
            // It cannot be merged the other way round any more.
            var back = MoveFields()
            back.into = merged
            let other = back
            await #expect(throws: Problem.invalid("into", "not-open")) {
                try await move("merge", first, by: Bugang.sun, desk, other)
            }
        }
    }

    @Test func sightInSQLIsThePredicate() async throws {
        try await withDesk { desk, _ in
            _ = try await open("repair", desk)
            _ = try await open("complaint", desk, about: Bugang.zhang)
            let all = try await desk.database.read { try $0.cases(where: "1 = 1") }
            #expect(all.count == 2)
            for actor in Bugang.everybody + [.stranger(address: "1.2.3.4"), .system(county: Bugang.county)] {
                let sight = CaseSight(actor)
                let seen = try await desk.database.read { try $0.cases(where: sight.sql()) }
                #expect(
                    Set(seen.map(\.number)) == Set(all.filter(sight.sees).map(\.number)), "\(actor.name)")
            }
        }
    }

    @Test func aComplaintIsToldToNobodyInTheVillage() async throws {
        try await withDesk { desk, _ in
            let number = try await open("complaint", desk, about: Bugang.zhang)
            _ = try await move("accept", number, by: Bugang.zhao, desk)
            _ = try await move("resolve", number, by: Bugang.zhao, desk)
            let told = try await desk.database.read { tx in
                try tx.rows("SELECT channel, person, template FROM outbox ORDER BY id") {
                    (channel: $0[0] as String, person: $0[1] as ID<Person>?, template: $0[2] as String)
                }
            }
            #expect(!told.contains { $0.channel == "in-person" })
            #expect(!told.contains { $0.person == Bugang.zhang.person || $0.person == Bugang.li.person })
            #expect(told.contains { $0.template == "call-customer" && $0.person == Bugang.zhao.person })
            let village = try await desk.database.read { tx in
                try tx.search(
                    "没电", terms: CaseSight(Bugang.zhang).searchTerms!.all, anyOf: CaseSight(Bugang.zhang).searchTerms!.anyOf,
                    limit: 10, in: CaseSchema.textIndex)
            }
            #expect(village.isEmpty)
        }
    }

    @Test func aMessageIsOwedOnceWhateverIsTriedTwice() async throws {
        try await withDesk(sms: true) { desk, _ in
            let number = try await open("repair", desk)
            let received: Int? = try await desk.database.read {
                try $0.value("SELECT COUNT(*) FROM outbox WHERE template = 'case-received'")
            }
            #expect(received == 1)
            let staff = try await desk.database.read { tx in
                try tx.rows("SELECT template, person FROM outbox WHERE channel = 'inbox' ORDER BY template") {
                    "\($0[0] as String) \(($0[1] as ID<Person>).text.suffix(2))"
                }
            }
            #expect(staff == ["work-assigned 13", "work-relayed 12"])
            let seen = try await desk.database.read { try $0.anyCase(number) }
            #expect(seen?.assignee == Bugang.zhang.person)
        }
    }

    @Test func openWorkOfSomebodyWhoLeavesGoesToTheSuccessor() async throws {
        try await withDesk { desk, _ in
            let first = try await open("repair", desk)
            let done = try await open("usage", desk)
            _ = try await move("accept", done, by: Bugang.zhang, desk)
            _ = try await move("withdraw", done, by: Bugang.sun, desk)
            let moved = try await desk.database.write { tx in
                try Work(tx, by: Bugang.zhao, at: Bugang.start, desk: desk).reassignOpenCases(
                    of: Bugang.zhang.person!, to: Bugang.id(30), why: "离任")
            }
            #expect(moved == 1)
            let (open, ended) = try await desk.database.read { (try $0.anyCase(first), try $0.anyCase(done)) }
            #expect(open?.assignee == Bugang.id(30))
            #expect(ended?.assignee == Bugang.zhang.person)
        }
    }

    @Test func aFaultAtAnyStatementLeavesNothingHalfDone() async throws {
        try await withDatabases(DeskSchema.migrations + CaseSchema.migrations) { database in
            let desk = Bugang.desk(database)
            try await desk.seedKinds(Bugang.kinds)
            let draft = try Bugang.draft("repair", desk)
            var failures = 0
            for n in 1..<60 {
                database.faults.failStatement(n)
                do {
                    try await database.write { tx in
                        _ = try Work(tx, by: .stranger(address: "x"), at: Bugang.start, desk: desk).open(draft)
                    }
                    _ = database.faults.clear()
                    break
                } catch {
                    failures += 1
                    _ = database.faults.clear()
                }
                let left = try await database.read { tx in
                    try ["cases", "event", "case_limit", "outbox", "case_delta"].map { table -> Int in
                        try tx.value("SELECT COUNT(*) FROM \(raw: table)") ?? 0
                    }
                }
                #expect(left == [0, 0, 0, 0, 0], "after statement \(n)")
            }
            #expect(failures >= 8)
            let stored: Int? = try await database.read { try $0.value("SELECT COUNT(*) FROM cases") }
            #expect(stored == 1)
        }
    }
}
