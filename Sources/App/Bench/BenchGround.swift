import Desk
import Foundation
import Grid
import PowerRules
import Registry
import Storage
import Values

/// A county of like villages, 3 km from one another, each with its transformer areas around it; some
/// neighbouring villages hang on one feeder. Households are numbered along the areas.
struct BenchGround: Sendable {
    let feeders: Int
    let villages: Int
    let areas: Int
    let customers: Int

    struct Report: Sendable {
        let account: String
        let village: ID<Village>
        let phone: String
        let fault: Int
    }

    private var side: Int { Int(Double(villages).squareRoot().rounded(.up)) }

    var shape: BenchShape {
        let (side, villages) = (side, villages)
        return BenchShape(
            villages: villages, villagesEach: 5, isCertified: true,
            place: { Place(latitude: 34 + Double($0 / side) * 0.03, longitude: 114 + Double($0 % side) * 0.03) },
            station: { $0 * 4 / villages })
    }

    private func place(ofArea n: Int) -> Place? {
        let each = areas / villages
        guard let middle = shape.place(n / each) else { return nil }
        // In a circle of some 600 m around the village.
        let turn = Double(n % each) / Double(each) * 2 * Double.pi
        return Place(latitude: middle.latitude + 0.0055 * sin(turn), longitude: middle.longitude + 0.0065 * cos(turn))
    }

    /// Imports every feeder.
    /// - Returns: reports of a storm: faults at drawn edges, of whose customers six in ten report, in drawn
    ///   order. The same every time.
    func build(_ desk: Desk, reports count: Int, villages ids: [ID<Village>]) async throws -> [Report] {
        let file = Resources.folder("Data/networks").appending(path: "rural2/network.json")
        let template = try NetworkText.read(json: [UInt8](try Data(contentsOf: file)))
        var cards = BenchCards(state: 20_260_720)
        var reports: [Report] = []
        var faults = 0
        for feeder in 0..<feeders {
            let tree = NetworkTree(try network(feeder, template))
            try await add(tree, feeder, desk)
            var dark: Set<Int> = []
            let wanted = count * (feeder + 1) / feeders
            while reports.count < wanted {
                let range = tree.customers(Int.random(in: 0..<tree.nodeCount, using: &cards))
                guard !range.isEmpty, range.count <= 2_000 else { continue }
                faults += 1
                for position in range where reports.count < wanted {
                    guard Int.random(in: 0..<10, using: &cards) < 6, dark.insert(position).inserted else { continue }
                    let household = Self.household(tree.load(position).id, each: customers / areas)
                    reports.append(
                        Report(
                            account: BenchHouseholds.number(household), village: ids[household / (customers / villages)],
                            phone: BenchHouseholds.phone(household).digits, fault: faults))
                }
            }
        }
        reports.shuffle(using: &cards)
        return reports
    }

    private func network(_ feeder: Int, _ template: Network) throws -> Network {
        let each = areas / feeders
        let plans = (0..<each).compactMap { n -> PlannedArea? in
            let number = feeder * each + n
            return place(ofArea: number).map {
                PlannedArea(
                    id: "A\(number)", place: $0, customers: customers / areas, turnDegrees: Double(number * 37 % 360))
            }
        }
        guard let substation = plans.first?.place else { return Network() }
        return Network.scaled(from: template, feeder: "G\(feeder)", substation: substation, areas: plans)
    }

    private func add(_ tree: NetworkTree, _ feeder: Int, _ desk: Desk) async throws {
        let code = "G\(feeder)"
        var order = NetworkOrder(
            county: BenchCounty.path, feeder: code, name: code, substation: "S", substationName: "S", source: "bench",
            format: "json")
        for load in tree.network.loads {
            order.accounts[load.id] = BenchHouseholds.number(Self.household(load.id, each: customers / areas))
        }
        let report = try await NetworkImport.run(NetworkFile(tree.network), as: order, desk: desk)
        guard report.errors.isEmpty, report.unlinked == 0 else {
            throw StormTrouble("feeder \(code): \(report.errors.count) errors, \(report.unlinked) meters without account")
        }
    }

    /// `A17-H3` is the third household of the area 17.
    private static func household(_ load: String, each: Int) -> Int {
        let parts = load.dropFirst().split(separator: "-")
        guard parts.count == 2, let area = Int(parts[0]), let number = Int(parts[1].dropFirst()) else { return 0 }
        return area * each + number - 1
    }
}

/// Households as the registry holds them, without an event for each: what is measured is how many there are.
enum BenchHouseholds {
    private static let rowsPerWrite = 4_000

    static func number(_ n: Int) -> String { "41\(String(100_000_000 + n).suffix(8))" }
    static func phone(_ n: Int) -> PhoneNumber { PhoneNumber(stored: "138\(String(100_000_000 + n).suffix(8))") }

    /// A person with a phone and an account for each number.
    static func write(_ numbers: Range<Int>, _ desk: Desk, village: @escaping @Sendable (Int) -> ID<Village>) async throws {
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: rowsPerWrite) {
            let part = start..<min(start + rowsPerWrite, numbers.upperBound)
            let now = desk.clock.now
            try await desk.database.write { tx in
                let work = Work(tx, by: .system(county: BenchCounty.path), at: now, desk: desk)
                for n in part { try work.addBenchHousehold(n, village(n)) }
            }
        }
    }
}
