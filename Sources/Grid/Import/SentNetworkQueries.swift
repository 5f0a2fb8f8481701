import Desk
import Foundation
import PowerRules
import Registry
package import Storage
package import Values

/// What the check said, as the row keeps it.
struct SentNetworkReport: Codable, Sendable {
    var findings: [NetworkFinding] = []
    var warnings = 0
    var nodes = 0
    var devices = 0
    var areas = 0
    var supplies = 0
    var unlinked = 0
}

/// A network that a server has taken to work on.
struct TakenNetwork: Sendable {
    let id: ID<NetworkImportRow>
    let county: String
    let person: ID<Person>
    let state: SentNetworkState
    let format: NetworkFormat
    let order: NetworkOrder
    /// Blobs by the part of the network.
    let files: [String: String]
}

extension Transaction {
    func insertSent(
        _ id: ID<NetworkImportRow>, county: String, by person: ID<Person>, _ sent: SendNetwork, format: NetworkFormat,
        source: String, at now: Instant
    ) throws {
        try run(
            """
            INSERT INTO network_import (id, county, person, made_at, state, format, source, feeder, name, substation,
                substation_name, station, datum, percent, changed_at)
            VALUES (\(id), \(county), \(person), \(now), 'waiting', \(format.rawValue), \(source), \(sent.feeder.trimmed),
                \(sent.heading ?? sent.feeder.trimmed), \(sent.substation.trimmed),
                \(sent.substationName ?? sent.substation.trimmed), \(sent.station), \((sent.datum ?? .wgs84).rawValue), 0,
                \(now))
            """)
    }

    func insertSentFile(_ id: ID<NetworkImportRow>, _ part: String, _ file: SentFile) throws {
        try run(
            "INSERT INTO network_import_file (import, part, hash, bytes) VALUES (\(id), \(part), \(file.hash), \(file.bytes))")
    }

    /// - Returns: false when it was not checked, or somebody else was faster.
    func queueSent(_ id: ID<NetworkImportRow>, at now: Instant) throws -> Bool {
        try change(
            """
            UPDATE network_import SET state = 'queued', percent = 0, changed_at = \(now), taken_until = NULL
            WHERE id = \(id) AND state = 'checked'
            """) == 1
    }

    private static let sentSelect: SQL = """
        SELECT i.id, i.state, i.source, i.format, i.feeder, i.name, p.name, i.made_at, i.percent, i.report, i.problem,
               i.version
        FROM network_import i JOIN person p ON p.id = i.person
        """

    private func readSent(_ row: Row, isWhole: Bool) throws -> SentNetwork {
        let report = try (row[9] as String?).map { try AnswerCoding.decode(SentNetworkReport.self, Data($0.utf8)) }
        let findings = isWhole ? report?.findings ?? [] : []
        return SentNetwork(
            id: row[0], state: row[1], source: row[2], format: row[3], feeder: row[4], name: row[5], person: row[6],
            madeAt: row[7], percent: row[8], nodes: report?.nodes ?? 0, devices: report?.devices ?? 0,
            areas: report?.areas ?? 0, supplies: report?.supplies ?? 0, unlinked: report?.unlinked ?? 0,
            findings: findings.map { .init(subject: $0.subject, code: $0.code, isError: $0.isError, values: $0.values) },
            warnings: report?.warnings ?? 0, problem: row[10], version: row[11])
    }

    func sentNetwork(_ id: ID<NetworkImportRow>, county: String) throws -> SentNetwork? {
        try first("\(sql: Self.sentSelect) WHERE i.id = \(id) AND i.county = \(county)") { try readSent($0, isWhole: true) }
    }

    func sentNetworks(county: String, before: ID<NetworkImportRow>?, limit: Int) throws -> [SentNetwork] {
        let beyond: SQL = before.map { "AND i.id < \($0)" } ?? ""
        return try rows(
            "\(sql: Self.sentSelect) WHERE i.county = \(county) \(sql: beyond) ORDER BY i.id DESC LIMIT \(limit)"
        ) { try readSent($0, isWhole: false) }
    }

    // MARK: The loop

    /// Takes the oldest that waits; it is free again at `until` should this server stop.
    func takeSent(at now: Instant, until: Instant) throws -> TakenNetwork? {
        let found = try first(
            """
            SELECT id, county, person, state, format, feeder, name, substation, substation_name, station, datum, source
            FROM network_import WHERE state IN ('waiting', 'queued') AND (taken_until IS NULL OR taken_until <= \(now))
            ORDER BY id LIMIT 1\(sql: skipLocked)
            """
        ) { row -> TakenNetwork in
            let state: SentNetworkState = row[3]
            let format: String = row[4]
            let datum: String = row[10]
            return TakenNetwork(
                id: row[0], county: row[1], person: row[2], state: state, format: NetworkFormat(rawValue: format) ?? .csv,
                order: NetworkOrder(
                    county: row[1], feeder: row[5], name: row[6], substation: row[7], substationName: row[8], station: row[9],
                    source: row[11], format: format, datum: .init(rawValue: datum) ?? .wgs84, isDryRun: state == .waiting),
                files: [:])
        }
        guard let found else { return nil }
        try run("UPDATE network_import SET taken_until = \(until) WHERE id = \(found.id)")
        let files = try rows("SELECT part, hash FROM network_import_file WHERE import = \(found.id) ORDER BY part") {
            ($0[0] as String, $0[1] as String)
        }
        return TakenNetwork(
            id: found.id, county: found.county, person: found.person, state: found.state, format: found.format,
            order: found.order, files: Dictionary(files, uniquingKeysWith: { first, _ in first }))
    }

    func noteSent(_ id: ID<NetworkImportRow>, percent: Int, until: Instant) throws {
        try run("UPDATE network_import SET percent = \(percent), taken_until = \(until) WHERE id = \(id)")
    }

    /// Somebody else imports just now: looked at again later.
    func postponeSent(_ id: ID<NetworkImportRow>, until: Instant) throws {
        try run("UPDATE network_import SET taken_until = \(until) WHERE id = \(id)")
    }

    func endSent(
        _ id: ID<NetworkImportRow>, _ state: SentNetworkState, report: SentNetworkReport?, problem: String?,
        version: ID<NetworkVersion>?, at now: Instant
    ) throws {
        let text = try report.map { String(decoding: try AnswerCoding.encode($0), as: UTF8.self) }
        try run(
            """
            UPDATE network_import SET state = \(state), report = COALESCE(CAST(\(text) AS TEXT), report),
                problem = \(problem), version = \(version), percent = \(state == .published ? 100 : 0),
                changed_at = \(now), taken_until = NULL
            WHERE id = \(id)
            """)
    }

    /// Those of the blobs that a network needs which may still be published.
    package func networkFiles(among hashes: [String], since: Instant) throws -> Set<String> {
        Set(
            try rows(
                """
                SELECT DISTINCT f.hash FROM network_import_file f JOIN network_import i ON i.id = f.import
                WHERE f.hash IN \(list: hashes) AND i.state IN ('waiting', 'checked', 'queued') AND i.made_at > \(since)
                """
            ) { $0[0] as String })
    }
}
