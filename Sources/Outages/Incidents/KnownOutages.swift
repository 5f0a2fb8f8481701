package import Desk
package import Grid
package import Storage
package import Values

/// An outage that is known at a place, planned or not, as anybody may hear of it.
package struct KnownOutage: Answer, Equatable {
    package enum Source: String, Sendable, Codable {
        case fault, planned
    }
    package let source: Source
    /// Number of its case, to follow it.
    package let number: String
    package let startedAt: Instant
    /// When the light is expected back.
    package let eta: Instant?
    package let cause: Texts?
    /// Transformer areas or lines, for people to recognise.
    package let areas: [String]
    package let customers: Int
    /// Customers of the village that was asked for.
    package let here: Int
    package let state: Texts
    /// Who comes.
    package let worker: String?
    /// The supply that was asked for is certainly among them; false: only the village is.
    package let isMine: Bool

    package init(
        source: Source, number: String, startedAt: Instant, eta: Instant?, cause: Texts?, areas: [String],
        customers: Int, here: Int, state: Texts, worker: String?, isMine: Bool
    ) {
        self.source = source
        self.number = number
        self.startedAt = startedAt
        self.eta = eta
        self.cause = cause
        self.areas = areas
        self.customers = customers
        self.here = here
        self.state = state
        self.worker = worker
        self.isMine = isMine
    }

    package static var schema: Schema {
        .object(
            [
                ("source", .choice(["fault", "planned"])), ("number", .text), ("startedAt", .moment), ("eta", .moment),
                ("cause", Texts.schema), ("areas", .array(.text)), ("customers", .integer(min: 0)),
                ("here", .integer(min: 0)), ("state", Texts.schema), ("worker", .text), ("isMine", .boolean),
            ], optional: ["eta", "cause", "worker"])
    }
}

/// Where somebody asks from.
package struct SupplyPlace: Sendable, Equatable {
    package let village: ID<Village>
    package let feeder: ID<Feeder>?
    package let position: Int?
    package init(village: ID<Village>, feeder: ID<Feeder>? = nil, position: Int? = nil) {
        self.village = village
        self.feeder = feeder
        self.position = position
    }
}

extension Work {
    /// What is known to be dark, or is going to be, where somebody asks: the one answer of all pages.
    package func knownOutages(at place: SupplyPlace) throws -> [KnownOutage] {
        try knownIncidents(at: place) + knownPlanned(at: place)
    }

    /// Positions of a feeder that are dark by plan at this moment: a report from there is no fault.
    func plannedDark(feeder: ID<Feeder>) throws -> [Range<Int>] { try tx.plannedDarkNow(feeder: feeder) }

    private func knownIncidents(at place: SupplyPlace) throws -> [KnownOutage] {
        let found = try tx.rows(
            """
            SELECT v.incident, v.dark, c.state, c.kind_version, p.name, a.name FROM incident_village v
            JOIN cases c ON c.id = v.incident JOIN incident i ON i.id = v.incident
            LEFT JOIN person p ON p.id = c.assignee
            LEFT JOIN transformer_area a ON a.id = i.area AND a.version = (SELECT f.version FROM feeder f WHERE f.id = i.feeder)
            WHERE v.village = \(place.village) AND v.open = 1 ORDER BY v.incident LIMIT 50
            """
        ) {
            (
                id: $0[0] as ID<Case>, dark: $0[1] as Int, state: $0[2] as String, version: $0[3] as Int,
                worker: $0[4] as String?, area: $0[5] as String?
            )
        }
        return try found.compactMap { row in
            guard let incident = try tx.incident(row.id), incident.isOpen else { return nil }
            let kind = desk.kinds.kind(Incident.kind, version: row.version)
            let isMine = try place.position.map { position in
                try tx.darkRanges(of: incident.id).contains { $0.feeder == place.feeder && $0.positions.contains(position) }
            }
            // A single house is not the village's business.
            if incident.isSingle, isMine != true { return nil }
            let names = try [row.area ?? spokenPlace(of: incident)].compactMap { $0 }
            return KnownOutage(
                source: .fault, number: incident.number.text, startedAt: incident.startedAt, eta: incident.eta,
                cause: OutageCause.title(incident.cause, field: "cause", desk), areas: names,
                customers: incident.dark, here: row.dark,
                state: kind?.stateTitle(row.state) ?? Texts(zh: row.state, en: row.state),
                worker: row.state == "submitted" ? nil : row.worker, isMine: isMine ?? false)
        }
    }
}
