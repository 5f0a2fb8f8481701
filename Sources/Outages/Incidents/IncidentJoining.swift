package import Desk
import Grid
package import Service
import Storage
package import Values

/// Two outages are one: the first goes into the other, with its reports and what is dark.
package struct JoinIncidents: IncidentAction {
    package static let name = "join-incidents"
    package static let door = Door.post("/incidents/:incident/join")
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    @Input package var into: Code
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String?
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        let (found, about) = try work.visibleIncident(incident, seen)
        let other: (incident: Incident, about: Case)
        do {
            other = try work.visibleIncident(into)
        } catch let problem as Problem where problem.kind == .notFound {
            throw Problem.invalid("into", "not-found")
        }
        guard other.incident.id != found.id else { throw Problem.invalid("into", "same-case") }
        try work.checkPermit(of: found)
        let (winner, moved) = try work.join(found, about, into: other.incident, other.about, note: note, seen: seen)
        return work.state(winner, moved)
    }
}

/// A part of what is dark is an outage of its own.
package struct SplitIncident: IncidentAction {
    package static let name = "split-incident"
    package static let door = Door.post("/incidents/:incident/split")
    package static let who: Who = .roles(.dispatcher, .stationHead, .company)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    /// Code or id of the device behind which the other one is.
    @Input(.length(1...60)) package var device: String
    @Input(.length(1...RequestLimits.noteMax), .lines) package var note: String
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        var (found, about) = try work.visibleIncident(incident, seen)
        let device = try work.device(device, of: found)
        let dark = try work.tx.darkRanges(of: found.id).filter { $0.feeder == device.feeder }
        let inside = dark.filter { $0.positions.overlaps(device.positions) }
        guard let first = inside.first else {
            throw Problem.invalid("device", "not-dark-there", ["device": device.code])
        }
        guard !dark.allSatisfy({ device.positions.lowerBound <= $0.positions.lowerBound && device.positions.upperBound >= $0.positions.upperBound })
        else { throw Problem.invalid("device", "whole-outage") }
        let moved = try work.moveIncident(about, "split", note: note, seen: seen)
        // Those of whom only the transformer area is known go with it, too.
        let areas = try work.tx.areas(of: device.feeder).filter {
            device.low <= $0.low && $0.high <= device.high && !$0.positions.isEmpty
        }
        let reports = try work.tx.reports(
            where: """
                r.incident = \(found.id) AND r.feeder = \(device.feeder)
                AND (r.pos >= \(device.low) AND r.pos < \(device.high) OR r.pos IS NULL AND r.area IN \(list: areas.map(\.id)))
                ORDER BY r.id LIMIT 5000
                """)
        var made = try work.openIncident(
            FaultSite(
                feeder: device.feeder, device: device.id, deviceName: device.name.isEmpty ? device.code : device.name,
                area: device.area, positions: nil, probability: 100),
            reports, parent: nil,
            from: OpeningPlace(
                county: found.county, station: found.station, reach: about.reach, village: found.village,
                villageName: about.villageName, startedAt: first.darkAt))
        try work.tx.move(reports.map(\.id), to: made.id)
        for range in inside {
            try work.tx.drop(range.id)
            let part = device.positions.clamped(to: range.positions)
            try work.tx.insertDark(work.newID(), made.id, range.feeder, part, at: range.darkAt)
            for rest in [range.positions.lowerBound..<part.lowerBound, part.upperBound..<range.positions.upperBound] {
                try work.tx.insertDark(work.newID(), found.id, range.feeder, rest, at: range.darkAt)
            }
        }
        made.isFixed = true
        found.isFixed = true
        found.reports -= reports.count
        try work.rebegin(&made)
        try work.rebegin(&found)
        try work.recount(&made)
        try work.recount(&found)
        try work.tx.save(made)
        try work.tx.save(found)
        return work.state(made, try work.tx.anyCase(made.id) ?? moved)
    }
}

extension Work {
    /// What was believed to be two faults has one cause.
    func joinBySystem(_ id: ID<Case>, into other: ID<Case>) throws {
        guard let from = try tx.incident(id), let to = try tx.incident(other), let about = try tx.anyCase(id),
            let into = try tx.anyCase(other), about.isOpen, into.isOpen
        else { return }
        _ = try join(from, about, into: to, into, note: nil, seen: nil)
    }

