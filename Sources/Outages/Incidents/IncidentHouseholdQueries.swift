import Desk
import Grid
import Registry
import Storage
import Values

/// One connection of an outage; without an account where none is known.
struct IncidentHouseholdRow {
    /// Where a page that ends here goes on.
    let key: String
    let feeder: ID<Feeder>?
    let position: Int?
    let account: ID<Account>?
    let number: String?
    let name: String?
    let address: String?
    let customer: ID<Person>?
    let villageName: String?
    let path: String?
    let area: String?
    let restoredAt: Instant?
}

/// A household that must not be left alone in the dark.
struct TaggedOutageHousehold {
    let account: ID<Account>
    let name: String
    let address: String
    let village: ID<Village>
    let villageName: String
    let row: IncidentHouseholdRow
    var isDark: Bool { row.restoredAt == nil }
}

extension Transaction {
    /// More in the villages of one outage than anybody could go to.
    private static let taggedMax = 500

    /// Households that told, where no network is known: one by account, else by phone.
    func householdsThatTold(_ incident: ID<Case>) throws -> Int {
        try value(
            """
            SELECT COUNT(DISTINCT COALESCE(account, phone_hash, person, id)) FROM outage_report
            WHERE incident = \(incident) AND dark = 1
            """) ?? 0
    }

    private static func other(than accounts: [ID<Account>], _ column: String) -> SQL {
        accounts.isEmpty ? "" : "AND (\(raw: column) IS NULL OR \(raw: column) NOT IN \(list: accounts))"
    }

    func householdsThatTold(
        _ incident: Incident, villages: [ID<Village>]?, besides: [ID<Account>], after: String?, limit: Int
    ) throws -> [IncidentHouseholdRow] {
        let only: SQL = villages.map { "AND r.village IN \(list: $0)" } ?? ""
        let beyond: SQL = after.map { "AND COALESCE(r.account, r.phone_hash, r.person, r.id) > \($0)" } ?? ""
        return try rows(
            """
            SELECT COALESCE(r.account, r.phone_hash, r.person, r.id) AS who, MAX(r.account), MAX(a.number), MAX(a.name),
                   MAX(a.address), MAX(a.customer), MAX(r.village_name), MAX(u.path)
            FROM outage_report r LEFT JOIN account a ON a.id = r.account LEFT JOIN unit u ON u.id = r.village
            WHERE r.incident = \(incident.id) AND r.dark = 1 \(sql: Self.other(than: besides, "r.account"))
            \(sql: only) \(sql: beyond)
            GROUP BY COALESCE(r.account, r.phone_hash, r.person, r.id) ORDER BY who LIMIT \(limit)
            """
        ) {
            IncidentHouseholdRow(
                key: $0[0], feeder: nil, position: nil, account: $0[1], number: $0[2], name: $0[3], address: $0[4],
                customer: $0[5], villageName: $0[6], path: $0[7], area: nil, restoredAt: incident.restoredAt)
        }
    }

    /// Connections in these positions, in their order.
    func households(
        of feeder: ID<Feeder>, _ positions: Range<Int>, restoredAt: Instant?, villages: [ID<Village>]?,
        besides: [ID<Account>], limit: Int
    ) throws -> [IncidentHouseholdRow] {
        let only: SQL = villages.map { "AND y.village IN \(list: $0)" } ?? ""
        return try rows(
            """
            SELECT y.pos, a.id, a.number, a.name, a.address, a.customer, u.name, u.path, t.name
            FROM feeder f JOIN supply y ON y.version = f.version LEFT JOIN account a ON a.id = y.account
            LEFT JOIN unit u ON u.id = y.village LEFT JOIN transformer_area t ON t.version = y.version AND t.id = y.area
            WHERE f.id = \(feeder) AND y.pos >= \(positions.lowerBound) AND y.pos < \(positions.upperBound)
            \(sql: Self.other(than: besides, "a.id")) \(sql: only)
            ORDER BY y.pos LIMIT \(limit)
            """
        ) { row in
            let position: Int = row[0]
            return IncidentHouseholdRow(
                key: "\(feeder.text)~\(position)", feeder: feeder, position: position, account: row[1], number: row[2],
                name: row[3], address: row[4], customer: row[5], villageName: row[6], path: row[7], area: row[8],
                restoredAt: restoredAt)
        }
    }

