import Synchronization

/// A value behind a mutex, for the little state that is shared in memory.
package final class Locked<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    package init(_ value: sending Value) {
        mutex = Mutex(value)
    }
    package func with<T: Sendable>(_ body: (inout Value) throws -> T) rethrows -> T {
        try mutex.withLock { value in try body(&value) }
    }
}
