import Desk
import PowerRules
import Registry
import Storage
import Values

extension Transaction {
    /// Changes whenever the snapshot would: a few rows are read.
    func mapStamp(_ county: String) throws -> String {
        let feeders = try first(
            """
            SELECT COALESCE(MAX(version), ''), CAST(COALESCE(SUM(operations), 0) AS BIGINT), COUNT(*) FROM feeder
            WHERE county = \(county)
            """
        ) { "\($0[0] as String) \($0[1] as Int) \($0[2] as Int)" }
        let units = try value("SELECT value FROM setting WHERE name = 'directory'") as String?
        let points = try first(
            "SELECT COALESCE(MAX(id), ''), COUNT(*) FROM service_point WHERE county = \(county) AND closed IS NULL"
        ) { "\($0[0] as String) \($0[1] as Int)" }
        return [feeders, units, points].map { $0 ?? "" }.joined(separator: "|")
    }

    func mapSnapshot(_ county: String) throws -> MapSnapshot {
        let infos = try feeders(county: county)
        let stations = try units(under: county).filter { $0.kind == .station || $0.kind == .township }
        let paths = Dictionary(stations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let seen = infos.map { info in
            MapSnapshot.FeederSeen(
                info: info, township: info.station.flatMap { paths[$0]?.partner }.flatMap { paths[$0]?.path })
        }
        let index = Dictionary(infos.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let areas = try areas(county: county).compactMap { area in
            index[area.feeder].map { MapSnapshot.Area(info: area, feeder: $0) }
        }
        let counts = try rows(
            """
            SELECT w.village, CAST(SUM(w.customers) AS BIGINT) FROM area_village w JOIN feeder f ON f.version = w.version
            WHERE f.county = \(county) GROUP BY w.village
            """
        ) { ($0[0] as ID<Village>, $0[1] as Int) }
        return MapSnapshot(
            feeders: seen, areas: areas, lines: try mapLines(county, index), points: try openPoints(county),
            customers: Dictionary(counts, uniquingKeysWith: +))
    }

    /// Lines and switches at medium voltage.
    private func mapLines(_ county: String, _ feeders: [ID<Feeder>: Int]) throws -> [MapSnapshot.Line] {
        try rows(
            """
            SELECT d.id, d.code, d.kind, d.present, d.high - d.low, d.feeder, d.line,
                   a.latitude, a.longitude, b.latitude, b.longitude
            FROM feeder f JOIN device d ON d.version = f.version
            JOIN grid_node a ON a.version = d.version AND a.code = d.from_node
            JOIN grid_node b ON b.version = d.version AND b.code = d.to_node
            WHERE f.county = \(county) AND d.area IS NULL ORDER BY d.feeder, d.code
            """
        ) { row -> MapSnapshot.Line? in
            guard let feeder = feeders[row[5]] else { return nil }
            let ends = [gridPlace(row, 7, 8), gridPlace(row, 9, 10)].compactMap { $0 }
            let places = (row[6] as String?).map(PlaceLine.places) ?? ends
            guard !places.isEmpty else { return nil }
            return MapSnapshot.Line(
                device: row[0], code: row[1], kind: row[2], isClosed: row[3], customers: row[4], places: places,
                feeder: feeder)
        }.compactMap { $0 }
    }

    private func openPoints(_ county: String) throws -> [ServicePointInfo] {
        let villages = try rows(
            "SELECT DISTINCT village FROM service_point WHERE county = \(county) AND closed IS NULL ORDER BY village"
        ) { $0[0] as ID<Village> }
        return try villages.flatMap { try servicePoints(of: $0).filter(\.isOpen) }
    }

    /// Lines of one transformer area, for a close look.
    func mapLines(of area: ID<TransformerArea>, limit: Int) throws -> [[Place]] {
        try rows(
            """
            SELECT d.line, a.latitude, a.longitude, b.latitude, b.longitude
            FROM transformer_area t JOIN feeder f ON f.version = t.version
            JOIN device d ON d.version = t.version AND d.area = t.id
            JOIN grid_node a ON a.version = d.version AND a.code = d.from_node
            JOIN grid_node b ON b.version = d.version AND b.code = d.to_node
            WHERE t.id = \(area) AND d.kind IN ('line', 'drop') ORDER BY d.code LIMIT \(limit)
            """
        ) { row in
            (row[0] as String?).map(PlaceLine.places)
                ?? [gridPlace(row, 1, 2), gridPlace(row, 3, 4)].compactMap { $0 }
        }.filter { $0.count >= 2 }
    }

    /// Meters of one transformer area with a place, by position: several stand in one box.
    func mapSupplies(of area: AreaInfo, in bounds: MapBounds, limit: Int) throws -> [(place: Place, number: String)] {
        try rows(
            """
            SELECT y.latitude, y.longitude, COALESCE(c.number, y.code)
            FROM feeder f JOIN supply y ON y.version = f.version LEFT JOIN account c ON c.id = y.account
            WHERE f.id = \(area.feeder) AND y.pos >= \(area.low) AND y.pos < \(area.high)
            AND y.latitude >= \(bounds.south) AND y.latitude <= \(bounds.north)
            AND y.longitude >= \(bounds.west) AND y.longitude <= \(bounds.east) ORDER BY y.pos LIMIT \(limit)
            """
        ) { (gridPlace($0, 0, 1), $0[2] as String) }.compactMap { found in found.0.map { ($0, found.1) } }
    }
}
