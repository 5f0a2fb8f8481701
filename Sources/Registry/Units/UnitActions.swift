package import Desk
import Storage
import Values

/// The county company adds a township, a station or a village.
package struct AddUnit: Action {
    package static let name = "add-unit"
    package static let door = Door.post("/units", status: 201)
    package static let who: Who = .roles(.company)
    @Input var kind: UnitKind
    @Input var parent: ID<Unit>
    @Input(.length(1...40)) var slug: String
    @Input(.length(1...40)) var name: String
    @Input(.length(0...60)) var nameEn: String?
    @Input(.length(1...20)) var pinyin: String?
    @Input var latitude: Double?
    @Input var longitude: Double?
    @Input var phone: PhoneNumber?
    /// The township of a station.
    @Input var partner: ID<Unit>?
    package init() {}

    package func perform(_ work: Work) throws -> UnitInfo {
        _ = try work.unit(parent, reachedBy: [.company])
        return try work.addUnit(draft())
    }
}

/// The county company corrects name, place or phone of a unit. Its path stays: rows refer to it.
package struct ChangeUnit: Action {
    package static let name = "change-unit"
    package static let door = Door.post("/units/:unit")
    package static let who: Who = .roles(.company)
    @Input(.hidden) var unit: ID<Unit>
    @Input(.length(1...40)) var name: String
    @Input(.length(0...60)) var nameEn: String?
    @Input(.length(1...20)) var pinyin: String?
    @Input var latitude: Double?
    @Input var longitude: Double?
    @Input var phone: PhoneNumber?
    package init() {}

    package func perform(_ work: Work) throws -> UnitInfo {
        let old = try work.unit(unit, reachedBy: [.company])
        let place = try place(latitude, longitude)
        try work.tx.run(
            """
            UPDATE unit SET name = \(name), name_en = \(nameEn ?? ""), pinyin = \(pinyin?.lowercased() ?? old.pinyin),
                            latitude = \(place?.latitude), longitude = \(place?.longitude), phone = \(phone?.digits)
            WHERE id = \(unit)
            """)
        try work.record(EventDraft("unit.changed", of: "unit", unit.text, ["path": old.path], county: old.county))
        try work.touchDirectory()
        guard let changed = try work.tx.unit(unit) else { throw Problem.notFound }
        return changed
    }
}

/// The county company closes a unit that has nothing open below it. Its pairing ends today.
package struct CloseUnit: Action {
    package static let name = "close-unit"
    package static let door = Door.post("/units/:unit/close")
    package static let who: Who = .roles(.company)
    @Input(.hidden) var unit: ID<Unit>
    package init() {}

    package func perform(_ work: Work) throws -> UnitInfo {
        let old = try work.unit(unit, reachedBy: [.company])
        guard !old.isClosed else { throw Problem(.conflict, "unit-already-closed") }
        guard try !work.tx.hasOpenUnits(below: unit) else { throw Problem(.conflict, "unit-not-empty") }
        if old.kind == .station, let township = old.partner, try work.tx.hasOpenUnits(below: township) {
            throw Problem(.conflict, "unit-not-empty")
        }
        if old.kind == .county { throw Problem(.conflict, "unit-not-empty") }
        if old.kind == .village { try work.endPairing(of: ID(unit.text), on: work.now.day) }
        try work.tx.run("UPDATE unit SET closed_at = \(work.now) WHERE id = \(unit)")
        try work.tx.run("UPDATE grant_ SET until = \(work.now) WHERE unit = \(unit) AND until IS NULL")
        try work.tx.run(
            """
            UPDATE service_point SET closed = CASE WHEN opened > \(work.now.day) THEN opened ELSE \(work.now.day) END
            WHERE village = \(unit) AND closed IS NULL
            """)
        try work.record(EventDraft("unit.closed", of: "unit", unit.text, ["path": old.path], county: old.county))
        try work.touchDirectory()
        guard let closed = try work.tx.unit(unit) else { throw Problem.notFound }
        return closed
    }
}

/// - Throws: a complaint on `latitude` when only one of the two is given or they are off the earth.
func place(_ latitude: Double?, _ longitude: Double?) throws -> Place? {
    guard latitude != nil || longitude != nil else { return nil }
    guard let latitude, let longitude, let place = Place(latitude: latitude, longitude: longitude) else {
        throw Problem.invalid("latitude", "not-a-place")
    }
    return place
}

// MARK: - Queries through the API

/// Units as a flat list, key-paged by path.
package struct ListUnits: Query {
    package static let name = "list-units"
    package static let door = Door.get("/units")
    package static let who: Who = .anybody
    @Input(.length(1...200)) var under: String?
    @Input var kind: UnitKind?
    @Input(.length(1...200)) var after: String?
    @Input(.range(1...200)) var limit: Int?
    package init() {}

    package func fetch(_ work: Work) throws -> UnitList {
        let limit = limit ?? 50
        let found = try work.tx.units(under: under, kind: kind, after: after, limit: limit + 1)
        return UnitList(items: Array(found.prefix(limit)), next: found.count > limit ? found[limit - 1].path : nil)
    }
}

package struct UnitList: Answer {
    package let items: [UnitInfo]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(UnitInfo.schema)), ("next", .text)], optional: ["next"])
    }
}

/// Villages by search, by position, or all in turn.
package struct ListVillages: Query {
    package static let name = "list-villages"
    package static let door = Door.get("/villages")
    package static let who: Who = .anybody
    @Input(.length(1...40)) var q: String?
    @Input var lat: Double?
    @Input var lon: Double?
    @Input(.length(1...200)) var county: String?
    @Input(.length(1...200)) var after: String?
    @Input(.range(1...200)) var limit: Int?
    package init() {}

    package func fetch(_ work: Work) throws -> VillageList {
        let limit = limit ?? 50
        if lat != nil || lon != nil {
            guard let lat, let lon, let place = Place(latitude: lat, longitude: lon) else {
                throw Problem.invalid("lat", "not-a-place")
            }
            return VillageList(items: try work.tx.villages(near: place, county: county, limit: limit), next: nil)
        }
        if let q { return VillageList(items: try work.tx.searchVillages(q, county: county, limit: limit), next: nil) }
        let found = try work.tx.villages(county: county, after: after, limit: limit + 1)
        return VillageList(items: Array(found.prefix(limit)), next: found.count > limit ? found[limit - 1].path : nil)
    }
}

package struct VillageList: Answer {
    package let items: [VillageInfo]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(VillageInfo.schema)), ("next", .text)], optional: ["next"])
    }
}

/// One village with what the public may know of it.
package struct ReadVillage: Query {
    package static let name = "read-village"
    package static let door = Door.get("/villages/:village")
    package static let who: Who = .anybody
    @Input var village: ID<Village>
    package init() {}

    package func fetch(_ work: Work) throws -> VillagePublic {
        guard let found = try work.tx.villagePublic(village, on: work.now.day, keys: work.desk.keys) else {
            throw Problem.notFound
        }
        return found
    }
}

/// The two people who serve a village.
package struct ReadVillagePeople: Query {
    package static let name = "read-village-people"
    package static let door = Door.get("/villages/:village/people")
    package static let who: Who = .anybody
    @Input var village: ID<Village>
    package init() {}

    package func fetch(_ work: Work) throws -> VillageServers {
        guard try work.tx.village(village) != nil else { throw Problem.notFound }
        return try work.tx.servers(of: village, on: work.now.day, keys: work.desk.keys)
    }
}
