package import Desk
package import Registry
package import Storage
package import Values

/// A switch that was opened or closed.
package struct SwitchOperationInfo: Sendable, Hashable {
    package let id: ID<SwitchOperation>
    package let device: ID<Device>
    package let code: String
    package let personName: String
    package let at: Instant
    package let isClosed: Bool
    package let reason: String
    /// Customers of the feeder without supply, before and after.
    package let darkBefore: Int
    package let darkAfter: Int
}

extension Transaction {
    /// The newest first, key-paged.
    package func switchOperations(
        of feeder: ID<Feeder>, after: ID<SwitchOperation>? = nil, limit: Int
    ) throws -> [SwitchOperationInfo] {
        let beyond: SQL = after.map { "AND o.id < \($0)" } ?? ""
        return try rows(
            """
            SELECT o.id, o.device, o.code, COALESCE(p.name, ''), o.at, o.closed, o.reason, o.dark_before, o.dark_after
            FROM switch_operation o LEFT JOIN person p ON p.id = o.person
            WHERE o.feeder = \(feeder) \(sql: beyond) ORDER BY o.id DESC LIMIT \(limit)
            """
        ) { row in
            SwitchOperationInfo(
                id: row[0], device: row[1], code: row[2], personName: row[3], at: row[4], isClosed: row[5],
                reason: row[6], darkBefore: row[7], darkAfter: row[8])
        }
    }
}

extension Work {
    /// Writes that a switch was operated, unless the network has changed since it was traced.
    /// - Throws: `network-changed-meanwhile` (409).
    func operate(_ retraced: Retraced, reason: String) throws {
        let (feeder, device) = (retraced.feeder, retraced.device)
        let changed = try tx.change(
            """
            UPDATE feeder SET operations = operations + 1
            WHERE id = \(feeder.id) AND operations = \(feeder.operations) AND version = \(device.version)
            """)
        guard changed == 1 else { throw Problem(.conflict, "network-changed-meanwhile") }
        try tx.run(
            "UPDATE device SET present = \(retraced.isClosed) WHERE id = \(device.id) AND version = \(device.version)")
        let since = try tx.rows("SELECT low, high, since FROM dark_range WHERE version = \(device.version)") {
            (($0[0] as Int)..<($0[1] as Int), $0[2] as Instant)
        }
        try tx.run("DELETE FROM dark_range WHERE version = \(device.version)")
        for range in retraced.dark {
            // What was dark before stays dark since then.
            let begin = since.first { $0.0 == range }?.1 ?? now
            try tx.run(
                """
                INSERT INTO dark_range (version, low, high, since)
                VALUES (\(device.version), \(range.lowerBound), \(range.upperBound), \(begin))
                """)
        }
        let id: ID<SwitchOperation> = newID()
        try tx.run(
            """
            INSERT INTO switch_operation (id, county, feeder, device, code, person, at, closed, reason, dark_before,
                                          dark_after)
            VALUES (\(id), \(feeder.county), \(feeder.id), \(device.id), \(device.code), \(actor.person), \(now),
                    \(retraced.isClosed), \(reason), \(retraced.darkBefore), \(retraced.darkAfter))
            """)
        try record(
            EventDraft(
                retraced.isClosed ? "switch.closed" : "switch.opened", of: "device", device.id.text,
                ["feeder": feeder.id.text, "without-supply": "\(retraced.darkAfter)"],
                rowHash: rowHash([id.text, device.id.text, reason]), county: feeder.county))
        announce(feeder.county)
        announce("feeder/\(feeder.id.text)")
    }

    /// The feeder, when the actor works on it: through its station, through a village of the township
    /// that the station serves, or for the county.
    /// - Throws: `Problem.notFound` for a stranger's feeder.
    package func feeder(_ id: ID<Feeder>, seenBy roles: Set<Role>) throws -> FeederInfo {
        guard let feeder = try tx.feeder(id), try sees(feeder, roles) else { throw Problem.notFound }
        return feeder
    }

    func sees(_ feeder: FeederInfo, _ roles: Set<Role>) throws -> Bool {
        let township = try feeder.station.flatMap { try tx.unit($0)?.partner }.flatMap { try tx.unit($0)?.path }
        return NetworkSight.sees(actor, county: feeder.county, station: feeder.station, township: township, roles)
    }
}
