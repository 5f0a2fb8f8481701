import Desk
import Registry
import Service
import Storage
import Values
import Web

/// A report of no light through its receipt, until and after it is part of an outage.
struct ReportPages: Sendable {
    let directory: Directory
    let stylesheet: HTML

    /// The page behind a secret, or a report's number with the last four digits of the phone.
    func page(_ door: FollowDoor, _ visit: Visit) async throws -> Page? {
        guard let report = try await report(behind: door, visit) else { return nil }
        let day = visit.now.day
        let keys = visit.desk.keys
        let (incident, about, servers, photos) = try await visit.desk.look(by: visit.actor, at: visit.now) { work in
            let incident = try report.incident.flatMap { try work.tx.incident($0) }
            let joined = try incident?.joinedInto.flatMap { try work.tx.incident($0) } ?? incident
            return (
                joined, try joined.flatMap { try work.tx.anyCase($0.id) },
                try report.village.flatMap { try work.tx.servers(of: $0, on: day, keys: keys) },
                try work.tx.photos(of: [report.id])[report.id] ?? []
            )
        }
        let words = visit.words
        let people: HTML? = servers.map {
            "<section><h2>\(words["villagers.people.title"])</h2>\(VillagerParts.people($0, visit, dials: !visit.isLarge))</section>"
        }
        let sent = sent(photos, of: report, visit)
        var facts = HTML.empty
        if let incident, let about { facts = self.facts(incident, about, visit) + light(report, incident, about, door, nil, visit) }
        return Page(
            words["outages.no-light"],
            body: """
                \(stylesheet)\(done(visit))
                <p class="case-line"><b class="digits">\(report.number.text)</b> \(VillagerParts.chinese(report.villageName, words))</p>
                <section class="card standing"><p class="state"><b>\(state(report, incident, words))</b></p>\
                <p>\(words[report.state == "past" ? "outages.after-report-planned" : "outages.after-report"])</p></section>
                \(facts)\(sent)\(people)<p class="calls">\(VillagerParts.hotline("95598", words))</p>
                """)
    }

    private func state(_ report: OutageReport, _ incident: Incident?, _ words: Words) -> String {
        guard let incident else {
            return words[report.state == "past" ? "outages.state.planned" : "outages.state.locating"]
        }
        return words[incident.isOpen ? "outages.state.joined" : "outages.state.restored"]
    }

    /// What this household sent; nobody else's.
    private func sent(_ photos: [PhotoView], of report: OutageReport, _ visit: Visit) -> HTML? {
        CasePhotos.gallery(photos, of: report.number.text, visit).map {
            OutageHTML.section(visit.words["outages.your-photos"], id: "photos", $0)
        }
    }

    private func done(_ visit: Visit) -> HTML? {
        guard let what = visit.query["done"], visit.words.has("outages.done.\(what)") else { return nil }
        return "<p class=\"good\" role=\"status\">\(Icon.done) \(visit.words["outages.done.\(what)"])</p>"
    }

    private func report(behind door: FollowDoor, _ visit: Visit) async throws -> OutageReport? {
        let keys = visit.desk.keys
        switch door {
        case .receipt(let secret):
            let hash = keys.hash(secret, for: SecretPurpose.receipt)
            return try await visit.desk.look(by: visit.actor) { try $0.tx.report(receiptHash: hash) }
        case .phone(let number, let lastFour):
            guard let code = Code(typed: number) else { return nil }
            let tail = keys.hash(lastFour, for: "phone-last-four")
            return try await visit.desk.look(by: visit.actor) {
                try $0.tx.report(code, tail: tail) ?? $0.tx.report(ofIncident: code, tail: tail)
            }
        case .own(let number):
            guard let code = Code(typed: number), let person = visit.actor.person else { return nil }
            return try await visit.desk.look(by: visit.actor) { work in
                guard let incident = try work.tx.incident(code) else { return nil }
                return try work.tx.reports(
                    where: "r.incident = \(incident.id) AND r.person = \(person) ORDER BY r.id DESC LIMIT 1"
                ).first
            }
        }
    }

