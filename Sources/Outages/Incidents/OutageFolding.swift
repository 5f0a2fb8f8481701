import Desk
import Grid
import PowerRules
import Storage
import Values

/// One run over a bundle.
struct OutageFolding {
    let work: Work
    let model: FeederModel?
    let bundle: String
    var open: [Incident]
    var joining: [ID<Case>: [OutageReport]] = [:]
    /// What is dark because of each incident, as it stood when this run began: every report asks for it.
    private let dark: [ID<Case>: [Range<Int>]]

    init(work: Work, model: FeederModel?, bundle: String, open: [Incident]) throws {
        self.work = work
        self.model = model
        self.bundle = bundle
        self.open = open
        dark = Dictionary(grouping: try work.tx.darkRanges(of: open.map(\.id)), by: \.incident)
            .mapValues { $0.map(\.positions) }
    }

    mutating func take(_ waiting: [OutageReport]) throws {
        let lit = waiting.filter { !$0.isDark }
        try work.tx.set("open", of: lit.map(\.id))
        var unexplained: [OutageReport] = []
        let planned = try plannedDark()
        for report in waiting where report.isDark {
            if let known = try known(report) {
                joining[known, default: []].append(report)
            } else if isPlanned(report, planned) {
                // Dark by plan or by a switch: whoever reports is told so and nobody is sent.
                try work.tx.set("past", of: [report.id])
            } else {
                unexplained.append(report)
            }
        }
        if model != nil { try locate(&unexplained) }
        try gatherLoose(unexplained)
        for (id, reports) in joining.sorted(by: { $0.key < $1.key }) { try join(reports, to: id) }
    }

    // MARK: What is known already

    private func plannedDark() throws -> [Range<Int>] {
        guard let feeder = model?.feeder.id else { return [] }
        return try work.tx.darkRanges(feeder: feeder) + work.plannedDark(feeder: feeder)
    }

    /// Also where only the area is known, and all of it is dark on purpose.
    private func isPlanned(_ report: OutageReport, _ planned: [Range<Int>]) -> Bool {
        if let position = report.position { return planned.contains { $0.contains(position) } }
        guard let area = model?.areas.first(where: { $0.id == report.area })?.positions, !area.isEmpty else { return false }
        return without([area], planned).isEmpty
    }

    /// The incident that a report certainly belongs to.
    private func known(_ report: OutageReport) throws -> ID<Case>? {
        if let feeder = report.feeder, let position = report.position {
            for incident in open {
                // A single house is no reason to believe the same of the next one.
                if dark[incident.id, default: []].contains(where: { $0.contains(position) }) { return incident.id }
            }
            // It came in before the light was back there; one from afterwards is never swallowed.
            if report.after == nil,
                let past = try work.tx.pastIncident(feeder: feeder, position: position, at: report.receivedAt)
            {
                return past
            }
            return nil
        }
        if let near = report.near, open.contains(where: { $0.id == near }) { return near }
        if let area = report.area, let positions = model?.areas.first(where: { $0.id == area })?.positions {
            for incident in open where !incident.isSingle && report.after != incident.id {
                if dark[incident.id, default: []].contains(where: { $0.overlaps(positions) }) { return incident.id }
            }
        }
        return nil
    }

    private mutating func join(_ reports: [OutageReport], to id: ID<Case>) throws {
        try work.tx.join(reports.map(\.id), to: id, at: work.now)
        guard var incident = try work.tx.incident(id) else { return }
        incident.reports += reports.count
        try work.rebegin(&incident)
        // Without a network those who told are those who are dark.
        if incident.isOpen, incident.device == nil, try work.tx.darkRanges(of: id).isEmpty { try work.recount(&incident) }
        try work.tx.save(incident)
        try work.tellJoined(reports, to: incident)
        if let about = try work.tx.anyCase(id) { work.announceChange(of: about) }
    }

    // MARK: Locating

    /// More reports of one feeder than this say nothing new.
    private static var evidenceMax: Int { 20_000 }

