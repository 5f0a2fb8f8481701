import Foundation
import Storage
import Synchronization

/// A PostgreSQL server of the tests' own, in a temporary folder, reached by its socket. It ends
/// with the process that started it.
///
/// `CUNWANG_TEST_POSTGRES` names another one to use: the `postgres://` address of a role that
/// may make databases.
package final class PostgresServer: Sendable {
    private let address: Address
    private let process = Mutex<Process?>(nil)

    private enum Address {
        case socket(folder: String)
        case foreign(url: String)
    }

    private static let common = Mutex<Task<PostgresServer, any Error>?>(nil)

    private static let foreignURL = ProcessInfo.processInfo.environment["CUNWANG_TEST_POSTGRES"]
        .flatMap { $0.isEmpty ? nil : $0 }
    static var isForeign: Bool { foreignURL != nil }

    /// The server that all tests of this process share.
    package static func shared() async throws -> PostgresServer {
        let task = common.withLock { known in
            if let known { return known }
            let made = Task {
                if let url = foreignURL { return PostgresServer(.foreign(url: url)) }
                return try await PostgresServer.start(named: "shared")
            }
            known = made
            return made
        }
        return try await task.value
    }

    /// Makes a cluster and starts it.
    package static func start(named name: String) async throws -> PostgresServer {
        let folder = try PostgresServer.makeFolder(name)
        let server = PostgresServer(.socket(folder: folder))
        let status = try run(
            "initdb",
            [
                "-D", folder + "/data", "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8",
                "--locale=C",
            ], log: folder + "/initdb.log")
        guard status == 0 else {
            throw ServerError(log: (try? String(contentsOfFile: folder + "/initdb.log", encoding: .utf8)) ?? "")
        }
        try await server.start()
        return server
    }

    private init(_ address: Address) {
        self.address = address
    }

    package func url(database: String) -> String {
        switch address {
        case .socket(let folder):
            let host = folder.replacingOccurrences(of: "/", with: "%2F")
            return "postgres://postgres@/\(database)?host=\(host)"
        case .foreign(let url):
            var parts = URLComponents(string: url) ?? URLComponents()
            parts.path = "/" + database
            return parts.string ?? url
        }
    }

    /// Starts the server and waits until it answers.
    package func start() async throws {
        guard case .socket(let folder) = address else { return }
        // Nothing here outlives the machine, so syncing to disk would only cost time; an immediate
        // stop of the server loses nothing that the operating system has been given.
        let process = Self.process(
            "postgres",
            [
                "-D", folder + "/data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off",
                "-c", "full_page_writes=off", "-c", "max_connections=400", "-c", "shared_buffers=64MB",
                "-c", "autovacuum_naptime=300", "-c", "max_wal_size=256MB",
            ], log: folder + "/server.log")
        // The signal at the parent's death is tied to the thread that started the child, so this
        // one stays.
        try await withCheckedThrowingContinuation { (answer: CheckedContinuation<Void, any Error>) in
            let box = UncheckedBox(process)
            Thread.detachNewThread {
                do {
                    try box.value.run()
                    answer.resume()
                } catch {
                    answer.resume(throwing: error)
                    return
                }
                box.value.waitUntilExit()
            }
        }
        let box = UncheckedBox(process)
        self.process.withLock { $0 = box.value }
        running.withLock { $0.append(process.processIdentifier) }
        try await waitUntilReady(folder)
    }

    /// Kills the server without letting it finish anything.
    package func stopImmediately() async {
        guard let process = process.withLock({ $0.map(UncheckedBox.init) })?.value else { return }
        kill(process.processIdentifier, SIGQUIT)
        let box = UncheckedBox(process)
        await withCheckedContinuation { answer in
            Thread.detachNewThread {
                box.value.waitUntilExit()
                answer.resume()
            }
        }
        running.withLock { $0.removeAll { $0 == box.value.processIdentifier } }
    }

    private func waitUntilReady(_ folder: String) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let status = try Self.run(
                "pg_isready", ["-q", "-h", folder, "-U", "postgres"], log: folder + "/ready.log")
            if status == 0 { return }
            guard process.withLock({ $0?.isRunning }) == true else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw ServerError(log: (try? String(contentsOfFile: folder + "/server.log", encoding: .utf8)) ?? "")
    }

    package struct ServerError: Error {
        package let log: String
    }

    private static func makeFolder(_ name: String) throws -> String {
        // Short, because the path of a socket may have 107 bytes; and not in the folder of this
        // process, which the server's user could not enter.
        let folder = "\(scratch)/cunwang-pg-\(getpid())-\(name)"
        // Before the folder is made, so that a crash in between leaves nothing either.
        folders.withLock { known in
            if known.isEmpty {
                removeStaleFolders("cunwang-pg-")
                atexit { endServers() }
            }
            known.append(folder)
        }
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        if getuid() == 0, let user = getpwnam("postgres") {
            chown(folder, user.pointee.pw_uid, user.pointee.pw_gid)
        }
        return folder
    }

    private static func run(_ tool: String, _ arguments: [String], log: String) throws -> Int32 {
        let process = process(tool, arguments, log: log)
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// The server refuses to run as root, so root becomes `postgres`.
    private static func process(_ tool: String, _ arguments: [String], log: String) -> Process {
        let process = Process()
        let path = binaries + "/" + tool
        var command = [path] + arguments
        #if os(Linux)
        var privileges = ["/usr/bin/setpriv", "--pdeathsig", "QUIT"]
        if getuid() == 0 {
            privileges += ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        }
        command = privileges + command
        #endif
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
        let isMade = FileManager.default.createFile(atPath: log, contents: nil)
        let output = isMade ? FileHandle(forWritingAtPath: log) ?? .nullDevice : .nullDevice
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        return process
    }

    /// The newest PostgreSQL that is installed, 15 or later.
    private static let binaries: String = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap { Int($0) }.filter { $0 >= 15 }.max()
        return newest.map { "\(root)/\($0)/bin" } ?? "/usr/local/bin"
    }()
}

private let running = Mutex<[Int32]>([])
private let folders = Mutex<[String]>([])

private func endServers() {
    for id in running.withLock({ $0 }) {
        kill(id, SIGQUIT)
        // Gone when its process id is free, or when a second has passed.
        for _ in 0..<100 where kill(id, 0) == 0 { usleep(10_000) }
    }
    for folder in folders.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: folder) }
}

/// `Process` is thread-safe for what is done here: run once, wait, ask.
private struct UncheckedBox: @unchecked Sendable {
    let value: Process
    init(_ value: Process) { self.value = value }
}
