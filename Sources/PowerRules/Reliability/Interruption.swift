package import Values

/// Customers who lost supply together and got it back together: one step of an event. Customers who
/// get it back at another time are another step, so that each is in one step of an event.
package struct Interruption: Sendable, Equatable {
    package var event: String
    package var start: Instant
    package var restored: Instant
    package var customers: Int
    package var isPlanned: Bool
    package var cause: String
    /// Transformer area, empty when unknown.
    package var area: String
    /// Feeder and supply positions, for figures by customer.
    package var feeder: String
    package var positions: Range<Int>?
    /// Caused outside the network of the company (外部影响).
    package var isExternal: Bool
    /// Switched off because power is short (限电).
    package var isLimitedSupply: Bool

    package init(
        event: String, start: Instant, restored: Instant, customers: Int, isPlanned: Bool = false, cause: String = "",
        area: String = "", feeder: String = "", positions: Range<Int>? = nil, isExternal: Bool = false,
        isLimitedSupply: Bool = false
    ) {
        self.event = event
        self.start = start
        self.restored = restored
        self.customers = customers
        self.isPlanned = isPlanned
        self.cause = cause
        self.area = area
        self.feeder = feeder
        self.positions = positions
        self.isExternal = isExternal
        self.isLimitedSupply = isLimitedSupply
    }

    package var milliseconds: Int64 { max(0, restored.since(start)) }
    /// Five minutes exactly are momentary (IEEE 1366).
    package var isMomentary: Bool { milliseconds <= Reliability.longestMomentaryMinutes * 60_000 }
    /// Wider than 64 bits: many customers for a long time, a slip in a table included, never overflow.
    package var customerMilliseconds: Int128 { Int128(customers) * Int128(milliseconds) }
}
