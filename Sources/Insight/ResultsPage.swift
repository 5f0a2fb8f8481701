import Desk
import Registry
import Service
import Values
import Web

/// The figures, in a fixed order and never as a league: every number opens the list that it counts.
struct ResultsPage: Sendable {
    let directory: Directory
    let stylesheet: HTML

    /// Columns of the table and of the file, in order.
    static let columns: [Measure] = [
        .opened, .resolved, .inLimit, .late, .reopened, .confirmed, .unconfirmed, .merged, .withdrawn,
    ]
    static let filters = ["by", "from", "to", "village", "kind", "channel"]

    func page(_ visit: Visit) async throws -> Page {
        let results = try await visit.desk.fetch(ResultsQuery.self, inputs(visit), by: visit.actor, at: visit.now)
        let words = visit.words
        let empty = results.total.count(.opened) == 0
        return Page(
            words["results.title"], wide: true,
            body: """
                \(stylesheet)<p class="lead">\(words("results.lead", ["from": month(results.from, words), "to": month(results.to, words)]))</p>
                \(try await filterForm(results, visit))\(empty ? nothing(visit) : figures(results, visit))
                \(definitions(results, visit))
                """)
    }

    func inputs(_ visit: Visit) -> RawInputs {
        visit.asked("by", "from", "to", "village", "kind", "channel")
    }

    private func nothing(_ visit: Visit) -> HTML {
        """
        <div class="empty"><h2>\(visit.words["results.empty"])</h2><p>\(visit.words["results.empty.next"])</p>
        <p><a class="button second" href="/results">\(visit.words["results.clear"])</a></p></div>
        """
    }

    // MARK: Figures

    private func figures(_ results: Results, _ visit: Visit) -> HTML {
        """
        \(total(results, visit))\(tabs(results, visit))\(table(results, visit))
        <p class="actions"><a class="button second" href="\(link("/results.csv", Self.filters, visit))" download>\(visit.words["results.csv"])</a></p>
        """
    }

    private func total(_ results: Results, _ visit: Visit) -> HTML {
        let words = visit.words
        let total = results.total
        func tile(_ value: HTML, _ title: String) -> HTML {
            "<li class=\"tile still\"><p><b>\(value)</b> <span>\(title)</span></p></li>"
        }
        return """
            <ul class="tiles">\(counted(.opened, total, results, visit))\(counted(.resolved, total, results, visit))\
            \(tile(share(total), words["measure.share-in-limit"]))\(tile(stars(total), words["measure.satisfaction"]))\
            \(counted(.reopened, total, results, visit))\(counted(.unconfirmed, total, results, visit))\
            \(tile(total.perThousandHouseholds.map { "\(tenths($0))" } ?? "–", words["measure.per-1000-households"]))</ul>
            """
    }

    private func counted(_ measure: Measure, _ row: ResultRow, _ results: Results, _ visit: Visit) -> HTML {
        """
        <li class="tile"><a href="\(address(measure, row, results, visit))"><b>\(row.count(measure))</b> <span>\(visit.words["measure.\(measure.rawValue)"])</span></a></li>
        """
    }

    private func tabs(_ results: Results, _ visit: Visit) -> HTML {
        let items: [HTML] = ResultGroup.allCases.map { group in
            let here: HTML = group.rawValue == results.by ? " aria-current=\"page\"" : .empty
            return
                "<li><a href=\"\(visit.link(["by": group.rawValue]))\"\(here)>\(visit.words["results.by.\(group.rawValue)"])</a></li>"
        }
        return "<nav aria-label=\"\(visit.words["results.by"])\"><ul class=\"tabs\">\(items)</ul></nav>"
    }

    private func table(_ results: Results, _ visit: Visit) -> HTML {
        let words = visit.words
        let isByVillage = results.by == ResultGroup.village.rawValue
        var heads: [HTML] = Self.columns.map { "<th scope=\"col\">\(words["measure.\($0.rawValue)"])</th>" }
        heads += ["share-in-limit", "satisfaction"].map { "<th scope=\"col\">\(words["measure.\($0)"])</th>" }
        if isByVillage { heads.append("<th scope=\"col\">\(words["measure.per-1000-households"])</th>") }
        let rows: [HTML] = results.rows.map { row($0, results, visit, isByVillage) }
        return """
            <div class="scroll" role="region" tabindex="0" aria-label="\(words["results.table"])">
            <table class="figures"><thead><tr><th scope="col">\(words["results.unit.\(results.by)"])</th>\(heads)</tr></thead>
            <tbody>\(rows)</tbody></table></div><p class="quiet">\(words("results.small", ["n": "\(ResultRow.smallBelow)"]))</p>
            """
    }

