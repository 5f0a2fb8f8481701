import Desk
import Grid
import Registry
import Service
import Values
import Web

/// Planned outages: the list, the week, and one of them.
struct PlannedPages: Sendable {
    let stylesheet: HTML

    // MARK: List

    /// `/planned`
    func list(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let found = try await visit.desk.fetch(
            PlannedListQuery.self, visit.asked("from", "to", "state", "after"), by: visit.actor, at: visit.now)
        let state = visit.query["state"] ?? ""
        let tabs: [HTML] = ([""] + PlannedState.allCases.map(\.rawValue)).map { value in
            let here: HTML = state == value ? " aria-current=\"page\"" : .empty
            let word = value.isEmpty ? words["planned.all"] : words["planned-state.\(value)"]
            return "<li><a href=\"\(visit.link(["state": value.isEmpty ? nil : value, "after": nil]))\"\(here)>\(word)</a></li>"
        }
        let rows: [HTML] = found.items.map { Self.row($0, visit) }
        return Page(
            words["planned.list"],
            body: """
                \(stylesheet)\(OutageHTML.done(visit, "planned.done"))\(OutageHTML.actions(links(visit)))
                <nav aria-label="\(words["planned.list"])"><ul class="tabs">\(tabs)</ul></nav>
                \(rows.isEmpty ? OutageHTML.empty(words["planned.none"]) : "<ul class=\"rows\">\(rows)</ul>" as HTML)
                \(OutageHTML.next(visit, found.next))
                """)
    }

    private func links(_ visit: Visit) -> [HTML] {
        let words = visit.words
        var links: [HTML] = []
        if visit.actor.has(.representative, .dispatcher, .stationHead, .company) {
            links.append(OutageHTML.link("/planned/ask", words["action.ask-planned-outage.title"], isMain: true))
        }
        links.append(OutageHTML.link("/planned/week", words["planned.week"]))
        links.append(OutageHTML.link("/quiet-days", words["quiet.title"]))
        if visit.actor.has(.attendant, .liaison, .representative, .dispatcher, .stationHead, .company) {
            links.append(OutageHTML.link("/household-tags", words["tag.title"]))
        }
        return links
    }

    static func row(_ item: PlannedItem, _ visit: Visit) -> HTML {
        let words = visit.words
        return """
            <li><a href="/planned/\(item.number)">\(term(item.start, item.end, visit))</a>
            <p>\(tag(item.state, words)) \(OutageHTML.chinese(item.line, words))</p>
            <p class="quiet">\(OutageHTML.chinese(item.work, words)) · \(words("planned.customers", ["n": "\(item.customers)"])) · \(item.number)</p></li>
            """
    }

    static func tag(_ state: PlannedState, _ words: Words) -> HTML {
        let look =
            switch state {
            case .asked: "soon"
            case .running: "late"
            case .approved, .finished: "calm"
            default: ""
            }
        return "<span class=\"tag \(look)\">\(words["planned-state.\(state.rawValue)"])</span>"
    }

    static func term(_ start: Instant, _ end: Instant, _ visit: Visit) -> String {
        visit.words.range(start, end, now: visit.now)
    }

    // MARK: Week

