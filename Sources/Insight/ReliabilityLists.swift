import Desk
import Service
import Values
import Web

/// The interruptions and outages behind the figures of supply, and the list for planning.
struct ReliabilityLists: Sendable {
    let rows: RowWordsTable
    let stylesheet: HTML

    /// `/results/reliability/list`
    func interruptions(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let found = try await visit.desk.fetch(
            InterruptionsQuery.self,
            visit.asked("year", "month", "village", "feeder", "area", "cause", "planned", "after"), by: visit.actor,
            at: visit.now)
        let rows: [HTML] = found.items.map { item in
            let minutes = item.restored.since(item.started) / 60_000
            let place = [item.village, item.area].filter { !$0.isEmpty }.joined(separator: " · ")
            let title: HTML =
                item.number.map { "<a href=\"/\(item.isPlanned ? "planned" : "outages")/\($0)\">\(VillagerParts.chinese(place, words)) · \($0)</a>" }
                ?? "<b>\(VillagerParts.chinese(place, words))</b>"
            return """
                <li>\(title)<p>\(words.range(item.started, item.restored, now: visit.now)) · \(words.lasted(minutes: minutes))</p>
                <p class="quiet">\(words("planned.customers", ["n": "\(item.customers)"])) · \(item.cause.in(visit.language))</p></li>
                """
        }
        return Page(
            words["reliability.list"], back: "/results/reliability",
            body: """
                \(stylesheet)\(rows.isEmpty ? "<p class=\"empty\">\(words["reliability.list-none"])</p>" : "<ul class=\"rows\">\(rows)</ul>" as HTML)\(CaseRows.pager(visit, next: found.next))
                """)
    }

    /// `/results/reliability/promises`
    func promises(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let found = try await visit.desk.fetch(
            PromisesQuery.self, visit.asked("year", "limit", "missed", "after"), by: visit.actor, at: visit.now)
        let rows: [HTML] = found.items.map { item in
            """
            <li><a href="/outages/\(item.number)">\(VillagerParts.chinese(item.villageName, words)) · \(item.number)</a>
            <p>\(words("reliability.due", ["moment": words.moment(item.due, now: visit.now)]))\
            \(item.stopped.map { " · \(words("reliability.done", ["moment": words.moment($0, now: visit.now)]))" as HTML })</p></li>
            """
        }
        return Page(
            words["reliability.promises"], back: "/results/reliability",
            body: """
                \(stylesheet)\(rows.isEmpty ? "<p class=\"empty\">\(words["reliability.list-none"])</p>" : "<ul class=\"rows\">\(rows)</ul>" as HTML)\(CaseRows.pager(visit, next: found.next))
                """)
    }

    /// A number that leads to the complaints that it counts.
    private func cases(_ n: Int, _ matter: SupplyMatter, _ row: PlanningRow, _ visit: Visit) -> HTML {
        guard n > 0 else { return "\(n)" }
        var asked = "matter=\(matter.rawValue)"
        if !row.area.isEmpty { asked += "&area=\(percentEncoded(row.area))" }
        // A row without an area is one village's; one with an area counts what the list was narrowed to.
        let village = row.area.isEmpty ? row.village : visit.query["village"] ?? ""
        if !village.isEmpty { asked += "&village=\(percentEncoded(village))" }
        if row.area.isEmpty, row.village.isEmpty { asked += "&unknown=true" }
        return "<a href=\"/results/planning/cases?\(asked)\">\(n)</a>"
    }

    /// `/results/planning/cases`
    func planningCases(_ visit: Visit) async throws -> Page {
        let matter = SupplyMatter(rawValue: visit.query["matter"] ?? "") ?? .voltage
        var inputs = visit.asked("area", "village", "unknown", "after")
        inputs["matter"] = .text(matter.rawValue)
        let list = try await visit.desk.fetch(PlanningCasesQuery.self, inputs, by: visit.actor, at: visit.now)
        return Page(
            visit.words["supply-matter.\(matter.rawValue)"], wide: true, back: "/results/planning",
            body: "\(stylesheet)\(ResultListPage(rows: rows, stylesheet: stylesheet).list(list, visit))")
    }

