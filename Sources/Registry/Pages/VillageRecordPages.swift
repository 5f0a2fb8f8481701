import Desk
import Storage
import Values
import Web

/// The administration of one village: service points, duty, pairing with its history.
struct VillageRecordPages: Sendable {
    let directory: Directory
    private static let keepers: Set<Role> = [.stationHead, .company]
    private static let planners: Set<Role> = [.representative, .dispatcher, .stationHead, .company]

    func register(on site: Site) {
        site.page("/villages/:village/record", who: .roles(Role.staff), recordPage)
        let back: @Sendable (Visit) -> String = { "/villages/\($0["village"])/record" }
        site.action(
            PairVillage.self, at: "/villages/:village/pairing", form: pairingPage,
            then: { _, visit in .go(back(visit) + "?done=paired") })
        site.action(
            OpenServicePoint.self, at: "/villages/:village/service-points/new",
            form: { visit, state in
                _ = try await village(visit, Self.keepers)
                return Page(
                    visit.words["action.open-service-point.title"], back: back(visit),
                    body: Forms.form(OpenServicePoint.self, visit, state))
            },
            then: { _, visit in .go(back(visit) + "?done=point-opened") })
        site.action(
            ChangeServicePoint.self, at: "/service-points/:point/edit", form: pointPage,
            then: { point, _ in .go("/villages/\(point.village.text)/record?done=point-changed") })
        site.action(
            CloseServicePoint.self, at: nil, form: pointPage,
            then: { point, _ in .go("/villages/\(point.village.text)/record?done=point-closed") })
        site.action(
            AddDuty.self, at: "/villages/:village/duty", form: dutyPage,
            then: { _, visit in .go(back(visit) + "?done=duty-added") })
        site.action(
            RemoveDuty.self, at: nil,
            form: { visit, state in
                // A duty that is gone has no page of its own.
                throw state.problem ?? Problem.notFound
            },
            then: { _, visit in .go(visit.back ?? "/units") })
    }

    private func village(_ visit: Visit, _ roles: Set<Role>) async throws -> VillageInfo {
        let known = try await directory.current(at: visit.now)
        guard let village = known.village(ID(visit["village"])), visit.actor.has(roles, at: village.path) else {
            throw Problem.notFound
        }
        return village
    }

    @Sendable private func recordPage(_ visit: Visit) async throws -> Page {
        let village = try await village(visit, Role.staff)
        let words = visit.words
        let today = visit.now.day
        let (points, duties, pairings) = try await visit.desk.look(by: visit.actor) { work in
            (
                try work.tx.servicePoints(of: village.id),
                try work.tx.duties(of: village.id, from: work.now.day, to: work.now.day.adding(days: 62)),
                try work.tx.pairings(of: village.id)
            )
        }
        let keeps = visit.actor.has(Self.keepers, at: village.path)
        let plans = visit.actor.has(Self.planners, at: village.path)
        return Page(
            words("registry.village.title", ["village": village.name(in: words.language)]), back: "/units",
            body: """
                \(Parts.done(visit))
                \(Parts.facts([
                    (words["unit-kind.township"], Parts.chinese(village.townshipName(in: words.language), words)),
                    (words["unit-kind.station"], Parts.chinese(village.stationName(in: words.language), words)),
                ]))
                \(Parts.actions([
                    Parts.link("/villages/\(village.id.text)", words["registry.village.public"]),
                    Parts.link("/villages/\(village.id.text)/board", words["registry.village.board"]),
                ]))
                \(pairingSection(pairings, village, keeps, visit))
                \(pointSection(points, village, keeps, visit))
                \(dutySection(duties, village, plans, today, visit))
                """)
    }

