import Desk
import Foundation
import PowerRules
import Registry
import Storage
import TestSupport
import Testing
import Values

@testable import Grid

struct NetworkImportTests {
    @Test(arguments: ["rural1", "rural2"])
    func whatHangsBelowADeviceIsWhatLosesSupplyWhenItIsOpened(name: String) async throws {
        try await GridVillage.open { village in
            let report = try await NetworkImport.run(try Networks.read(name), as: village.order(), desk: village.desk)
            #expect(report.errors == [])
            let truth = try Networks.truth(name)
            let feeder = try await village.feeder()
            #expect(truth.count > 10)
            for (edge, loads) in truth {
                let device = try await village.device(edge)
                let found = try await village.desk.database.read { tx in
                    try device.positions.compactMap { try tx.supply(feeder: feeder.id, position: $0)?.code }
                }
                #expect(Set(found) == loads, "\(edge)")
                let affected = try await village.desk.database.read {
                    try $0.affected(feeder: feeder.id, range: device.positions)
                }
                #expect(affected.customers == loads.count, "\(edge)")
            }
            let areas = try await village.desk.database.read { try $0.areas(of: feeder.id) }
            #expect(areas.map(\.code) == ["T0"])
            #expect(areas.first?.customers == feeder.customers)
        }
    }

    @Test func jsonAndTablesAreTheSameNetwork() throws {
        let tables = try Networks.read("rural1")
        let json = NetworkFile.read(json: try Networks.bytes("rural1", "network.json"))
        #expect(json.findings == [] && tables.findings == [])
        #expect(json.network == tables.network)
    }

    @Test func accountsAreLinkedByNumberAndByTheTableAndTheOthersAreListed() async throws {
        try await GridVillage.open { village in
            try await village.addAccounts(["411000000", "412000000", "499000001"], in: village.bugang)
            var network = Networks.ring(loads: 2)
            for (index, id) in ["411000000", "H1", "412000000", "H3"].enumerated() { network.loads[index].id = id }
            let report = try await village.imports(network, as: village.order(accounts: ["H1": "499000001"]))
            #expect(report.unlinked == 1)
            #expect(report.findings.map { "\($0.subject) \($0.code)" } == ["H3 network-unlinked"])
            let feeder = try await village.feeder()
            try await village.desk.database.read { tx in
                let account = try #require(try tx.account(number: "499000001", county: GridVillage.county))
                let supply = try #require(try tx.supply(of: account.id))
                #expect(supply.code == "H1" && supply.village == village.bugang && supply.feeder == feeder.id)
                #expect(try tx.feeder(of: account.id)?.code == "F1")
                let list = try tx.affectedAccounts(feeder: feeder.id, range: 0..<4, limit: 10)
                #expect(list.map(\.number).sorted() == ["411000000", "412000000", "499000001"])
                let rest = try tx.affectedAccounts(feeder: feeder.id, range: 0..<4, after: list[0].position, limit: 10)
                #expect(rest == Array(list.dropFirst()))
            }
        }
    }

    /// A file that is wrong in one way, and the codes that say so.
    static let wrong: [(String, [String], @Sendable (inout Network) -> Void)] = [
        ("a loop", ["network-loop"], { $0.edges[$0.edges.count - 1].isClosed = true }),
        ("an island", ["network-island"], { $0.nodes.append(.init(id: "Z", kind: .bus)) }),
        ("a device twice", ["network-duplicate-edge"], { $0.edges.append($0.edges[0]) }),
        ("a missing parent", ["network-edge-without-node"], { $0.edges[1].to = "nowhere" }),
        ("no source", ["network-no-source"], { $0.nodes[0].kind = .bus }),
        (
            "dark in the normal state", ["network-behind-open"],
            { network in
                let index = network.edges.firstIndex { $0.id == "W2" }!
                network.edges[index].isClosed = false
            }
        ),
    ]

