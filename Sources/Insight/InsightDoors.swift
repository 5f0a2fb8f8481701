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
        reliability(
            site, ReliabilityPage(directory: directory, stylesheet: sheet),
            ReliabilityLists(rows: RowWordsTable(desk.locales), stylesheet: sheet))
        site.query(ResultsQuery.self)
        site.query(ResultListQuery.self)
        site.link("/results", key: "results.nav", who: ResultsQuery.who)
    }

    /// Supply: how reliable it is, what is behind the figures, and where it is to be made better.
    private static func reliability(_ site: Site, _ page: ReliabilityPage, _ lists: ReliabilityLists) {
        site.page("/results/reliability", who: ReliabilityQuery.who) { try await page.page($0) }
        site.page("/results/reliability/list", who: InterruptionsQuery.who) { try await lists.interruptions($0) }
        site.page("/results/reliability/promises", who: PromisesQuery.who) { try await lists.promises($0) }
        site.page("/results/planning/cases", who: PlanningCasesQuery.who) { try await lists.planningCases($0) }
        site.page("/results/planning", who: PlanningQuery.who) { try await lists.planning($0) }
        site.get("/results/reliability.csv", who: ReliabilityQuery.who) { visit in
            let found = try await visit.desk.fetch(
                ReliabilityQuery.self, ReliabilityPage.inputs(visit), by: visit.actor, at: visit.now)
            return .text(
                ReliabilityCSV.text(found, visit.words), type: "text/csv; charset=utf-8",
                filename: "reliability-\(found.year)-\(found.by.rawValue).csv")
        }
        site.get("/results/planning.csv", who: PlanningQuery.who) { visit in
            let found = try await visit.desk.fetch(
                PlanningQuery.self, visit.asked("village"), by: visit.actor, at: visit.now)
            return .text(
                ReliabilityCSV.text(found, visit.words), type: "text/csv; charset=utf-8",
                filename: "planning-\(found.since.iso).csv")
        }
        site.query(ReliabilityQuery.self)
        site.query(InterruptionsQuery.self)
        site.query(PromisesQuery.self)
        site.query(PlanningQuery.self)
        site.query(PlanningCasesQuery.self)
        site.link("/results/reliability", key: "reliability.nav", who: ReliabilityQuery.who)
    }
}
