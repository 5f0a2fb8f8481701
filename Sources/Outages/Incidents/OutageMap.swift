package import Desk
package import Grid
import Registry
import Storage
package import Values

/// A running outage with what of it is dark, for the map.
package struct OutageOnMap: Sendable {
    package let incident: Incident
    package let areas: [ID<TransformerArea>]
    package let villages: [ID<Village>]
    package let state: String
    package let worker: String?
    /// Where the crew is: the middle of the area or village.
    package let place: Place?
    /// This person may open its page.
    package let isOpenToViewer: Bool
}

extension Work {
    /// More running outages than this are not drawn; the list has them all.
    private static var mapMax: Int { 300 }

    /// What anybody may know of: running outages of more than one house.
    package func outagesOnMap() throws -> [OutageOnMap] {
        let county: SQL = actor.county.isEmpty ? "1 = 1" : "i.county = \(actor.county)"
        let found = try tx.incidents(
            where: "\(sql: county) AND i.open = 1 AND i.single = 0 ORDER BY i.started_at, i.id LIMIT \(Self.mapMax)")
        return try found.map { incident in
            var areas: [ID<TransformerArea>] = []
            for range in try tx.darkRanges(of: incident.id) {
                areas += try tx.affected(feeder: range.feeder, range: range.positions).shares.compactMap(\.area)
            }
            let about = try tx.anyCase(incident.id)
            return OutageOnMap(
                incident: incident, areas: Array(Set(areas)).sorted(), villages: try tx.villages(of: incident.id).map(\.village),
                state: about?.state ?? "", worker: try about?.assignee.flatMap { try tx.personName($0) },
                place: try place(of: incident),
                isOpenToViewer: actor.isStaff && about.map(CaseSight(actor).sees) == true)
        }
    }
}
