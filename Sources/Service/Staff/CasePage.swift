import Desk
import Values
import Web

/// One case: what it is, how long there is, what may be done next, and all that happened.
struct CasePage: Sendable {
    let words: RowWordsTable
    let stylesheet: HTML
    let guests: [any ServiceGuest]

    func page(_ visit: Visit) async throws -> Page {
        let view = try await StaffQueries.view(visit)
        return Page(
            view.kindTitle.in(visit.language) + " · " + CaseParts.villageName(view, visit.words), wide: true,
            scripts: ["live"], back: "/work", showsTitle: false,
            body: try await body(view, visit))
    }

    /// Ways into the service that has opened the case.
    private func links(_ view: CaseView, _ visit: Visit) async throws -> HTML {
        var out = HTML.empty
        for guest in guests { if let link = try await guest.link(from: view, visit) { out += link } }
        return out
    }

    /// Also the page on which a move's button stands: shown again when the move was refused.
    func body(_ view: CaseView, _ visit: Visit, problem: HTML? = nil) async throws -> HTML {
        let rows = words[visit.language]
        let parts = CaseParts(view: view, visit: visit, rows: rows)
        return """
            \(stylesheet)\(StaffBanner.done(visit))\(problem)
            <div class="case" id="case" data-live="/cases/\(view.number)/live" data-live-url="/cases/\(view.number)">
            <div class="case-main">\(parts.header())\(try await links(view, visit))\(parts.dangers())\(parts.what())\(parts.photos())\(parts.timeline())</div>
            <aside class="case-side">\(parts.moves())\(parts.contact())\(parts.facts())\(parts.limits())\(parts.ladder())</aside>
            </div>
            """
    }
}

/// The sections of a case.
struct CaseParts {
    let view: CaseView
    let visit: Visit
    let rows: RowWords
    private var words: Words { visit.words }

    static func villageName(_ view: CaseView, _ words: Words) -> String {
        view.villageName.isEmpty ? words["staff.unknown-village"] : view.villageName
    }

    // MARK: Header

    func header() -> HTML {
        let again: HTML? =
            view.reopened > 0 ? "<span class=\"tag again\">\(rows.reopened(String(view.reopened)))</span>" : nil
        return """
            <header class="case-head"><p class="c-no">\(words["case.number"]) <b>\(view.number)</b></p>
            <h1>\(view.kindTitle.in(visit.language)) · \(Self.villageName(view, words))</h1>
            <p class="tags"><span class="tag s-\(view.state)">\(view.stateTitle.in(visit.language))</span>\
            \(view.priority == 0 ? "<span class=\"tag danger\">\(Icon.danger) \(words["urgency.danger"])</span>" as HTML : nil)\
            \(view.isConfidential ? "<span class=\"tag secret\">\(words["case.confidential"])</span>" as HTML : nil)\
            \(again)\(outcome())</p>\(due())</header>
            """
    }

    private func outcome() -> HTML? {
        guard let outcome = view.outcome, words.has("outcome.\(outcome)") else { return nil }
        return "<span class=\"tag\">\(words["outcome.\(outcome)"])</span>"
    }

    private func due() -> HTML? {
        guard let due = view.dueAt, due != .distantFuture else {
            return view.isOpen ? "<p class=\"due\">\(Icon.clock) \(words["case.due.none"])</p>" : nil
        }
        let label = view.dueLabel?.in(visit.language) ?? words["case.due"]
        return """
            <p class="due\(view.isOverdue ? " late" : "")">\(Icon.clock) \(label): \
            <time datetime="\(due.iso)">\(rows.moment(due, today: visit.now.day))</time> \
            <b>\(rows.remaining(due, now: visit.now))</b></p>
            """
    }

    /// What must be said first to whoever is near.
    func dangers() -> HTML? {
        guard !view.dangers.isEmpty else { return nil }
        let lines: [HTML] = view.dangers.filter { words.has("case.danger.\($0)") }.map {
            "<li>\(words["case.danger.\($0)"])</li>"
        }
        return """
            <section class="alarm" aria-label="\(words["urgency.danger"])"><h2>\(Icon.danger) \(words["case.danger.title"])</h2>
            <ul>\(lines)</ul></section>
            """
    }

