import AsyncHTTPClient
import CoreMetrics
import Desk
import Foundation
import Grid
import Logging
import Outages
import Registry
import Service
import ServiceLifecycle
import Storage
import Values
import Web

/// What the server does by itself, each as a loop over a testable tick.
enum Workers {
    static func all(_ composition: Composition, gateways: [any MessageGateway]) -> [any ServiceLifecycle.Service] {
        let desk = composition.desk
        let logger = composition.logger
        let holder = "\(ProcessInfo.processInfo.hostName)/\(ProcessInfo.processInfo.processIdentifier)"
        let courier = Courier(desk: desk, gateways: gateways, holder: holder)
        let directory = composition.directory
        return [
            Loop("limits", every: .seconds(10), logger: logger) {
                try await RequestSweep.tick(desk, at: desk.clock.now, limit: 200) >= 200
            },
            Loop("counters", every: .seconds(2), logger: logger) {
                guard await givesWay(desk) else { return false }
                return try await RequestCounters.fold(desk) >= 2000
            },
            Loop("seals", every: .seconds(5), logger: logger) {
                guard await givesWay(desk) else { return false }
                return try await desk.sealEvents(holder: holder) >= Desk.eventsPerSeal
            },
            Loop("messages", every: .milliseconds(500), logger: logger) {
                guard await givesWay(desk, seconds: 5) else { return false }
                return try await courier.tick(limit: 500) >= 500
            },
            Loop("broadcasts", every: .seconds(1), logger: logger) {
                guard await givesWay(desk, seconds: 5) else { return false }
                let more = try await Broadcasts.tick(desk, at: desk.clock.now)
                return try await HouseholdNotices.tick(desk, at: desk.clock.now) || more
            },
            Loop("locating", every: .seconds(1), logger: logger) {
                try await OutageLocating.tick(
                    desk, composition.grid, at: desk.clock.now, holder: holder, timing: LocatingMeters.time)
            },
            Loop("dispatch", every: .seconds(5), logger: logger) {
                try await IncidentSweep.tick(desk, at: desk.clock.now) >= 100
            },
            Loop("planned", every: .seconds(1), logger: logger) {
                guard await givesWay(desk, seconds: 5) else { return false }
                return try await PlannedSweep.tick(desk, at: desk.clock.now)
            },
            Loop("networks", every: .seconds(2), logger: logger) { try await SentNetworks.tick(desk) },
            Loop("directory", every: .seconds(2), logger: logger) {
                _ = try await directory.current(at: desk.clock.now)
                return false
            },
            Loop("tidy", every: .seconds(600), logger: logger) { try await tidy(desk) },
            Loop("files", every: .seconds(21_600), logger: logger) {
                _ = try await sweepFiles(desk)
                return false
            },
        ]
    }

    /// While many people wait for their write, what the program does by itself lets them pass: counting and
    /// sealing for at most a minute, messages for five seconds.
    /// - Returns: true when it is time to work.
    private static func givesWay(_ desk: Desk, seconds: Int = 60) async -> Bool {
        for _ in 0..<seconds {
            guard desk.database.waitingWrites > 8 else { return true }
            do { try await Task.sleep(for: .seconds(1)) } catch { return false }
        }
        return true
    }

    /// Photos and voice notes that no row names two days after they came.
    /// - Returns: how many were removed.
    static func sweepFiles(_ desk: Desk) async throws -> Int {
        try await desk.database.blobs.sweep(
            keeping: { hashes in
                try await desk.database.read { tx in
                    var named = try tx.draftFiles(among: hashes)
                    named.formUnion(try tx.casePhotos(among: hashes))
                    named.formUnion(try tx.outagePhotos(among: hashes))
                    named.formUnion(try tx.personPhotos(among: hashes))
                    let since = desk.clock.now.adding(days: -SentNetworks.keptDays)
                    named.formUnion(try tx.networkFiles(among: hashes, since: since))
                    return named
                }
            }, olderThan: desk.clock.now.adding(days: -2))
    }

    /// Old answers, drafts and sessions.
    private static func tidy(_ desk: Desk) async throws -> Bool {
        let now = desk.clock.now
        let dropped = try await desk.database.write { try $0.dropOldAnswers(at: now) }
        let drafts = try await desk.database.write { try $0.dropOldDrafts(at: now) }
        let sessions = try await desk.database.write { try $0.dropEndedSessions(at: now) }
        return dropped >= 500 || drafts >= 500 || sessions >= 500
    }
}

/// How long it takes to put reports together: a run over a feeder, and its share for each report.
enum LocatingMeters {
    private static let run = Timer(label: "cunwang_locating_run")
    private static let report = Timer(label: "cunwang_locating_report")

    @Sendable static func time(_ body: () throws -> Int) throws -> Int {
        let began = ContinuousClock.now
        let reports = try body()
        guard reports > 0 else { return reports }
        let span = (ContinuousClock.now - began).components
        let nanoseconds = span.seconds * 1_000_000_000 + span.attoseconds / 1_000_000_000
        run.recordNanoseconds(nanoseconds)
        for _ in 0..<reports { report.recordNanoseconds(nanoseconds / Int64(reports)) }
        return reports
    }
}

/// Ends the open live streams when the server stops, so that it need not wait for them. Services
/// are stopped one after the other from the last to the first, so this stands behind the server.
struct LiveEnd: ServiceLifecycle.Service {
    let live: LiveHub
    func run() async throws {
        try? await gracefulShutdown()
        live.finish()
    }
}
