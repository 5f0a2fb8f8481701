package import Values

/// What is wrong with a row of a file of reports or outages.
package struct RowProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Counted from 1, with the header.
    package let line: Int
    /// Stable, for programs.
    package let code: String
    /// In English, for the operator.
    package let text: String

    package init(_ line: Int, _ code: String, _ text: String) {
        self.line = line
        self.code = code
        self.text = text
    }

    package var description: String { "line \(line): \(text)" }
}

/// All that is wrong with a file: the first hundred, and how many there are.
package struct RowProblems: Error, Sendable, CustomStringConvertible {
    package private(set) var first: [RowProblem] = []
    package private(set) var count = 0

    package init(_ problems: [RowProblem] = []) {
        for problem in problems { add(problem) }
    }

    package var isEmpty: Bool { count == 0 }

    package mutating func add(_ problem: RowProblem) {
        count += 1
        if first.count < 100 { first.append(problem) }
    }

    /// Those that are kept, by their line.
    var byLine: RowProblems {
        var sorted = self
        sorted.first.sort { $0.line < $1.line }
        return sorted
    }

    package var description: String {
        let lines = first.map(\.description)
        return (count > first.count ? lines + ["and \(count - first.count) more"] : lines).joined(separator: "\n")
    }
}

/// Files of reports and of the incidents that they make (docs/rules/locate.md).
package enum ReportsText {
    /// Adds the rows of a table `report,at,load`, with `light` (`off` or `on`; off when empty or
    /// absent) if a row may also say that somebody has light. Rows in any order.
    package static func read(_ bytes: [UInt8], into reports: inout FeederReports) throws(RowProblems) {
        var table = TextTable(bytes)
        var problems = RowProblems()
        var columns: [Int] = []
        for name in ["report", "at", "load"] {
            if let column = table.column(name) {
                columns.append(column)
            } else {
                problems.add(RowProblem(1, "column-missing", "the column '\(name)' is missing; needed are report,at,load"))
            }
        }
        guard problems.isEmpty else { throw problems }
        let light = table.column("light")
        while table.next() {
            if let problem = add(table, columns[1], columns[2], light, to: &reports) { problems.add(problem) }
        }
        guard problems.isEmpty else { throw problems }
    }

    private static func add(
        _ table: TextTable, _ at: Int, _ load: Int, _ light: Int?, to reports: inout FeederReports
    ) -> RowProblem? {
        func problem(_ code: String, _ text: String) -> RowProblem { RowProblem(table.line, code, text) }
        guard table.count == table.header.count else {
            return problem("wrong-count", "\(table.count) fields instead of \(table.header.count)")
        }
        guard let moment = Instant(iso: table[at]) else {
            return problem("not-a-moment", "'\(table[at])' is not a moment like 2026-07-20T21:04+08:00")
        }
        guard let position = reports.tree.position(load: table[load]) else {
            let isKnown = reports.tree.unfedLoads.contains { reports.tree.network.loads[$0].id == table[load] }
            return isKnown
                ? problem("load-without-supply", "load '\(table[load])' has no supply in this network")
                : problem("unknown-load", "load '\(table[load])' is not in the network")
        }
        switch light.map({ table[$0] }) ?? "" {
        case "", "off": reports.addDark(position, at: moment)
        case "on": reports.addLit(position, at: moment)
        case let other: return problem("unknown-light", "'\(other)' is neither off nor on")
        }
        return nil
    }

    /// `incident,edge,probability,also`, a line an incident by its first report. The edge is empty
    /// when a single house hangs from the source itself.
    package static func incidents(_ faults: [LocatedFault], in tree: NetworkTree) -> String {
        var lines = ["incident,edge,probability,also"]
        for (number, fault) in faults.enumerated() {
            let edge = tree.isSource(fault.edge) ? "" : tree.edgeValue(fault.edge).id
            let also = fault.sameCustomers.map { tree.edgeValue($0).id }.joined(separator: " ")
            lines.append("\(number + 1),\(quoted(edge)),\(fixed(fault.probability, 4)),\(quoted(also))")
        }
        return lines.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        text.contains { $0 == "," || $0 == "\"" || $0 == "\n" }
            ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}

/// A number with so many decimals, half away from zero: `0.1235`.
package func fixed(_ value: Double, _ decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let whole = Int(scaled)
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let digits = String(repeating: "0", count: max(0, decimals + 1 - String(whole).count)) + String(whole)
    return "\(sign)\(digits.dropLast(decimals)).\(digits.suffix(decimals))"
}
