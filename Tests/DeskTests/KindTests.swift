import Desk
import Foundation
import PowerRules
import Storage
import TestSupport
import Testing
import Values

@Suite struct KindTests {
    @Test func theKindsAreInTheOrderOfTheServices() {
        #expect(
            KindCatalog(kinds: Bugang.kinds).offered.map(\.name) == [
                "connection", "usage", "payment", "inquiry", "repair", "hazard", "dispute", "complaint", "other",
            ])
    }

    @Test(arguments: Bugang.kinds.map(\.name))
    func everyShippedKindPassesTheChecker(_ name: String) {
        #expect(Bugang.kind(name).problems() == [])
    }

    /// domain.md §0b, the limits that the product ships with.
    @Test(
        arguments: [
            ("connection", "resident", "5wd"), ("connection", "low-voltage", "6wd"),
            ("connection", "high-voltage", "22wd"), ("usage", "answer", "5wd"), ("usage", "anomaly", "4wd"),
            ("usage", "reading", "6wd"), ("payment", "answer", "5wd"), ("payment", "restore", "24h"),
            ("inquiry", "first", "1wd"), ("inquiry", "answer", "5wd"), ("repair", "arrival", "90min"),
            ("repair", "arrival-regulator", "2h"), ("repair", "restoration", "4h"), ("hazard", "attendance", "2h"),
            ("hazard", "major", "7d"), ("hazard", "general", "30d"), ("dispute", "contact", "1wd"),
            ("dispute", "mediation", "15wd"), ("complaint", "contact", "24h"), ("complaint", "answer", "5wd"),
            ("appliance-damage", "check", "24h"), ("appliance-damage", "answer", "1wd"),
        ])
    func limitsAreThoseOfTheRules(_ kind: String, _ limit: String, _ rule: String) throws {
        let found = try #require(Bugang.kind(kind).limit(limit))
        #expect(found.rule == LimitRule(rule))
        #expect(!found.source.isEmpty)
    }

    private func problems(_ change: (String) -> String, life: (String) -> String = { $0 }) -> Set<KindProblem.Code> {
        do {
            _ = try Kind.parse(yaml: change(Bugang.yaml("inquiry")), base: life(Bugang.life), version: 1)
            return []
        } catch let refused as KindRefused {
            return Set(refused.problems.map(\.code))
        } catch {
            return [.unreadable]
        }
    }

    @Test func aStateThatNobodyReachesIsRefused() {
        let yaml = "states:\n  lonely: {title: {zh: 孤, en: Lonely}, open: false}\n"
        let found = problems { $0 + yaml }
        #expect(found == [.unreachableState])
    }

    @Test func aStateThatNobodyLeavesIsRefused() {
        let yaml = """
            states:
              stuck: {title: {zh: 卡, en: Stuck}}

            """
        let found = problems {
            $0.replacing(
                "moves:\n",
                with: """
                    \(yaml)moves:
                      jam: {title: {zh: 卡, en: Jam}, from: [submitted], to: stuck, who: [dispatcher]}

                    """)
        }
        #expect(found == [.deadEnd])
    }

    @Test func aMoveThatNobodyMayMakeIsRefused() {
        let who = "    who: [assignee, representative, dispatcher, station-head, company]\n    guards"
        let found = problems({ $0 }, life: { $0.replacing(who, with: "    guards", maxReplacements: 1) })
        #expect(found == [.moveWithoutRole])
    }

    @Test(
        arguments: [
            ("title: {zh: 咨询, en: Question}", "title: {zh: 咨询}", KindProblem.Code.missingWords),
            ("title: {zh: 咨询, en: Question}", "title: {en: Question}", .missingWords),
            ("rule: 1wd", "rule: soon", .unknownRule), ("stops: [start, return, resolve]", "stops: [fly]", .unknownMove),
            ("stops: [start, return, resolve]", "stops: []", .limitNeverStops),
            ("starts: [opened]", "starts: []", .limitNeverStarts), ("pauses: [returned]", "pauses: [asleep]", .unknownState),
            ("type: choice", "type: colour", .unknownForm), ("order: 4", "order: 4\ncolour: green", .unknownKey),
        ])
    func aSlipOfThePenIsRefused(_ old: String, _ new: String, _ code: KindProblem.Code) {
        let found = problems { $0.replacing(old, with: new, maxReplacements: 1) }
        #expect(found == [code])
    }

    @Test(
        arguments: [
            ("who: [representative, dispatcher, station-head, company]", "who: [wizard, dispatcher]", KindProblem.Code.unknownRole),
            ("guards: [within-reopening]", "guards: [full-moon]", .unknownGuard),
            ("effects: [join, tell-customer]", "effects: [explode]", .unknownEffect),
            ("needs: [satisfaction]", "needs: [bribe]", .unknownNeed),
        ])
    func aWordThatSwiftDoesNotKnowIsRefused(_ old: String, _ new: String, _ code: KindProblem.Code) {
        let found = problems({ $0 }, life: { $0.replacing(old, with: new) })
        #expect(found == [code])
    }

    @Test func fieldsAskOnlyForDaysThatMakeSense() throws {
        let day = try #require(Bugang.kind("connection").field("visit-day"))
        let today = Bugang.start.day
        #expect(day.complaint(about: today.adding(days: 2).iso, today: today) == nil)
        #expect(day.complaint(about: today.adding(days: -1).iso, today: today)?.code == "day-in-past")
        #expect(day.complaint(about: "2026-02-30", today: today)?.code == "not-a-day")
        let purpose = try #require(Bugang.kind("connection").field("purpose"))
        #expect(purpose.complaint(about: "solar", today: today) == nil)
        #expect(purpose.complaint(about: "rocket", today: today)?.code == "not-a-choice")
        let address = try #require(Bugang.kind("connection").field("address"))
        #expect(address.complaint(about: String(repeating: "村", count: 101), today: today)?.code == "too-long")
        #expect(address.complaint(about: "村\u{0}", today: today)?.code == "control-character")
    }

    @Test func aNewVersionGoesLiveAndRunningCasesKeepTheirs() async throws {
        try await withDatabases(DeskSchema.migrations + CaseSchema.migrations) { database in
            let desk = Bugang.desk(database)
            try await desk.seedKinds(Bugang.kinds)
            let old = try await database.write { tx in
                try Work(tx, by: Bugang.wang, at: Bugang.start, desk: desk).open(Bugang.draft("inquiry", desk)).number
            }

            let published = try await desk.publish(
                kindYAML: Bugang.yaml("inquiry").replacing("rule: 5wd", with: "rule: 3wd"))

            #expect(published.version == 2)
            #expect(desk.kinds.current("inquiry")?.limit("answer")?.rule == .workingDays(3))
            let seen = try await database.read { try $0.anyCase(old) }
            #expect(desk.kinds.kind("inquiry", version: seen!.kindVersion)?.limit("answer")?.rule == .workingDays(5))
            // Another process sees it without a restart; the shipped text does not overrule it.
            let other = Bugang.desk(database)
            try await other.kinds.refresh(database, at: Bugang.start)
            #expect(other.kinds.current("inquiry")?.version == 2)
            try await other.seedKinds(Bugang.kinds)
            #expect(other.kinds.current("inquiry")?.version == 2)
            await #expect(throws: KindRefused.self) {
                try await desk.publish(kindYAML: Bugang.yaml("inquiry").replacing("rule: 5wd", with: "rule: never"))
            }
            #expect(desk.kinds.current("inquiry")?.version == 2)
        }
    }
}
