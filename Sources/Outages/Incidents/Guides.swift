package import Desk
package import Foundation
import Registry
package import Storage
package import Values

/// The guides that are live: versions in rows, read again when they change.
package enum Guides {
    /// A text is parsed once.
    private static let parsed = Locked<[String: Guide]>([:])

    fileprivate static func guide(_ yaml: String, _ version: Int) throws -> Guide {
        if let known = parsed.with({ $0[yaml] }), known.version == version { return known }
        let guide = try Guide.parse(yaml: yaml, version: version)
        parsed.with { kept in
            if kept.count > 20 { kept = [:] }
            kept[yaml] = guide
        }
        return guide
    }

    /// Reads the guides that the program ships with.
    package static func load(folder: URL) throws -> [Guide] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "yaml" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { try Guide.parse(yaml: String(contentsOf: $0, encoding: .utf8), version: 1, isNew: true) }
    }
}

extension Transaction {
    package func guide(_ name: String) throws -> Guide? {
        try first("SELECT yaml, version FROM guide WHERE name = \(name) ORDER BY version DESC LIMIT 1") {
            try Guides.guide($0[0], $0[1])
        }
    }

    package func guides() throws -> [Guide] {
        try rows("SELECT DISTINCT name FROM guide ORDER BY name") { $0[0] as String }.compactMap { try guide($0) }
    }

    /// The way of somebody who has answered up to an ending.
    /// - Throws: `unknown-answer`.
    func guideWay(_ answers: String) throws -> GuideWay? {
        guard let guide = try guide(Guide.noLight) else { return nil }
        let (place, given, isAlone) = try guide.walk(answers)
        guard case .ending(let ending) = place else { return nil }
        return GuideWay(
            guide: guide.name, version: guide.version, ending: ending.name,
            answers: Dictionary(given, uniquingKeysWith: { $1 }), isAlone: isAlone, isInside: ending.isInside)
    }

    fileprivate func insertGuide(_ guide: Guide, isShipped: Bool, at now: Instant) throws {
        try run(
            """
            INSERT INTO guide (name, version, yaml, shipped, made_at)
            VALUES (\(guide.name), \(guide.version), \(guide.yaml), \(isShipped), \(now))
            """)
    }

    /// How often each ending was reached since a moment, and what the villagers said of it.
    package func guideOutcomes(_ guide: String, county: String, since: Instant) throws -> [GuideOutcomes] {
        try rows(
            """
            SELECT ending, COUNT(*), COUNT(report), COUNT(CASE WHEN helped = 1 THEN 1 END),
                   COUNT(CASE WHEN helped = 0 THEN 1 END)
            FROM guide_outcome WHERE county = \(county) AND guide = \(guide) AND at >= \(since)
            GROUP BY ending ORDER BY ending
            """
        ) { GuideOutcomes(ending: $0[0], ended: $0[1], reported: $0[2], helped: $0[3], notHelped: $0[4]) }
    }
}

package struct GuideOutcomes: Sendable, Equatable {
    package let ending: String
    package let ended: Int
    /// Somebody was asked to come.
    package let reported: Int
    package let helped: Int
    package let notHelped: Int
    /// Ended without a visit.
    package var withoutVisit: Int { ended - reported }
}

extension Work {
    func count(_ way: GuideWay, in place: ReportPlace, report: ID<OutageReport>?, helped: Bool? = nil) throws {
        try tx.run(
            """
            INSERT INTO guide_outcome (id, county, guide, version, ending, village, at, helped, report)
            VALUES (\(newID(Guides.Outcome.self)), \(place.county), \(way.guide), \(way.version), \(way.ending),
                    \(place.village), \(now), \(helped), \(report))
            """)
    }
}

extension Guides {
    package enum Outcome {}
}

