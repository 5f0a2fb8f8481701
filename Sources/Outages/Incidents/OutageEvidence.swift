import Desk
import Grid
import PowerRules
import Values

/// A fault with the reports that speak for it.
struct EvidencedFault: Sendable {
    var located: FaultSite
    var reports: [OutageReport]
}

/// Hands reports and signals to the rule (docs/rules/locate.md) and turns its answer into devices.
enum OutageEvidence {
    /// - Parameter planned: what is dark on purpose.
    static func locate(
        _ model: FeederModel, dark: [OutageReport], lit: [OutageReport], planned: [Range<Int>]
    ) -> [EvidencedFault] {
        let tree = model.tree
        let known = 0..<tree.customerCount
        // What is handed in is open: however long ago it came, it has not been explained otherwise.
        var policy = LocatingPolicy()
        policy.longestSilenceMinutes = nil
        var reports = FeederReports(tree, policy: policy)
        reports.setDeenergised(planned.map { $0.clamped(to: known) })
        // Whoever says that the neighbours have light is a fault of its own.
        var faults: [EvidencedFault] = []
        var byPosition: [Int: [OutageReport]] = [:]
        var byArea: [(range: Range<Int>, report: OutageReport)] = []
        for report in dark {
            if let position = report.position, known.contains(position) {
                if report.isAlone {
                    faults.append(house(model, position, report))
                } else {
                    reports.addDark(position, at: report.receivedAt, from: report.source == .person || report.source == .staff ? .person : .meter)
                    byPosition[position, default: []].append(report)
                }
            } else if let range = model.areas.first(where: { $0.id == report.area })?.positions.clamped(to: known), !range.isEmpty {
                reports.addDark(among: range, at: report.receivedAt)
                byArea.append((range, report))
            }
        }
        for sign in lit { if let position = sign.position, known.contains(position) { reports.addLit(position, at: sign.receivedAt) } }
        for fault in reports.located() {
            var mine = fault.reported.flatMap { byPosition.removeValue(forKey: $0) ?? [] }
            for _ in 0..<fault.areaReports {
                guard let at = byArea.firstIndex(where: { $0.range.overlaps(fault.affected) || fault.affected.isEmpty }) else { break }
                mine.append(byArea.remove(at: at).report)
            }
            guard !mine.isEmpty else { continue }
            faults.append(EvidencedFault(located: site(model, fault), reports: mine))
        }
        return faults
    }

    private static func site(_ model: FeederModel, _ fault: LocatedFault) -> FaultSite {
        let area = model.area(at: fault.affected.lowerBound)
        // One house of an area, not known which: no device, nobody else is dark.
        if fault.isSingleHouse, fault.reported.isEmpty {
            return FaultSite(feeder: model.feeder.id, area: area?.id, isSingle: true)
        }
        // The house alone, where the edge feeds others as well.
        let positions = fault.isSingleHouse ? fault.reported[0]..<fault.reported[0] + 1 : fault.affected
        return FaultSite(
            feeder: model.feeder.id, device: model.device(fault.edge),
            area: area.flatMap { $0.positions.lowerBound <= positions.lowerBound && $0.positions.upperBound >= positions.upperBound ? $0.id : nil },
            positions: positions, probability: Int((fault.probability * 100).rounded()),
            also: fault.sameCustomers.map { model.device($0) }, isSingle: fault.isSingleHouse)
    }

    private static func house(_ model: FeederModel, _ position: Int, _ report: OutageReport) -> EvidencedFault {
        let edge = model.tree.node(of: position)
        return EvidencedFault(
            located: FaultSite(
                feeder: model.feeder.id, device: model.tree.isSource(edge) ? nil : model.device(edge),
                area: model.area(at: position)?.id, positions: position..<position + 1, probability: 80, isSingle: true),
            reports: [report])
    }
}