    private func pairingSection(
        _ pairings: [PairingInfo], _ village: VillageInfo, _ keeps: Bool, _ visit: Visit
    ) -> HTML {
        let words = visit.words
        let today = visit.now.day
        let rows: [[HTML]] = pairings.map { pairing in
            let until = pairing.until.map { words.relativeDay($0, today: today) } ?? words["registry.village.until-now"]
            return [
                "\(words.relativeDay(pairing.since, today: today)) – \(until)",
                Parts.chinese(pairing.representativeName, words), Parts.chinese(pairing.liaisonName, words),
                Parts.chinese(pairing.standInName ?? "–", words),
            ]
        }
        let isGap = !pairings.contains { $0.since <= today && ($0.until ?? .distant) > today }
        let gap: HTML = isGap ? "<p class=\"warning\">\(words["registry.village.pairing-gap"])</p>" : .empty
        let link =
            keeps
            ? Parts.actions([Parts.link("/villages/\(village.id.text)/pairing", words["action.pair-village.title"])]) : .empty
        let table =
            rows.isEmpty
            ? Parts.empty("registry.village.no-pairing", words)
            : Parts.table(
                words["registry.village.pairings"],
                heads: ["registry.village.term", "role.representative", "role.liaison", "registry.village.deputy"],
                rows: rows, words)
        return Parts.section(words["registry.village.pairing"], id: "pairing", gap + table + link)
    }

    private func pointSection(
        _ points: [ServicePointInfo], _ village: VillageInfo, _ keeps: Bool, _ visit: Visit
    ) -> HTML {
        let words = visit.words
        let cards: [HTML] = points.map { point in
            let tag: HTML =
                point.isOpen ? .empty : " <span class=\"tag late\">\(words["registry.village.point-closed"])</span>"
            let links: HTML =
                keeps && point.isOpen
                ? Parts.actions([Parts.link("/service-points/\(point.id.text)/edit", words["registry.change"])]) : .empty
            var facts: [(String, HTML)] = [
                (words["action.open-service-point.address"], Parts.chinese(point.address, words)),
                (words["action.open-service-point.hours"], Parts.chinese(point.hours, words)),
            ]
            if !point.services.isEmpty {
                facts.append((words["action.open-service-point.services"], Parts.chinese(point.services, words)))
            }
            if !point.devices.isEmpty {
                facts.append((words["action.open-service-point.devices"], Parts.chinese(point.devices, words)))
            }
            return "<li class=\"card\"><h3>\(Parts.chinese(point.name, words))\(tag)</h3>\(Parts.facts(facts))\(links)</li>"
        }
        let gap: HTML =
            points.contains(where: \.isOpen) ? .empty : "<p class=\"warning\">\(words["registry.village.point-gap"])</p>"
        let link =
            keeps
            ? Parts.actions([
                Parts.link("/villages/\(village.id.text)/service-points/new", words["action.open-service-point.title"])
            ]) : .empty
        return Parts.section(
            words["registry.village.points"], id: "points", gap + "<ul class=\"cards\">\(cards)</ul>" + link)
    }

    private func dutySection(
        _ duties: [DutyInfo], _ village: VillageInfo, _ plans: Bool, _ today: Day, _ visit: Visit
    ) -> HTML {
        let words = visit.words
        let rows: [HTML] = duties.map { duty in
            let remove: HTML =
                plans
                ? Forms.form(
                    RemoveDuty.self, visit, FormState(),
                    FormLook(
                        only: [], hidden: ["duty": duty.id.text], isSecondary: true,
                        to: "/duty/\(duty.id.text)/remove?back=\(percentEncoded("/villages/\(village.id.text)/record?done=duty-removed"))"))
                : .empty
            return """
                <li><b>\(words.relativeDay(duty.day, today: today))</b> \(duty.hours) · \(Parts.chinese(duty.personName, words))\(remove)</li>
                """
        }
        let link =
            plans
            ? Parts.actions([Parts.link("/villages/\(village.id.text)/duty", words["action.add-duty.title"])]) : .empty
        let list = rows.isEmpty ? Parts.empty("registry.village.no-duty", words) : "<ul class=\"rows\">\(rows)</ul>"
        return Parts.section(
            words["registry.village.duty"], id: "duty", "<p class=\"quiet\">\(words["registry.village.duty-rule"])</p>" + list + link)
    }

