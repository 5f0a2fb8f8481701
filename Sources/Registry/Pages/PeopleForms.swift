import Desk
import Hummingbird
import Storage
import Values
import Web

/// Forms about people, their certificates and pictures.
extension PeoplePages {
    func small<A: Action>(
        _ type: A.Type, _ visit: Visit, _ state: FormState, _ hint: String
    ) async throws -> Page {
        let person = try await person(visit)
        return Page(
            visit.words["action.\(A.name).title"], back: "/people/\(person.id.text)",
            body: """
                <p class="lead">\(Parts.chinese(person.name, visit.words))</p><p>\(visit.words[hint])</p>
                \(Forms.form(type, visit, state))
                """)
    }

    func endRolePage(_ visit: Visit, _ state: FormState) async throws -> Page {
        var page = try await personPage(visit)
        if let problem = state.problem {
            page.body = FormParts.summary(problem, of: EndRole.name, [], visit.words) + page.body
        }
        return page
    }

    /// Units in which the actor may hand out some role.
    func units(_ visit: Visit) async throws -> [UnitInfo] {
        try await directory.current(at: visit.now).units.filter { unit in
            !unit.isClosed && [.county, .township, .station, .village].contains(unit.kind)
                && visit.actor.governs(unit, Self.keepers)
        }
    }

    func roleChoices(_ visit: Visit) -> [FormChoice] {
        let allowed = visit.actor.grants.reduce(into: Set<Role>()) { $0.formUnion($1.role.mayGrant) }
        return Role.allCases.filter(allowed.contains).map {
            FormChoice($0.rawValue, visit.words["role.\($0.rawValue)"], hint: visit.words["registry.role-line.\($0.rawValue)"])
        }
    }

    func unitChoices(_ units: [UnitInfo], _ words: Words) -> [FormChoice] {
        units.map { FormChoice($0.id.text, "\($0.name(in: words.language)) (\(words["unit-kind.\($0.kind.rawValue)"]))") }
    }

    @Sendable func newPage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let units = try await units(visit)
        let words = visit.words
        return Page(
            words["action.add-person.title"], back: "/people",
            body: """
                <p class="lead">\(words["registry.people.new-lead"])</p>
                \(Forms.form(
                    AddPerson.self, visit, state,
                    FormLook(choices: ["role": roleChoices(visit), "unit": unitChoices(units, words)])))
                """)
    }

    func madePage(_ made: NewPerson, _ visit: Visit) -> Page {
        let words = visit.words
        return Page(
            words["registry.people.made"], back: "/people/\(made.id.text)",
            body: """
                <p class="good" role="status">\(Icon.done) \(Parts.chinese(made.name, words))</p>
                \(Parts.facts([
                    (words["registry.people.sign-in"], "<b>\(made.signIn)</b>"),
                    (words["registry.people.password"], "<b class=\"big-number\">\(made.password)</b>"),
                ]))
                <p>\(words["registry.people.made-hint"])</p>
                \(Parts.actions([Parts.link("/people/\(made.id.text)", words["registry.people.open"])]))
                """)
    }

    @Sendable func rolePage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let person = try await person(visit)
        let units = try await units(visit)
        let words = visit.words
        return Page(
            words["action.grant-role.title"], back: "/people/\(person.id.text)",
            body: """
                <p class="lead">\(Parts.chinese(person.name, words))</p>
                \(Forms.form(
                    GrantRole.self, visit, state,
                    FormLook(choices: ["role": roleChoices(visit), "unit": unitChoices(units, words)])))
                """)
    }

    @Sendable func leavePage(_ visit: Visit, _ state: FormState) async throws -> Page {
        let person = try await person(visit)
        let others = try await visit.desk.look(by: visit.actor) { work in
            try work.tx.colleagues(of: person.id, at: work.now)
        }
        return Page(
            visit.words["action.take-leave.title"], back: "/people/\(person.id.text)",
            body: """
                <p class="lead">\(Parts.chinese(person.name, visit.words))</p><p>\(visit.words["registry.people.leave-hint"])</p>
                \(Forms.form(
                    TakeLeave.self, visit, state,
                    FormLook(
                        choices: ["standIn": others.map { FormChoice($0.id.text, $0.name) }],
                        initial: ["from": visit.now.day.iso])))
                """)
    }

    // MARK: Certificates and photos

    @Sendable func certificatesPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let known = try await directory.current(at: visit.now)
        let paths = scopes(visit, known)
        let (certificates, without) = try await visit.desk.look(by: visit.actor) { work in
            var seen: Set<ID<Certificate>> = []
            let all = try paths.flatMap { try work.tx.certificates(under: $0, limit: 200) }
            return (
                all.filter { seen.insert($0.id).inserted }.sorted { ($0.validTo, $0.id) < ($1.validTo, $1.id) },
                try work.tx.representativesWithoutCertificate(under: paths, on: work.now.day, at: work.now)
            )
        }
        let today = visit.now.day
        let rows: [[HTML]] = certificates.map { certificate in
            let days = today.distance(to: certificate.validTo)
            let tag: HTML =
                days < 0
                ? " <span class=\"tag late\">\(words["registry.certificates.over"])</span>"
                : days <= 60 ? " <span class=\"tag soon\">\(words["registry.certificates.soon"])</span>" : .empty
            return [
                "<a href=\"/people/\(certificate.person)\">\(Parts.chinese(certificate.personName, words))</a>",
                HTML(words["certificate.\(certificate.kind.rawValue)"]), HTML(certificate.number),
                "\(words.relativeDay(certificate.validTo, today: today))\(tag)",
            ]
        }
        let gaps: [HTML] = without.map {
            "<li><a href=\"/people/\($0.id)\">\(Parts.chinese($0.name, words))</a></li>"
        }
        let gap: HTML =
            gaps.isEmpty
            ? .empty
            : "<div class=\"warning\"><p>\(words["registry.certificates.gap"])</p><ul>\(gaps)</ul></div>"
        let table =
            rows.isEmpty
            ? Parts.empty("registry.certificates.empty", words)
            : Parts.table(
                words["registry.certificates.title"],
                heads: [
                    "registry.people.name", "action.add-certificate.kind", "action.add-certificate.number",
                    "action.add-certificate.to",
                ], rows: rows, words)
        return Page(
            words["registry.certificates.title"], wide: true, back: "/people",
            body: "<p>\(words["registry.certificates.rule"])</p>\(gap)\(table)")
    }

    /// Pictures of the staff stand on public pages and boards.
    @Sendable func photo(_ visit: Visit) async throws -> Response {
        let id = ID<Person>(visit["person"])
        let hash = try await visit.desk.database.read { tx in
            try tx.value("SELECT photo FROM person WHERE id = \(id) AND customer = 0") as String?
        }
        guard let hash, let bytes = try await visit.desk.database.blobs.read(hash) else { throw Problem.notFound }
        let type =
            bytes.starts(with: [0x89, 0x50]) ? "image/png" : bytes.starts(with: [0x52, 0x49]) ? "image/webp" : "image/jpeg"
        return Response.bytes(bytes, type: type)
    }
}
