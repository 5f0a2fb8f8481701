import PowerRules
import Values

/// The truth of the night, drawn before it begins: what breaks and when, who tells of it and how,
/// how long the crews take. Pure: the same seed gives the same night.
struct StormPlan: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        /// A 10 kV section with several areas.
        case section
        /// One transformer area.
        case area
        /// A low-voltage line.
        case branch
        case house
    }

    struct Fault: Sendable {
        let number: Int
        let kind: Kind
        let feeder: Int
        /// The edge of the feeder's tree that is open.
        let edge: Int
        let positions: Range<Int>
        let at: Instant
        let cause: String
        let equipment: String
        /// Minutes from one step of the crew to the next.
        let pace: Pace
        /// Devices whose customers have their light back before all have: one list a step.
        let sections: [[String]]
        /// Who was asked first does not answer.
        let firstIsSilent: Bool
        /// Some minutes after the light is back, this household says that it is not.
        let stillDark: Int?
    }

    struct Pace: Sendable {
        var accept: Int64
        /// From the first report on.
        var arrive: Int64
        var find: Int64
        var repair: Int64
        /// After the promised 90 minutes.
        let isLate: Bool
    }

    enum Way: Sendable {
        /// By phone number, without signing in.
        case visitor
        case signedIn
        /// Called the station; a dispatcher wrote it down.
        case dispatcher
        /// From a neighbour's phone, with the position and no account number.
        case place
        /// The meter's last gasp.
        case meter
    }

    struct Report: Sendable {
        let at: Instant
        let fault: Int
        let position: Int
        let way: Way
        /// The neighbours have light.
        let isAlone: Bool
    }

    /// Stands for the planned work where a report names its fault.
    static let worksNumber = -1

    private(set) var works: Works?
    let start: Instant
    private(set) var faults: [Fault] = []
    /// In order of time.
    private(set) var reports: [Report] = []

    private let ground: StormGround
    private var calm: StormGround.Area?
    private var dice: DemoDice

    /// Faults begin within so many minutes, and people tell within so many of that.
    static let beginMinutes = 180
    static let reportMinutes = 25
    /// Those who tell twice have done so after so many.
    static let toldMinutes: Int64 = 34

    /// - Parameter wanted: reports of the first dark, without those who are dark once more.
    init(_ ground: StormGround, start: Instant, seed: Int, wanted: Int) {
        self.ground = ground
        self.start = start
        dice = DemoDice("storm-\(seed)")
        drawFaults()
        drawReports(wanted)
        drawWorks(seed)
    }

    /// An area without a fault, and some of its people, who tell of it all the same.
    private mutating func drawWorks(_ seed: Int) {
        var dice = DemoDice("storm-works-\(seed)")
        let feeder = ground.feeders.count - 1
        guard let area = calm else { return }
        let from = start.adding(minutes: 60)
        works = Works(
            feeder: feeder, area: area, device: ground.feeders[feeder].fuse(of: area), from: from, until: from.adding(minutes: 120),
            back: from.adding(minutes: 105))
        for (number, position) in dice.shuffled(Array(area.positions)).prefix(12).enumerated() {
            reports.append(
                Report(
                    at: from.adding(seconds: Int64(dice.number(in: 300...2_400))), fault: Self.worksNumber,
                    position: position, way: number % 5 == 4 ? .place : number % 5 == 3 ? .meter : .visitor, isAlone: false))
        }
        reports.sort { ($0.at, $0.fault, $0.position) < ($1.at, $1.fault, $1.position) }
    }

    /// The fault that made a position dark, as far as it had begun.
    func fault(feeder: Int, position: Int, by moment: Instant) -> Fault? {
        faults.first { $0.feeder == feeder && $0.positions.contains(position) && $0.at <= moment }
    }

    func range(_ code: String, _ feeder: Int) -> Range<Int> {
        let tree = ground.feeders[feeder].tree
        return tree.edge(id: code).map(tree.customers) ?? 0..<0
    }

    // MARK: Faults

    private struct Spot {
        let kind: Kind
        let feeder: Int
        let edge: Int
        let positions: Range<Int>
    }

    private mutating func drawFaults() {
        var drawn: [Spot] = []
        for feeder in ground.feeders.indices { drawn += spots(of: feeder) }
        let spots = dice.shuffled(drawn)
        let minutes = dice.shuffled(Array(1...Self.beginMinutes)).prefix(spots.count).sorted()
        var nested = Set<Int>()
        for (number, (spot, minute)) in zip(spots, minutes).enumerated() {
            let mayNest = spot.kind == .area && nested.insert(spot.feeder).inserted
            faults.append(fault(number, spot, start.adding(minutes: Int64(minute)), mayNest))
        }
    }

    /// All faults of a feeder; no household is behind two of them.
    private mutating func spots(of feeder: Int) -> [Spot] {
        let here = ground.feeders[feeder]
        let tree = here.tree
        var free = here.areas
        var found: [Spot] = []
        let lines = (0..<tree.nodeCount).filter { !tree.isSource($0) && (3...5).contains(here.areas(behind: $0).count) }
        if !lines.isEmpty {
            // The uppermost of those that nobody can tell apart is the one that the crews name.
            let edge = tree.highest(dice.pick(lines))
            found.append(Spot(kind: .section, feeder: feeder, edge: edge, positions: tree.customers(edge)))
            free.removeAll { tree.customers(edge).contains($0.positions.lowerBound) }
        }
        free = dice.shuffled(free)
        // The last feeder keeps an area for the planned work.
        if feeder == ground.feeders.count - 1 { calm = free.popLast() }
        for area in free.prefix(3) {
            let edge = tree.edge(id: dice.happens(perMille: 500) ? here.fuse(of: area) : "\(area.code)-T") ?? 0
            found.append(Spot(kind: .area, feeder: feeder, edge: edge, positions: area.positions))
        }
        free.removeFirst(min(3, free.count))
        var branches: [Spot] = []
        for area in free where branches.count < (feeder == 0 ? 3 : 4) {
            let size = area.positions.count
            let edges = (0..<tree.nodeCount).filter { edge in
                guard !tree.isSource(edge), tree.edgeValue(edge).kind == .line, tree.highest(edge) == edge else { return false }
                let range = tree.customers(edge)
                return range.count >= 3 && range.count <= size * 2 / 5 && area.positions.contains(range.lowerBound)
            }
            guard !edges.isEmpty else { continue }
            let edge = dice.pick(edges)
            branches.append(Spot(kind: .branch, feeder: feeder, edge: edge, positions: tree.customers(edge)))
        }
        found += branches
        found += houses(free, branches, feeder)
        return found
    }

    private mutating func houses(_ areas: [StormGround.Area], _ branches: [Spot], _ feeder: Int) -> [Spot] {
        let tree = ground.feeders[feeder].tree
        var list: [Spot] = []
        for area in areas.reversed() where list.count < 3 {
            let lit = area.positions.filter { position in !branches.contains { $0.positions.contains(position) } }
            guard !lit.isEmpty else { continue }
            let position = dice.pick(lit)
            list.append(
                Spot(kind: .house, feeder: feeder, edge: tree.node(of: position), positions: position..<position + 1))
        }
        return list
    }

    private mutating func fault(_ number: Int, _ spot: Spot, _ at: Instant, _ nests: Bool) -> Fault {
        let isLate = number % 9 == 4
        var pace = Pace(
            accept: Int64(dice.number(in: 1...4)), arrive: Int64(dice.number(in: 38...75)),
            find: Int64(dice.number(in: 5...12)), repair: Int64(dice.number(in: 15...70)), isLate: isLate)
        if isLate { pace.arrive = Int64(dice.number(in: 105...125)) }
        let (cause, equipment) = causes(spot.kind)
        return Fault(
            number: number, kind: spot.kind, feeder: spot.feeder, edge: spot.edge, positions: spot.positions, at: at,
            cause: cause, equipment: equipment, pace: pace, sections: sections(spot), firstIsSilent: number % 11 == 3,
            stillDark: nests ? dice.number(in: spot.positions.lowerBound...spot.positions.upperBound - 1) : nil)
    }

    private mutating func causes(_ kind: Kind) -> (String, String) {
        switch kind {
        case .section: dice.pick([("weather", "hv-line"), ("tree", "hv-line"), ("weather", "pole")])
        case .area: dice.pick([("weather", "fuse"), ("equipment", "transformer"), ("animal", "fuse")])
        case .branch: dice.pick([("tree", "lv-line"), ("weather", "lv-line"), ("weather", "pole")])
        case .house: dice.pick([("equipment", "drop"), ("weather", "meter-box")])
        }
    }

    /// The areas of a section get their supply back one after the other, by their fuses.
    private func sections(_ spot: Spot) -> [[String]] {
        guard spot.kind == .section else { return [] }
        let here = ground.feeders[spot.feeder]
        let areas = here.areas(behind: spot.edge)
        let first = areas.prefix(areas.count / 2).map(here.fuse)
        return areas.count < 5 ? [first] : [first, areas[areas.count / 2..<areas.count - 1].map(here.fuse)]
    }

    // MARK: Reports

    private mutating func drawReports(_ wanted: Int) {
        var list: [Report] = []
        for fault in faults {
            let chance = fault.kind == .house ? 1_000 : dice.number(in: 400...1_000)
            for position in fault.positions {
                if fault.stillDark != position, !dice.happens(perMille: chance) { continue }
                list.append(report(fault, position, isFirst: true))
            }
            if !list.contains(where: { $0.fault == fault.number }) {
                list.append(report(fault, fault.positions.lowerBound, isFirst: true))
            }
            guard fault.kind == .section || fault.kind == .area else { continue }
            for position in fault.positions where dice.happens(perMille: 60) {
                list.append(
                    Report(
                        at: fault.at.adding(seconds: Int64(dice.number(in: 2...20))), fault: fault.number,
                        position: position, way: .meter, isAlone: false))
            }
        }
        fit(&list, to: wanted)
        reports = list.sorted { ($0.at, $0.fault, $0.position) < ($1.at, $1.fault, $1.position) }
    }

    private mutating func report(_ fault: Fault, _ position: Int, isFirst: Bool) -> Report {
        let seconds = dice.number(in: 40...(Self.reportMinutes * 60))
        let way = fault.stillDark == position ? .visitor : way(fault, isEarly: seconds < 420)
        return Report(
            at: fault.at.adding(seconds: Int64(seconds)), fault: fault.number, position: position, way: way,
            isAlone: fault.kind == .house && dice.happens(perMille: 600))
    }

    private mutating func way(_ fault: Fault, isEarly: Bool) -> Way {
        let mayPlace = !isEarly && (fault.kind == .section || fault.kind == .area)
        switch dice.number(in: 0...99) {
        case 0..<12: return .signedIn
        case 12..<22: return .dispatcher
        case 22..<27: return mayPlace ? .place : .visitor
        default: return .visitor
        }
    }

    /// Some tell twice until there are enough; where there are too many, some of the larger faults keep quiet.
    private mutating func fit(_ list: inout [Report], to wanted: Int) {
        let told = list.filter { $0.way != .meter && $0.way != .place && faults[$0.fault].kind != .house }
        var again = dice.shuffled(told)
        while list.count < wanted, !again.isEmpty {
            let first = again.removeLast()
            list.append(
                Report(
                    at: first.at.adding(seconds: Int64(dice.number(in: 120...480))), fault: first.fault,
                    position: first.position, way: first.way, isAlone: first.isAlone))
        }
        for report in dice.shuffled(told) where list.count > wanted {
            let fault = faults[report.fault]
            guard fault.kind == .section || fault.kind == .area, fault.stillDark != report.position else { continue }
            let left = list.count { $0.fault == report.fault }
            guard left * 10 > fault.positions.count * 4 else { continue }
            list.removeAll { $0.fault == report.fault && $0.position == report.position && $0.way != .meter }
        }
    }
}