    @Test(arguments: wrong.indices)
    func whatIsWrongIsNamedAndNothingIsStored(index: Int) async throws {
        let (what, codes, change) = Self.wrong[index]
        try await GridVillage.open(.sqlite) { village in
            var network = Networks.ring()
            change(&network)
            let report = try await village.imports(network)
            for code in codes { #expect(report.errors.contains { $0.code == code }, "\(what): \(report.errors)") }
            let english = village.desk.locales.words(.english)
            for finding in report.findings { #expect(!english("problem." + finding.code, finding.values).contains("⟦")) }
            #expect(try await village.count("SELECT COUNT(*) FROM feeder") == 0)
            #expect(try await village.count("SELECT COUNT(*) FROM supply") == 0)
        }
    }

    @Test func aDryRunReportsAndStoresNothing() async throws {
        try await GridVillage.open(.sqlite) { village in
            let report = try await village.imports(Networks.ring(), as: village.order(dry: true))
            #expect(report.version == nil && report.areas == 2 && report.supplies == 6 && report.unlinked == 6)
            #expect(try await village.count("SELECT COUNT(*) FROM network_version") == 0)
        }
    }

    @Test func aSecondImportReplacesTheFirstAndKeepsTheIds() async throws {
        try await GridVillage.open { village in
            try await village.imports(Networks.ring())
            let before = try await village.device("B1")
            let area = try await village.desk.database.read { try $0.area(code: "T2", feeder: before.feeder) }
            var network = Networks.ring(loads: 5)
            network.edges.removeAll { $0.id == "N" }
            try await village.imports(network)
            let after = try await village.device("B1")
            #expect(after.id == before.id && after.version != before.version)
            #expect(try await village.desk.database.read { try $0.area(code: "T2", feeder: before.feeder) }?.id == area?.id)
            #expect(try await village.feeder().customers == 10)
            #expect(try await village.count("SELECT COUNT(*) FROM supply") == 10)
            #expect(try await village.count("SELECT COUNT(*) FROM device WHERE code = 'N'") == 0)
            // A summary of the first stays.
            #expect(try await village.count("SELECT COUNT(*) FROM network_version WHERE retired_at IS NOT NULL") == 1)
            #expect(try await village.count("SELECT COUNT(*) FROM transformer_area") == 4)
        }
    }

    @Test func nobodySeesAVersionThatIsStillBeingFilled() async throws {
        try await GridVillage.open { village in
            try await village.imports(Networks.ring())
            let feeder = try await village.feeder()
            let seen = Locked<Set<Int>>([])
            let database = village.desk.database
            _ = try await NetworkImport.run(NetworkFile(Networks.ring(loads: 400)), as: village.order(), desk: village.desk) { _ in
                Task {
                    let count = try await database.read { tx in
                        try tx.affected(feeder: feeder.id, range: 0..<(try tx.feeder(feeder.id)?.customers ?? 0)).customers
                    }
                    seen.with { _ = $0.insert(count) }
                }
            }
            #expect(try await village.feeder().customers == 800)
            #expect(seen.with { $0 }.isSubset(of: [6, 800]))
        }
    }

    @Test func anAccountIsSuppliedByOneFeederOnly() async throws {
        try await GridVillage.open { village in
            try await village.addAccounts(["4111000"], in: village.bugang)
            var network = Networks.ring()
            network.loads[0].id = "4111000"
            try await village.imports(network)
            let report = try await village.imports(network, as: village.order("F2"))
            #expect(report.errors.map { "\($0.subject) \($0.code) \($0.values["feeder"] ?? "")" } == ["4111000 network-account-elsewhere F1"])
            network.loads[1].id = "other"
            let twice = try await village.imports(network, as: village.order(accounts: ["other": "4111000"]))
            #expect(twice.errors.map(\.code) == ["network-account-twice"])
        }
    }

    @Test func aFileInAnotherEncodingIsRefusedWithItsLine() throws {
        var nodes = try Networks.bytes("rural1", "nodes.csv")
        let line = nodes.firstIndex(of: 10)! + 1
        nodes.insert(contentsOf: [0xB2, 0xBC, 0xB8, 0xDA], at: line)
        let file = NetworkFile.read(
            nodes: nodes, edges: try Networks.bytes("rural1", "edges.csv"), loads: try Networks.bytes("rural1", "loads.csv"))
        #expect(file.findings == [NetworkFinding(error: "network-not-utf8", "nodes.csv:2")])
    }

    @Test func placesFarOutsideTheCountyAreWarnedOf() async throws {
        try await GridVillage.open(.sqlite) { village in
            let report = try await NetworkImport.run(
                try Networks.read("rural1"), as: village.order(dry: true), desk: village.desk)
            #expect(report.errors == [])
            #expect(report.findings.count { $0.code == "network-far-place" } == 15)
        }
    }

    @Test func anAreaBelongsToTheVillageOfMostOfItsAccounts() async throws {
        try await GridVillage.open { village in
            try await village.addAccounts(["4111000", "4111001"], in: village.hejia)
            try await village.addAccounts(["4111002"], in: village.bugang)
            try await village.imports(Networks.ring())
            let feeder = try await village.feeder()
            try await village.desk.database.read { tx in
                let areas = try tx.areas(of: feeder.id)
                #expect(areas.map(\.village) == [village.hejia, village.hejia])
                let affected = try tx.affected(feeder: feeder.id, range: areas[0].positions)
                #expect(affected.customers(in: village.hejia) == 2 && affected.customers(in: village.bugang) == 1)
                // Half of an area is counted row by row.
                let half = try tx.affected(feeder: feeder.id, range: areas[0].low..<areas[0].low + 1)
                #expect(half.customers == 1)
                let both = try tx.affected(feeder: feeder.id, ranges: [areas[0].positions, areas[1].low..<areas[1].low + 2])
                #expect(both.customers == 5)
                #expect(try tx.area(near: Place(latitude: 34.53, longitude: 113.5), in: village.hejia)?.code == "T2")
                #expect(try tx.area(near: Place(latitude: 34.501, longitude: 113.5), in: village.hejia)?.code == "T1")
                #expect(try tx.area(near: nil, in: village.faraway) == nil)
            }
        }
    }

    @Test func placesInGCJ02AreStoredInWGS84() async throws {
        try await GridVillage.open(.sqlite) { village in
            let truth = Networks.ring()
            var shifted = truth
            for index in shifted.nodes.indices {
                shifted.nodes[index].place = truth.nodes[index].place.map { Datum.convert($0, from: .wgs84, to: .gcj02) }
            }
            try await village.imports(shifted, as: village.order(datum: .gcj02))
            let stored = try await village.desk.database.read { tx in
                try tx.rows("SELECT code, latitude, longitude FROM grid_node") { row in
                    (row[0] as String, Place(latitude: row[1], longitude: row[2]))
                }
            }
            #expect(stored.count == truth.nodes.count)
            for (code, place) in stored {
                let wanted = try #require(truth.nodes.first { $0.id == code }?.place)
                let moved = try #require(shifted.nodes.first { $0.id == code }?.place)
                #expect(try #require(place).metres(to: wanted) < 1, "\(code)")
                #expect(moved.metres(to: wanted) > 100, "\(code)")
            }
            #expect(try await village.count("SELECT COUNT(*) FROM network_version WHERE datum = 'gcj02'") == 1)
        }
    }
}
