package import Desk
package import Grid
package import Storage
package import Values

/// All SQL of single incidents and their ranges.
extension Transaction {
    private static let incidentColumns = """
        i.id, i.number, i.county, i.station, i.village, i.bundle, i.feeder, i.device, i.device_name, i.area,
        i.probability, i.also, i.fixed, i.customers, i.dark, i.reports, i.single, i.started_at, i.cause, i.equipment,
        i.finding, i.inside, i.eta, i.damage, i.parent, i.joined_into, i.step, i.round, i.flags, i.open, i.restored_at,
        i.offer_at, i.alarmed, i.reopened_at
        """

    package func incidents(where condition: SQL) throws -> [Incident] {
        try rows("SELECT \(raw: Self.incidentColumns) FROM incident i WHERE \(sql: condition)", readIncident)
    }
    package func incident(_ id: ID<Case>) throws -> Incident? { try incidents(where: "i.id = \(id)").first }
    package func incident(_ number: Code) throws -> Incident? { try incidents(where: "i.number = \(number)").first }

    /// Open incidents of one feeder or village, the oldest first.
    package func openIncidents(bundle: String) throws -> [Incident] {
        try incidents(where: "i.bundle = \(bundle) AND i.open = 1 ORDER BY i.id")
    }

    func insert(_ new: Incident, alarmAt: Instant) throws {
        try run(
            """
            INSERT INTO incident (id, number, county, station, village, bundle, feeder, device, device_name, area,
                probability, also, fixed, customers, dark, reports, single, started_at, inside, parent, step, round,
                flags, open, offer_at, alarm_at, alarmed)
            VALUES (\(new.id), \(new.number), \(new.county), \(new.station), \(new.village), \(new.bundle),
                \(new.feeder), \(new.device), \(new.deviceName), \(new.area), \(new.probability),
                \(joined(new.also)), \(new.isFixed), \(new.customers), \(new.dark), \(new.reports), \(new.isSingle),
                \(new.startedAt), \(new.isInside), \(new.parent), 0, 0, '', 1, \(new.offerAt), \(alarmAt), 0)
            """)
    }

    /// Writes what may change. The case's version guards against two writers.
    func save(_ incident: Incident) throws {
        try run(
            """
            UPDATE incident SET device = \(incident.device), device_name = \(incident.deviceName),
                area = \(incident.area), probability = \(incident.probability), also = \(joined(incident.also)),
                fixed = \(incident.isFixed), customers = \(incident.customers), dark = \(incident.dark),
                reports = \(incident.reports), single = \(incident.isSingle), started_at = \(incident.startedAt),
                reopened_at = \(incident.reopenedAt), cause = \(incident.cause), equipment = \(incident.equipment),
                finding = \(incident.finding), inside = \(incident.isInside), eta = \(incident.eta),
                damage = \(incident.damage), joined_into = \(incident.joinedInto), step = \(incident.step),
                round = \(incident.round), flags = \(incident.flags.sorted().joined(separator: " ")),
                open = \(incident.isOpen), restored_at = \(incident.restoredAt), offer_at = \(incident.offerAt),
                alarmed = \(incident.isAlarmed)
            WHERE id = \(incident.id)
            """)
        if !incident.isOpen {
            try run("UPDATE incident SET offer_at = NULL, alarm_at = NULL WHERE id = \(incident.id)")
            try run("UPDATE incident_village SET open = 0 WHERE incident = \(incident.id)")
        }
    }

    private func joined(_ ids: [ID<Device>]) -> String { ids.map(\.text).joined(separator: " ") }

    // MARK: Ranges

    /// What is still dark.
    package func darkRanges(of incident: ID<Case>) throws -> [DarkRange] {
        try rows(
            """
            SELECT id, feeder, low, high, dark_at FROM incident_range
            WHERE incident = \(incident) AND restored_at IS NULL ORDER BY feeder, low
            """
        ) { DarkRange(id: $0[0], feeder: $0[1], positions: ($0[2] as Int)..<($0[3] as Int), darkAt: $0[4]) }
    }

    /// What is dark (`back` is nil) and what has its light back.
    func allRanges(of incident: ID<Case>) throws -> [(dark: DarkRange, back: Instant?)] {
        try darkRanges(of: incident).map { ($0, nil) } + restoredRanges(of: incident).map { ($0.dark, $0.at) }
    }

    /// What has its light back, in the order of the network.
    package func restoredRanges(of incident: ID<Case>) throws -> [RestoredRange] {
        try rows(
            """
            SELECT id, feeder, low, high, dark_at, restored_at, step FROM incident_range
            WHERE incident = \(incident) AND restored_at IS NOT NULL ORDER BY feeder, low
            """
        ) {
            RestoredRange(
                dark: DarkRange(id: $0[0], feeder: $0[1], positions: ($0[2] as Int)..<($0[3] as Int), darkAt: $0[4]),
                at: $0[5], step: $0[6])
        }
    }

