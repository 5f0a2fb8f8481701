import Desk
import Registry
import Service
import Storage
import Values

/// What is done after the year has been played: messages delivered, people told, figures folded,
/// and a hand-over that waits for its approval.
struct DemoEvening: Sendable {
    let desk: Desk
    let county: DemoCounty
    let now: Instant

    /// Messages in person that are older were ticked off by the liaison.
    static let toldAfterHours: Int64 = 36

    func run(_ progress: @Sendable (Double) -> Void) async throws {
        try await fillInboxes()
        progress(0.3)
        try await tickTold()
        progress(0.8)
        while try await RequestCounters.fold(desk, limit: 400) > 0 {}
        try await proposeHandover()
        progress(1)
    }

    private func fillInboxes() async throws {
        let courier = Courier(desk: desk, gateways: [], holder: "demo")
        while try await courier.tick(limit: 100) > 0 {}
        try await desk.database.write { try $0.readOldDemoInbox(before: now.adding(days: -3)) }
    }

    private func tickTold() async throws {
        let pairs = county.plan.pairs
        for pair in pairs {
            let village = county.village(pair.village)
            let liaison = county.person(pair.liaison)
            let waiting = try await desk.database.read { try $0.demoToldList(village) }
            guard let actor = try await desk.database.read({ try $0.actor(for: liaison, at: now) }) else { continue }
            var dice = DemoDice("told/\(pair.village)")
            var ticks: [(message: String, at: Instant)] = []
            for item in waiting {
                let isOld = item.madeAt < now.adding(hours: -Self.toldAfterHours)
                guard isOld || dice.happens(perMille: 300) else { continue }
                ticks.append((item.id, min(item.madeAt.adding(minutes: Int64(dice.number(in: 40...1_700))), now)))
            }
            try await tick(ticks, by: actor)
        }
    }

    private func tick(_ ticks: [(message: String, at: Instant)], by actor: Actor) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, tick) in ticks.enumerated() {
                if number >= DemoReplay.sideBySide { try await group.next() }
                group.addTask {
                    _ = try await desk.perform(
                        TickTold.self, ["message": .text(tick.message)], by: actor, at: tick.at)
                }
            }
            try await group.waitForAll()
        }
    }

    /// One representative of Chenhuadian leaves at the end of the month.
    private func proposeHandover() async throws {
        let dispatcher = county.person("dispatcher/chenhuadian/1")
        let at = now.adding(hours: -5)
        guard let actor = try await desk.database.read({ try $0.actor(for: dispatcher, at: at) }) else { return }
        _ = try await desk.perform(
            ProposeHandover.self,
            [
                "leaving": .text(county.person("representative/chenhuadian/3").text),
                "successor": .text(county.person("representative/chenhuadian/2").text),
                "reason": .text("调往县公司配电运检班"),
            ], by: actor, at: at)
    }
}
