package import Values

/// The Chinese figures of users' supply (DL/T 836; docs/rules/reliability.md), from the same rows. Every
/// loss of supply counts here, however short.
package struct UserReliability: Sendable, Equatable {
    /// Which interruptions count.
    package enum Scope: Sendable, CaseIterable {
        /// RS-1: all.
        case all
        /// RS-2: without external influence.
        case withoutExternal
        /// RS-3: without limited supply.
        case withoutLimited
    }

    /// Hours without supply and interruptions of a user, of planned (预安排) and fault (故障) outages.
    package struct Sums: Sendable, Equatable {
        package fileprivate(set) var customerMilliseconds: Int128 = 0
        package fileprivate(set) var customersInterrupted = 0
    }

    package let customersServed: Int
    package let periodMinutes: Int
    private var planned: [Scope: Sums] = [:]
    private var faults: [Scope: Sums] = [:]

    package init(_ rows: some Sequence<Interruption>, customersServed: Int, periodMinutes: Int) {
        precondition(customersServed > 0 && periodMinutes > 0, "figures are shares of somebody and some time")
        self.customersServed = customersServed
        self.periodMinutes = periodMinutes
        for row in rows {
            for scope in Scope.allCases where scope.counts(row) {
                if row.isPlanned {
                    planned[scope, default: Sums()].add(row)
                } else {
                    faults[scope, default: Sums()].add(row)
                }
            }
        }
    }

    /// Hours without supply of a user (AIHC); planned or fault alone, or both.
    package func hours(_ scope: Scope = .all, planned isPlanned: Bool? = nil) -> Double {
        Double(sums(scope, isPlanned).customerMilliseconds) / 3_600_000 / Double(customersServed)
    }

    /// Interruptions of a user (AITC).
    package func times(_ scope: Scope = .all, planned isPlanned: Bool? = nil) -> Double {
        Double(sums(scope, isPlanned).customersInterrupted) / Double(customersServed)
    }

    /// Share of the time with supply (RS-1, RS-2, RS-3), 0...1.
    package func rate(_ scope: Scope = .all) -> Double { 1 - hours(scope) * 60 / Double(periodMinutes) }

    private func sums(_ scope: Scope, _ isPlanned: Bool?) -> Sums {
        var sums = Sums()
        if isPlanned != false { sums.add(planned[scope] ?? Sums()) }
        if isPlanned != true { sums.add(faults[scope] ?? Sums()) }
        return sums
    }
}

extension UserReliability.Scope {
    fileprivate func counts(_ row: Interruption) -> Bool {
        switch self {
        case .all: true
        case .withoutExternal: !row.isExternal
        case .withoutLimited: !row.isLimitedSupply
        }
    }
}

extension UserReliability.Sums {
    fileprivate mutating func add(_ row: Interruption) {
        customerMilliseconds += row.customerMilliseconds
        customersInterrupted += row.customers
    }
    fileprivate mutating func add(_ other: Self) {
        customerMilliseconds += other.customerMilliseconds
        customersInterrupted += other.customersInterrupted
    }
}
