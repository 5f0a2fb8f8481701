import Synchronization

/// Counts the changes of rights that were made through this process: what was read in an earlier
/// epoch is read again.
package final class Epoch: Sendable {
    private let number = Atomic<Int>(0)

    package init() {}
    package var current: Int { number.load(ordering: .acquiring) }
    package func next() { number.wrappingAdd(1, ordering: .acquiringAndReleasing) }
}
