package import Desk
import Grid
import PowerRules
import Registry
import Service
import Storage
package import Values

extension Work {
    /// Cases that this person sees, and outages that reach into villages where they serve.
    private func sight() -> SQL {
        var any: SQL = "(\(sql: CaseSight(actor).sql("c"))"
        let villages = actor.grants.filter { [.representative, .liaison, .attendant].contains($0.role) }.map(\.unit)
        if !villages.isEmpty {
            any += """
                 OR EXISTS (SELECT 1 FROM incident_village w WHERE w.incident = i.id AND w.village IN \(list: villages))
                """
        }
        return any + ")"
    }

    /// The index that a list walks along.
    private func key(_ station: ID<Unit>?) -> SQL {
        if let station { return "i.station = \(station)" }
        let stations = Set(actor.grants.filter { [.dispatcher, .stationHead].contains($0.role) }.map(\.unit)).sorted()
        if stations.count == 1 { return "i.station = \(stations[0])" }
        return actor.county.isEmpty || actor.isSystem ? "1 = 1" : "i.county = \(actor.county)"
    }

    private static var itemSelect: SQL {
        """
        SELECT i.number, c.state, c.kind_version, i.device_name, c.village_name, i.station, i.customers, i.dark, i.reports,
               i.probability, i.single, i.started_at, i.restored_at, i.eta, c.due_at, c.due_name, p.name, i.cause,
               i.alarmed, c.open, i.id, i.inside
        FROM incident i JOIN cases c ON c.id = i.id LEFT JOIN person p ON p.id = c.assignee
        """
    }

    private func item(_ row: Row) -> (item: OutageItem, id: ID<Case>) {
        let state: String = row[1]
        let kind = desk.kinds.kind(Incident.kind, version: row[2])
        let due: Instant = row[14]
        let dueName: String? = row[15]
        let isOpen: Bool = row[19]
        let item = OutageItem(
            number: row[0], state: state, stateTitle: kind?.stateTitle(state) ?? Texts(zh: state, en: state),
            place: row[3], villageName: row[4], station: row[5], customers: row[6], dark: row[7], reports: row[8],
            probability: row[9], isSingle: row[10], startedAt: row[11], restoredAt: row[12], eta: row[13],
            dueAt: due == .distantFuture ? nil : due, dueLabel: dueName.flatMap { kind?.limit($0)?.label },
            isOverdue: isOpen && due <= now, worker: row[16],
            cause: OutageCause.title(row[17], field: "cause", desk), isAlarmed: row[18])
        return (item, row[20])
    }

    package func outages(isOpen: Bool, station: ID<Unit>?, after: String?, limit: Int) throws -> OutageList {
        var beyond: SQL = ""
        if let after {
            let parts = after.split(separator: ".").map(String.init)
            guard parts.count == 2, let at = Int64(parts[0]), let id = ID<Case>(parsing: parts[1]) else {
                throw Problem.invalid("after", "bad-cursor")
            }
            beyond =
                isOpen
                ? "AND (i.started_at, i.id) > (\(at), \(id))" : "AND (i.restored_at, i.id) < (\(at), \(id))"
        }
        let order: SQL = isOpen ? "i.started_at, i.id" : "i.restored_at DESC, i.id DESC"
        let state: SQL = isOpen ? "i.open = 1" : "i.open = 0 AND i.restored_at IS NOT NULL"
        let rows = try tx.rows(
            """
            \(sql: Self.itemSelect) WHERE \(sql: key(station)) AND \(sql: state) AND \(sql: sight()) \(sql: beyond)
            ORDER BY \(sql: order) LIMIT \(limit + 1)
            """, item)
        let shown = Array(rows.prefix(limit))
        let last = shown.last.map { "\((isOpen ? $0.item.startedAt : $0.item.restoredAt ?? now).milliseconds).\($0.id.text)" }
        return OutageList(items: shown.map(\.item), next: rows.count > limit ? last : nil)
    }

    /// - Throws: `not-found` for one that is not for these eyes.
    func listedIncident(_ number: Code) throws -> (item: OutageItem, incident: Incident) {
        let found = try tx.first(
            "\(sql: Self.itemSelect) WHERE i.number = \(number) AND \(sql: sight())", item)
        guard let found, let incident = try tx.incident(found.id) else { throw Problem.notFound }
        return (found.item, incident)
    }

