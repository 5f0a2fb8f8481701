/// One step of the schema's history. What has been released is never changed.
package struct Migration: Sendable {
    package enum Part: Sendable {
        /// One statement for both engines.
        case sql(String)
        case sqlite(String)
        case postgres(String)
        case textIndex(TextIndex)
    }

    package let id: String
    package let parts: [Part]

    package init(_ id: String, _ parts: [Part]) {
        self.id = id
        self.parts = parts
    }

    /// The statements for one engine, in order.
    func statements(for engine: Database.Engine) -> [String] {
        parts.flatMap { part -> [String] in
            switch (part, engine) {
            case (.sql(let text), _): [text]
            case (.sqlite(let text), .sqlite): [text]
            case (.postgres(let text), .postgres): [text]
            case (.sqlite, .postgres), (.postgres, .sqlite): []
            case (.textIndex(let index), .sqlite): index.sqliteSchema
            case (.textIndex(let index), .postgres): index.postgresSchema
            }
        }
    }

    /// Storage's own tables.
    static let own: [Migration] = [
        Migration(
            "storage.1",
            [
                .postgres(
                    """
                    CREATE TABLE storage_blob (
                        hash TEXT PRIMARY KEY, size BIGINT NOT NULL, stored_at BIGINT NOT NULL)
                    """),
                .postgres(
                    """
                    CREATE TABLE storage_blob_chunk (
                        hash TEXT NOT NULL REFERENCES storage_blob (hash) ON DELETE CASCADE,
                        number BIGINT NOT NULL, bytes BYTEA NOT NULL,
                        PRIMARY KEY (hash, number))
                    """),
                .postgres("ALTER TABLE storage_blob_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL"),
            ])
    ]
    static let ledger = """
        CREATE TABLE IF NOT EXISTS storage_migration (
            id TEXT PRIMARY KEY, position BIGINT NOT NULL, applied_at BIGINT NOT NULL)
        """

    /// Decides what is still to do.
    /// - Throws: `StorageError.newerDatabase` when `applied` holds an id that nobody knows.
    static func missing(_ known: [Migration], applied: [String]) throws -> [Migration] {
        let ids = Set(known.map(\.id))
        precondition(ids.count == known.count, "two migrations share an id")
        if let stranger = applied.first(where: { !ids.contains($0) }) {
            throw StorageError.newerDatabase(stranger)
        }
        let done = Set(applied)
        return known.filter { !done.contains($0.id) }
    }
}
