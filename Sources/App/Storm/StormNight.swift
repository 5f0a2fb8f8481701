import Desk
import Grid
import Outages
import Registry
import Service
import Storage
import Values

/// Plays the plan: people tell, crews go out, the light comes back, all through the actions that
/// people use. Either the clock jumps from minute to minute and the loops are called here, or time
/// passes and the server's own loops do their work.
actor StormNight {
    let county: StormCounty
    let plan: StormPlan
    let composition: Composition
    let clock: StormClock
    let jumps: Bool
    var log: StormLog
    /// Receipts by fault and position, for "is your light back?".
    var secrets: [[Int]: [String]] = [:]
    var crews = StormCrews()
    /// Number of the planned outage.
    var works: String?
    private var actors: [ID<Person>: Actor] = [:]
    private var dispatchers: [ID<Unit>: ID<Person>] = [:]

    /// Longer than this no night lasts.
    private static let mostHours: Int64 = 11
    static let noLight = ["house:all,neighbours:dark", "house:all,neighbours:unknown,breaker:closed"]

    var desk: Desk { composition.desk }

    init(_ county: StormCounty, _ plan: StormPlan, _ composition: Composition, _ clock: StormClock, jumps: Bool) {
        self.county = county
        self.plan = plan
        self.composition = composition
        self.clock = clock
        self.jumps = jumps
        log = StormLog(plan)
    }

    /// - Parameter minute: is told the time and how many outages are open, once a minute of the night.
    func play(_ minute: @Sendable (Instant, Int, Int) -> Void = { _, _, _ in }) async throws -> StormLog {
        var next = 0
        var now = plan.start
        let end = plan.start.adding(hours: Self.mostHours)
        try await announceWorks()
        while now < end {
            now = now.adding(minutes: 1)
            while next < plan.reports.count, plan.reports[next].at <= now {
                let report = plan.reports[next]
                next += 1
                try await reach(report.at)
                try await tell(report)
            }
            try await reach(now)
            if jumps { try await pass(now) }
            let open = try await desk.database.read { [county] in try $0.stormIncidents(county: county.path, onlyOpen: true) }
            try await work(open, at: now)
            try await workAsPlanned(at: now)
            minute(now, log.reports, open.count)
            if next == plan.reports.count, open.isEmpty, crews.tasks.isEmpty, log.faults.allSatisfy(log.isOver),
                works == nil || log.worksOver != nil
            {
                break
            }
        }
        try await settle(now)
        return log
    }

    // MARK: Time

    private func reach(_ moment: Instant) async throws {
        if jumps { clock.set(moment) } else { try await clock.wait(for: moment) }
    }

    /// A loop that fails is tried again at the next minute, as in the server; the check tells of it.
    private func pass(_ now: Instant) async throws {
        do { try await tick(now) } catch let error as StorageError { log.troubles.append("\(now.iso) \(error)") }
    }

    /// What the server does by itself.
    private func tick(_ now: Instant) async throws {
        while try await OutageLocating.tick(desk, composition.grid, at: now, holder: "storm") {}
        try await IncidentSweep.tick(desk, at: now)
        while try await Broadcasts.tick(desk, at: now) {}
        while try await HouseholdNotices.tick(desk, at: now) {}
        while try await PlannedSweep.tick(desk, at: now) {}
        guard now.milliseconds / 60_000 % 10 == 0 else { return }
        while try await RequestSweep.tick(desk, at: now) >= 200 {}
        try await deliver()
    }

    private func deliver() async throws {
        let courier = Courier(desk: desk, gateways: [], holder: "storm")
        while try await courier.tick(limit: 200) > 0 {}
    }

    /// Everything that was begun is done before anything is checked.
    private func settle(_ now: Instant) async throws {
        guard jumps else {
            try await clock.wait(for: now.adding(minutes: 20))
            return
        }
        let later = now.adding(minutes: 1)
        clock.set(later)
        try await pass(later)
        try await deliver()
        while try await RequestCounters.fold(desk) > 0 {}
        while try await desk.sealEvents(holder: "storm") > 0 {}
    }

    // MARK: People

    func actor(_ person: ID<Person>, at now: Instant) async throws -> Actor {
        if let known = actors[person] { return known }
        guard let found = try await desk.database.read({ try $0.actor(for: person, at: now) }) else { throw Problem.notFound }
        actors[person] = found
        return found
    }

    func dispatcher(of station: ID<Unit>, at now: Instant) async throws -> Actor {
        if let known = dispatchers[station] { return try await actor(known, at: now) }
        guard let person = try await desk.database.read({ try $0.holders(of: .dispatcher, in: station, at: now) }).first
        else { throw StormTrouble("a station without a dispatcher") }
        dispatchers[station] = person
        return try await actor(person, at: now)
    }

    private func company(at now: Instant) async throws -> Actor {
        guard let person = try await desk.database.read({ try $0.setting("demo.company") }) else { throw Problem.notFound }
        return try await actor(ID(person), at: now)
    }

    private func tell(_ report: StormPlan.Report) async throws {
        let isWorks = report.fault == StormPlan.worksNumber
        let feeder = isWorks ? plan.works?.feeder ?? 0 : plan.faults[report.fault].feeder
        let household = county.ground.household(feeder, report.position)
        log.reports += 1
        if !isWorks { log.firstWord[report.fault] = min(log.firstWord[report.fault] ?? report.at, report.at) }
        if report.way == .meter { return try await gasp(household, at: report.at) }
        var fields: RawInputs = [
            "village": .text(county.villages[household.village]?.text ?? ""), "name": .text(household.name),
            "phone": .text(household.phone.digits), "account": .text(household.account),
            "answers": .text(
                report.isAlone ? "house:all,neighbours:lit,breaker:closed" : Self.noLight[report.position % 2]),
        ]
        var actor = Actor.stranger(address: "127.0.0.1")
        switch report.way {
        case .signedIn: actor = try await self.actor(county.person(feeder, report.position), at: report.at)
        case .dispatcher: actor = try await dispatcher(of: station(household), at: report.at)
        case .place:
            let place = county.ground.feeders[feeder].place(of: report.position)
            fields["account"] = nil
            fields["phone"] = .text("1991\(1_000_000 + log.reports)")
            fields["latitude"] = place.map { .number($0.latitude) }
            fields["longitude"] = place.map { .number($0.longitude) }
        default: break
        }
        let receipt = try await desk.perform(ReportNoLight.self, fields, by: actor, at: report.at).output
        guard !isWorks else { return }
        secrets[[report.fault, report.position], default: []].append(receipt.receipt)
        if report.way != .place { log.told[report.fault, default: []].insert(report.position) }
    }

    /// A meter's last word; the clock of every seventh is an hour wrong.
    private func gasp(_ household: StormGround.Household, at moment: Instant) async throws {
        let isWrong = household.meter.utf8.last.map { $0 % 7 == 0 } ?? false
        let signal: RawInput = .object([
            "meter": .string(household.meter), "state": .string("last-gasp"),
            "at": .string(moment.adding(hours: isWrong ? 1 : 0).iso),
        ])
        _ = try await desk.perform(
            TakeMeterSignals.self, ["signals": .list([signal])], by: try await company(at: moment), at: moment)
    }

    private func station(_ household: StormGround.Household) async throws -> ID<Unit> {
        guard let village = county.villages[household.village],
            let station = try await desk.database.read({ try $0.village(village)?.station })
        else { throw Problem.notFound }
        return station
    }
}