    /// - Throws: `not-found` for one that is not for these eyes.
    package func incidentView(_ number: Code) throws -> IncidentView {
        let (item, incident) = try listedIncident(number)
        guard let about = try tx.anyCase(incident.id) else { throw Problem.notFound }
        let permit = try tx.permit(of: incident.id, round: incident.round)
        let answers = try tx.first(
            """
            SELECT COUNT(CASE WHEN lit = 1 THEN 1 END), COUNT(CASE WHEN lit = 0 THEN 1 END) FROM light_answer
            WHERE incident = \(incident.id)
            """
        ) { ($0[0] as Int, $0[1] as Int) }
        return IncidentView(
            item: item, version: about.version, device: try incident.device.flatMap { try tx.device($0)?.code },
            deviceName: incident.deviceName, also: try tx.devices(incident.also).map { $0.name.isEmpty ? $0.code : $0.name },
            isFixed: incident.isFixed, isInside: incident.isInside, cause: incident.cause,
            equipment: OutageCause.title(incident.equipment, field: "equipment", desk), finding: incident.finding,
            flags: incident.flags.sorted(), parent: try incident.parent.flatMap { try tx.incident($0)?.number.text },
            nested: try tx.incidents(where: "i.parent = \(incident.id) ORDER BY i.id LIMIT 20").map(\.number.text),
            joinedInto: try incident.joinedInto.flatMap { try tx.incident($0)?.number.text },
            damage: try incident.damage.flatMap { try tx.anyCase($0)?.number.text },
            villages: try shares(of: incident), sections: try sections(of: incident), permit: permit,
            permitNext: PermitStep.next(after: permit.map(\.step)) ?? .isolate,
            materials: try tx.materials(of: incident.id).map { "\($0.name) \($0.amount)" },
            words: try tx.words(of: incident.id), lit: answers?.0 ?? 0,
            stillDark: answers?.1 ?? 0, assignee: about.assignee)
    }

    private func shares(of incident: Incident) throws -> [IncidentView.Share] {
        try tx.villages(of: incident.id).map { row in
            IncidentView.Share(
                village: row.village, name: try tx.village(row.village)?.name ?? "", customers: row.customers,
                dark: row.dark)
        }
    }

    /// Parts that can be given back one after the other: the dark transformer areas, or within one
    /// area the lines that leave its board.
    private func sections(of incident: Incident) throws -> [IncidentView.Section] {
        let dark = try tx.darkRanges(of: incident.id)
        guard incident.isOpen, let feeder = incident.feeder, !dark.isEmpty else { return [] }
        func darkBehind(_ positions: Range<Int>) throws -> Int {
            let ranges = dark.map { $0.positions.clamped(to: positions) }.filter { !$0.isEmpty }
            return try tx.affected(feeder: feeder, ranges: ranges).customers
        }
        let areas = try tx.areas(of: feeder).filter { area in dark.contains { $0.positions.overlaps(area.positions) } }
        if areas.count > 1 {
            return try areas.prefix(60).compactMap { area in
                guard let device = try tx.device(area.transformer) else { return nil }
                return IncidentView.Section(
                    device: device.id, code: device.code, name: area.name, kind: device.kind.rawValue,
                    dark: try darkBehind(area.positions))
            }
        }
        guard let area = areas.first else { return [] }
        // The board's outgoing lines are children of the transformer.
        let children = try tx.devices(of: feeder, area: area.id, limit: 500).filter { $0.parent == area.transformer }
        return try children.prefix(30).compactMap { device in
            let count = try darkBehind(device.positions)
            guard count > 0 else { return nil }
            return IncidentView.Section(
                device: device.id, code: device.code, name: device.name.isEmpty ? device.code : device.name,
                kind: device.kind.rawValue, dark: count)
        }
    }

    /// How much burns: for the head of boards.
    package func runningOutages(station: ID<Unit>?) throws -> (items: [OutageItem], dark: Int) {
        let list = try outages(isOpen: true, station: station, after: nil, limit: 100)
        return (list.items, list.items.reduce(0) { $0 + $1.dark })
    }
}
