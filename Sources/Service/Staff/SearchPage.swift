import Desk
import Values
import Web

/// Finds cases by words, number or whole phone number, newest first.
struct SearchPage: Sendable {
    let words: RowWordsTable
    let options: FilterOptions
    let stylesheet: HTML

    func page(_ visit: Visit) async throws -> Page {
        let typed = (visit.query["q"] ?? "").trimmed
        let hasAsked = ["q", "village", "kind", "state"].contains { !(visit.query[$0] ?? "").isEmpty }
        let list: RequestList? =
            hasAsked
            ? try await visit.desk.fetch(
                RequestListQuery.self, visit.asked("q", "village", "kind", "state", "after"), by: visit.actor,
                at: visit.now)
            : nil
        let filters = try await options.form(visit, action: "/search", field: field(typed, visit), keeping: [])
        return Page(
            visit.words["search.title"], wide: true,
            body: "\(stylesheet)\(filters)\(results(list, visit))")
    }

    private func field(_ typed: String, _ visit: Visit) -> HTML {
        """
        <p class="grow"><label for="f-q">\(visit.words["search.field"])</label>
        <input id="f-q" name="q" type="search" value="\(typed)" maxlength="100" autocomplete="off"></p>
        """
    }

    private func results(_ list: RequestList?, _ visit: Visit) -> HTML {
        let words = visit.words
        guard let list else {
            return
                "<div class=\"empty\"><p>\(words["search.start"])</p><ul><li>\(words["search.start.words"])</li><li>\(words["search.start.number"])</li><li>\(words["search.start.phone"])</li></ul></div>"
        }
        if list.items.isEmpty {
            return """
                <div class="empty"><h2>\(words["search.none"])</h2><p>\(words["search.none.next"])</p>
                <p><a class="button second" href="/search">\(words["search.again"])</a></p></div>
                """
        }
        return CaseRows.list(list.items, self.words[visit.language], now: visit.now)
            + (CaseRows.pager(visit, next: list.next) ?? .empty)
    }
}
