package import Desk
import Registry
import Storage
package import Values

/// An open case with a place, as the map marks it.
package struct MapCase: Sendable, Hashable {
    package let number: Code
    package let kind: String
    package let place: Place
    package let isDanger: Bool
}

extension StaffQueries {
    /// Cases that a map marks at most.
    package static let mostMapCases = 200

    /// Open cases within these degrees that the actor may see, the most pressing first.
    package static func mapCases(
        _ work: Work, south: Double, west: Double, north: Double, east: Double
    ) throws -> [MapCase] {
        guard work.actor.isStaff else { return [] }
        return try work.tx.rows(
            """
            SELECT c.number, c.kind, c.latitude, c.longitude, c.dangers FROM cases c
            WHERE c.county = \(work.actor.county) AND c.open = 1 AND c.latitude >= \(south) AND c.latitude <= \(north)
            AND c.longitude >= \(west) AND c.longitude <= \(east) AND \(sql: CaseSight(work.actor).sql())
            ORDER BY c.rank, c.due_at, c.id LIMIT \(mostMapCases)
            """
        ) { row -> MapCase? in
            guard let place = Place(latitude: row[2], longitude: row[3]) else { return nil }
            return MapCase(number: row[0], kind: row[1], place: place, isDanger: !(row[4] as String).isEmpty)
        }.compactMap { $0 }
    }
}
