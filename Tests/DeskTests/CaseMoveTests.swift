@testable import Desk
import PowerRules
import Testing
import Values

/// All states × all verbs: written by hand, read against the rules.
private let lifeTable = """
    state        accept dispatch redispatch start arrive return answer resolve confirm follow-up reopen merge withdraw refer note close
    submitted    x      x        .          .     x      x      .      .       .       .         .      x     x        x     x    .
    accepted     .      x        .          x     x      x      .      x       .       .         .      x     x        x     x    .
    dispatched   .      .        x          x     x      x      .      x       .       .         .      x     x        x     x    .
    in-progress  .      .        x          .     x      x      .      x       .       .         .      x     x        x     x    .
    on-site      .      .        x          .     .      x      .      x       .       .         .      x     x        x     x    .
    returned     .      .        .          .     .      .      x      .       .       .         .      x     x        x     x    .
    resolved     .      .        .          .     .      .      .      .       x       x         x      .     .        .     x    .
    confirmed    .      .        .          .     .      .      .      .       .       .         x      .     .        .     x    x
    closed       .      .        .          .     .      .      .      .       .       .         x      .     .        .     .    .
    reopened     .      x        .          x     x      x      .      .       .       .         .      x     x        x     x    .
    merged       .      .        .          .     .      .      .      .       .       .         .      .     .        .     .    .
    withdrawn    .      .        .          .     .      .      .      .       .       .         .      .     .        .     .    .
    referred     x      x        .          .     .      x      .      .       .       .         .      x     x        .     x    .
    """

/// role by role: who may make which move of a repair in Bugang.
private let roleTable = """
    move        wang li zhang sun zhao qian wu zheng feng stranger
    accept      .    .  x     x   x    .    .  x     .    .
    dispatch    .    .  .     x   x    .    .  x     .    .
    redispatch  .    .  .     x   x    .    .  x     .    .
    start       .    .  x     x   x    .    .  .     .    .
    arrive      .    .  x     x   .    .    .  .     .    .
    return      .    .  x     x   x    .    .  x     .    .
    answer      x    x  x     x   x    x    .  .     .    .
    resolve     .    .  x     x   x    .    .  x     .    .
    confirm     x    x  .     .   .    x    .  .     .    .
    follow-up   .    .  .     x   x    .    .  x     .    .
    reopen      x    x  .     x   x    x    .  x     .    .
    merge       .    .  x     x   x    .    .  x     .    .
    withdraw    x    .  .     x   x    .    .  .     .    .
    refer       .    .  .     x   x    .    .  x     .    .
    note        .    x  x     x   x    x    x  x     .    .
    close       .    .  .     x   x    .    .  x     .    .
    """

private func cells(_ table: String) -> (head: [String], rows: [(name: String, marks: [Bool])]) {
    let lines = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    return (
        Array(lines[0].dropFirst()), lines.dropFirst().map { ($0[0], $0.dropFirst().map { $0 == "x" }) }
    )
}

private func full(_ into: Case? = nil) -> MoveFields {
    var fields = MoveFields(note: "已处理")
    fields.assignee = Bugang.worker(Bugang.zhang)
    fields.satisfaction = 4
    fields.into = into
    fields.unit = TargetUnit(
        station: ID("00000000-0000-7000-8000-0000000057a8"), stationName: Texts(zh: "陈化店供电所", en: "Chenhuadian"),
        reach: "henan/xuchang/yanling/chenhuadian", county: Bugang.county)
    return fields
}

@Suite struct CaseMoveTests {
    private let other = { () -> Case in
        let seen = bugangCase("repair", "accepted")
        return Case(
            id: ID("00000000-0000-7000-8000-00000000ca5f"), number: Code(stored: "K7M2-9QXB"), county: seen.county, key: 2,
            kind: seen.kind, kindVersion: 1, village: seen.village, villageName: seen.villageName, station: seen.station,
            reach: seen.reach, account: nil, customer: nil, filer: nil, filerRole: nil, channel: .web, phoneHash: nil,
            phoneTail: nil, extra: [:], priority: 1, state: "accepted", stateBefore: nil, assignee: nil,
            isConfidential: false, about: nil, hiddenFrom: [], mergedInto: nil, openedAt: seen.openedAt,
            dueAt: .distantFuture, dueName: nil, nextCheckAt: .distantFuture, changedAt: seen.changedAt, changedBy: nil,
            resolvedAt: nil, resolvedBy: nil, followUpAt: nil, closedAt: nil, reopened: 0, satisfaction: nil,
            outcome: nil, inLimit: nil, place: nil, isOpen: true, version: 1)
    }()

