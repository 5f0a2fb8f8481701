import Desk
import Service
import Values
import Web

/// The cases behind one number.
struct ResultListPage: Sendable {
    let rows: RowWordsTable
    let stylesheet: HTML

    func page(_ visit: Visit) async throws -> Page {
        let list = try await visit.desk.fetch(
            ResultListQuery.self,
            visit.asked("measure", "from", "to", "village", "unknown", "kind", "channel", "after"), by: visit.actor,
            at: visit.now)
        let words = visit.words
        let measure = visit.query["measure"] ?? ""
        let text = "measure-text.\(measure)"
        return Page(
            words("results.list.title", ["measure": words["measure.\(measure)"]]), wide: true, back: "/results",
            body: """
                \(stylesheet)\(words.has(text) ? "<p class=\"lead\">\(words[text])</p>" as HTML : nil)
                \(self.list(list, visit))
                """)
    }

    func list(_ list: ResultList, _ visit: Visit) -> HTML {
        let items: [HTML] = list.items.map { row($0, visit) }
        if items.isEmpty { return "<div class=\"empty\"><p>\(visit.words["results.list.empty"])</p></div>" }
        return "<ul class=\"cases\">\(items)</ul>\(CaseRows.pager(visit, next: list.next))"
    }

    private func row(_ item: ResultItem, _ visit: Visit) -> HTML {
        let words = visit.words
        let rows = rows[visit.language]
        let village = item.villageName.isEmpty ? words["staff.unknown-village"] : item.villageName
        let timing: HTML? = item.isInLimit.map {
            " <span class=\"tag l-\($0 ? "kept" : "late")\">\(words[$0 ? "record.kept" : "record.missed"])</span>"
        }
        return """
            <li class="c"><a href="/cases/\(item.number)">\(item.kindTitle.in(visit.language)) · \(village)</a>\
            <p class="c-what">\(item.what)</p>\
            <p class="c-state"><span><span class="tag s-\(item.state)">\(item.stateTitle.in(visit.language))</span>\(timing)</span>\
            <span class="c-who">\(item.satisfaction.map { words("case.stars", ["n": "\($0)"]) } ?? "")</span></p>\
            <p class="c-due"><time>\(rows.moment(item.openedAt, today: visit.now.day))</time></p>\
            <p class="c-no">\(item.number)</p></li>
            """
    }
}
