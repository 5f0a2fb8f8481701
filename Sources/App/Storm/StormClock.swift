import Desk
import Values

/// The night's own time: set from event to event, or running so many times faster than the machine's.
final class StormClock: Sendable {
    private struct State {
        var moment: Instant
        var since: ContinuousClock.Instant?
        var speed: Int64 = 1
    }
    private let state: Locked<State>

    init(_ moment: Instant) {
        state = Locked(State(moment: moment))
    }

    var clock: Clock { Clock { self.now } }

    var now: Instant {
        state.with { state in
            guard let since = state.since else { return state.moment }
            let passed = (ContinuousClock.now - since).components
            let milliseconds = passed.seconds * 1_000 + passed.attoseconds / 1_000_000_000_000_000
            return state.moment.adding(milliseconds: milliseconds * state.speed)
        }
    }

    func set(_ moment: Instant) { state.with { $0.moment = moment } }

    /// From now on time passes by itself.
    func run(speed: Int) {
        let moment = now
        state.with { $0 = State(moment: moment, since: ContinuousClock.now, speed: Int64(speed)) }
    }

    /// Waits until the running clock shows the moment.
    func wait(for moment: Instant) async throws {
        let (left, speed) = (moment.since(now), state.with { $0.speed })
        if left > 0 { try await Task.sleep(for: .milliseconds(left / speed)) }
    }
}
