package import Desk
package import PowerRules
package import Registry
import Storage
package import Values

/// What an import came to.
package struct NetworkReport: Sendable {
    /// nil: a dry run, or refused.
    package var version: ID<NetworkVersion>?
    package var feeder: ID<Feeder>?
    /// Errors first; at most 1,000 are kept.
    package var findings: [NetworkFinding] = []
    package var warnings = 0
    package var nodes = 0
    package var devices = 0
    package var areas = 0
    package var supplies = 0
    /// Loads that no account of the registry was found for.
    package var unlinked = 0

    package var errors: [NetworkFinding] { findings.filter(\.isError) }
}

/// What is to be imported, and as which feeder.
package struct NetworkOrder: Sendable {
    package var county: String
    package var feeder: String
    package var name: String
    package var substation: String
    package var substationName: String
    /// Works on the feeder; nil: the station of the village in which most of its customers live.
    package var station: ID<Unit>?
    /// Name of the file, kept with the version.
    package var source: String
    package var format: String
    /// Of the file's places; they are stored as WGS-84.
    package var datum: Datum
    /// Account number by the load's id, where the two differ.
    package var accounts: [String: String]
    package var isDryRun: Bool

    package init(
        county: String, feeder: String, name: String, substation: String, substationName: String,
        station: ID<Unit>? = nil, source: String, format: String, datum: Datum = .wgs84,
        accounts: [String: String] = [:], isDryRun: Bool = false
    ) {
        self.county = county
        self.feeder = feeder
        self.name = name
        self.substation = substation
        self.substationName = substationName
        self.station = station
        self.source = source
        self.format = format
        self.datum = datum
        self.accounts = accounts
        self.isDryRun = isDryRun
    }
}

/// Makes a new version of a feeder out of a file: checked whole, written in pieces that nobody sees,
/// then published by one short write.
package enum NetworkImport {
    /// Rows of one piece: some milliseconds on either engine.
    static let rowsPerWrite = 400

    /// - Throws: `network-import-busy` (409) while another import runs, and
    ///   `network-changed-meanwhile` (409) when a switch was operated during it.
    package static func run(
        _ file: NetworkFile, as order: NetworkOrder, desk: Desk, by actor: Actor? = nil,
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws -> NetworkReport {
        let actor = actor ?? .system(county: order.county)
        let file = file.inWGS84(from: order.datum)
        var report = NetworkReport()
        report.nodes = file.network.nodes.count
        report.devices = file.network.edges.count
        report.supplies = file.network.loads.count
        let tree = NetworkTree(file.network)
        let check = NetworkCheck(tree)
        report.findings = file.findings
        // Of a file that could not be read there is nothing more to say.
        if !file.network.nodes.isEmpty || file.findings.isEmpty { report.findings += check.findings.map(NetworkFinding.init) }
        report.warnings = check.count(.warning) - check.findings.count { $0.code.severity == .warning }
        guard report.errors.isEmpty else { return report.settled() }

        let known = try await accounts(of: file.network, order, desk)
        let villages = try await desk.database.read { try $0.villages(county: order.county) }
        let plan = NetworkPlan(tree, accountOf: order.accounts, accounts: known, villages: villages)
        report.findings += plan.findings
        // Those that are not listed any more.
        report.warnings += plan.counts[0] - plan.findings.filter { !$0.isError }.count
        report.areas = plan.areas.count
        report.unlinked = plan.unlinked
        report.findings += try await elsewhere(plan, order, desk)
        guard report.errors.isEmpty, !order.isDryRun else { return report.settled() }

        var settled = report.settled()
        let writer = NetworkWriter(
            desk: desk, actor: actor, order: order, file: file, plan: plan, villages: villages, report: settled,
            holder: desk.chance.token(bytes: 8))
        let made = try await writer.write(progress)
        settled.version = made.version
        settled.feeder = made.feeder
        return settled
    }

    /// The accounts that the loads name, by number.
    private static func accounts(
        of network: Network, _ order: NetworkOrder, _ desk: Desk
    ) async throws -> [String: NetworkPlan.KnownAccount] {
        var known: [String: NetworkPlan.KnownAccount] = [:]
        let numbers = network.loads.map { order.accounts[$0.id] ?? $0.id }
        for start in stride(from: 0, to: numbers.count, by: 500) {
            let part = Array(numbers[start..<min(start + 500, numbers.count)])
            let county = order.county
            for (number, account) in try await desk.database.read({ try $0.knownAccounts(part, county: county) }) {
                known[number] = account
            }
        }
        return known
    }

    /// Accounts that another feeder supplies already: two feeders would count them twice.
    private static func elsewhere(
        _ plan: NetworkPlan, _ order: NetworkOrder, _ desk: Desk
    ) async throws -> [NetworkFinding] {
        var findings: [NetworkFinding] = []
        let linked = plan.supplies.compactMap { supply in supply.account.map { (supply.load, $0) } }
        for start in stride(from: 0, to: linked.count, by: 500) {
            let part = Array(linked[start..<min(start + 500, linked.count)])
            let others = try await desk.database.read { tx in
                try tx.feederCodes(ofAccounts: part.map(\.1), county: order.county)
            }
            for (load, account) in part {
                guard let code = others[account], code != order.feeder else { continue }
                findings.append(
                    .init(error: "network-account-elsewhere", plan.network.loads[load].id, ["feeder": code]))
            }
        }
        return findings
    }
}

extension NetworkReport {
    /// Errors first, at most 1,000 kept, warnings counted.
    fileprivate func settled() -> NetworkReport {
        var report = self
        let listed = findings.filter { !$0.isError }
        report.warnings += listed.count
        report.findings = Array((findings.filter(\.isError) + listed).prefix(NetworkPlan.mostFindings))
        return report
    }
}
