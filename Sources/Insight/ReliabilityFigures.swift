package import Desk
import PowerRules
package import Registry
import Storage
package import Values

/// By what the figures of supply are told apart.
package enum ReliabilityGroup: String, Sendable, CaseIterable, Codable, InputChoice {
    case village, area, feeder, month, cause
    package static var wordPrefix: String { "reliability.by" }
}

/// Figures of one group (docs/rules/reliability.md).
package struct ReliabilityFigures: Answer, Equatable {
    /// Id of the village, area or feeder, `2026-11`, or the cause; empty for the whole.
    package let key: String
    package let title: Texts
    package let customersServed: Int
    package let customersInterrupted: Int
    package let customerMinutes: Double
    package let saifi: Double
    package let saidiMinutes: Double
    package let caidiMinutes: Double?
    package let maifi: Double
    package let asai: Double

    init(_ key: String, _ title: Texts, _ indices: Reliability.Indices) {
        self.key = key
        self.title = title
        customersServed = indices.customersServed
        customersInterrupted = indices.customersInterrupted
        customerMinutes = indices.customerMinutes
        saifi = indices.saifi
        saidiMinutes = indices.saidiMinutes
        caidiMinutes = indices.caidiMinutes
        maifi = indices.maifi
        asai = indices.asai
    }

    package static var schema: Schema {
        .object(
            [
                ("key", .text), ("title", Texts.schema), ("customersServed", .integer(min: 0)),
                ("customersInterrupted", .integer(min: 0)), ("customerMinutes", .number), ("saifi", .number),
                ("saidiMinutes", .number), ("caidiMinutes", .number), ("maifi", .number), ("asai", .number),
            ], optional: ["caidiMinutes"])
    }
}

/// Figures of supply of a year.
package struct ReliabilityResults: Answer, Equatable {
    package struct Repeated: Codable, Sendable, Equatable {
        package let area: String
        package let title: Texts
        package let events: Int
        package let first: Day
        package let last: Day
    }
    package struct Promise: Codable, Sendable, Equatable {
        package let limit: String
        package let title: Texts
        package let kept: Int
        package let missed: Int
        package let open: Int
    }

    package let year: Int
    package let by: ReliabilityGroup
    package let all: ReliabilityFigures
    package let withoutMajor: ReliabilityFigures
    package let majorDays: [Day]
    /// Minutes of a day above which it is a major event; nil without a history.
    package let thresholdMinutes: Double?
    package let historyDays: Int
    /// Share of the customers with so many interruptions or more.
    package let cemiN: Int
    package let cemi: Double
    package let rs1: Double
    package let rs2: Double
    package let rs3: Double
    package let plannedHours: Double
    package let faultHours: Double
    package let rows: [ReliabilityFigures]
    /// Areas with the most minutes without supply of a customer.
    package let worst: [ReliabilityFigures]
    package let repeated: [Repeated]
    package let promises: [Promise]

    package static var schema: Schema {
        .object(
            [
                ("year", .integer()), ("by", .choice(ReliabilityGroup.allCases.map(\.rawValue))),
                ("all", ReliabilityFigures.schema), ("withoutMajor", ReliabilityFigures.schema),
                ("majorDays", .array(.date)), ("thresholdMinutes", .number), ("historyDays", .integer(min: 0)),
                ("cemiN", .integer(min: 1)), ("cemi", .number), ("rs1", .number), ("rs2", .number), ("rs3", .number),
                ("plannedHours", .number), ("faultHours", .number), ("rows", .array(ReliabilityFigures.schema)),
                ("worst", .array(ReliabilityFigures.schema)),
                (
                    "repeated",
                    .array(
                        .object([
                            ("area", .text), ("title", Texts.schema), ("events", .integer(min: 0)), ("first", .date),
                            ("last", .date),
                        ]))
                ),
                (
                    "promises",
                    .array(
                        .object([
                            ("limit", .text), ("title", Texts.schema), ("kept", .integer(min: 0)),
                            ("missed", .integer(min: 0)), ("open", .integer(min: 0)),
                        ]))
                ),
            ], optional: ["thresholdMinutes"])
    }
}

