import Foundation
import Logging
import Storage
import Testing
import Values

@Suite struct LogCopyTests {
    /// A county that never stops writing must not keep everything in its log.
    @Test func theLogIsCopiedBackWhilePeopleWrite() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "log-copy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "county.sqlite").path
        let db = try await Database.open(.sqlite(path: path), logger: Logger(label: "test"))
        let notes = Migration("notes", [.sql("CREATE TABLE note (id BIGINT NOT NULL PRIMARY KEY, text TEXT NOT NULL)")])
        try await db.migrate([notes], at: Instant(milliseconds: 0))
        let page = String(repeating: "x", count: 4_000)
        var number: Int64 = 0
        func size(_ suffix: String = "") throws -> Int {
            try FileManager.default.attributesOfItem(atPath: path + suffix)[.size] as? Int ?? 0
        }
        // More pages than there may be before the log is copied.
        while number < 15_000 {
            let first = number
            try await db.write { tx in
                for id in first..<(first + 300) { try tx.run("INSERT INTO note (id, text) VALUES (\(id), \(page))") }
            }
            number += 300
        }
        // The copy runs beside the writer: it may still be under way.
        var tries = 0
        while try size() < 8_000_000, tries < 400 {
            try await Task.sleep(for: .milliseconds(25))
            tries += 1
        }
        #expect(try size() >= 8_000_000)
        #expect(try await db.read { try $0.value("SELECT COUNT(*) FROM note") } == 15_000)
        await db.close()
        #expect(try size("-wal") == 0)
    }
}
