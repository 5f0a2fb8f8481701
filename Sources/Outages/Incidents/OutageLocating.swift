package import Desk
package import Grid
import PowerRules
import Storage
package import Values

/// Puts reports together to incidents, one feeder (or village without a network) at a time. The
/// lease of the bundle keeps several servers from doing one twice.
package enum OutageLocating {
    /// Runs one bundle, which says how many reports it took: whoever measures stands around it.
    package typealias Timing = @Sendable (_ run: () throws -> Int) throws -> Int

    /// - Returns: whether more waits.
    package static func tick(
        _ desk: Desk, _ grid: GridModel, at now: Instant, holder: String, bundles: Int = 50,
        timing: @escaping Timing = { try $0() }
    ) async throws -> Bool {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        let waiting = try await desk.database.read { try $0.waitingBundles(limit: bundles) }
        var more = waiting.count == bundles
        for bundle in waiting {
            // A feeder that is not in memory yet is loaded before the writer is held.
            if !bundle.hasPrefix("v:") { _ = try await grid.feeder(ID<Feeder>(bundle), in: desk.database) }
            let (taken, topics) = try await desk.database.drain { tx -> (Int, [String]) in
                guard try tx.takeLease("locate/\(bundle)", holder: holder, now: now, seconds: 10) else { return (0, []) }
                var topics: [String] = []
                return (try timing { try fold(tx, desk, grid, bundle, at: now, &topics) }, topics)
            }
            for topic in Set(topics) { desk.live.announce(topic) }
            if taken >= IncidentRules.foldMax { more = true }
        }
        return more
    }

    private static func fold(
        _ tx: Transaction, _ desk: Desk, _ grid: GridModel, _ bundle: String, at now: Instant, _ topics: inout [String]
    ) throws -> Int {
        let waiting = try tx.reports(
            where: "r.bundle = \(bundle) AND r.state = 'waiting' ORDER BY r.id LIMIT \(IncidentRules.foldMax)")
        guard let first = waiting.first else { return 0 }
        let work = Work(tx, by: .system(county: first.county), at: now, desk: desk)
        let model = try first.feeder.flatMap { try grid.feeder($0, in: tx) }
        var folding = try OutageFolding(work: work, model: model, bundle: bundle, open: tx.openIncidents(bundle: bundle))
        try folding.take(waiting)
        topics = work.announced
        return waiting.count
    }
}
