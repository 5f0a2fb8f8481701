import Desk
import PowerRules
import Registry
import Storage
import Values

/// What the map draws of one county at every zoom, in memory: villages, points, areas and the
/// medium-voltage lines. Low-voltage lines and customers are read when somebody looks closely.
struct MapSnapshot: Sendable {
    struct Area: Sendable {
        let info: AreaInfo
        let feeder: Int
    }
    struct Line: Sendable {
        let device: ID<Device>
        let code: String
        let kind: EdgeKind
        let isClosed: Bool
        let customers: Int
        let places: [Place]
        let feeder: Int
    }
    struct FeederSeen: Sendable {
        let info: FeederInfo
        /// Path of the township that its station serves.
        let township: String?
    }

    let feeders: [FeederSeen]
    let areas: [Area]
    let lines: [Line]
    let points: [ServicePointInfo]
    /// Connected customers by village.
    let customers: [ID<Village>: Int]
    let areasByID: [ID<TransformerArea>: Int]

    init(
        feeders: [FeederSeen], areas: [Area], lines: [Line], points: [ServicePointInfo], customers: [ID<Village>: Int]
    ) {
        self.feeders = feeders
        self.areas = areas
        self.lines = lines
        self.points = points
        self.customers = customers
        areasByID = Dictionary(areas.enumerated().map { ($1.info.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Indices of the feeders that somebody sees.
    func feeders(seenBy actor: Actor) -> Set<Int> {
        Set(
            feeders.indices.filter { index in
                let feeder = feeders[index]
                return NetworkSight.sees(
                    actor, county: feeder.info.county, station: feeder.info.station, township: feeder.township)
            })
    }
}

/// The snapshots of the counties, loaded again when the network, the units or the points change.
package final class MapMemory: Sendable {
    private let kept = Locked<[String: (stamp: String, snapshot: MapSnapshot)]>([:])

    package init() {}

    func snapshot(_ county: String, in database: Database) async throws -> MapSnapshot {
        let known = kept.with { $0[county] }
        let loaded = try await database.read { tx -> (stamp: String, snapshot: MapSnapshot)? in
            let stamp = try tx.mapStamp(county)
            if stamp == known?.stamp { return nil }
            return (stamp, try tx.mapSnapshot(county))
        }
        if let loaded { kept.with { $0[county] = loaded } }
        guard let snapshot = loaded?.snapshot ?? known?.snapshot else { throw Problem.notFound }
        return snapshot
    }
}
