package import Storage
package import Values

/// What a person is in a unit (design: roles). Raw values are stored and stand in the API.
package enum Role: String, Sendable, Hashable, CaseIterable, Codable, SQLBindable, SQLReadable, InputChoice {
    /// 用电客户: own accounts and own cases
    case customer
    /// 服务点服务员: acts for a customer who stands at the counter
    case attendant
    /// 电力联络员: one village; never executes electrical work
    case liaison
    /// 电力网格员: the villages paired to them
    case representative
    /// 供电所综合班: a station
    case dispatcher
    /// 供电所所长: a station
    case stationHead = "station-head"
    /// 乡镇政府: a township; masked
    case township
    /// 县供电公司: a county
    case company
    /// 稽查: reads everything, changes nothing
    case auditor

    package static var wordPrefix: String { "role" }
    package static let staff: Set<Role> = [
        .attendant, .liaison, .representative, .dispatcher, .stationHead, .township, .company, .auditor,
    ]
}

package enum Person {}
package enum Unit {}
package enum Village {}

/// A role in a unit, with the subtree that it reaches.
package struct Grant: Sendable, Hashable, Codable {
    package let role: Role
    package let unit: ID<Unit>
    /// Path of the subtree: a village's own path; for a station the path of the township that it
    /// is paired with; for the company the county's.
    package let reach: String
    package init(role: Role, unit: ID<Unit>, reach: String) {
        self.role = role
        self.unit = unit
        self.reach = reach
    }
}

/// Through which door something came.
package enum Channel: String, Sendable, Hashable, CaseIterable, Codable, SQLBindable, SQLReadable, InputChoice {
    case web, counter, phone, liaison, visit, wechat, sms, file, api
    package static var wordPrefix: String { "channel" }
}

/// Who acts: a signed-in person with their grants, or nobody in particular.
package struct Actor: Sendable, Equatable {
    package let person: ID<Person>?
    package let name: String
    package let county: String
    package let grants: [Grant]
    /// Keyed hash of the phone number of a customer, by which own cases are found.
    package let phoneHash: String?
    /// Address of the caller, for limits on tries; never stored as it is.
    package let address: String
    /// Hash of the session's token, where the actor came through one.
    package let session: String?

    package init(
        person: ID<Person>?, name: String, county: String, grants: [Grant], phoneHash: String? = nil,
        address: String = "", session: String? = nil
    ) {
        self.person = person
        self.name = name
        self.county = county
        self.grants = grants
        self.phoneHash = phoneHash
        self.address = address
        self.session = session
    }

    package static func stranger(address: String) -> Actor {
        Actor(person: nil, name: "", county: "", grants: [], address: address)
    }
    /// The program itself: sweeps, deliveries, replays.
    package static func system(county: String) -> Actor {
        Actor(person: nil, name: "system", county: county, grants: [], address: "system")
    }
    package var isSystem: Bool { person == nil && address == "system" }

    /// Reads everything and changes nothing.
    package var isOnlyAuditor: Bool { !grants.isEmpty && grants.allSatisfy { $0.role == .auditor } }

    package var isStaff: Bool { isSystem || grants.contains { Role.staff.contains($0.role) } }

    package func has(_ roles: Role...) -> Bool {
        grants.contains { roles.contains($0.role) }
    }
    /// Whether one of the roles reaches the unit at `path`.
    package func has(_ roles: Set<Role>, at path: String) -> Bool {
        grants.contains { roles.contains($0.role) && reaches(path, from: $0.reach) }
    }
    /// The role under which this person stands in the record: the widest one.
    package var mainRole: Role? {
        let order: [Role] = [
            .company, .stationHead, .dispatcher, .representative, .township, .liaison, .attendant,
            .auditor, .customer,
        ]
        return order.first { role in grants.contains { $0.role == role } }
    }
}

/// `henan/xuchang/yanling/mafang` reaches itself and `henan/xuchang/yanling/mafang/bugang`.
package func reaches(_ path: String, from reach: String) -> Bool {
    path == reach || (path.hasPrefix(reach) && path.utf8.dropFirst(reach.utf8.count).first == 47)
}
