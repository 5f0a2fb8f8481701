import Foundation
import PowerRules
import Values

/// Where the storm will be: three feeders with their areas and households, before anything happens.
struct StormGround: Sendable {
    /// Somebody with an account, a phone and an inbox.
    struct Household: Sendable {
        let name: String
        let account: String
        let phone: PhoneNumber
        let meter: String
        /// Path.
        let village: String
    }

    struct Area: Sendable {
        let code: String
        /// Supply positions.
        let positions: Range<Int>
    }

    struct Feeder: Sendable {
        let code: String
        let tree: NetworkTree
        /// By position.
        let areas: [Area]
        /// By position: index in `households`.
        let householdAt: [Int]

        func area(at position: Int) -> Area? { areas.first { $0.positions.contains(position) } }
        func code(_ edge: Int) -> String { tree.edgeValue(edge).id }
        /// Areas that lie behind an edge with all their customers.
        func areas(behind edge: Int) -> [Area] {
            let range = tree.customers(edge)
            return areas.filter { range.lowerBound <= $0.positions.lowerBound && range.upperBound >= $0.positions.upperBound }
        }
        /// The fuse before an area's transformer.
        func fuse(of area: Area) -> String { "\(area.code)-F" }
        func place(of position: Int) -> Place? {
            tree.load(position).place
        }
    }

    let feeders: [Feeder]
    let households: [Household]

    func household(_ feeder: Int, _ position: Int) -> Household { households[feeders[feeder].householdAt[position]] }
}

/// The storm's feeders as they are drawn: one for each of three townships, areas around its villages.
struct StormDrawing {
    let files: DemoFiles
    let template: Network
    /// Of all three feeders together.
    let householdCount: Int
    let areaCount: Int

    struct FeederDrawing {
        let code: String
        let name: String
        let substationCode: String
        let substationName: String
        /// Path.
        let station: String
        let network: Network
    }

    /// The demo's staff and customers have the numbers below.
    private static let firstPhone = 3_000

    func draw() -> (feeders: [FeederDrawing], ground: StormGround) {
        var dice = DemoDice("storm-county")
        var households: [StormGround.Household] = []
        var drawings: [FeederDrawing] = []
        var feeders: [StormGround.Feeder] = []
        let townships = files.townships.prefix(3)
        for (number, township) in townships.enumerated() {
            let areas = areaCount / 3 + (number >= 3 - areaCount % 3 ? 1 : 0)
            let (drawing, planned) = draw(township, areas, &households, &dice)
            drawings.append(drawing)
            feeders.append(feeder(drawing, planned, households))
        }
        return (drawings, StormGround(feeders: feeders, households: households))
    }

    private func draw(
        _ township: DemoFiles.UnitLine, _ count: Int, _ households: inout [StormGround.Household], _ dice: inout DemoDice
    ) -> (FeederDrawing, [PlannedArea]) {
        let villages = files.villages.filter { $0.parentPath == township.path }
        let code = "\(township.slug.uppercased())-9"
        let short = township.name.replacing("镇", with: "").replacing("乡", with: "")
        var planned: [PlannedArea] = []
        for number in 0..<count {
            let village = villages[number % villages.count]
            let round = number / villages.count
            let loads = (0..<householdCount / areaCount).map { _ in
                let household = household(households.count, village, files, &dice)
                households.append(household)
                return household.account
            }
            guard let middle = village.place,
                let spot = middle.moved(turnDegrees: Double(number * 67 + 30), metres: 500 + Double(round) * 260)
            else { continue }
            planned.append(
                PlannedArea(
                    id: "\(code)-\(village.slug)\(round + 1)", name: "\(village.name)新\(round + 1)号台区", place: spot,
                    loads: loads, turnDegrees: Double((number * 83) % 360)))
        }
        let substation = township.place?.moved(turnDegrees: 20, metres: 1_200) ?? planned[0].place
        let network = Network.scaled(
            from: template, feeder: code, name: "10千伏\(short)九线", substation: substation, areas: planned)
        return (
            FeederDrawing(
                code: code, name: "10千伏\(short)九线", substationCode: township.slug.uppercased(),
                substationName: "35千伏\(short)变电站", station: files.station(ofTownship: township.path).path,
                network: network), planned
        )
    }

    private func household(_ number: Int, _ village: DemoFiles.UnitLine, _ files: DemoFiles, _ dice: inout DemoDice)
        -> StormGround.Household
    {
        let name = dice.pick(files.surnames) + dice.pick(files.villagerNames)
        return StormGround.Household(
            name: name, account: "42\(10_000_000 + number)", phone: DemoCountyPlan.phone(Self.firstPhone + number),
            meter: "S\(30_000_000 + number)", village: village.path)
    }

    private func feeder(
        _ drawing: FeederDrawing, _ planned: [PlannedArea], _ households: [StormGround.Household]
    ) -> StormGround.Feeder {
        let tree = NetworkTree(drawing.network)
        let byAccount = Dictionary(uniqueKeysWithValues: households.enumerated().map { ($1.account, $0) })
        let areas = planned.compactMap { area in
            tree.edge(id: "\(area.id)-T").map { StormGround.Area(code: area.id, positions: tree.customers($0)) }
        }
        return StormGround.Feeder(
            code: drawing.code, tree: tree, areas: areas.sorted { $0.positions.lowerBound < $1.positions.lowerBound },
            householdAt: (0..<tree.customerCount).map { byAccount[tree.load($0).id] ?? 0 })
    }
}

extension Place {
    /// Over flat ground: exact enough within a township.
    fileprivate func moved(turnDegrees: Double, metres: Double) -> Place? {
        let degree = 111_195.0
        let turn = turnDegrees * .pi / 180
        return Place(
            latitude: latitude + metres * cos(turn) / degree,
            longitude: longitude + metres * sin(turn) / (degree * cos(latitude * .pi / 180)))
    }
}
