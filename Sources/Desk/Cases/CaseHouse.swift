package import Storage
package import Values

/// What a service adds to the moves of its own kind of case, in their transaction: whatever door a move
/// came through, what the service keeps beside the case moves with it.
package protocol CaseGuest: Sendable {
    func moved(_ move: String, from before: Case, to after: Case, _ work: Work) throws
}

/// What the engine of cases asks of the services above it. The composition root fills it.
package struct CaseHouse: Sendable {
    /// By kind.
    package var guests: [String: any CaseGuest]
    /// Somebody who works, with their certificate of that moment.
    package var worker: @Sendable (Transaction, ID<Person>, Instant) throws -> Worker?

    package init(
        guests: [String: any CaseGuest] = [:],
        worker: @escaping @Sendable (Transaction, ID<Person>, Instant) throws -> Worker? = { _, _, _ in nil }
    ) {
        self.guests = guests
        self.worker = worker
    }
}
