package import Storage

/// Tables that all services share.
package enum DeskSchema {
    package static let migrations: [Migration] = [
        Migration(
            "desk-001",
            [
                .sql("CREATE TABLE setting (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)"),
                .sqlite(idempotency(blob: "BLOB")), .postgres(idempotency(blob: "BYTEA")),
                .sql("CREATE INDEX idempotency_at ON idempotency (at, scope, door, key)"),
                .sql(
                    """
                    CREATE TABLE event (
                        id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, at BIGINT NOT NULL, actor TEXT,
                        role TEXT NOT NULL, verb TEXT NOT NULL, subject_kind TEXT NOT NULL, subject TEXT NOT NULL,
                        data TEXT NOT NULL, row_hash TEXT)
                    """),
                .sql("CREATE INDEX event_subject ON event (subject, id)"),
                .sql("CREATE INDEX event_county ON event (county, id)"),
                .sql("CREATE INDEX event_actor ON event (actor, id)"),
                .sql("CREATE TABLE unsealed (event TEXT NOT NULL PRIMARY KEY)"),
                .sql(
                    """
                    CREATE TABLE seal (
                        number BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, head TEXT NOT NULL,
                        events BIGINT NOT NULL)
                    """),
                .sql(
                    """
                    CREATE TABLE sealed_event (
                        event TEXT NOT NULL PRIMARY KEY, seal BIGINT NOT NULL REFERENCES seal (number),
                        position BIGINT NOT NULL, hash TEXT NOT NULL)
                    """),
                .sql("CREATE INDEX sealed_event_seal ON sealed_event (seal, position)"),
                .sql(
                    "CREATE TABLE lease (name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL)"),
                .sqlite(outbox(blob: "BLOB")), .postgres(outbox(blob: "BYTEA")),
                .sql("CREATE INDEX outbox_due ON outbox (channel, state, next_at, id)"),
                .sql("CREATE INDEX outbox_village ON outbox (village, channel, state, id)"),
                .sql("CREATE INDEX outbox_case ON outbox (case_id, id)"),
                .sql(
                    """
                    CREATE TABLE inbox (
                        id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, person TEXT NOT NULL, at BIGINT NOT NULL,
                        template TEXT NOT NULL, data TEXT NOT NULL, case_id TEXT, read_at BIGINT)
                    """),
                .sql("CREATE INDEX inbox_person ON inbox (person, id)"),
            ]),
        // The number of unread messages stands on every page.
        Migration("desk-002", [.sql("CREATE INDEX inbox_unread ON inbox (person) WHERE read_at IS NULL")]),
    ]

    private static func idempotency(blob: String) -> String {
        """
        CREATE TABLE idempotency (
            scope TEXT NOT NULL, door TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL,
            answer \(blob), at BIGINT NOT NULL, PRIMARY KEY (scope, door, key))
        """
    }

    private static func outbox(blob: String) -> String {
        """
        CREATE TABLE outbox (
            id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, key TEXT NOT NULL UNIQUE, channel TEXT NOT NULL,
            person TEXT, name TEXT, phone \(blob), village TEXT, case_id TEXT, template TEXT NOT NULL,
            data TEXT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL, next_at BIGINT NOT NULL,
            holder TEXT, made_at BIGINT NOT NULL, done_at BIGINT, done_by TEXT, reference TEXT, trouble TEXT)
        """
    }
}
