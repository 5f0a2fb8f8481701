package import Values

/// Reads the tables of outages, as Data/outages/README.md describes them.
package enum ReliabilityText {
    /// The rows of `events.csv`, in any order; those that began in another year are left out. Columns
    /// `external` and `limited` (0 or 1) need not be there.
    package static func events(
        _ bytes: [UInt8], year: Int, customersServed: Int
    ) throws(RowProblems) -> [Interruption] {
        let names = ["event_id", "step", "start", "restored", "customers", "planned", "cause"]
        var (table, problems) = try opened(bytes, names)
        let columns = names.map { table.column($0) ?? 0 }
        let further = (external: table.column("external"), limited: table.column("limited"))
        var rows: [Interruption] = []
        var steps: Set<String> = []
        var events: [String: [(row: Interruption, line: Int)]] = [:]
        while table.next() {
            do throws(RowProblem) {
                var row = try event(table, columns)
                row.isExternal = try flag(table, further.external)
                row.isLimitedSupply = try flag(table, further.limited)
                guard row.customers <= customersServed else {
                    throw RowProblem(
                        table.line, "too-many-customers",
                        "event \(row.event) has \(row.customers) customers, but only \(customersServed) are served")
                }
                guard steps.insert("\(table[columns[0]])\u{1}\(table[columns[1]])").inserted else {
                    throw RowProblem(table.line, "duplicate-step", "event \(row.event) has step \(table[columns[1]]) already")
                }
                events[row.event, default: []].append((row, table.line))
                if row.start.day.year == year { rows.append(row) }
            } catch {
                problems.add(error)
            }
        }
        for (event, steps) in events.sorted(by: { $0.key < $1.key }) {
            guard let (line, customers) = tooMany(steps, served: customersServed) else { continue }
            problems.add(
                RowProblem(
                    line, "too-many-customers",
                    "event \(event) has \(customers) customers without supply at once, but only \(customersServed) are served"))
        }
        guard problems.isEmpty else { throw problems.byLine }
        return rows
    }

    /// The row with which more customers are without supply at once than there are. A customer who lost
    /// supply again after a first step of the event had it back is in two of its rows.
    private static func tooMany(_ steps: [(row: Interruption, line: Int)], served: Int) -> (line: Int, customers: Int)? {
        // What ends at a moment makes room before what begins.
        var changes: [(at: Int64, isStart: Int, customers: Int, line: Int)] = []
        for (row, line) in steps {
            changes.append((row.start.milliseconds, 1, row.customers, line))
            changes.append((row.restored.milliseconds, 0, -row.customers, line))
        }
        changes.sort { ($0.at, $0.isStart, $0.line) < ($1.at, $1.isStart, $1.line) }
        var sum = 0
        for change in changes {
            sum += change.customers
            if sum > served { return (change.line, sum) }
        }
        return nil
    }

    /// A column that need not be there: 0 (or empty) or 1.
    private static func flag(_ table: TextTable, _ column: Int?) throws(RowProblem) -> Bool {
        guard let column else { return false }
        switch table[column] {
        case "", "0": return false
        case "1": return true
        case let other:
            throw RowProblem(table.line, "not-planned-or-not", "\(table.header[column]) is 0 or 1, not '\(other)'")
        }
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

    /// The minutes of each day of `history_daily_saidi.csv` that lies in these years.
    package static func history(_ bytes: [UInt8], in years: ClosedRange<Int>) throws(RowProblems) -> [Day: Double] {
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
        return days.filter { years.contains($0.key.year) }
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
