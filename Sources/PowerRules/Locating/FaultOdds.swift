import Foundation

/// How well faults explain reports, in logarithms.
///
/// How many of the dark customers report is unknown beforehand: every share from none to all is as
/// likely. Then k certain customers of n report with probability 1 / ((n + 1) · C(n, k)). Where several
/// faults are weighed against one, they have one share in common, since it is the same people on the
/// same evening; the weights are kept for each of eight shares.
struct FaultOdds: Sendable {
    let policy: LocatingPolicy
    /// ln of n!
    private let factorials: [Double]
    /// By share: ln of a dark customer's report, and of their silence.
    private let report: Shares
    private let silence: Shares
    private let edgeFault: Double
    private let completeFault: Double
    private let houseFault: Double

    /// A value for each of the shares of customers who report.
    typealias Shares = SIMD8<Double>
    private static let shares = Shares(0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99)

    init(_ policy: LocatingPolicy, customers: Int) {
        self.policy = policy
        var sums = [0.0]
        sums.reserveCapacity(customers + 2)
        for n in 0...customers { sums.append(sums[n] + log(Double(n + 1))) }
        factorials = sums
        report = Self.logarithms(Self.shares)
        silence = Self.logarithms(1 - Self.shares)
        edgeFault = log(policy.edgeFault)
        completeFault = log(policy.completeFault)
        houseFault = log(policy.houseFault)
    }

    /// ln C(n, k)
    func choose(_ n: Int, _ k: Int) -> Double { factorials[n] - factorials[k] - factorials[n - k] }

    /// ln of the probability that exactly these k of n dark customers report.
    func reports(_ k: Int, of n: Int) -> Double { -log(Double(n + 1)) - choose(n, k) }

    /// ln of one fault behind which k of n reported, by share.
    func fault(_ k: Int, of n: Int) -> Shares {
        (k == n && k > 1 ? completeFault : edgeFault) + Double(k) * report + Double(n - k) * silence
    }

    /// ln of a fault at one house that reported, by share.
    var singleHouse: Shares { houseFault + report }

    private static func logarithms(_ values: Shares) -> Shares {
        var logarithms = Shares()
        for lane in logarithms.indices { logarithms[lane] = log(values[lane]) }
        return logarithms
    }

    /// k reports come from about half of n. With `orRarely` false: and there are so few sets of that
    /// size that one may consist of whole branches by chance.
    func isAboutHalf(_ k: Int, of n: Int, orRarely: Bool) -> Bool {
        abs(2 * k - n) <= 1 && (orRarely || choose(n, k) <= policy.halfCoincidence)
    }

    /// How likely the lowest edge is among itself, the edges above it (`above`: how many customers
    /// they have) and, for one report, the house itself and no outage at all.
    func posterior(_ k: Int, of n: Int, above: [Int], isPerson: Bool) -> Double {
        let own = reports(k, of: n)
        let others = above.reduce(0) { $0 + exp(reports(k, of: $1) - own) }
        guard k == 1 else { return 1 / (1 + others) }
        let named = 1 + houseWeight(isPerson) * exp(-own)
        return named / (named + others + policy.falseReport * exp(-own))
    }

    /// A house that is dark alone.
    func housePosterior(isPerson: Bool) -> Double {
        houseWeight(isPerson) / (houseWeight(isPerson) + policy.falseReport)
    }

    private func houseWeight(_ isPerson: Bool) -> Double { (isPerson ? policy.houseForPerson : 1) / 2 }

    /// The share of the better of two explanations.
    func share(_ better: Double, against other: Double) -> Double { 1 / (1 + exp(other - better)) }
}
