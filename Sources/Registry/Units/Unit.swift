package import Desk
import Storage
package import Values

/// What a unit of the tree is.
package enum UnitKind: String, Sendable, Hashable, CaseIterable, Codable, SQLBindable, SQLReadable, InputChoice {
    case province, city, county, township, station, village
    package static var wordPrefix: String { "unit-kind" }

    /// Kinds that may stand directly above.
    var parents: Set<UnitKind> {
        switch self {
        case .province: []
        case .city: [.province]
        case .county: [.city, .province]
        case .township, .station: [.county]
        case .village: [.township]
        }
    }
}

/// A unit of the tree. Its path is the slugs from the top joined by `/`.
package struct UnitInfo: Answer, Hashable {
    package let id: ID<Unit>
    package let kind: UnitKind
    package let path: String
    package let county: String
    package let parent: ID<Unit>?
    package let name: String
    package let nameEn: String
    /// Initials of the name in pinyin, lower case.
    package let pinyin: String
    package let place: Place?
    package let phone: String?
    /// A station's township.
    package let partner: ID<Unit>?
    package let isClosed: Bool

    package func name(in language: Language) -> String {
        language == .chinese || nameEn.isEmpty ? name : nameEn
    }

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("kind", .choice(UnitKind.allCases.map(\.rawValue))), ("path", .text),
                ("county", .text), ("parent", .string(format: "uuid")), ("name", .text), ("nameEn", .text),
                ("pinyin", .text), ("place", Place.schema), ("phone", .text), ("partner", .string(format: "uuid")),
                ("isClosed", .boolean),
            ], optional: ["parent", "place", "phone", "partner"])
    }
}

/// A village with the township and the station above it.
package struct VillageInfo: Answer, Hashable {
    package let id: ID<Village>
    package let path: String
    package let name: String
    package let nameEn: String
    package let pinyin: String
    package let county: String
    /// Path of the township.
    package let township: String
    package let townshipName: String
    package let townshipNameEn: String
    package let station: ID<Unit>
    package let stationName: String
    package let stationNameEn: String
    package let stationPhone: String?
    package let place: Place?

    package var unit: ID<Unit> { ID(id.text) }

    package func name(in language: Language) -> String {
        language == .chinese || nameEn.isEmpty ? name : nameEn
    }
    package func townshipName(in language: Language) -> String {
        language == .chinese || townshipNameEn.isEmpty ? townshipName : townshipNameEn
    }
    package func stationName(in language: Language) -> String {
        language == .chinese || stationNameEn.isEmpty ? stationName : stationNameEn
    }

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("path", .text), ("name", .text), ("nameEn", .text), ("pinyin", .text),
                ("county", .text), ("township", .text), ("townshipName", .text), ("townshipNameEn", .text),
                ("station", .string(format: "uuid")), ("stationName", .text), ("stationNameEn", .text),
                ("stationPhone", .text), ("place", Place.schema),
            ], optional: ["stationPhone", "place"])
    }
}

extension Place {
    package static var schema: Schema { .object([("latitude", .number), ("longitude", .number)]) }

    /// Metres to another place, by the equirectangular approximation: good to 1 % within a county.
    package func metres(to other: Place) -> Double {
        let radians = Double.pi / 180
        let middle = (latitude + other.latitude) / 2 * radians
        let x = (other.longitude - longitude) * radians * cosine(middle)
        let y = (other.latitude - latitude) * radians
        return (x * x + y * y).squareRoot() * 6_371_000
    }
}

/// Cosine by its series, exact to nine digits between the poles; keeps Foundation out.
private func cosine(_ x: Double) -> Double {
    let s = x * x
    return 1 - s / 2 * (1 - s / 12 * (1 - s / 30 * (1 - s / 56 * (1 - s / 90 * (1 - s / 132)))))
}

extension Transaction {
    /// A place out of two columns that are both there or both absent.
    static func place(_ row: Row, _ latitude: Int, _ longitude: Int) -> Place? {
        guard let lat: Double = row[latitude], let lon: Double = row[longitude] else { return nil }
        return Place(latitude: lat, longitude: lon)
    }
}
