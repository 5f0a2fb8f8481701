import ArgumentParser
import PowerRules

extension RulesCommand {
    /// Checks a network and says what is wrong with it.
    struct CheckNetwork: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "network",
            abstract: "Check a network: 'severity,code,id,values' for each finding; fails when there is an error.")

        @Option(help: "A folder with nodes.csv, edges.csv and loads.csv, or network.json.") var network: String

        func run() throws {
            let check = NetworkCheck(NetworkTree(try RuleFiles.network(network)))
            say((["severity,code,id,values"] + check.findings.map(RulesCommand.line)).joined(separator: "\n"))
            for (code, count) in check.counts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where count > NetworkCheck.mostKept {
                RuleFiles.remark("\(code.rawValue): \(count), of which \(NetworkCheck.mostKept) are listed")
            }
            if !check.isSound { throw ExitCode.failure }
        }
    }

    /// Says where faults are likely to be.
    struct Locate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Locate faults: prints 'incident,edge,probability,also' (docs/rules/locate.md).")

        @Option(help: "A folder with nodes.csv, edges.csv and loads.csv, or network.json.") var network: String
        @Option(help: "A table report,at,load and, not required, light (off or on).") var reports: String
        @Option(help: "Minutes of silence after which a new incident begins.") var silence = 90

        func validate() throws {
            guard (1...100_000).contains(silence) else { throw ValidationError("--silence is from 1 to 100000 minutes.") }
        }

        func run() throws {
            let tree = NetworkTree(try RuleFiles.network(network))
            try RulesCommand.demandRadial(NetworkCheck(tree), network)
            var policy = LocatingPolicy()
            policy.longestSilenceMinutes = silence
            let found = try RuleFiles.rows(reports) { bytes in
                var reports = FeederReports(tree, policy: policy)
                try ReportsText.read(bytes, into: &reports)
                return reports.located()
            }
            say(ReportsText.incidents(found, in: tree))
        }
    }

    private static func line(_ finding: NetworkCheck.Finding) -> String {
        let values = finding.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return "\(finding.code.severity.rawValue),\(finding.code.rawValue),\(finding.id),\(values.joined(separator: " "))"
    }

    /// A fault has one place only where every customer has one way to a source. Parts without supply do
    /// not disturb and are remarked.
    private static func demandRadial(_ check: NetworkCheck, _ folder: String) throws {
        let errors = check.findings.filter { $0.code.severity == .error }
        for finding in errors where finding.code == .island { RuleFiles.remark("\(folder): \(line(finding))") }
        let serious = errors.filter { $0.code != .island }
        guard serious.isEmpty else { throw FileProblem(folder, serious.map(line).joined(separator: "\n")) }
    }
}
