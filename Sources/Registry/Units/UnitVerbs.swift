package import Desk
import Storage
package import Values

/// A unit that is to be made.
package struct UnitDraft: Sendable {
    package var id: ID<Unit>?
    package var kind: UnitKind
    /// Last part of the path: `a`–`z`, digits and hyphens.
    package var slug: String
    package var name: String
    package var nameEn: String
    package var pinyin: String?
    package var place: Place?
    package var phone: String?
    package var parent: ID<Unit>?
    /// A station's township.
    package var partner: ID<Unit>?

    package init(
        kind: UnitKind, slug: String, name: String, nameEn: String, pinyin: String? = nil, place: Place? = nil,
        phone: String? = nil, parent: ID<Unit>? = nil, partner: ID<Unit>? = nil, id: ID<Unit>? = nil
    ) {
        self.id = id
        self.kind = kind
        self.slug = slug
        self.name = name
        self.nameEn = nameEn
        self.pinyin = pinyin
        self.place = place
        self.phone = phone
        self.parent = parent
        self.partner = partner
    }
}

extension Work {
    /// - Throws: `Problem`: `unit-wrong-parent`, `unit-bad-slug`, `unit-needs-township`, `unit-needs-station`,
    ///   `unit-path-taken`.
    package func addUnit(_ draft: UnitDraft) throws -> UnitInfo {
        guard isSlug(draft.slug) else { throw Problem.invalid("slug", "unit-bad-slug") }
        let parent = try draft.parent.map { id -> UnitInfo in
            guard let unit = try tx.unit(id), !unit.isClosed else { throw Problem.invalid("parent", "not-found") }
            return unit
        }
        // A county may be the top where the city and the province do not take part.
        let fits = parent.map { draft.kind.parents.contains($0.kind) } ?? [.province, .county].contains(draft.kind)
        guard fits else { throw Problem.invalid("parent", "unit-wrong-parent") }
        if draft.kind == .station {
            guard let partner = draft.partner, let township = try tx.unit(partner), township.kind == .township,
                township.parent == draft.parent, !township.isClosed
            else { throw Problem.invalid("partner", "unit-needs-township") }
            guard try tx.station(of: partner) == nil else { throw Problem.invalid("partner", "unit-has-station") }
        }
        if draft.kind == .village, let parent {
            guard try tx.station(of: parent.id) != nil else { throw Problem.invalid("parent", "unit-needs-station") }
        }
        let id = draft.id ?? newID()
        let path = parent.map { "\($0.path)/\(draft.slug)" } ?? draft.slug
        let county = parent.map { $0.kind == .province || $0.kind == .city ? path : $0.county } ?? path
        let made = try tx.change(
            """
            INSERT INTO unit (id, county, kind, parent, path, name, name_en, pinyin, latitude, longitude, phone, partner,
                              made_at)
            VALUES (\(id), \(county), \(draft.kind), \(draft.parent), \(path), \(draft.name), \(draft.nameEn),
                    \(draft.pinyin ?? initials(ofSlug: draft.slug)), \(draft.place?.latitude), \(draft.place?.longitude),
                    \(draft.phone), \(draft.kind == .station ? draft.partner : nil), \(now))
            ON CONFLICT (path) DO NOTHING
            """)
        guard made == 1 else { throw Problem.invalid("slug", "unit-path-taken", ["path": path]) }
        try record(EventDraft("unit.added", of: "unit", id.text, ["path": path, "kind": draft.kind.rawValue], county: county))
        try touchDirectory()
        guard let unit = try tx.unit(id) else { throw Problem.notFound }
        return unit
    }

    /// Tells the directories of all processes to load anew.
    package func touchDirectory() throws {
        let version = ID<Unit>(at: now, from: desk.chance).text
        try tx.run(
            """
            INSERT INTO setting (name, value) VALUES ('directory', \(version))
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """)
    }

    /// The unit, when one of the actor's roles reaches it.
    /// - Throws: `Problem.notFound` for a stranger's unit, so that nobody learns that it exists.
    func unit(_ id: ID<Unit>, reachedBy roles: Set<Role>) throws -> UnitInfo {
        guard let unit = try tx.unit(id), governs(unit, roles) else { throw Problem.notFound }
        return unit
    }

    /// Whether one of the roles reaches the unit. A station lies beside its township, not below it,
    /// so its own people are named by the grant's unit.
    func governs(_ unit: UnitInfo, _ roles: Set<Role>) -> Bool {
        actor.isSystem
            || actor.grants.contains { grant in
                roles.contains(grant.role) && (grant.unit == unit.id || reaches(unit.path, from: grant.reach))
            }
    }

    /// A village in which something new may begin.
    func openVillage(_ id: ID<Village>, reachedBy roles: Set<Role>) throws -> VillageInfo {
        let village = try village(id, reachedBy: roles)
        guard try tx.unit(village.unit)?.isClosed == false else { throw Problem(.conflict, "unit-already-closed") }
        return village
    }

    func village(_ id: ID<Village>, reachedBy roles: Set<Role>) throws -> VillageInfo {
        guard let village = try tx.village(id), actor.isSystem || actor.has(roles, at: village.path) else {
            throw Problem.notFound
        }
        return village
    }
}

func isSlug(_ text: String) -> Bool {
    (1...40).contains(text.utf8.count)
        && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
}

/// `bu-gang` → `bg`
func initials(ofSlug slug: String) -> String {
    String(slug.split(separator: "-").compactMap(\.first))
}
