import ArgumentParser
import Foundation
import PowerRules
import Values

extension BenchCommand {
    /// Locates the faults of a storm in a county and says how long each report took.
    struct Locate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure locating within a county: 'figure value' a line, times in microseconds.")
        @Option(help: "Feeders.") var feeders = 25
        @Option(help: "Areas of a feeder.") var areas = 80
        @Option(help: "Customers of an area.") var customers = 125
        @Option(help: "Reports.") var reports = 10_000

        func validate() throws {
            guard feeders > 0, areas > 0, customers > 0, reports > 0, feeders * areas * customers <= 5_000_000 else {
                throw ValidationError("All are above 0, and at most 5000000 customers.")
            }
        }

        func run() throws {
            let county = try BenchNetwork(feeders: feeders, areas: areas, customers: customers)
            say("customers \(county.trees.reduce(0) { $0 + $1.customerCount })")
            say("areas \(feeders * areas)")
            say("edges \(county.trees.reduce(0) { $0 + $1.nodeCount - 1 })")
            let storm = county.storm(reports)
            say("reports \(storm.reports.count)")
            say("faults \(storm.faults)")
            var live = county.trees.map { FeederReports($0) }
            var times = Times()
            let start = Instant(milliseconds: 1_800_000_000_000)
            for (n, report) in storm.reports.enumerated() {
                times.measure {
                    live[report.feeder].addDark(report.position, at: start.adding(milliseconds: Int64(n) * 6))
                    return live[report.feeder].located().count
                }
            }
            times.tell("locate")
            say("incidents \(live.reduce(0) { $0 + $1.located().count })")
            say("most-reports-of-a-feeder \(live.map(\.reportCount).max() ?? 0)")
            var plain = Times()
            for report in storm.reports.prefix(200) { plain.measure { county.plainWalk(live[report.feeder], report.position) } }
            plain.tell("reference")
        }
    }

    /// How long single steps took.
    private struct Times {
        private var microseconds: [Double] = []
        private var kept = 0

        mutating func measure(_ step: () -> Int) {
            let clock = ContinuousClock()
            let start = clock.now
            // Kept, so that the compiler cannot leave the step out.
            kept &+= step()
            let took = clock.now - start
            microseconds.append(Double(took.components.attoseconds) / 1e12 + Double(took.components.seconds) * 1e6)
        }

        func tell(_ name: String) {
            let sorted = microseconds.sorted()
            guard let last = sorted.last else { return }
            func share(_ percent: Int) -> String { fixed(sorted[min(sorted.count - 1, sorted.count * percent / 100)], 1) }
            say("\(name)-p50-us \(share(50))")
            say("\(name)-p99-us \(share(99))")
            say("\(name)-worst-us \(fixed(last, 1))")
            say("\(name)-a-second \(fixed(Double(sorted.count) * 1e6 / sorted.reduce(0, +), 0))")
        }
    }
}

/// A county's feeders, composed of copies of a rural network.
private struct BenchNetwork {
    let trees: [NetworkTree]

    struct Storm {
        var reports: [(feeder: Int, position: Int)] = []
        var faults = 0
    }

    init(feeders: Int, areas: Int, customers: Int) throws {
        let template = try RuleFiles.network(Resources.folder("Data/networks/rural2").path)
        trees = (0..<feeders).map { feeder in
            func place(_ north: Int, _ east: Int) -> Place? {
                Place(latitude: 34 + Double(feeder / 5) * 0.1 + Double(north) * 0.008, longitude: 114 + Double(feeder % 5) * 0.1 + Double(east) * 0.01)
            }
            let planned = (0..<areas).compactMap { area in
                place(area / 9, area % 9).map {
                    PlannedArea(id: "F\(feeder)-A\(area)", place: $0, customers: customers, turnDegrees: Double(area) * 47)
                }
            }
            let substation = place(0, 0)
            return NetworkTree(
                substation.map { Network.scaled(from: template, feeder: "F\(feeder)", substation: $0, areas: planned) } ?? Network())
        }
    }

    /// Faults at drawn edges, on every feeder in turn, of whose customers six in ten report; all
    /// reports in drawn order. The same every time.
    func storm(_ count: Int) -> Storm {
        var cards = BenchCards(state: 20_260_720)
        var storm = Storm()
        var dark = Set<[Int]>()
        while storm.reports.count < count {
            let feeder = storm.faults % trees.count
            let tree = trees[feeder]
            let range = tree.customers(Int.random(in: 0..<tree.nodeCount, using: &cards))
            storm.faults += 1
            for position in range where range.count <= 2_000 && storm.reports.count < count {
                if Int.random(in: 0..<10, using: &cards) < 6, dark.insert([feeder, position]).inserted {
                    storm.reports.append((feeder, position))
                }
            }
        }
        storm.reports.shuffle(using: &cards)
        return storm
    }

    /// What it costs to look at every edge of the feeder once: the smallest behind which the customer is.
    func plainWalk(_ reports: FeederReports, _ position: Int) -> Int {
        let tree = reports.tree
        var (best, fewest) = (0, Int.max)
        for edge in 0..<tree.nodeCount {
            let range = tree.customers(edge)
            if range.contains(position), range.count < fewest { (best, fewest) = (edge, range.count) }
        }
        return best
    }
}

/// Numbers that repeat, so that every run measures the same storm.
struct BenchCards: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
