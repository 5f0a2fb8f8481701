import Values

/// What is told of the faults that were found.
extension FaultLocator {
    /// Few reports, or about half of those behind an edge, are one fault even where whole branches
    /// happen to be among them.
    func isOneFault(_ meeting: Meeting) -> Bool {
        if meeting.count <= odds.policy.fewReports { return true }
        var at = meeting.node
        while !tree.isSource(at) {
            let customers = tree.customers(at).count
            if customers > 2 * meeting.count + 1 { return false }
            if odds.isAboutHalf(meeting.count, of: customers, orRarely: at == meeting.node) { return true }
            guard let above = tree.parent(tree.highest(at)) else { return false }
            at = above
        }
        return false
    }

    func fault(_ index: Int, _ share: Double) -> LocatedFault {
        let meeting = meetings[index]
        let edge = tree.deepest(meeting.node)
        let range = tree.customers(edge)
        let behind = reports(behind: range)
        let count = min(meeting.count, range.count)
        let isPerson = behind.first.map { darks[$0].isPerson } ?? true
        let probability = share * odds.posterior(count, of: range.count, above: above(edge), isPerson: isPerson)
        return made(
            edge, probability, behind, areas: areaReports(below: index),
            isSingleHouse: meeting.count == 1 && !behind.isEmpty)
    }

    func house(_ meeting: Meeting, _ own: Int, _ share: Double) -> LocatedFault {
        let probability = share * odds.housePosterior(isPerson: darks[own].isPerson)
        return made(meeting.node, probability, own..<own + 1, areas: [], isSingleHouse: true)
    }

    /// A report from an area that has light elsewhere: one house, not known which.
    func unplaced(_ meeting: Meeting, _ area: Int, _ share: Double) -> LocatedFault {
        made(meeting.node, share * odds.housePosterior(isPerson: true), 0..<0, areas: [area], isSingleHouse: true)
    }

    private func made(
        _ edge: Int, _ probability: Double, _ behind: Range<Int>, areas own: [Int], isSingleHouse: Bool
    ) -> LocatedFault {
        let firsts = darks[behind].map(\.first) + own.map { areas[$0].at }
        let lasts = darks[behind].map(\.last) + own.map { areas[$0].at }
        return LocatedFault(
            edge: edge, sameCustomers: tree.sameCustomers(as: edge), probability: probability,
            reported: darks[behind].map(\.position), areaReports: own.count, isSingleHouse: isSingleHouse,
            first: Instant(milliseconds: firsts.min() ?? 0), last: Instant(milliseconds: lasts.max() ?? 0),
            affected: tree.customers(edge))
    }

    /// How many customers the edges above have that nobody with light excludes.
    private func above(_ edge: Int) -> [Int] {
        var counts: [Int] = []
        var at = tree.highest(edge)
        while let parent = tree.parent(at), !tree.isSource(parent), !hasLight(tree.customers(parent)) {
            counts.append(tree.customers(parent).count)
            at = tree.highest(parent)
        }
        return counts
    }

    private func reports(behind range: Range<Int>) -> Range<Int> {
        let from = lowerBound(darks.count) { darks[$0].position < range.lowerBound }
        return from..<max(from, lowerBound(darks.count) { darks[$0].position < range.upperBound })
    }

    private func areaReports(below index: Int) -> [Int] {
        guard !areas.isEmpty else { return [] }
        var (found, waiting) = ([Int](), [index])
        while let next = waiting.popLast() {
            found += meetings[next].ownAreas
            waiting += meetings[next].children
        }
        return found
    }
}