/// SAIDI and its sisters for the villages that somebody's roles reach.
package struct ReliabilityQuery: Query {
    package static let name = "reliability"
    package static let door = Door.get("/results/reliability")
    package static let who: Who = .roles(Role.staff)
    /// Three times in two months is our threshold of "again and again" (policy).
    package static let repeatedEvents = 3
    package static let repeatedDays = 60
    private static let worstMax = 10
    @Input(.range(2000...2100)) package var year: Int?
    @Input package var by: ReliabilityGroup?
    @Input package var village: ID<Village>?
    @Input(.range(1...20)) package var n: Int?
    package init() {}

    package func fetch(_ work: Work) throws -> ReliabilityResults {
        let scope = try ResultScope(work, village: village)
        let year = year ?? work.now.day.year
        guard let first = Day(year: year, month: 1, day: 1), let after = Day(year: year + 1, month: 1, day: 1),
            let five = Day(year: year - 5, month: 1, day: 1)
        else { throw Problem.invalid("year", "out-of-range") }
        let rows = try work.tx.interruptions(scope, from: first.start, to: after.start)
        let served = try work.tx.served(scope)
        // A year that runs is divided by its days so far.
        let last = min(after, max(first.adding(days: 1), work.now.day.adding(days: 1)))
        let minutes = first.distance(to: last) * 1_440
        let total = max(1, served.reduce(0) { $0 + $1.customers })
        let history = try work.tx.dailyLoss(scope, from: five.start, to: first.start)
        let threshold = MajorEventThreshold(dailySAIDI: history.values.map { Double($0) / 60_000 / Double(total) })
        let all = rows.map(\.interruption)
        let major = threshold?.majorDays(in: Reliability.dailySAIDI(all, customersServed: total)) ?? []
        let names = try Names(work, scope)
        let report = Report(rows: rows, served: served, minutes: minutes, year: year, total: total, names: names)
        let users = UserReliability(all, customersServed: total, periodMinutes: minutes)
        let n = n ?? 3
        let whole = work.both("results.whole")
        let days = Set(major)
        return ReliabilityResults(
            year: year, by: by ?? .village,
            all: ReliabilityFigures("", whole, .init(all, customersServed: total, periodMinutes: minutes)),
            withoutMajor: ReliabilityFigures(
                "", whole,
                .init(all.filter { !days.contains($0.start.day) }, customersServed: total, periodMinutes: minutes)),
            majorDays: major, thresholdMinutes: threshold?.minutes, historyDays: threshold?.nonzeroDays ?? 0, cemiN: n,
            cemi: Double(Reliability.customers(withAtLeast: n, in: once(all))) / Double(total), rs1: users.rate(.all),
            rs2: users.rate(.withoutExternal), rs3: users.rate(.withoutLimited), plannedHours: users.hours(planned: true),
            faultHours: users.hours(planned: false), rows: report.groups(by ?? .village), worst: report.worst(Self.worstMax),
            repeated: Reliability.repeatedAreas(all, atLeast: Self.repeatedEvents, withinDays: Self.repeatedDays).map {
                .init(area: $0.area, title: names.area($0.area), events: $0.events, first: $0.first, last: $0.last)
            }, promises: try promises(work, scope, first.start, after.start))
    }

    /// Customers of a step stand in one row for each village of theirs; by customer it counts once.
    private func once(_ rows: [Interruption]) -> [Interruption] {
        var seen: Set<String> = []
        return rows.filter { row in
            guard let positions = row.positions else { return true }
            return seen.insert("\(row.event)/\(row.feeder)/\(positions)/\(row.start.milliseconds)").inserted
        }
    }

    private func promises(_ work: Work, _ scope: ResultScope, _ from: Instant, _ to: Instant) throws
        -> [ReliabilityResults.Promise]
    {
        let kind = work.desk.kinds.current("outage")
        return try work.tx.promises(scope, from: from, to: to).map { row in
            .init(
                limit: row.limit, title: kind?.limit(row.limit)?.label ?? Texts(zh: row.limit, en: row.limit), kept: row.kept,
                missed: row.missed, open: row.open)
        }
    }
}

