import Desk
import Grid
import Outages
import Registry
import Storage
import Values

/// An open outage as the crews see it on the board.
struct StormIncident: Sendable {
    let id: ID<Case>
    let number: String
    let feeder: ID<Feeder>?
    let device: ID<Device>?
    let probability: Int
    let isSingle: Bool
    let state: String
    let assignee: ID<Person>?
    let station: ID<Unit>
    let openedAt: Instant
    let startedAt: Instant
    let joinedInto: ID<Case>?
    let parent: ID<Case>?
    let customers: Int
    let reports: Int
}

/// One household's word in an outage.
struct StormWord: Sendable {
    let feeder: ID<Feeder>?
    let position: Int?
    let at: Instant
    let incident: ID<Case>?
    /// The first position of the area, where that is all that is known.
    let areaBegins: Int?

    var somewhere: Int? { position ?? areaBegins }
}

/// A message as it was owed.
struct StormMessage: Sendable {
    let person: ID<Person>?
    let channel: String
    let template: String
    let incident: String
    let state: String
    let data: String
}

extension Transaction {
    func stormIncidents(county: String, onlyOpen: Bool) throws -> [StormIncident] {
        let open: SQL = onlyOpen ? "AND i.open = 1" : ""
        return try rows(
            """
            SELECT i.id, i.number, i.feeder, i.device, i.probability, i.single, c.state, c.assignee, i.station,
                   c.opened_at, i.started_at, i.joined_into, i.parent, i.customers, i.reports
            FROM incident i JOIN cases c ON c.id = i.id WHERE i.county = \(county) \(sql: open)
            ORDER BY i.started_at, i.id
            """
        ) {
            StormIncident(
                id: $0[0], number: $0[1], feeder: $0[2], device: $0[3], probability: $0[4], isSingle: $0[5],
                state: $0[6], assignee: $0[7], station: $0[8], openedAt: $0[9], startedAt: $0[10], joinedInto: $0[11],
                parent: $0[12], customers: $0[13], reports: $0[14])
        }
    }

    func stormWords(of incident: ID<Case>) throws -> [StormWord] {
        try rows(
            """
            SELECT r.feeder, r.pos, r.received_at, r.incident, a.low FROM outage_report r
            LEFT JOIN transformer_area a ON a.id = r.area WHERE r.incident = \(incident) ORDER BY r.id
            """
        ) { StormWord(feeder: $0[0], position: $0[1], at: $0[2], incident: $0[3], areaBegins: $0[4]) }
    }

    func stormWords(county: String) throws -> [StormWord] {
        try rows(
            """
            SELECT r.feeder, r.pos, r.received_at, r.incident, a.low FROM outage_report r
            LEFT JOIN transformer_area a ON a.id = r.area WHERE r.county = \(county) AND r.dark = 1 ORDER BY r.id
            """
        ) { StormWord(feeder: $0[0], position: $0[1], at: $0[2], incident: $0[3], areaBegins: $0[4]) }
    }

    /// Account holders who got a notice of planned work in the application.
    func stormTold(county: String, template: String) throws -> Int {
        try value(
            """
            SELECT COUNT(DISTINCT person) FROM outbox
            WHERE county = \(county) AND template = \(template) AND channel = 'inbox'
            """) ?? 0
    }

    func stormReports(county: String, state: String) throws -> Int {
        try value("SELECT COUNT(*) FROM outage_report WHERE county = \(county) AND state = \(state)") ?? 0
    }

    /// Everything that was told of outages.
    func stormMessages(county: String) throws -> [StormMessage] {
        try rows(
            """
            SELECT person, channel, template, case_id, state, data FROM outbox
            WHERE county = \(county) AND (template LIKE 'outage-%' OR case_id IN (SELECT id FROM incident)) ORDER BY id
            """
        ) {
            StormMessage(
                person: $0[0], channel: $0[1], template: $0[2], incident: ($0[3] as String?) ?? "", state: $0[4],
                data: $0[5])
        }
    }
}
