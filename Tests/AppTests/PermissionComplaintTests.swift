import Desk
import Foundation
import HTTPTypes
import Registry
import Service
import Storage
import Testing
import Values

/// A complaint about one of the two people who serve a village stands above the village (H7): those
/// who work there cannot see, find, count or infer it by anything that the API answers.
@Suite struct PermissionComplaintTests {
    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func aComplaintAboutTheRepresentativeLeavesEveryAnswerToTheVillageAsItWas(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            try await complain(about: .representative, village)
        }
    }

    @Test func aComplaintAboutTheLiaisonLeavesEveryAnswerToTheVillageAsItWas() async throws {
        try await withVillage { village in try await complain(about: .liaison, village) }
    }

    @Test func theStandInOfTheDayDoesNotSeeItEither() async throws {
        try await withVillage { village in
            let now = village.clock.moment
            let desk = village.desk
            // Sun stands in for Wang today.
            try await desk.database.write { tx in
                let work = Work(tx, by: .system(county: TestVillage.county), at: now, desk: desk)
                try work.takeLeave(person: village.wang.id, from: now.day, to: now.day, standIn: village.sun.id)
            }
            let stage = try await PermissionStage.make(village)
            let made = try await stage.aCase(at: stage.home, kind: "complaint", what: "王师傅拖着不来", about: .representative)
            for person in [village.wang, village.sun] {
                #expect(try await village.api(.get, "/requests/\(made.number)", as: person).status == 404)
                let list = try await village.api(.get, "/requests?limit=100", as: person)
                #expect(list.status == 200 && !list.contains(made.number))
            }
        }
    }

    @Test func itGoesToTheHeadAndNobodyOfTheVillageCanBeSent() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let made = try await stage.aCase(at: stage.home, kind: "complaint", what: "王师傅拖着不来", about: .representative)
            let view = try await village.view(made.number, as: village.head)
            #expect([village.head.id, stage.home.deputy.person].contains(view.assignee?.id))
            try await village.act(AcceptCase(Code(stored: made.number)), as: village.head)
            for person in [village.wang, village.sun] {
                let sent = try await village.api(
                    .post, "/requests/\(made.number)/dispatch", ["assignee": person.id.text], as: village.dispatcher)
                #expect(sent.status == 422, "\(person.name): \(sent.text)")
            }
            let refusals = try await village.count(
                "SELECT COUNT(*) FROM event WHERE verb = 'case.dispatch-refused' AND subject = \(made.number)")
            #expect(refusals == 2)
            // Neither as a target of a merge nor as something to follow does it answer.
            let other = try await stage.aCase(at: stage.home, kind: "complaint", what: "电表走得快")
            let merge = try await village.api(
                .post, "/requests/\(other.number)/merge", ["into": made.number], as: village.wang)
            let nothing = try await village.api(
                .post, "/requests/\(other.number)/merge", ["into": unknownNumber], as: village.wang)
            #expect(merge.status == nothing.status && merge.status == 422)
            let follow = try await village.api(
                .post, "/requests/\(made.number)/follow", ["name": "王", "phone": "13900009999"], as: village.wang)
            #expect(follow.status == 404)
        }
    }

    /// A number that reads well and belongs to no case.
    private let unknownNumber = Code(from: Chance { [UInt8](repeating: 9, count: $0) }).text

    private func complain(about subject: ComplaintSubject, _ village: TestVillage) async throws {
        let stage = try await PermissionStage.make(village)
        let plain = try await stage.aCase(at: stage.home, kind: "complaint", what: "电表走得快")
        try await settle(village)

        let below = [village.wang, village.sun, village.li, village.attendant, village.township]
        let probe = Probe(stage: stage, number: unknownNumber, phone: "15600000000")
        var before: [String: String] = [:]
        for person in below { before.merge(try await probe.answers(to: person)) { $1 } }

        // Filed by the liaison for a villager when it is about the representative: whoever wrote it
        // down does not see it any more.
        let what = "他拖着不来还骂人"
        let made: PermissionStage.MadeCase
        if subject == .representative {
            let raw: RawInputs = [
                "kind": .text("complaint"), "village": .text(stage.home.village.text), "what": .text(what),
                "name": .text("周大爷"), "phone": .text("15688887777"), "about": .text(subject.rawValue),
                "agreed": .bool(true),
            ]
            let receipt = try await village.desk.perform(ReportNeed.self, raw, by: village.li.actor).output
            made = .init(number: receipt.number, secret: receipt.receipt, phone: "15688887777")
        } else {
            made = try await stage.aCase(at: stage.home, kind: "complaint", what: what, about: subject)
        }
        try await compare("filed", before, below, stage, made)

        let code = Code(stored: made.number)
        try await village.act(AcceptCase(code), as: village.head)
        try await village.act(DispatchCase(code, assignee: village.dispatcher.id), as: village.head)
        try await compare("dispatched", before, below, stage, made)
        try await village.act(StartCase(code), as: village.dispatcher)
        try await village.act(ReturnCase(code, note: "哪一天?"), as: village.dispatcher)
        try await village.act(AnswerCase(code, note: "上周三", secret: made.secret), as: nil)
        try await village.act(ResolveCase(code, result: "已批评教育"), as: village.dispatcher)
        try await compare("resolved", before, below, stage, made)

        // Those above find it everywhere.
        for person in [village.dispatcher, village.head, village.company, village.auditor] {
            #expect(try await village.api(.get, "/requests/\(made.number)", as: person).status == 200, "\(person.name)")
            for path in ["/requests?limit=100", "/requests?q=\(made.number)", "/work?assignee=any", "/results/list?measure=opened"] {
                let answer = try await village.api(.get, path, as: person)
                #expect(answer.contains(made.number), "\(person.name) \(path): \(answer.status)")
            }
            let counted = try await village.api(.get, "/results?by=kind&kind=complaint", as: person)
            #expect(counted.contains("\"opened\":2"), "\(person.name): \(counted.text.prefix(300))")
        }

        // Time passes, limits end, everybody who must be is told: still nothing below names it.
        village.clock.advance(days: 20)
        while try await RequestSweep.tick(village.desk, at: village.clock.moment) == 200 {}
        try await settle(village)
        let later = Probe(stage: stage, number: made.number, phone: made.phone)
        for person in below {
            let renewed = try await stage.session(of: person.id)
            for (path, answer) in try await later.answers(to: renewed, key: person.name) {
                #expect(!answer.contains(made.number) && !answer.contains(what), "\(path): \(answer.prefix(300))")
            }
        }
        #expect(try await village.count("SELECT COUNT(*) FROM event WHERE verb = 'limit.breached' AND subject = \(plain.number)") > 0)
    }

    /// Messages go out and counters are folded.
    private func settle(_ village: TestVillage) async throws {
        let courier = Courier(desk: village.desk, gateways: [], holder: "test")
        while try await courier.tick() > 0 {}
        _ = try await RequestCounters.fold(village.desk)
    }

    private func compare(
        _ stageOfLife: String, _ before: [String: String], _ people: [Villager], _ stage: PermissionStage,
        _ made: PermissionStage.MadeCase
    ) async throws {
        try await settle(stage.village)
        let probe = Probe(stage: stage, number: made.number, phone: made.phone)
        for person in people {
            for (question, answer) in try await probe.answers(to: person) {
                #expect(answer == before[question], "\(stageOfLife): \(question) answers otherwise")
            }
        }
    }

    /// Everything that can be asked where a case might show, in the same words before and after.
    private struct Probe {
        let stage: PermissionStage
        let number: String
        let phone: String

        /// By a name of the question that is the same whatever number is asked for.
        func answers(to person: Villager, key: String? = nil) async throws -> [String: String] {
            let home = stage.home.village
            let town = stage.home.station
            let above = stage.village.head.id
            var questions: [(String, String)] = [
                "/requests?limit=100", "/requests?kind=complaint", "/requests?state=open", "/requests?state=closed",
                "/requests?village=\(home)", "/requests?q=%E6%8B%96%E7%9D%80", "/requests?q=%E6%8B%96", "/work", "/work?assignee=any",
                "/work?assignee=nobody", "/work?assignee=me", "/work?assignee=\(above)", "/work?assignee=any&kind=complaint",
                "/work?assignee=any&village=\(home)", "/work?closed=true&assignee=any", "/work?urgency=later&assignee=any",
                "/work?station=\(town)&assignee=any", "/board", "/board?station=\(town)", "/told", "/inbox", "/handovers",
                "/requests/duplicates?village=\(home)&kind=complaint", "/results?by=village", "/results?by=kind",
                "/results?by=channel", "/results?by=month", "/results?village=\(home)&kind=complaint",
                "/villages/\(home)", "/events",
            ].map { ($0, $0) }
            for measure in ["opened", "resolved", "in-limit", "late", "confirmed", "reopened", "merged", "withdrawn", "rated"] {
                questions.append((measure, "/results/list?measure=\(measure)&limit=100"))
            }
            questions.append(("by number", "/requests?q=\(number)"))
            questions.append(("by phone", "/requests?q=\(phone)"))
            questions.append(("the case", "/requests/\(number)"))
            var answers: [String: String] = [:]
            for (name, path) in questions {
                let reply = try await stage.village.api(.get, path, as: person)
                // The id of a request is another each time.
                let text = reply.status == 200 ? reply.text : String(reply.json["code"] as? String ?? "")
                answers["\(key ?? person.name) \(name)"] = "\(reply.status) \(text)"
            }
            return answers
        }
    }
}
