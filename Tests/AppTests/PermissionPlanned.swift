import Desk
import Foundation
import Grid
import Outages
import PowerRules
import Registry
import Storage
import Testing
import Values

/// Feeders with households, and planned outages in every state.
extension PermissionStage {
    struct MadeFeeder: Sendable {
        let info: FeederInfo
        /// Account numbers behind the first and the second switch.
        let first: [String]
        let second: [String]
    }

    /// A feeder of a spot's station: two switches, a transformer behind each, households of the village
    /// behind the first and of `other` (or the same) behind the second.
    func aFeeder(
        at spot: PermissionSpot, households: Int = 1, other: PermissionSpot? = nil, number: String? = nil
    ) async throws -> MadeFeeder {
        let code = "PL\(fresh())-\(spot.name)"
        var first: [String] = []
        var second: [String] = []
        for _ in 0..<households {
            first.append(try await anAccount(at: spot).number)
            second.append(try await anAccount(at: other ?? spot).number)
        }
        if let number { first.append(number) }
        let loads =
            first.map { Network.Load(id: $0, node: "X1") } + second.map { Network.Load(id: $0, node: "X2") }
        let network = Network(
            nodes: [
                .init(id: "S", kind: .source, voltageKV: 10), .init(id: "A", kind: .bus), .init(id: "B", kind: .bus),
                .init(id: "X1", kind: .box, voltageKV: 0.4), .init(id: "X2", kind: .box, voltageKV: 0.4),
            ],
            edges: [
                .init(id: "K1", kind: .switch, from: "S", to: "A"), .init(id: "K2", kind: .switch, from: "S", to: "B"),
                .init(id: "T1", kind: .transformer, from: "A", to: "X1", ratingKVA: 50),
                .init(id: "T2", kind: .transformer, from: "B", to: "X2", ratingKVA: 50),
            ], loads: loads)
        let order = NetworkOrder(
            county: spot.county, feeder: code, name: code, substation: "S", substationName: "变电站",
            station: ID(spot.station.text), source: "test", format: "json")
        let report = try await NetworkImport.run(NetworkFile(network), as: order, desk: desk)
        #expect(report.errors.isEmpty && report.unlinked == 0)
        guard let info = try await desk.database.read({ try $0.feeder(code: code, county: spot.county) }) else {
            throw Problem.notFound
        }
        return MadeFeeder(info: info, first: first, second: second)
    }

    /// An outage of a new feeder, brought into a state by the deputy head and another head.
    func aPlanned(_ state: PlannedState = .asked, at spot: PermissionSpot) async throws -> PlannedView {
        let feeder = try await aFeeder(at: spot)
        let isLater = state == .asked || state == .approved
        // What is to run was asked for days ago.
        let asked = isLater ? now : now.adding(days: -3)
        let start = isLater ? now.adding(hours: 30) : now.adding(hours: -1)
        let made = try await desk.perform(
            AskPlannedOutage.self,
            [
                "feeder": .text(feeder.info.id.text), "kind": .text("urgent"), "work": .text("更换绝缘子"),
                "start": .text(start.iso), "end": .text(start.adding(hours: 4).iso), "contact": .text("钱调度"),
                "phone": .text("13700000008"),
            ], by: spot.deputy, at: asked
        ).output
        while try await PlannedSweep.list(desk, at: asked) {}
        if state == .asked { return made }
        let second = try await secondHead(of: spot)
        func act<A: Action>(_ type: A.Type, at moment: Instant) async throws -> PlannedView where A.Output == PlannedView {
            try await desk.perform(type, ["outage": .text(made.number)], by: second, at: moment).output
        }
        let approved = try await act(ApprovePlannedOutage.self, at: asked)
        return state == .running ? try await act(StartPlannedOutage.self, at: start) : approved
    }

    private func secondHead(of spot: PermissionSpot) async throws -> Actor {
        let id = try await aPerson(at: spot, role: .stationHead)
        return try await session(of: id).actor
    }

