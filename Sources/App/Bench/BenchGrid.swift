import ArgumentParser
import Desk
import Foundation
import Grid
import Registry
import Service
import Storage
import Values

extension BenchCommand {
    /// `cunwang bench grid`: a county with a network and a household in every meter in an empty database,
    /// and how long it takes to say who hangs below a device and to load a feeder.
    struct Grid: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fill an empty database with a county's network and measure questions about it.")
        @OptionGroup var options: DataOptions
        @Option(help: "Customers of the county.") var customers = 250_000
        @Option(help: "Transformer areas of the county.") var areas = 2_000
        @Option(help: "Villages of the county.") var villages = 400
        @Option(help: "Feeders of the county.") var feeders = 25
        @Option(help: "Open cases of the county.") var cases = 8_000
        @Option(help: "Devices that are asked about.") var questions = 2_500
        @Option(help: "Reports of the storm that is written beside the database.") var reports = 10_000

        func validate() throws {
            guard feeders > 0, villages % feeders == 0, areas % villages == 0, customers % areas == 0 else {
                throw ValidationError("Customers, areas, villages and feeders divide one another.")
            }
        }

        func run() async throws {
            try await Composition.with(options) { composition in
                let desk = composition.desk
                let ground = BenchGround(feeders: feeders, villages: villages, areas: areas, customers: customers)
                if composition.directory.latest.counties.isEmpty {
                    let began = ContinuousClock.now
                    try await fill(ground, composition)
                    print("filled-seconds \(Int(milliseconds(since: began) / 1000))")
                }
                try await measure(desk)
            }
        }

        private func fill(_ ground: BenchGround, _ composition: Composition) async throws {
            let desk = composition.desk
            let county = try await BenchCounty.make(desk, ground.shape)
            _ = try await composition.directory.current(at: desk.clock.now.adding(days: 1))
            let perVillage = customers / villages
            try await BenchHouseholds.write(0..<customers, desk) { county.villages[$0 / perVillage].id }
            let storm = try await ground.build(desk, reports: reports, villages: county.villages.map(\.id))
            try write(storm.map { "\($0.account)\t\($0.village)\t\($0.phone)\t\($0.fault)" }, "bench-storm")
            try await county.report(cases, desk)
            try await county.write(to: options.folder, desk)
            while try await RequestCounters.fold(desk) > 0 {}
            while try await desk.sealEvents(holder: "bench") > 0 {}
            try await desk.database.write { try $0.run("DELETE FROM outbox WHERE state = 'waiting'") }
            try write(try await devices(desk).map { "\($0.id)\t\($0.high - $0.low)" }, "bench-devices")
        }

        private func write(_ lines: [String], _ name: String) throws {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: options.folder.appending(path: name))
        }

        /// The breaker of every feeder, and devices drawn from all.
        private func devices(_ desk: Desk) async throws -> [DeviceInfo] {
            let feeders = try await desk.database.read { try $0.feeders(county: BenchCounty.path) }
            var cards = BenchCards(state: 7)
            var found: [DeviceInfo] = []
            for feeder in feeders {
                let ids = try await desk.database.read { try $0.benchDevices(of: feeder.id) }
                guard !ids.isEmpty else { continue }
                let drawn = (0..<questions / feeders.count).map { _ in ids[Int.random(in: 0..<ids.count, using: &cards)] }
                found += try await desk.database.read { tx in
                    let lines = try ["K0", "M1", "M2", "M5", "M20"].compactMap {
                        try tx.device(code: "\(feeder.code)-\($0)", feeder: feeder.id)
                    }
                    return try lines + drawn.compactMap { try tx.device($0) }
                }
            }
            return found
        }

        private func measure(_ desk: Desk) async throws {
            let devices = try await devices(desk)
            guard !devices.isEmpty else { throw ValidationError("this database holds no network") }
            var took: [Double] = []
            var most = 0
            for device in devices {
                let began = ContinuousClock.now
                let affected = try await desk.database.read { try $0.affected(feeder: device.feeder, range: device.positions) }
                took.append(milliseconds(since: began))
                most = max(most, affected.customers)
            }
            took.sort()
            print("devices \(took.count)")
            print("affected-p50-ms \(took[took.count / 2])")
            print("affected-p99-ms \(took[took.count * 99 / 100])")
            print("affected-max-ms \(took[took.count - 1])")
            print("affected-most \(most)")
            let memory = GridModel()
            let feeders = try await desk.database.read { try $0.feeders(county: BenchCounty.path) }
            let began = ContinuousClock.now
            for feeder in feeders { _ = try await memory.feeder(feeder.id, in: desk.database) }
            print("feeder-model-ms \(milliseconds(since: began) / Double(feeders.count))")
        }
    }
}

func milliseconds(since began: ContinuousClock.Instant) -> Double {
    let span = (ContinuousClock.now - began).components
    return (Double(span.seconds) * 1000 + Double(span.attoseconds / 1_000_000_000_000) / 1000)
}