    private func row(_ row: ResultRow, _ results: Results, _ visit: Visit, _ isByVillage: Bool) -> HTML {
        let words = visit.words
        let numbers: [HTML] = Self.columns.map { measure in
            let label = words["measure.\(measure.rawValue)"]
            let n = row.count(measure)
            return n == 0
                ? "<td data-label=\"\(label)\">0</td>"
                : "<td data-label=\"\(label)\"><a href=\"\(address(measure, row, results, visit))\">\(n)</a></td>"
        }
        let perThousand: HTML? =
            isByVillage
            ? "<td data-label=\"\(words["measure.per-1000-households"])\">\(row.perThousandHouseholds.map { tenths($0) } ?? "–")</td>"
            : nil
        let title =
            results.by == ResultGroup.month.rawValue ? month(row.key, words) : row.title.in(visit.language)
        return """
            <tr class="\(row.isSmall ? "few" : "")"><th scope="row">\(title)\(row.isSmall ? " <span class=\"tag\">\(words["results.few"])</span>" as HTML : nil)</th>\
            \(numbers)<td data-label="\(words["measure.share-in-limit"])">\(share(row))</td>\
            <td data-label="\(words["measure.satisfaction"])">\(stars(row))</td>\(perThousand)</tr>
            """
    }

    private func share(_ row: ResultRow) -> HTML { row.shareInLimit.map { "\(tenths($0)) %" } ?? "–" }
    private func stars(_ row: ResultRow) -> HTML {
        row.satisfaction.map { "\($0 / 100).\($0 % 100 < 10 ? "0" : "")\($0 % 100)" } ?? "–"
    }

    private func month(_ text: String, _ words: Words) -> String {
        let parts = text.split(separator: "-")
        guard parts.count == 2, let number = Int(parts[1]) else { return text }
        return words("results.month", ["year": String(parts[0]), "month": words["month.\(number)"]])
    }

    // MARK: Addresses

    /// The list behind one number: the row's group on top of what is filtered.
    private func address(_ measure: Measure, _ row: ResultRow, _ results: Results, _ visit: Visit) -> String {
        var items: [String: String] = ["measure": measure.rawValue, "from": results.from, "to": results.to]
        for name in ["village", "kind", "channel"] {
            if let value = visit.query[name], !value.isEmpty { items[name] = value }
        }
        // The whole has no key of its own.
        if row != results.total {
            switch ResultGroup(rawValue: results.by) {
            case .month:
                items["from"] = row.key
                items["to"] = row.key
            case .village where row.key.isEmpty: items["unknown"] = "true"
            default: items[results.by] = row.key
            }
        }
        return "/results/list?"
            + items.keys.sorted().map { $0 + "=" + percentEncoded(items[$0] ?? "") }.joined(separator: "&")
    }

    private func link(_ path: String, _ names: [String], _ visit: Visit) -> String {
        let items = names.compactMap { name in
            visit.query[name].flatMap { $0.isEmpty ? nil : name + "=" + percentEncoded($0) }
        }
        return items.isEmpty ? path : path + "?" + items.joined(separator: "&")
    }

    // MARK: Filters and definitions

    private func filterForm(_ results: Results, _ visit: Visit) async throws -> HTML {
        let words = visit.words
        let language = visit.language
        let snapshot = try await directory.current(at: visit.now)
        let now = Month(of: visit.now.day)
        let months: [(String, String)] = (0..<24).map { now.adding(months: -$0).text }.map { ($0, month($0, words)) }
        let villages = snapshot.villages(under: visit.actor.grants.map(\.reach)).map {
            ($0.id.text, $0.name(in: language))
        }
        let kinds = visit.desk.kinds.all.map { ($0.name, $0.title.in(language)) }
        let channels = Channel.allCases.map { ($0.rawValue, words["channel.\($0.rawValue)"]) }
        return """
            <details class="filters"><summary>\(words["filter.title"])</summary><form method="get" action="/results">
            <input type="hidden" name="by" value="\(results.by)">
            \(select("from", results.from, months, nil, words))\(select("to", results.to, months, nil, words))\
            \(select("village", visit.query["village"] ?? "", villages, words["filter.any"], words))\
            \(select("kind", visit.query["kind"] ?? "", kinds, words["filter.any"], words))\
            \(select("channel", visit.query["channel"] ?? "", channels, words["filter.any"], words))
            <button class="button second">\(words["filter.apply"])</button></form></details>
            """
    }

    private func select(
        _ name: String, _ chosen: String, _ options: [(String, String)], _ any: String?, _ words: Words
    ) -> HTML {
        let list: [HTML] = options.map {
            "<option value=\"\($0.0)\"\($0.0 == chosen ? " selected" as HTML : .empty)>\($0.1)</option>"
        }
        let isStrange = !chosen.isEmpty && !options.contains { $0.0 == chosen }
        return """
            <p><label for="r-\(name)">\(words["filter.\(name)"])</label><select id="r-\(name)" name="\(name)">\
            \(any.map { "<option value=\"\">\($0)</option>" as HTML })\
            \(isStrange ? "<option value=\"\(chosen)\" selected>\(chosen)</option>" as HTML : nil)\(list)</select></p>
            """
    }

    private func definitions(_ results: Results, _ visit: Visit) -> HTML {
        let items: [HTML] = results.definitions.map {
            """
            <dt>\($0.title.in(visit.language)) <span class="quiet">\($0.id) v\($0.version)</span></dt><dd>\($0.text.in(visit.language))</dd>
            """
        }
        return
            "<details class=\"definitions\"><summary>\(visit.words["results.definitions"])</summary><dl>\(items)</dl></details>"
    }
}