    // MARK: What

    func what() -> HTML {
        let extra: [HTML] = view.extra.map {
            "<dt>\($0.label.in(visit.language))</dt><dd>\($0.value.in(visit.language))</dd>"
        }
        return """
            <section><h2>\(words["case.what"])</h2><p class="said">\(view.what.map { VillagerParts.chinese($0, words) } ?? HTML(words["case.erased"]))</p>
            \(extra.isEmpty ? nil : "<dl class=\"facts\">\(extra)</dl>" as HTML)</section>
            """
    }

    func photos() -> HTML? {
        guard !view.photos.isEmpty || view.voice != nil else { return nil }
        return """
            <section><h2>\(words["case.photos"])</h2>\(gallery(view.photos))\
            \(view.voice.map { "<p><audio controls preload=\"none\" src=\"\(photoAddress($0))\"></audio></p>" as HTML })</section>
            """
    }

    private func gallery(_ photos: [PhotoView]) -> HTML? { CasePhotos.gallery(photos, of: view.number, visit) }

    private func photoAddress(_ photo: PhotoView) -> String { CasePhotos.address(view.number, photo.hash, visit) }

    // MARK: Timeline

    func timeline() -> HTML {
        let items: [HTML] = view.timeline.map { entry in
            let role = entry.role.map { words.has("role.\($0)") ? words["role.\($0)"] : "" } ?? ""
            let by = [entry.by, role].filter { !$0.isEmpty }.map { " · " + $0 }.joined()
            return """
                <li><p class="quiet"><time datetime="\(entry.at.iso)">\(rows.moment(entry.at, today: visit.now.day))</time>\(by)</p><p><b>\(entry.title.in(visit.language))</b></p>\
                \(entry.note.map { "<p class=\"said\">\(VillagerParts.chinese($0, words))</p>" as HTML })\(gallery(entry.photos))</li>
                """
        }
        return "<section><h2>\(words["case.timeline"])</h2><ol class=\"timeline\">\(items)</ol></section>"
    }

    // MARK: Beside it

    /// What this person may do now. The usual next step stands first and is the only green one.
    func moves() -> HTML? {
        let offered = view.moves.filter { $0.name != "follow" }
        if offered.isEmpty {
            return view.isOpen
                ? "<section class=\"moves\"><h2>\(words["case.next"])</h2><p>\(words["case.next.none"])</p></section>"
                : nil
        }
        let sorted = offered.sorted { StaffMoves.order($0.name) < StaffMoves.order($1.name) }
        let buttons: [HTML] = sorted.enumerated().map { i, move in
            let kind = i == 0 && StaffMoves.order(move.name) < 20 ? "" : " second"
            return """
                <li><a class="button\(kind)" href="/cases/\(view.number)/\(move.name)">\(move.title.in(visit.language))</a></li>
                """
        }
        return "<section class=\"moves\"><h2>\(words["case.next"])</h2><ul>\(buttons)</ul></section>"
    }

    func contact() -> HTML {
        let phone: HTML =
            view.contact.phone.map { digits in
                view.contact.isMasked
                    ? "<p class=\"phone\">\(digits)</p>"
                    : "<p class=\"phone\"><a href=\"tel:\(digits)\">\(Icon.phone) \(PhoneNumber(stored: digits).spaced)</a></p>"
            } ?? "<p>\(words["case.no-phone"])</p>"
        let canReveal = view.contact.isMasked && visit.actor.isStaff && !visit.actor.has(.auditor, .township)
        let reveal: HTML? =
            canReveal
            ? "<p><a class=\"button second\" href=\"/cases/\(view.number)/reveal\">\(words["case.reveal"])</a></p>"
            : nil
        return """
            <section><h2>\(words["case.contact"])</h2><p class="name">\(view.contact.name)</p>\(phone)\(reveal)
            \(view.followers > 0 ? "<p class=\"quiet\">\(words("case.followers", ["n": "\(view.followers)"]))</p>" as HTML : nil)</section>
            """
    }

