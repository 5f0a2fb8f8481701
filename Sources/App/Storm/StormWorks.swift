import Desk
import Grid
import Outages
import Registry
import Service
import Storage
import Values

extension StormPlan {
    /// Work that was announced: an area is switched off on purpose while the storm is on.
    struct Works: Sendable {
        let feeder: Int
        let area: StormGround.Area
        /// The fuse that is taken out.
        let device: String
        /// As announced, and when the light is back.
        let from: Instant
        let until: Instant
        let back: Instant
    }
}

/// The planned work of the night: asked for and announced days before, begun and ended while the storm is on.
extension StormNight {
    func announceWorks() async throws {
        guard let planned = plan.works else { return }
        let household = county.ground.household(planned.feeder, planned.area.positions.lowerBound)
        guard let village = county.villages[household.village],
            let station = try await desk.database.read({ try $0.village(village)?.station })
        else { throw StormTrouble("the planned work has no station") }
        let asked = plan.start.adding(days: -10)
        let dispatcher = try await dispatcher(of: station, at: plan.start)
        guard let head = try await desk.database.read({ [plan] in try $0.holders(of: .stationHead, in: station, at: plan.start) }).first
        else { throw StormTrouble("a station without a head") }
        let made = try await desk.perform(
            AskPlannedOutage.self,
            [
                "feeder": .text(county.feeders[planned.feeder].text), "devices": .text(planned.device), "kind": .text("planned"),
                "work": .text("更换配变"), "start": .text(planned.from.iso), "end": .text(planned.until.iso),
                "contact": .text(dispatcher.name), "phone": .text("13700000008"),
            ], by: dispatcher, at: asked
        ).output
        while try await PlannedSweep.tick(desk, at: asked) {}
        _ = try await desk.perform(
            ApprovePlannedOutage.self, ["outage": .text(made.number)], by: try await actor(head, at: plan.start),
            at: asked.adding(hours: 1))
        works = made.number
    }

    func workAsPlanned(at now: Instant) async throws {
        guard let works, let planned = plan.works else { return }
        let station = try await desk.database.read { [county] tx in try tx.feeder(county.feeders[planned.feeder])?.station }
        guard let station else { return }
        if log.worksBegan == nil, now >= planned.from {
            let begun = try await desk.perform(
                StartPlannedOutage.self, ["outage": .text(works)], by: try await dispatcher(of: station, at: now), at: now)
            log.worksBegan = begun.output.startedAt
        } else if log.worksBegan != nil, log.worksOver == nil, now >= planned.back {
            let over = try await desk.perform(
                RestorePlannedOutage.self, ["outage": .text(works)], by: try await dispatcher(of: station, at: now), at: now)
            log.worksOver = over.output.finishedAt
        }
    }
}