    /// `/planned/week?from=2026-11-23`: seven days, each with its outages and what the county keeps free.
    func week(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let asked = visit.query["from"].flatMap { Day(iso: $0) } ?? visit.now.day
        let monday = asked.adding(days: 1 - asked.weekday)
        let sunday = monday.adding(days: 6)
        // A county plans a few a day; more than two pages of a week are cut off and said so.
        let found = try await visit.desk.fetch(
            PlannedListQuery.self, ["from": .text(monday.iso), "to": .text(sunday.iso)], by: visit.actor, at: visit.now)
        let county = visit.actor.county
        let quiet = try await visit.desk.look(by: visit.actor) { try $0.tx.quietDays(county: county, from: monday) }
        let days: [HTML] = (0..<7).map { offset in
            let day = monday.adding(days: offset)
            let items: [HTML] = found.items.filter { $0.start.day <= day && $0.end.day >= day }.map { Self.row($0, visit) }
            let free: [HTML] = quiet.filter { $0.first <= day && $0.last >= day }.map {
                "<span class=\"tag soon\">\(words("quiet.on", ["title": $0.title.in(visit.language)]))</span>"
            }
            return """
                <section><h2>\(words.relativeDay(day, today: visit.now.day)) \(free.joined())</h2>
                \(items.isEmpty ? "<p class=\"quiet\">\(words["planned.none-that-day"])</p>" : "<ul class=\"rows\">\(items)</ul>" as HTML)</section>
                """
        }
        return Page(
            words["planned.week"], back: "/planned",
            body: """
                \(stylesheet)<nav class="pages" aria-label="\(words["planned.week"])">\
                <a class="button second" href="/planned/week?from=\(monday.adding(days: -7).iso)" rel="prev">\(words["planned.week-before"])</a>\
                <a class="button second" href="/planned/week?from=\(monday.adding(days: 7).iso)" rel="next">\(words["planned.week-after"])</a></nav>
                \(days)\(found.next == nil ? nil : "<p><a class=\"target\" href=\"/planned?from=\(monday.iso)&amp;to=\(sunday.iso)\">\(words["planned.more"])</a></p>" as HTML)
                """)
    }

    // MARK: One

    static func look(_ visit: Visit) async throws -> PlannedView {
        try await visit.desk.fetch(PlannedQuery.self, ["outage": .text(visit["outage"])], by: visit.actor, at: visit.now)
    }

    /// `/planned/:outage`: the announcement for everybody; below it the work for those who do it.
    func one(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let view = try await Self.look(visit)
        let words = visit.words
        let poster =
            view.announcedAt != nil && !view.state.isOver
            ? [OutageHTML.link("/planned/\(view.number)/poster", words["planned.poster"])] : []
        return Page(
            words["planned.title"], back: view.staff == nil ? "/" : "/planned",
            body: """
                \(stylesheet)\(OutageHTML.done(visit, "planned.done"))\(announcement(view, visit))
                \(OutageHTML.actions(poster))\(view.staff.map { staffPart(view, $0, visit, state) })
                """)
    }

    /// Area, line, time, work, and whom to call.
    private func announcement(_ view: PlannedView, _ visit: Visit) -> HTML {
        let words = visit.words
        let names = view.villages.map { $0.in(visit.language) }.joined(separator: words["staff.list-comma"])
        return """
            <p class="lead">\(Self.tag(view.state, words)) <b class="\(view.start.day == view.end.day ? "nowrap" : "keep")">\(Self.term(view.start, view.end, visit))</b></p>
            \(OutageHTML.facts([
                (words["planned.area"], OutageHTML.chinese(names, words)),
                (words["planned.line"], OutageHTML.chinese(view.line, words)),
                (words["planned.work"], OutageHTML.chinese(view.work, words)),
                (words["planned.kind"], HTML(words["planned-kind.\(view.kind.rawValue)"])),
                (words["planned.affected"], HTML(words("planned.customers", ["n": "\(view.customers)"]))),
                (words["planned.contact"], "\(OutageHTML.chinese(view.contact, words)) <a href=\"tel:\(view.phone.filter { $0 != " " })\">\(PhoneNumber(stored: view.phone.filter { $0 != " " }).spaced)</a>"),
                (words["planned.started"], view.startedAt.map { HTML(words.moment($0, now: visit.now)) }),
                (words["planned.finished"], finished(view, visit)),
                (words["planned.reason"], view.reason.map { OutageHTML.chinese($0, words) }),
                (words["planned.number"], HTML(view.number)),
            ]))
            """
    }

    private func finished(_ view: PlannedView, _ visit: Visit) -> HTML? {
        guard let at = view.finishedAt, let late = view.lateMinutes else { return nil }
        let words = visit.words
        let span = words.span(minutes: Int64(abs(late)))
        let how = late == 0 ? "" : words(late > 0 ? "planned.late-by" : "planned.early-by", ["span": span])
        return "\(words.moment(at, now: visit.now)) \(how)"
    }

