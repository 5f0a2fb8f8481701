import Desk
import Storage
import Values
import Web

/// The staff: who they are, their roles, certificates and leave.
struct PeoplePages: Sendable {
    let directory: Directory
    static let readers: Set<Role> = [.dispatcher, .stationHead, .company, .auditor]
    static let keepers: Set<Role> = [.stationHead, .company]
    private static let pageSize = 25

    func register(on site: Site) {
        site.page("/people", who: .roles(Self.readers), listPage)
        site.page("/people/:person", who: .roles(Role.staff), personPage)
        site.page("/certificates", who: .roles(Self.readers), certificatesPage)
        site.get("/photos/people/:person", photo)
        site.action(AddPerson.self, at: "/people/new", form: newPage, then: { made, visit in .page(madePage(made, visit)) })
        site.action(
            ChangePerson.self, at: "/people/:person/edit",
            form: { visit, state in
                let person = try await person(visit)
                return Page(
                    visit.words["action.change-person.title"], back: "/people/\(person.id.text)",
                    body: Forms.form(ChangePerson.self, visit, state, FormLook(initial: ["name": person.name])))
            }, then: backTo("changed"))
        site.action(
            DeactivatePerson.self, at: "/people/:person/deactivate",
            form: { visit, state in
                try await small(DeactivatePerson.self, visit, state, "registry.people.deactivate-hint")
            }, then: backTo("deactivated"))
        site.action(
            ResetPassword.self, at: "/people/:person/password",
            form: { visit, state in try await small(ResetPassword.self, visit, state, "registry.people.reset-hint") },
            then: { made, visit in .page(madePage(made, visit)) })
        site.action(GrantRole.self, at: "/people/:person/roles/new", form: rolePage, then: backTo("role-granted"))
        site.action(
            EndRole.self, at: nil, form: { visit, state in try await endRolePage(visit, state) }, then: backTo("role-ended"))
        site.action(
            AddCertificate.self, at: "/people/:person/certificates/new",
            form: { visit, state in
                try await small(AddCertificate.self, visit, state, "registry.people.certificate-hint")
            },
            then: { _, visit in .go("/people/\(visit["person"])?done=certificate") })
        site.action(
            TakeLeave.self, at: "/people/:person/leave/new", form: leavePage,
            then: { _, visit in .go("/people/\(visit["person"])?done=leave") })
        site.action(
            EndLeave.self, at: nil, form: { _, state in throw state.problem ?? Problem.notFound },
            then: { _, visit in .go(visit.back ?? "/people") })
        site.action(
            RevealPersonPhone.self, at: "/people/:person/phone",
            form: { visit, state in try await small(RevealPersonPhone.self, visit, state, "registry.people.reveal-hint") },
            then: { shown, visit in
                .page(
                    Page(
                        visit.words["action.reveal-person-phone.title"], back: "/people/\(visit["person"])",
                        body:
                            "<p class=\"lead\">\(Parts.chinese(shown.name, visit.words))</p><p class=\"big-number\"><a href=\"tel:\(shown.phone.filter { $0 != " " })\">\(shown.phone)</a></p><p>\(visit.words["registry.people.revealed"])</p>"
                    ))
            })
    }

    private func backTo(_ done: String) -> @Sendable (PersonInfo, Visit) async throws -> After {
        { person, _ in .go("/people/\(person.id.text)?done=person-\(done)") }
    }

    /// Units whose people the actor may see: the station's or the county's path.
    func scopes(_ visit: Visit, _ known: DirectorySnapshot) -> [String] {
        var paths = visit.actor.grants.filter { $0.role == .company || $0.role == .auditor }.map(\.reach)
        for grant in visit.actor.grants where grant.role == .dispatcher || grant.role == .stationHead {
            paths.append(grant.reach)
            if let station = known.unit(grant.unit) { paths.append(station.path) }
        }
        return Array(Set(paths)).sorted()
    }

    func person(_ visit: Visit) async throws -> PersonInfo {
        let known = try await directory.current(at: visit.now)
        let id = ID<Person>(visit["person"])
        let found = try await visit.desk.look(by: visit.actor) { try $0.tx.person(id, now: $0.now) }
        guard let person = found, !person.isCustomer else { throw Problem.notFound }
        if visit.actor.person == id { return person }
        if visit.actor.grants.contains(where: { ($0.role == .company || $0.role == .auditor) && $0.reach == person.county }) {
            return person
        }
        let paths = scopes(visit, known)
        guard person.roles.contains(where: { role in paths.contains { reaches(role.unitPath, from: $0) } }) else {
            throw Problem.notFound
        }
        return person
    }

    // MARK: List

