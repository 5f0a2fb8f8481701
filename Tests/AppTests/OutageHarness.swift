import App
import Desk
import Foundation
import Grid
import HTTPTypes
import Outages
import PowerRules
import Registry
import Service
import Storage
import Testing
import Values

/// A feeder of the test county: one line, a branch with two transformers in Bugang and one with one
/// in Zhaozhuang; each transformer feeds two lines of eight homes.
///
///     source ─ main ─┬─ branch-b ─┬─ T1 ─┬─ T1-a (8 homes)
///                    │            │      └─ T1-b (8)
///                    │            └─ T2 ─┬─ T2-a … T2-b
///                    └─ branch-z ─── T3 ─┬─ T3-a … T3-b
struct TestGrid: Sendable {
    static let feederCode = "F1"
    static let homesPerLine = 8

    let village: TestVillage
    let feeder: ID<Feeder>
    let model: FeederModel
    /// Account numbers by the line that feeds them, in order.
    let accounts: [String: [String]]

    /// Account number of the n-th home of a line.
    func account(_ line: String, _ n: Int) -> String { accounts[line]![n] }
    func device(_ code: String) async throws -> DeviceInfo {
        let feeder = feeder
        return try #require(try await village.desk.database.read { try $0.device(code: code, feeder: feeder) })
    }

    /// Imports it through the program's own import.
    static func make(_ village: TestVillage) async throws -> TestGrid {
        var network = Network()
        network.nodes = [
            .init(id: "source", kind: .source, voltageKV: 10), .init(id: "n0", kind: .bus), .init(id: "nb", kind: .bus),
            .init(id: "nz", kind: .bus),
        ]
        network.edges = [
            .init(id: "main", name: "主干线", kind: .line, from: "source", to: "n0"),
            .init(id: "branch-b", name: "布岗支线", kind: .switch, from: "n0", to: "nb"),
            .init(id: "branch-z", name: "赵庄支线", kind: .switch, from: "n0", to: "nz"),
        ]
        var accounts: [String: [String]] = [:]
        var homes: [(number: String, village: ID<Village>)] = []
        var n = 0
        for (transformer, from, place) in [
            ("T1", "nb", village.bugang), ("T2", "nb", village.bugang), ("T3", "nz", village.zhaozhuang),
        ] {
            network.nodes.append(.init(id: "\(transformer)-lv", kind: .busbar, voltageKV: 0.4))
            network.edges.append(
                .init(id: transformer, name: "\(transformer)配变", kind: .transformer, from: from, to: "\(transformer)-lv", ratingKVA: 200))
            for line in ["\(transformer)-a", "\(transformer)-b"] {
                network.nodes.append(.init(id: "\(line)-end", kind: .bus, voltageKV: 0.4))
                network.edges.append(.init(id: line, name: "\(line)线", kind: .line, from: "\(transformer)-lv", to: "\(line)-end"))
                for home in 0..<homesPerLine {
                    let number = "41090000" + String(format: "%02d", n)
                    n += 1
                    network.nodes.append(.init(id: "\(line)-\(home)", kind: .box, voltageKV: 0.4))
                    network.edges.append(
                        .init(id: "\(line)-drop-\(home)", kind: .drop, from: "\(line)-end", to: "\(line)-\(home)"))
                    network.loads.append(.init(id: number, node: "\(line)-\(home)"))
                    accounts[line, default: []].append(number)
                    homes.append((number, place))
                }
            }
        }
        let desk = village.desk
        let now = village.clock.moment
        let made = homes
        try await desk.database.write { tx in
            let work = Work(tx, by: .system(county: TestVillage.county), at: now, desk: desk)
            for home in made {
                try work.addAccount(
                    AccountDraft(
                        county: TestVillage.county, number: home.number, village: home.village, name: "户主\(home.number.suffix(2))",
                        address: "1号", meter: "M\(home.number)", opened: now.day))
            }
        }
        let report = try await NetworkImport.run(
            NetworkFile(network),
            as: NetworkOrder(
                county: TestVillage.county, feeder: feederCode, name: "布岗线", substation: "S1", substationName: "马坊变",
                source: "test", format: "json"), desk: desk)
        #expect(report.errors.isEmpty, "\(report.findings)")
        let feeder = try #require(report.feeder)
        let model = try #require(try await village.composition.grid.feeder(feeder, in: desk.database))
        return TestGrid(village: village, feeder: feeder, model: model, accounts: accounts)
    }
}

extension TestVillage {
    /// Somebody reports no light for an account, or for a village alone.
    @discardableResult
    func dark(
        _ account: String? = nil, in place: ID<Village>? = nil, phone: String? = nil, answers: String? = nil,
        what: String? = nil, by person: Villager? = nil
    ) async throws -> OutageReceipt {
        var raw: RawInputs = ["name": .text("周大爷")]
        raw["village"] = .text((place ?? people.bugang).text)
        if let account {
            raw["account"] = .text(account)
            let found = try await desk.database.read { try $0.account(number: account, county: TestVillage.county) }
            raw["village"] = found.map { .text($0.village.text) }
        }
        let n = try await count("SELECT COUNT(*) FROM outage_report")
        raw["phone"] = .text(phone ?? "1381" + String(format: "%07d", n + 1))
        if let answers { raw["answers"] = .text(answers) }
        if let what { raw["what"] = .text(what) }
        return try await desk.perform(ReportNoLight.self, raw, by: person?.actor ?? .stranger(address: "192.0.2.\(n % 250)")).output
    }

    /// The locating loop, until nothing waits.
    func locate(holder: String = "test") async throws {
        while try await OutageLocating.tick(desk, composition.grid, at: clock.moment, holder: holder) {}
    }

    func incidents() async throws -> [Incident] {
        try await desk.database.read { try $0.incidents(where: "1 = 1 ORDER BY i.id") }
    }
    func incident(_ number: Code) async throws -> Incident {
        try #require(try await desk.database.read { try $0.incident(number) })
    }

    /// A step at an incident through the JSON door.
    func step(_ number: Code, _ name: String, _ body: [String: Any] = [:], as person: Villager) async throws -> Reply {
        try await api(.post, "/incidents/\(number.text)/\(name)", body, as: person)
    }

    /// Accepts and arrives.
    func arrive(_ number: Code, as person: Villager) async throws {
        try await act(AcceptCase(number), as: person)
        let reply = try await step(number, "arrive", as: person)
        #expect(reply.status == 200, "\(reply.text)")
    }
}