    func anInterruption(_ id: String, at spot: PermissionSpot) async throws {
        let moment = now.adding(days: -3)
        try await system(spot.county) { work in
            try work.tx.run(
                """
                INSERT INTO interruption (id, county, origin, step, planned, feeder, area, village, cause, started_at,
                    restored_at, customers, low, high)
                VALUES (\(id), \(spot.county), \(id), 1, 0, '', '', \(spot.village), 'weather', \(moment),
                        \(moment.adding(minutes: 30)), 3, 0, 0)
                """)
        }
    }

    func aTag(at spot: PermissionSpot) async throws -> TaggedHousehold {
        let account = try await anAccount(at: spot)
        let liaison = try await session(of: aPerson(at: spot, role: .liaison, unit: ID(spot.village.text)))
        return try await desk.perform(
            TagHousehold.self, ["number": .text(account.number), "tag": .text("life-support")], by: liaison.actor
        ).output
    }

    func quietDays(in county: String, heading: String = "高考", from: Int = 200) async throws -> ID<QuietDay> {
        let unit: UnitID? = try await desk.database.read { try $0.value("SELECT id FROM unit WHERE path = \(county)") }
        let company = try await system(county) { work -> ID<Person> in
            let id = try work.addPerson(PersonDraft(county: county, name: "县经理", signIn: "quiet-\(heading)-\(from)-\(county)"))
            try work.grantRole(.company, to: id, in: unit ?? ID(""))
            return id
        }
        return try await desk.perform(
            AddQuietDays.self,
            [
                "kind": .text("exam"), "heading": .text(heading), "headingEn": .text("Exams"),
                "first": .text(today.adding(days: from).iso), "last": .text(today.adding(days: from + 2).iso),
            ], by: session(of: company).actor
        ).output.id
    }

    func plannedTry(_ name: String, _ column: PermissionColumn, _ at: PermissionSpot, _ isInside: Bool)
        async throws -> PermissionTry?
    {
        // A representative works on all feeders of the station.
        let spot = column == .role(.representative) && !isInside ? far : at
        func step(_ state: PlannedState, _ path: String, _ body: [String: any Sendable] = [:]) async throws -> PermissionTry {
            PermissionTry(path: "/planned/\(try await aPlanned(state, at: spot).number)/\(path)", body: body)
        }
        let times: [String: any Sendable] = [
            "start": now.adding(hours: 50).iso, "end": now.adding(hours: 53).iso, "reason": "下雨",
        ]
        switch name {
        case "ask-planned-outage":
            return PermissionTry(
                path: "/planned",
                body: [
                    "feeder": try await aFeeder(at: spot).info.id.text, "kind": "urgent", "work": "更换绝缘子",
                    "start": now.adding(hours: 30).iso, "end": now.adding(hours: 33).iso, "contact": "钱调度",
                    "phone": "13700000008",
                ])
        case "approve-planned-outage": return try await step(.asked, "approve")
        case "refuse-planned-outage": return try await step(.asked, "refuse", ["reason": "没有必要"])
        case "change-planned-outage": return try await step(.approved, "change", times)
        case "cancel-planned-outage": return try await step(.approved, "cancel", ["reason": "下雨"])
        case "start-planned-outage": return try await step(.finished, "start")
        case "restore-planned-outage": return try await step(.running, "restore")
        case "place-planned-household":
            let account = try await anAccount(at: spot)
            return try await step(.approved, "households", ["number": account.number, "concerned": true])
        case "tag-household":
            return PermissionTry(
                path: "/household-tags", body: ["number": try await anAccount(at: spot).number, "tag": "elderly-alone"])
        case "untag-household":
            return PermissionTry(path: "/household-tags/\(try await aTag(at: spot).id)/end")
        case "add-quiet-days":
            return PermissionTry(
                path: "/quiet-days",
                body: [
                    "kind": "festival", "heading": "春节", "headingEn": "Spring Festival",
                    "first": today.adding(days: 80).iso, "last": today.adding(days: 87).iso,
                ], isOwnOnly: true)
        case "end-quiet-days":
            let days = try await quietDays(in: isInside ? home.county : abroad.county, heading: "考试\(fresh())")
            return PermissionTry(path: "/quiet-days/\(days)/end")
        default: return nil
        }
    }
}