    /// Households with a tag in the villages of an outage that were dark in it, life support first.
    /// - Parameter ranges: all of the outage.
    func taggedHouseholds(
        of incident: Incident, _ ranges: [(dark: DarkRange, back: Instant?)], tags: Set<HouseholdTagKind>
    ) throws -> [TaggedOutageHousehold] {
        let villages = try self.villages(of: incident.id).map(\.village)
        // Where no network is known, those who told.
        let told: SQL = """
            AND EXISTS (SELECT 1 FROM outage_report r WHERE r.incident = \(incident.id) AND r.dark = 1 AND r.account = a.id)
            """
        let isLoose = ranges.isEmpty && incident.device == nil
        let found = try rows(
            """
            SELECT a.id, a.number, a.name, a.address, a.customer, a.village, u.name, u.path, y.feeder, y.pos, t.name,
                   MIN(CASE WHEN g.tag = 'life-support' THEN 0 ELSE 1 END) AS rank
            FROM household_tag g JOIN account a ON a.id = g.account JOIN unit u ON u.id = a.village
            LEFT JOIN (supply y JOIN feeder f ON f.version = y.version) ON y.account = a.id
            LEFT JOIN transformer_area t ON t.version = y.version AND t.id = y.area
            WHERE g.village IN \(list: villages) AND g.ended_at IS NULL AND g.tag IN \(list: tags.map(\.rawValue).sorted())
            \(sql: isLoose ? told : "")
            GROUP BY a.id, a.number, a.name, a.address, a.customer, a.village, u.name, u.path, y.feeder, y.pos, t.name
            ORDER BY rank, a.id LIMIT \(Self.taggedMax)
            """
        ) { row -> TaggedOutageHousehold? in
            let (feeder, position): (ID<Feeder>?, Int?) = (row[8], row[9])
            let at = ranges.first { range, _ in
                range.feeder == feeder && position.map { range.positions.contains($0) } == true
            }
            guard at != nil || isLoose else { return nil }
            return TaggedOutageHousehold(
                account: row[0], name: row[2], address: row[3], village: row[5], villageName: row[6],
                row: IncidentHouseholdRow(
                    key: "", feeder: feeder, position: position, account: row[0], number: row[1], name: row[2],
                    address: row[3], customer: row[4], villageName: row[6], path: row[7], area: row[10],
                    restoredAt: isLoose ? incident.restoredAt : at?.1))
        }
        return found.compactMap { $0 }
    }
}

/// What is known of how some households of an outage were told, read at once.
struct HouseholdsTold {
    private var reported: Set<ID<Account>> = []
    private var visits: [ID<Account>: MessageState] = [:]
    private var notices: [(feeder: ID<Feeder>, positions: Range<Int>, cursor: Int)] = []
    private let byAccount: [ID<Account>: Set<HouseholdTagKind>]

    init(_ tx: Transaction, _ incident: Incident, _ accounts: [ID<Account>]) throws {
        byAccount = try tx.tags(of: accounts)
        reported = Set(
            try tx.rows(
                """
                SELECT DISTINCT account FROM outage_report
                WHERE incident = \(incident.id) AND account IN \(list: accounts) AND source IN ('person', 'staff')
                """
            ) { $0[0] as ID<Account> })
        let keys = Dictionary(
            accounts.map { ("\(incident.visitKey($0))/\(MessageChannel.inPerson.rawValue)/", $0) },
            uniquingKeysWith: { first, _ in first })
        for (key, state) in try tx.rows(
            "SELECT key, state FROM outbox WHERE key IN \(list: keys.keys.sorted())", { ($0[0] as String, $0[1] as MessageState) })
        {
            if let account = keys[key] { visits[account] = state }
        }
        notices = try tx.rows(
            "SELECT feeder, low, high, cursor FROM household_notice WHERE incident = \(incident.id) ORDER BY id LIMIT 1000"
        ) { (feeder: $0[0], positions: ($0[1] as Int)..<($0[2] as Int), cursor: $0[3]) }
    }

    func tags(_ account: ID<Account>) -> [HouseholdTagKind] {
        (byAccount[account] ?? []).sorted { $0.rawValue < $1.rawValue }
    }

    func state(of row: IncidentHouseholdRow) -> HouseholdTold {
        guard let account = row.account else { return row.position == nil ? .reported : .unreachable }
        if let visit = visits[account] { return visit == .delivered ? .visited : .visiting }
        if reported.contains(account) { return .reported }
        guard row.customer != nil, let feeder = row.feeder, let position = row.position else { return .unreachable }
        let isTold = notices.contains { $0.feeder == feeder && $0.positions.contains(position) && $0.cursor >= position }
        return isTold ? .told : .waiting
    }
}
