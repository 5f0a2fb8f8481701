import Desk
import Foundation
import HTTPTypes
import Registry
import Service
import Storage
import Testing
import Values

/// Live work goes to nobody without a certificate that is valid on that day (B7), by no way; each
/// refusal stands in the record.
@Suite struct PermissionCertificateTests {
    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func liveWorkGoesToNobodyWithoutACertificate(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let stage = try await PermissionStage.make(village)
            let bare = try await stage.aPerson(at: stage.home)
            let expired = try await stage.aPerson(at: stage.home)
            let early = try await stage.aPerson(at: stage.home)
            let today = stage.today
            try await stage.system { work in
                _ = try work.addCertificate(
                    of: expired, kind: .lowVoltage, number: "ALT-1", from: today.adding(days: -400), to: today.adding(days: -1))
                _ = try work.addCertificate(
                    of: early, kind: .lowVoltage, number: "NEU-1", from: today.adding(days: 1), to: today.adding(days: 400))
            }
            var refusals = 0
            for (person, code) in [
                (village.li.id, "liaison-never-assigned"), (bare, "not-certified"), (expired, "not-certified"),
                (early, "not-certified"),
            ] {
                let waiting = try await stage.aCase("accepted", at: stage.home)
                let sent = try await stage.aCase("dispatched", at: stage.home)
                let body: [String: any Sendable] = ["assignee": person.text, "note": "去看看"]
                for path in [
                    "\(waiting.number)/dispatch", "\(waiting.number)/moves/dispatch", "\(sent.number)/redispatch",
                    "\(sent.number)/moves/redispatch",
                ] {
                    for boss in [village.dispatcher, village.head, village.company] {
                        let reply = try await village.api(.post, "/requests/\(path)", body, as: boss)
                        #expect(reply.status == 422 && reply.contains(code), "\(path) to \(code): \(reply.status) \(reply.text)")
                        refusals += 1
                    }
                }
            }
            let recorded = try await village.count(
                "SELECT COUNT(*) FROM event WHERE verb = 'case.dispatch-refused' AND data LIKE '%not-certified%'")
            #expect(recorded == refusals * 3 / 4)
            let liaisons = try await village.count(
                "SELECT COUNT(*) FROM event WHERE verb = 'case.dispatch-refused' AND data LIKE '%liaison-never-assigned%'")
            #expect(liaisons == refusals / 4)
        }
    }

    /// Open repairs are not handed over to somebody without a certificate either.
    @Test func aHandoverOfLiveWorkNeedsACertifiedSuccessor() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let bare = try await stage.aPerson(at: stage.home)
            let waiting = try await stage.aHandover(at: stage.home)
            let body = ["leaving": village.wang.id.text, "successor": bare.text, "reason": "调走"]

            let idle = try await village.api(.post, "/handovers", body, as: village.dispatcher)
            #expect(idle.status == 201, "without live work: \(idle.text)")
            let id = idle.json["id"] as? String ?? ""
            _ = try await stage.aCase(at: stage.home)
            let approved = try await village.api(.post, "/handovers/\(id)/approve", [:], as: village.head)
            #expect(approved.status == 422 && approved.contains("not-certified"), "\(approved.text)")
            #expect(try await village.api(.post, "/handovers/\(id)/reject", [:], as: village.head).status == 200)
            let proposed = try await village.api(.post, "/handovers", body, as: village.dispatcher)
            #expect(proposed.status == 422 && proposed.contains("not-certified"), "\(proposed.text)")

            #expect(try await village.count("SELECT COUNT(*) FROM event WHERE verb = 'handover.refused'") == 2)
            #expect(try await village.count("SELECT COUNT(*) FROM cases WHERE assignee = \(bare)") == 0)
            #expect(try await village.api(.post, "/handovers/\(waiting)/approve", [:], as: village.head).status == 200)
        }
    }

    /// A report from a village whose representative holds no certificate waits for the dispatcher.
    @Test func aRepairIsNotRoutedToSomebodyWithoutACertificate() async throws {
        try await withVillage { village in
            let repair = try await village.report("没有电", village: village.faraway)
            let view = try await village.view(repair.number, as: village.otherDispatcher)
            #expect(view.assignee?.id == village.otherDispatcher.id)
            // Ma hears of it and asks the station; a question without live work is Ma's own.
            let question = try await village.report("电费怎么算", kind: "inquiry", village: village.faraway)
            #expect(try await village.view(question.number, as: village.otherDispatcher).assignee?.id == village.ma.id)
        }
    }

    /// Nor can it be taken in hand from the heap.
    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func nobodyTakesLiveWorkInHandWithoutACertificate(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let repair = try await village.report("没有电", village: village.faraway)
            for move in ["accept", "arrive", "moves/accept", "moves/arrive"] {
                let refused = try await village.api(.post, "/requests/\(repair.number)/\(move)", [:], as: village.ma)
                #expect(refused.status == 403 && refused.contains("not-certified"), "\(move): \(refused.text)")
            }
            #expect(try await village.count("SELECT COUNT(*) FROM event WHERE verb = 'case.dispatch-refused'") == 4)
            // The station's desk writes down who went there; a question needs no certificate.
            let accepted = try await village.api(
                .post, "/requests/\(repair.number)/accept", [:], as: village.otherDispatcher)
            #expect(accepted.status == 200, "\(accepted.text)")
            let question = try await village.report("电费怎么算", kind: "inquiry", village: village.faraway)
            let answered = try await village.api(.post, "/requests/\(question.number)/accept", [:], as: village.ma)
            #expect(answered.status == 200, "\(answered.text)")
        }
    }
}
