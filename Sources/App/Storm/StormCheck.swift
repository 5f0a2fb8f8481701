import Desk
import Grid
import Insight
import Outages
import PowerRules
import Registry
import Storage
import Values

/// Compares what the program holds after the night with the truth.
struct StormCheck: Sendable {
    /// One thing that was compared.
    struct Line: Sendable {
        let what: String
        let expected: String
        let found: String
        var isEqual: Bool { expected == found }
    }

    let county: StormCounty
    let log: StormLog
    private(set) var lines: [Line] = []
    /// What does not fit, one by one.
    private(set) var differences: [String] = []
    private var incidents: [StormIncident] = []

    var isGood: Bool { differences.isEmpty && lines.allSatisfy(\.isEqual) }

    init(_ county: StormCounty, _ log: StormLog) {
        self.county = county
        self.log = log
    }

    mutating func run() async throws {
        differences += log.troubles.map { "refused: \($0)" }
        incidents = try await county.desk.database.read { [county] in
            try $0.stormIncidents(county: county.path, onlyOpen: false).filter { $0.joinedInto == nil }
        }
        try await checkIncidents()
        try await checkReports()
        try await checkFigures()
        let messages = try await county.desk.database.read { [county] in try $0.stormMessages(county: county.path) }
        StormTold(county, log, messages).check {
            add($0, $1, $2)
        } differ: {
            differences.append($0)
        }
    }

    private mutating func add(_ what: String, _ expected: some CustomStringConvertible, _ found: some CustomStringConvertible) {
        lines.append(Line(what: what, expected: expected.description, found: found.description))
    }

    // MARK: Outages

