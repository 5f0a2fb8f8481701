import ArgumentParser
import AsyncHTTPClient
import Desk
import Foundation
import Grid
import Hummingbird
import Logging
import Metrics
import Registry
import ServiceLifecycle
import Storage
import UnixSignals
import Values
import Web

/// `cunwang serve`: makes the demo county in an empty database, then serves it.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the county; an empty database gets the demo county first.")

    @OptionGroup var options: DataOptions
    @Option(help: "Port to listen on.")
    var port = 8080
    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"
    @Option(name: .customLong("public-address"), help: "Address under which people reach this server.")
    var publicAddress: String?
    @Option(help: "Address of map pictures, such as https://tiles.example/{z}/{x}/{y}.png; none by default.")
    var tiles: String?
    @Flag(help: "Make the demo county without cases.")
    var empty = false
    @Flag(help: "Accepted for ./run, which builds for speed with it.")
    var release = false

    func validate() throws {
        guard (1...65_535).contains(port) else { throw ValidationError("--port takes a number from 1 to 65535") }
        if let tiles, MapTiles.origin(tiles) == nil {
            throw ValidationError("--tiles takes an address that begins with http and holds {z}, {x} and {y}")
        }
        if let publicAddress {
            guard let url = URL(string: publicAddress), url.scheme == "http" || url.scheme == "https", url.host() != nil
            else { throw ValidationError("--public-address takes an address that begins with http") }
        }
    }

    private var isLoopback: Bool { host == "127.0.0.1" || host == "::1" || host == "localhost" }
    private var address: String {
        var text = publicAddress ?? "http://\(host == "0.0.0.0" ? "127.0.0.1" : host):\(port)"
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    func run() async throws {
        let level = try options.logLevel()
        // A limit on the size of files stands for a full disk: the write fails and is answered.
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        LoggingSystem.bootstrap { StructuredLog(label: $0, level: level) }
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        let sms = try SMSConfiguration(environment: ProcessInfo.processInfo.environment)
        let composition = try await prepared(metrics, sms: sms)
        let desk = composition.desk
        let logger = composition.logger
        let site = try composition.site { say($0) }
        var gateways: [any MessageGateway] = []
        let client = HTTPClient.shared
        if let sms {
            let words = desk.locales.words(.chinese)
            let publicAddress = desk.settings.publicAddress
            gateways.append(
                Kannel(
                    sendAddress: sms.sendAddress, reportAddress: sms.reportAddress,
                    reportSecret: OperationsDoors.reportSecret(desk), client: client
                ) { message in
                    MessageText.short(message, words, publicAddress: publicAddress)
                })
        }
        let signIns = try await desk.database.read { try $0.demoSignIns() }
        let address = self.address
        let app = Application(
            responder: site.responder(),
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { _ in Self.greet(address, signIns) },
            logger: logger)
        var services: [any ServiceLifecycle.Service] = Workers.all(composition, gateways: gateways)
        services.append(app)
        services.append(LiveEnd(live: desk.live))
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch {
            await desk.database.close()
            if "\(error)".contains("ddress already in use") || "\(error)".contains("errno: 98") {
                throw ValidationError("port \(port) is in use; choose another with --port")
            }
            throw error
        }
        await desk.database.close()
    }

    /// Opens the database and, when it has no county yet, makes the demo county with progress.
    private func prepared(_ metrics: PrometheusMetrics, sms: SMSConfiguration?) async throws -> Composition {
        let settings = Desk.Settings(
            publicAddress: address, sendsSMS: sms != nil, isDemo: isLoopback, sessionKeptMilliseconds: 1000,
            tiles: tiles)
        let composition = try await Composition.open(options, settings: settings, metrics: metrics)
        try await DemoCommand.refuseHalf(composition.desk)
        guard composition.directory.latest.counties.isEmpty else { return composition }
        // Nobody is told by text message about the replayed past.
        var quiet = settings
        quiet.sendsSMS = false
        await composition.desk.database.close()
        let loading = try await Composition.open(options, settings: quiet, metrics: metrics)
        try await DemoCommand.make(loading.desk, empty: empty)
        await loading.desk.database.close()
        return try await Composition.open(options, settings: settings, metrics: metrics)
    }

    static func greet(_ address: String, _ signIns: [DemoSignIn]) {
        if !signIns.isEmpty {
            say("\nOne sign-in for each role (person / password):")
            for one in signIns {
                say("  \(one.role.rawValue)\t\(one.person) / \(one.password)\t\(one.name), \(one.unit)")
            }
        }
        say("\nCunwang 村网: \(address)\nCtrl-C stops it; all data is kept.")
    }
}
