package import Desk
package import Grid
import PowerRules
import Registry
import Service
import Storage
package import Values

/// A planned outage as anybody may know it once it was announced.
package struct PlannedView: Answer, Equatable {
    package let number: String
    package let kind: PlannedKind
    package let state: PlannedState
    package let version: Int
    package let line: String
    package let work: String
    package let contact: String
    package let phone: String
    package let start: Instant
    package let end: Instant
    package let customers: Int
    package let villages: [Texts]
    package let villageIDs: [ID<Village>]
    package let announcedAt: Instant?
    package let startedAt: Instant?
    package let finishedAt: Instant?
    /// Minutes after the announced end, negative when earlier.
    package let lateMinutes: Int?
    /// Of the refusal, change or cancellation.
    package let reason: String?
    /// For those who work on it only.
    package let staff: PlannedStaffView?

    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("kind", .choice(PlannedKind.allCases.map(\.rawValue))),
                ("state", .choice(PlannedState.allCases.map(\.rawValue))), ("version", .integer()), ("line", .text),
                ("work", .text), ("contact", .text), ("phone", .text), ("start", .moment), ("end", .moment),
                ("customers", .integer(min: 0)), ("villages", .array(Texts.schema)),
                ("villageIDs", .array(.string(format: "uuid"))), ("announcedAt", .moment), ("startedAt", .moment),
                ("finishedAt", .moment), ("lateMinutes", .integer()), ("reason", .text), ("staff", PlannedStaffView.schema),
            ], optional: ["announcedAt", "startedAt", "finishedAt", "lateMinutes", "reason", "staff"])
    }
}

/// What those who work on it see beside it.
package struct PlannedStaffView: Answer, Equatable {
    package struct Telling: Codable, Sendable, Equatable {
        package let template: String
        package let madeAt: Instant
        package let told: Int
        package let visits: Int
        package let doneAt: Instant?
    }
    package let feeder: ID<Feeder>
    package let devices: [String]
    package let askedBy: String
    package let askedAt: Instant
    package let decidedBy: String?
    package let waiver: String?
    package let isListed: Bool
    package let households: Int
    package let byHand: Int
    /// Targets: 0.
    package let untold: Int
    package let unplaced: Int
    /// Customers of the sections that are dark now, or to be.
    package let stillDark: Int
    package let tellings: [Telling]

    package static var schema: Schema {
        .object(
            [
                ("feeder", .string(format: "uuid")), ("devices", .array(.text)), ("askedBy", .text),
                ("askedAt", .moment), ("decidedBy", .text), ("waiver", .text), ("isListed", .boolean),
                ("households", .integer(min: 0)), ("byHand", .integer(min: 0)), ("untold", .integer(min: 0)),
                ("unplaced", .integer(min: 0)), ("stillDark", .integer(min: 0)),
                (
                    "tellings",
                    .array(
                        .object(
                            [
                                ("template", .text), ("madeAt", .moment), ("told", .integer(min: 0)),
                                ("visits", .integer(min: 0)), ("doneAt", .moment),
                            ], optional: ["doneAt"]))
                ),
            ], optional: ["decidedBy", "waiver"])
    }
}

extension Work {
    func view(_ o: PlannedOutage) throws -> PlannedView {
        let villages = try tx.plannedVillages(of: o.id)
        return PlannedView(
            number: o.number.text, kind: o.kind, state: o.state, version: o.version, line: o.line, work: o.work,
            contact: o.contact, phone: o.phone, start: o.start, end: o.end, customers: o.customers,
            villages: villages.map(\.name), villageIDs: villages.map(\.village), announcedAt: o.announcedAt,
            startedAt: o.startedAt, finishedAt: o.finishedAt,
            lateMinutes: o.finishedAt.map { Int($0.since(o.end) / 60_000) }, reason: o.reason,
            staff: try sees(o) ? staffView(o) : nil)
    }

