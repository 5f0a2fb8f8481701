import Desk
import PowerRules
import Registry
import Storage
import Values

// MARK: What an import asks

extension Transaction {
    /// Accounts by number.
    func knownAccounts(_ numbers: [String], county: String) throws -> [(String, NetworkPlan.KnownAccount)] {
        try rows(
            "SELECT number, id, village, closed FROM account WHERE county = \(county) AND number IN \(list: numbers)"
        ) { row in
            (row[0] as String, .init(id: row[1], village: row[2], isClosed: (row[3] as Day?) != nil))
        }
    }

    /// Codes of the feeders that supply these accounts now.
    func feederCodes(ofAccounts accounts: [ID<Account>], county: String) throws -> [ID<Account>: String] {
        let found = try rows(
            """
            SELECT y.account, f.code FROM supply y JOIN feeder f ON f.version = y.version
            WHERE y.account IN \(list: accounts) AND f.county = \(county)
            """
        ) { ($0[0] as ID<Account>, $0[1] as String) }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    /// Ids by code of the version that is replaced, so that they stay, and which devices do not stand
    /// as they normally do.
    func keptDevices(of version: ID<NetworkVersion>) throws -> [String: KeptDevice] {
        let found = try rows("SELECT code, id, normal, present FROM device WHERE version = \(version)") {
            ($0[0] as String, KeptDevice(id: $0[1], isNormallyClosed: $0[2], isClosed: $0[3]))
        }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    /// Ids of areas by code, of all versions: an area that comes back is the same.
    func keptAreas(of feeder: ID<Feeder>) throws -> [String: ID<TransformerArea>] {
        let found = try rows(
            """
            SELECT a.code, a.id FROM transformer_area a JOIN network_version v ON v.id = a.version
            WHERE a.feeder = \(feeder) ORDER BY v.number
            """
        ) { ($0[0] as String, $0[1] as ID<TransformerArea>) }
        return Dictionary(found, uniquingKeysWith: { $1 })
    }

    /// Versions of a feeder whose rows nobody reads any more: those that were replaced, and what an
    /// interrupted import left.
    func staleVersions(of feeder: ID<Feeder>) throws -> [ID<NetworkVersion>] {
        try rows(
            """
            SELECT v.id FROM network_version v JOIN feeder f ON f.id = v.feeder
            WHERE v.feeder = \(feeder) AND (f.version IS NULL OR v.id <> f.version)
            AND (EXISTS (SELECT 1 FROM supply y WHERE y.version = v.id)
                 OR EXISTS (SELECT 1 FROM device d WHERE d.version = v.id)
                 OR EXISTS (SELECT 1 FROM grid_node n WHERE n.version = v.id))
            ORDER BY v.number
            """
        ) { $0[0] }
    }

    /// Removes some rows of a version; its areas stay, for what happened in them.
    /// - Returns: how many; 0 at the end.
    func removeRows(of version: ID<NetworkVersion>, limit: Int) throws -> Int {
        var count = try change(
            """
            DELETE FROM supply WHERE version = \(version) AND pos IN
            (SELECT pos FROM supply WHERE version = \(version) ORDER BY pos LIMIT \(limit))
            """)
        if count > 0 { return count }
        count = try change(
            """
            DELETE FROM device WHERE version = \(version) AND code IN
            (SELECT code FROM device WHERE version = \(version) ORDER BY code LIMIT \(limit))
            """)
        if count > 0 { return count }
        return try change(
            """
            DELETE FROM grid_node WHERE version = \(version) AND code IN
            (SELECT code FROM grid_node WHERE version = \(version) ORDER BY code LIMIT \(limit))
            """)
    }
}

struct KeptDevice: Sendable {
    let id: ID<Device>
    let isNormallyClosed: Bool
    let isClosed: Bool
}

// MARK: What an import writes

extension Work {
    /// The feeder of that code, made when there is none yet.
    func feeder(for order: NetworkOrder) throws -> FeederInfo {
        if let known = try tx.feeder(code: order.feeder, county: order.county) { return known }
        let substation: ID<Substation> = newID()
        try tx.run(
            """
            INSERT INTO substation (id, county, code, name, made_at)
            VALUES (\(substation), \(order.county), \(order.substation), \(order.substationName), \(now))
            ON CONFLICT (county, code) DO NOTHING
            """)
        let id: ID<Feeder> = newID()
        try tx.run(
            """
            INSERT INTO feeder (id, county, code, name, substation, made_at)
            SELECT \(id), \(order.county), \(order.feeder), \(order.name), id, \(now) FROM substation
            WHERE county = \(order.county) AND code = \(order.substation)
            """)
        guard let made = try tx.feeder(id) else { throw Problem.notFound }
        return made
    }

    func addVersion(
        _ id: ID<NetworkVersion>, of feeder: FeederInfo, _ order: NetworkOrder, _ report: NetworkReport, findings: String
    ) throws {
        try tx.run(
            """
            INSERT INTO network_version (id, county, feeder, number, source, format, datum, author, nodes, devices, areas,
                                         supplies, unlinked, warnings, findings, staged_at)
            VALUES (\(id), \(order.county), \(feeder.id),
                    (SELECT COALESCE(MAX(number), 0) + 1 FROM network_version WHERE feeder = \(feeder.id)),
                    \(order.source), \(order.format), \(order.datum.rawValue), \(actor.person), \(report.nodes), \(report.devices),
                    \(report.areas), \(report.supplies), \(report.unlinked), \(report.warnings), \(findings), \(now))
            """)
    }

    func addNode(_ node: Network.Node, _ version: ID<NetworkVersion>, county: String) throws {
        try tx.run(
            """
            INSERT INTO grid_node (version, code, county, kind, name, kv, latitude, longitude)
            VALUES (\(version), \(node.id), \(county), \(node.kind), \(node.name), \(node.voltageKV),
                    \(node.place?.latitude), \(node.place?.longitude))
            """)
    }

    func addDevice(_ row: DeviceRow, _ version: ID<NetworkVersion>, feeder: FeederInfo) throws {
        let edge = row.edge
        try tx.run(
            """
            INSERT INTO device (id, version, county, feeder, kind, code, name, from_node, to_node, length_m, kva, max_a,
                                normal, present, area, parent, line, low, high)
            VALUES (\(row.id), \(version), \(feeder.county), \(feeder.id), \(edge.kind), \(edge.id), \(edge.name),
                    \(edge.from), \(edge.to), \(edge.lengthM), \(edge.ratingKVA), \(edge.maxA), \(edge.isClosed),
                    \(row.isClosed), \(row.area), \(row.parent), \(row.line), \(row.plan.low), \(row.plan.high))
            """)
    }

    func addArea(_ row: AreaRow, _ version: ID<NetworkVersion>, feeder: FeederInfo) throws {
        let area = row.plan
        try tx.run(
            """
            INSERT INTO transformer_area (id, version, county, feeder, code, name, village, transformer, kva, latitude,
                                          longitude, customers, low, high)
            VALUES (\(row.id), \(version), \(feeder.county), \(feeder.id), \(row.edge.id), \(row.name), \(area.village),
                    \(row.transformer), \(row.edge.ratingKVA), \(area.place?.latitude), \(area.place?.longitude),
                    \(area.high - area.low), \(area.low), \(area.high))
            """)
        for (village, count) in area.villages {
            try tx.run(
                """
                INSERT INTO area_village (version, area, village, customers)
                VALUES (\(version), \(row.id), \(village?.text ?? ""), \(count))
                """)
        }
    }

    func addSupply(_ row: SupplyRow, _ version: ID<NetworkVersion>, feeder: FeederInfo) throws {
        try tx.run(
            """
            INSERT INTO supply (version, pos, county, feeder, account, code, kind, node, area, village, latitude, longitude)
            VALUES (\(version), \(row.position), \(feeder.county), \(feeder.id), \(row.plan.account), \(row.load.id),
                    \(row.load.customerType), \(row.load.node), \(row.area), \(row.plan.village),
                    \(row.load.place?.latitude), \(row.load.place?.longitude))
            """)
    }

    func addDark(_ ranges: [Range<Int>], _ version: ID<NetworkVersion>) throws {
        for range in ranges {
            try tx.run(
                """
                INSERT INTO dark_range (version, low, high, since)
                VALUES (\(version), \(range.lowerBound), \(range.upperBound), \(now))
                """)
        }
    }

    /// Makes a filled version the one that everybody reads.
    /// - Throws: `network-changed-meanwhile` (409).
    func publish(
        _ version: ID<NetworkVersion>, of feeder: FeederInfo, _ order: NetworkOrder, station: ID<Unit>?, customers: Int
    ) throws {
        let changed = try tx.change(
            """
            UPDATE feeder SET version = \(version), customers = \(customers), name = \(order.name),
                              station = \(station), operations = operations + 1
            WHERE id = \(feeder.id) AND operations = \(feeder.operations)
            """)
        guard changed == 1 else { throw Problem(.conflict, "network-changed-meanwhile") }
        try tx.run("UPDATE network_version SET published_at = \(now) WHERE id = \(version)")
        try tx.run(
            """
            UPDATE network_version SET retired_at = \(now)
            WHERE feeder = \(feeder.id) AND id <> \(version) AND published_at IS NOT NULL AND retired_at IS NULL
            """)
        try record(
            EventDraft(
                "network.published", of: "feeder", feeder.id.text,
                ["version": version.text, "customers": "\(customers)"], county: feeder.county))
        announce(feeder.county)
    }
}

struct DeviceRow: Sendable {
    let id: ID<Device>
    let edge: Network.Edge
    let plan: NetworkPlan.Device
    let area: ID<TransformerArea>?
    let parent: ID<Device>?
    let line: String?
    let isClosed: Bool
}

struct AreaRow: Sendable {
    let id: ID<TransformerArea>
    let edge: Network.Edge
    let name: String
    let transformer: ID<Device>
    let plan: NetworkPlan.Area
}

struct SupplyRow: Sendable {
    let position: Int
    let load: Network.Load
    let area: ID<TransformerArea>?
    let plan: NetworkPlan.Supply
}

extension Transaction {
    /// Gives the import's lease back.
    func releaseImport(_ name: String, holder: String) throws {
        try run("DELETE FROM lease WHERE name = \(name) AND holder = \(holder)")
    }
}