    func join(
        _ from: Incident, _ about: Case, into: Incident, _ other: Case, note: String?, seen: Int?
    ) throws -> (Incident, Case) {
        var loser = from
        var winner = into
        var fields = MoveFields(note: note, seen: seen)
        fields.isByOwnDoor = true
        fields.into = other
        try naming { try move(about, "merge", fields) }
        let moved = try moveIncident(other, "join", note: loser.number.text)
        for range in try tx.darkRanges(of: loser.id) { try tx.moveRange(range.id, to: winner.id) }
        try uniteRanges(of: winner)
        let told = try tx.reports(
            where: "r.incident = \(loser.id) AND r.source IN ('person', 'staff') ORDER BY r.id LIMIT 5000")
        try tx.run("UPDATE outage_report SET incident = \(winner.id) WHERE incident = \(loser.id)")
        winner.reports += loser.reports
        winner.startedAt = min(winner.startedAt, loser.startedAt)
        loser.isOpen = false
        loser.joinedInto = winner.id
        loser.dark = 0
        try tx.save(loser)
        try recount(&winner)
        try tx.save(winner)
        for start in stride(from: 0, to: told.count, by: 200) {
            try tellJoined(Array(told[start..<Swift.min(start + 200, told.count)]), to: winner)
        }
        try record(
            EventDraft(
                "incident.joined", of: "case", loser.number.text, ["into": winner.number.text], county: loser.county))
        return (winner, moved)
    }

    /// Nobody is counted twice: overlapping ranges become one, dark since the earlier moment.
    private func uniteRanges(of incident: Incident) throws {
        let ranges = try tx.darkRanges(of: incident.id)
        var united: [(feeder: ID<Feeder>, positions: Range<Int>, darkAt: Instant)] = []
        for range in ranges {
            if let last = united.last, last.feeder == range.feeder, last.positions.upperBound > range.positions.lowerBound {
                let upper = max(last.positions.upperBound, range.positions.upperBound)
                united[united.count - 1] = (
                    last.feeder, last.positions.lowerBound..<upper, min(last.darkAt, range.darkAt)
                )
            } else {
                united.append((range.feeder, range.positions, range.darkAt))
            }
        }
        guard united.count < ranges.count else { return }
        try tx.dropDark(of: incident.id)
        for range in united { try tx.insertDark(newID(), incident.id, range.feeder, range.positions, at: range.darkAt) }
    }

    /// An outage began with the first word that stands with it: set anew when words came or went, as
    /// long as nobody has light again.
    func rebegin(_ incident: inout Incident) throws {
        guard incident.step == 0, let first = try tx.firstWord(of: incident.id), first != incident.startedAt else { return }
        try tx.moveDark(of: incident.id, from: incident.startedAt, to: first)
        incident.startedAt = first
    }

    /// Customers who are and were dark, counted from the ranges; where no network is known, those who told.
    func recount(_ incident: inout Incident) throws {
        let dark = try counted(try tx.darkRanges(of: incident.id))
        let back = try counted(try tx.restoredRanges(of: incident.id).map(\.dark))
        guard dark.all + back.all > 0 else {
            let told = max(try tx.householdsThatTold(incident.id), 1)
            (incident.customers, incident.dark) = (told, told)
            let counts = incident.village.map { [$0: told] } ?? [:]
            return try tx.setVillages(of: incident.id, customers: counts, dark: counts)
        }
        incident.dark = dark.all
        incident.customers = dark.all + back.all
        try tx.setVillages(
            of: incident.id, customers: dark.villages.merging(back.villages) { $0 + $1 }, dark: dark.villages)
    }

    private func counted(_ ranges: [DarkRange]) throws -> (all: Int, villages: [ID<Village>: Int]) {
        var counts: [ID<Village>: Int] = [:]
        var all = 0
        for (feeder, parts) in Dictionary(grouping: ranges, by: \.feeder).sorted(by: { $0.key < $1.key }) {
            let affected = try tx.affected(feeder: feeder, ranges: parts.map(\.positions))
            all += affected.customers
            for share in affected.shares { if let village = share.village { counts[village, default: 0] += share.customers } }
        }
        return (all, counts)
    }
}