    // MARK: Forms

    @Sendable private func pairingPage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let village = try await village(visit, Self.keepers)
        let words = visit.words
        let (representatives, liaisons, current) = try await visit.desk.look(by: visit.actor) { work in
            (
                try work.tx.people(in: village.station, role: .representative, now: work.now),
                try work.tx.people(in: village.unit, role: .liaison, now: work.now),
                try work.tx.pairings(of: village.id).first { $0.until == nil }
            )
        }
        func choices(_ people: [PersonInfo]) -> [FormChoice] { people.map { FormChoice($0.id.text, $0.name) } }
        var initial = ["since": visit.now.day.iso]
        if let current {
            initial["representative"] = current.representative.text
            initial["liaison"] = current.liaison.text
            initial["standIn"] = current.standIn?.text
        }
        let none: HTML =
            liaisons.isEmpty
            ? """
            <p class="warning">\(words["registry.village.no-liaison"]) \
            <a href="/people/new?role=liaison&amp;unit=\(village.id)">\(words["action.add-person.title"])</a></p>
            """ : .empty
        return Page(
            words["action.pair-village.title"], back: "/villages/\(village.id.text)/record",
            body: """
                <p class="lead">\(words("registry.village.pairing-lead", ["village": village.name(in: words.language)]))</p>\(none)
                \(Forms.form(
                    PairVillage.self, visit, state,
                    FormLook(
                        choices: [
                            "representative": choices(representatives), "liaison": choices(liaisons),
                            "standIn": [FormChoice("", words["registry.nobody"])] + choices(representatives),
                        ], initial: initial)))
                """)
    }

    @Sendable private func pointPage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let known = try await directory.current(at: visit.now)
        let found = try await visit.desk.look(by: visit.actor) { try $0.tx.servicePoint(ID(visit["point"])) }
        guard let point = found, let village = known.village(point.village),
            visit.actor.has(Self.keepers, at: village.path)
        else { throw Problem.notFound }
        return Page(
            words["action.change-service-point.title"], back: "/villages/\(village.id.text)/record",
            body: """
                \(Forms.form(
                    ChangeServicePoint.self, visit, state,
                    FormLook(initial: [
                        "name": point.name, "address": point.address, "hours": point.hours, "services": point.services,
                        "devices": point.devices, "latitude": point.place.map { "\($0.latitude)" } ?? "",
                        "longitude": point.place.map { "\($0.longitude)" } ?? "",
                    ])))
                \(Parts.section(
                    words["action.close-service-point.title"], id: "close",
                    "<p>\(words["registry.village.close-point-hint"])</p>" + Forms.form(CloseServicePoint.self, visit, state, FormLook(only: [], isSecondary: true))))
                """)
    }

    @Sendable private func dutyPage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let village = try await village(visit, Self.planners)
        let words = visit.words
        let people = try await visit.desk.look(by: visit.actor) { work in
            let servers: [Role] = [.representative, .liaison, .attendant]
            return try servers.flatMap { role in
                try work.tx.people(in: village.unit, role: role, now: work.now).map { (role, $0) }
            }
        }
        var seen: Set<ID<Person>> = []
        let choices = people.filter { seen.insert($0.1.id).inserted }.map { role, person in
            FormChoice(person.id.text, "\(person.name) (\(words["role.\(role.rawValue)"]))")
        }
        return Page(
            words["action.add-duty.title"], back: "/villages/\(village.id.text)/record",
            body: Forms.form(
                AddDuty.self, visit, state,
                FormLook(choices: ["person": choices], initial: ["from": "08:30", "to": "11:30"])))
    }
}

extension Day {
    /// Later than any day of a record.
    static let distant = Day(number: 2_900_000)
}
