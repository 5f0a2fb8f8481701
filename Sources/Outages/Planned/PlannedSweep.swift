package import Desk
import Grid
import Registry
import Service
import Storage
package import Values

/// What time does to planned outages: lists their households, tells them a week and a day before, and
/// asks somebody when nobody began or the light is not back in time.
package enum PlannedSweep {
    /// Supply positions that are put onto a list in one transaction.
    private static let positionsAtOnce = 4_000

    /// - Returns: whether more waits.
    package static func tick(_ desk: Desk, at now: Instant) async throws -> Bool {
        let spared = try await spare(desk, at: now)
        let lists = try await list(desk, at: now)
        let due = try await pass(desk, at: now)
        let telling = try await PlannedTellings.tick(desk, at: now)
        return spared || lists || due || telling
    }

    /// Households taken off a list in one transaction.
    private static let sparedAtOnce = 100

    /// Those whom a change has taken out of an outage hear that their light stays on.
    private static func spare(_ desk: Desk, at now: Instant, pieces: Int = 100) async throws -> Bool {
        for _ in 0..<pieces {
            let went = try await desk.database.drain { tx -> Bool in
                guard let (id, data, households) = try tx.spare(limit: sparedAtOnce) else { return false }
                guard !data.isEmpty, let outage = try tx.planned(id) else { return true }
                let work = Work(tx, by: .system(county: outage.county), at: now, desk: desk)
                for household in households { try work.tellSpared(household, outage, data) }
                return true
            }
            guard went else { return false }
        }
        return true
    }

    /// Goes on with the lists that are not whole yet.
    package static func list(_ desk: Desk, at now: Instant, pieces: Int = 100) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<(desk.database.engine == .postgres ? listsAtOnce : 1) {
                group.addTask {
                    for _ in 0..<pieces {
                        let went = try await desk.database.drain { try $0.listHouseholds(positions: positionsAtOnce, at: now) }
                        guard went else { return false }
                    }
                    return true
                }
            }
            return try await group.reduce(false) { $0 || $1 }
        }
    }

    /// Lists of several outages are put together side by side where the engine writes side by side.
    private static let listsAtOnce = 2

    /// Milestones that have come, a few outages at a time.
    private static func pass(_ desk: Desk, at now: Instant) async throws -> Bool {
        for _ in 0..<50 {
            let found = try await desk.database.drain { tx -> [String]? in
                guard let outage = try tx.plannedDue(at: now) else { return nil }
                let work = Work(tx, by: .system(county: outage.county), at: now, desk: desk)
                try work.pass(outage)
                return work.announced
            }
            guard let topics = found else { return false }
            for topic in topics { desk.live.announce(topic) }
        }
        return true
    }
}

extension Work {
    fileprivate func pass(_ outage: PlannedOutage) throws {
        var outage = outage
        for (_, what) in outage.milestones.filter({ $0.at > outage.passedAt && $0.at <= now }) {
            switch what {
            case .week: try tellAll(outage, "planned-week")
            case .day: try tellAll(outage, "planned-day")
            case .notBegun: try escalate(outage, "planned-not-begun", to: [.dispatcher])
            case .late:
                try tellAll(outage, "planned-late")
                try escalate(outage, "planned-overrun", to: [.dispatcher, .stationHead])
            case .veryLate: try escalate(outage, "planned-overrun-far", to: [.stationHead, .company])
            }
            try record(
                EventDraft("planned.\(what)", of: "planned", outage.number.text, county: outage.county))
        }
        outage.passedAt = now
        try tx.save(outage)
        announce(outage.county)
    }

    private func escalate(_ outage: PlannedOutage, _ template: String, to roles: [Role]) throws {
        var people: [ID<Person>] = []
        for role in roles {
            people +=
                role == .company
                ? try tx.holders(of: role, at: outage.county, now: now)
                : try tx.holders(of: role, in: outage.station, at: now)
        }
        for person in Set(people).sorted() {
            try owe(
                MessageDraft(
                    key: "\(outage.id.text)/\(template)/\(outage.round)", to: .person(person), template: template,
                    data: plannedData(outage)), county: outage.county)
        }
    }
}
