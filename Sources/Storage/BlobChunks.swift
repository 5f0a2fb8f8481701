import Values

/// Blobs as rows of PostgreSQL, cut into chunks so that no statement grows large.
struct BlobChunks: Sendable {
    let driver: any Driver

    static let chunkBytes = 256 * 1024

    func store(_ bytes: [UInt8], _ hash: String) async throws {
        try await driver.perform(.drain) { tx in
            let isNew: Int64? = try tx.value(
                """
                INSERT INTO storage_blob (hash, size, stored_at) VALUES (\(hash), \(bytes.count), \(sql: now))
                ON CONFLICT (hash) DO UPDATE SET stored_at = excluded.stored_at
                RETURNING CASE WHEN xmax = 0 THEN 1 ELSE 0 END
                """)
            guard isNew == 1 else { return }
            var number = 0
            for start in stride(from: 0, to: bytes.count, by: BlobChunks.chunkBytes) {
                let chunk = Array(bytes[start..<min(start + BlobChunks.chunkBytes, bytes.count)])
                try tx.run(
                    """
                    INSERT INTO storage_blob_chunk (hash, number, bytes)
                    VALUES (\(hash), \(number), \(chunk))
                    """)
                number += 1
            }
        }
    }

    func read(_ hash: String) async throws -> [UInt8]? {
        try await driver.perform(.read) { tx in
            guard let size: Int = try tx.value("SELECT size FROM storage_blob WHERE hash = \(hash)")
            else { return nil }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(size)
            for chunk in try tx.rows(
                "SELECT bytes FROM storage_blob_chunk WHERE hash = \(hash) ORDER BY number",
                { $0[0] as [UInt8] })
            { bytes += chunk }
            return bytes
        }
    }

    func old(after: String, before: Instant, limit: Int) async throws -> [String] {
        try await driver.perform(.read) { tx in
            try tx.rows(
                """
                SELECT hash FROM storage_blob WHERE hash > \(after) AND stored_at < \(before)
                ORDER BY hash LIMIT \(limit)
                """
            ) { $0[0] }
        }
    }

    func remove(_ hash: String, before: Instant) async throws -> Bool {
        try await driver.perform(.drain) { tx in
            try tx.change(
                "DELETE FROM storage_blob WHERE hash = \(hash) AND stored_at < \(before)") > 0
        }
    }

    /// The server's clock, as a file system has its own.
    private var now: SQL { "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)" }
}
