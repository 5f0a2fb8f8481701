import Foundation
package import Logging
package import Storage
import Synchronization
import Values

/// Runs `body` on a fresh database of both engines, one after the other. Each is a copy of a
/// template that was migrated once in this process; nothing of it remains.
package func withDatabases(
    _ migrations: [Migration] = [], _ body: @Sendable (Database) async throws -> Void
) async throws {
    try await withDatabase(.sqlite, migrations, body)
    try await withDatabase(.postgres, migrations, body)
}

/// Runs `body` on a fresh database of one engine.
package func withDatabase(
    _ engine: Database.Engine, _ migrations: [Migration] = [],
    _ body: @Sendable (Database) async throws -> Void
) async throws {
    try await withLocation(engine, migrations) { location in
        let db = try await Database.open(location, logger: quiet, readers: 2, writers: 4)
        do {
            try await body(db)
        } catch {
            await db.close()
            throw error
        }
        await db.close()
    }
}

/// Hands over the place of a fresh, migrated database that nobody has opened: for tests that
/// open it themselves, such as the whole program.
package func withLocation(
    _ engine: Database.Engine, _ migrations: [Migration] = [],
    _ body: @Sendable (Database.Location) async throws -> Void
) async throws {
    let template = try await Templates.shared.template(engine, migrations)
    let copy = try await freshLocation(engine)
    switch (template, copy) {
    case (.sqlite(let from), .sqlite(let to)):
        try FileManager.default.copyItem(atPath: from, toPath: to)
    case (.postgres, .postgres(let url)):
        try await Templates.shared.copyPostgres(template, url)
    default: preconditionFailure("two engines")
    }
    do {
        try await body(copy)
    } catch {
        try await Database.remove(copy)
        throw error
    }
    try await Database.remove(copy)
}

/// A place where no database is yet.
package func freshLocation(_ engine: Database.Engine) async throws -> Database.Location {
    let name = "cunwang_test_\(started)_\(getpid())_\(counter.add(1, ordering: .relaxed).newValue)"
    switch engine {
    case .sqlite:
        return .sqlite(path: try temporaryFolder() + "/\(name).sqlite")
    case .postgres:
        return .postgres(url: try await PostgresServer.shared().url(database: name))
    }
}

/// A folder of this test process, removed when it ends.
package func temporaryFolder() throws -> String {
    try folder.withLock { known in
        if let known { return known }
        removeStaleFolders("cunwang-tests-")
        let path = "\(scratch)/cunwang-tests-\(getpid())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        known = path
        atexit {
            folder.withLock { if let path = $0 { try? FileManager.default.removeItem(atPath: path) } }
        }
        return path
    }
}

/// Where files cost least: making a database in memory takes 12 ms, on a disk up to 260 ms.
/// Containers may have only a small /dev/shm.
let scratch: String = {
    #if os(Linux)
    var space = statvfs()
    if statvfs("/dev/shm", &space) == 0, access("/dev/shm", W_OK) == 0,
        UInt64(space.f_bavail) * UInt64(space.f_frsize) > 2_000_000_000
    {
        return "/dev/shm"
    }
    #endif
    return "/tmp"
}()

/// Removes what a test process left behind that crashed.
func removeStaleFolders(_ prefix: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: scratch)) ?? []
    where name.hasPrefix(prefix) {
        let owner = name.dropFirst(prefix.count).prefix { $0.isNumber }
        guard let owner = Int32(owner), kill(owner, 0) != 0, errno == ESRCH else { continue }
        try? FileManager.default.removeItem(atPath: "\(scratch)/\(name)")
    }
}

/// Keeps names apart on a server that outlives this process.
private let started = time(nil)
private let counter = Atomic<Int>(0)
private let folder = Mutex<String?>(nil)
/// Says nothing.
package let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A server of somebody else keeps no template of ours.
private func removeAtExit(_ location: Database.Location) {
    guard PostgresServer.isForeign else { return }
    leftOver.withLock { known in
        if known.isEmpty {
            atexit {
                let locations = leftOver.withLock { $0 }
                let done = DispatchSemaphore(value: 0)
                Task {
                    for location in locations { try? await Database.remove(location) }
                    done.signal()
                }
                _ = done.wait(timeout: .now() + 10)
            }
        }
        known.append(location)
    }
}
private let leftOver = Mutex<[Database.Location]>([])

/// Templates by their migrations, each made once.
private actor Templates {
    static let shared = Templates()
    private var made: [String: Task<Database.Location, any Error>] = [:]

    func template(_ engine: Database.Engine, _ migrations: [Migration]) async throws -> Database.Location {
        let key = "\(engine) " + migrations.map(\.id).joined(separator: " ")
        if let known = made[key] { return try await known.value }
        let task = Task {
            let location = try await freshLocation(engine)
            try await Database.create(location)
            let db = try await Database.open(location, logger: quiet, readers: 1, writers: 1)
            do {
                try await db.migrate(migrations, at: Instant(milliseconds: 1_727_661_600_000))
            } catch {
                await db.close()
                throw error
            }
            await db.close()
            if engine == .postgres { removeAtExit(location) }
            return location
        }
        made[key] = task
        return try await task.value
    }

    /// `CREATE DATABASE … TEMPLATE` one at a time: it locks the template.
    func copyPostgres(_ template: Database.Location, _ url: String) async throws {
        let before = copying
        let task = Task {
            _ = await before?.result
            try await Database.copy(template, to: .postgres(url: url))
        }
        copying = task
        try await task.value
    }
    private var copying: Task<Void, any Error>?
}
