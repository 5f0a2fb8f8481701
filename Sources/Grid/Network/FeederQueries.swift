package import Desk
package import PowerRules
package import Registry
package import Storage
package import Values

// Everything here reads the current version of each feeder.
extension Transaction {
    // MARK: Feeders

    private static let feederSelect: SQL = """
        SELECT f.id, f.county, f.code, f.name, f.substation, s.name, f.station, f.version, f.customers, f.operations
        FROM feeder f JOIN substation s ON s.id = f.substation
        """

    private static func feederInfo(_ row: Row) -> FeederInfo {
        FeederInfo(
            id: row[0], county: row[1], code: row[2], name: row[3], substation: row[4], substationName: row[5],
            station: row[6], version: row[7], customers: row[8], operations: row[9])
    }

    package func feeder(_ id: ID<Feeder>) throws -> FeederInfo? {
        try first("\(sql: Self.feederSelect) WHERE f.id = \(id)", Self.feederInfo)
    }

    package func feeder(code: String, county: String) throws -> FeederInfo? {
        try first("\(sql: Self.feederSelect) WHERE f.county = \(county) AND f.code = \(code)", Self.feederInfo)
    }

    /// All feeders of a county, by code; some may have no version yet.
    package func feeders(county: String) throws -> [FeederInfo] {
        try rows("\(sql: Self.feederSelect) WHERE f.county = \(county) ORDER BY f.code, f.id", Self.feederInfo)
    }

    package func feeders(station: ID<Unit>) throws -> [FeederInfo] {
        try rows("\(sql: Self.feederSelect) WHERE f.station = \(station) ORDER BY f.code, f.id", Self.feederInfo)
    }

    /// The feeder that supplies an account.
    package func feeder(of account: ID<Account>) throws -> FeederInfo? {
        try first(
            """
            \(sql: Self.feederSelect) JOIN supply y ON y.version = f.version WHERE y.account = \(account)
            """, Self.feederInfo)
    }

    // MARK: Supply

    private static let supplySelect: SQL = """
        SELECT y.feeder, y.version, y.pos, y.account, y.code, y.kind, y.node, y.area, a.name, y.village, y.latitude,
               y.longitude
        FROM supply y JOIN feeder f ON f.version = y.version
        LEFT JOIN transformer_area a ON a.id = y.area AND a.version = y.version
        """

    private static func supplyInfo(_ row: Row) -> SupplyInfo {
        SupplyInfo(
            feeder: row[0], version: row[1], position: row[2], account: row[3], code: row[4], kind: row[5],
            node: row[6], area: row[7], areaName: row[8], village: row[9], place: gridPlace(row, 10, 11))
    }

    /// Where an account gets its supply from; nil while it is connected to nothing.
    package func supply(of account: ID<Account>) throws -> SupplyInfo? {
        try first("\(sql: Self.supplySelect) WHERE y.account = \(account)", Self.supplyInfo)
    }

    /// Supplies of several accounts (at most a few hundred), in no order.
    package func supplies(of accounts: [ID<Account>]) throws -> [SupplyInfo] {
        try rows("\(sql: Self.supplySelect) WHERE y.account IN \(list: accounts)", Self.supplyInfo)
    }

    package func supply(feeder: ID<Feeder>, position: Int) throws -> SupplyInfo? {
        try first("\(sql: Self.supplySelect) WHERE f.id = \(feeder) AND y.pos = \(position)", Self.supplyInfo)
    }

    /// Whether the switches as they stand now leave a position without supply.
    package func isDark(feeder: ID<Feeder>, position: Int) throws -> Bool {
        try value(
            """
            SELECT 1 FROM dark_range d JOIN feeder f ON f.version = d.version
            WHERE f.id = \(feeder) AND d.low <= \(position) AND d.high > \(position) LIMIT 1
            """) as Int? != nil
    }

    /// Positions without supply as the switches stand now, in order.
    package func darkRanges(feeder: ID<Feeder>) throws -> [Range<Int>] {
        try rows(
            """
            SELECT d.low, d.high FROM dark_range d JOIN feeder f ON f.version = d.version
            WHERE f.id = \(feeder) ORDER BY d.low
            """
        ) { ($0[0] as Int)..<($0[1] as Int) }
    }

    // MARK: Devices

    private static let deviceSelect: SQL = """
        SELECT d.id, d.feeder, d.version, d.kind, d.code, d.name, d.from_node, d.to_node, d.length_m, d.kva, d.max_a,
               d.normal, d.present, d.area, d.parent, d.low, d.high
        FROM device d JOIN feeder f ON f.version = d.version
        """

    private static func deviceInfo(_ row: Row) -> DeviceInfo {
        DeviceInfo(
            id: row[0], feeder: row[1], version: row[2], kind: row[3], code: row[4], name: row[5], from: row[6],
            to: row[7], lengthM: row[8], kva: row[9], maxA: row[10], isNormallyClosed: row[11], isClosed: row[12],
            area: row[13], parent: row[14], low: row[15], high: row[16])
    }

    package func device(_ id: ID<Device>) throws -> DeviceInfo? {
        try first("\(sql: Self.deviceSelect) WHERE d.id = \(id)", Self.deviceInfo)
    }

    package func device(code: String, feeder: ID<Feeder>) throws -> DeviceInfo? {
        try first("\(sql: Self.deviceSelect) WHERE f.id = \(feeder) AND d.code = \(code)", Self.deviceInfo)
    }

