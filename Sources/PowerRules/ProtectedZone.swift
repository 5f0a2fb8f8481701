/// The zone in which trees, buildings and works need care
/// (电力设施保护条例 art. 10; docs/rules/hazard.md).
package enum ProtectedZone {
    /// Metres to each side of an overhead line's outer conductor, measured level.
    ///
    /// A voltage between two rows of the article takes the higher row.
    /// - Returns: nil below 1 kV and above 500 kV, for which the article gives no width.
    package static func overheadM(volts: Int) -> Double? {
        switch volts {
        case ..<1_000: nil
        case ...10_000: 5
        case ...110_000: 10
        case ...330_000: 15
        case ...500_000: 20
        default: nil
        }
    }

    /// Metres to each side of an underground cable.
    package static let undergroundCableM = 0.75
    /// Metres to each side of a cable in a river, and in a small one.
    package static let riverCableM = 100.0
    package static let smallRiverCableM = 50.0

    /// Whether something at a level distance from the outer conductor is inside the zone. The
    /// boundary itself counts as inside: the article does not say, and that is the careful side.
    /// - Returns: nil when no zone is given for the voltage.
    package static func contains(distanceM: Double, volts: Int) -> Bool? {
        overheadM(volts: volts).map { distanceM <= $0 }
    }
}
