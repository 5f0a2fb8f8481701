package import Values

/// The figures of IEEE 1366-2012 (docs/rules/reliability.md). All belongs to the day on which an
/// interruption began; pure functions of rows that somebody else keeps.
package enum Reliability {
    /// Minutes.
    package static let longestMomentaryMinutes: Int64 = 5

    /// Sums over sustained interruptions of more than five minutes, and what is divided by what.
    package struct Indices: Sendable, Equatable {
        package private(set) var customersInterrupted = 0
        package private(set) var customerMilliseconds: Int128 = 0
        /// Customers in interruptions of at most five minutes, and how many rows they were.
        package private(set) var customersMomentary = 0
        package private(set) var momentaryRows = 0
        package let customersServed: Int
        package let periodMinutes: Int

        /// - Parameter customersServed: more than none.
        package init(customersServed: Int, periodMinutes: Int) {
            precondition(customersServed > 0 && periodMinutes > 0, "figures are shares of somebody and some time")
            self.customersServed = customersServed
            self.periodMinutes = periodMinutes
        }

        package init(_ rows: some Sequence<Interruption>, customersServed: Int, periodMinutes: Int) {
            self.init(customersServed: customersServed, periodMinutes: periodMinutes)
            for row in rows { add(row) }
        }

        package mutating func add(_ row: Interruption) {
            if row.isMomentary {
                momentaryRows += 1
                customersMomentary += row.customers
            } else {
                customersInterrupted += row.customers
                customerMilliseconds += row.customerMilliseconds
            }
        }

        package var customerMinutes: Double { Double(customerMilliseconds) / 60_000 }
        /// Sustained interruptions of a customer.
        package var saifi: Double { Double(customersInterrupted) / Double(customersServed) }
        /// Minutes without supply of a customer.
        package var saidiMinutes: Double { customerMinutes / Double(customersServed) }
        /// Minutes of an interruption; nil without any.
        package var caidiMinutes: Double? {
            customersInterrupted == 0 ? nil : customerMinutes / Double(customersInterrupted)
        }
        /// Share of the time with supply.
        package var asai: Double { 1 - saidiMinutes / Double(periodMinutes) }
        /// Momentary interruptions of a customer.
        package var maifi: Double { Double(customersMomentary) / Double(customersServed) }
    }

    /// Minutes without supply of a customer by day of beginning, sustained interruptions only; days
    /// without any are absent.
    package static func dailySAIDI(_ rows: some Sequence<Interruption>, customersServed: Int) -> [Day: Double] {
        var sums: [Day: Int128] = [:]
        for row in rows where !row.isMomentary { sums[row.start.day, default: 0] += row.customerMilliseconds }
        return sums.mapValues { Double($0) / 60_000 / Double(customersServed) }
    }

    package static func minutes(ofYear year: Int) -> Int {
        (1...12).reduce(0) { $0 + minutes(ofMonth: $1, year: year) }
    }

    package static func minutes(ofMonth month: Int, year: Int) -> Int { Day.length(ofMonth: month, year: year) * 1_440 }

    // MARK: by customer

    /// How many customers had at least so many sustained interruptions; divided by the customers
    /// served it is CEMI-n. Rows without positions cannot be counted by customer and are left out.
    package static func customers(withAtLeast count: Int, in rows: some Sequence<Interruption>) -> Int {
        precondition(count > 0)
        var edges: [String: [(at: Int, step: Int)]] = [:]
        for row in rows where !row.isMomentary {
            guard let positions = row.positions, !positions.isEmpty else { continue }
            edges[row.feeder, default: []] += [(positions.lowerBound, 1), (positions.upperBound, -1)]
        }
        return edges.values.reduce(0) { sum, steps in
            var (found, depth, last) = (0, 0, 0)
            for (at, step) in steps.sorted(by: { $0.at < $1.at }) {
                if depth >= count { found += at - last }
                depth += step
                last = at
            }
            return sum + found
        }
    }

    // MARK: where it is worst

    /// One area, village or feeder among the worst served.
    package struct Served: Sendable, Equatable {
        package let key: String
        package let indices: Indices
    }

    /// Those with the most minutes without supply of a customer, the worst first; a key without
    /// customers or without interruptions is left out.
    package static func worstServed(
        _ rows: some Sequence<Interruption>, by key: (Interruption) -> String, customersServed: [String: Int],
        periodMinutes: Int, limit: Int
    ) -> [Served] {
        var sums: [String: Indices] = [:]
        for row in rows {
            let key = key(row)
            guard let served = customersServed[key], served > 0 else { continue }
            sums[key, default: Indices(customersServed: served, periodMinutes: periodMinutes)].add(row)
        }
        let worst = sums.filter { $0.value.customersInterrupted > 0 }
            .sorted { (-$0.value.saidiMinutes, -$0.value.saifi, $0.key) < (-$1.value.saidiMinutes, -$1.value.saifi, $1.key) }
        return worst.prefix(limit).map { Served(key: $0.key, indices: $0.value) }
    }

    /// An area that lost supply again and again.
    package struct Repeated: Sendable, Equatable {
        package let area: String
        /// The most events within the days, and the days of the first and last of them.
        package let events: Int
        package let first: Day
        package let last: Day
    }

    /// Areas with at least so many sustained events within so many days (both ends counted), the most
    /// events first. Steps of one event count once.
    package static func repeatedAreas(
        _ rows: some Sequence<Interruption>, atLeast count: Int, withinDays days: Int
    ) -> [Repeated] {
        var events: [String: [String: Day]] = [:]
        for row in rows where !row.isMomentary && !row.area.isEmpty {
            let day = row.start.day
            events[row.area, default: [:]][row.event] = min(day, events[row.area]?[row.event] ?? day)
        }
        var found: [Repeated] = []
        for (area, days0) in events {
            let dates = days0.values.sorted()
            var (best, from) = (Repeated(area: area, events: 0, first: dates[0], last: dates[0]), 0)
            for to in dates.indices {
                while dates[from].distance(to: dates[to]) >= days { from += 1 }
                if to - from + 1 > best.events {
                    best = Repeated(area: area, events: to - from + 1, first: dates[from], last: dates[to])
                }
            }
            if best.events >= count { found.append(best) }
        }
        return found.sorted { (-$0.events, $0.area) < (-$1.events, $1.area) }
    }
}
