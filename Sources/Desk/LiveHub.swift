/// Tells open pages of this process that something they show has changed. Pages of other
/// processes, and those that missed it, look again by themselves.
package final class LiveHub: Sendable {
    private let state = Locked<State>(State())

    private struct State: Sendable {
        var next = 0
        var watchers: [Int: Watcher] = [:]
        var isEnded = false
    }
    private struct Watcher: Sendable {
        let accepts: @Sendable (String) -> Bool
        let continuation: AsyncStream<String>.Continuation
    }

    package init() {}

    /// A stream of topics; at most `waiting` wait for a slow reader, older ones are dropped, since each
    /// only says "look again".
    package func watch(waiting: Int = 16, _ accepts: @escaping @Sendable (String) -> Bool) -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(waiting))
        let id = state.with { state -> Int in
            state.next += 1
            state.watchers[state.next] = Watcher(accepts: accepts, continuation: continuation)
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.with { _ = $0.watchers.removeValue(forKey: id) }
        }
        return stream
    }

    package func announce(_ topic: String) {
        let watchers = state.with { Array($0.watchers.values) }
        for watcher in watchers where watcher.accepts(topic) { watcher.continuation.yield(topic) }
    }

    /// Ends all streams, when the server stops.
    package func finish() {
        let watchers = state.with { state in
            defer { state.watchers = [:] }
            state.isEnded = true
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.continuation.finish() }
    }

    /// The server stops.
    package var isEnded: Bool { state.with { $0.isEnded } }
    package var count: Int { state.with { $0.watchers.count } }
}