    // MARK: For those who work on it

    private func staffPart(_ view: PlannedView, _ staff: PlannedStaffView, _ visit: Visit, _ state: FormState) -> HTML {
        let words = visit.words
        let base = "/planned/\(view.number)/households"
        func count(_ n: Int, _ part: String) -> HTML {
            "<a href=\"\(base)?part=\(part)\">\(n)</a>"
        }
        let mayList = PlannedHouseholdsQuery.who.admits(visit.actor)
        func shown(_ n: Int, _ part: String) -> HTML { mayList ? count(n, part) : "\(n)" }
        let targets: HTML? =
            staff.isListed && view.announcedAt != nil && staff.untold > 0
            ? "<p class=\"warning\">\(words("planned.untold-warning", ["n": "\(staff.untold)"]))</p>" : nil
        let unplaced: HTML? =
            staff.unplaced > 0 && !view.state.isOver
            ? "<p class=\"note\">\(words("planned.unplaced-note", ["n": "\(staff.unplaced)"]))</p>" : nil
        return OutageHTML.section(
            words["planned.households"], id: "households",
            """
            \(staff.isListed ? nil : "<p class=\"note\">\(words["planned.listing"])</p>" as HTML)\(targets)\(unplaced)
            \(OutageHTML.facts([
                (words["planned.listed"], shown(staff.households, "all")), (words["planned.by-hand"], HTML("\(staff.byHand)")),
                (words["planned.untold"], shown(staff.untold, "untold")),
                (words["planned.unplaced"], shown(staff.unplaced, "unplaced")),
                (words["planned.tagged"], mayList ? "<a href=\"\(base)?part=tagged\">\(words["planned.tagged-open"])</a>" : nil),
                (words["planned.still-dark"], view.state == .running ? "\(staff.stillDark)" : nil),
            ]))
            """)
            + OutageHTML.section(words["planned.tellings"], id: "tellings", tellings(staff, visit))
            + OutageHTML.section(
                words["planned.request"], id: "request",
                OutageHTML.facts([
                    (words["planned.asked-by"], "\(OutageHTML.chinese(staff.askedBy, words)) · \(words.moment(staff.askedAt, now: visit.now))"),
                    (words["planned.decided-by"], staff.decidedBy.map { OutageHTML.chinese($0, words) }),
                    (words["planned.devices"], staff.devices.isEmpty ? HTML(words["planned.whole-feeder"]) : HTML(staff.devices.joined(separator: ", "))),
                    (words["planned.waiver"], staff.waiver.map { OutageHTML.chinese($0, words) }),
                ])) + PlannedForms.next(view, visit, state)
    }

    private func tellings(_ staff: PlannedStaffView, _ visit: Visit) -> HTML {
        let words = visit.words
        if staff.tellings.isEmpty { return OutageHTML.empty(words["planned.not-told"]) }
        let heads = ["notice", "at", "told", "visits"].map { words["planned.telling.\($0)"] }
        let rows: [[HTML]] = staff.tellings.map {
            [
                HTML(words["message.\($0.template).title"]), HTML(words.moment($0.madeAt, now: visit.now)),
                "\($0.told)\($0.doneAt == nil ? " …" : "")", "\($0.visits)",
            ]
        }
        return Listing.table(words["planned.tellings"], heads, rows, numbersFrom: 2)
    }

    // MARK: Paper

    /// `/planned/:outage/poster`: for the notice board of the village.
    func poster(_ visit: Visit) async throws -> Page {
        let view = try await Self.look(visit)
        guard view.announcedAt != nil, !view.state.isOver else { throw Problem.notFound }
        return Page(
            visit.words["planned.poster-title"], back: "/planned/\(view.number)", printed: true,
            body: """
                \(stylesheet)\(announcement(view, visit))<p>\(visit.words["planned.poster-hint"])</p>
                """)
    }
}
