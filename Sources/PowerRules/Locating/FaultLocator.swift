package import Values

extension FeederReports {
    /// The faults that explain the reports best, by the time of their first report. Reports from what
    /// is switched off on purpose belong to none.
    package func located() -> [LocatedFault] {
        chains().flatMap { chain in
            var locator = FaultLocator(self, chain)
            return locator.faults()
        }.sorted { ($0.first, $0.affected.lowerBound) < ($1.first, $1.affected.lowerBound) }
    }

    /// The reports, cut where nobody reported for longer than the longest silence.
    private func chains() -> [Chain] {
        let darks = darks.filter { !isDeenergised($0.position) }
        let areas = areas.filter { !isDeenergised(all: $0.range) }
        var order = darks.indices.map { (darks[$0].first, darks[$0].last, $0) }
        order += areas.indices.map { (areas[$0].at, areas[$0].at, darks.count + $0) }
        order.sort { $0 < $1 }
        var chains: [Chain] = []
        for (first, last, index) in order {
            if chains.isEmpty || first - chains[chains.count - 1].last > silence {
                chains.append(Chain(first: first, last: last))
            }
            let at = chains.count - 1
            chains[at].last = max(chains[at].last, last)
            if index < darks.count {
                chains[at].darks.append(darks[index])
            } else {
                chains[at].areas.append(areas[index - darks.count])
            }
        }
        return chains
    }

    private func isDeenergised(all range: Range<Int>) -> Bool {
        let slot = lowerBound(deenergised.count) { deenergised[$0].upperBound <= range.lowerBound }
        return slot < deenergised.count && deenergised[slot].lowerBound <= range.lowerBound
            && range.upperBound <= deenergised[slot].upperBound
    }

    /// Reports without a long silence between them.
    struct Chain {
        var first: Int64
        var last: Int64
        var darks: [Dark] = []
        var areas: [AreaReport] = []
    }
}

/// Finds the faults of one chain of reports.
///
/// The reports make a small tree: the nodes where they are and where two of them meet. From below,
/// each of its nodes asks what explains the reports behind it better: one fault here, or the faults
/// already found below.
struct FaultLocator {
    let tree: NetworkTree
    let odds: FaultOdds
    private let silence: Int64
    /// By position, each once.
    private(set) var darks: [FeederReports.Dark]
    private(set) var areas: [FeederReports.AreaReport]
    /// Positions with light during the chain.
    private var lits: [Int] = []
    private(set) var meetings: [Meeting] = []

    /// A node of the small tree.
    struct Meeting {
        let node: Int
        /// Reports of customers connected here, as indices in `darks`.
        var own: Range<Int>
        /// Area reports that cannot be placed lower.
        var ownAreas: [Int] = []
        var parent = -1
        var children: [Int] = []
        /// Reports here and below, those of an area counted in.
        var count = 0
        /// Somebody behind it has light, or it is a source: it is not the fault.
        var isExcluded = false
        /// ln of one fault here, and of the best set of faults below, by share of people who report.
        var whole = FaultOdds.Shares(repeating: -.infinity)
        var split = FaultOdds.Shares()
    }

    init(_ reports: FeederReports, _ chain: FeederReports.Chain) {
        tree = reports.tree
        odds = reports.odds
        silence = reports.silence
        areas = chain.areas
        darks = []
        // A position comes twice only when its reports were far apart and others filled the gap.
        for dark in chain.darks.sorted(by: { ($0.position, $0.first) < ($1.position, $1.first) }) {
            if let last = darks.last, last.position == dark.position {
                darks[darks.count - 1].last = max(last.last, dark.last)
            } else {
                darks.append(dark)
            }
        }
        takeLight(reports.lits, chain)
    }

    /// A sign of light counts when it falls into the chain; the house's own later word outweighs it.
    private mutating func takeLight(_ signs: [FeederReports.Lit], _ chain: FeederReports.Chain) {
        let (first, end) = (chain.first, chain.last.addingReportingOverflow(silence).partialValue)
        var kept: [FeederReports.Dark] = []
        var at = 0
        for sign in signs where sign.at >= first && sign.at <= max(end, first) {
            while at < darks.count, darks[at].position < sign.position {
                kept.append(darks[at])
                at += 1
            }
            if at < darks.count, darks[at].position == sign.position {
                if darks[at].last > sign.at { continue }
                at += 1
            }
            lits.append(sign.position)
        }
        darks = kept + darks[at...]
    }

    func hasLight(_ range: Range<Int>) -> Bool {
        let slot = lowerBound(lits.count) { lits[$0] < range.lowerBound }
        return slot < lits.count && lits[slot] < range.upperBound
    }