    /// What is dark on a feeder because of other outages.
    func dark(of feeder: ID<Feeder>, besides incident: ID<Case>) throws -> [Range<Int>] {
        try rows(
            """
            SELECT low, high FROM incident_range
            WHERE feeder = \(feeder) AND restored_at IS NULL AND incident <> \(incident) ORDER BY low, id
            """
        ) { ($0[0] as Int)..<($0[1] as Int) }
    }

    func insertDark(
        _ id: ID<IncidentRange>, _ incident: ID<Case>, _ feeder: ID<Feeder>, _ positions: Range<Int>, at: Instant
    ) throws {
        guard !positions.isEmpty else { return }
        try run(
            """
            INSERT INTO incident_range (id, incident, feeder, low, high, dark_at)
            VALUES (\(id), \(incident), \(feeder), \(positions.lowerBound), \(positions.upperBound), \(at))
            """)
    }

    func insertRestored(
        _ id: ID<IncidentRange>, _ incident: ID<Case>, _ feeder: ID<Feeder>, _ positions: Range<Int>, dark: Instant,
        restored: Instant, step: Int
    ) throws {
        try run(
            """
            INSERT INTO incident_range (id, incident, feeder, low, high, dark_at, restored_at, step)
            VALUES (\(id), \(incident), \(feeder), \(positions.lowerBound), \(positions.upperBound), \(dark),
                    \(restored), \(step))
            """)
    }

    /// When the first of those who are together in it told of it.
    func firstWord(of incident: ID<Case>) throws -> Instant? {
        try value("SELECT MIN(received_at) FROM outage_report WHERE incident = \(incident) AND dark = 1")
    }

    /// What was dark since one moment was so since another.
    func moveDark(of incident: ID<Case>, from: Instant, to: Instant) throws {
        try run(
            """
            UPDATE incident_range SET dark_at = \(to)
            WHERE incident = \(incident) AND restored_at IS NULL AND dark_at = \(from)
            """)
    }

    func dropDark(of incident: ID<Case>) throws {
        try run("DELETE FROM incident_range WHERE incident = \(incident) AND restored_at IS NULL")
    }

    func drop(_ range: ID<IncidentRange>) throws { try run("DELETE FROM incident_range WHERE id = \(range)") }

    func moveRange(_ range: ID<IncidentRange>, to incident: ID<Case>) throws {
        try run("UPDATE incident_range SET incident = \(incident) WHERE id = \(range)")
    }

    /// Whether an outage that was written down covers a position at a moment: then a report that
    /// came in before the light was back belongs to it.
    func pastIncident(feeder: ID<Feeder>, position: Int, at moment: Instant) throws -> ID<Case>? {
        try value(
            """
            SELECT incident FROM incident_range
            WHERE feeder = \(feeder) AND restored_at >= \(moment) AND low <= \(position) AND high > \(position)
              AND dark_at <= \(moment) ORDER BY restored_at, id LIMIT 1
            """)
    }

    /// The last outage from which a position was told to have its light back.
    func lastIncident(feeder: ID<Feeder>, position: Int, since: Instant) throws -> ID<Case>? {
        try value(
            """
            SELECT incident FROM incident_range
            WHERE feeder = \(feeder) AND restored_at >= \(since) AND low <= \(position) AND high > \(position)
            ORDER BY restored_at DESC, id DESC LIMIT 1
            """)
    }

    /// Somebody has to take it within the usual time; whether the light is back is asked anew.
    func openAgain(_ incident: ID<Case>, alarmAt: Instant) throws {
        try run("UPDATE incident SET alarm_at = \(alarmAt) WHERE id = \(incident)")
        try run("UPDATE incident_village SET open = 1 WHERE incident = \(incident)")
        try run("DELETE FROM light_answer WHERE incident = \(incident)")
    }

    // MARK: Villages

    func setVillages(of incident: ID<Case>, customers: [ID<Village>: Int], dark: [ID<Village>: Int]) throws {
        for (village, count) in customers.sorted(by: { $0.key < $1.key }) {
            let still = dark[village] ?? 0
            try run(
                """
                INSERT INTO incident_village (incident, village, customers, dark, open)
                VALUES (\(incident), \(village), \(count), \(still), 1)
                ON CONFLICT (incident, village) DO UPDATE SET customers = excluded.customers, dark = excluded.dark
                """)
        }
        let kept = customers.keys.sorted()
        try run("DELETE FROM incident_village WHERE incident = \(incident) AND village NOT IN \(list: kept)")
    }

