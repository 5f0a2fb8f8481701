import Desk
import Foundation
import Registry
import Storage
import Values

/// One import of a feeder's network.
struct NetworkVersionInfo: Sendable, Hashable {
    let id: ID<NetworkVersion>
    let feeder: ID<Feeder>
    let feederName: String
    let number: Int
    let source: String
    let format: String
    let datum: String
    let author: String
    let nodes: Int
    let devices: Int
    let areas: Int
    let supplies: Int
    let unlinked: Int
    let warnings: Int
    let publishedAt: Instant?
    let retiredAt: Instant?
}

/// A village's households and how many of them the network knows.
struct VillageLinks: Sendable, Hashable {
    let village: ID<Village>
    let households: Int
    let linked: Int
    var missing: Int { max(0, households - linked) }
}

extension Transaction {
    private static let versionSelect: SQL = """
        SELECT v.id, v.feeder, f.name, v.number, v.source, v.format, v.datum, COALESCE(p.name, ''), v.nodes, v.devices,
               v.areas, v.supplies, v.unlinked, v.warnings, v.published_at, v.retired_at
        FROM network_version v JOIN feeder f ON f.id = v.feeder LEFT JOIN person p ON p.id = v.author
        """

    private static func versionInfo(_ row: Row) -> NetworkVersionInfo {
        NetworkVersionInfo(
            id: row[0], feeder: row[1], feederName: row[2], number: row[3], source: row[4], format: row[5],
            datum: row[6], author: row[7], nodes: row[8], devices: row[9], areas: row[10], supplies: row[11],
            unlinked: row[12], warnings: row[13], publishedAt: row[14], retiredAt: row[15])
    }

    /// The newest first, those that never came to be published left out.
    func versions(of feeder: ID<Feeder>, limit: Int) throws -> [NetworkVersionInfo] {
        try rows(
            """
            \(sql: Self.versionSelect) WHERE v.feeder = \(feeder) AND v.published_at IS NOT NULL
            ORDER BY v.number DESC LIMIT \(limit)
            """, Self.versionInfo)
    }

    func version(_ id: ID<NetworkVersion>) throws -> NetworkVersionInfo? {
        try first("\(sql: Self.versionSelect) WHERE v.id = \(id)", Self.versionInfo)
    }

    func findings(of version: ID<NetworkVersion>) throws -> [NetworkFinding] {
        guard let text = try value("SELECT findings FROM network_version WHERE id = \(version)") as String? else {
            return []
        }
        return try AnswerCoding.decode([NetworkFinding].self, Data(text.utf8))
    }

    /// Households of villages, and those that a feeder supplies: two index reads.
    func villageLinks(_ villages: [ID<Village>]) throws -> [VillageLinks] {
        let all = try rows(
            """
            SELECT village, COUNT(*) FROM account WHERE village IN \(list: villages) AND closed IS NULL GROUP BY village
            """
        ) { ($0[0] as ID<Village>, $0[1] as Int) }
        let linked = try rows(
            """
            SELECT w.village, CAST(SUM(w.customers) AS BIGINT) FROM area_village w JOIN feeder f ON f.version = w.version
            WHERE w.village IN \(list: villages.map(\.text)) GROUP BY w.village
            """
        ) { ($0[0] as ID<Village>, $0[1] as Int) }
        let counts = Dictionary(linked, uniquingKeysWith: +)
        return all.map { VillageLinks(village: $0.0, households: $0.1, linked: counts[$0.0] ?? 0) }
    }

    /// Accounts of one village that no feeder supplies, by id.
    func accountsWithoutSupply(in village: ID<Village>, after: ID<Account>?, limit: Int) throws -> [AccountInfo] {
        let beyond: SQL = after.map { "AND c.id > \($0)" } ?? ""
        let ids = try rows(
            """
            SELECT c.id FROM account c WHERE c.village = \(village) AND c.closed IS NULL \(sql: beyond)
            AND NOT EXISTS (SELECT 1 FROM supply y JOIN feeder f ON f.version = y.version WHERE y.account = c.id)
            ORDER BY c.id LIMIT \(limit)
            """
        ) { $0[0] as ID<Account> }
        return try ids.compactMap { try account($0) }
    }
}
