package import Desk
package import Grid
package import Registry
import Service
import Storage
package import Values

/// How somebody who is dark knows of it.
package enum HouseholdTold: String, Sendable, Codable, CaseIterable {
    /// They told us themselves, and hear all that follows.
    case reported
    /// Has news in the application, or hears the next news there.
    case told, waiting
    /// Stands on the list of those to go to; was visited.
    case visiting, visited
    /// Nobody can reach them but a neighbour.
    case unreachable
}

/// A household of an outage. Name and address are masked for those who do not serve its village; a
/// connection of which no account is known has none.
package struct IncidentHousehold: Answer, Equatable {
    package let number: String?
    package let name: String?
    package let address: String?
    package let villageName: String?
    package let area: String?
    package let tags: [HouseholdTagKind]
    package let isDark: Bool
    package let restoredAt: Instant?
    package let told: HouseholdTold
    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("name", .text), ("address", .text), ("villageName", .text), ("area", .text),
                ("tags", .array(.choice(HouseholdTagKind.allCases.map(\.rawValue)))), ("isDark", .boolean),
                ("restoredAt", .moment), ("told", .choice(HouseholdTold.allCases.map(\.rawValue))),
            ], optional: ["number", "name", "address", "villageName", "area", "restoredAt"])
    }
}

package struct IncidentHouseholdPage: Answer, Equatable {
    /// How many households the reader may see, with those that stand on top.
    package let count: Int
    package let dark: Int
    /// Those who must not be left alone in the dark; on the first page only.
    package let first: [IncidentHousehold]
    package let items: [IncidentHousehold]
    package let next: String?
    package static var schema: Schema {
        .object(
            [
                ("count", .integer(min: 0)), ("dark", .integer(min: 0)), ("first", .array(IncidentHousehold.schema)),
                ("items", .array(IncidentHousehold.schema)), ("next", .text),
            ], optional: ["next"])
    }
}

/// The households of an outage in the order of the network, key-paged; the station sees all, who serves a
/// village those of the village.
package struct IncidentHouseholdsQuery: Query {
    package static let name = "incident-households"
    package static let door = Door.get("/incidents/:incident/households")
    package static let who: Who = .roles(.attendant, .liaison, .representative, .dispatcher, .stationHead, .company)
    private static let pageSize = 50
    @Input package var incident: Code
    @Input(.range(1...100)) package var limit: Int?
    /// Where the last page ended.
    @Input(.length(1...200), .hidden) package var after: String?
    package init() {}

    package func fetch(_ work: Work) throws -> IncidentHouseholdPage {
        let found = try work.listedIncident(incident).incident
        let villages = try work.villages(of: found)
        let list = IncidentHouseholdList(work: work, incident: found, villages: villages)
        return try list.page(after: after, limit: limit ?? Self.pageSize)
    }
}

extension Work {
    /// Villages of which this person sees the households; nil: all.
    fileprivate func villages(of incident: Incident) throws -> [ID<Village>]? {
        if actor.isSystem || actor.has(.company) { return nil }
        if actor.grants.contains(where: { $0.unit == incident.station && [.dispatcher, .stationHead].contains($0.role) }) {
            return nil
        }
        let mine = actor.grants.filter { Role.staff.contains($0.role) && !$0.reach.isEmpty }
        return try tx.villages(of: incident.id).map(\.village).filter { village in
            guard let path = try tx.village(village)?.path else { return false }
            return mine.contains { reaches(path, from: $0.reach) }
        }
    }

    /// Whoever depends on a machine is visited at once: the liaison and the representative of the village
    /// find them on their list of people to go to.
    func visitLifeSupport(of incident: Incident) throws {
        guard incident.isOpen else { return }
        let known = try tx.taggedHouseholds(of: incident, try tx.allRanges(of: incident.id), tags: [.lifeSupport])
        guard !known.isEmpty else { return }
        let place = try spokenPlace(of: incident) ?? ""
        for household in known where household.isDark {
            try owe(
                MessageDraft(
                    key: incident.visitKey(household.account),
                    to: .customer(person: nil, name: household.name, phone: nil, village: household.village),
                    template: "outage-life-support",
                    data: [
                        "number": incident.number.text, "village": household.villageName, "address": household.address,
                        "place": place.isEmpty ? household.villageName : place,
                    ], caseID: incident.id.text), county: incident.county)
        }
    }
}

