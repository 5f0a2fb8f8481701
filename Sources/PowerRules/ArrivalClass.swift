package import Values

/// How soon somebody is there after a report, by where it is, and how soon the light is back
/// (docs/rules/repair-arrival.md). The kind `repair` carries the limits of a village as data; here are all classes.
package enum ArrivalClass: String, Sendable, Hashable, CaseIterable {
    case town, village
    /// Poor roads; the county says which villages are.
    case remote

    /// Minutes from the report that the company promises on average.
    package var companyMinutes: Int {
        switch self {
        case .town: 45
        case .village: 90
        case .remote: 120
        }
    }

    /// Minutes from the report that the regulator allows.
    package var regulatorMinutes: Int {
        switch self {
        case .town: 60
        case .village: 120
        case .remote: 240
        }
    }

    /// Minutes from arrival until the light is back, on average.
    package var restorationMinutes: Int { self == .town ? 180 : 240 }

    package var companyRule: LimitRule { .clock(minutes: companyMinutes) }
    package var regulatorRule: LimitRule { .clock(minutes: regulatorMinutes) }
    package var restorationRule: LimitRule { .clock(minutes: restorationMinutes) }

    /// When somebody is to be there, and when the light is to be back after an arrival.
    package func arrivalDue(reported: Instant) -> (company: Instant, regulator: Instant) {
        (reported.adding(minutes: Int64(companyMinutes)), reported.adding(minutes: Int64(regulatorMinutes)))
    }
    package func restorationDue(arrived: Instant) -> Instant { arrived.adding(minutes: Int64(restorationMinutes)) }
}
