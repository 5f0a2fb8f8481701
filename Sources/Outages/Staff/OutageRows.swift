import Desk
import Values
import Web

/// Rows of outages for lists and boards.
enum OutageRows {
    /// Above a station's counts: what is dark now.
    static func board(_ items: [OutageItem], dark: Int, _ visit: Visit) -> HTML {
        let words = visit.words
        let alarmed = items.filter(\.isAlarmed)
        let ring: HTML? =
            alarmed.isEmpty
            ? nil
            : """
            <p class="ring" role="alert"><a href="/outages/\(alarmed[0].number)">\(Icon.danger) \
            \(words("outages.board.nobody", ["n": "\(alarmed.count)"]))</a></p>
            """
        return """
            \(ring)<section class="board-outages"><h2>\(Icon.plug) \
            \(words("outages.board.title", ["n": "\(items.count)", "dark": "\(dark)"]))</h2>\(list(Array(items.prefix(5)), visit))\
            <p><a class="target" href="/outages">\(words["outages.board.all"])</a></p></section>
            """
    }

    static func list(_ items: [OutageItem], _ visit: Visit) -> HTML {
        let rows: [HTML] = items.map { row($0, visit) }
        return "<ul class=\"cases narrow outages\">\(rows)</ul>"
    }

    private static func row(_ item: OutageItem, _ visit: Visit) -> HTML {
        let words = visit.words
        let place = item.location
        let urgency = item.isAlarmed || item.isOverdue ? "overdue" : item.restoredAt == nil ? "today" : "later"
        let counts =
            item.restoredAt == nil
            ? words("outages.row.dark", ["n": "\(item.dark)", "reports": "\(item.reports)"])
            : words("outages.row.was", ["n": "\(item.customers)", "reports": "\(item.reports)"])
        let end: String
        if let restored = item.restoredAt {
            let minutes = max(0, restored.since(item.startedAt) / 60_000)
            end = words("outages.row.lasted", ["span": words.lasted(minutes: minutes)])
        } else if let eta = item.eta {
            end = words("outages.here.eta", ["moment": words.moment(eta, now: visit.now)])
        } else if let due = item.dueAt {
            end = "\(item.dueLabel?.in(visit.language) ?? "") \(words.distance(from: visit.now, to: due))"
        } else {
            end = words["outages.here.eta-open"]
        }
        let sure: HTML? = item.probability > 0 && item.restoredAt == nil ? " · \(words("outages.row.sure", ["n": "\(item.probability)"]))" : nil
        return """
            <li class="c \(urgency)"><a href="/outages/\(item.number)">\(place)</a>\
            <p class="c-due"><b>\(end)</b></p><p class="c-what">\(counts)\(sure) · \(words("outages.here.since", ["moment": words.moment(item.startedAt, now: visit.now)]))</p>\
            <p class="c-state"><span class="tag s-\(item.state)">\(item.stateTitle.in(visit.language))</span>\
            <span class="c-who">\(item.worker ?? words["staff.unassigned"])</span></p><p class="c-no">\(item.number)</p></li>
            """
    }
}
