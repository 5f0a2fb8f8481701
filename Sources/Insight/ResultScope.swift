package import Desk
package import Registry
package import Storage
package import Values

/// Whose cases are counted for one person: the villages that their roles reach, and whether
/// complaints about people are among them. Counts and lists share it, so that they agree.
package struct ResultScope: Sendable {
    package let county: String
    package let villages: [VillageInfo]
    /// The whole county, with cases whose village is unknown.
    package let isWholeCounty: Bool
    /// Complaints about a person are never counted for those who work in the village (H7).
    package let countsHidden: Bool
    package let names: [String: Texts]

    init(_ work: Work, village: ID<Village>?) throws {
        let actor = work.actor
        let grants = actor.grants.filter { $0.role != .customer && !$0.reach.isEmpty }
        county = actor.county
        countsHidden = !grants.isEmpty && grants.allSatisfy { !CaseSight.villageRoles.contains($0.role) }
        let all = try work.tx.villages(county: actor.county)
        let reached = all.filter { one in grants.contains { reaches(one.path, from: $0.reach) } }
        if let village {
            guard let one = reached.first(where: { $0.id == village }) else { throw Problem.notFound }
            villages = [one]
            isWholeCounty = false
        } else {
            villages = reached
            isWholeCounty = grants.contains { reaches(actor.county, from: $0.reach) }
        }
        names = Dictionary(
            villages.map { ($0.id.text, Texts(zh: $0.name, en: $0.nameEn)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The rows of these villages. An unknown village is '' in the counts and NULL in the cases; it
    /// belongs to nobody but the county.
    var condition: SQL {
        let within: SQL = "county = \(county)"
        return isWholeCounty ? within : within + " AND village IN \(list: villages.map(\.id.text))"
    }
}