    private mutating func checkIncidents() async throws {
        add("outages", log.faults.count, incidents.count)
        let mine = Dictionary(log.incident.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        for incident in incidents where mine[incident.id] == nil {
            differences.append("outage \(incident.number) is no fault of the night (\(incident.reports) reports, \(incident.state))")
        }
        var exact = 0
        var over = 0
        for fault in log.faults {
            guard let id = log.incident[fault.number], let incident = incidents.first(where: { $0.id == id }) else {
                differences.append("fault \(fault.number) (\(fault.kind.rawValue), \(fault.positions.count) customers) has no outage")
                continue
            }
            if ["resolved", "confirmed"].contains(incident.state) { over += 1 }
            let device = try await county.desk.database.read { tx in try incident.device.flatMap { try tx.device($0) } }
            let isThere = fault.kind == .house ? incident.isSingle : device?.positions == fault.positions
            if isThere, incident.customers == fault.positions.count {
                exact += 1
            } else {
                differences.append(
                    "fault \(fault.number) (\(fault.kind.rawValue), \(fault.positions)) is written at \(device?.code ?? "-") \(device?.positions ?? 0..<0) with \(incident.customers) customers"
                )
            }
            if incident.startedAt != log.firstWord[fault.number] {
                differences.append("fault \(fault.number) began \(log.firstWord[fault.number]?.iso ?? "-"), written \(incident.startedAt.iso)")
            }
        }
        add("outages at the right device", log.faults.count, exact)
        add("outages that are over", log.faults.count, over)
        for (nested, parent) in log.parents.sorted(by: { $0.key < $1.key }) {
            let found = incidents.first { $0.id == log.incident[nested] }?.parent
            if found != log.incident[parent] { differences.append("fault \(nested) does not stand behind \(parent)") }
        }
        let confirmed = incidents.count { $0.state == "confirmed" }
        add("outages that all households confirmed", log.confirmedAsked.count, confirmed)
    }

    /// Every word stands in the outage of its fault.
    private mutating func checkReports() async throws {
        let words = try await county.desk.database.read { [county] in try $0.stormWords(county: county.path) }
        var right = 0
        let into = try await joined()
        for word in words {
            guard let feeder = county.feeders.firstIndex(where: { $0 == word.feeder }), let position = word.somewhere else { continue }
            if log.isWorks(feeder: feeder, position: position) {
                // Dark on purpose: known, and no outage of its own.
                if word.incident == nil { right += 1 }
                continue
            }
            guard let incident = word.incident else { continue }
            let fault = log.fault(feeder: feeder, position: position, by: word.at)
            if fault.flatMap({ log.incident[$0.number] }) == into[incident] ?? incident { right += 1 }
        }
        add("reports", log.reports, words.count)
        add("reports in the outage of their fault, or explained by the planned work", words.count, right)
        let left = try await county.desk.database.read { [county] in try $0.stormReports(county: county.path, state: "waiting") }
        add("reports that nobody has looked at", 0, left)
        guard let works = log.works else { return }
        for template in ["planned-announced", "planned-started", "planned-restored"] {
            let told = try await county.desk.database.read { [county] in try $0.stormTold(county: county.path, template: template) }
            add("planned work: households that heard \(template)", works.area.positions.count, told)
        }
    }

    private func joined() async throws -> [ID<Case>: ID<Case>] {
        let all = try await county.desk.database.read { [county] in try $0.stormIncidents(county: county.path, onlyOpen: false) }
        return Dictionary(uniqueKeysWithValues: all.compactMap { incident in incident.joinedInto.map { (incident.id, $0) } })
    }

    // MARK: Figures

    /// What the page of results says to the county's company, against the plan's own arithmetic.
    private mutating func checkFigures() async throws {
        let desk = county.desk
        let now = desk.clock.now
        guard let id = try await desk.database.read({ try $0.setting("demo.company") }),
            let company = try await desk.database.read({ try $0.actor(for: ID(id), at: now) })
        else { throw StormTrouble("the county has no company") }
        let truth = StormTruth(county.ground, log)
        var query = ReliabilityQuery()
        query.year = StormCommand.start.day.year
        query.n = 2
        query.by = .feeder
        let byFeeder = try await desk.fetch(query, by: company)
        query.by = .area
        let byArea = try await desk.fetch(query, by: company)

        let faults = Dictionary(log.incident.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let late = incidents.count { incident in
            // The promise runs from the first word, also where a part became an outage of its own.
            let word = faults[incident.id].flatMap { log.firstWord[$0] }
            let begun = log.promisedSince[incident.id] ?? word ?? incident.openedAt
            return begun.adding(minutes: 90) < (log.arrivals[incident.id] ?? begun)
        }
        let arrival = byFeeder.promises.first { $0.limit == "arrival" }
        add("arrivals within 90 minutes", incidents.count - late, arrival?.kept ?? 0)
        add("arrivals after that", late, arrival?.missed ?? 0)
        let customers = DemoCountyPlan.customerCount + county.ground.households.count
        add("county", truth.figures(served: customers) { _ in true }.line, StormFigures(byFeeder.all).line)
        add("interrupted twice", fixed(Double(log.parents.count) / Double(customers), 6), fixed(byFeeder.cemi, 6))
        for (number, feeder) in county.ground.feeders.enumerated() {
            let figures = byFeeder.rows.first { [county] in $0.key == county.feeders[number].text }
            compare(feeder.code, truth.figures(served: feeder.tree.customerCount) { $0.feeder == feeder.code }, figures)
            let areas = try await desk.database.read { [county] in try $0.areas(of: county.feeders[number]) }
            for area in areas {
                compare(
                    area.code, truth.figures(served: area.customers) { $0.area == area.code },
                    byArea.rows.first { $0.key == area.id.text })
            }
        }
    }

    /// Where nothing happened there may be no row.
    private mutating func compare(_ what: String, _ truth: StormFigures, _ found: ReliabilityFigures?) {
        if found == nil, truth.interrupted == 0 { return add(what, "nothing", "nothing") }
        add(what, truth.line, found.map { StormFigures($0).line } ?? "nothing")
    }
}
