import Desk
import Grid
import Service
import Values
import Web

/// What the services put on the map, gathered where all of them are known.
enum MapMarks {
    static let sources = MapSources(marks: { visit, bounds in try await cases(visit, bounds) })

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
