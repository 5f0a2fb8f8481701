import PowerRules
import Testing
import Values

/// Numbers that repeat: a test draws the same cards every time.
struct Cards: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

private let nine = at("2026-07-20T21:00")

extension FeederReports {
    fileprivate mutating func dark(_ loads: String..., minute: Int64 = 0) {
        for load in loads { addDark(tree.position(load: load)!, at: nine.adding(minutes: minute)) }
    }
    fileprivate mutating func lit(_ loads: String..., minute: Int64) {
        for load in loads { addLit(tree.position(load: load)!, at: nine.adding(minutes: minute)) }
    }
    fileprivate var edges: [String] { located().map { tree.edgeValue($0.edge).id } }
}

@Suite struct FaultLocatorTests {
    private func located(_ empty: FeederReports, _ positions: some Sequence<Int>) -> [LocatedFault] {
        var reports = empty
        for position in positions { reports.addDark(position, at: nine) }
        return reports.located()
    }

    @Test(arguments: Networks.names) func whenAllReportTheEdgeIsNamedAndItsLikes(name: String) throws {
        let tree = try Networks.tree(name)
        let empty = FeederReports(tree)
        let truth = try Networks.truth(name)
        for (edge, loads) in truth {
            let faults = located(empty, loads.map { tree.position(load: $0)! }.sorted { $0 % 7 < $1 % 7 })
            let fault = try #require(faults.count == 1 ? faults[0] : nil, "\(edge)")
            let named = Set([fault.edge] + fault.sameCustomers).map { tree.edgeValue($0).id }
            #expect(Set(named) == Set(truth.filter { $0.loads == loads }.map(\.edge)), "\(edge)")
            #expect(fault.probability > 0.45 && fault.probability <= 1)
            #expect(Set(fault.reported.map { tree.load($0).id }) == loads)
        }
    }

    /// Halves in the order of the truth, in the order of the tree, every other one and drawn; and three.
    @Test(arguments: Networks.names) func whenHalfOrThreeReportTheLowestCommonEdgeIsNamed(name: String) throws {
        let tree = try Networks.tree(name)
        let empty = FeederReports(tree)
        var cards = Cards(11)
        for (edge, loads) in try Networks.truth(name) where loads.count >= 2 {
            let all = loads.map { tree.position(load: $0)! }.sorted()
            let listed = all.sorted { tree.networkLoad($0) < tree.networkLoad($1) }
            var tries: [[Int]] = []
            for order in [all, listed] + (0..<6).map({ _ in all.shuffled(using: &cards) }) {
                for half in [all.count / 2, (all.count + 1) / 2] {
                    tries += [Array(order.prefix(half)), Array(order.suffix(half))]
                }
                tries += [0, 1].map { stride(from: $0, to: order.count, by: 2).map { order[$0] } }
                tries.append(Array(order.prefix(3)))
            }
            for positions in tries {
                let faults = located(empty, positions)
                #expect(faults.map(\.edge) == [tree.lowestCommonEdge(of: positions)!], "\(edge) \(positions)")
            }
        }
    }

    /// docs/rules/locate.md gives the shares.
    @Test(arguments: Networks.names) func twoFaultsAreMostlyParted(name: String) throws {
        let tree = try Networks.tree(name)
        let empty = FeederReports(tree)
        let lowest = (0..<tree.nodeCount).filter { !tree.isSource($0) && tree.deepest($0) == $0 }
        var (parted, tried) = (0, 0)
        for a in lowest {
            for b in lowest where a < b && !tree.customers(a).overlaps(tree.customers(b)) {
                let both = Array(tree.customers(a)) + Array(tree.customers(b))
                // Where the two are all that the next edge feeds, no report can tell.
                if tree.customers(tree.lowestCommonEdge(of: both)!).count == both.count { continue }
                tried += 1
                if located(empty, both).map(\.edge).sorted() == [a, b] { parted += 1 }
            }
        }
        let row = try #require(try Repository.rows("locate", "network", "pairs", "parted").first { $0[0] == name })
        #expect(["\(tried)", "\(parted)"] == [row[1], row[2]])
    }

