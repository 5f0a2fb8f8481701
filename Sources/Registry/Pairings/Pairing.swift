package import Desk
package import Storage
package import Values

package enum Pairing {}

/// Who served a village from when until when: `until` is the first day of the next pairing.
package struct PairingInfo: Answer, Hashable {
    package let id: ID<Pairing>
    package let village: ID<Village>
    package let representative: ID<Person>
    package let representativeName: String
    package let liaison: ID<Person>
    package let liaisonName: String
    package let standIn: ID<Person>?
    package let standInName: String?
    package let since: Day
    package let until: Day?

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("village", .string(format: "uuid")),
                ("representative", .string(format: "uuid")), ("representativeName", .text),
                ("liaison", .string(format: "uuid")), ("liaisonName", .text), ("standIn", .string(format: "uuid")),
                ("standInName", .text), ("since", .date), ("until", .date),
            ], optional: ["standIn", "standInName", "until"])
    }
}

/// The people who serve a village on a day.
package struct VillageServers: Answer, Hashable {
    package let representative: PersonCard?
    package let liaison: PersonCard?
    /// Set while the representative is on leave.
    package let standIn: PersonCard?

    package var onCall: PersonCard? { standIn ?? representative }

    package static var schema: Schema {
        .object(
            [("representative", PersonCard.schema), ("liaison", PersonCard.schema), ("standIn", PersonCard.schema)],
            optional: ["representative", "liaison", "standIn"])
    }
}

extension Transaction {
    private func pairing(of village: ID<Village>, on day: Day) throws -> (ID<Person>, ID<Person>, ID<Person>?)? {
        try first(Self.pairing(of: village, on: day)) { ($0[0], $0[1], $0[2]) }
    }

    static func pairing(of village: ID<Village>, on day: Day) -> SQL {
        """
        SELECT representative, liaison, stand_in FROM pairing
        WHERE village = \(village) AND since <= \(day) AND (until IS NULL OR until > \(day))
        ORDER BY since DESC, id DESC LIMIT 1
        """
    }

    package func servers(of village: ID<Village>, on day: Day, keys: KeyRing) throws -> VillageServers {
        guard let (representative, liaison, deputy) = try pairing(of: village, on: day) else {
            return VillageServers(representative: nil, liaison: nil, standIn: nil)
        }
        let away = try standIn(for: representative, deputy: deputy, on: day)
        return VillageServers(
            representative: try personCard(representative, on: day, keys: keys, village: village),
            liaison: try personCard(liaison, on: day, keys: keys, village: village),
            standIn: try away.flatMap { try personCard($0, on: day, keys: keys, village: village) })
    }

    /// The representative, or whoever stands in on that day; nil is a gap.
    package func responsible(for village: ID<Village>, on day: Day) throws -> ID<Person>? {
        guard let (representative, _, deputy) = try pairing(of: village, on: day) else { return nil }
        return try standIn(for: representative, deputy: deputy, on: day) ?? representative
    }

    /// By the pairing; leave is not regarded.
    package func representative(of village: ID<Village>, on day: Day) throws -> ID<Person>? {
        try pairing(of: village, on: day)?.0
    }

    package func liaison(of village: ID<Village>, on day: Day) throws -> ID<Person>? {
        try pairing(of: village, on: day)?.1
    }

    /// The leave's stand-in; when that person is away too, the pairing's deputy.
    private func standIn(for person: ID<Person>, deputy: ID<Person>?, on day: Day) throws -> ID<Person>? {
        guard let named = try standIn(for: person, on: day) else { return nil }
        guard let deputy, deputy != named, try standIn(for: named, on: day) != nil,
            try standIn(for: deputy, on: day) == nil
        else { return named }
        return deputy
    }

    package func pairings(of village: ID<Village>) throws -> [PairingInfo] {
        try rows("\(sql: Self.pairingSelect) WHERE a.village = \(village) ORDER BY a.since DESC, a.id DESC", Self.pairingInfo)
    }

    /// Villages that the person serves now or from a later day on.
    package func currentPairings(of representative: ID<Person>) throws -> [PairingInfo] {
        try rows(
            """
            \(sql: Self.pairingSelect) WHERE a.representative = \(representative) AND a.until IS NULL
            ORDER BY a.village
            """, Self.pairingInfo)
    }

    func pairing(_ id: ID<Pairing>) throws -> PairingInfo? {
        try first("\(sql: Self.pairingSelect) WHERE a.id = \(id)", Self.pairingInfo)
    }

    /// Whether villages still rest on this person, as representative or liaison.
    func hasPairings(_ person: ID<Person>) throws -> Bool {
        try value(
            """
            SELECT 1 FROM pairing WHERE until IS NULL AND (representative = \(person) OR liaison = \(person)) LIMIT 1
            """) as Int? != nil
    }