    /// All evidence of faults that nobody has fixed is looked at anew, so that what was believed is
    /// revised with each report.
    private mutating func locate(_ unexplained: inout [OutageReport]) throws {
        guard let model else { return }
        let movable = open.filter { !$0.isFixed && $0.feeder != nil && $0.step == 0 }
        let isPlaced = { (report: OutageReport) in report.position != nil || report.area != nil }
        var evidence: [OutageReport] = unexplained.filter(isPlaced)
        guard !evidence.isEmpty || movable.contains(where: { joining[$0.id] != nil && $0.reports < 200 }) else { return }
        unexplained.removeAll(where: isPlaced)
        var owner: [ID<OutageReport>: ID<Case>] = [:]
        let joined = try work.tx.reports(
            where: "r.incident IN \(list: movable.map(\.id)) AND r.dark = 1 ORDER BY r.id LIMIT \(Self.evidenceMax)")
        for report in joined { owner[report.id] = report.incident }
        evidence += joined
        // Those that join in this very run count as well.
        for incident in movable {
            for report in joining[incident.id] ?? [] where isPlaced(report) {
                owner[report.id] = incident.id
                evidence.append(report)
            }
        }
        let since = work.now.adding(minutes: -IncidentRules.litMinutes)
        let lit = try work.tx.reports(
            where: "r.bundle = \(bundle) AND r.state = 'open' AND r.received_at >= \(since) ORDER BY r.id LIMIT 5000")
        let faults = OutageEvidence.locate(model, dark: evidence, lit: lit, planned: try plannedDark())
        try settle(faults, owner)
    }

    /// The device by its name, within its area where it has one.
    private func named(_ located: FaultSite) throws -> FaultSite {
        var named = located
        let area = try located.area.flatMap { try work.tx.area($0)?.name }
        let device = try located.device.flatMap { try work.tx.device($0) }
        let own = device.map { $0.name.isEmpty ? $0.code : $0.name }
        let names = [area, own].compactMap { $0 }
        // A transformer bears the name of its area.
        named.deviceName = (names.count == 2 && names[0] == names[1] ? [names[0]] : names).joined(separator: " ")
        return named
    }

    /// Each fault keeps the incident that holds most of its reports; the others join it.
    private mutating func settle(_ faults: [EvidencedFault], _ owner: [ID<OutageReport>: ID<Case>]) throws {
        var taken: Set<ID<Case>> = []
        var loser: [ID<Case>: ID<Case>] = [:]
        for fault in faults.sorted(by: { $0.reports.count > $1.reports.count }) {
            var votes: [ID<Case>: Int] = [:]
            for report in fault.reports { if let id = owner[report.id] { votes[id, default: 0] += 1 } }
            let ranked = votes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
            let new = fault.reports.filter { owner[$0.id] == nil }
            guard let winner = ranked.first(where: { !taken.contains($0) }) else {
                try separate(fault, owner)
                continue
            }
            taken.insert(winner)
            try revise(winner, fault)
            if !new.isEmpty { joining[winner, default: []] += new }
            for other in ranked where other != winner && !taken.contains(other) { loser[other] = winner }
        }
        for (from, to) in loser.sorted(by: { $0.key < $1.key }) where !taken.contains(from) {
            try work.joinBySystem(from, into: to)
            open.removeAll { $0.id == from }
            if let moved = joining.removeValue(forKey: from) { joining[to, default: []] += moved }
        }
    }

    /// A fault of its own whose reports were taken for another's until now.
    private mutating func separate(_ fault: EvidencedFault, _ owner: [ID<OutageReport>: ID<Case>]) throws {
        let owned = fault.reports.filter { owner[$0.id] != nil }
        for report in owned {
            guard let id = owner[report.id] else { continue }
            joining[id]?.removeAll { $0.id == report.id }
            if let at = open.firstIndex(where: { $0.id == id }), report.incident == id {
                open[at].reports -= 1
                try work.tx.save(open[at])
            }
        }
        try openNew(fault, fault.reports)
        if let made = open.last { try work.tx.move(owned.map(\.id), to: made.id) }
        for id in Set(owned.compactMap { owner[$0.id] }) {
            guard let at = open.firstIndex(where: { $0.id == id }) else { continue }
            try work.rebegin(&open[at])
            try work.tx.save(open[at])
        }
    }