    package func devices(_ ids: [ID<Device>]) throws -> [DeviceInfo] {
        try rows("\(sql: Self.deviceSelect) WHERE d.id IN \(list: ids) ORDER BY d.code, d.id", Self.deviceInfo)
    }

    /// Devices of a feeder by code, key-paged.
    /// - Parameters:
    ///   - kind: only these.
    ///   - area: only those of this transformer area.
    ///   - after: the code of the last one seen.
    package func devices(
        of feeder: ID<Feeder>, kind: EdgeKind? = nil, area: ID<TransformerArea>? = nil, after: String? = nil,
        limit: Int
    ) throws -> [DeviceInfo] {
        let only: SQL = kind.map { "AND d.kind = \($0)" } ?? ""
        let inside: SQL = area.map { "AND d.area = \($0)" } ?? ""
        let beyond: SQL = after.map { "AND d.code > \($0)" } ?? ""
        return try rows(
            """
            \(sql: Self.deviceSelect) WHERE f.id = \(feeder) \(sql: only) \(sql: inside) \(sql: beyond)
            ORDER BY d.code LIMIT \(limit)
            """, Self.deviceInfo)
    }

    // MARK: Areas

    private static let areaSelect: SQL = """
        SELECT a.id, a.feeder, a.code, a.name, a.village, a.transformer, a.kva, a.latitude, a.longitude, a.customers,
               a.low, a.high
        FROM transformer_area a JOIN feeder f ON f.version = a.version
        """

    private static func areaInfo(_ row: Row) -> AreaInfo {
        AreaInfo(
            id: row[0], feeder: row[1], code: row[2], name: row[3], village: row[4], transformer: row[5], kva: row[6],
            place: gridPlace(row, 7, 8), customers: row[9], low: row[10], high: row[11])
    }

    package func area(_ id: ID<TransformerArea>) throws -> AreaInfo? {
        try first("\(sql: Self.areaSelect) WHERE a.id = \(id)", Self.areaInfo)
    }

    package func area(code: String, feeder: ID<Feeder>) throws -> AreaInfo? {
        try first("\(sql: Self.areaSelect) WHERE f.id = \(feeder) AND a.code = \(code)", Self.areaInfo)
    }

    /// By code.
    package func areas(of feeder: ID<Feeder>) throws -> [AreaInfo] {
        try rows("\(sql: Self.areaSelect) WHERE f.id = \(feeder) ORDER BY a.code, a.id", Self.areaInfo)
    }

    /// Areas of all feeders of a county, by feeder's code and own.
    package func areas(county: String) throws -> [AreaInfo] {
        try rows("\(sql: Self.areaSelect) WHERE f.county = \(county) ORDER BY f.code, a.code, a.id", Self.areaInfo)
    }

    /// Areas that supply at least one customer of the village, those with most of them first.
    package func areas(in village: ID<Village>) throws -> [AreaInfo] {
        try rows(
            """
            \(sql: Self.areaSelect) JOIN area_village w ON w.version = a.version AND w.area = a.id
            WHERE w.village = \(village) ORDER BY w.customers DESC, a.code, a.id
            """, Self.areaInfo)
    }

    /// Names of areas of any version, for what happened before a transformer was taken away.
    package func areaNames(_ ids: [ID<TransformerArea>]) throws -> [ID<TransformerArea>: String] {
        let found = try rows(
            """
            SELECT a.id, a.name FROM transformer_area a JOIN network_version v ON v.id = a.version
            WHERE a.id IN \(list: ids) ORDER BY a.id, v.number
            """
        ) { ($0[0] as ID<TransformerArea>, $0[1] as String) }
        return Dictionary(found, uniquingKeysWith: { $1 })
    }

    /// The likeliest area of somebody who stands at `place` in a village and knows no account
    /// number: that of the nearest connected household within 2 km, else the nearest transformer, else
    /// the area with most customers of the village.
    package func area(near place: Place?, in village: ID<Village>) throws -> AreaInfo? {
        let known = try areas(in: village)
        guard let place, known.count > 1 else { return known.first }
        // Metres to degrees; the band keeps the look to the village's own rows.
        let nearby = try known.flatMap { area in
            try rows(
                """
                SELECT y.area, y.latitude, y.longitude FROM supply y JOIN feeder f ON f.version = y.version
                WHERE f.id = \(area.feeder) AND y.pos >= \(area.low) AND y.pos < \(area.high)
                AND y.latitude > \(place.latitude - 0.02) AND y.latitude < \(place.latitude + 0.02)
                """
            ) { (area, gridPlace($0, 1, 2)) }
        }
        let household = nearby.compactMap { found in found.1.map { (found.0, $0.metres(to: place)) } }
            .filter { $0.1 <= 2000 }.min { $0.1 < $1.1 }
        if let household { return household.0 }
        return known.compactMap { area in area.place.map { (area, $0.metres(to: place)) } }.min { $0.1 < $1.1 }?.0
            ?? known.first
    }
}

/// A place out of two columns that are both there or both absent.
func gridPlace(_ row: Row, _ latitude: Int, _ longitude: Int) -> Place? {
    guard let lat: Double = row[latitude], let lon: Double = row[longitude] else { return nil }
    return Place(latitude: lat, longitude: lon)
}
