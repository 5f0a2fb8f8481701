package import Desk
import PowerRules
package import Registry
import Storage
package import Values

/// An area where the supply is weak, for the tables at which village and company negotiate.
package struct PlanningRow: Answer, Equatable {
    /// Id of the transformer area; empty where no account says it.
    package let area: String
    package let areaName: Texts
    package let village: String
    package let villageName: Texts
    package let customers: Int
    /// Requests and complaints of low voltage, and complaints of frequent outages.
    package let lowVoltage: Int
    package let frequentOutages: Int
    /// Interruptions of more than five minutes, and the minutes without supply of a customer.
    package let outages: Int
    package let saidiMinutes: Double

    package static var schema: Schema {
        .object([
            ("area", .text), ("areaName", Texts.schema), ("village", .text), ("villageName", Texts.schema),
            ("customers", .integer(min: 0)), ("lowVoltage", .integer(min: 0)), ("frequentOutages", .integer(min: 0)),
            ("outages", .integer(min: 0)), ("saidiMinutes", .number),
        ])
    }
    fileprivate var weight: Int { (lowVoltage + frequentOutages) * 10 + outages }
}

package struct PlanningList: Answer, Equatable {
    package let since: Day
    package let rows: [PlanningRow]
    package static var schema: Schema { .object([("since", .date), ("rows", .array(PlanningRow.schema))]) }
}

/// Areas with complaints of low voltage or frequent outages, or with outages again and again, in the
/// last twelve months; those with most complaints first.
package struct PlanningQuery: Query {
    package static let name = "planning"
    package static let door = Door.get("/results/planning")
    package static let who: Who = .roles(Role.staff)
    package static let months = 12
    private static let rowsMax = 500
    @Input package var village: ID<Village>?
    package init() {}

    package func fetch(_ work: Work) throws -> PlanningList {
        let scope = try ResultScope(work, village: village)
        let since = work.now.day.adding(months: -Self.months)
        let complaints = try work.tx.supplyComplaints(scope, since: since.start)
        let rows = try work.tx.interruptions(scope, from: since.start, to: work.now)
        let homes = try work.tx.areaHomes(county: scope.county)
        let names = try Names(work, scope)
        var customers: [String: Int] = [:]
        for share in try work.tx.served(scope) { customers[share.area, default: 0] += share.customers }
        var outages: [String: (events: Set<String>, lost: Int128)] = [:]
        for row in rows.map(\.interruption) where !row.isMomentary && !row.area.isEmpty {
            outages[row.area, default: ([], 0)].events.insert(row.event)
            outages[row.area, default: ([], 0)].lost += row.customerMilliseconds
        }
        var found: [String: PlanningRow] = [:]
        func add(_ area: String, _ village: String, voltage: Int, frequent: Int) {
            // One row for an area; one for each village where no account says the area.
            let key = area.isEmpty ? "village/" + village : area
            let home = area.isEmpty ? village : homes[area]?.village ?? village
            let old = found[key]
            let served = area.isEmpty ? 0 : customers[area] ?? 0
            found[key] = PlanningRow(
                area: area, areaName: names.area(area), village: home, villageName: names.village(home),
                customers: served, lowVoltage: (old?.lowVoltage ?? 0) + voltage,
                frequentOutages: (old?.frequentOutages ?? 0) + frequent, outages: outages[area]?.events.count ?? 0,
                saidiMinutes: served == 0 ? 0 : Double(outages[area]?.lost ?? 0) / 60_000 / Double(served))
        }
        for row in complaints { add(row.area ?? "", row.village, voltage: row.voltage, frequent: row.outages) }
        for (area, lost) in outages where found[area] == nil && lost.events.count >= ReliabilityQuery.repeatedEvents {
            add(area, homes[area]?.village ?? "", voltage: 0, frequent: 0)
        }
        let sorted = found.values.sorted { (-$0.weight, $0.villageName.zh, $0.area) < (-$1.weight, $1.villageName.zh, $1.area) }
        return PlanningList(since: since, rows: Array(sorted.prefix(Self.rowsMax)))
    }
}

/// What a complaint about the supply is about.
package enum SupplyMatter: String, Sendable, Codable, CaseIterable, InputChoice {
    case voltage, outage
    package static var wordPrefix: String { "supply-matter" }
    /// As the field of a case keeps it.
    var pattern: String { "%\"matter\":\"\(rawValue)\"%" }
}

/// The complaints that one number of the planning list counts.
package struct PlanningCasesQuery: Query {
    package static let name = "planning-cases"
    package static let door = Door.get("/results/planning/cases")
    package static let who: Who = .roles(Role.staff)
    private static let pageSize = 25
    @Input package var matter: SupplyMatter
    /// Those of a transformer area; those of no known area when nothing is said.
    @Input(.length(1...60)) package var area: String?
    @Input package var village: ID<Village>?
    /// Only cases whose village is unknown.
    @Input package var unknown: Bool
    @Input(.length(1...24), .hidden) package var after: String?
    package init() {}

    package func fetch(_ work: Work) throws -> ResultList {
        let scope = try ResultScope(work, village: village)
        let since = work.now.day.adding(months: -PlanningQuery.months)
        let found = try work.tx.supplyComplaintCases(
            scope, since: since.start, matter, area: area, unknownVillage: unknown, before: after.flatMap { Int64($0) },
            limit: Self.pageSize + 1)
        let shown = found.prefix(Self.pageSize)
        return ResultList(
            items: shown.map { ResultItem($0, work.desk.kinds) },
            next: found.count > Self.pageSize ? shown.last.map { String($0.key) } : nil)
    }
}
