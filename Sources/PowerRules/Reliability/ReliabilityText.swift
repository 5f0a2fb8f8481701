package import Values

/// Reads the tables of outages, as Data/outages/README.md describes them.
package enum ReliabilityText {
    /// The rows of `events.csv`, in any order; those that began in another year are left out.
    package static func events(
        _ bytes: [UInt8], year: Int, customersServed: Int
    ) throws(RowProblems) -> [Interruption] {
        let names = ["event_id", "step", "start", "restored", "customers", "planned", "cause"]
        var (table, problems) = try opened(bytes, names)
        let columns = names.map { table.column($0) ?? 0 }
        var rows: [Interruption] = []
        var steps: Set<String> = []
        var hit: [String: Int] = [:]
        while table.next() {
            do throws(RowProblem) {
                let row = try event(table, columns)
                guard steps.insert("\(table[columns[0]])\u{1}\(table[columns[1]])").inserted else {
                    throw RowProblem(table.line, "duplicate-step", "event \(row.event) has step \(table[columns[1]]) already")
                }
                hit[row.event, default: 0] += row.customers
                guard hit[row.event, default: 0] <= customersServed else {
                    throw RowProblem(
                        table.line, "too-many-customers",
                        "event \(row.event) has \(hit[row.event] ?? 0) customers, but only \(customersServed) are served")
                }
                if row.start.day.year == year { rows.append(row) }
            } catch {
                problems.add(error)
            }
        }
        guard problems.isEmpty else { throw problems }
        return rows
    }

    private static func event(_ table: TextTable, _ columns: [Int]) throws(RowProblem) -> Interruption {
        guard table.count == table.header.count else {
            throw RowProblem(table.line, "wrong-count", "\(table.count) fields instead of \(table.header.count)")
        }
        let text = columns.map { table[$0] }
        guard !text[0].isEmpty else { throw RowProblem(table.line, "id-missing", "the event has no id") }
        guard let start = Instant(iso: text[2]) else {
            throw RowProblem(table.line, "not-a-moment", "'\(text[2])' is not a moment like 2025-07-20T21:04:00")
        }
        guard let restored = Instant(iso: text[3]) else {
            throw RowProblem(table.line, "not-a-moment", "'\(text[3])' is not a moment like 2025-07-20T21:04:00")
        }
        guard restored >= start else {
            throw RowProblem(table.line, "restored-before-start", "restored \(text[3]) before the start \(text[2])")
        }
        guard let customers = integer(table.utf8(columns[4])), customers >= 0 else {
            throw RowProblem(table.line, "not-a-count", "'\(text[4])' is not a number of customers")
        }
        guard text[5] == "0" || text[5] == "1" else {
            throw RowProblem(table.line, "not-planned-or-not", "planned is 0 or 1, not '\(text[5])'")
        }
        return Interruption(
            event: text[0], start: start, restored: restored, customers: customers, isPlanned: text[5] == "1", cause: text[6])
    }

    /// The minutes of each day of `history_daily_saidi.csv` that lies in the five years before.
    package static func history(_ bytes: [UInt8], before year: Int) throws(RowProblems) -> [Day: Double] {
        var (table, problems) = try opened(bytes, ["date", "saidi_min"])
        let (date, minutes) = (table.column("date") ?? 0, table.column("saidi_min") ?? 1)
        var days: [Day: Double] = [:]
        while table.next() {
            if let day = Day(iso: table[date]) {
                if let value = decimal(table.utf8(minutes)), value >= 0 {
                    if days.updateValue(value, forKey: day) != nil {
                        problems.add(RowProblem(table.line, "duplicate-day", "\(day.iso) stands there twice"))
                    }
                } else {
                    problems.add(
                        RowProblem(table.line, "not-minutes", "'\(table[minutes])' is not a number of minutes"))
                }
            } else {
                problems.add(RowProblem(table.line, "not-a-day", "'\(table[date])' is not a day like 2024-07-20"))
            }
        }
        guard problems.isEmpty else { throw problems }
        return days.filter { (year - 5..<year).contains($0.key.year) }
    }

    private static func opened(
        _ bytes: [UInt8], _ columns: [String]
    ) throws(RowProblems) -> (TextTable, RowProblems) {
        let table = TextTable(bytes)
        let missing = columns.filter { table.column($0) == nil }
        guard missing.isEmpty else {
            throw RowProblems(missing.map { RowProblem(1, "column-missing", "the column '\($0)' is missing") })
        }
        return (table, RowProblems())
    }
}
