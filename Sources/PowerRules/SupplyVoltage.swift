/// The nominal voltages at which a village is supplied and how far they may deviate
/// (供电营业规则; GB/T 12325-2008; docs/rules/usage.md).
package enum SupplyVoltage: Sendable, Hashable, CaseIterable {
    /// 220 V between a phase and neutral: +7 %, -10 %.
    case singlePhase
    /// 380 V between phases: ±7 %.
    case threePhase
    /// 10 kV: ±7 %.
    case tenKilovolts

    package enum Verdict: Sendable, Hashable { case low, pass, high }

    package var nominalMV: Int {
        switch self {
        case .singlePhase: 220_000
        case .threePhase: 380_000
        case .tenKilovolts: 10_000_000
        }
    }

    /// Lowest and highest voltage that pass, in millivolts; both ends pass.
    package var allowedMV: ClosedRange<Int> {
        let below = self == .singlePhase ? 10 : 7
        return nominalMV / 100 * (100 - below)...nominalMV / 100 * 107
    }

    package func judge(millivolts: Int) -> Verdict {
        millivolts < allowedMV.lowerBound ? .low : millivolts > allowedMV.upperBound ? .high : .pass
    }
}
