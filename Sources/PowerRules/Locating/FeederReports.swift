package import Values

/// What is known about who has light on one feeder: reports of no light, signs of light, and what
/// is switched off on purpose. A value; adding a report costs a search and `located()` a walk
/// over the reports and the edges above them, never over the network.
package struct FeederReports: Sendable {
    package enum Source: Sendable, Hashable { case person, meter }

    /// No light at a position between two moments at which it was told.
    struct Dark: Sendable {
        var position: Int
        var first: Int64
        var last: Int64
        var isPerson: Bool
    }
    struct Lit: Sendable {
        var position: Int
        var at: Int64
    }
    /// No light somewhere among these positions.
    struct AreaReport: Sendable {
        var range: Range<Int>
        var at: Int64
    }

    package let tree: NetworkTree
    package let policy: LocatingPolicy
    let odds: FaultOdds
    /// By position, then time; of one position at most one within each silence.
    private(set) var darks: [Dark] = []
    /// By position, the latest of each.
    private(set) var lits: [Lit] = []
    private(set) var areas: [AreaReport] = []
    /// Ascending, apart from each other.
    private(set) var deenergised: [Range<Int>] = []

    package init(_ tree: NetworkTree, policy: LocatingPolicy = LocatingPolicy()) {
        self.tree = tree
        self.policy = policy
        odds = FaultOdds(policy, customers: tree.customerCount)
    }

    /// Customers who reported and are not taken back.
    package var reportCount: Int { darks.count + areas.count }

    /// A customer has no light. The same customer's repeated report counts once.
    package mutating func addDark(_ position: Int, at: Instant, from source: Source = .person) {
        precondition((0..<tree.customerCount).contains(position), "a report is from a customer of the feeder")
        var new = Dark(position: position, first: at.milliseconds, last: at.milliseconds, isPerson: source == .person)
        var slot = lowerBound(darks.count) { (darks[$0].position, darks[$0].first) < (position, new.first) }
        let silence = silence
        let joins = { (a: Dark, b: Dark) in a.position == b.position && b.first - a.last <= silence }
        if slot > 0, joins(darks[slot - 1], new) {
            slot -= 1
            new = darks[slot].joined(with: new)
            darks.remove(at: slot)
        }
        if slot < darks.count, joins(new, darks[slot]) {
            new = new.joined(with: darks[slot])
            darks.remove(at: slot)
        }
        darks.insert(new, at: slot)
    }

    /// Somebody has no light of whom only the area or the device is known.
    package mutating func addDark(among range: Range<Int>, at: Instant) {
        precondition(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= tree.customerCount)
        areas.append(AreaReport(range: range, at: at.milliseconds))
    }

    /// A customer has light: a meter answered, or somebody said so.
    package mutating func addLit(_ position: Int, at: Instant) {
        precondition((0..<tree.customerCount).contains(position), "a sign is from a customer of the feeder")
        let slot = lowerBound(lits.count) { lits[$0].position < position }
        if slot < lits.count, lits[slot].position == position {
            lits[slot].at = max(lits[slot].at, at.milliseconds)
        } else {
            lits.insert(Lit(position: position, at: at.milliseconds), at: slot)
        }
    }

    /// What is switched off on purpose: planned work, open switches. Reports from there are explained.
    package mutating func setDeenergised(_ ranges: [Range<Int>]) {
        deenergised = []
        for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = deenergised.last, range.lowerBound <= last.upperBound {
                deenergised[deenergised.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                deenergised.append(range)
            }
        }
    }

    /// Whether a customer is without supply on purpose.
    package func isDeenergised(_ position: Int) -> Bool {
        let slot = lowerBound(deenergised.count) { deenergised[$0].upperBound <= position }
        return slot < deenergised.count && deenergised[slot].contains(position)
    }

    /// Takes back all reports and signs from these positions, and area reports that lie wholly among
    /// them: their incident is over.
    package mutating func forget(_ range: Range<Int>) {
        let (low, high) = (range.lowerBound, range.upperBound)
        let from = lowerBound(darks.count) { darks[$0].position < low }
        darks.removeSubrange(from..<lowerBound(darks.count) { darks[$0].position < high })
        let first = lowerBound(lits.count) { lits[$0].position < low }
        lits.removeSubrange(first..<lowerBound(lits.count) { lits[$0].position < high })
        areas.removeAll { $0.range.lowerBound >= low && $0.range.upperBound <= high }
    }

    /// The longest silence in milliseconds.
    var silence: Int64 { policy.longestSilenceMinutes.map { Int64($0) * 60_000 } ?? .max / 4 }
}

extension FeederReports.Dark {
    fileprivate func joined(with other: Self) -> Self {
        Self(
            position: position, first: min(first, other.first), last: max(last, other.last),
            isPerson: isPerson && other.isPerson)
    }
}

/// The first of `0..<count` for which `isBefore` is false.
func lowerBound(_ count: Int, _ isBefore: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
        let middle = (low + high) / 2
        if isBefore(middle) { low = middle + 1 } else { high = middle }
    }
    return low
}
