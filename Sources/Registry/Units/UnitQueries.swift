package import Desk
package import Storage
package import Values

extension Transaction {
    private static let unitColumns: SQL =
        "id, kind, path, county, parent, name, name_en, pinyin, latitude, longitude, phone, partner, closed_at"

    private static func unitInfo(_ row: Row) -> UnitInfo {
        UnitInfo(
            id: row[0], kind: row[1], path: row[2], county: row[3], parent: row[4], name: row[5], nameEn: row[6],
            pinyin: row[7], place: place(row, 8, 9), phone: row[10], partner: row[11],
            isClosed: (row[12] as Instant?) != nil)
    }

    package func unit(_ id: ID<Unit>) throws -> UnitInfo? {
        try first("SELECT \(sql: Self.unitColumns) FROM unit WHERE id = \(id)", Self.unitInfo)
    }

    package func unit(path: String) throws -> UnitInfo? {
        try first("SELECT \(sql: Self.unitColumns) FROM unit WHERE path = \(path)", Self.unitInfo)
    }

    /// The unit at `path` and everything below it, in the order of the paths; nil gives all.
    package func units(under path: String?) throws -> [UnitInfo] {
        try rows(
            "SELECT \(sql: Self.unitColumns) FROM unit WHERE \(sql: within("path", path)) ORDER BY path",
            Self.unitInfo)
    }

    /// Units below `path` that lie after `after`, by path.
    func units(under path: String?, kind: UnitKind?, after: String?, limit: Int) throws -> [UnitInfo] {
        let only: SQL = kind.map { "kind = \($0)" } ?? "1 = 1"
        let beyond: SQL = after.map { "path > \($0)" } ?? "1 = 1"
        return try rows(
            """
            SELECT \(sql: Self.unitColumns) FROM unit
            WHERE \(sql: within("path", path)) AND \(sql: only) AND \(sql: beyond) ORDER BY path LIMIT \(limit)
            """, Self.unitInfo)
    }

    // MARK: Villages

    private static let villageSelect: SQL = """
        SELECT v.id, v.path, v.name, v.name_en, v.pinyin, v.county, t.path, t.name, t.name_en, s.id, s.name, s.name_en,
               s.phone, v.latitude, v.longitude
        FROM unit v JOIN unit t ON t.id = v.parent
        JOIN unit s ON s.partner = t.id AND s.kind = 'station' AND s.closed_at IS NULL
        WHERE v.kind = 'village'
        """

    private static func villageInfo(_ row: Row) -> VillageInfo {
        VillageInfo(
            id: row[0], path: row[1], name: row[2], nameEn: row[3], pinyin: row[4], county: row[5], township: row[6],
            townshipName: row[7], townshipNameEn: row[8], station: row[9], stationName: row[10],
            stationNameEn: row[11], stationPhone: row[12], place: place(row, 13, 14))
    }

    /// Also a village that was closed since: its old cases still name it.
    package func village(_ id: ID<Village>) throws -> VillageInfo? {
        try first("\(sql: Self.villageSelect) AND v.id = \(id)", Self.villageInfo)
    }

    package func village(path: String) throws -> VillageInfo? {
        try first("\(sql: Self.villageSelect) AND v.path = \(path)", Self.villageInfo)
    }

    package func villages(county: String) throws -> [VillageInfo] {
        try rows(
            "\(sql: Self.villageSelect) AND v.closed_at IS NULL AND v.county = \(county) ORDER BY v.path",
            Self.villageInfo)
    }

    package func villages(under path: String) throws -> [VillageInfo] {
        try rows(
            "\(sql: Self.villageSelect) AND v.closed_at IS NULL AND \(sql: within("v.path", path)) ORDER BY v.path",
            Self.villageInfo)
    }

    /// All open villages of all counties.
    func allVillages() throws -> [VillageInfo] {
        try rows("\(sql: Self.villageSelect) AND v.closed_at IS NULL ORDER BY v.path", Self.villageInfo)
    }

    func villages(county: String?, after: String?, limit: Int) throws -> [VillageInfo] {
        let inCounty: SQL = county.map { "v.county = \($0)" } ?? "1 = 1"
        let beyond: SQL = after.map { "v.path > \($0)" } ?? "1 = 1"
        return try rows(
            """
            \(sql: Self.villageSelect) AND v.closed_at IS NULL AND \(sql: inCounty) AND \(sql: beyond)
            ORDER BY v.path LIMIT \(limit)
            """, Self.villageInfo)
    }

    /// Villages whose name holds the text, or whose pinyin initials or English name begin with it.
    package func searchVillages(_ text: String, county: String?, limit: Int) throws -> [VillageInfo] {
        let word = text.lowercased()
        guard !word.isEmpty else { return [] }
        let inCounty: SQL = county.map { "v.county = \($0)" } ?? "1 = 1"
        let part = "%\(likePattern(word))%"
        let start = "\(likePattern(word))%"
        return try rows(
            """
            \(sql: Self.villageSelect) AND v.closed_at IS NULL AND \(sql: inCounty)
            AND (v.name LIKE \(part) ESCAPE '!' OR v.pinyin LIKE \(start) ESCAPE '!'
                 OR lower(v.name_en) LIKE \(start) ESCAPE '!' OR v.path LIKE \("%/" + start) ESCAPE '!')
            ORDER BY v.path LIMIT \(limit)
            """, Self.villageInfo)
    }

    /// The nearest villages first.
    package func villages(near place: Place, county: String?, limit: Int) throws -> [VillageInfo] {
        let known = try county.map { try villages(county: $0) } ?? allVillages()
        return nearest(known, to: place, limit: limit)
    }

    /// Whether the unit itself or something below it is still open, other than `unit`.
    func hasOpenUnits(below parent: ID<Unit>) throws -> Bool {
        try value("SELECT 1 FROM unit WHERE parent = \(parent) AND closed_at IS NULL LIMIT 1") as Int? != nil
    }

    func station(of township: ID<Unit>) throws -> ID<Unit>? {
        try value("SELECT id FROM unit WHERE kind = 'station' AND closed_at IS NULL AND partner = \(township)")
    }
}

func nearest(_ villages: [VillageInfo], to place: Place, limit: Int) -> [VillageInfo] {
    villages.compactMap { village in village.place.map { (village, $0.metres(to: place)) } }
        .sorted { $0.1 < $1.1 }
        .prefix(limit)
        .map(\.0)
}

/// A condition: the path in `column` is `path` or lies below it. An index range, no LIKE.
package func within(_ column: String, _ path: String?) -> SQL {
    guard let path else { return "1 = 1" }
    // '0' is the character after '/'.
    return "(\(raw: column) = \(path) OR (\(raw: column) > \(path + "/") AND \(raw: column) < \(path + "0")))"
}

/// Text whose `%`, `_` and `!` stand for themselves under `ESCAPE '!'`.
func likePattern(_ text: String) -> String {
    var out = ""
    for character in text {
        if character == "%" || character == "_" || character == "!" { out.append("!") }
        out.append(character)
    }
    return out
}
