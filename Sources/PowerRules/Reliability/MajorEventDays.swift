import Foundation
package import Values

/// The threshold above which a day is a major event day: T_MED = e^(alpha + 2.5 beta), from the
/// logarithms of all days of up to five years before on which somebody lost supply
/// (IEEE 1366-2012, annex B; docs/rules/reliability.md).
package struct MajorEventThreshold: Sendable, Equatable {
    package let nonzeroDays: Int
    /// Mean of the logarithms.
    package let alpha: Double
    /// Their standard deviation as of a sample (divided by n - 1).
    package let beta: Double
    /// The same as of a population (divided by n).
    package let betaPopulation: Double

    package var minutes: Double { exp(alpha + 2.5 * beta) }
    package var minutesPopulation: Double { exp(alpha + 2.5 * betaPopulation) }

    /// - Parameter daily: minutes without supply of a customer, day by day; zero days are left out.
    /// - Returns: nil with fewer than two days above zero: there is no deviation.
    package init?(dailySAIDI daily: some Sequence<Double>) {
        let logs = daily.filter { $0 > 0 }.map { log($0) }
        guard logs.count >= 2 else { return nil }
        let mean = logs.reduce(0, +) / Double(logs.count)
        let squares = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        nonzeroDays = logs.count
        alpha = mean
        beta = (squares / Double(logs.count - 1)).squareRoot()
        betaPopulation = (squares / Double(logs.count)).squareRoot()
    }

    /// The days above the threshold, ascending.
    package func majorDays(in daily: [Day: Double]) -> [Day] {
        daily.filter { $0.value > minutes }.keys.sorted()
    }
}