    private func attempt(_ move: String, _ seen: Case, by actor: Actor, at now: Instant = Bugang.start) -> Result<Case, Problem> {
        Result { () throws(Problem) in
            var fields = full(other)
            if actor.person != nil { fields.hands = Bugang.worker(actor) }
            return try seen.moved(
                move, of: Bugang.kind(seen.kind), by: actor, fields, at: now, calendar: Bugang.calendar)
        }
    }

    /// A certificate is asked for again by whoever takes the work in hand (feature B7).
    @Test func liveWorkIsTakenInHandOnlyWithACertificate() throws {
        let kind = Bugang.kind("repair")
        for hands in [nil, Bugang.worker(Bugang.zhang, certified: false)] {
            var fields = MoveFields()
            fields.hands = hands
            let refused = fields
            #expect(throws: Problem(.forbidden, "not-certified", ["name": Bugang.zhang.name])) {
                try bugangCase("repair", "dispatched").moved(
                    "arrive", of: kind, by: Bugang.zhang, refused, at: Bugang.start, calendar: Bugang.calendar)
            }
        }
        var fields = MoveFields()
        fields.hands = Bugang.worker(Bugang.zhang)
        let after = try bugangCase("repair", "dispatched").moved(
            "arrive", of: kind, by: Bugang.zhang, fields, at: Bugang.start, calendar: Bugang.calendar)
        #expect(after.state == "on-site")
    }

    @Test func everyMoveLeavesExactlyTheStatesOfTheTable() {
        let table = cells(lifeTable)
        for (state, marks) in table.rows {
            for (move, isAllowed) in zip(table.head, marks) {
                let seen = bugangCase("repair", state, resolvedAt: Bugang.start)
                // 孙 makes most moves, 王 confirms.
                let actor = move == "confirm" ? Bugang.wang : Bugang.sun
                switch attempt(move, seen, by: actor) {
                case .success(let after):
                    #expect(isAllowed, "\(move) from \(state)")
                    #expect(after.version == seen.version + 1)
                    #expect(after.isOpen == (after.closedAt == nil))
                case .failure(let problem):
                    #expect(!isAllowed, "\(move) from \(state): \(problem)")
                    #expect(problem.code == "case-moved")
                    #expect(problem.status == 409)
                    #expect(problem.values["state"] == state)
                }
            }
        }
    }

    @Test func everyRoleMakesExactlyTheMovesOfTheTable() throws {
        let table = cells(roleTable)
        let people = Bugang.everybody
        #expect(table.head.count == people.count)
        for (move, marks) in table.rows {
            let from = try #require(Bugang.kind("repair").move(move)?.from.first)
            for (person, isAllowed) in zip(people, marks) {
                let seen = bugangCase("repair", from, resolvedAt: Bugang.start)
                switch attempt(move, seen, by: person) {
                case .success: #expect(isAllowed, "\(person.name) \(move)")
                case .failure(let problem):
                    #expect(!isAllowed, "\(person.name) \(move): \(problem)")
                    #expect(problem == .forbidden)
                }
            }
        }
    }

    @Test func aLiaisonIsNeverSentAndNobodyWithoutACertificate() {
        let seen = bugangCase("repair", "accepted")
        func send(_ worker: Worker) -> String? {
            var fields = MoveFields()
            fields.assignee = worker
            do throws(Problem) {
                _ = try seen.moved(
                    "dispatch", of: Bugang.kind("repair"), by: Bugang.sun, fields, at: Bugang.start,
                    calendar: Bugang.calendar)
                return nil
            } catch {
                return error.fields.first?.code
            }
        }
        #expect(send(Bugang.worker(Bugang.zhang)) == nil)
        #expect(send(Bugang.worker(Bugang.zhang, certified: false)) == "not-certified")
        #expect(send(Bugang.worker(Bugang.li)) == "liaison-never-assigned")
        #expect(send(Bugang.worker(Bugang.wang)) == "not-a-worker")
    }

    @Test func aCertificateIsAskedOnlyForLiveWork() throws {
        var fields = MoveFields()
        fields.assignee = Bugang.worker(Bugang.zhang, certified: false)
        let after = try bugangCase("payment", "accepted").moved(
            "dispatch", of: Bugang.kind("payment"), by: Bugang.sun, fields, at: Bugang.start, calendar: Bugang.calendar)
        #expect(after.assignee == Bugang.zhang.person)
    }

    @Test func whoResolvedItCannotRateIt() {
        let seen = bugangCase("repair", "resolved", resolvedBy: Bugang.sun, resolvedAt: Bugang.start)
        #expect(throws: Problem(.forbidden, "closer-cannot-rate")) { try attempt("follow-up", seen, by: Bugang.sun).get() }
        #expect(throws: Never.self) { try attempt("follow-up", seen, by: Bugang.zhao).get() }
    }

    /// docs/rules/follow-up.md: until ten days after "resolved"; the last day moves off a weekend.
    @Test(
        arguments: [
            ("2026-11-24T10:00+08:00", "2026-12-04T23:59+08:00", true),
            ("2026-11-24T10:00+08:00", "2026-12-05T00:00+08:00", false),
            ("2026-11-25T10:00+08:00", "2026-12-07T23:59+08:00", true),
        ])
    func reopeningEndsAfterTenDays(_ resolved: String, _ now: String, _ works: Bool) {
        let seen = bugangCase("repair", "confirmed", resolvedAt: moment(resolved))
        let result = attempt("reopen", seen, by: Bugang.wang, at: moment(now))
        switch result {
        case .success(let after):
            #expect(works)
            #expect(after.reopened == 1)
            #expect(after.inLimit == false)
            #expect(after.number == seen.number)
        case .failure(let problem):
            #expect(!works)
            #expect(problem.code == "reopening-over")
        }
    }

    @Test func theSecondDispatcherLearnsTheNewState() {
        var fields = full()
        fields.seen = 1
        let seen = bugangCase("repair", "dispatched", version: 2)
        let found = Result { () throws(Problem) in
            try seen.moved(
                "redispatch", of: Bugang.kind("repair"), by: Bugang.zhao, fields, at: Bugang.start,
                calendar: Bugang.calendar)
        }
        guard case .failure(let problem) = found else { return #expect(Bool(false), "it moved") }
        #expect(problem.code == "case-moved")
        #expect(problem.values["stateZh"] == "已派单")
    }

    @Test func whatMustBeFilledInIsAskedForFieldByField() {
        let found = Result { () throws(Problem) in
            try bugangCase("repair", "dispatched").moved(
                "redispatch", of: Bugang.kind("repair"), by: Bugang.sun, MoveFields(), at: Bugang.start,
                calendar: Bugang.calendar)
        }
        guard case .failure(let problem) = found else { return #expect(Bool(false), "it moved") }
        #expect(problem.status == 422)
        #expect(problem.fields.map(\.field) == ["assignee", "note"])
    }

    @Test func aReturnedCaseGoesBackToWhereItWas() throws {
        let kind = Bugang.kind("repair")
        var fields = MoveFields(note: "哪一户?")
        let returned = try bugangCase("repair", "in-progress").moved(
            "return", of: kind, by: Bugang.zhang, fields, at: Bugang.start, calendar: Bugang.calendar)
        #expect(returned.state == "returned")
        fields.note = "东头第二家"
        let back = try returned.moved(
            "answer", of: kind, by: Bugang.wang, fields, at: Bugang.start, calendar: Bugang.calendar)
        #expect(back.state == "in-progress")
    }

    @Test func aComplaintStaysAboveTheVillage() {
        let seen = bugangCase("complaint", "accepted", about: Bugang.zhang)
        #expect(throws: Problem.forbidden) { try attempt("resolve", seen, by: Bugang.zhang).get() }
        var fields = MoveFields()
        fields.assignee = Bugang.worker(Bugang.zhang)
        let found = Result { () throws(Problem) in
            try seen.moved(
                "dispatch", of: Bugang.kind("complaint"), by: Bugang.zhao, fields, at: Bugang.start,
                calendar: Bugang.calendar)
        }
        guard case .failure(let problem) = found else { return #expect(Bool(false), "it moved") }
        #expect(problem.fields.first?.code == "not-own-complaint")
    }

    /// Who sees an ordinary case of Bugang, and a complaint about its representative.
    @Test(
        arguments: [
            (Bugang.wang, true, true), (Bugang.li, true, false), (Bugang.zhang, true, false), (Bugang.sun, true, true),
            (Bugang.zhao, true, true), (Bugang.qian, true, false), (Bugang.wu, true, false), (Bugang.zheng, true, true),
            (Bugang.feng, true, true), (Bugang.stranger, false, false), (Actor.stranger(address: "1.2.3.4"), false, false),
        ])
    func sightIsByReachAndNeverOfAComplaintFromBelow(_ actor: Actor, _ ordinary: Bool, _ complaint: Bool) {
        #expect(CaseSight(actor).sees(bugangCase("repair")) == ordinary)
        #expect(CaseSight(actor).sees(bugangCase("complaint", about: Bugang.zhang)) == complaint)
    }
}
