import Foundation
import PowerRules
import Values

/// One object of the exported file.
struct GeoFeature: Encodable, Sendable {
    struct Geometry: Encodable, Sendable {
        let type: String
        let places: [Place]

        enum Key: String, CodingKey { case type, coordinates }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(type, forKey: .type)
            let pairs = places.map { [$0.longitude, $0.latitude] }
            if type == "Point" {
                try container.encode(pairs.first ?? [], forKey: .coordinates)
            } else {
                try container.encode(pairs, forKey: .coordinates)
            }
        }
    }

    let type = "Feature"
    let id: String
    let geometry: Geometry
    let properties: [String: String]

    enum CodingKeys: String, CodingKey { case type, id, geometry, properties }

    /// Longitude before latitude, one object a line.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    static func all(_ snapshot: MapSnapshot, _ seen: Set<Int>) -> [GeoFeature] {
        let areas = snapshot.areas.filter { seen.contains($0.feeder) }.compactMap { area -> GeoFeature? in
            guard let place = area.info.place else { return nil }
            return GeoFeature(
                id: area.info.id.text, geometry: .init(type: "Point", places: [place]),
                properties: [
                    "kind": "transformer-area", "code": area.info.code, "name": area.info.name,
                    "feeder": snapshot.feeders[area.feeder].info.code, "customers": "\(area.info.customers)",
                    "kva": area.info.kva.map { "\($0)" } ?? "",
                ])
        }
        let lines = snapshot.lines.filter { seen.contains($0.feeder) }.map { line in
            GeoFeature(
                id: line.device.text,
                geometry: .init(
                    type: line.kind == .switch || line.places.count < 2 ? "Point" : "LineString", places: line.places),
                properties: [
                    "kind": line.kind.rawValue, "code": line.code, "feeder": snapshot.feeders[line.feeder].info.code,
                    "customers": "\(line.customers)", "closed": line.isClosed ? "true" : "false",
                ])
        }
        return areas + lines
    }
}
