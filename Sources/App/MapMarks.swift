import Desk
import Grid
import Outages
import Service
import Values
import Web

/// What the services put on the map, gathered where all of them are known.
enum MapMarks {
    static let sources = MapSources(heeded: heeded) { visit, bounds in
        let (running, works, open) = try await visit.desk.look(by: visit.actor, at: visit.now) { work in
            (try work.outagesOnMap(), try work.plannedOnMap(), try bounds.map { try cases(work, $0) } ?? [])
        }
        return MapShown(
            outages: running.map { outage($0, visit) } + works.map { outage($0, visit) },
            marks: open.map { mark($0, visit) } + (bounds.map { crews(running, visit, $0) } ?? []))
    }

    /// Outages for everybody; for the staff also the cases that they reach.
    @Sendable private static func heeded(_ visit: Visit, _ county: String) -> @Sendable (String) -> Bool {
        let outages = countyTopic(county, kind: Incident.kind)
        let own = StaffDoors.reachable(visit)
        return { $0 == outages || own($0) }
    }

    /// A running outage: anybody may know of it.
    private static func outage(_ one: OutageOnMap, _ visit: Visit) -> MapOutage {
        let cause = one.incident.cause.flatMap {
            visit.desk.kinds.current(Incident.kind)?.field("cause")?.words(for: $0).in(visit.language)
        }
        return MapOutage(
            id: one.incident.number.text, title: cause ?? visit.words["outages.here.cause-open"], isPlanned: false,
            areas: one.areas, villages: one.villages, customers: one.incident.dark, since: one.incident.startedAt,
            expected: one.incident.eta, link: link(to: one))
    }

    /// Planned work that runs: anybody may know of it.
    private static func outage(_ one: PlannedOnMap, _ visit: Visit) -> MapOutage {
        MapOutage(
            id: one.number, title: visit.words["reliability.planned-work"], isPlanned: true, areas: one.areas,
            villages: one.villages, customers: one.customers, since: one.since, expected: one.end,
            link: "/planned/\(one.number)")
    }

    private static func link(to one: OutageOnMap) -> String? {
        one.isOpenToViewer ? "/outages/\(one.incident.number.text)" : nil
    }

    /// Who works on an outage in the view: for the staff.
    private static func crews(_ outages: [OutageOnMap], _ visit: Visit, _ bounds: MapBounds) -> [MapMark] {
        guard visit.actor.isStaff else { return [] }
        let working: Set<String> = ["accepted", "dispatched", "in-progress", "on-site", "isolated", "part-restored"]
        return outages.compactMap { one in
            guard let place = one.place, let worker = one.worker, working.contains(one.state), bounds.contains(place)
            else { return nil }
            return MapMark(kind: .crew, place: place, title: "\(worker) \(one.incident.number.text)", link: link(to: one))
        }
    }

    /// Open cases in the view that this visitor may see.
    private static func cases(_ work: Work, _ bounds: MapBounds) throws -> [MapCase] {
        guard work.actor.isStaff else { return [] }
        return try StaffQueries.mapCases(
            work, south: bounds.south, west: bounds.west, north: bounds.north, east: bounds.east)
    }

    private static func mark(_ one: MapCase, _ visit: Visit) -> MapMark {
        let kind = visit.desk.kinds.current(one.kind)?.title.in(visit.language) ?? one.kind
        return MapMark(
            kind: one.isDanger ? .danger : .case, place: one.place, title: "\(kind) \(one.number.text)",
            link: "/cases/\(one.number.text)")
    }
}