    // MARK: In the page of a followed outage

    func section(_ view: CaseView, _ door: FollowDoor, _ visit: Visit) async throws -> HTML? {
        guard let number = Code(typed: view.number) else { return nil }
        let found = try await visit.desk.look(by: visit.actor, at: visit.now) { work -> (Incident, Case)? in
            guard let incident = try work.tx.incident(number), let about = try work.tx.anyCase(incident.id) else { return nil }
            return (incident, about)
        }
        guard let (incident, about) = found else { return nil }
        let report = try await report(behind: door, visit)
        var out = facts(incident, about, visit)
        if let done = done(visit) { out = done + out }
        guard let report else { return out }
        let (answered, photos) = try await visit.desk.look(by: visit.actor) { work in
            (try work.tx.lightAnswer(of: report.id), try work.tx.photos(of: [report.id])[report.id] ?? [])
        }
        if let sent = sent(photos, of: report, visit) { out += sent }
        return out + light(report, incident, about, door, answered, visit)
    }

    private func facts(_ incident: Incident, _ about: Case, _ visit: Visit) -> HTML {
        let words = visit.words
        let cause = OutageCause.title(incident.cause, field: "cause", visit.desk)?.in(visit.language)
        var rows: [(String, String)] = [
            (words["outages.here.place"], incident.deviceName.isEmpty ? about.villageName : incident.deviceName),
            (words["outages.here.began"], words.moment(incident.startedAt, now: visit.now)),
            (words["outages.here.cause"], cause ?? words["outages.here.cause-open"]),
        ]
        if let restored = incident.restoredAt {
            rows.append((words["outages.here.was-back"], words.moment(restored, now: visit.now)))
        } else {
            rows.append(
                (words["outages.here.back"], incident.eta.map { words.moment($0, now: visit.now) } ?? words["outages.here.eta-open"]))
            rows.append((words["outages.here.households"], words("outages.here.n", ["n": "\(incident.dark)"])))
        }
        let items: [HTML] = rows.map { "<dt>\($0)</dt><dd>\(VillagerParts.chinese($1, words))</dd>" }
        return "<section><h2>\(words["outages.facts"])</h2><dl class=\"facts\">\(items)</dl></section>"
    }

    /// "Is your light back?" asked when it should be.
    private func light(
        _ report: OutageReport, _ incident: Incident, _ about: Case, _ door: FollowDoor, _ answered: Bool?, _ visit: Visit
    ) -> HTML {
        let words = visit.words
        guard !incident.isOpen || about.state == "part-restored" else { return .empty }
        if let answered {
            return "<p class=\"note\">\(words[answered ? "outages.light.said-yes" : "outages.light.said-no"])</p>"
        }
        var carried = HTML.empty
        switch door {
        case .receipt(let secret): carried = FormParts.hidden("secret", secret)
        case .phone(let number, let lastFour):
            carried = FormParts.hidden("number", number) + FormParts.hidden("lastFour", lastFour)
        case .own: return .empty
        }
        return """
            <section class="do" id="light"><h2>\(words["outages.light.ask"])</h2>\
            \(Forms.open(to: AnswerLight.door.path, visit))\(carried)<p class="actions">\
            <button class="button" name="lit" value="1">\(words["outages.light.yes"])</button> \
            <button class="button second" name="lit" value="0">\(words["outages.light.no"])</button></p></form></section>
            """
    }

    func thanks(_ visit: Visit) -> Page {
        Page(
            visit.words["outages.thanks"],
            body: """
                \(stylesheet)<p class="good" role="status">\(Icon.done) \(visit.words["outages.light.thanks"])</p>
                <p class="actions"><a class="button second" href="/">\(visit.words["outages.to-village"])</a></p>
                """)
    }

    func again(_ visit: Visit, _ state: FormState) async throws -> Page {
        Page(
            visit.words["outages.light.ask"],
            body: """
                \(stylesheet)\(FormParts.summary(state.problem, of: AnswerLight.name, [], visit.words))
                <p class="actions"><a class="button" href="/follow">\(visit.words["outages.again"])</a></p>
                """)
    }
}
