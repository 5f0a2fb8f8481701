import Desk
import Grid
import Outages
import PowerRules
import Registry
import Service
import Storage
import Values

/// What the crews have before them.
struct StormCrews: Sendable {
    enum Step: Sendable {
        case accept(ID<Person>)
        case start, arrive, find, isolate
        /// The number of a section of the fault.
        case section(Int)
        case permit(PermitStep)
        case restore
        /// Households say whether their light is back.
        case answer
    }

    struct Task: Sendable {
        let at: Instant
        let incident: ID<Case>
        let step: Step
        /// Known from the moment when the cause was found.
        let fault: Int?
    }

    var tasks: [Task] = []
    /// By incident: who was asked last.
    var asked: [ID<Case>: ID<Person>] = [:]

    mutating func plan(_ step: Step, _ incident: ID<Case>, at moment: Instant, fault: Int? = nil) {
        tasks.append(Task(at: moment, incident: incident, step: step, fault: fault))
    }

    mutating func due(by now: Instant) -> [Task] {
        let due = tasks.enumerated().filter { $0.element.at <= now }
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
        tasks.removeAll { $0.at <= now }
        return due
    }
}

extension StormNight {
    /// Whoever was asked takes it, or does not; then the steps that are due.
    func work(_ open: [StormIncident], at now: Instant) async throws {
        for incident in open where incident.state == "submitted" || incident.state == "reopened" {
            guard let assignee = incident.assignee, crews.asked[incident.id] != assignee else { continue }
            let isFirst = crews.asked[incident.id] == nil
            crews.asked[incident.id] = assignee
            let fault = try await votes(of: incident).first?.fault
            if isFirst, fault?.firstIsSilent == true { continue }
            if !isFirst { log.passedOver += 1 }
            crews.plan(.accept(assignee), incident.id, at: now.adding(minutes: fault?.pace.accept ?? 2))
        }
        for task in crews.due(by: now) {
            // Another step may have changed it in this very minute.
            let list = try await desk.database.read { [county] in try $0.stormIncidents(county: county.path, onlyOpen: false) }
            guard let incident = list.first(where: { $0.id == task.incident }), incident.joinedInto == nil else { continue }
            do {
                try await take(task, incident, list)
            } catch let problem as Problem {
                log.troubles.append("\(incident.number) \(task.step): \(problem.code)")
            } catch let error as StorageError {
                log.troubles.append("\(incident.number) \(task.step): \(error)")
            }
        }
    }

    private func take(_ task: StormCrews.Task, _ incident: StormIncident, _ list: [StormIncident]) async throws {
        let number: RawInputs = ["incident": .text(incident.number)]
        guard let person = incident.assignee else { throw StormTrouble("\(incident.number) has nobody") }
        let actor = try await actor(person, at: task.at)
        switch task.step {
        case .accept(let asked):
            // Too late: the next one was asked meanwhile.
            guard asked == person, incident.state == "submitted" || incident.state == "reopened" else { return }
            _ = try await desk.perform(AcceptCase(Code(stored: incident.number)), by: actor, at: task.at)
            let pace = try await votes(of: incident).first?.fault.pace
            crews.plan(.start, incident.id, at: task.at.adding(minutes: 1))
            crews.plan(.arrive, incident.id, at: max(incident.openedAt.adding(minutes: pace?.arrive ?? 40), task.at.adding(minutes: 3)))
        case .start:
            _ = try await desk.perform(StartCase(Code(stored: incident.number)), by: actor, at: task.at)
        case .arrive:
            _ = try await desk.perform(ArriveAtIncident.self, number, by: actor, at: task.at)
            log.arrivals[incident.id] = task.at
            let pace = try await votes(of: incident).first?.fault.pace
            crews.plan(.find, incident.id, at: task.at.adding(minutes: pace?.find ?? 8))
        case .find: try await find(incident, list, by: actor, at: task.at)
        default:
            guard let fault = log.faults.first(where: { $0.number == task.fault }) else { return }
            try await mend(task, fault, number, by: actor)
        }
    }

    private func mend(_ task: StormCrews.Task, _ fault: StormPlan.Fault, _ number: RawInputs, by actor: Actor) async throws {
        var fields = number
        let feeder = county.ground.feeders[fault.feeder]
        switch task.step {
        case .isolate:
            fields["device"] = .text(feeder.code(fault.edge))
            _ = try await desk.perform(IsolateFault.self, fields, by: actor, at: task.at)
        case .section(let index):
            fields["devices"] = .texts(fault.sections[index])
            _ = try await desk.perform(RestoreSection.self, fields, by: actor, at: task.at)
            for code in fault.sections[index] { note(plan.range(code, fault.feeder), fault, at: task.at) }
        case .permit(let step):
            fields["step"] = .text(step.rawValue)
            fields["place"] = .text(feeder.code(fault.edge))
            _ = try await desk.perform(TakePermitStep.self, fields, by: actor, at: task.at)
        case .restore:
            fields["result"] = .text("已修复，恢复供电")
            _ = try await desk.perform(RestoreAll.self, fields, by: actor, at: task.at)
            for range in runs(log.dark(fault)) { note(range, fault, at: task.at) }
            if fault.stillDark != nil || fault.kind == .branch && fault.number % 3 == 0 {
                crews.plan(.answer, task.incident, at: task.at.adding(minutes: 12), fault: fault.number)
            }
        case .answer: try await answer(fault, at: task.at)
        default: break
        }
    }

    private func note(_ positions: Range<Int>, _ fault: StormPlan.Fault, at moment: Instant) {
        log.restored[fault.number, default: []].append(.init(at: moment, positions: positions))
    }

    /// Numbers in order as ranges.
    private func runs(_ list: [Int]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for number in list {
            if let last = runs.last, last.upperBound == number {
                runs[runs.count - 1] = last.lowerBound..<number + 1
            } else {
                runs.append(number..<number + 1)
            }
        }
        return runs
    }

    // MARK: After the light is back

    /// One is still dark and says so; elsewhere all say that it is back.
    private func answer(_ fault: StormPlan.Fault, at moment: Instant) async throws {
        if let position = fault.stillDark, let secret = secrets[[fault.number, position]]?.first {
            let nested = StormPlan.Fault(
                number: log.faults.count, kind: .house, feeder: fault.feeder,
                edge: county.ground.feeders[fault.feeder].tree.node(of: position), positions: position..<position + 1,
                at: moment, cause: "equipment", equipment: "drop",
                pace: .init(accept: 2, arrive: 35, find: 6, repair: 18, isLate: false), sections: [],
                firstIsSilent: false, stillDark: nil)
            log.faults.append(nested)
            log.parents[nested.number] = fault.number
            log.firstWord[nested.number] = moment
            log.told[nested.number] = [position]
            log.reports += 1
            _ = try await desk.perform(
                AnswerLight.self, ["secret": .text(secret), "lit": .text("false")], by: .stranger(address: "127.0.0.1"), at: moment)
            return
        }
        for position in fault.positions {
            for secret in secrets[[fault.number, position]] ?? [] {
                _ = try await desk.perform(
                    AnswerLight.self, ["secret": .text(secret), "lit": .text("true")],
                    by: .stranger(address: "127.0.0.1"), at: moment)
            }
        }
        log.confirmedAsked.insert(fault.number)
    }
}