    @Sendable private func listPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let known = try await directory.current(at: visit.now)
        let paths = scopes(visit, known)
        let text = visit.query["q"]?.trimmed ?? ""
        let role = visit.query["role"].flatMap(Role.init(rawValue:))
        let after = visit.query["after"].flatMap { ID<Person>(parsing: $0) }
        let found = try await visit.desk.look(by: visit.actor) { work in
            try work.tx.staff(
                under: paths, text: text.isEmpty ? nil : text, role: role, after: after, limit: Self.pageSize + 1,
                now: work.now)
        }
        let shown = found.prefix(Self.pageSize)
        let rows: [[HTML]] = shown.map { person in
            let tag: HTML = person.isActive ? .empty : " <span class=\"tag late\">\(words["registry.people.inactive"])</span>"
            let roles: [HTML] = person.roles.prefix(4).map { Parts.role($0, words) }
            let more: HTML = person.roles.count > 4 ? "<br>…" : .empty
            return [
                "<a href=\"/people/\(person.id)\">\(Parts.chinese(person.name, words))</a>\(tag)",
                roles.joined("<br>") + more, HTML(person.phoneMasked ?? "–"),
            ]
        }
        let options: [HTML] = Role.allCases.filter { $0 != .customer }.map {
            "<option value=\"\($0.rawValue)\"\($0 == role ? " selected" as HTML : .empty)>\(words["role.\($0.rawValue)"])</option>"
        }
        var links: [HTML] = []
        if visit.actor.has(.stationHead, .company) {
            links.append(Parts.link("/people/new", words["action.add-person.title"], isMain: true))
        }
        links.append(Parts.link("/handovers", words["registry.handover.list"]))
        links.append(Parts.link("/certificates", words["registry.certificates.title"]))
        let table =
            rows.isEmpty
            ? Parts.empty("registry.people.empty", words)
            : Parts.table(
                words["registry.people.title"],
                heads: ["registry.people.name", "registry.people.roles", "registry.people.phone"], rows: rows, words)
        return Page(
            words["registry.people.title"], wide: true,
            body: """
                \(Parts.done(visit))\(Parts.actions(links))
                <form method="get" action="/people" class="filters" role="search">
                <div class="field"><label for="q">\(words["registry.people.search"])</label><input id="q" name="q" type="text" value="\(text)"></div>
                <div class="field"><label for="role">\(words["registry.people.role"])</label><select id="role" name="role"><option value="">\(words["registry.all"])</option>\(options)</select></div>
                <p class="actions"><button class="button second">\(Icon.search) \(words["registry.find"])</button></p></form>
                \(table)\(Parts.next(visit, found.count > Self.pageSize ? shown.last?.id.text : nil))
                """)
    }

    // MARK: One person

    @Sendable func personPage(_ visit: Visit) async throws -> Page {
        let person = try await person(visit)
        let words = visit.words
        let (certificates, leaves, pairings) = try await visit.desk.look(by: visit.actor) { work in
            (
                try work.tx.certificates(of: person.id), try work.tx.leaves(of: person.id, from: work.now.day),
                try work.tx.currentPairings(of: person.id)
            )
        }
        let known = try await directory.current(at: visit.now)
        let keeps = visit.actor.has(.stationHead, .company)
        let base = "/people/\(person.id.text)"
        let photo: HTML =
            person.photo == nil ? .empty : "<img class=\"face\" src=\"/photos/people/\(person.id)\" alt=\"\" width=\"96\" height=\"96\">"
        let isActing = person.roles.contains { $0.role == .representative }
        var facts: [(String, HTML)] = [
            (words["registry.people.sign-in"], HTML(person.signIn ?? "–")),
            (words["registry.people.phone"], phone(person, base, visit)),
        ]
        if !person.isActive { facts.append((words["registry.people.state"], HTML(words["registry.people.inactive"]))) }
        var links: [HTML] = []
        if keeps, person.isActive {
            links = [
                Parts.link(base + "/edit", words["action.change-person.title"]),
                Parts.link(base + "/password", words["action.reset-password.title"]),
                Parts.link(base + "/deactivate", words["action.deactivate-person.title"]),
            ]
        }
        return Page(
            person.name, back: visit.actor.has(Self.readers) ? "/people" : visit.start, showsTitle: false,
            body: """
                <h1>\(Parts.chinese(person.name, words))</h1>\(Parts.done(visit))\(photo)\(Parts.facts(facts))\(Parts.actions(links))
                \(rolesSection(person, keeps, visit))
                \(isActing ? workSection(person, pairings, known, visit) : .empty)
                \(isActing ? leaveSection(person, leaves, visit) : .empty)
                \(certificateSection(person, certificates, keeps, visit))
                """)
    }

    private func phone(_ person: PersonInfo, _ base: String, _ visit: Visit) -> HTML {
        guard let masked = person.phoneMasked else { return "–" }
        guard visit.actor.has(.dispatcher, .stationHead, .company) else { return HTML(masked) }
        return "\(masked) <a href=\"\(base)/phone\">\(visit.words["registry.people.show-phone"])</a>"
    }

    private func rolesSection(_ person: PersonInfo, _ keeps: Bool, _ visit: Visit) -> HTML {
        let words = visit.words
        let items: [HTML] = person.roles.map { held in
            let end: HTML =
                keeps && person.isActive && !held.isLent
                ? Forms.form(
                    EndRole.self, visit, FormState(),
                    FormLook(
                        only: [],
                        hidden: ["person": person.id.text, "role": held.role.rawValue, "unit": held.unit.text],
                        isSecondary: true)) : .empty
            return "<li>\(Parts.role(held, words))\(end)</li>"
        }
        let link =
            keeps && person.isActive
            ? Parts.actions([Parts.link("/people/\(person.id.text)/roles/new", words["action.grant-role.title"])]) : .empty
        let list = items.isEmpty ? Parts.empty("registry.people.no-role", words) : "<ul class=\"rows\">\(items)</ul>"
        return Parts.section(words["registry.people.roles"], id: "roles", list + link)
    }

    private func workSection(
        _ person: PersonInfo, _ pairings: [PairingInfo], _ known: DirectorySnapshot, _ visit: Visit
    ) -> HTML {
        let words = visit.words
        let items: [HTML] = pairings.map { pairing in
            let name = known.village(pairing.village).map { Parts.name($0, words) } ?? "–"
            return
                "<li><a href=\"/villages/\(pairing.village)/record\">\(name)</a> <span class=\"quiet\">\(words["role.liaison"]) \(Parts.chinese(pairing.liaisonName, words))</span></li>"
        }
        let mayPropose = visit.actor.person == person.id || visit.actor.has(.dispatcher, .stationHead, .company)
        let link =
            mayPropose
            ? Parts.actions([Parts.link("/handovers/new?leaving=\(person.id.text)", words["action.propose-handover.title"])]) : .empty
        let list = items.isEmpty ? Parts.empty("registry.people.no-village", words) : "<ul class=\"rows\">\(items)</ul>"
        return Parts.section(words["registry.people.villages"], id: "villages", list + link)
    }

    private func leaveSection(_ person: PersonInfo, _ leaves: [LeaveInfo], _ visit: Visit) -> HTML {
        let words = visit.words
        let may = visit.actor.person == person.id || visit.actor.has(.dispatcher, .stationHead, .company)
        let items: [HTML] = leaves.map { leave in
            let end: HTML =
                may
                ? Forms.form(
                    EndLeave.self, visit, FormState(),
                    FormLook(
                        only: [], hidden: ["leave": leave.id.text], isSecondary: true,
                        to: "/leave/\(leave.id.text)/end?back=\(percentEncoded("/people/\(person.id.text)?done=leave-ended"))")) : .empty
            return """
                <li><b>\(Parts.term(leave.from, leave.to, visit))</b> · \(words["registry.people.stands-in"]) \(Parts.chinese(leave.standInName, words))\(end)</li>
                """
        }
        let link =
            may ? Parts.actions([Parts.link("/people/\(person.id.text)/leave/new", words["action.take-leave.title"])]) : .empty
        let list = items.isEmpty ? Parts.empty("registry.people.no-leave", words) : "<ul class=\"rows\">\(items)</ul>"
        return Parts.section(words["registry.people.leave"], id: "leave", list + link)
    }

    private func certificateSection(
        _ person: PersonInfo, _ certificates: [CertificateInfo], _ keeps: Bool, _ visit: Visit
    ) -> HTML {
        let words = visit.words
        let items: [HTML] = certificates.map { certificate in
            let tag: HTML =
                certificate.validTo < visit.now.day
                ? " <span class=\"tag late\">\(words["registry.certificates.over"])</span>" : .empty
            return "<li>\(words["certificate.\(certificate.kind.rawValue)"]) · \(certificate.number) · \(Parts.term(certificate.validFrom, certificate.validTo, visit))\(tag)</li>"
        }
        let link =
            keeps && person.isActive
            ? Parts.actions([
                Parts.link("/people/\(person.id.text)/certificates/new", words["action.add-certificate.title"])
            ]) : .empty
        let list = items.isEmpty ? Parts.empty("registry.people.no-certificate", words) : "<ul class=\"rows\">\(items)</ul>"
        return Parts.section(words["registry.certificates.title"], id: "certificates", list + link)
    }
}

extension Actor {
    func has(_ roles: Set<Role>) -> Bool { grants.contains { roles.contains($0.role) } }
}
