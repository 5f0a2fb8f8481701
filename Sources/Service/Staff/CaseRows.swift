package import Desk
package import Values
package import Web

/// A list of cases as every page shows it: cards on a phone, lines of a table on a desk.
package enum CaseRows {
    /// - Parameter isNarrow: cards on a desk as well, for columns.
    package static func list(_ items: [WorkItem], _ words: RowWords, now: Instant, isNarrow: Bool = false) -> HTML {
        let today = now.day
        return "<ul class=\"cases\(isNarrow ? " narrow" : "")\">\(items.map { row($0, words, now, today) })</ul>"
    }

    /// One literal: the work list is the page that everybody opens all day (design §7).
    static func row(_ item: WorkItem, _ words: RowWords, _ now: Instant, _ today: Day) -> HTML {
        let language = words.words.language
        let moment = item.dueAt
        return """
            <li class="c \(item.urgency.rawValue)"><a href="/cases/\(item.number)">\(item.kindTitle.in(language)) · \
            \(item.villageName.isEmpty ? words.unknownVillage : item.villageName)</a>\
            <p class="c-what">\(item.what)</p>\
            <p class="c-state"><span class="tag s-\(item.state)">\
            \(item.reopened > (item.state == "reopened" ? 1 : 0) ? words.reopened(String(item.reopened)) + " · " : "")\(item.stateTitle.in(language))</span>\
            <span class="c-who">\(item.assigneeName ?? words.unassigned)</span></p>\
            <p class="c-due"><time>\(moment ?? item.openedAt, words, today: today)</time>\
            \(remaining: moment, words, now)</p><p class="c-no">\(item.number)</p></li>
            """
    }

    /// About as long as a row is.
    private static let bytesOfRow = 640

    /// Under their urgency, each with a heading; the order inside stays that of the limit.
    static func grouped(_ items: [WorkItem], _ words: RowWords, now: Instant) -> HTML {
        let today = now.day
        var out = HTML.reserving(items.count * bytesOfRow)
        for (urgency, title) in words.urgencies {
            var isFirst = true
            for item in items where item.urgency == urgency {
                if isFirst { out += "<section class=\"group g-\(urgency.rawValue)\"><h2>\(title)</h2><ul class=\"cases\">" }
                isFirst = false
                out += row(item, words, now, today)
            }
            if !isFirst { out += "</ul></section>" }
        }
        return out
    }

    /// "Next" by key, and back along the keys that led here.
    package static func pager(_ visit: Visit, next: String?, key: String = "after") -> HTML? {
        let current = visit.query[key]
        guard next != nil || current != nil else { return nil }
        let trail = (visit.query["trail"] ?? "").split(separator: "~").map(String.init)
        var back: HTML?
        if current != nil {
            let link = visit.link([
                key: trail.last, "trail": trail.count > 1 ? trail.dropLast().joined(separator: "~") : nil,
            ])
            back = "<a class=\"button second\" href=\"\(link)\" rel=\"prev\">\(visit.words["staff.page.back"])</a>"
        }
        var forth: HTML?
        if let next {
            // Fifty pages back are enough; further back leads to the first page.
            let kept = (trail + (current.map { [$0] } ?? [])).suffix(50).joined(separator: "~")
            let link = visit.link([key: next, "trail": kept.isEmpty ? nil : kept])
            forth = "<a class=\"button second\" href=\"\(link)\" rel=\"next\">\(visit.words["staff.page.next"])</a>"
        }
        return "<nav class=\"pages\" aria-label=\"\(visit.words["staff.page.label"])\">\(back)\(forth)</nav>"
    }
}

extension Visit {
    /// The named items of the address as inputs of a query; empty ones are as good as none.
    package func asked(_ names: String...) -> RawInputs {
        var inputs: RawInputs = [:]
        for name in names {
            if let value = query[name], !value.isEmpty { inputs[name] = .text(value) }
        }
        return inputs
    }
}
