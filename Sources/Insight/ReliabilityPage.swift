import Desk
import Registry
import Service
import Values
import Web

/// The figures of supply of a year: every number opens the list that it counts.
struct ReliabilityPage: Sendable {
    let directory: Directory
    let stylesheet: HTML

    static func inputs(_ visit: Visit) -> RawInputs { visit.asked("year", "by", "village", "n") }

    func page(_ visit: Visit) async throws -> Page {
        let found = try await visit.desk.fetch(ReliabilityQuery.self, Self.inputs(visit), by: visit.actor, at: visit.now)
        let words = visit.words
        return Page(
            words["reliability.title"], wide: true, back: "/results",
            body: """
                \(stylesheet)<p class="lead">\(words("reliability.lead", ["year": "\(found.year)", "n": "\(found.all.customersServed)"]))</p>
                \(years(found, visit))\(found.rows.contains { $0.customersInterrupted > 0 } || found.all.maifi > 0 ? nil : "<p class=\"empty\">\(words["reliability.none"])</p>" as HTML)
                \(whole(found, visit))\(major(found, visit))\(tabs(found, visit))
                \(table(found.rows, found, words["reliability.by.\(found.by.rawValue)"], visit))
                \(worst(found, visit))\(repeated(found, visit))\(promises(found, visit))
                <p class="actions"><a class="button second" href="\(address("/results/reliability.csv", [:], visit))" download>\(words["results.csv"])</a>\
                <a class="button second" href="/results/planning">\(words["planning.title"])</a></p>
                <details><summary>\(words["results.definitions"])</summary><p>\(words["reliability.definitions"])</p></details>
                """)
    }

    private func years(_ found: ReliabilityResults, _ visit: Visit) -> HTML {
        let now = visit.now.day.year
        let items: [HTML] = (0..<6).map { now - $0 }.map { year in
            let here: HTML = year == found.year ? " aria-current=\"page\"" : .empty
            return "<li><a href=\"\(visit.link(["year": "\(year)"]))\"\(here)>\(year)</a></li>"
        }
        return "<nav aria-label=\"\(visit.words["reliability.year"])\"><ul class=\"tabs\">\(items)</ul></nav>"
    }

    private func tabs(_ found: ReliabilityResults, _ visit: Visit) -> HTML {
        let items: [HTML] = ReliabilityGroup.allCases.map { group in
            let here: HTML = group == found.by ? " aria-current=\"page\"" : .empty
            return "<li><a href=\"\(visit.link(["by": group.rawValue]))\"\(here)>\(visit.words["reliability.by.\(group.rawValue)"])</a></li>"
        }
        return "<nav aria-label=\"\(visit.words["results.by"])\"><ul class=\"tabs\">\(items)</ul></nav>"
    }

    // MARK: Figures

    private func whole(_ found: ReliabilityResults, _ visit: Visit) -> HTML {
        let words = visit.words
        let list = address("/results/reliability/list", [:], visit)
        func tile(_ value: String, _ key: String, _ link: String? = nil) -> HTML {
            let inner: HTML = "<b>\(value)</b> <span>\(words["reliability.\(key)"])</span>"
            return link.map { "<li class=\"tile\"><a href=\"\($0)\">\(inner)</a></li>" } ?? "<li class=\"tile still\"><p>\(inner)</p></li>"
        }
        return """
            <ul class="tiles">\(tile(Self.number(found.all.saidiMinutes, 1), "saidi", list))\(tile(Self.number(found.all.saifi, 3), "saifi", list))\
            \(tile(found.all.caidiMinutes.map { Self.number($0, 1) } ?? "–", "caidi", list))\(tile(Self.number(found.all.maifi, 3), "maifi", list))\
            \(tile(Self.number(found.all.asai * 100, 3) + " %", "asai"))\(tile(Self.number(found.rs1 * 100, 3) + " %", "rs1"))\(tile(Self.number(found.rs2 * 100, 3) + " %", "rs2"))\(tile(Self.number(found.rs3 * 100, 3) + " %", "rs3"))\
            \(tile(Self.number(found.plannedHours, 3), "planned-hours", address("/results/reliability/list", ["planned": "true"], visit)))\
            \(tile(Self.number(found.faultHours, 3), "fault-hours", address("/results/reliability/list", ["planned": "false"], visit)))</ul>
            <p>\(words("reliability.cemi", ["n": "\(found.cemiN)", "share": Self.number(found.cemi * 100, 2) + " %"]))</p>
            """
    }

    private func major(_ found: ReliabilityResults, _ visit: Visit) -> HTML {
        let words = visit.words
        guard let threshold = found.thresholdMinutes else { return "<p class=\"note\">\(words["reliability.no-history"])</p>" }
        let days = found.majorDays.map { words.relativeDay($0, today: visit.now.day) }.joined(separator: words["staff.list-comma"])
        return """
            <p class="note">\(words("reliability.major", ["threshold": Self.number(threshold, 3), "days": "\(found.historyDays)", "saidi": Self.number(found.withoutMajor.saidiMinutes, 1), "saifi": Self.number(found.withoutMajor.saifi, 3)]))\
            \(days.isEmpty ? words["reliability.no-major"] : words("reliability.major-days", ["days": days]))</p>
            """
    }

