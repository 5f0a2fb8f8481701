import ArgumentParser
import Desk
import Foundation
import Hummingbird
import Logging
import Registry
import ServiceLifecycle
import Storage
import UnixSignals
import Values
import Web

/// `cunwang storm`: replays a storm night and compares what the program holds of it with the truth.
struct StormCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storm",
        abstract: "Replay a storm night in an empty database: 3 feeders, 40 areas, 1,200 reports; watch it, and check it.")

    @OptionGroup var options: DataOptions
    @Option(help: "Port to listen on.") var port = 8090
    @Option(help: "How many times faster than the clock; 60 is a minute of the night in a second.") var speed = 60
    @Option(help: "Another number, another night.") var seed = 1
    @Option(help: "Reports of the night.") var reports = 1_200
    @Flag(name: .customLong("no-serve"), help: "Let the clock jump, serve no pages, and end with the check.")
    var noServe = false

    /// A Friday evening.
    static let start = Instant(iso: "2026-11-20T20:00+08:00") ?? Instant(milliseconds: 0)

    func validate() throws {
        guard (1...65_535).contains(port) else { throw ValidationError("--port takes a number from 1 to 65535") }
        guard (1...600).contains(speed) else { throw ValidationError("--speed takes a number from 1 to 600") }
        guard (100...4_000).contains(reports) else { throw ValidationError("--reports takes a number from 100 to 4000") }
    }

    func run() async throws {
        LoggingSystem.bootstrap { [level = try options.logLevel()] in StructuredLog(label: $0, level: level) }
        var logger = Logger(label: "cunwang")
        logger.logLevel = try options.logLevel()
        try FileManager.default.createDirectory(at: options.folder, withIntermediateDirectories: true)
        let database = try await Database.open(try options.location(), logger: logger)
        do {
            try await replay(database, logger)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    private func replay(_ database: Database, _ logger: Logger) async throws {
        let clock = StormClock(Self.start.adding(hours: -3))
        func compose() async throws -> Composition {
            try await Composition(
                database: database, keys: KeyRing.load(path: options.keyFile.path, chance: SystemTime.chance),
                settings: .init(publicAddress: "http://127.0.0.1:\(port)", isDemo: true, sessionKeptMilliseconds: 1_000),
                clock: clock.clock, logger: logger)
        }
        let loading = try await compose()
        guard loading.directory.latest.counties.isEmpty else {
            throw ValidationError("this database holds a county already; name another folder with --data")
        }
        let progress = Locked("")
        let county = try await StormCounty.make(loading.desk, size: .night) { what, share in
            let isNew = progress.with { last in
                defer { last = what }
                return last != what
            }
            if isNew || share >= 1 { say("\(what) \(Int(share * 100)) %") }
        }
        // Composed again, so that it is known as a demo.
        let composition = try await compose()
        let plan = StormPlan(county.ground, start: Self.start, seed: seed, wanted: reports)
        clock.set(Self.start)
        if noServe {
            guard try await play(county, plan, composition, clock) else { throw ExitCode(1) }
        } else {
            try await serve(county, plan, composition, clock, logger)
        }
    }

    private func play(
        _ county: StormCounty, _ plan: StormPlan, _ composition: Composition, _ clock: StormClock
    ) async throws -> Bool {
        let night = StormNight(county, plan, composition, clock, jumps: noServe)
        let log = try await night.play { now, told, open in
            guard now.milliseconds / 60_000 % 15 == 0 else { return }
            say("\(now.iso.dropFirst(11).prefix(5))  \(told) reports, \(open) outages open")
        }
        var check = StormCheck(county, log)
        try await check.run()
        say("\n" + StormReport.text(check))
        return check.isGood
    }

    /// The server as `serve` starts it, and the night beside it; afterwards the county can be looked at.
    private func serve(
        _ county: StormCounty, _ plan: StormPlan, _ composition: Composition, _ clock: StormClock, _ logger: Logger
    ) async throws {
        let site = try composition.site { say($0) }
        let signIns = try await composition.desk.database.read { try $0.demoSignIns() }
        let address = composition.desk.settings.publicAddress
        let app = Application(
            responder: site.responder(), configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
            onServerRunning: { _ in ServeCommand.greet(address, signIns) }, logger: logger)
        let outcome = Locked(true)
        let night = StormService {
            clock.run(speed: speed)
            let isGood = try await play(county, plan, composition, clock)
            clock.run(speed: 1)
            outcome.with { $0 = isGood }
        }
        var services: [any ServiceLifecycle.Service] = Workers.all(composition, gateways: [])
        services += [app, LiveEnd(live: composition.desk.live), night] as [any ServiceLifecycle.Service]
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        guard outcome.with({ $0 }) else { throw ExitCode(1) }
    }
}

/// Plays the night, then waits until somebody stops the server.
private struct StormService: ServiceLifecycle.Service {
    let night: @Sendable () async throws -> Void

    func run() async throws {
        // Stopped before it was over: there is nothing to check.
        do { try await cancelWhenGracefulShutdown { try await night() } } catch is CancellationError { return }
        try? await gracefulShutdown()
    }
}
