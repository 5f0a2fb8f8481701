package import Desk
import Storage
package import Values

/// One event of the audit trail.
package struct EventInfo: Codable, Sendable, Hashable {
    package let id: ID<Event>
    package let at: Instant
    package let actor: ID<Person>?
    package let actorName: String?
    package let role: String
    package let verb: String
    package let subjectKind: String
    package let subject: String
    package let data: [String: String]
    /// Number of the seal; nil while it waits for one.
    package let seal: Int64?

    static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("at", .moment), ("actor", .string(format: "uuid")),
                ("actorName", .text), ("role", .text), ("verb", .text), ("subjectKind", .text), ("subject", .text),
                ("data", .map(.text)), ("seal", .integer()),
            ], optional: ["actor", "actorName", "seal"])
    }
}

/// The audit trail of a county, newest first, by key.
package struct ListEvents: Query {
    package static let name = "list-events"
    package static let door = Door.get("/events")
    package static let who: Who = .roles(.auditor)
    @Input var actor: ID<Person>?
    @Input(.length(1...80)) var subject: String?
    @Input(.length(1...40)) var verb: String?
    @Input var day: Day?
    @Input var after: ID<Event>?
    @Input(.range(1...200)) var limit: Int?
    package init() {}

    package func fetch(_ work: Work) throws -> EventList {
        let limit = limit ?? 50
        let filter = EventFilter(actor: actor, subject: subject, verb: verb, day: day)
        let counties = work.actor.grants.filter { $0.role == .auditor }.map(\.reach)
        let found = try work.tx.events(filter, counties: counties, after: after, limit: limit + 1)
        return EventList(items: Array(found.prefix(limit)), next: found.count > limit ? found[limit - 1].id.text : nil)
    }
}

package struct EventList: Answer {
    package let items: [EventInfo]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(EventInfo.schema)), ("next", .text)], optional: ["next"])
    }
}

struct EventFilter: Sendable {
    var actor: ID<Person>?
    var subject: String?
    var verb: String?
    var day: Day?
}

/// How far the trail is sealed.
struct SealState: Sendable {
    let number: Int64
    let at: Instant?
    let head: String
    let unsealed: Int
}

extension Transaction {
    /// The filter that selects most decides the index; ids carry the time, so a day is a range of ids.
    func events(
        _ filter: EventFilter, counties: [String], after: ID<Event>?, limit: Int
    ) throws -> [EventInfo] {
        var condition: SQL = "e.county IN \(list: counties)"
        if let actor = filter.actor { condition += " AND e.actor = \(actor)" }
        if let subject = filter.subject { condition += " AND e.subject = \(subject)" }
        if let verb = filter.verb { condition += " AND e.verb = \(verb)" }
        if let day = filter.day {
            condition += " AND e.id >= \(firstID(at: day.start)) AND e.id < \(firstID(at: day.adding(days: 1).start))"
        }
        if let after { condition += " AND e.id < \(after)" }
        return try rows(
            """
            SELECT e.id, e.at, e.actor, p.name, e.role, e.verb, e.subject_kind, e.subject, e.data, s.seal
            FROM event e LEFT JOIN person p ON p.id = e.actor LEFT JOIN sealed_event s ON s.event = e.id
            WHERE \(sql: condition) ORDER BY e.id DESC LIMIT \(limit)
            """
        ) {
            EventInfo(
                id: $0[0], at: $0[1], actor: $0[2], actorName: $0[3], role: $0[4], verb: $0[5], subjectKind: $0[6],
                subject: $0[7], data: jsonFields($0[8]), seal: $0[9])
        }
    }

    func sealState() throws -> SealState {
        let last = try first("SELECT number, at, head FROM seal ORDER BY number DESC LIMIT 1") {
            (number: $0[0] as Int64, at: $0[1] as Instant, head: $0[2] as String)
        }
        let waiting: Int = try value("SELECT COUNT(*) FROM unsealed") ?? 0
        return SealState(number: last?.number ?? 0, at: last?.at, head: last?.head ?? "", unsealed: waiting)
    }
}

/// The smallest id that is made at that moment.
private func firstID(at moment: Instant) -> String {
    let digits = Array(hex((0..<6).map { UInt8(truncatingIfNeeded: moment.milliseconds >> Int64(8 * (5 - $0))) }))
    return String(digits[0..<8]) + "-" + String(digits[8..<12])
}
