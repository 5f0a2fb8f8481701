import Desk
import Registry
import Values
import Web

/// The to-do list of whoever is signed in. Everybody opens it all day, so what does not change
/// from one request to the next (words, options of the filters) is made once.
struct WorkPage: Sendable {
    let directory: Directory
    let words: RowWordsTable
    let options: FilterOptions
    let stylesheet: HTML

    func page(_ visit: Visit) async throws -> Page {
        let list = try await visit.desk.fetch(
            WorkListQuery.self,
            visit.asked("village", "kind", "state", "assignee", "urgency", "station", "after", "closed"),
            by: visit.actor, at: visit.now)
        let filters = try await options.form(visit, action: "/work", keeping: ["urgency", "station"])
        let rowWords = words[visit.language]
        let rows =
            list.items.isEmpty
            ? empty(visit) : CaseRows.grouped(list.items, rowWords, now: visit.now)
        return Page(
            visit.words["work.title"], wide: true, scripts: ["live"],
            body: """
                \(stylesheet)\(StaffBanner.done(visit))<p class="lead">\(scope(list, visit))</p>
                \(filters)<div id="work" data-live="/work/live" data-live-url="\(visit.target)">\(tabs(list.groups, visit, rowWords))\
                \(rows)\(CaseRows.pager(visit, next: list.next))</div>
                """)
    }

    /// What of the whole is shown: own work, or that of the unit.
    private func scope(_ list: WorkList, _ visit: Visit) -> String {
        if visit.query["closed"] != nil { return visit.words["work.closed"] }
        let unit = visit.actor.grants.first { $0.role == visit.actor.mainRole }.flatMap {
            directory.latest.unit($0.unit)
        }
        return visit.words(
            "work.lead.\(list.scope)", ["unit": unit?.name(in: visit.language) ?? "", "name": visit.actor.name])
    }

    /// One tab for each urgency with its count; the number is that of the list it opens. Counts
    /// are known on the first page only, and of the chosen urgency when one is chosen.
    private func tabs(_ groups: [GroupCount], _ visit: Visit, _ rows: RowWords) -> HTML {
        let chosen = visit.query["urgency"] ?? ""
        let isFirst = visit.query["after"] == nil && visit.query["closed"] == nil
        var out: HTML = """
            <li><a href="\(tab(nil, visit))"\(current(chosen.isEmpty))>\(visit.words["work.all"])</a></li>
            """
        for (urgency, title) in rows.urgencies where urgency != .closed {
            let isKnown = isFirst && (chosen.isEmpty || chosen == urgency.rawValue)
            let group = groups.first { $0.urgency == urgency }
            let count: HTML? = isKnown ? " <b>\(group?.count ?? 0)\(group?.isMore == true ? "+" : nil)</b>" : nil
            out += """
                <li class="\(urgency.rawValue)\(isKnown && group == nil ? " zero" : "")"><a href="\(tab(urgency.rawValue, visit))"\(current(chosen == urgency.rawValue))>\
                \(title)\(count)</a></li>
                """
        }
        return "<nav aria-label=\"\(visit.words["work.tabs"])\"><ul class=\"tabs\">\(out)</ul></nav>"
    }

    private func tab(_ urgency: String?, _ visit: Visit) -> String {
        if visit.query.isEmpty { return urgency.map { "/work?urgency=" + $0 } ?? "/work" }
        return visit.link(["urgency": urgency, "after": nil, "trail": nil, "done": nil, "closed": nil])
    }

    private func current(_ isCurrent: Bool) -> HTML? { isCurrent ? " aria-current=\"page\"" : nil }

    private func empty(_ visit: Visit) -> HTML {
        let words = visit.words
        let isFiltered = ["village", "kind", "state", "assignee", "urgency", "station", "closed"].contains {
            !(visit.query[$0] ?? "").isEmpty
        }
        if isFiltered {
            return """
                <div class="empty"><p>\(words["work.empty.filtered"])</p>
                <p><a class="button second" href="/work">\(words["work.clear"])</a></p></div>
                """
        }
        let isRepresentative = visit.actor.mainRole == .representative
        return """
            <div class="empty"><h2>\(words["work.empty.title"])</h2><p>\(words["work.empty.next"])</p>
            <p class="actions"><a class="button" href="/report">\(words["work.report"])</a>
            \(isRepresentative ? "<a class=\"button second\" href=\"/work?assignee=any\">\(words["work.others"])</a>" : nil)
            <a class="button second" href="/work?closed=true">\(words["work.done"])</a></p></div>
            """
    }
}

/// What was just done, said once on the page that follows.
enum StaffBanner {
    static func done(_ visit: Visit) -> HTML? {
        guard let done = visit.query["done"], !done.isEmpty else { return nil }
        // A kind published as data may have moves of its own.
        let key = visit.words.has("done.\(done)") ? "done.\(done)" : "done.other"
        return "<p class=\"banner\" role=\"status\">\(Icon.done) \(visit.words[key])</p>"
    }
}