    private func staffView(_ o: PlannedOutage) throws -> PlannedStaffView {
        let counts = try tx.plannedCounts(of: o.id)
        let dark = try tx.plannedRanges(of: o.id).filter { $0.restoredAt == nil }
        return PlannedStaffView(
            feeder: o.feeder, devices: try tx.plannedDevices(of: o.id).map(\.code),
            askedBy: try o.askedBy.flatMap { try tx.personName($0) } ?? "", askedAt: o.askedAt,
            decidedBy: try o.decidedBy.flatMap { try tx.personName($0) }, waiver: o.waiver, isListed: o.listedAt != nil,
            households: counts.households, byHand: counts.byHand, untold: counts.untold, unplaced: counts.unplaced,
            stillDark: o.state == .running ? dark.reduce(0) { $0 + $1.positions.count } : 0,
            tellings: try tx.tellings(of: o.id).map {
                .init(template: $0.template, madeAt: $0.madeAt, told: $0.told, visits: $0.visits, doneAt: $0.doneAt)
            })
    }
}

/// One planned outage: what was announced, for anybody; before that, for those who work on it.
package struct PlannedQuery: Query {
    package static let name = "planned-outage"
    package static let door = Door.get("/planned/:outage")
    package static let who: Who = .anybody
    @Input package var outage: Code
    package init() {}

    package func fetch(_ work: Work) throws -> PlannedView {
        guard let found = try work.tx.planned(outage) else { throw Problem.notFound }
        guard try found.announcedAt != nil || work.sees(found) else { throw Problem.notFound }
        return try work.view(found)
    }
}

package struct PlannedItem: Answer, Equatable {
    package let number: String
    package let kind: PlannedKind
    package let state: PlannedState
    package let line: String
    package let work: String
    package let start: Instant
    package let end: Instant
    package let customers: Int
    package static var schema: Schema {
        .object([
            ("number", .text), ("kind", .choice(PlannedKind.allCases.map(\.rawValue))),
            ("state", .choice(PlannedState.allCases.map(\.rawValue))), ("line", .text), ("work", .text),
            ("start", .moment), ("end", .moment), ("customers", .integer(min: 0)),
        ])
    }
}

package struct PlannedPage: Answer, Equatable {
    package let items: [PlannedItem]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(PlannedItem.schema)), ("next", .text)], optional: ["next"])
    }
}

/// Planned outages that begin from a day on (30 days back when nothing is said), by their start.
package struct PlannedListQuery: Query {
    package static let name = "planned-outages"
    package static let door = Door.get("/planned")
    package static let who: Who = .roles(Role.staff)
    private static let pageSize = 25
    @Input package var from: Day?
    @Input package var to: Day?
    @Input package var state: PlannedState?
    /// `MILLISECONDS~ID` of the last one seen.
    @Input(.length(1...60), .hidden) package var after: String?
    package init() {}

    package func fetch(_ work: Work) throws -> PlannedPage {
        var key: (Instant, String)?
        if let after {
            let parts = after.split(separator: "~")
            guard parts.count == 2, let ms = Int64(parts[0]), ID<PlannedOutage>(parsing: String(parts[1])) != nil else {
                throw Problem.invalid("after", "not-a-key")
            }
            key = (Instant(milliseconds: ms), String(parts[1]))
        }
        let first = from ?? work.now.day.adding(days: -30)
        let last = to ?? first.adding(days: 500)
        let found = try work.tx.planned(
            where: plannedSight(work.actor), county: work.actor.county, from: first.start,
            to: last.adding(days: 1).start, state: state, after: key, limit: Self.pageSize + 1)
        let shown = found.prefix(Self.pageSize)
        return PlannedPage(
            items: shown.map {
                PlannedItem(
                    number: $0.number.text, kind: $0.kind, state: $0.state, line: $0.line, work: $0.work, start: $0.start,
                    end: $0.end, customers: $0.customers)
            },
            next: found.count > Self.pageSize ? shown.last.map { "\($0.start.milliseconds)~\($0.id.text)" } : nil)
    }
}
