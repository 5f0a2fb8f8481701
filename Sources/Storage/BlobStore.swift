import Crypto
package import Values

/// Names bytes by what they are.
package struct BlobRef: Sendable, Hashable {
    /// SHA-256 in lower-case hexadecimal.
    package let hash: String
    /// In bytes.
    package let size: Int

    package init(hash: String, size: Int) {
        self.hash = hash
        self.size = size
    }
}

/// Photos, papers and speech: on disk before the write that names them. A folder beside SQLite,
/// a table of chunks on PostgreSQL.
package struct BlobStore: Sendable {
    enum Place: Sendable {
        case files(BlobFiles)
        case chunks(BlobChunks)
    }
    private let place: Place

    /// Hashes that `sweep` asks about at a time.
    static let sweepBatch = 500

    init(_ place: Place) {
        self.place = place
    }

    /// Returns when the bytes are durable. Bytes that are there already are kept once.
    package func store(_ bytes: [UInt8]) async throws -> BlobRef {
        var sha = SHA256()
        bytes.withUnsafeBytes { sha.update(bufferPointer: $0) }
        let ref = BlobRef(hash: hex(sha.finalize()), size: bytes.count)
        switch place {
        case .files(let files): try await files.store(bytes, ref.hash)
        case .chunks(let chunks): try await chunks.store(bytes, ref.hash)
        }
        return ref
    }

    /// - Returns: nil when nothing has this hash.
    package func read(_ hash: String) async throws -> [UInt8]? {
        guard isHash(hash) else { return nil }
        switch place {
        case .files(let files): return try await files.read(hash)
        case .chunks(let chunks): return try await chunks.read(hash)
        }
    }

    /// Removes what nobody names.
    /// - Parameters:
    ///   - keeping: answers which of the hashes are still named by a row.
    ///   - olderThan: later blobs stay, because the write that names them may be on its way.
    /// - Returns: how many were removed.
    package func sweep(
        keeping: @Sendable ([String]) async throws -> Set<String>, olderThan: Instant
    ) async throws -> Int {
        var removed = 0
        var after = ""
        while true {
            let old =
                switch place {
                case .files(let files):
                    try await files.old(after: after, before: olderThan, limit: BlobStore.sweepBatch)
                case .chunks(let chunks):
                    try await chunks.old(after: after, before: olderThan, limit: BlobStore.sweepBatch)
                }
            guard let last = old.last else { return removed }
            after = last
            let kept = try await keeping(old)
            for hash in old where !kept.contains(hash) {
                let gone =
                    switch place {
                    case .files(let files): try await files.remove(hash, before: olderThan)
                    case .chunks(let chunks): try await chunks.remove(hash, before: olderThan)
                    }
                if gone { removed += 1 }
            }
        }
    }
}

private func isHash(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
}
