package import Desk
package import Values

/// Who sees feeders and their devices: the one place where it is decided.
package enum NetworkSight {
    /// Roles that see the network of their station or county.
    package static let readers: Set<Role> = [.representative, .dispatcher, .stationHead, .company, .auditor]
    package static let operators: Set<Role> = [.dispatcher, .stationHead]

    /// Company and auditor see the county's feeders; the station's people those of the station, also
    /// when their role is held in a village of its township.
    package static func sees(
        _ actor: Actor, county: String, station: ID<Unit>?, township: String?, _ roles: Set<Role> = readers
    ) -> Bool {
        if actor.isSystem || actor.has(roles.intersection([.company, .auditor]), at: county) { return true }
        return actor.grants.contains { grant in
            guard roles.contains(grant.role), grant.role != .company, grant.role != .auditor else { return false }
            if let station, grant.unit == station { return true }
            return township.map { reaches(grant.reach, from: $0) } ?? false
        }
    }
}
