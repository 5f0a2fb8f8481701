package import Desk
import Registry
package import Storage
package import Values

/// The figures of a county or of the villages that somebody's roles reach, from the counters.
package struct ResultsQuery: Query {
    package static let name = "results"
    package static let door = Door.get("/results")
    package static let who: Who = .roles(Role.staff)
    @Input package var by: ResultGroup?
    /// `2026-11`; the last twelve months when nothing is said.
    @Input package var from: Month?
    @Input package var to: Month?
    @Input package var village: ID<Village>?
    @Input(.length(1...40)) package var kind: String?
    @Input package var channel: Channel?

    package init() {}

    package func fetch(_ work: Work) throws -> Results {
        let scope = try ResultScope(work, village: village)
        let last = to ?? Month(of: work.now.day)
        let first = from ?? last.adding(months: -11)
        let group = by ?? .village
        let cells = try work.tx.counted(
            scope, by: group, from: first, to: last, kind: kind, channel: channel)
        var byKey: [String: [String: Int]] = [:]
        var all: [String: Int] = [:]
        for cell in cells {
            byKey[cell.key, default: [:]][cell.measure, default: 0] += cell.n
            all[cell.measure, default: 0] += cell.n
        }
        let households = try work.tx.households(scope)
        let keys = ordered(byKey.keys, group, scope, work.desk)
        // A village without cases is a figure, too.
        let rows = keys.map { key in
            ResultRow(
                key: key, title: title(key, group, scope, work.desk), raw: byKey[key] ?? [:],
                households: group == .village ? households[key] : nil)
        }
        let total = ResultRow(
            key: "", title: Self.whole(work.desk), raw: all, households: households.values.reduce(0, +))
        return Results(
            by: group.rawValue, from: first.text, to: last.text, rows: rows, total: total,
            definitions: MeasureDefinition.all(work.desk.locales))
    }

    private static func whole(_ desk: Desk) -> Texts { texts("results.whole", desk) }

    private func ordered(
        _ found: some Sequence<String>, _ group: ResultGroup, _ scope: ResultScope, _ desk: Desk
    ) -> [String] {
        let found = Set(found)
        switch group {
        case .village:
            let known = scope.villages.map(\.id.text)
            return known + found.subtracting(known).sorted()
        case .kind: return desk.kinds.names.filter(found.contains) + found.subtracting(desk.kinds.names).sorted()
        case .channel: return Channel.allCases.map(\.rawValue).filter(found.contains)
        case .month: return found.sorted(by: >)
        }
    }

    private func title(_ key: String, _ group: ResultGroup, _ scope: ResultScope, _ desk: Desk) -> Texts {
        switch group {
        case .village:
            scope.names[key] ?? texts("staff.unknown-village", desk)
        case .kind: desk.kinds.current(key)?.title ?? Texts(zh: key, en: key)
        case .channel: texts("channel.\(key)", desk)
        case .month: Texts(zh: key, en: key)
        }
    }
}

private func texts(_ key: String, _ desk: Desk) -> Texts {
    Texts(zh: desk.locales.words(.chinese)[key], en: desk.locales.words(.english)[key])
}

package struct Results: Answer, Equatable {
    package let by: String
    package let from: String
    package let to: String
    package let rows: [ResultRow]
    package let total: ResultRow
    package let definitions: [MeasureDefinition]

    package static var schema: Schema {
        .object([
            ("by", .choice(ResultGroup.allCases.map(\.rawValue))), ("from", .text), ("to", .text),
            ("rows", .array(ResultRow.schema)), ("total", ResultRow.schema),
            ("definitions", .array(MeasureDefinition.schema)),
        ])
    }
}

/// A calendar month in Asia/Shanghai.
package struct Month: InputValue, Hashable, Comparable {
    package let text: String

    package init(of day: Day) { text = day.monthISO }
    /// Reads `2026-11`.
    package init?(_ text: String) {
        guard text.utf8.count == 7, Day(iso: text + "-01") != nil else { return nil }
        self.text = text
    }

    package var firstDay: Day { Day(iso: text + "-01") ?? Day(number: 0) }
    package func adding(months: Int) -> Month {
        let (year, month, _) = firstDay.civil
        let count = year * 12 + month - 1 + months
        return Month(of: Day(year: min(max(count / 12, 1), 9999), month: count % 12 + 1, day: 1) ?? firstDay)
    }
    package static func < (a: Month, b: Month) -> Bool { a.text < b.text }

    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Month {
        let text = try String.parse(raw, [.length(1...20)])
        guard let month = Month(text) else { throw InputComplaint("not-a-month") }
        return month
    }
    package static func schema(_ rules: [InputRule]) -> Schema { .string(pattern: "^[0-9]{4}-(0[1-9]|1[0-2])$") }
    package static func control(_ rules: [InputRule]) -> InputControl { .line }
}
