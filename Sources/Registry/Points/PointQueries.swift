package import Desk
package import Storage
package import Values

extension Transaction {
    private static let pointColumns: SQL =
        "id, village, name, address, hours, services, devices, latitude, longitude, closed"

    private static func pointInfo(_ row: Row) -> ServicePointInfo {
        ServicePointInfo(
            id: row[0], village: row[1], name: row[2], address: row[3], hours: row[4], services: row[5],
            devices: row[6], place: place(row, 7, 8), isOpen: (row[9] as Day?) == nil)
    }

    /// Open ones first.
    package func servicePoints(of village: ID<Village>) throws -> [ServicePointInfo] {
        try rows(
            """
            SELECT \(sql: Self.pointColumns) FROM service_point WHERE village = \(village)
            ORDER BY CASE WHEN closed IS NULL THEN 0 ELSE 1 END, opened, id
            """, Self.pointInfo)
    }

    package func servicePoint(_ id: ID<ServicePoint>) throws -> ServicePointInfo? {
        try first("SELECT \(sql: Self.pointColumns) FROM service_point WHERE id = \(id)", Self.pointInfo)
    }

    /// Duty times of a village, the next first.
    package func duties(of village: ID<Village>, from: Day, to: Day) throws -> [DutyInfo] {
        try rows(
            """
            SELECT d.id, d.person, p.name, d.day, d.from_minute, d.to_minute
            FROM duty d JOIN person p ON p.id = d.person
            WHERE d.village = \(village) AND d.day >= \(from) AND d.day <= \(to)
            ORDER BY d.day, d.from_minute, d.id LIMIT 200
            """, Self.dutyInfo)
    }

    func duty(_ id: ID<Duty>) throws -> (village: ID<Village>, info: DutyInfo)? {
        try first(
            """
            SELECT d.id, d.person, p.name, d.day, d.from_minute, d.to_minute, d.village
            FROM duty d JOIN person p ON p.id = d.person WHERE d.id = \(id)
            """
        ) { ($0[6], Self.dutyInfo($0)) }
    }

    private static func dutyInfo(_ row: Row) -> DutyInfo {
        DutyInfo(id: row[0], person: row[1], personName: row[2], day: row[3], from: row[4], to: row[5])
    }

    // MARK: Gaps

    /// Villages under `path` without an open service point.
    package func villagesWithoutPoint(under path: String) throws -> [VillageInfo] {
        let served = Set(
            try rows("SELECT DISTINCT village FROM service_point WHERE closed IS NULL") { $0[0] as ID<Village> })
        return try villages(under: path).filter { !served.contains($0.id) }
    }

    /// Villages under `path` that nobody serves on that day.
    package func villagesWithoutPairing(under path: String, on day: Day) throws -> [VillageInfo] {
        let paired = Set(
            try rows("SELECT village FROM pairing WHERE since <= \(day) AND (until IS NULL OR until > \(day))") {
                $0[0] as ID<Village>
            })
        return try villages(under: path).filter { !paired.contains($0.id) }
    }

    // MARK: Notices

    private static let noticeSelect: SQL = """
        SELECT n.id, n.unit, u.name, n.title, n.text, n.from_day, n.until_day, COALESCE(p.name, ''), n.made_at,
               n.withdrawn_at, n.title_en, n.text_en
        FROM notice n JOIN unit u ON u.id = n.unit LEFT JOIN person p ON p.id = n.author
        """

    private static func noticeInfo(_ row: Row) -> NoticeInfo {
        NoticeInfo(
            id: row[0], unit: row[1], unitName: row[2], title: row[3], text: row[4], from: row[5], until: row[6],
            authorName: row[7], madeAt: row[8], withdrawnAt: row[9], titleEn: row[10], textEn: row[11])
    }

    /// In term on that day, the newest first.
    package func notices(for village: VillageInfo, on day: Day) throws -> [NoticeInfo] {
        try rows(
            """
            \(sql: Self.noticeSelect)
            WHERE n.unit IN (SELECT id FROM unit WHERE path IN (\(village.path), \(village.township), \(village.county))
                             OR id = \(village.station))
            AND n.until_day >= \(day) AND n.from_day <= \(day) AND n.withdrawn_at IS NULL
            ORDER BY n.id DESC LIMIT 20
            """, Self.noticeInfo)
    }

    package func notice(_ id: ID<Notice>) throws -> NoticeInfo? {
        try first("\(sql: Self.noticeSelect) WHERE n.id = \(id)", Self.noticeInfo)
    }

    /// All notices of units under one of the paths (or of the units themselves), key-paged, newest first.
    func notices(
        under paths: [String], units: [ID<Unit>], after: ID<Notice>?, limit: Int
    ) throws -> [NoticeInfo] {
        var scope: SQL = "n.unit IN \(list: units)"
        for path in paths { scope += " OR \(sql: within("u.path", path))" }
        let beyond: SQL = after.map { "AND n.id < \($0)" } ?? ""
        return try rows(
            "\(sql: Self.noticeSelect) WHERE (\(sql: scope)) \(sql: beyond) ORDER BY n.id DESC LIMIT \(limit)",
            Self.noticeInfo)
    }

    // MARK: What the public sees

    package func villagePublic(_ id: ID<Village>, on day: Day, keys: KeyRing) throws -> VillagePublic? {
        guard let village = try village(id) else { return nil }
        return VillagePublic(
            village: village, servers: try servers(of: id, on: day, keys: keys),
            servicePoints: try servicePoints(of: id).filter(\.isOpen), notices: try notices(for: village, on: day),
            duties: try duties(of: id, from: day, to: day.adding(days: 14)))
    }
}
