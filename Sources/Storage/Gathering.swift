import Synchronization

/// Waits until a number of threads have arrived somewhere.
final class Gathering: Sendable {
    private struct State {
        var missing: Int
        var error: (any Error)?
        var waiting: [UnsafeContinuation<Void, any Error>] = []
    }
    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(missing: count))
    }

    /// - Parameter error: the first one is what the waiting are told.
    func arrive(_ error: (any Error)?) {
        let released = state.withLock { state -> [UnsafeContinuation<Void, any Error>] in
            state.missing -= 1
            if state.error == nil { state.error = error }
            guard state.missing == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in released { resume(one) }
    }

    func wait() async throws {
        try await withUnsafeThrowingContinuation { (answer: UnsafeContinuation<Void, any Error>) in
            let isComplete = state.withLock { state in
                if state.missing > 0 { state.waiting.append(answer) }
                return state.missing <= 0
            }
            if isComplete { resume(answer) }
        }
    }

    private func resume(_ answer: UnsafeContinuation<Void, any Error>) {
        if let error = state.withLock({ $0.error }) {
            answer.resume(throwing: error)
        } else {
            answer.resume()
        }
    }
}

/// Counts from several threads.
final class Tally: Sendable {
    let value = Atomic<Int>(0)
}
