import Synchronization

/// Makes storage fail where a test wants it. Does nothing until it is asked to.
package final class FaultInjector: Sendable {
    private let armed = Atomic<Bool>(false)
    private let plan = Mutex(Plan())

    private struct Plan {
        var statementsLeft: Int?
        var failsCommit = false
        var fired = false
    }

    init() {}

    /// Fails the `n`-th statement from now (1 is the next one), once, in whichever transaction.
    package func failStatement(_ n: Int) {
        precondition(n >= 1)
        plan.withLock { $0 = Plan(statementsLeft: n) }
        armed.store(true, ordering: .releasing)
    }

    /// Fails the next commit of a write, once; nothing of that write remains.
    package func failCommit() {
        plan.withLock { $0 = Plan(failsCommit: true) }
        armed.store(true, ordering: .releasing)
    }

    /// - Returns: whether the failure that was asked for has happened.
    @discardableResult
    package func clear() -> Bool {
        armed.store(false, ordering: .releasing)
        return plan.withLock { plan in
            defer { plan = Plan() }
            return plan.fired
        }
    }

    package var fired: Bool { plan.withLock { $0.fired } }

    @inline(__always)
    func beforeStatement() throws {
        guard armed.load(ordering: .relaxed) else { return }
        try countStatement()
    }

    func beforeCommit() throws {
        guard armed.load(ordering: .relaxed) else { return }
        let fails = plan.withLock { plan in
            guard plan.failsCommit else { return false }
            plan.failsCommit = false
            plan.fired = true
            return true
        }
        if fails { throw StorageError.injected }
    }

    private func countStatement() throws {
        let fails = plan.withLock { plan in
            guard let left = plan.statementsLeft else { return false }
            plan.statementsLeft = left > 1 ? left - 1 : nil
            if left == 1 { plan.fired = true }
            return left == 1
        }
        if fails { throw StorageError.injected }
    }
}
