import Desk
import Outages
import Values

/// What was done and seen during the night: with the plan, all that the check needs to know.
struct StormLog: Sendable {
    /// How well a fault was located before anybody stood in front of it.
    enum Located: String, Sendable, CaseIterable {
        /// Exactly those who were dark.
        case exact
        /// The deepest device behind which all who had told were.
        case deepest
        case other
    }

    struct Step: Sendable {
        let at: Instant
        let positions: Range<Int>
    }

    /// The plan's faults, and those that were found behind them.
    var faults: [StormPlan.Fault]
    /// By fault: its outage.
    var incident: [Int: ID<Case>] = [:]
    var located: [Int: Located] = [:]
    /// By fault: the first word of it.
    var firstWord: [Int: Instant] = [:]
    /// By fault: who got the supply back when.
    var restored: [Int: [Step]] = [:]
    var arrivals: [ID<Case>: Instant] = [:]
    /// When an outage that others came to or left had begun as far as was known: its promise runs from there.
    var promisedSince: [ID<Case>: Instant] = [:]
    var parents: [Int: Int] = [:]
    /// By fault: positions whose household told of it by name.
    var told: [Int: Set<Int>] = [:]
    var reports = 0
    /// What of the planned work was done when.
    var worksBegan: Instant?
    var worksOver: Instant?
    /// The plan's planned work.
    let works: StormPlan.Works?
    var joins = 0
    var splits = 0
    var passedOver = 0
    var confirmedAsked: Set<Int> = []
    /// What an action refused that should have been taken.
    var troubles: [String] = []

    init(_ plan: StormPlan) {
        faults = plan.faults
        works = plan.works
    }

    func isWorks(feeder: Int, position: Int) -> Bool {
        works.map { $0.feeder == feeder && $0.area.positions.contains(position) } ?? false
    }

    /// The fault that made a position dark as far as it had begun; of two the later one.
    func fault(feeder: Int, position: Int, by moment: Instant) -> StormPlan.Fault? {
        faults.last { $0.feeder == feeder && $0.positions.contains(position) && $0.at <= moment }
    }

    /// What is still dark of a fault.
    func dark(_ fault: StormPlan.Fault) -> [Int] {
        let back = restored[fault.number] ?? []
        return fault.positions.filter { position in !back.contains { $0.positions.contains(position) } }
    }

    func isOver(_ fault: StormPlan.Fault) -> Bool { dark(fault).isEmpty }
}
