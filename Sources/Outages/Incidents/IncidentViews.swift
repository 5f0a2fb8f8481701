package import Desk
package import Grid
import Registry
package import Service
import Storage
package import Values

/// An outage as lists show it.
package struct OutageItem: Answer, Equatable {
    package let number: String
    package let state: String
    package let stateTitle: Texts
    package let place: String
    package let villageName: String
    package let station: ID<Unit>
    package let customers: Int
    package let dark: Int
    package let reports: Int
    /// Per cent.
    package let probability: Int
    package let isSingle: Bool
    package let startedAt: Instant
    package let restoredAt: Instant?
    package let eta: Instant?
    package let dueAt: Instant?
    package let dueLabel: Texts?
    package let isOverdue: Bool
    package let worker: String?
    package let cause: Texts?
    /// Nobody has accepted it in time.
    package let isAlarmed: Bool
    /// Village and place, each named once.
    package var location: String {
        place.isEmpty || place.hasPrefix(villageName) ? (place.isEmpty ? villageName : place) : "\(villageName) \(place)"
    }

    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("state", .text), ("stateTitle", Texts.schema), ("place", .text),
                ("villageName", .text), ("station", .string(format: "uuid")), ("customers", .integer(min: 0)),
                ("dark", .integer(min: 0)), ("reports", .integer(min: 0)), ("probability", .integer(min: 0, max: 100)),
                ("isSingle", .boolean), ("startedAt", .moment), ("restoredAt", .moment), ("eta", .moment),
                ("dueAt", .moment), ("dueLabel", Texts.schema), ("isOverdue", .boolean), ("worker", .text),
                ("cause", Texts.schema), ("isAlarmed", .boolean),
            ], optional: ["restoredAt", "eta", "dueAt", "dueLabel", "worker", "cause"])
    }
}

package struct OutageList: Answer, Equatable {
    package let items: [OutageItem]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(OutageItem.schema)), ("next", .text)], optional: ["next"])
    }
}

/// One outage with everything that the staff need.
package struct IncidentView: Answer, Equatable {
    package struct Share: Answer, Equatable {
        package let village: ID<Village>
        package let name: String
        package let customers: Int
        package let dark: Int
        package static var schema: Schema {
            .object([
                ("village", .string(format: "uuid")), ("name", .text), ("customers", .integer(min: 0)),
                ("dark", .integer(min: 0)),
            ])
        }
    }
    package struct Section: Answer, Equatable {
        package let device: ID<Device>
        package let code: String
        package let name: String
        package let kind: String
        /// Customers behind it that are dark.
        package let dark: Int
        package static var schema: Schema {
            .object([
                ("device", .string(format: "uuid")), ("code", .text), ("name", .text), ("kind", .text),
                ("dark", .integer(min: 0)),
            ])
        }
    }
    /// What somebody wrote or photographed when they told of it.
    package struct Word: Answer, Equatable {
        /// Of the report.
        package let number: String
        package let at: Instant
        package let villageName: String
        package let what: String?
        package let photos: [PhotoView]
        package static var schema: Schema {
            .object(
                [
                    ("number", .text), ("at", .moment), ("villageName", .text), ("what", .text),
                    ("photos", .array(PhotoView.schema)),
                ], optional: ["what"])
        }
    }
    package let item: OutageItem
    /// For the form's `seen`.
    package let version: Int
    package let device: String?
    package let deviceName: String
    package let also: [String]
    package let isFixed: Bool
    package let isInside: Bool
    package let cause: String?
    package let equipment: Texts?
    package let finding: String?
    package let flags: [String]
    package let parent: String?
    package let nested: [String]
    package let joinedInto: String?
    package let damage: String?
    package let villages: [Share]
    package let sections: [Section]
    package let permit: [PermitEntry]
    package let permitNext: PermitStep
    package let materials: [String]
    /// The newest first.
    package let words: [Word]
    package let lit: Int
    package let stillDark: Int
    package let assignee: ID<Person>?
    package static var schema: Schema {
        .object(
            [
                ("item", OutageItem.schema), ("version", .integer()), ("device", .text), ("deviceName", .text),
                ("also", .array(.text)), ("isFixed", .boolean), ("isInside", .boolean), ("cause", .text),
                ("equipment", Texts.schema), ("finding", .text), ("flags", .array(.text)), ("parent", .text),
                ("nested", .array(.text)), ("joinedInto", .text), ("damage", .text), ("villages", .array(Share.schema)),
                ("sections", .array(Section.schema)), ("permit", .array(PermitEntry.schema)),
                ("permitNext", .choice(PermitStep.allCases.map(\.rawValue))), ("materials", .array(.text)),
                ("words", .array(Word.schema)),
                ("lit", .integer(min: 0)), ("stillDark", .integer(min: 0)), ("assignee", .string(format: "uuid")),
            ],
            optional: [
                "device", "cause", "equipment", "finding", "parent", "joinedInto", "damage", "assignee",
            ])
    }
}

/// Outages that this person may see: running, or past by the time when the light came back.
package struct OutagesQuery: Query {
    package static let name = "outages"
    package static let door = Door.get("/outages")
    package static let who: Who = .roles(Role.staff)
    @Input(.choices(["running", "past"])) package var state: String?
    @Input package var station: ID<Unit>?
    @Input(.range(1...100)) package var limit: Int?
    @Input(.length(1...100), .hidden) package var after: String?
    package init() {}

    package func fetch(_ work: Work) throws -> OutageList {
        try work.outages(isOpen: state != "past", station: station, after: after, limit: limit ?? 25)
    }
}

/// One outage.
package struct IncidentQuery: Query {
    package static let name = "incident"
    package static let door = Door.get("/incidents/:incident")
    package static let who: Who = .roles(Role.staff)
    @Input package var incident: Code
    package init() {}

    package func fetch(_ work: Work) throws -> IncidentView { try work.incidentView(incident) }
}

/// What is known to be dark in a village: for anybody.
package struct OutagesHereQuery: Query {
    package static let name = "outages-here"
    package static let door = Door.get("/outages/here")
    package static let who: Who = .anybody
    @Input(.length(1...200)) package var village: String
    package init() {}

    package func fetch(_ work: Work) throws -> KnownOutageList {
        let route = try work.tx.route(VillageName(village), county: "", on: work.now.day, keys: work.desk.keys)
        return KnownOutageList(items: try work.knownOutages(at: try work.ownPlace(in: route.village)))
    }
}

package struct KnownOutageList: Answer, Equatable {
    package let items: [KnownOutage]
    package static var schema: Schema { .object([("items", .array(KnownOutage.schema))]) }
}

extension Work {
    /// The supply of a customer who is signed in, where it is in that village.
    package func ownPlace(in village: ID<Village>) throws -> SupplyPlace {
        guard actor.has(.customer), let person = actor.person else { return SupplyPlace(village: village) }
        let here = try tx.accounts(of: person).filter { $0.village == village && !$0.isClosed }
        guard here.count == 1, let supply = try tx.supply(of: here[0].id) else { return SupplyPlace(village: village) }
        return SupplyPlace(village: village, feeder: supply.feeder, position: supply.position)
    }
}