    private static let pairingSelect: SQL = """
        SELECT a.id, a.village, a.representative, r.name, a.liaison, l.name, a.stand_in, s.name, a.since, a.until
        FROM pairing a JOIN person r ON r.id = a.representative JOIN person l ON l.id = a.liaison
        LEFT JOIN person s ON s.id = a.stand_in
        """

    private static func pairingInfo(_ row: Row) -> PairingInfo {
        PairingInfo(
            id: row[0], village: row[1], representative: row[2], representativeName: row[3], liaison: row[4],
            liaisonName: row[5], standIn: row[6], standInName: row[7], since: row[8], until: row[9])
    }
}

extension Work {
    /// Begins a pairing; the one before ends on the same day, and the rights of both pairs follow.
    /// - Throws: `pairing-before-last`, `not-a-representative`, `not-the-liaison`, `pairing-same-person`.
    @discardableResult
    package func pair(
        village: ID<Village>, representative: ID<Person>, liaison: ID<Person>, standIn: ID<Person>? = nil, since: Day,
        handover: String? = nil
    ) throws -> ID<Pairing> {
        guard let info = try tx.village(village) else { throw Problem.notFound }
        guard representative != liaison, standIn != representative else {
            throw Problem.invalid("liaison", "pairing-same-person")
        }
        try mustRepresent(representative, in: info.county, field: "representative", code: "not-a-representative")
        if let standIn {
            try mustRepresent(standIn, in: info.county, field: "standIn", code: "stand-in-not-representative")
        }
        try mustLiaise(liaison, in: info)
        try endPairing(of: village, on: since)
        let id: ID<Pairing> = newID()
        try tx.run(
            """
            INSERT INTO pairing (id, county, village, representative, liaison, stand_in, since, made_at, made_by, handover)
            VALUES (\(id), \(info.county), \(village), \(representative), \(liaison), \(standIn), \(since), \(now),
                    \(actor.person), \(handover))
            """)
        for (role, person) in [(Role.representative, representative), (.liaison, liaison)] {
            try grantVillage(
                role, to: person, village: village, path: info.path, county: info.county, since: since.start,
                cause: id.text)
        }
        for leave in try tx.leaves(of: representative, from: since) {
            try grantVillage(
                .representative, to: leave.standIn, village: village, path: info.path, county: info.county,
                since: max(since, leave.from).start, until: leave.to.adding(days: 1).start, cause: leave.id.text)
        }
        try record(
            EventDraft(
                "village.paired", of: "unit", village.text,
                ["pairing": id.text, "representative": representative.text, "liaison": liaison.text, "since": since.iso],
                county: info.county))
        announce(info.path)
        return id
    }

    /// Ends what is current, with all rights in the village that came from it.
    func endPairing(of village: ID<Village>, on day: Day) throws {
        guard
            let old = try tx.first(
                "SELECT id, since, liaison, representative FROM pairing WHERE village = \(village) AND until IS NULL",
                {
                    (
                        id: $0[0] as ID<Pairing>, since: $0[1] as Day, liaison: $0[2] as ID<Person>,
                        representative: $0[3] as ID<Person>
                    )
                })
        else { return }
        guard day >= old.since else {
            throw Problem.invalid("since", "pairing-before-last", ["day": old.since.iso])
        }
        try tx.run("UPDATE pairing SET until = \(day) WHERE id = \(old.id)")
        let end = day.start
        // A grant that would only begin after the end never was; the others end with the pairing.
        let ofPair: SQL = """
            unit = \(village) AND (cause = \(old.id.text) OR (role = 'liaison' AND person = \(old.liaison))
            OR cause IN (SELECT id FROM leave_ WHERE person = \(old.representative)))
            """
        try tx.run("DELETE FROM grant_ WHERE \(sql: ofPair) AND since >= \(end)")
        try tx.run("UPDATE grant_ SET until = \(end) WHERE \(sql: ofPair) AND (until IS NULL OR until > \(end))")
    }

    /// The liaison holds that role in the village, or holds none yet elsewhere and gets it here.
    private func mustLiaise(_ person: ID<Person>, in village: VillageInfo) throws {
        guard let info = try tx.person(person, now: now), info.isActive, info.county == village.county else {
            throw Problem.invalid("liaison", "not-the-liaison")
        }
        let isLiaison = info.roles.contains { $0.role == .liaison && $0.unitPath == village.path }
        let offices: Set<Role> = [.representative, .dispatcher, .stationHead, .township, .company, .auditor]
        let isOther = info.isCustomer || info.roles.contains { offices.contains($0.role) }
        // Whoever does electrical work, or sits in an office above, is not the village's own voice; a
        // customer's sign-in is not one of the staff.
        guard isLiaison || !isOther else { throw Problem.invalid("liaison", "not-the-liaison") }
    }
}
