package import Desk
package import Foundation
package import Grid
import Insight
package import Logging
import Outages
import PowerRules
package import Registry
import Service
package import Storage
package import Values
package import Web

/// The composition root: everything made once and handed on. Tests use it unchanged.
package struct Composition: Sendable {
    package let desk: Desk
    package let directory: Directory
    /// The network in memory.
    package let grid: GridModel
    package let metrics: PrometheusMetrics
    package let logger: Logger
    private let assets: Assets
    private let speech: Speech?

    /// All tables, in the order in which they are made.
    package static let migrations: [Migration] =
        DeskSchema.migrations + WebSchema.migrations + RegistrySchema.migrations + RequestSchema.migrations
        + GridSchema.migrations + OutageSchema.migrations + InsightSchema.migrations

    /// Composes over an open database, which is brought up to date first.
    ///
    /// - Throws: `StorageError.newerDatabase`, a damaged resource file, or a kind that the checker
    ///   refuses.
    package init(
        database: Database, keys: KeyRing, settings: Desk.Settings, clock: Clock = SystemTime.clock,
        chance: Chance = SystemTime.chance, metrics: PrometheusMetrics = PrometheusMetrics(), speech: Speech? = nil,
        logger: Logger
    ) async throws {
        try await database.migrate(Self.migrations, at: clock.now)
        let kinds = try Shipped.kinds.get()
        var settings = settings
        if settings.isDemo {
            settings.isDemo = try await database.read { try $0.setting("demo") } == "1"
        }
        desk = Desk(
            database: database, clock: clock, chance: chance, keys: keys, calendar: try Shipped.calendar.get(),
            locales: try Shipped.locales.get(), kinds: KindCatalog(kinds: kinds), settings: settings,
            house: CaseHouse(guests: [Incident.kind: OutageCases()]) { tx, person, now in try tx.worker(person, at: now) })
        try await desk.seedKinds(kinds)
        try await desk.seedGuides(try Shipped.guides.get())
        grid = GridModel()
        directory = Directory(database: database)
        _ = try await directory.current(at: clock.now)
        assets = try await Assets(folder: Resources.folder("Public"), beside: Resources.leaflet)
        self.metrics = metrics
        self.speech = speech
        self.logger = logger
    }

    /// All routes on one screen.
    ///
    /// - Parameter codes: gets the one-time codes that no gateway sends, in the demo.
    package func site(codes: @escaping @Sendable (String) -> Void) throws -> Site {
        let site = Site(
            desk: desk, sessions: RegistrySessions(desk), assets: assets, logger: logger)
        let guests: [any ServiceGuest] = [
            OutageGuest(directory: directory, assets: assets), ClaimGuest(), PlannedGuest(),
        ]
        VillagerDoors.register(on: site, desk: desk, directory: directory, guests: guests)
        StaffDoors.register(on: site, desk: desk, directory: directory, guests: guests)
        GridDoors.register(on: site, desk: desk, directory: directory, sources: MapMarks.sources)
        OutageDoors.register(on: site, desk: desk, directory: directory, speech: speech)
        ClaimDoors.register(on: site, directory: directory)
        PlannedDoors.register(on: site)
        InsightDoors.register(on: site, desk: desk, directory: directory)
        RegistryDoors.register(on: site, desk: desk, directory: directory, log: codes)
        OperationsDoors.register(on: site, composition: self)
        // Photos and voice notes that JSON names.
        site.uploads()
        site.known = { [desk, directory] in
            // A longer list would help nobody; any village's id is taken.
            let villages = try await directory.current(at: desk.clock.now).villages
            var choices = ["kind": desk.kinds.offered.map(\.name)]
            if villages.count <= 200 { choices["village"] = villages.map(\.id.text) }
            return KnownChoices([
                ReportNeed.name: .init(choices: choices, anyOf: [["village"], ["latitude", "longitude"]]),
                DuplicatesQuery.name: .init(choices: choices),
            ])
        }
        return site
    }

    /// Opens an installation's database, keys and resources.
    package static func open(
        _ options: DataOptions, settings: Desk.Settings, metrics: PrometheusMetrics = PrometheusMetrics()
    ) async throws -> Composition {
        var logger = Logger(label: "cunwang")
        logger.logLevel = try options.logLevel()
        try FileManager.default.createDirectory(at: options.folder, withIntermediateDirectories: true)
        let keys = try KeyRing.load(path: options.keyFile.path, chance: SystemTime.chance)
        let database = try await Database.open(try options.location(), logger: logger)
        do {
            return try await Composition(
                database: database, keys: keys, settings: settings, metrics: metrics,
                speech: await Speech.onThisMachine(folder: options.folder.appending(path: "spoken")), logger: logger)
        } catch {
            await database.close()
            throw error
        }
    }

    /// For commands: opens, works, closes.
    static func with<T>(
        _ options: DataOptions, settings: Desk.Settings = .init(publicAddress: "http://127.0.0.1:8080"),
        _ body: (Composition) async throws -> T
    ) async throws -> T {
        let composition = try await open(options, settings: settings)
        do {
            let value = try await body(composition)
            await composition.desk.database.close()
            return value
        } catch {
            await composition.desk.database.close()
            throw error
        }
    }
}

/// What comes with the program, read once per process.
enum Shipped {
    static let calendar = Result { try loadCalendar() }
    static let locales = Result { try Locales(folder: Resources.folder("Locales")) }
    static let guides = Result { try Guides.load(folder: Resources.folder("Data/guides")) }
    static let kinds = Result { try Kind.load(folder: Resources.folder("Data/kinds")) }
}

extension Transaction {
    package func setting(_ name: String) throws -> String? {
        try value("SELECT value FROM setting WHERE name = \(name)")
    }
    package func set(_ name: String, _ value: String) throws {
        try run(
            """
            INSERT INTO setting (name, value) VALUES (\(name), \(value))
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """)
    }
}
