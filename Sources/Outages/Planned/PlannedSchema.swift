package import Storage

/// Planned outages: what was asked for, whom it concerns, who was told, and the days that the county
/// keeps free of them.
///
/// Invariants that stand here: an outage ends after it begins; a household stands once on its list;
/// a household carries a tag once at a time; only what was decided has somebody who decided.
package enum PlannedSchema {
    package static let migrations: [Migration] = [
        Migration("planned-001", outages + households + tellings + county),
        Migration(
            "planned-002",
            [.sql("CREATE INDEX planned_outage_running ON planned_outage (start_at, id) WHERE state = 'running'")]),
        // Positions that a change took out of an outage, until their households are off its list.
        Migration(
            "planned-003",
            [
                .sql(
                    """
                    CREATE TABLE planned_spared (
                        id TEXT NOT NULL PRIMARY KEY, outage TEXT NOT NULL REFERENCES planned_outage (id),
                        low BIGINT NOT NULL, high BIGINT NOT NULL, data TEXT NOT NULL, CHECK (high > low))
                    """)
            ]),
    ]

    /// `next_at` is when time has something to do with it; `passed_at` what was done.
    private static let outages: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE planned_outage (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, number TEXT NOT NULL UNIQUE,
                kind TEXT NOT NULL CHECK (kind IN ('planned', 'urgent')),
                state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'running', 'finished', 'refused', 'cancelled')),
                station TEXT NOT NULL REFERENCES unit (id), feeder TEXT NOT NULL REFERENCES feeder (id),
                line TEXT NOT NULL, work TEXT NOT NULL, contact TEXT NOT NULL, phone TEXT NOT NULL,
                start_at BIGINT NOT NULL, end_at BIGINT NOT NULL, customers BIGINT NOT NULL CHECK (customers >= 0),
                asked_by TEXT REFERENCES person (id), asked_at BIGINT NOT NULL, waiver TEXT,
                decided_by TEXT REFERENCES person (id), decided_at BIGINT, reason TEXT, announced_at BIGINT,
                started_at BIGINT, finished_at BIGINT, round BIGINT NOT NULL, step BIGINT NOT NULL,
                list_cursor BIGINT NOT NULL, listed_at BIGINT, passed_at BIGINT NOT NULL, next_at BIGINT NOT NULL,
                version BIGINT NOT NULL,
                CHECK (end_at > start_at), CHECK (started_at IS NULL OR announced_at IS NOT NULL),
                CHECK (finished_at IS NULL OR finished_at >= started_at),
                CHECK ((state = 'asked') = (decided_at IS NULL)))
            """),
        .sql("CREATE INDEX planned_outage_county ON planned_outage (county, start_at, id)"),
        .sql("CREATE INDEX planned_outage_feeder ON planned_outage (feeder, start_at)"),
        .sql("CREATE INDEX planned_outage_unlisted ON planned_outage (id) WHERE listed_at IS NULL"),
        .sql("CREATE INDEX planned_outage_next ON planned_outage (next_at, id)"),
        .sql(
            """
            CREATE TABLE planned_device (
                outage TEXT NOT NULL REFERENCES planned_outage (id), device TEXT NOT NULL, code TEXT NOT NULL,
                name TEXT NOT NULL, PRIMARY KEY (outage, device))
            """),
        .sql(
            """
            CREATE TABLE planned_range (
                id TEXT NOT NULL PRIMARY KEY, outage TEXT NOT NULL REFERENCES planned_outage (id), low BIGINT NOT NULL,
                high BIGINT NOT NULL, step BIGINT, restored_at BIGINT, CHECK (high > low),
                CHECK ((step IS NULL) = (restored_at IS NULL)))
            """),
        .sql("CREATE INDEX planned_range_outage ON planned_range (outage, low)"),
        .sql(
            """
            CREATE TABLE planned_village (
                outage TEXT NOT NULL REFERENCES planned_outage (id), village TEXT NOT NULL REFERENCES unit (id),
                path TEXT NOT NULL, customers BIGINT NOT NULL, notice TEXT, PRIMARY KEY (outage, village))
            """),
        .sql("CREATE INDEX planned_village_village ON planned_village (village, outage)"),
    ]

    /// `concerned` 0: somebody looked at it and it keeps its light.
    private static let households: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE planned_household (
                outage TEXT NOT NULL REFERENCES planned_outage (id), account TEXT NOT NULL REFERENCES account (id),
                county TEXT NOT NULL, village TEXT NOT NULL, pos BIGINT, area TEXT,
                by_hand INTEGER NOT NULL CHECK (by_hand IN (0, 1)), concerned INTEGER NOT NULL CHECK (concerned IN (0, 1)),
                told_at BIGINT, told_by TEXT, PRIMARY KEY (outage, account), CHECK (by_hand = 1 OR pos IS NOT NULL))
            """),
        .sql("CREATE INDEX planned_household_village ON planned_household (outage, village, account)"),
        .sql("CREATE INDEX planned_household_missing ON planned_household (outage, account) WHERE told_at IS NULL AND concerned = 1"),
    ]

    /// One notice on its way to all households of an outage; `cursor` is the last one who was told.
    private static let tellings: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE planned_telling (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, outage TEXT NOT NULL REFERENCES planned_outage (id),
                template TEXT NOT NULL, data TEXT NOT NULL, round BIGINT NOT NULL, low BIGINT, high BIGINT,
                made_at BIGINT NOT NULL, cursor TEXT NOT NULL, told BIGINT NOT NULL, visits BIGINT NOT NULL, done_at BIGINT)
            """),
        .sql("CREATE INDEX planned_telling_waiting ON planned_telling (id) WHERE done_at IS NULL"),
        .sql("CREATE INDEX planned_telling_outage ON planned_telling (outage, id)"),
    ]

    private static let county: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE quiet_day (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('exam', 'harvest', 'festival', 'other')), title TEXT NOT NULL,
                title_en TEXT NOT NULL, first_day TEXT NOT NULL, last_day TEXT NOT NULL,
                made_by TEXT REFERENCES person (id), made_at BIGINT NOT NULL, ended_at BIGINT,
                CHECK (last_day >= first_day))
            """),
        .sql("CREATE INDEX quiet_day_county ON quiet_day (county, last_day, id)"),
        .sql(
            """
            CREATE TABLE household_tag (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, account TEXT NOT NULL REFERENCES account (id),
                village TEXT NOT NULL REFERENCES unit (id),
                tag TEXT NOT NULL CHECK (tag IN ('life-support', 'elderly-alone', 'five-guarantee', 'low-income')),
                made_by TEXT REFERENCES person (id), made_at BIGINT NOT NULL, ended_at BIGINT)
            """),
        .sql("CREATE UNIQUE INDEX household_tag_once ON household_tag (account, tag) WHERE ended_at IS NULL"),
        .sql("CREATE INDEX household_tag_village ON household_tag (village, account) WHERE ended_at IS NULL"),
    ]
}
