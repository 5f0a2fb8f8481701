/// The check as a person reads it.
enum StormReport {
    static func text(_ check: StormCheck) -> String {
        let log = check.log
        var lines: [String] = []
        let kinds = StormPlan.Kind.allCases.map { kind in "\(log.faults.count { $0.kind == kind }) \(kind.rawValue)" }
        lines.append("faults: \(kinds.joined(separator: ", ")), of these behind another: \(log.parents.count)")
        let located = StormLog.Located.allCases.map { how in "\(how.rawValue) \(log.located.values.count { $0 == how })" }
        lines.append("located before anybody came: \(located.joined(separator: ", "))")
        lines.append("joined by hand \(log.joins), split by hand \(log.splits), passed on to the next worker \(log.passedOver)")
        lines.append("")
        for line in check.lines {
            lines.append("\(line.isEqual ? "  = " : "  ≠ ")\(line.what): \(line.expected)\(line.isEqual ? "" : "   found: \(line.found)")")
        }
        if !check.differences.isEmpty {
            lines.append("\ndifferences:")
            lines += check.differences.prefix(60).map { "  \($0)" }
            if check.differences.count > 60 { lines.append("  … and \(check.differences.count - 60) more") }
        }
        lines.append(check.isGood ? "\nThe night is as it was." : "\nThe night is not as it was.")
        return lines.joined(separator: "\n")
    }
}
