import Desk
import Grid
import Outages
import Service
import Values
import Web

/// What the services put on the map, gathered where all of them are known.
enum MapMarks {
    static let sources = MapSources(
        outages: { visit in try await outages(visit) + planned(visit) },
        marks: { visit, bounds in try await cases(visit, bounds) + crews(visit, bounds) })

    /// Running outages: anybody may know of them.
    private static func outages(_ visit: Visit) async throws -> [MapOutage] {
        let words = visit.words
        let found = try await visit.desk.look(by: visit.actor, at: visit.now) { try $0.outagesOnMap() }
        return found.map { one in
            let cause = one.incident.cause.flatMap {
                visit.desk.kinds.current(Incident.kind)?.field("cause")?.words(for: $0).in(visit.language)
            }
            return MapOutage(
                id: one.incident.number.text, title: cause ?? words["outages.here.cause-open"], isPlanned: false,
                areas: one.areas, villages: one.villages, customers: one.incident.dark, since: one.incident.startedAt,
                expected: one.incident.eta, link: one.isOpenToViewer ? "/outages/\(one.incident.number.text)" : nil)
        }
    }

    /// Planned work that runs: anybody may know of it.
    private static func planned(_ visit: Visit) async throws -> [MapOutage] {
        let words = visit.words
        let found = try await visit.desk.look(by: visit.actor, at: visit.now) { try $0.plannedOnMap() }
        return found.map { one in
            MapOutage(
                id: one.number, title: words["reliability.planned-work"], isPlanned: true, areas: one.areas,
                villages: one.villages, customers: one.customers, since: one.since, expected: one.end,
                link: "/planned/\(one.number)")
        }
    }

    /// Who works on an outage in the view.
    private static func crews(_ visit: Visit, _ bounds: MapBounds) async throws -> [MapMark] {
        guard visit.actor.isStaff else { return [] }
        let working: Set<String> = ["accepted", "dispatched", "in-progress", "on-site", "isolated", "part-restored"]
        let found = try await visit.desk.look(by: visit.actor, at: visit.now) { try $0.outagesOnMap() }
        return found.compactMap { one in
            guard let place = one.place, let worker = one.worker, working.contains(one.state),
                place.latitude >= bounds.south, place.latitude <= bounds.north, place.longitude >= bounds.west,
                place.longitude <= bounds.east
            else { return nil }
            return MapMark(
                kind: .crew, place: place, title: "\(worker) \(one.incident.number.text)",
                link: one.isOpenToViewer ? "/outages/\(one.incident.number.text)" : nil)
        }
    }

    /// Open cases in the view that this visitor may see.
    private static func cases(_ visit: Visit, _ bounds: MapBounds) async throws -> [MapMark] {
        guard visit.actor.isStaff else { return [] }
        let found = try await visit.desk.look(by: visit.actor, at: visit.now) { work in
            try StaffQueries.mapCases(
                work, south: bounds.south, west: bounds.west, north: bounds.north, east: bounds.east)
        }
        return found.map { one in
            let kind = visit.desk.kinds.current(one.kind)?.title.in(visit.language) ?? one.kind
            return MapMark(
                kind: one.isDanger ? .danger : .case, place: one.place, title: "\(kind) \(one.number.text)",
                link: "/cases/\(one.number.text)")
        }
    }
}
