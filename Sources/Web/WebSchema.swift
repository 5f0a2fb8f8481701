package import Storage

/// Tables of the web: drafts of forms of several pages.
package enum WebSchema {
    package static let migrations: [Migration] = [
        Migration(
            "web-001",
            [
                .sqlite(draft(blob: "BLOB")), .postgres(draft(blob: "BYTEA")),
                .sql("CREATE INDEX draft_expires ON draft (expires_at, token)"),
                .sql(
                    """
                    CREATE TABLE draft_file (
                        token TEXT NOT NULL REFERENCES draft (token) ON DELETE CASCADE, hash TEXT NOT NULL,
                        PRIMARY KEY (token, hash))
                    """),
                .sql("CREATE INDEX draft_file_hash ON draft_file (hash, token)"),
            ])
    ]

    private static func draft(blob: String) -> String {
        """
        CREATE TABLE draft (
            token TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, action TEXT NOT NULL, data \(blob) NOT NULL,
            person TEXT, made_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)
        """
    }
}
