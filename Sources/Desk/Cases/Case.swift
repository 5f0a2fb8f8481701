import Storage
package import Values

/// A piece of work (工单): somebody's need from the report to the end.
package struct Case: Sendable, Equatable {
    package let id: ID<Case>
    package let number: Code
    package let county: String
    /// Time-ordered: milliseconds and 20 random bits.
    package let key: Int64
    package let kind: String
    package let kindVersion: Int
    package var village: ID<Village>?
    package var villageName: String
    package var station: ID<Unit>
    /// Path of the village, or of the township where the village is unknown.
    package var reach: String
    package let account: String?
    package let customer: ID<Person>?
    package let filer: ID<Person>?
    package let filerRole: Role?
    package let channel: Channel
    package let phoneHash: String?
    package let phoneTail: String?
    /// Values of the kind's own fields.
    package let extra: [String: String]
    /// 0 danger, 1 normal.
    package let priority: Int
    package var state: String
    package var stateBefore: String?
    package var assignee: ID<Person>?
    package let isConfidential: Bool
    /// The person complained of.
    package let about: ID<Person>?
    /// People who never see it: the one complained of and who stands in for them.
    package let hiddenFrom: [ID<Person>]
    package var mergedInto: ID<Case>?
    package let openedAt: Instant
    /// `Instant.distantFuture` when nothing runs.
    package var dueAt: Instant
    package var dueName: String?
    package var nextCheckAt: Instant
    package var changedAt: Instant
    package var changedBy: ID<Person>?
    package var resolvedAt: Instant?
    package var resolvedBy: ID<Person>?
    /// When the follow-up call is due.
    package var followUpAt: Instant?
    package var closedAt: Instant?
    package var reopened: Int
    package var satisfaction: Int?
    /// How it ended: confirmed, unconfirmed, merged, withdrawn.
    package var outcome: String?
    /// Whether it was resolved within its promised limits and not reopened; nil before.
    package var inLimit: Bool?
    package let place: Place?
    package var isOpen: Bool
    package var version: Int

    package var isDanger: Bool { priority == 0 }

    /// Where it stands in work lists: 0 danger, 1 normal, 2 the customer is waited for.
    package func rank(in kind: Kind, at now: Instant) -> Int {
        if let followUpAt, followUpAt <= now { return 1 }
        if kind.state(state)?.waitsForCustomer == true { return 2 }
        return isDanger ? 0 : 1
    }
}

/// How one person stands to one case.
package struct Standing: Sendable, Equatable {
    package let movers: Set<Mover>
    package init(_ movers: Set<Mover>) { self.movers = movers }

    /// - Parameter byReceipt: the secret or number and phone were given.
    package init(of actor: Actor, to seen: Case, byReceipt: Bool = false) {
        var movers: Set<Mover> = []
        if actor.isSystem { movers.insert(.system) }
        if byReceipt || (seen.phoneHash != nil && seen.phoneHash == actor.phoneHash) { movers.insert(.customer) }
        if let person = actor.person {
            if person == seen.customer { movers.insert(.customer) }
            if person == seen.filer, !seen.isConfidential || actor.has(.customer) { movers.insert(.filer) }
            if person == seen.assignee { movers.insert(.assignee) }
        }
        for grant in actor.grants {
            guard let mover = Mover(rawValue: grant.role.rawValue), reaches(seen.reach, from: grant.reach) else {
                continue
            }
            if seen.isConfidential, CaseSight.villageRoles.contains(grant.role) { continue }
            movers.insert(mover)
        }
        self.movers = movers
    }
}

/// What was filled in for a move.
package struct MoveFields: Sendable {
    package var note: String?
    package var assignee: Worker?
    /// Whoever makes the move, as somebody who works: asked for where a certificate is needed.
    package var hands: Worker?
    package var satisfaction: Int?
    package var into: Case?
    package var unit: TargetUnit?
    package var photos: [Upload] = []
    /// The customer reads the note; nil: as the move says.
    package var isShown: Bool?
    /// The version that the person saw.
    package var seen: Int?
    package var failedCalls: [Instant] = []
    /// The receipt was shown.
    package var byReceipt = false
    /// The action of the kind's own service makes the move.
    package var isByOwnDoor = false

    package init(note: String? = nil, seen: Int? = nil) {
        self.note = note
        self.seen = seen
    }
}

/// A person who may be sent.
package struct Worker: Sendable, Equatable {
    package let id: ID<Person>
    package let name: String
    package let county: String
    package let roles: Set<Role>
    /// Holds a certificate valid on the day of the dispatch.
    package let isCertified: Bool
    package init(id: ID<Person>, name: String, county: String, roles: Set<Role>, isCertified: Bool) {
        self.id = id
        self.name = name
        self.county = county
        self.roles = roles
        self.isCertified = isCertified
    }
    /// Roles whose holders do work.
    package static let workingRoles: Set<Role> = [.representative, .dispatcher, .stationHead]
}

/// Where a case is referred to.
package struct TargetUnit: Sendable, Equatable {
    package let station: ID<Unit>
    package let stationName: Texts
    package let reach: String
    package let county: String
    /// Set when it was referred to a village of that station.
    package var village: ID<Village>?
    package var villageName = ""
    /// Who is told there.
    package var dispatchers: [ID<Person>] = []
    package init(station: ID<Unit>, stationName: Texts, reach: String, county: String) {
        self.station = station
        self.stationName = stationName
        self.reach = reach
        self.county = county
    }
}
