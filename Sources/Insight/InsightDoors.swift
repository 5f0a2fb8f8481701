package import Desk
import Hummingbird
package import Registry
import Service
import Values
package import Web

/// Reads across the services: the figures, their lists and their file.
package enum InsightDoors {
    package static func register(on site: Site, desk: Desk, directory: Directory) {
        let sheet: HTML = "<link rel=\"stylesheet\" href=\"\(site.assets.url("staff.css"))\">"
        let page = ResultsPage(directory: directory, stylesheet: sheet)
        let list = ResultListPage(rows: RowWordsTable(desk.locales), stylesheet: sheet)
        site.page("/results", who: ResultsQuery.who) { try await page.page($0) }
        site.page("/results/list", who: ResultListQuery.who) { try await list.page($0) }
        site.get("/results.csv", who: ResultsQuery.who) { visit in
            let results = try await visit.desk.fetch(
                ResultsQuery.self, page.inputs(visit), by: visit.actor, at: visit.now)
            return Response(
                status: .ok,
                headers: [
                    .contentType: "text/csv; charset=utf-8", .cacheControl: "no-store",
                    .contentDisposition: "attachment; filename=\"results-\(results.from)-\(results.to).csv\"",
                    .xContentTypeOptions: "nosniff",
                ],
                body: .init(byteBuffer: .init(string: ResultsCSV.text(results, visit.words))))
        }
        site.query(ResultsQuery.self)
        site.query(ResultListQuery.self)
        site.link("/results", key: "results.nav", who: ResultsQuery.who)
    }
}
