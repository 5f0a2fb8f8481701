import Insight
import PowerRules
import Values

/// The figures of a feeder, an area or the county, as they are printed.
struct StormFigures: Sendable, Equatable {
    let customersServed: Int
    let interrupted: Int
    let customerMinutes: String
    let saifi: String
    let saidi: String
    let caidi: String

    var line: String {
        "\(interrupted) / \(customersServed), \(customerMinutes) min, SAIFI \(saifi), SAIDI \(saidi), CAIDI \(caidi)"
    }
}

/// What the plan's own arithmetic says: who was dark from when to when. An interruption begins with
/// the first word that came of its fault, and ends for each section when its supply came back.
struct StormTruth: Sendable {
    /// A group of customers of one area in one step of one fault.
    struct Row: Sendable {
        let fault: Int
        let feeder: String
        let area: String
        let customers: Int
        let milliseconds: Int64
    }
    let rows: [Row]

    init(_ ground: StormGround, _ log: StormLog) {
        var rows: [Row] = []
        for fault in log.faults {
            guard let begin = log.firstWord[fault.number] else { continue }
            let feeder = ground.feeders[fault.feeder]
            for step in log.restored[fault.number] ?? [] {
                for area in feeder.areas {
                    let customers = step.positions.clamped(to: area.positions).count
                    guard customers > 0 else { continue }
                    rows.append(
                        Row(
                            fault: fault.number, feeder: feeder.code, area: "\(area.code)-T", customers: customers,
                            milliseconds: step.at.since(begin)))
                }
            }
        }
        if let works = log.works, let began = log.worksBegan, let over = log.worksOver {
            rows.append(
                Row(
                    fault: StormPlan.worksNumber, feeder: ground.feeders[works.feeder].code, area: "\(works.area.code)-T",
                    customers: works.area.positions.count, milliseconds: over.since(began)))
        }
        self.rows = rows
    }

    func figures(served: Int, where isMine: (Row) -> Bool) -> StormFigures {
        // More than five minutes (IEEE 1366).
        let mine = rows.filter { isMine($0) && $0.milliseconds > 300_000 }
        let interrupted = mine.reduce(0) { $0 + $1.customers }
        let minutes = Double(mine.reduce(Int64(0)) { $0 + Int64($1.customers) * $1.milliseconds }) / 60_000
        return StormFigures(
            customersServed: served, interrupted: interrupted, customerMinutes: fixed(minutes, 4),
            saifi: fixed(Double(interrupted) / Double(served), 6), saidi: fixed(minutes / Double(served), 4),
            caidi: interrupted == 0 ? "-" : fixed(minutes / Double(interrupted), 4))
    }
}

extension StormFigures {
    /// What the program says.
    init(_ found: ReliabilityFigures) {
        self.init(
            customersServed: found.customersServed, interrupted: found.customersInterrupted,
            customerMinutes: fixed(found.customerMinutes, 4), saifi: fixed(found.saifi, 6),
            saidi: fixed(found.saidiMinutes, 4), caidi: found.caidiMinutes.map { fixed($0, 4) } ?? "-")
    }
}
