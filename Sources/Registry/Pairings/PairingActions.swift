package import Desk
import Storage
package import Values

/// The station head pairs a village's representative and liaison from a day on.
package struct PairVillage: Action {
    package static let name = "pair-village"
    package static let door = Door.post("/villages/:village/pairing", status: 201)
    package static let who: Who = .roles(.stationHead, .company)
    @Input(.hidden) var village: ID<Village>
    @Input var representative: ID<Person>
    @Input var liaison: ID<Person>
    @Input var standIn: ID<Person>?
    @Input var since: Day
    package init() {}

    package func perform(_ work: Work) throws -> PairingInfo {
        _ = try work.openVillage(village, reachedBy: [.stationHead, .company])
        guard since >= work.now.day else { throw Problem.invalid("since", "in-the-past") }
        guard work.now.day.distance(to: since) <= 366 else { throw Problem.invalid("since", "too-far") }
        let id = try work.pair(
            village: village, representative: representative, liaison: liaison, standIn: standIn, since: since)
        guard let made = try work.tx.pairing(id) else { throw Problem.notFound }
        return made
    }
}

/// The pairings of a village, the newest first.
package struct ListPairings: Query {
    package static let name = "list-pairings"
    package static let door = Door.get("/villages/:village/pairings")
    package static let who: Who = .roles(Role.staff)
    @Input var village: ID<Village>
    package init() {}

    package func fetch(_ work: Work) throws -> PairingList {
        _ = try work.village(village, reachedBy: Role.staff)
        return PairingList(items: try work.tx.pairings(of: village))
    }
}

package struct PairingList: Answer {
    package let items: [PairingInfo]
    package static var schema: Schema { .object([("items", .array(PairingInfo.schema))]) }
}

/// Who answered for a village on a day: the question of every later enquiry.
package struct WhoWasResponsible: Query {
    package static let name = "who-was-responsible"
    package static let door = Door.get("/villages/:village/responsible")
    package static let who: Who = .roles(Role.staff)
    @Input var village: ID<Village>
    @Input var on: Day
    package init() {}

    package func fetch(_ work: Work) throws -> Responsible {
        _ = try work.village(village, reachedBy: Role.staff)
        let representative = try work.tx.representative(of: village, on: on)
        let liaison = try work.tx.liaison(of: village, on: on)
        let acting = try work.tx.responsible(for: village, on: on)
        let names = try work.tx.personNames([representative, liaison, acting].compactMap { $0 })
        func person(_ id: ID<Person>?) -> PersonName? { id.map { PersonName(id: $0, name: names[$0] ?? "") } }
        return Responsible(
            day: on, representative: person(representative), standIn: acting == representative ? nil : person(acting),
            liaison: person(liaison))
    }
}

package struct PersonName: Codable, Sendable, Hashable {
    package let id: ID<Person>
    package let name: String
    static var schema: Schema { .object([("id", .string(format: "uuid")), ("name", .text)]) }
}

/// Absent people are a gap, named by their absence.
package struct Responsible: Answer, Hashable {
    package let day: Day
    package let representative: PersonName?
    package let standIn: PersonName?
    package let liaison: PersonName?
    package static var schema: Schema {
        .object(
            [
                ("day", .date), ("representative", PersonName.schema), ("standIn", PersonName.schema),
                ("liaison", PersonName.schema),
            ], optional: ["representative", "standIn", "liaison"])
    }
}
