package import Desk
package import Storage
package import Values

extension Transaction {
    /// Customers of a feeder in these positions, by transformer area and village.
    ///
    /// Whole areas are counted from their counters, and only an area that is cut is looked at row
    /// by row, so that a medium-voltage device costs as little as a house.
    package func affected(feeder: ID<Feeder>, ranges: [Range<Int>]) throws -> Affected {
        guard let version = try value("SELECT version FROM feeder WHERE id = \(feeder)") as String? else {
            return Affected(shares: [])
        }
        var sums: [AffectedKey: Int] = [:]
        for range in ranges where !range.isEmpty {
            for (key, count) in try affectedParts(version, range) { sums[key, default: 0] += count }
        }
        let names = try rows("SELECT id, code, name FROM transformer_area WHERE version = \(version)") {
            AreaName(id: $0[0], code: $0[1], name: $0[2])
        }
        let named = Dictionary(names.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        func order(_ key: AffectedKey) -> (String, String) {
            (key.area.flatMap { named[$0]?.code } ?? "", key.village?.text ?? "")
        }
        let shares = sums.keys.sorted { order($0) < order($1) }.map { key in
            Affected.Share(
                area: key.area, areaName: key.area.flatMap { named[$0]?.name } ?? "", village: key.village,
                customers: sums[key] ?? 0)
        }
        return Affected(shares: shares)
    }

    package func affected(feeder: ID<Feeder>, range: Range<Int>) throws -> Affected {
        try affected(feeder: feeder, ranges: [range])
    }

    private func affectedParts(_ version: String, _ range: Range<Int>) throws -> [(AffectedKey, Int)] {
        let areas = try rows(
            """
            SELECT low, high FROM transformer_area
            WHERE version = \(version) AND low >= \(range.lowerBound) AND high <= \(range.upperBound) AND high > low
            ORDER BY low
            """
        ) { ($0[0] as Int)..<($0[1] as Int) }
        var parts = try rows(
            """
            SELECT w.area, w.village, w.customers FROM transformer_area a
            JOIN area_village w ON w.version = a.version AND w.area = a.id
            WHERE a.version = \(version) AND a.low >= \(range.lowerBound) AND a.high <= \(range.upperBound)
            """
        ) { (AffectedKey(area: $0[0], village: ($0[1] as String).isEmpty ? nil : $0[1]), $0[2] as Int) }
        // What lies between whole areas: medium-voltage customers, or a cut area.
        for gap in gaps(in: range, around: areas) {
            parts += try rows(
                """
                SELECT area, village, COUNT(*) FROM supply
                WHERE version = \(version) AND pos >= \(gap.lowerBound) AND pos < \(gap.upperBound)
                GROUP BY area, village
                """
            ) { (AffectedKey(area: $0[0], village: $0[1]), $0[2] as Int) }
        }
        return parts
    }

    /// Connected accounts in these positions, in the order of the network, key-paged: the page is taken
    /// from the positions first and its accounts are looked up then, however many lie behind the device.
    /// - Parameter after: the position of the last one seen.
    package func affectedAccounts(
        feeder: ID<Feeder>, range: Range<Int>, village: ID<Village>? = nil, after: Int? = nil, limit: Int
    ) throws -> [AffectedAccount] {
        let from = Swift.max(range.lowerBound, after.map { $0 + 1 } ?? range.lowerBound)
        let only: SQL = village.map { "AND s.village = \($0)" } ?? ""
        return try rows(
            """
            SELECT y.pos, c.id, c.number, c.name, c.address, c.customer, y.area, c.village, u.name
            FROM (SELECT s.pos, s.account, s.area FROM supply s
                  WHERE s.version = (SELECT f.version FROM feeder f WHERE f.id = \(feeder))
                  AND s.pos >= \(from) AND s.pos < \(range.upperBound) AND s.account IS NOT NULL \(sql: only)
                  ORDER BY s.pos LIMIT \(limit)) y
            JOIN account c ON c.id = y.account JOIN unit u ON u.id = c.village ORDER BY y.pos
            """
        ) { row in
            AffectedAccount(
                position: row[0], account: row[1], number: row[2], name: row[3], address: row[4], customer: row[5],
                area: row[6], village: row[7], villageName: row[8])
        }
    }
}

private struct AreaName {
    let id: ID<TransformerArea>
    let code: String
    let name: String
}

private struct AffectedKey: Hashable {
    let area: ID<TransformerArea>?
    let village: ID<Village>?
}

/// What of `range` lies outside the parts, which are in order and do not overlap.
private func gaps(in range: Range<Int>, around parts: [Range<Int>]) -> [Range<Int>] {
    var out: [Range<Int>] = []
    var at = range.lowerBound
    for part in parts {
        if part.lowerBound > at { out.append(at..<part.lowerBound) }
        at = Swift.max(at, part.upperBound)
    }
    if at < range.upperBound { out.append(at..<range.upperBound) }
    return out
}
