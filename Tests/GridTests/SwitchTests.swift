import Desk
import PowerRules
import Registry
import Storage
import TestSupport
import Testing
import Values

@testable import Grid

struct SwitchTests {
    private func operate(
        _ village: GridVillage, _ code: String, _ position: SwitchPosition, by actor: Actor? = nil
    ) async throws -> SwitchOperated {
        let device = try await village.device(code).id
        return try await village.desk.perform(
            OperateSwitch.self,
            ["device": .text(device.text), "position": .text(position.rawValue), "reason": .text("检修")],
            by: actor ?? village.qian
        ).output
    }

    @Test func openingASwitchLeavesThoseBelowItDarkUntilTheyAreFedFromTheOtherSide() async throws {
        try await GridVillage.open { village in
            try await village.imports(Networks.ring())
            let feeder = try await village.feeder()
            let branch = try await village.device("B2")
            #expect(try await operate(village, "B2", .open).withoutSupply == 3)
            #expect(try await village.desk.database.read { try $0.darkRanges(feeder: feeder.id) } == [branch.positions])
            #expect(try await village.desk.database.read { try $0.isDark(feeder: feeder.id, position: branch.low) })
            // Through the line that is normally open.
            let fed = try await operate(village, "N", .closed)
            #expect(fed.before == 3 && fed.withoutSupply == 0)
            #expect(try await village.desk.database.read { try $0.darkRanges(feeder: feeder.id) } == [])
            let model = try #require(try await GridModel().feeder(feeder.id, in: village.desk.database))
            // The first branch now feeds both, in stored positions.
            let first = try await village.device("B1")
            #expect(model.downstream(of: first.id) == [0..<6])
            #expect(first.positions.count == 3)
            let list = try await village.desk.database.read { try $0.switchOperations(of: feeder.id, limit: 10) }
            #expect(list.map { "\($0.code) \($0.isClosed) \($0.darkBefore) \($0.darkAfter)" }.sorted() == ["B2 false 0 3", "N true 3 0"])
        }
    }

    @Test func aLoopIsNeverClosed() async throws {
        try await GridVillage.open { village in
            try await village.imports(Networks.ring())
            #expect(try await village.problem { try await operate(village, "N", .closed) } == "network-makes-loop")
            #expect(try await village.count("SELECT COUNT(*) FROM switch_operation") == 0)
        }
    }

    @Test func onlyASwitchIsOperatedAndOnlyToTheOtherPosition() async throws {
        try await GridVillage.open(.sqlite) { village in
            try await village.imports(Networks.ring())
            #expect(try await village.problem { try await operate(village, "W1", .open) } == "network-not-a-switch")
            #expect(try await village.problem { try await operate(village, "B1", .closed) } == "network-closed-already")
            #expect(try await village.problem { try await operate(village, "N", .open) } == "network-open-already")
        }
    }

    @Test func theStationOfTheFeederOperatesItAndNobodyElse() async throws {
        try await GridVillage.open(.sqlite) { village in
            try await village.imports(Networks.ring())
            #expect(try await village.problem { try await operate(village, "B1", .open, by: village.feng) } == "not-found")
            #expect(try await village.problem { try await operate(village, "B1", .open, by: village.gao) } == "forbidden")
            #expect(try await operate(village, "B1", .open).withoutSupply == 3)
        }
    }

    @Test func aSwitchStaysAsItStandsWhenANewVersionIsPublished() async throws {
        try await GridVillage.open { village in
            try await village.imports(Networks.ring())
            _ = try await operate(village, "B1", .open)
            try await village.imports(Networks.ring(loads: 4))
            let device = try await village.device("B1")
            #expect(!device.isClosed && device.isNormallyClosed)
            #expect(try await village.desk.database.read { try $0.darkRanges(feeder: device.feeder) } == [device.positions])
            // A file that has it normally open is believed.
            var network = Networks.ring()
            for index in network.edges.indices where ["B1", "N"].contains(network.edges[index].id) {
                network.edges[index].isClosed.toggle()
            }
            try await village.imports(network)
            #expect(try await village.desk.database.read { try $0.darkRanges(feeder: device.feeder) } == [])
        }
    }

    @Test func aSwitchOperatedMeanwhileMakesTheOtherOneLookAgain() async throws {
        try await GridVillage.open { village in
            try await village.imports(Networks.ring())
            var first = OperateSwitch()
            first.device = try await village.device("B1").id
            first.position = .open
            first.reason = "检修"
            try await first.prepare(village.desk, by: village.qian, at: GridVillage.start)
            _ = try await operate(village, "B2", .open)
            let late = first
            let code = try await village.problem {
                try await village.desk.database.write { tx in
                    try late.perform(Work(tx, by: village.qian, at: GridVillage.start, desk: village.desk))
                }
            }
            #expect(code == "network-changed-meanwhile")
        }
    }

    @Test func theModelTranslatesBetweenDevicesAndEdgesAndSeesChanges() async throws {
        try await GridVillage.open { village in
            try await village.imports(Networks.ring())
            let feeder = try await village.feeder()
            let memory = GridModel()
            let model = try #require(try await memory.feeder(feeder.id, in: village.desk.database))
            for code in ["K", "B1", "W2", "T1", "D2-1"] {
                let device = try await village.device(code)
                let edge = try #require(model.edge(of: device.id))
                #expect(model.device(edge) == device.id)
                #expect(model.tree.customers(edge) == device.positions)
            }
            let open = try await village.device("N")
            #expect(model.edge(of: open.id) == nil)
            for position in 0..<6 {
                let supply = try await village.desk.database.read { try $0.supply(feeder: feeder.id, position: position) }
                #expect(model.area(at: position)?.id == supply?.area)
                #expect(model.tree.load(position).id == supply?.code)
            }
            let again = try await memory.feeder(feeder.id, in: village.desk.database)
            #expect(again?.feeder.operations == model.feeder.operations)
            _ = try await operate(village, "B1", .open)
            #expect(try await memory.feeder(feeder.id, in: village.desk.database)?.state.dark.count == 1)
        }
    }
}