    private func table(_ rows: [ReliabilityFigures], _ found: ReliabilityResults, _ first: String, _ visit: Visit, by: ReliabilityGroup? = nil) -> HTML {
        let words = visit.words
        let heads: [HTML] = ["customers", "interrupted", "saidi", "saifi", "caidi", "maifi", "asai"].map {
            "<th scope=\"col\">\(words["reliability.head.\($0)"])</th>"
        }
        let lines: [HTML] = rows.map { row in
            let link = address("/results/reliability/list", Self.filter(by ?? found.by, row.key), visit)
            func cell(_ key: String, _ value: HTML) -> HTML { "<td data-label=\"\(words["reliability.head.\(key)"])\">\(value)</td>" }
            let some = row.customersInterrupted > 0
            func linked(_ text: String) -> HTML { some ? "<a href=\"\(link)\">\(text)</a>" : HTML(text) }
            return """
                <tr><th scope="row">\(row.title.in(visit.language))</th>\(cell("customers", "\(row.customersServed)"))\
                \(cell("interrupted", linked("\(row.customersInterrupted)")))\(cell("saidi", linked(Self.number(row.saidiMinutes, 1))))\
                \(cell("saifi", linked(Self.number(row.saifi, 3))))\(cell("caidi", linked(row.caidiMinutes.map { Self.number($0, 1) } ?? "–")))\
                \(cell("maifi", linked(Self.number(row.maifi, 3))))\(cell("asai", HTML(Self.percent(row.asai))))</tr>
                """
        }
        return """
            <div class="scroll" role="region" tabindex="0" aria-label="\(first)"><table class="figures"><thead><tr>\
            <th scope="col">\(first)</th>\(heads)</tr></thead><tbody>\(lines)</tbody></table></div>
            """
    }

    private func worst(_ found: ReliabilityResults, _ visit: Visit) -> HTML? {
        guard !found.worst.isEmpty else { return nil }
        let title = visit.words["reliability.worst"]
        return "<section><h2>\(title)</h2>\(table(found.worst, found, visit.words["reliability.by.area"], visit, by: .area))</section>"
    }

    private func repeated(_ found: ReliabilityResults, _ visit: Visit) -> HTML? {
        guard !found.repeated.isEmpty else { return nil }
        let words = visit.words
        let items: [HTML] = found.repeated.map { row in
            """
            <li><a href="\(address("/results/reliability/list", Self.filter(.area, row.area), visit))">\(row.title.in(visit.language))</a>
            <p>\(words("reliability.repeated-line", ["n": "\(row.events)", "first": words.relativeDay(row.first, today: visit.now.day), "last": words.relativeDay(row.last, today: visit.now.day)]))</p></li>
            """
        }
        return """
            <section><h2>\(words("reliability.repeated", ["n": "\(ReliabilityQuery.repeatedEvents)", "days": "\(ReliabilityQuery.repeatedDays)"]))</h2>
            <ul class="rows">\(items)</ul></section>
            """
    }

    private func promises(_ found: ReliabilityResults, _ visit: Visit) -> HTML? {
        guard !found.promises.isEmpty else { return nil }
        let words = visit.words
        func link(_ n: Int, _ limit: String, _ missed: Bool) -> HTML {
            n == 0 ? "0" : "<a href=\"/results/reliability/promises?year=\(found.year)&amp;limit=\(limit)&amp;missed=\(missed ? "true" : "false")\">\(n)</a>"
        }
        let rows: [HTML] = found.promises.map {
            """
            <tr><th scope="row">\($0.title.in(visit.language))</th><td data-label="\(words["reliability.kept"])">\(link($0.kept, $0.limit, false))</td>\
            <td data-label="\(words["reliability.missed"])">\(link($0.missed, $0.limit, true))</td><td data-label="\(words["reliability.open"])">\($0.open)</td></tr>
            """
        }
        let heads: [HTML] = ["kept", "missed", "open"].map { "<th scope=\"col\">\(words["reliability.\($0)"])</th>" }
        let title = words["reliability.promises"]
        return """
            <section><h2>\(title)</h2><div class="scroll" role="region" tabindex="0" aria-label="\(title)"><table class="figures">
            <thead><tr><th scope="col">\(words["reliability.promise"])</th>\(heads)</tr></thead><tbody>\(rows)</tbody></table></div></section>
            """
    }

    // MARK: Addresses and numbers

    private static func filter(_ group: ReliabilityGroup, _ key: String) -> [String: String] {
        key.isEmpty ? [:] : [group.rawValue: key]
    }

    /// A list under the page's own filters.
    private func address(_ path: String, _ items: [String: String], _ visit: Visit) -> String {
        var all = items
        for name in ["year", "village", "by", "n"] where all[name] == nil {
            if name == "by" || name == "n", !path.hasSuffix(".csv") { continue }
            if let value = visit.query[name], !value.isEmpty { all[name] = value }
        }
        if all.isEmpty { return path }
        return path + "?" + all.keys.sorted().map { $0 + "=" + percentEncoded(all[$0] ?? "") }.joined(separator: "&")
    }

    /// So many decimals, rounded half up.
    static func number(_ value: Double, _ decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int((value * scale).rounded())
        if decimals == 0 { return "\(whole)" }
        let digits = String(abs(whole) % Int(scale) + Int(scale)).dropFirst()
        return "\(whole < 0 ? "-" : "")\(abs(whole) / Int(scale)).\(digits)"
    }
    static func percent(_ share: Double) -> String { number(share * 100, 4) + " %" }
}