    private mutating func openNew(_ fault: EvidencedFault, _ reports: [OutageReport]) throws {
        guard !reports.isEmpty else { return }
        open.append(try work.openIncident(try named(fault.located), reports, parent: try parent(of: reports)))
    }

    /// The outage from which one of them was told that the light was back.
    private func parent(of reports: [OutageReport]) throws -> ID<Case>? {
        let since = work.now.adding(hours: -IncidentRules.nestedHours)
        for report in reports.prefix(50) {
            if let after = report.after { return after }
            guard let feeder = report.feeder, let position = report.position else { continue }
            if let last = try work.tx.lastIncident(feeder: feeder, position: position, since: since) { return last }
        }
        return nil
    }

    private mutating func revise(_ id: ID<Case>, _ fault: EvidencedFault) throws {
        guard let at = open.firstIndex(where: { $0.id == id }) else { return }
        let located = fault.located
        var incident = open[at]
        guard
            incident.device != located.device || incident.probability != located.probability
                || incident.also != located.also || incident.isSingle != located.isSingle
        else { return }
        let moved = incident.device != located.device
        incident.device = located.device
        incident.deviceName = try named(located).deviceName
        incident.area = located.area
        incident.probability = located.probability
        incident.also = located.also
        incident.isSingle = located.isSingle
        if moved, let feeder = located.feeder, let positions = located.positions {
            let affected = try work.affected(located)
            incident.customers = max(affected?.customers ?? 0, 1)
            incident.dark = incident.customers
            try work.tx.dropDark(of: id)
            try work.tx.insertDark(work.newID(), id, feeder, positions, at: incident.startedAt)
            try work.setVillages(incident, affected, fault.reports)
            try work.visitLifeSupport(of: incident)
            try work.record(
                EventDraft(
                    "incident.located", of: "case", incident.number.text,
                    ["device": located.device?.text ?? "", "probability": "\(located.probability)"],
                    county: incident.county))
        }
        try work.tx.save(incident)
        open[at] = incident
        if let about = try work.tx.anyCase(id) { work.announceChange(of: about) }
    }

    // MARK: Without a place in the network

    /// Reports of which only the area or the village is known: one outage within two hours.
    private mutating func gatherLoose(_ reports: [OutageReport]) throws {
        let groups = Dictionary(grouping: reports) { $0.area?.text ?? "v:\($0.village?.text ?? "")" }
        for (_, group) in groups.sorted(by: { $0.key < $1.key }) {
            // Whoever says that the neighbours have light stays alone.
            for alone in group.filter(\.isAlone) { try openLoose([alone], isSingle: true) }
            let rest = group.filter { !$0.isAlone }
            guard let first = rest.first else { continue }
            let since = work.now.adding(minutes: -IncidentRules.looseMinutes)
            let same = open.first { incident in
                incident.device == nil && !incident.isSingle && incident.startedAt >= since && incident.area == first.area
                    && (first.area != nil || incident.village == first.village)
                    && rest.allSatisfy { $0.after != incident.id }
            }
            if let same { joining[same.id, default: []] += rest } else { try openLoose(rest, isSingle: false) }
        }
    }

    private mutating func openLoose(_ reports: [OutageReport], isSingle: Bool) throws {
        guard let first = reports.first else { return }
        var fault = FaultSite(isSingle: isSingle)
        if let area = model?.areas.first(where: { $0.id == first.area }) {
            fault.feeder = area.feeder
            fault.area = area.id
            fault.deviceName = area.name
        } else {
            fault.feeder = first.feeder
        }
        open.append(try work.openIncident(fault, reports, parent: try parent(of: reports)))
    }
}
