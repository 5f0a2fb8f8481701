import Desk
package import Grid
import Registry
import Service
import Storage
package import Values

/// What is believed of one fault before or after it is an incident.
package struct FaultSite: Sendable, Equatable {
    package var feeder: ID<Feeder>?
    package var device: ID<Device>?
    package var deviceName: String
    package var area: ID<TransformerArea>?
    package var positions: Range<Int>?
    /// Per cent.
    package var probability: Int
    package var also: [ID<Device>]
    package var isSingle: Bool

    package init(
        feeder: ID<Feeder>? = nil, device: ID<Device>? = nil, deviceName: String = "", area: ID<TransformerArea>? = nil,
        positions: Range<Int>? = nil, probability: Int = 0, also: [ID<Device>] = [], isSingle: Bool = false
    ) {
        self.feeder = feeder
        self.device = device
        self.deviceName = deviceName
        self.area = area
        self.positions = positions
        self.probability = probability
        self.also = also
        self.isSingle = isSingle
    }
}

/// Where an incident is, before the network says better.
struct OpeningPlace: Sendable {
    let county: String
    let station: ID<Unit>
    let reach: String
    let village: ID<Village>?
    let villageName: String
    let startedAt: Instant
}

extension Work {
    /// Opens an incident with its case for reports that belong together.
    func openIncident(_ fault: FaultSite, _ reports: [OutageReport], parent: ID<Case>?) throws -> Incident {
        guard let first = reports.first else { throw Problem.notFound }
        return try openIncident(
            fault, reports, parent: parent,
            from: OpeningPlace(
                county: first.county, station: first.station, reach: first.reach, village: first.village,
                villageName: first.villageName, startedAt: reports.map(\.receivedAt).min() ?? now))
    }

    /// - Parameter first: where it is, as long as the network does not say better.
    func openIncident(_ fault: FaultSite, _ reports: [OutageReport], parent: ID<Case>?, from first: OpeningPlace) throws
        -> Incident
    {
        guard let kind = desk.kinds.current(Incident.kind) else {
            throw Problem(.unavailable(retryAfterSeconds: 2), "try-again")
        }
        let affected = try affected(fault)
        let village = mainVillage(affected, reports) ?? first.village
        let info = try village.flatMap { try tx.village($0) }
        let station = info?.station ?? first.station
        let workers = try outageWorkers(station: station, village: village, limit: 1)
        let customers = max(affected?.customers ?? reports.count, 1)
        let what = whatText(fault, info?.name ?? first.villageName, customers)
        var draft = CaseDraft(
            kind: kind, county: first.county, village: village, villageName: info?.name ?? first.villageName,
            station: station, reach: info?.path ?? first.reach, channel: .file, name: "",
            sealedName: try desk.keys.seal(""), what: what,
            receiptHash: desk.keys.hash(desk.chance.token(bytes: 16), for: SecretPurpose.receipt))
        draft.assignee = workers.first
        // The promise runs from the first word of it, also where a part became an outage of its own.
        draft.since = reports.map(\.receivedAt).min() ?? first.startedAt
        if let village, let class_ = try tx.villageClass(village) { draft.extra["place"] = class_ }
        if let village, let liaison = try tx.liaison(of: village, on: now.day) { draft.alsoTell.append(liaison) }
        if workers.isEmpty { draft.alsoTell += try tx.holders(of: .dispatcher, in: station, at: now) }
        let opened = try open(draft)
        let started = first.startedAt
        var incident = Incident(
            id: opened.id, number: opened.number, county: first.county, station: station, village: village,
            bundle: Incident.bundle(feeder: fault.feeder, village: fault.feeder == nil ? first.village : nil),
            feeder: fault.feeder, device: fault.device, deviceName: fault.deviceName, area: fault.area,
            probability: fault.probability, also: fault.also, isFixed: false, customers: customers, dark: customers,
            reports: reports.count, isSingle: fault.isSingle, startedAt: started, cause: nil, equipment: nil,
            finding: nil, isInside: !reports.isEmpty && reports.allSatisfy(\.isInside), eta: nil, damage: nil, parent: parent,
            joinedInto: nil, step: 0, round: 0, flags: [], isOpen: true, restoredAt: nil,
            offerAt: now.adding(minutes: IncidentRules.offerMinutes), isAlarmed: false)
        try tx.insert(incident, alarmAt: now.adding(minutes: IncidentRules.alarmMinutes))
        if let worker = workers.first { try tx.insertOffer(incident.id, to: worker, at: now) }
        if let feeder = fault.feeder, let positions = fault.positions {
            try tx.insertDark(newID(), incident.id, feeder, positions, at: started)
        }
        try setVillages(incident, affected, reports)
        try tx.join(reports.map(\.id), to: incident.id, at: now)
        if affected == nil, fault.device == nil {
            try recount(&incident)
            try tx.save(incident)
        }
        try visitLifeSupport(of: incident)
        try record(
            EventDraft(
                "incident.opened", of: "case", incident.number.text,
                ["device": fault.device?.text ?? "", "reports": "\(reports.count)", "parent": parent?.text ?? ""],
                rowHash: rowHash([incident.id.text, incident.device?.text, "\(customers)"]), county: incident.county))
        return incident
    }

    func affected(_ fault: FaultSite) throws -> Affected? {
        guard let feeder = fault.feeder, let positions = fault.positions else { return nil }
        return try tx.affected(feeder: feeder, range: positions)
    }

    private func mainVillage(_ affected: Affected?, _ reports: [OutageReport]) -> ID<Village>? {
        var counts: [ID<Village>: Int] = [:]
        for share in affected?.shares ?? [] { if let village = share.village { counts[village, default: 0] += share.customers } }
        if counts.isEmpty { for report in reports { if let village = report.village { counts[village, default: 0] += 1 } } }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    func setVillages(_ incident: Incident, _ affected: Affected?, _ reports: [OutageReport]) throws {
        var counts: [ID<Village>: Int] = [:]
        for share in affected?.shares ?? [] { if let village = share.village { counts[village, default: 0] += share.customers } }
        for report in reports { if let village = report.village, counts[village] == nil { counts[village] = 1 } }
        if let village = incident.village, counts[village] == nil { counts[village] = 1 }
        try tx.setVillages(of: incident.id, customers: counts, dark: counts)
    }

    /// What search finds and the board shows.
    private func whatText(_ fault: FaultSite, _ village: String, _ customers: Int) -> String {
        let zh = desk.locales.words(.chinese)
        let place = fault.deviceName.isEmpty ? village : "\(village) \(fault.deviceName)"
        return zh(fault.isSingle ? "incident.what-single" : "incident.what", ["place": place, "n": "\(customers)"])
    }
}
