package import Desk
import Foundation
import PowerRules
import Registry
import Storage
package import Values

/// Checks and publishes networks that were sent, one after the other.
package enum SentNetworks {
    /// A server that stopped in the middle is followed by another one after so long.
    private static let leaseMinutes: Int64 = 10
    /// While somebody else imports.
    private static let busyMinutes: Int64 = 1
    /// What was checked and not published is forgotten after so long.
    package static let keptDays: Int64 = 30

    /// - Returns: whether one was worked on.
    package static func tick(_ desk: Desk) async throws -> Bool {
        let now = desk.clock.now
        let until = now.adding(minutes: leaseMinutes)
        guard let taken = try await desk.database.drain({ try $0.takeSent(at: now, until: until) }) else { return false }
        do {
            try await work(on: taken, desk)
        } catch let problem as Problem where problem.code == "network-import-busy" {
            let later = desk.clock.now.adding(minutes: busyMinutes)
            try await desk.database.write { try $0.postponeSent(taken.id, until: later) }
            return false
        } catch let problem as Problem {
            try await end(taken, .failed, nil, problem: problem.code, nil, desk)
        }
        desk.live.announce(networkImportTopic(taken.id))
        return true
    }

    private static func work(on taken: TakenNetwork, _ desk: Desk) async throws {
        guard let file = try await file(of: taken, desk) else {
            return try await end(taken, .failed, nil, problem: "network-file-gone", nil, desk)
        }
        var order = taken.order
        order.accounts = try await accounts(of: taken, desk)
        let now = desk.clock.now
        guard let actor = try await desk.database.read({ try $0.actor(for: taken.person, at: now) }) else {
            return try await end(taken, .failed, nil, problem: "forbidden", nil, desk)
        }
        let writing = Locked(0)
        let (steps, feed) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let noting = Task {
            for await percent in steps {
                let until = desk.clock.now.adding(minutes: leaseMinutes)
                try? await desk.database.write { try $0.noteSent(taken.id, percent: percent, until: until) }
                desk.live.announce(networkImportTopic(taken.id))
            }
        }
        let result: Result<NetworkReport, any Error>
        do {
            result = .success(
                try await NetworkImport.run(file, as: order, desk: desk, by: actor) { share in
                    // Five at a time: nobody reads every one.
                    let percent = Int(share * 20) * 5
                    let isNews = writing.with { last in
                        defer { last = max(last, percent) }
                        return percent > last
                    }
                    if isNews { feed.yield(percent) }
                })
        } catch {
            result = .failure(error)
        }
        feed.finish()
        await noting.value
        let report = try result.get()
        var kept = SentNetworkReport()
        kept.findings = report.findings
        kept.warnings = report.warnings
        (kept.nodes, kept.devices, kept.areas) = (report.nodes, report.devices, report.areas)
        (kept.supplies, kept.unlinked) = (report.supplies, report.unlinked)
        let state: SentNetworkState =
            !report.errors.isEmpty ? .refused : taken.state == .waiting ? .checked : .published
        try await end(taken, state, kept, problem: nil, report.version, desk)
    }

    private static func end(
        _ taken: TakenNetwork, _ state: SentNetworkState, _ report: SentNetworkReport?, problem: String?,
        _ version: ID<NetworkVersion>?, _ desk: Desk
    ) async throws {
        let now = desk.clock.now
        try await desk.database.write {
            try $0.endSent(taken.id, state, report: report, problem: problem, version: version, at: now)
        }
    }

    // MARK: Files

    private static func bytes(_ part: String, of taken: TakenNetwork, _ desk: Desk) async throws -> [UInt8]? {
        guard let hash = taken.files[part] else { return nil }
        return try await desk.database.blobs.read(hash)
    }

    private static func file(of taken: TakenNetwork, _ desk: Desk) async throws -> NetworkFile? {
        guard taken.format == .csv else {
            guard let bytes = try await bytes("network", of: taken, desk) else { return nil }
            return taken.format == .json ? .read(json: bytes) : .read(cim: Data(bytes))
        }
        guard let nodes = try await bytes("nodes", of: taken, desk), let edges = try await bytes("edges", of: taken, desk),
            let loads = try await bytes("loads", of: taken, desk)
        else { return nil }
        return .read(nodes: nodes, edges: edges, loads: loads)
    }

    /// Account numbers by the load's id.
    private static func accounts(of taken: TakenNetwork, _ desk: Desk) async throws -> [String: String] {
        guard let bytes = try await bytes("accounts", of: taken, desk) else { return [:] }
        var reader = CSVReader(bytes)
        guard reader.header.contains("load"), reader.header.contains("account") else {
            throw Problem(.invalid, "network-accounts-table")
        }
        var table: [String: String] = [:]
        while let record = reader.next() { table[record["load"]] = record["account"] }
        return table
    }
}
