package import Desk
package import Grid
import Registry
import Storage
package import Values

extension Work {
    /// Planned outages that run now in a village, as anybody may know them.
    func knownPlanned(at place: SupplyPlace) throws -> [KnownOutage] {
        try tx.plannedKnown(in: place.village, at: now).filter { $0.state == .running }.map { outage in
            let dark = try tx.plannedRanges(of: outage.id).filter { $0.restoredAt == nil }.map(\.positions)
            let shares = try tx.affected(feeder: outage.feeder, ranges: dark).shares.filter { $0.village == place.village }
            let names = shares.map(\.areaName).filter { !$0.isEmpty }
            let state = "planned-state.\(outage.state.rawValue)"
            return KnownOutage(
                source: .planned, number: outage.number.text, startedAt: outage.startedAt ?? outage.start,
                eta: outage.end > now ? outage.end : nil, cause: Texts(zh: outage.work, en: outage.work),
                areas: names.isEmpty ? [outage.line] : names, customers: dark.reduce(0) { $0 + $1.count },
                here: shares.reduce(0) { $0 + $1.customers },
                state: Texts(zh: desk.locales.words(.chinese)[state], en: desk.locales.words(.english)[state]),
                worker: nil,
                isMine: place.position.map { position in
                    place.feeder == outage.feeder && dark.contains { $0.contains(position) }
                } ?? false)
        }
    }
}

/// A planned outage that runs, for the map.
package struct PlannedOnMap: Sendable {
    package let number: String
    package let areas: [ID<TransformerArea>]
    package let villages: [ID<Village>]
    package let customers: Int
    package let since: Instant
    package let end: Instant
}

extension Work {
    /// Planned outages that run now, with what is still dark.
    package func plannedOnMap() throws -> [PlannedOnMap] {
        try tx.plannedRunning(county: actor.county, since: now.adding(days: -30)).map { outage in
            let dark = try tx.plannedRanges(of: outage.id).filter { $0.restoredAt == nil }.map(\.positions)
            let affected = try tx.affected(feeder: outage.feeder, ranges: dark)
            return PlannedOnMap(
                number: outage.number.text, areas: affected.areas.sorted(), villages: affected.villages.sorted(),
                customers: affected.customers, since: outage.startedAt ?? outage.start, end: outage.end)
        }
    }
}
