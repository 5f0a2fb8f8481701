/// How far people keep from live parts (docs/rules/danger.md).
package enum StayAway {
    /// From a fallen line, because of step voltage: the far end of the 4 to 8 m of the source.
    package static let fallenLineM = 8.0

    /// The distance that people and what they hold keep from a live part.
    ///
    /// A voltage between two rows of the source's table takes the higher row.
    /// - Returns: metres; nil above 220 kV, for which no source was found.
    package static func liveM(volts: Int) -> Double? {
        switch volts {
        case ..<1_000: 1
        case ...10_000: 1.5
        case ...110_000: 4
        case ...220_000: 5
        default: nil
        }
    }
}
