import ArgumentParser
import Desk
import Foundation
import Grid
import PowerRules
import Registry
import Storage
import Values

extension BenchCommand {
    /// `cunwang bench grid`: a county of 25 feeders in an empty database, and how long it takes to say who
    /// hangs below a device and to load a feeder.
    struct Grid: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fill an empty database with a county's network and measure questions about it.")
        @OptionGroup var options: DataOptions
        @Option(help: "Customers of the county.") var customers = 250_000
        @Option(help: "Transformer areas of the county.") var areas = 2_000
        @Option(help: "Devices that are asked about.") var questions = 1_000

        private static let feeders = 25

        func run() async throws {
            try await Composition.with(options) { composition in
                let desk = composition.desk
                if composition.directory.latest.counties.isEmpty {
                    let county = try await BenchCounty.make(desk, villages: 100)
                    let began = ContinuousClock.now
                    try await fill(desk)
                    print("filled seconds \(Self.milliseconds(since: began) / 1000)")
                    try await county.end(desk, cases: 0)
                    try await county.write(to: options.folder, desk)
                }
                try await measure(desk)
            }
        }

        private func fill(_ desk: Desk) async throws {
            let file = Resources.folder("Data/networks").appending(path: "rural2/network.json")
            let template = try NetworkText.read(json: [UInt8](try Data(contentsOf: file)))
            let each = areas / Self.feeders
            for feeder in 0..<Self.feeders {
                let code = "G\(feeder)"
                let plans = (0..<each).compactMap { n -> PlannedArea? in
                    let number = feeder * each + n
                    let place = Place(
                        latitude: 34 + Double(number / 40) * 0.006, longitude: 114 + Double(number % 40) * 0.007)
                    return place.map {
                        PlannedArea(id: "\(code)-\(n)", place: $0, customers: customers / areas, turnDegrees: Double(number * 37 % 360))
                    }
                }
                guard let substation = plans.first?.place else { continue }
                let network = Network.scaled(from: template, feeder: code, substation: substation, areas: plans)
                let order = NetworkOrder(
                    county: BenchCounty.path, feeder: code, name: code, substation: "S", substationName: "S",
                    source: "bench", format: "json")
                let report = try await NetworkImport.run(NetworkFile(network), as: order, desk: desk)
                guard report.errors.isEmpty else { throw ValidationError("the bench network is not sound") }
            }
        }

        private func measure(_ desk: Desk) async throws {
            let feeders = try await desk.database.read { try $0.feeders(county: BenchCounty.path) }
            var lists: [[DeviceInfo]] = []
            for feeder in feeders {
                lists.append(
                    try await desk.database.read { tx in
                        // The breaker, lines at medium voltage, and whatever comes first.
                        let lines = try ["K0", "M1", "M2", "M5", "M20"].compactMap { name in
                            try tx.device(code: "\(feeder.code)-\(name)", feeder: feeder.id)
                        }
                        return try lines + tx.devices(of: feeder.id, limit: 20)
                    })
            }
            let devices = lists.flatMap { $0 }
            guard !devices.isEmpty else { throw ValidationError("this database holds no network") }
            var took: [Double] = []
            var most = 0
            for n in 0..<questions {
                let device = devices[n * 7919 % devices.count]
                let began = ContinuousClock.now
                let affected = try await desk.database.read { try $0.affected(feeder: device.feeder, range: device.positions) }
                took.append(Self.milliseconds(since: began))
                most = max(most, affected.customers)
            }
            took.sort()
            print("affected ms p50 \(took[took.count / 2]) p99 \(took[took.count * 99 / 100]) max \(took[took.count - 1]), up to \(most) customers")
            let memory = GridModel()
            let began = ContinuousClock.now
            for feeder in feeders { _ = try await memory.feeder(feeder.id, in: desk.database) }
            print("feeder model ms mean \(Self.milliseconds(since: began) / Double(feeders.count))")
        }

        private static func milliseconds(since began: ContinuousClock.Instant) -> Double {
            let span = (ContinuousClock.now - began).components
            return (Double(span.seconds) * 1000 + Double(span.attoseconds / 1_000_000_000_000) / 1000)
        }
    }
}