extension Desk {
    /// Stores the guides that the program ships with where they are missing or have changed; one
    /// that people published is never overruled.
    package func seedGuides(_ shipped: [Guide]) async throws {
        let now = clock.now
        try await database.write { tx in
            for guide in shipped {
                let newest = try tx.first(
                    "SELECT version, yaml, shipped FROM guide WHERE name = \(guide.name) ORDER BY version DESC LIMIT 1"
                ) { (version: $0[0] as Int, yaml: $0[1] as String, isShipped: $0[2] as Bool) }
                if let newest, !newest.isShipped || newest.yaml == guide.yaml { continue }
                let next = try Guide.parse(yaml: guide.yaml, version: (newest?.version ?? 0) + 1)
                try tx.insertGuide(next, isShipped: true, at: now)
            }
        }
    }
}

// MARK: - Actions

/// The company lets a new version of a guide go live.
package struct PublishGuide: Action {
    package static let name = "publish-guide"
    package static let door = Door.post("/guides", status: 201)
    package static let who: Who = .roles(.company)
    package static let mayChangeRights = false
    @Input(.length(1...20_000), .lines) package var yaml: String
    package init() {}
    package init(yaml: String) { self.yaml = yaml }

    package func perform(_ work: Work) throws -> PublishedGuide {
        let guide = try work.publish(yaml)
        return PublishedGuide(name: guide.name, version: guide.version)
    }
}

extension Desk {
    /// For the command line.
    package func publish(guideYAML text: String) async throws -> Guide {
        let now = clock.now
        return try await database.write { tx in
            try Work(tx, by: .system(county: ""), at: now, desk: self).publish(text)
        }
    }
}

extension Work {
    fileprivate func publish(_ yaml: String) throws -> Guide {
        let guide: Guide
        do {
            let name = try Guide.parse(yaml: yaml, version: 1, isNew: true).name
            let last: Int? = try tx.value("SELECT MAX(version) FROM guide WHERE name = \(name)")
            guide = try Guide.parse(yaml: yaml, version: (last ?? 0) + 1)
        } catch let refused as KindRefused {
            throw Problem.invalid(
                refused.problems.map {
                    .init("yaml", "kind-\($0.code.rawValue)", ["place": $0.place, "found": $0.found])
                })
        }
        try tx.insertGuide(guide, isShipped: false, at: now)
        try record(
            EventDraft(
                "guide.published", of: "guide", guide.name, ["version": "\(guide.version)"], rowHash: rowHash([yaml])))
        return guide
    }
}

package struct PublishedGuide: Answer, Equatable {
    package let name: String
    package let version: Int
    package static var schema: Schema { .object([("name", .text), ("version", .integer(min: 1))]) }
}

/// Somebody for whom the guide was enough, or not, says so.
package struct TellGuideOutcome: Action {
    package static let name = "guide-outcome"
    package static let door = Door.post("/guides/outcomes", status: 201)
    package static let who: Who = .anybody
    package static let allowance: Allowance? = Allowance(tries: 60, withinSeconds: 600, sparesStaff: true)
    package static let mayChangeRights = false
    package static let isRowGuarded = true
    @Input package var village: ID<Village>
    @Input(.length(1...200), .hidden) package var answers: String
    @Input package var helped: Bool
    package init() {}

    package func perform(_ work: Work) throws -> Done {
        guard let village = try work.tx.village(village) else { throw Problem.invalid("village", "unknown-village") }
        guard work.actor.county.isEmpty || work.actor.isSystem || !work.actor.isStaff || village.county == work.actor.county
        else { throw Problem.invalid("village", "unknown-village") }
        guard let way = try work.tx.guideWay(answers) else { throw Problem.invalid("answers", "unknown-answer") }
        let place = ReportPlace(
            county: village.county, station: village.station, reach: village.path, village: village.id,
            villageName: village.name)
        try work.count(way, in: place, report: nil, helped: helped)
        try work.record(
            EventDraft(
                "guide.ended", of: "guide", way.guide, ["ending": way.ending, "helped": helped ? "yes" : "no"],
                county: village.county))
        return Done()
    }
}
