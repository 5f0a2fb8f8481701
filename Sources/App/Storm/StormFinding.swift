import Desk
import Grid
import Outages
import PowerRules
import Storage
import Values

// On the spot: which fault it is, what was taken for it and is another's, and what is done next.
extension StormNight {
    /// Faults that the words of an outage tell of, the one with most words first.
    func votes(of incident: StormIncident) async throws -> [(fault: StormPlan.Fault, words: [StormWord])] {
        let words = try await desk.database.read { try $0.stormWords(of: incident.id) }
        var byFault: [Int: [StormWord]] = [:]
        for word in words {
            guard let feeder = county.feeders.firstIndex(where: { $0 == word.feeder }), let position = word.somewhere,
                let fault = log.fault(feeder: feeder, position: position, by: word.at)
            else { continue }
            byFault[fault.number, default: []].append(word)
        }
        return byFault.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            .map { (log.faults[$0.key], $0.value) }
    }

    func find(_ incident: StormIncident, _ list: [StormIncident], by actor: Actor, at moment: Instant) async throws {
        let votes = try await votes(of: incident)
        guard let (fault, words) = votes.first else {
            log.troubles.append("\(incident.number): nothing is broken there")
            return
        }
        if let owner = log.incident[fault.number], owner != incident.id {
            try await join(incident, into: owner, list, at: moment)
            return
        }
        let located = try await located(incident, fault, words)
        log.incident[fault.number] = incident.id
        log.located[fault.number] = located
        for (other, _) in votes.dropFirst() where log.incident[other.number] == nil && !log.isOver(other) {
            try await split(other, from: incident, at: moment)
        }
        var fields: RawInputs = [
            "incident": .text(incident.number), "cause": .text(fault.cause), "equipment": .text(fault.equipment),
            "finding": .text("现场查看"), "minutes": .text("\(fault.pace.repair + 30)"),
        ]
        if located != .exact, fault.kind != .house {
            fields["device"] = .text(county.ground.feeders[fault.feeder].code(fault.edge))
        }
        _ = try await desk.perform(FindCause.self, fields, by: actor, at: moment)
        for other in list where other.id != incident.id && other.joinedInto == nil {
            guard !["resolved", "confirmed", "withdrawn"].contains(other.state), log.arrivals[other.id] == nil,
                try await self.votes(of: other).first?.fault.number == fault.number
            else { continue }
            try await join(other, into: incident.id, list, at: moment)
        }
        planRepair(fault, incident.id, from: moment)
    }

    /// The device against the truth and against what could be known.
    private func located(_ incident: StormIncident, _ fault: StormPlan.Fault, _ words: [StormWord]) async throws
        -> StormLog.Located
    {
        let dark = try await desk.database.read { try $0.darkRanges(of: incident.id) }.map(\.positions)
        if dark == [fault.positions] { return .exact }
        let tree = county.ground.feeders[fault.feeder].tree
        let deepest = tree.lowestCommonEdge(of: words.compactMap(\.position))
        return deepest.map { [tree.customers($0)] == dark } == true ? .deepest : .other
    }

    private func join(_ incident: StormIncident, into owner: ID<Case>, _ list: [StormIncident], at moment: Instant) async throws {
        guard let other = list.first(where: { $0.id == owner }) else { return }
        let dispatcher = try await dispatcher(of: incident.station, at: moment)
        _ = try await desk.perform(
            JoinIncidents.self,
            ["incident": .text(incident.number), "into": .text(other.number), "note": .text("同一处故障")],
            by: dispatcher, at: moment)
        log.joins += 1
        log.promisedSince[other.id] = log.promisedSince[other.id] ?? other.startedAt
    }

    private func split(_ fault: StormPlan.Fault, from incident: StormIncident, at moment: Instant) async throws {
        let dispatcher = try await dispatcher(of: incident.station, at: moment)
        _ = try await desk.perform(
            SplitIncident.self,
            [
                "incident": .text(incident.number), "note": .text("另一处故障"),
                "device": .text(county.ground.feeders[fault.feeder].code(fault.edge)),
            ], by: dispatcher, at: moment)
        log.splits += 1
        log.promisedSince[incident.id] = log.promisedSince[incident.id] ?? incident.startedAt
    }

    /// What is done when, from the moment at which the cause was found.
    private func planRepair(_ fault: StormPlan.Fault, _ incident: ID<Case>, from found: Instant) {
        let told = fault.at.adding(minutes: StormPlan.toldMinutes)
        var at = found
        func next(_ step: StormCrews.Step, after minutes: Int64) {
            at = at.adding(minutes: minutes)
            // Nobody who tells of it has light already: all have told by then.
            if case .section = step { at = max(at, told) }
            if case .restore = step { at = max(at, told) }
            crews.plan(step, incident, at: at, fault: fault.number)
        }
        if fault.kind == .section {
            next(.isolate, after: 3)
            next(.section(0), after: 5)
        }
        if fault.kind == .section || fault.kind == .branch {
            for step in PermitStep.allCases { next(.permit(step), after: step == .return ? fault.pace.repair : 2) }
            if fault.sections.count > 1 { next(.section(1), after: 3) }
            next(.restore, after: 4)
        } else {
            next(.restore, after: fault.pace.repair)
        }
    }
}
