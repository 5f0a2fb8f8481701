import ArgumentParser
import Desk
import Foundation
import Outages
import Registry
import Service
import Storage
import Values

extension BenchCommand {
    /// `cunwang bench people`: a county with many people, ten years of pairings, and a representative who
    /// leaves with many cases and households.
    struct People: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fill an empty database with people, pairings of ten years and somebody who leaves.")
        @OptionGroup var options: DataOptions
        @Option(help: "People with a phone and an account.") var people = 1_000_000
        @Option(help: "Villages.") var villages = 200
        @Option(help: "Open cases of the representative who leaves.") var cases = 500
        @Option(help: "Households of the villages of the representative who leaves.") var households = 3_000

        /// The first villages are those of the one who leaves.
        private static let leaving = 5
        private static let quarters = 40

        func run() async throws {
            try await Composition.with(options) { composition in
                let desk = composition.desk
                var shape = BenchShape(villages: villages)
                shape.villagesEach = Self.leaving
                shape.isCertified = true
                let county = try await BenchCounty.make(desk, shape)
                _ = try await composition.directory.current(at: desk.clock.now.adding(days: 1))
                let all = county.villages
                let (few, leaving, villages) = (households, Self.leaving, villages)
                try await BenchHouseholds.write(0..<people, desk) { n in
                    all[n < few ? n % leaving : leaving + n % (villages - leaving)].id
                }
                let now = desk.clock.now
                for village in all {
                    try await desk.database.write { tx in
                        try Work(tx, by: .system(county: BenchCounty.path), at: now, desk: desk).addBenchPairings(
                            of: village.id, representatives: [all[0], all[leaving], all[2 * leaving]].map(\.representative),
                            liaison: village.liaison, quarters: Self.quarters)
                    }
                }
                try await county.report(cases, desk)
                try await desk.database.write { tx in
                    try Work(tx, by: .system(county: BenchCounty.path), at: now, desk: desk)
                        .addBenchCases(cases, to: all[0].representative)
                }
                try await county.write(to: options.folder, desk)
                // Who leaves, and who takes over: of the same station.
                let next = all.indices.first { $0 >= leaving && all[$0].representative != all[0].representative && $0 % 4 == 0 } ?? leaving
                print("leaving \(all[0].representative)")
                print("successor \(all[next].representative)")
                print("village \(all[7].id)")
                while try await RequestCounters.fold(desk) > 0 {}
                while try await desk.sealEvents(holder: "bench") > 0 {}
            }
        }
    }

    /// `cunwang bench followers`: many households follow the largest running outage.
    struct Followers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let many households follow the outage that darkens most; prints its number.")
        @OptionGroup var options: DataOptions
        @Option(help: "Households.") var count = 50_000

        func run() async throws {
            try await Composition.with(options) { composition in
                let desk = composition.desk
                guard let outage = try await desk.database.read({ try $0.benchLargestOutage() }) else {
                    throw ValidationError("no outage is running")
                }
                let now = desk.clock.now
                for start in stride(from: 0, to: count, by: 2_000) {
                    let part = start..<min(start + 2_000, count)
                    try await desk.database.write { tx in
                        try Work(tx, by: .system(county: BenchCounty.path), at: now, desk: desk)
                            .addBenchFollowers(part, of: outage.id)
                    }
                }
                print("outage \(outage.number)")
            }
        }
    }
}
