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

    /// What anybody may know of: running outages of more than one house. A few queries for all of them,
    /// since a storm has hundreds and every open map asks.
    package func outagesOnMap() throws -> [OutageOnMap] {
        let county: SQL = actor.county.isEmpty ? "1 = 1" : "i.county = \(actor.county)"
        let found = try tx.incidents(
            where: "\(sql: county) AND i.open = 1 AND i.single = 0 ORDER BY i.started_at, i.id LIMIT \(Self.mapMax)")
        let ids = found.map(\.id)
        let areas = Dictionary(grouping: try tx.darkAreas(of: ids), by: \.incident)
        let villages = Dictionary(grouping: try tx.darkVillages(of: ids), by: \.incident)
        let cases = Dictionary(
            try tx.cases(where: "c.id IN \(list: ids)").map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let names = try tx.personNames(cases.values.compactMap(\.assignee))
        let areaPlaces = try tx.places(ofAreas: found.compactMap(\.area))
        let villagePlaces = try tx.places(ofVillages: found.compactMap(\.village))
        let sight = CaseSight(actor)
        return found.map { incident in
            let about = cases[incident.id]
            return OutageOnMap(
                incident: incident, areas: (areas[incident.id] ?? []).map(\.area),
                villages: (villages[incident.id] ?? []).map(\.village), state: about?.state ?? "",
                worker: about?.assignee.flatMap { names[$0] },
                place: incident.area.flatMap { areaPlaces[$0] } ?? incident.village.flatMap { villagePlaces[$0] },
                isOpenToViewer: actor.isStaff && about.map(sight.sees) == true)
        }
    }
}
