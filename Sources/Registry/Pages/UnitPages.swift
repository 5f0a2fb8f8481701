import Desk
import Storage
import Values
import Web

/// The tree of units, and what is missing in it.
struct UnitPages: Sendable {
    let directory: Directory

    func register(on site: Site) {
        site.page("/units", who: .roles(Role.staff), treePage)
        site.page("/gaps", who: .roles(.dispatcher, .stationHead, .township, .company, .auditor), gapsPage)
        site.action(
            AddUnit.self, at: "/units/new", form: newPage,
            then: { unit, _ in .go("/units?done=unit-added#u-\(unit.id.text)") })
        site.action(
            ChangeUnit.self, at: "/units/:unit/edit", form: editPage,
            then: { unit, _ in .go("/units?done=unit-changed#u-\(unit.id.text)") })
        site.action(
            CloseUnit.self, at: "/units/:unit/close",
            form: { visit, state in
                let unit = try await unit(visit)
                return Page(
                    visit.words["action.close-unit.title"], back: "/units",
                    body: """
                        <p class="lead">\(Parts.name(unit, visit.words))</p><p>\(visit.words["registry.units.close-hint"])</p>
                        \(Forms.form(CloseUnit.self, visit, state))
                        """)
            },
            then: { _, _ in .go("/units?done=unit-closed") })
    }

    private func unit(_ visit: Visit) async throws -> UnitInfo {
        let known = try await directory.current(at: visit.now)
        guard let unit = known.unit(ID(visit["unit"])), visit.actor.governs(unit, [.company]) else { throw Problem.notFound }
        return unit
    }

    /// Everything that the actor's roles reach, drawn as nested lists.
    @Sendable private func treePage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let known = try await directory.current(at: visit.now)
        let mine = known.units.filter { !$0.isClosed && visit.actor.governs($0, Role.staff) }
        let isCompany = visit.actor.has(.company)
        let rows: [HTML] = mine.map { unit in
            let page = unit.kind == .village ? "/villages/\(unit.id.text)/record" : nil
            let title: HTML = page.map { "<a href=\"\($0)\">\(Parts.name(unit, words))</a>" } ?? "<b>\(Parts.name(unit, words))</b>"
            let change: HTML =
                isCompany && visit.actor.governs(unit, [.company])
                ? " <a href=\"/units/\(unit.id)/edit\" aria-label=\"\(words["registry.change"]) \(unit.name(in: words.language))\">\(words["registry.change"])</a>" : .empty
            return """
                <li id="u-\(unit.id)">\(title) <span class="quiet">\(words["unit-kind.\(unit.kind.rawValue)"])\
                \(unit.phone.map { " · \(PhoneNumber(stored: $0).spaced)" } ?? "")</span>\(change)</li>
                """
        }
        var links: [HTML] = []
        if isCompany { links.append(Parts.link("/units/new", words["action.add-unit.title"], isMain: true)) }
        if visit.actor.has(.dispatcher, .stationHead, .township, .company, .auditor) {
            links.append(Parts.link("/gaps", words["registry.gaps.title"]))
        }
        return Page(
            words["registry.units.title"],
            body: """
                \(Parts.done(visit))\(Parts.actions(links))
                \(rows.isEmpty ? Parts.empty("registry.units.empty", words) : "<ul class=\"rows line\">\(rows)</ul>")
                """)
    }

    @Sendable private func newPage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let known = try await directory.current(at: visit.now)
        let mine = known.units.filter { !$0.isClosed && visit.actor.governs($0, [.company]) }
        func choices(_ kinds: UnitKind...) -> [FormChoice] {
            mine.filter { kinds.contains($0.kind) }.map {
                FormChoice($0.id.text, "\($0.name(in: words.language)) (\(words["unit-kind.\($0.kind.rawValue)"]))")
            }
        }
        let kinds: [UnitKind] = [.township, .station, .village]
        return Page(
            words["action.add-unit.title"], back: "/units",
            body: Forms.form(
                AddUnit.self, visit, state,
                FormLook(choices: [
                    "kind": kinds.map { FormChoice($0.rawValue, words["unit-kind.\($0.rawValue)"]) },
                    "parent": choices(.county, .township), "partner": choices(.township),
                ])))
    }

    @Sendable private func editPage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let unit = try await unit(visit)
        let words = visit.words
        return Page(
            words["action.change-unit.title"], back: "/units",
            body: """
                \(Forms.form(
                    ChangeUnit.self, visit, state,
                    FormLook(initial: [
                        "name": unit.name, "nameEn": unit.nameEn, "pinyin": unit.pinyin, "phone": unit.phone ?? "",
                        "latitude": unit.place.map { "\($0.latitude)" } ?? "",
                        "longitude": unit.place.map { "\($0.longitude)" } ?? "",
                    ])))
                \(unit.kind == .county ? .empty : Parts.actions([Parts.link("/units/\(unit.id.text)/close", words["action.close-unit.title"])]))
                """)
    }

    // MARK: Gaps

    /// Villages without an open service point or without a pairing; the share equals the list.
    @Sendable private func gapsPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let roles: Set<Role> = [.dispatcher, .stationHead, .township, .company, .auditor]
        let reaches = Set(visit.actor.grants.filter { roles.contains($0.role) }.map(\.reach)).sorted()
        let (all, pointless, unpaired) = try await visit.desk.look(by: visit.actor) { work in
            (
                try reaches.flatMap { try work.tx.villages(under: $0) },
                try reaches.flatMap { try work.tx.villagesWithoutPoint(under: $0) },
                try reaches.flatMap { try work.tx.villagesWithoutPairing(under: $0, on: work.now.day) }
            )
        }
        func list(_ villages: [VillageInfo], _ title: String, _ id: String, empty: String) -> HTML {
            let covered = all.count - villages.count
            let share = all.isEmpty ? 100 : Double(covered * 1000 / all.count) / 10
            let rows: [HTML] = villages.map { village in
                """
                <li><a href="/villages/\(village.id)/record">\(Parts.name(village, words))</a> \
                <span class="quiet">\(Parts.chinese(village.townshipName(in: words.language), words))</span></li>
                """
            }
            return Parts.section(
                words[title], id: id,
                """
                <p>\(words("registry.gaps.share", ["covered": "\(covered)", "all": "\(all.count)", "percent": "\(share)"]))</p>
                \(rows.isEmpty ? Parts.empty(empty, words) : "<ul class=\"rows\">\(rows)</ul>")
                """)
        }
        return Page(
            words["registry.gaps.title"], back: "/units",
            body: """
                \(list(pointless, "registry.gaps.points", "gap-points", empty: "registry.gaps.no-point-gap"))
                \(list(unpaired, "registry.gaps.pairings", "gap-pairings", empty: "registry.gaps.no-pairing-gap"))
                """)
    }
}