    mutating func faults() -> [LocatedFault] {
        makeMeetings()
        weigh()
        let rate = likeliestShare()
        var found: [LocatedFault] = []
        // `share`: how sure it is that what lies above is to be parted.
        var waiting = meetings.indices.filter { meetings[$0].parent < 0 }.map { (index: $0, share: 1.0, isPart: false) }
        while let (index, share, isPart) = waiting.popLast() {
            let meeting = meetings[index]
            let (whole, split) = (meeting.whole[rate], meeting.split[rate])
            if !meeting.isExcluded, whole >= split || (!isPart && isOneFault(meeting)) {
                found.append(fault(index, share))
                continue
            }
            let parted = meeting.isExcluded ? share : share * odds.share(split, against: whole)
            for own in meeting.own { found.append(house(meeting, own, parted)) }
            for own in meeting.ownAreas { found.append(unplaced(meeting, own, parted)) }
            waiting += meeting.children.map { ($0, parted, isPart || !meeting.isExcluded) }
        }
        return found
    }

    /// The share of people who report with which everything is explained best.
    private func likeliestShare() -> Int {
        var sum = FaultOdds.Shares()
        for meeting in meetings where meeting.parent < 0 { sum += pointwiseMax(meeting.whole, meeting.split) }
        return sum.indices.max { sum[$0] < sum[$1] } ?? 0
    }
}

// MARK: the small tree

extension FaultLocator {
    /// Where reports are, in the order of the tree's numbers.
    private func spots() -> [Meeting] {
        var spots: [Meeting] = []
        for index in darks.indices {
            let node = tree.node(of: darks[index].position)
            if let last = spots.last, last.node == node {
                spots[spots.count - 1].own = last.own.lowerBound..<index + 1
            } else {
                spots.append(Meeting(node: node, own: index..<index + 1))
            }
        }
        guard !areas.isEmpty else { return spots }
        for index in areas.indices {
            guard let node = tree.lowestCommonNode(of: areas[index].range) else { continue }
            let slot = lowerBound(spots.count) { spots[$0].node < node }
            if slot == spots.count || spots[slot].node != node {
                spots.insert(Meeting(node: node, own: 0..<0), at: slot)
            }
            spots[slot].ownAreas.append(index)
        }
        return spots
    }

    private mutating func makeMeetings() {
        /// The way from the top to the latest spot.
        var way: [Int] = []
        for spot in spots() {
            while let last = way.last, !tree.subtree(meetings[last].node).contains(spot.node) {
                way.removeLast()
                // The meeting of the two, unless it is the next one on the way or even higher.
                let above = way.last.map { meetings[$0].node }
                guard let meet = tree.meeting(meetings[last].node, spot.node) else { continue }
                if let above, meet <= above { continue }
                meetings[last].parent = meetings.count
                let parent = way.last ?? -1
                way.append(meetings.count)
                meetings.append(Meeting(node: meet, own: 0..<0, parent: parent))
            }
            meetings.append(spot)
            meetings[meetings.count - 1].parent = way.last ?? -1
            way.append(meetings.count - 1)
        }
        for index in meetings.indices where meetings[index].parent >= 0 {
            meetings[meetings[index].parent].children.append(index)
        }
    }

    private mutating func weigh() {
        // A child's number is higher than its parent's.
        for index in meetings.indices.sorted(by: { meetings[$0].node > meetings[$1].node }) {
            var meeting = meetings[index]
            let range = tree.customers(meeting.node)
            meeting.count += meeting.own.count + meeting.ownAreas.count
            meeting.isExcluded = tree.isSource(meeting.node) || hasLight(range)
            meeting.split += Double(meeting.own.count + (meeting.isExcluded ? meeting.ownAreas.count : 0)) * odds.singleHouse
            if !meeting.isExcluded {
                meeting.whole = odds.fault(min(meeting.count, range.count), of: range.count)
                // What is known of an area only is explained by a fault of the area or above it.
                if !meeting.ownAreas.isEmpty { meeting.split = .init(repeating: -.infinity) }
            }
            if meeting.parent >= 0 {
                meetings[meeting.parent].count += meeting.count
                meetings[meeting.parent].split += pointwiseMax(meeting.whole, meeting.split)
            }
            meetings[index] = meeting
        }
    }
}

extension NetworkTree {
    /// The lowest node below which two nodes with customers are; nil when different sources feed
    /// them.
    fileprivate func meeting(_ a: Int, _ b: Int) -> Int? {
        var at = a
        while !subtree(at).contains(b) {
            guard let above = parent(highest(at)) else { return nil }
            at = above
        }
        return at
    }
}
