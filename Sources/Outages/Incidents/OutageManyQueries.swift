import Desk
import Grid
import Registry
import Storage
import Values

extension Transaction {
    /// What is still dark because of each of these incidents.
    func darkRanges(of incidents: [ID<Case>]) throws -> [(incident: ID<Case>, positions: Range<Int>)] {
        guard !incidents.isEmpty else { return [] }
        return try rows(
            """
            SELECT incident, low, high FROM incident_range WHERE incident IN \(list: incidents) AND restored_at IS NULL
            ORDER BY incident, low
            """
        ) { (incident: $0[0], positions: ($0[1] as Int)..<($0[2] as Int)) }
    }

    /// Transformer areas in which customers are still dark because of these incidents.
    func darkAreas(of incidents: [ID<Case>]) throws -> [(incident: ID<Case>, area: ID<TransformerArea>)] {
        guard !incidents.isEmpty else { return [] }
        return try rows(
            """
            SELECT DISTINCT r.incident, a.id FROM incident_range r JOIN feeder f ON f.id = r.feeder
            JOIN transformer_area a ON a.version = f.version AND a.low < r.high AND a.high > r.low
            WHERE r.incident IN \(list: incidents) AND r.restored_at IS NULL ORDER BY r.incident, a.id
            """
        ) { (incident: $0[0], area: $0[1]) }
    }

    /// Villages of these incidents, of each the one with most customers first.
    func darkVillages(of incidents: [ID<Case>]) throws -> [(incident: ID<Case>, village: ID<Village>)] {
        guard !incidents.isEmpty else { return [] }
        return try rows(
            """
            SELECT incident, village FROM incident_village WHERE incident IN \(list: incidents)
            ORDER BY incident, customers DESC, village
            """
        ) { (incident: $0[0], village: $0[1]) }
    }

    func places(ofAreas areas: [ID<TransformerArea>]) throws -> [ID<TransformerArea>: Place] {
        let wanted = Set(areas).sorted()
        guard !wanted.isEmpty else { return [:] }
        let found = try rows(
            """
            SELECT a.id, a.latitude, a.longitude FROM transformer_area a JOIN feeder f ON f.version = a.version
            WHERE a.id IN \(list: wanted) AND a.latitude IS NOT NULL
            """
        ) { ($0[0] as ID<TransformerArea>, Place(latitude: $0[1], longitude: $0[2])) }
        return Dictionary(found.compactMap { id, place in place.map { (id, $0) } }, uniquingKeysWith: { first, _ in first })
    }

    func places(ofVillages villages: [ID<Village>]) throws -> [ID<Village>: Place] {
        let wanted = Set(villages).sorted()
        guard !wanted.isEmpty else { return [:] }
        let found = try rows(
            "SELECT id, latitude, longitude FROM unit WHERE id IN \(list: wanted) AND latitude IS NOT NULL"
        ) { ($0[0] as ID<Village>, Place(latitude: $0[1], longitude: $0[2])) }
        return Dictionary(found.compactMap { id, place in place.map { (id, $0) } }, uniquingKeysWith: { first, _ in first })
    }
}