    func facts() -> HTML {
        var out = HTML.empty
        func add(_ key: String, _ value: HTML?) {
            if let value { out += "<dt>\(words["case.\(key)"])</dt><dd>\(value)</dd>" }
        }
        add("assignee", view.assignee.map { "\($0.name)" } ?? "\(words["staff.unassigned"])")
        add("village", "\(Self.villageName(view, words))")
        add("station", "\(view.stationName.in(visit.language))")
        add("account", view.account.map { "\($0)" })
        add("channel", "\(words["channel.\(view.channel.rawValue)"])\(filedBy())")
        add(
            "opened",
            "<time datetime=\"\(view.openedAt.iso)\">\(rows.moment(view.openedAt, today: visit.now.day))</time>")
        add("resolved", view.resolvedAt.map { "\(rows.moment($0, today: visit.now.day))" })
        add("closed", view.closedAt.map { "\(rows.moment($0, today: visit.now.day))" })
        add("satisfaction", view.satisfaction.map { "\(words("case.stars", ["n": "\($0)"]))" })
        add("merged-into", view.mergedInto.map { "<a href=\"/cases/\($0)\">\($0)</a>" })
        add(
            "place",
            view.place.map {
                "<a href=\"/map?at=\(rounded($0.latitude)),\(rounded($0.longitude))\">\(Icon.place) \(words["map.show"])</a> <a class=\"quiet\" href=\"geo:\($0.latitude),\($0.longitude)\">\(rounded($0.latitude)), \(rounded($0.longitude))</a>"
            })
        return "<section><h2>\(words["case.facts"])</h2><dl class=\"facts\">\(out)</dl></section>"
    }

    private func filedBy() -> String {
        guard let role = view.filedBy, role != .customer else { return "" }
        return " · " + words("case.filed-by", ["role": words["role.\(role.rawValue)"]])
    }

    /// Five decimals are about a metre.
    private func rounded(_ degrees: Double) -> String {
        String((degrees * 100_000).rounded() / 100_000)
    }

    func limits() -> HTML? {
        guard !view.limits.isEmpty else { return nil }
        let items: [HTML] = view.limits.map { limit in
            """
            <tr><th scope="row">\(limit.label.in(visit.language))<span class="quiet"> \(KindsPage.source(limit.source, words))</span></th>
            <td>\(limit.dueAt.map { rows.moment($0, today: visit.now.day) } ?? "–")</td><td>\(limitState(limit))</td></tr>
            """
        }
        return """
            <section><h2>\(words["case.limits"])</h2><table class="limits"><thead><tr><th scope="col">\(words["case.limit"])</th>\
            <th scope="col">\(words["case.limit.due"])</th><th scope="col">\(words["case.limit.state"])</th></tr></thead>
            <tbody>\(items)</tbody></table></section>
            """
    }

    private func limitState(_ limit: LimitView) -> HTML {
        let state =
            limit.isBreached ? "late" : limit.stoppedAt != nil ? "kept" : limit.isPaused ? "paused" : "running"
        let share = limit.stoppedAt == nil && !limit.isPaused ? " \(limit.percent) %" : ""
        let provisional: HTML? =
            limit.isProvisional ? " <span class=\"quiet\">\(words["case.limit.provisional"])</span>" : nil
        return "<span class=\"tag l-\(state)\">\(words["case.limit.\(state)"])\(share)</span>\(provisional)"
    }

    /// A customer who is not content may go on: first the company, then the regulator, then the
    /// government (domain.md §2.2).
    func ladder() -> HTML? {
        guard view.isComplaint else { return nil }
        let steps: [HTML] = ["95598", "12398", "12345"].map {
            "<li><a href=\"tel:\($0)\">\(Icon.phone) \($0)</a> <span class=\"quiet\">\(words["ladder.\($0)"])</span></li>"
        }
        return "<section><h2>\(words["ladder.title"])</h2><ol class=\"ladder\">\(steps)</ol></section>"
    }
}