extension Incident {
    /// Once for each time that it went dark.
    func visitKey(_ account: ID<Account>) -> String {
        "\(id.text)/life-support/\(account.text)" + (reopenedAt.map { "/\($0.milliseconds)" } ?? "")
    }
}

/// Puts one page together.
private struct IncidentHouseholdList {
    let work: Work
    let incident: Incident
    let villages: [ID<Village>]?

    func page(after: String?, limit: Int) throws -> IncidentHouseholdPage {
        let ranges = try work.tx.allRanges(of: incident.id).sorted {
            ($0.dark.feeder, $0.dark.positions.lowerBound) < ($1.dark.feeder, $1.dark.positions.lowerBound)
        }
        let tagged = try work.tx.taggedHouseholds(of: incident, ranges, tags: PlannedTellings.visitedTags)
            .filter { household in villages.map { $0.contains(household.village) } ?? true }
        let onTop = tagged.map(\.account)
        let rows: [IncidentHouseholdRow]
        if ranges.isEmpty {
            rows = try work.tx.householdsThatTold(
                incident, villages: villages, besides: onTop, after: after, limit: limit + 1)
        } else {
            rows = try walk(ranges, besides: onTop, after: after, limit: limit + 1)
        }
        let shown = Array(rows.prefix(limit))
        let first = after == nil ? tagged.map(\.row) : []
        let told = try HouseholdsTold(work.tx, incident, (first + shown).compactMap(\.account))
        let counts = try self.counts(ranges)
        return IncidentHouseholdPage(
            count: counts.all, dark: counts.dark, first: first.map { view($0, told) }, items: shown.map { view($0, told) },
            next: rows.count > limit ? shown.last?.key : nil)
    }

    /// In the order of the network.
    private func walk(
        _ ranges: [(dark: DarkRange, back: Instant?)], besides: [ID<Account>], after: String?, limit: Int
    ) throws -> [IncidentHouseholdRow] {
        var from: (ID<Feeder>, Int)?
        if let after {
            let parts = after.split(separator: "~").map(String.init)
            guard parts.count == 2, let feeder = ID<Feeder>(parsing: parts[0]), let position = Int(parts[1]) else {
                throw Problem.invalid("after", "bad-cursor")
            }
            from = (feeder, position)
        }
        var rows: [IncidentHouseholdRow] = []
        for (range, back) in ranges where rows.count < limit {
            var positions = range.positions
            if let from {
                if range.feeder < from.0 || range.feeder == from.0 && range.positions.upperBound <= from.1 + 1 { continue }
                if range.feeder == from.0 { positions = max(positions.lowerBound, from.1 + 1)..<positions.upperBound }
            }
            rows += try work.tx.households(
                of: range.feeder, positions, restoredAt: back, villages: villages, besides: besides, limit: limit - rows.count)
        }
        return rows
    }

    private func counts(_ ranges: [(dark: DarkRange, back: Instant?)]) throws -> (all: Int, dark: Int) {
        guard let villages else { return (incident.customers, incident.dark) }
        let shares = try work.tx.villages(of: incident.id).filter { villages.contains($0.village) }
        return (shares.reduce(0) { $0 + $1.customers }, shares.reduce(0) { $0 + $1.dark })
    }

    private func view(_ row: IncidentHouseholdRow, _ told: HouseholdsTold) -> IncidentHousehold {
        let serving: Set<Role> = [.attendant, .liaison, .representative, .dispatcher, .stationHead]
        let serves = row.path.map { work.actor.has(serving, at: $0) } ?? false
        return IncidentHousehold(
            number: row.number, name: row.name.map { serves ? $0 : Masking.name($0) },
            address: row.address.map { serves ? $0 : Masking.address($0) }, villageName: row.villageName, area: row.area,
            tags: row.account.map(told.tags) ?? [], isDark: row.restoredAt == nil, restoredAt: row.restoredAt,
            told: told.state(of: row))
    }
}