    /// `/results/planning`
    func planning(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let found = try await visit.desk.fetch(PlanningQuery.self, visit.asked("village"), by: visit.actor, at: visit.now)
        let columns = ["customers", "low-voltage", "frequent", "outages", "saidi"]
        let heads: [HTML] = columns.map { "<th scope=\"col\">\(words["planning.\($0)"])</th>" }
        let rows: [HTML] = found.rows.map { row in
            // Of an area that nobody named nothing is known but its cases.
            let isKnown = !row.area.isEmpty
            let outages: HTML =
                !isKnown
                ? "–"
                : row.outages == 0
                    ? "\(row.outages)" : "<a href=\"/results/reliability/list?area=\(percentEncoded(row.area))\">\(row.outages)</a>"
            let values: [HTML] = [
                isKnown ? "\(row.customers)" : "–", cases(row.lowVoltage, .voltage, row, visit),
                cases(row.frequentOutages, .outage, row, visit), outages,
                isKnown ? HTML(ReliabilityPage.number(row.saidiMinutes, 1)) : "–",
            ]
            let area = isKnown ? row.areaName.in(visit.language) : words["planning.no-area"]
            let cells: [HTML] = zip(columns, values).map { "<td data-label=\"\(words["planning.\($0)"])\">\($1)</td>" }
            return "<tr><th scope=\"row\">\(row.villageName.in(visit.language)) · \(area)</th>\(cells)</tr>"
        }
        let body: HTML =
            rows.isEmpty
            ? "<p class=\"empty\">\(words["planning.none"])</p>"
            : """
            <div class="scroll" role="region" tabindex="0" aria-label="\(words["planning.title"])"><table class="figures"><thead><tr>\
            <th scope="col">\(words["planning.area"])</th>\(heads)</tr></thead><tbody>\(rows)</tbody></table></div>
            <p class="actions"><a class="button second" href="/results/planning.csv" download>\(words["results.csv"])</a></p>
            """
        return Page(
            words["planning.title"], wide: true, back: "/results/reliability",
            body: """
                \(stylesheet)<p class="lead">\(words("planning.lead", ["since": words.relativeDay(found.since, today: visit.now.day)]))</p>\(body)
                """)
    }
}

/// The same as files for a spreadsheet.
enum ReliabilityCSV {
    static func text(_ found: ReliabilityResults, _ words: Words) -> String {
        var out = ResultsCSV.mark
        ResultsCSV.line(
            [
                found.by.rawValue, "title", "customers_served", "customers_interrupted", "customer_minutes", "saidi_min",
                "saifi", "caidi_min", "maifi", "asai",
            ], into: &out)
        for row in found.rows + [found.all] { ResultsCSV.line(fields(row, words), into: &out) }
        var without = fields(found.withoutMajor, words)
        without[1] += " " + words["reliability.without-major"]
        ResultsCSV.line(without, into: &out)
        return out
    }

    private static func fields(_ row: ReliabilityFigures, _ words: Words) -> [String] {
        let number = ReliabilityPage.number
        return [
            row.key, row.title.in(words.language), "\(row.customersServed)", "\(row.customersInterrupted)",
            number(row.customerMinutes, 3), number(row.saidiMinutes, 6), number(row.saifi, 6),
            row.caidiMinutes.map { number($0, 6) } ?? "", number(row.maifi, 6), number(row.asai, 9),
        ]
    }

    static func text(_ list: PlanningList, _ words: Words) -> String {
        var out = ResultsCSV.mark
        ResultsCSV.line(
            ["village", "area", "area_id", "customers", "low_voltage", "frequent_outages", "outages", "saidi_min"], into: &out)
        for row in list.rows {
            ResultsCSV.line(
                [
                    row.villageName.in(words.language), row.areaName.in(words.language), row.area, "\(row.customers)",
                    "\(row.lowVoltage)", "\(row.frequentOutages)", "\(row.outages)",
                    ReliabilityPage.number(row.saidiMinutes, 3),
                ], into: &out)
        }
        return out
    }
}
