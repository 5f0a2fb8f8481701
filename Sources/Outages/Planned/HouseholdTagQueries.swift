import Desk
import Registry
import Storage
import Values

extension Transaction {
    /// - Returns: false when the household carries the tag already.
    func insertTag(
        _ id: ID<HouseholdTag>, _ tag: HouseholdTagKind, _ account: AccountInfo, by person: ID<Person>?, at now: Instant
    ) throws -> Bool {
        try change(
            """
            INSERT INTO household_tag (id, county, account, village, tag, made_by, made_at)
            VALUES (\(id), \(account.county), \(account.id), \(account.village), \(tag), \(person), \(now))
            ON CONFLICT (account, tag) WHERE ended_at IS NULL DO NOTHING
            """) == 1
    }

    func endTag(_ id: ID<HouseholdTag>, at now: Instant) throws -> Bool {
        try change("UPDATE household_tag SET ended_at = \(now) WHERE id = \(id) AND ended_at IS NULL") == 1
    }

    private static let tagSelect: SQL = """
        SELECT t.id, t.account, a.number, a.name, a.address, t.village, u.name, t.tag, u.path
        FROM household_tag t JOIN account a ON a.id = t.account JOIN unit u ON u.id = t.village
        """

    private static func readTag(_ row: Row) -> (tagged: TaggedHousehold, path: String) {
        (
            TaggedHousehold(
                id: row[0], account: row[1], number: row[2], name: row[3], address: row[4], village: row[5],
                villageName: row[6], tag: row[7]), row[8]
        )
    }

    func tag(_ id: ID<HouseholdTag>) throws -> (tagged: TaggedHousehold, path: String)? {
        try first("\(sql: Self.tagSelect) WHERE t.id = \(id) AND t.ended_at IS NULL", Self.readTag)
    }

    func tagged(
        under paths: [String], county: String, tag: HouseholdTagKind?, after: ID<HouseholdTag>?, limit: Int
    ) throws -> [(tagged: TaggedHousehold, path: String)] {
        var scope: SQL = "1 = 0"
        for path in paths { scope += " OR u.path = \(path) OR (u.path > \(path + "/") AND u.path < \(path + "0"))" }
        let only: SQL = tag.map { "AND t.tag = \($0)" } ?? ""
        let beyond: SQL = after.map { "AND t.id > \($0)" } ?? ""
        return try rows(
            """
            \(sql: Self.tagSelect) WHERE t.county = \(county) AND t.ended_at IS NULL AND (\(sql: scope))
            \(sql: only) \(sql: beyond) ORDER BY t.id LIMIT \(limit)
            """, Self.readTag)
    }

    /// What some accounts carry now.
    func tags(of accounts: [ID<Account>]) throws -> [ID<Account>: Set<HouseholdTagKind>] {
        guard !accounts.isEmpty else { return [:] }
        let found = try rows(
            "SELECT account, tag FROM household_tag WHERE account IN \(list: accounts) AND ended_at IS NULL"
        ) { ($0[0] as ID<Account>, $0[1] as HouseholdTagKind) }
        return found.reduce(into: [:]) { $0[$1.0, default: []].insert($1.1) }
    }
}
