package import Desk
import Registry
package import Storage
package import Values

/// Who a need from one village goes to on one day, found by one statement.
package struct VillageRoute: Sendable {
    package let village: ID<Village>
    package let name: String
    package let nameEn: String
    package let path: String
    package let county: String
    package let township: String
    package let station: ID<Unit>
    /// The representative of the pairing, whether on leave or not.
    package let representative: ID<Person>?
    /// The representative, or who stands in for them on that day.
    package let responsible: ID<Person>?
    package let liaison: ID<Person>?
    /// The pairing's deputy, on duty or not.
    package let deputy: ID<Person>?
    package let representativeServer: Server?
    package let liaisonServer: Server?
}

/// How a village is named in a request: by id, path or exact name.
package enum VillageName: Sendable, Equatable {
    case id(ID<Village>)
    case path(String)
    case name(String)

    package init(_ text: String) {
        if let id = ID<Village>(parsing: text) {
            self = .id(id)
        } else if text.utf8.contains(47) {
            self = .path(text)
        } else {
            self = .name(text)
        }
    }
}

extension Transaction {
    /// - Throws: `unknown-village`, or `ambiguous-village` for a name that stands twice.
    package func route(_ name: VillageName, county: String, on day: Day, keys: KeyRing) throws -> VillageRoute {
        var condition: SQL
        switch name {
        case .id(let id): condition = "v.id = \(id)"
        case .path(let path): condition = "v.path = \(path)"
        case .name(let name):
            condition = "v.name = \(name)"
            if !county.isEmpty { condition += " AND v.county = \(county)" }
        }
        let found = try routes(where: condition, on: day, keys: keys)
        guard let route = found.first else { throw Problem.invalid("village", "unknown-village") }
        guard found.count == 1 else { throw Problem.invalid("village", "ambiguous-village") }
        return route
    }

    private func routes(where condition: SQL, on day: Day, keys: KeyRing) throws -> [VillageRoute] {
        let rows = try rows(
            """
            SELECT v.id, v.name, v.name_en, v.path, v.county, t.path, s.id, p.representative, p.liaison, p.stand_in,
                   r.name, r.phone, l.name, l.phone,
                   (SELECT a.stand_in FROM leave_ a WHERE a.person = p.representative AND a.to_day >= \(day)
                    AND a.from_day <= \(day) ORDER BY a.to_day, a.from_day, a.id LIMIT 1)
            FROM unit v JOIN unit t ON t.id = v.parent
            JOIN unit s ON s.partner = t.id AND s.kind = 'station' AND s.closed_at IS NULL
            LEFT JOIN pairing p ON p.village = v.id AND p.since <= \(day) AND (p.until IS NULL OR p.until > \(day))
            LEFT JOIN person r ON r.id = p.representative LEFT JOIN person l ON l.id = p.liaison
            WHERE v.kind = 'village' AND v.closed_at IS NULL AND \(sql: condition) ORDER BY v.path LIMIT 2
            """
        ) { row -> (VillageRoute, Bool) in
            let standIn: ID<Person>? = row[14]
            let representative: ID<Person>? = row[7]
            return (
                VillageRoute(
                    village: row[0], name: row[1], nameEn: row[2], path: row[3], county: row[4], township: row[5],
                    station: row[6], representative: representative, responsible: standIn ?? representative,
                    liaison: row[8], deputy: row[9], representativeServer: try server(row[10], row[11], keys),
                    liaisonServer: try server(row[12], row[13], keys)),
                standIn != nil
            )
        }
        return try rows.map { route, isAway in
            guard isAway else { return route }
            // Leave upon leave: the register knows who is there.
            let there = try responsible(for: route.village, on: day)
            let card = try there.flatMap { try personCard($0, on: day, keys: keys, village: route.village) }
            return VillageRoute(
                village: route.village, name: route.name, nameEn: route.nameEn, path: route.path, county: route.county,
                township: route.township, station: route.station, representative: route.representative,
                responsible: there, liaison: route.liaison, deputy: route.deputy,
                representativeServer: card.map { Server(name: $0.name, phone: $0.phone) } ?? route.representativeServer,
                liaisonServer: route.liaisonServer)
        }
    }

    /// People who hold a role exactly in a unit now, in the order in which they got it.
    package func holders(of role: Role, in unit: ID<Unit>, at now: Instant) throws -> [ID<Person>] {
        try rows(
            """
            SELECT g.person FROM grant_ g JOIN person p ON p.id = g.person AND p.active = 1
            WHERE g.unit = \(unit) AND g.role = \(role) AND g.since <= \(now) AND (g.until IS NULL OR g.until > \(now))
            ORDER BY g.since, g.person LIMIT 50
            """
        ) { $0[0] }
    }

    /// People who hold a role in the unit at a path.
    package func holders(of role: Role, at path: String, now: Instant) throws -> [ID<Person>] {
        guard let unit = try value("SELECT id FROM unit WHERE path = \(path)") as ID<Unit>? else { return [] }
        return try holders(of: role, in: unit, at: now)
    }

    /// A person who may be sent, with what the guards ask.
    package func worker(_ id: ID<Person>, at now: Instant) throws -> Worker? {
        guard
            let row = try first(
                "SELECT name, county FROM person WHERE id = \(id) AND active = 1 AND customer = 0",
                { (name: $0[0] as String, county: $0[1] as String) })
        else { return nil }
        let roles = try grants(of: id, at: now).map(\.role)
        return Worker(
            id: id, name: row.name, county: row.county, roles: Set(roles), isCertified: try isCertified(id, on: now.day))
    }

    /// The station behind a unit that somebody named: a station itself, or the one of a village.
    func target(_ unit: ID<Unit>) throws -> (target: TargetUnit, village: VillageInfo?)? {
        if let village = try village(ID<Village>(unit.text)) {
            var target = TargetUnit(
                station: village.station, stationName: Texts(zh: village.stationName, en: village.stationNameEn),
                reach: village.path, county: village.county)
            target.village = village.id
            target.villageName = village.name
            return (target, village)
        }
        guard let station = try self.unit(unit), station.kind == .station, let partner = station.partner,
            let township = try self.unit(partner)
        else { return nil }
        return (
            TargetUnit(
                station: station.id, stationName: Texts(zh: station.name, en: station.nameEn), reach: township.path,
                county: station.county), nil
        )
    }
}

private func server(_ name: String?, _ phone: [UInt8]?, _ keys: KeyRing) throws -> Server? {
    guard let name else { return nil }
    return Server(name: name, phone: try phone.map { PhoneNumber(stored: try keys.openText($0)).spaced } ?? "")
}