extension Work {
    /// A word in both languages.
    func both(_ key: String) -> Texts {
        Texts(zh: desk.locales.words(.chinese)[key], en: desk.locales.words(.english)[key])
    }
}

/// What the keys of groups are called.
struct Names: Sendable {
    let villages: [String: Texts]
    let areas: [String: String]
    let feeders: [String: String]
    let causes: KindField?
    let unknown: Texts
    let planned: Texts

    init(_ work: Work, _ scope: ResultScope) throws {
        villages = scope.names
        areas = try work.tx.areaHomes(county: scope.county).mapValues(\.name)
        feeders = try work.tx.feederNames(county: scope.county)
        causes = work.desk.kinds.current("outage")?.field("cause")
        unknown = work.both("reliability.unknown")
        planned = work.both("reliability.planned-work")
    }

    func area(_ key: String) -> Texts { areas[key].map { Texts(zh: $0, en: $0) } ?? unknown }
    func feeder(_ key: String) -> Texts { feeders[key].map { Texts(zh: $0, en: $0) } ?? unknown }
    func village(_ key: String) -> Texts { villages[key] ?? unknown }
    func cause(_ key: String) -> Texts { key == "planned-work" ? planned : causes?.words(for: key) ?? Texts(zh: key, en: key) }
}

/// Groups of the year's rows.
private struct Report {
    let rows: [ReliabilityRow]
    let served: [ServedShare]
    let minutes: Int
    let year: Int
    let total: Int
    let names: Names

    private func customers(_ key: (ServedShare) -> String) -> [String: Int] {
        served.reduce(into: [:]) { $0[key($1), default: 0] += $1.customers }
    }

    func groups(_ group: ReliabilityGroup) -> [ReliabilityFigures] {
        switch group {
        case .village: grouped({ $0.village }, customers(\.village), names.village)
        case .area: grouped({ $0.interruption.area }, customers(\.area), names.area)
        case .feeder: grouped({ $0.interruption.feeder }, customers(\.feeder), names.feeder)
        case .month: months()
        case .cause:
            grouped(
                { $0.interruption.cause },
                Dictionary(rows.map { ($0.interruption.cause, total) }, uniquingKeysWith: { a, _ in a }), names.cause)
        }
    }

    /// Every group that is supplied is a figure, also one without interruptions.
    private func grouped(
        _ key: (ReliabilityRow) -> String, _ served: [String: Int], _ title: (String) -> Texts
    ) -> [ReliabilityFigures] {
        let byKey = Dictionary(grouping: rows, by: key)
        return Set(served.keys).union(byKey.keys).sorted { title($0).zh == title($1).zh ? $0 < $1 : title($0).zh < title($1).zh }
            .compactMap { one in
                let customers = served[one] ?? 0
                guard customers > 0 else { return nil }
                return ReliabilityFigures(
                    one, title(one),
                    .init((byKey[one] ?? []).map(\.interruption), customersServed: customers, periodMinutes: minutes))
            }
    }

    private func months() -> [ReliabilityFigures] {
        let byMonth = Dictionary(grouping: rows) { $0.interruption.start.day.month }
        return (1...12).map { month in
            let key = "\(year)-\(month < 10 ? "0" : "")\(month)"
            return ReliabilityFigures(
                key, Texts(zh: key, en: key),
                .init(
                    (byMonth[month] ?? []).map(\.interruption), customersServed: total,
                    periodMinutes: Reliability.minutes(ofMonth: month, year: year)))
        }
    }

    func worst(_ limit: Int) -> [ReliabilityFigures] {
        Reliability.worstServed(
            rows.map(\.interruption), by: { $0.area }, customersServed: customers(\.area), periodMinutes: minutes,
            limit: limit
        ).map { ReliabilityFigures($0.key, names.area($0.key), $0.indices) }
    }
}