    package func villages(of incident: ID<Case>) throws -> [(village: ID<Village>, customers: Int, dark: Int)] {
        try rows(
            """
            SELECT village, customers, dark FROM incident_village WHERE incident = \(incident)
            ORDER BY customers DESC, village
            """
        ) { ($0[0], $0[1], $0[2]) }
    }

    // MARK: Interruptions

    func insertInterruption(
        _ id: ID<IncidentRange>, of incident: Incident, _ dark: DarkRange, _ positions: Range<Int>, step: Int,
        share: Affected.Share, restoredAt: Instant
    ) throws {
        try run(
            """
            INSERT INTO interruption (id, county, origin, step, planned, feeder, area, village, cause, started_at,
                restored_at, customers, low, high)
            VALUES (\(id), \(incident.county), \(incident.id), \(step), 0, \(dark.feeder), \(share.area?.text ?? ""),
                \(share.village), \(incident.cause ?? OutageCause.unknown), \(dark.darkAt), \(restoredAt),
                \(share.customers), \(positions.lowerBound), \(positions.upperBound))
            ON CONFLICT (origin, step, area, village) DO NOTHING
            """)
    }

    /// What was found later holds for the steps before it.
    func setCause(of incident: Incident) throws {
        guard let cause = incident.cause else { return }
        if incident.isInside {
            try run("DELETE FROM interruption WHERE origin = \(incident.id) AND planned = 0")
        } else {
            try run("UPDATE interruption SET cause = \(cause) WHERE origin = \(incident.id) AND planned = 0")
        }
    }

    // MARK: Permit and materials

    package func permit(of incident: ID<Case>, round: Int) throws -> [PermitEntry] {
        try rows(
            """
            SELECT s.step, s.at, s.person, p.name, s.place FROM incident_permit s JOIN person p ON p.id = s.person
            WHERE s.incident = \(incident) AND s.round = \(round) ORDER BY s.at, s.step
            """
        ) {
            PermitEntry(
                step: PermitStep(rawValue: $0[0]) ?? .isolate, at: $0[1], person: $0[2], name: $0[3], place: $0[4])
        }
    }

    /// - Returns: false when somebody else has just taken it.
    func insertPermit(_ incident: ID<Case>, round: Int, _ step: PermitStep, at: Instant, by person: ID<Person>, place: String)
        throws -> Bool
    {
        try change(
            """
            INSERT INTO incident_permit (incident, round, step, at, person, place)
            VALUES (\(incident), \(round), \(step.rawValue), \(at), \(person), \(place))
            ON CONFLICT (incident, round, step) DO NOTHING
            """) == 1
    }

    func insertMaterial(_ id: ID<IncidentRange>, _ incident: ID<Case>, at: Instant, by person: ID<Person>?, name: String, amount: String)
        throws
    {
        try run(
            """
            INSERT INTO incident_material (id, incident, at, person, name, amount)
            VALUES (\(id), \(incident), \(at), \(person), \(name), \(amount))
            """)
    }

    package func materials(of incident: ID<Case>) throws -> [(name: String, amount: String)] {
        try rows("SELECT name, amount FROM incident_material WHERE incident = \(incident) ORDER BY id LIMIT 100") {
            ($0[0], $0[1])
        }
    }
}

/// One step of a permit that was taken.
package struct PermitEntry: Answer, Equatable {
    package let step: PermitStep
    package let at: Instant
    package let person: ID<Person>
    package let name: String
    /// Where it was earthed, isolated, …
    package let place: String
    package static var schema: Schema {
        .object([
            ("step", .choice(PermitStep.allCases.map(\.rawValue))), ("at", .moment),
            ("person", .string(format: "uuid")), ("name", .text), ("place", .text),
        ])
    }
}

private func readIncident(_ row: Row) -> Incident {
    let also: String = row[11]
    let flags: String = row[28]
    return Incident(
        id: row[0], number: row[1], county: row[2], station: row[3], village: row[4], bundle: row[5], feeder: row[6],
        device: row[7], deviceName: row[8], area: row[9], probability: row[10],
        also: also.split(separator: " ").map { ID(String($0)) }, isFixed: row[12], customers: row[13], dark: row[14],
        reports: row[15], isSingle: row[16], startedAt: row[17], cause: row[18], equipment: row[19], finding: row[20],
        isInside: row[21], eta: row[22], damage: row[23], parent: row[24], joinedInto: row[25], step: row[26],
        round: row[27], flags: Set(flags.split(separator: " ").map(String.init)), isOpen: row[29], restoredAt: row[30],
        offerAt: row[31], isAlarmed: row[32], reopenedAt: row[33])
}
