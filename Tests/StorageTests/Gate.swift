import Foundation
import Storage
import Synchronization

/// Holds a closure on an engine's thread until a test has prepared what should happen meanwhile.
final class Gate: Sendable {
    private let semaphore = UncheckedSemaphore()
    private let entered = Atomic<Bool>(false)
    private let before = Atomic<Int>(0)

    /// Called inside a closure: waits for `open`.
    func enter() {
        if entered.exchange(true, ordering: .acquiringAndReleasing) { return }
        semaphore.value.wait()
    }

    func untilEntered() async {
        while !entered.load(ordering: .acquiring) { await Task.yield() }
    }

    /// Waits until so many writes wait for the writer.
    func untilWaiting(_ count: Int, in db: Database) async {
        while db.waitingWrites < count { await Task.yield() }
        before.store(db.commits, ordering: .releasing)
    }

    var commitsBefore: Int { before.load(ordering: .acquiring) }

    func open() { semaphore.value.signal() }
}

/// A semaphore is made for being shared between threads.
private struct UncheckedSemaphore: @unchecked Sendable {
    let value = DispatchSemaphore(value: 0)
}
