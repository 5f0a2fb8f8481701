package import Desk
import Registry
import Storage
package import Values

/// Whether the longer limits of arrival for remote areas hold in a village.
package enum VillageRemoteness: String, Sendable, CaseIterable, InputChoice {
    case village, remote
    package static var wordPrefix: String { "village-class" }
}

/// The company says which villages are remote.
package struct ClassVillage: Action {
    package static let name = "class-village"
    package static let door = Door.post("/villages/:village/class")
    package static let who: Who = .roles(.company)
    package static let mayChangeRights = false
    @Input package var village: ID<Village>
    @Input package var `class`: VillageRemoteness
    package init() {}

    package func perform(_ work: Work) throws -> Done {
        guard let info = try work.tx.village(village), work.actor.has([.company], at: info.path) else {
            throw Problem.notFound
        }
        try work.tx.run(
            """
            INSERT INTO village_class (village, county, class, at, person)
            VALUES (\(village), \(info.county), \(self.class.rawValue), \(work.now), \(work.actor.person))
            ON CONFLICT (village) DO UPDATE SET class = excluded.class, at = excluded.at, person = excluded.person
            """)
        try work.record(
            EventDraft("village.classed", of: "unit", village.text, ["class": self.class.rawValue], county: info.county))
        return Done()
    }
}

extension Transaction {
    /// `village` or `remote`; nil where nobody has said.
    package func villageClass(_ village: ID<Village>) throws -> String? {
        try value("SELECT class FROM village_class WHERE village = \(village)")
    }
}