    /// docs/rules/locate.md: of storms in which some report, nearly all faults are named.
    @Test(arguments: [0.3, 0.5, 0.8]) func theFaultsOfAStormAreNamed(share: Double) throws {
        let areas = try (0..<14).map { n in
            PlannedArea(
                id: "A\(n)", place: try #require(Place(latitude: 34 + Double(n / 4) * 0.01, longitude: 114 + Double(n % 4) * 0.01)), customers: 110)
        }
        let substation = try #require(Place(latitude: 34, longitude: 114))
        let tree = NetworkTree(Network.scaled(from: try Networks.network("rural2"), feeder: "F", substation: substation, areas: areas))
        var cards = Cards(9)
        var (named, wanted, told) = (0, 0, 0)
        for _ in 0..<12 {
            var edges: [Int] = []
            while edges.count < 4 {
                let edge = tree.deepest(Int.random(in: 1..<tree.nodeCount, using: &cards))
                let range = tree.customers(edge)
                if (12...330).contains(range.count), !edges.contains(where: { tree.customers($0).overlaps(range) }) { edges.append(edge) }
            }
            let reporters = edges.map { tree.customers($0).filter { _ in Double.random(in: 0..<1, using: &cards) < share } }
            let faults = located(FeederReports(tree), reporters.flatMap { $0 }.shuffled(using: &cards)).map(\.edge)
            let lowest = Set(reporters.compactMap { tree.lowestCommonEdge(of: $0) })
            wanted += lowest.count
            told += faults.count
            named += lowest.intersection(faults).count
        }
        #expect(named * 100 >= wanted * 95 && told * 100 <= wanted * 105, "\(named) of \(wanted), \(told) told")
    }

    @Test func probabilityGrowsWithEachReportAndIsHonest() throws {
        let tree = try Networks.tree("rural2")
        let edge = try #require(tree.edge(id: "L19"))
        var reports = FeederReports(tree)
        var last = 0.0
        for (count, position) in tree.customers(edge).enumerated() {
            reports.addDark(position, at: nine)
            let faults = reports.located()
            #expect(faults.count == 1 && faults[0].reported.count == count + 1)
            #expect((0...1).contains(faults[0].probability))
            if tree.customers(faults[0].edge) == tree.customers(edge), faults[0].edge == edge { last = faults[0].probability }
        }
        #expect(last > 0.9)
    }

    @Test func oneHouseIsToldFromABranch() throws {
        var reports = FeederReports(try Networks.tree("rural2"))
        reports.dark("H0")
        #expect(reports.located().map(\.isSingleHouse) == [true])
        let alone = reports.located()[0].probability
        let behind = reports.tree.customers(reports.tree.parent(reports.located()[0].edge)!)
        for position in behind { reports.addDark(position, at: nine) }
        #expect(reports.located().map(\.isSingleHouse) == [false])
        #expect(alone > 0.5)
    }

    @Test func theSameLoadCountsOnceAndTheOrderIsOfNoMatter() throws {
        let tree = try Networks.tree("rural1")
        var (a, b) = (FeederReports(tree), FeederReports(tree))
        a.dark("H0", minute: 30)
        a.dark("H0", minute: 0)
        a.dark("H0", minute: 59)
        a.dark("H6", minute: 3)
        b.dark("H6", minute: 3)
        b.dark("H0", minute: 59)
        b.dark("H0", minute: 0)
        b.dark("H0", minute: 30)
        #expect(a.located() == b.located())
        #expect(a.reportCount == 2 && a.located().map(\.reported.count) == [2])
        #expect(a.located()[0].first == nine && a.located()[0].last == nine.adding(minutes: 59))
    }

    @Test func aSilenceOfMoreThanAnHourPartsTwoIncidents() throws {
        var reports = FeederReports(try Networks.tree("rural1"))
        reports.dark("H0", "H6")
        reports.dark("H10", minute: 60)
        #expect(reports.edges == ["L4"])
        reports.dark("H3", "H4", minute: 121)
        #expect(reports.edges == ["L4", "L3"])
        reports.dark("H0", minute: 400)
        #expect(reports.edges.count == 3)
        var policy = LocatingPolicy()
        policy.longestSilenceMinutes = nil
        var patient = FeederReports(reports.tree, policy: policy)
        patient.dark("H0")
        patient.dark("H6", "H10", minute: 5_000)
        #expect(patient.edges == ["L4"])
    }

    @Test func lightExcludesAnEdge() throws {
        var reports = FeederReports(try Networks.tree("rural1"))
        reports.dark("H0", "H6", "H3")
        #expect(reports.edges == ["T0"])
        reports.lit("H7", minute: 10)
        #expect(Set(reports.edges).isSubset(of: ["L5", "L11"]) && reports.edges.count == 2)
        // Before the reports it says nothing.
        var early = FeederReports(reports.tree)
        early.dark("H0", "H6", "H3", minute: 30)
        early.lit("H7", minute: 10)
        #expect(early.edges == ["T0"])
    }

    @Test func afterRestorationTheFewWhoAreStillDarkAreANestedFault() throws {
        var reports = FeederReports(try Networks.tree("rural1"))
        reports.dark("H2", "H5", "H8", "H9", "H12")
        #expect(reports.edges == ["L2"])
        reports.lit("H2", "H8", "H9", minute: 40)
        reports.dark("H5", "H12", minute: 45)
        #expect(reports.edges == ["L8"])
        // Who has light and then again none counts as dark.
        reports.dark("H2", minute: 50)
        #expect(reports.located()[0].reported.count == 3)
    }

    @Test func whatIsSwitchedOffOnPurposeIsNoIncident() throws {
        var reports = FeederReports(try Networks.tree("rural1"))
        let tree = reports.tree
        reports.dark("H2", "H5", "H8", "H0", "H6")
        reports.setDeenergised([tree.customers(tree.edge(id: "L2")!)])
        #expect(reports.edges == ["L5"])
        #expect(reports.isDeenergised(tree.position(load: "H12")!) && !reports.isDeenergised(tree.position(load: "H0")!))
        reports.addDark(among: tree.customers(tree.edge(id: "L2")!), at: nine)
        #expect(reports.edges == ["L5"])
        reports.setDeenergised([])
        #expect(reports.edges == ["T0"])
    }

    @Test func aReportThatNamesOnlyAnAreaIsExplainedThere() throws {
        var reports = FeederReports(try Networks.tree("rural1"))
        let tree = reports.tree
        let range = tree.customers(tree.edge(id: "L4")!)
        reports.addDark(among: range, at: nine)
        let fault = try #require(reports.located().first)
        #expect(tree.customers(fault.edge) == range && fault.areaReports == 1 && !fault.isSingleHouse)
        reports.dark("H0")
        #expect(reports.edges == ["L4"] && reports.located()[0].areaReports == 1)
        reports.lit("H10", minute: 5)
        #expect(reports.located().allSatisfy(\.isSingleHouse) && reports.located().count == 2)
        reports.forget(0..<tree.customerCount)
        #expect(reports.located().isEmpty && reports.reportCount == 0)
    }

    @Test func forgettingTakesBackOnlyWhatIsThere() throws {
        var reports = FeederReports(try Networks.tree("rural1"))
        let tree = reports.tree
        reports.dark("H2", "H5", "H12", "H0", "H6")
        reports.forget(tree.customers(tree.edge(id: "L2")!))
        #expect(reports.edges == ["L5"])
    }

    @Test func housesAtTheSourceAndOfTwoSourcesAreAnswered() {
        var network = Networks.chain(3)
        network.loads.append(Network.Load(id: "at source", node: "S"))
        network.nodes += [Network.Node(id: "S2", kind: .source), Network.Node(id: "m", kind: .bus)]
        network.edges.append(Network.Edge(id: "m", kind: .line, from: "S2", to: "m"))
        network.loads.append(Network.Load(id: "hm", node: "m"))
        var reports = FeederReports(NetworkTree(network))
        reports.dark("at source", "h2", "h3", "hm")
        let tree = reports.tree
        #expect(ReportsText.incidents(reports.located(), in: tree).split(separator: "\n").map { $0.prefix(4) } == ["inci", "1,,0", "2,e2", "3,m,"])
        #expect(tree.isSource(reports.located()[0].edge))
    }

    @Test func aChainWhereAllReportIsLocated() {
        let tree = NetworkTree(Networks.chain(3_000))
        let faults = located(FeederReports(tree), 0..<3_000)
        #expect(faults.map { tree.edgeValue($0.edge).id } == ["e1"])
    }
}
