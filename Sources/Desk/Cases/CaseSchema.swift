package import Storage

/// Tables of all work: cases, their timeline, limits, photos, followers, calls and counts.
///
/// Invariants that stand here: a number and a receipt name one case; a case that is not open has
/// an end; a satisfaction is 1 to 5; a complaint about a person is confidential.
package enum CaseSchema {
    /// Words of all cases, newest first.
    package static let textIndex = TextIndex("case_text_index")

    package static let migrations: [Migration] = [
        Migration(
            "cases-001",
            kinds
                + [.sqlite(cases("BLOB")), .postgres(cases("BYTEA"))] + caseIndexes + beside
                + [.sqlite(follower("BLOB")), .postgres(follower("BYTEA"))] + followerIndexes + counts
                + [.textIndex(textIndex)]),
        Migration("cases-002", countedOpen),
        Migration("cases-003", broadcasts),
        Migration("cases-004", swept),
    ]

    /// One update on its way to many followers; `cursor` is the last one who was told.
    private static let broadcasts: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE broadcast (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, case_id TEXT NOT NULL REFERENCES cases (id),
                template TEXT NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL, made_at BIGINT NOT NULL,
                cursor TEXT NOT NULL, told BIGINT NOT NULL, done_at BIGINT)
            """),
        .sql("CREATE INDEX broadcast_waiting ON broadcast (id) WHERE done_at IS NULL"),
    ]

    /// A person's and a village's open cases are counted by reading the index alone.
    private static let countedOpen: [Migration.Part] = [
        .sql("DROP INDEX cases_assignee_open"),
        .sql("DROP INDEX cases_village_open"),
        .sql("CREATE INDEX cases_assignee_open ON cases (assignee, rank, due_at, id, hidden_from, open) WHERE open = 1"),
        .sql(
            """
            CREATE INDEX cases_village_open ON cases (village, rank, due_at, id, confidential, hidden_from, open)
            WHERE open = 1
            """),
    ]

    /// Every case passes through the indexes of open ones and leaves dead entries behind, which lists would step
    /// over until PostgreSQL sweeps them out: by default after a fifth of the table, which holds the history of years.
    private static let swept: [Migration.Part] = [
        .postgres("ALTER TABLE cases SET (autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.01)")
    ]

    private static let kinds: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE kind (
                name TEXT NOT NULL, version BIGINT NOT NULL, yaml TEXT NOT NULL, base TEXT NOT NULL,
                shipped BIGINT NOT NULL CHECK (shipped IN (0, 1)), made_at BIGINT NOT NULL,
                PRIMARY KEY (name, version))
            """)
    ]

    private static func cases(_ blob: String) -> String {
        """
        CREATE TABLE cases (
            id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, key BIGINT NOT NULL UNIQUE,
            number TEXT NOT NULL UNIQUE, receipt_hash TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
            kind_version BIGINT NOT NULL, village TEXT, village_name TEXT NOT NULL, station TEXT NOT NULL,
            reach TEXT NOT NULL, account TEXT, customer TEXT, filer TEXT, filer_role TEXT, channel TEXT NOT NULL,
            for_whom BIGINT NOT NULL, consent TEXT, name \(blob), phone \(blob), phone_hash TEXT, phone_tail TEXT,
            what TEXT, extra TEXT NOT NULL, dangers TEXT NOT NULL, priority BIGINT NOT NULL, rank BIGINT NOT NULL,
            state TEXT NOT NULL, state_before TEXT, assignee TEXT, confidential BIGINT NOT NULL, about TEXT,
            hidden_from TEXT, merged_into TEXT REFERENCES cases (id), opened_at BIGINT NOT NULL,
            due_at BIGINT NOT NULL, due_name TEXT, next_check_at BIGINT NOT NULL, changed_at BIGINT NOT NULL,
            changed_by TEXT, resolved_at BIGINT, resolved_by TEXT, follow_up_at BIGINT, closed_at BIGINT,
            reopened BIGINT NOT NULL, satisfaction BIGINT, outcome TEXT, in_limit BIGINT,
            latitude DOUBLE PRECISION, longitude DOUBLE PRECISION, open BIGINT NOT NULL, version BIGINT NOT NULL,
            CHECK (open IN (0, 1)), CHECK ((open = 1) = (closed_at IS NULL)), CHECK (confidential IN (0, 1)),
            CHECK (for_whom IN (0, 1)), CHECK (satisfaction BETWEEN 1 AND 5), CHECK (priority IN (0, 1)),
            CHECK (about IS NULL OR confidential = 1), CHECK (merged_into IS NULL OR merged_into <> id),
            CHECK (in_limit IN (0, 1)), CHECK ((phone IS NULL) OR (phone_hash IS NOT NULL)))
        """
    }

    /// The columns behind the order let counts read the index alone.
    ///
    /// Lists read the open cases of a person, village, station or county in the order of their
    /// limits; what is closed by the time of its end; everything by its key, newest first.
    private static let caseIndexes: [Migration.Part] = [
        .sql("CREATE INDEX cases_assignee_open ON cases (assignee, rank, due_at, id) WHERE open = 1"),
        .sql("CREATE INDEX cases_village_open ON cases (village, rank, due_at, id) WHERE open = 1"),
        .sql(
            """
            CREATE INDEX cases_station_open ON cases (station, rank, due_at, id, state, hidden_from, assignee, open)
            WHERE open = 1
            """),
        .sql(
            """
            CREATE INDEX cases_county_open ON cases (county, rank, due_at, id, state, hidden_from, assignee, open)
            WHERE open = 1
            """),
        .sql("CREATE INDEX cases_assignee_closed ON cases (assignee, closed_at, id) WHERE open = 0"),
        .sql("CREATE INDEX cases_village_closed ON cases (village, closed_at, id) WHERE open = 0"),
        .sql("CREATE INDEX cases_station_closed ON cases (station, closed_at, id) WHERE open = 0"),
        .sql("CREATE INDEX cases_county_closed ON cases (county, closed_at, id) WHERE open = 0"),
        .sql("CREATE INDEX cases_village_key ON cases (village, key)"),
        .sql("CREATE INDEX cases_station_key ON cases (station, key)"),
        .sql("CREATE INDEX cases_county_key ON cases (county, key)"),
        .sql("CREATE INDEX cases_check ON cases (next_check_at, id) WHERE next_check_at < 253370764800000"),
        .sql("CREATE INDEX cases_phone ON cases (phone_hash, key) WHERE phone_hash IS NOT NULL"),
        .sql("CREATE INDEX cases_customer ON cases (customer, key) WHERE customer IS NOT NULL"),
        .sql("CREATE INDEX cases_filer ON cases (filer, key) WHERE filer IS NOT NULL"),
        .sql("CREATE INDEX cases_merged ON cases (merged_into, id) WHERE merged_into IS NOT NULL"),
    ]

    private static let beside: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE case_entry (
                id TEXT NOT NULL PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), event TEXT,
                at BIGINT NOT NULL, move TEXT NOT NULL, state TEXT NOT NULL, author TEXT, role TEXT,
                public BIGINT NOT NULL CHECK (public IN (0, 1)), note TEXT)
            """),
        .sql("CREATE INDEX case_entry_case ON case_entry (case_id, id)"),
        .sql(
            """
            CREATE TABLE case_limit (
                id TEXT NOT NULL PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), name TEXT NOT NULL,
                rule TEXT NOT NULL, promise BIGINT NOT NULL, started_at BIGINT NOT NULL, paused TEXT NOT NULL,
                due_at BIGINT NOT NULL, provisional BIGINT NOT NULL, stopped_at BIGINT, breached_at BIGINT,
                level BIGINT NOT NULL, CHECK (stopped_at IS NULL OR stopped_at >= started_at))
            """),
        .sql("CREATE INDEX case_limit_case ON case_limit (case_id, id)"),
        .sql(
            """
            CREATE TABLE case_photo (
                id TEXT NOT NULL PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), entry TEXT,
                hash TEXT NOT NULL, bytes BIGINT NOT NULL, type TEXT NOT NULL)
            """),
        .sql("CREATE INDEX case_photo_case ON case_photo (case_id, id)"),
        .sql("CREATE INDEX case_photo_hash ON case_photo (hash)"),
        .sql(
            """
            CREATE TABLE case_call (
                id TEXT NOT NULL PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), at BIGINT NOT NULL,
                author TEXT, round BIGINT NOT NULL)
            """),
        .sql("CREATE INDEX case_call_case ON case_call (case_id, id)"),
    ]

    private static func follower(_ blob: String) -> String {
        """
        CREATE TABLE follower (
            id TEXT NOT NULL PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), at BIGINT NOT NULL,
            person TEXT, name \(blob), phone \(blob), phone_hash TEXT, phone_tail TEXT, village TEXT,
            receipt_hash TEXT UNIQUE, from_case TEXT)
        """
    }
    private static let followerIndexes: [Migration.Part] = [
        .sql("CREATE INDEX follower_case ON follower (case_id, id)"),
        // One phone follows a case once.
        .sql("CREATE UNIQUE INDEX follower_once ON follower (case_id, phone_hash) WHERE phone_hash IS NOT NULL"),
        .sql("CREATE INDEX follower_phone ON follower (phone_hash, id) WHERE phone_hash IS NOT NULL"),
    ]

    /// A counter is a row per change; a worker folds them. Complaints about a person are counted
    /// apart (`hidden`), so that nobody in the village can infer them.
    private static let counts: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE case_delta (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, village TEXT NOT NULL, kind TEXT NOT NULL,
                channel TEXT NOT NULL, month TEXT NOT NULL, measure TEXT NOT NULL, hidden BIGINT NOT NULL,
                n BIGINT NOT NULL)
            """),
        .sql(
            """
            CREATE TABLE case_count (
                county TEXT NOT NULL, village TEXT NOT NULL, kind TEXT NOT NULL, channel TEXT NOT NULL,
                month TEXT NOT NULL, measure TEXT NOT NULL, hidden BIGINT NOT NULL, n BIGINT NOT NULL,
                PRIMARY KEY (county, village, kind, channel, month, measure, hidden))
            """),
    ]
}
