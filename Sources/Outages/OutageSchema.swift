package import Storage

/// Loss of supply, planned or not.
///
/// An interruption is one group of customers that lost supply together and got it back together:
/// the rows from which all reliability figures are computed (DL/T 836, IEEE 1366). `low` and `high`
/// are the half-open range of supply positions within the feeder, where it is known.
package enum OutageSchema {
    package static let migrations: [Migration] =
        [Migration("outages-001", interruptions)] + ClaimSchema.migrations + IncidentSchema.migrations
        + PlannedSchema.migrations

    private static let interruptions: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE interruption (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, origin TEXT NOT NULL, step BIGINT NOT NULL,
                planned INTEGER NOT NULL CHECK (planned IN (0, 1)), feeder TEXT NOT NULL, area TEXT NOT NULL,
                village TEXT, cause TEXT NOT NULL, started_at BIGINT NOT NULL, restored_at BIGINT NOT NULL,
                customers BIGINT NOT NULL CHECK (customers >= 0), low BIGINT NOT NULL, high BIGINT NOT NULL,
                CHECK (restored_at >= started_at), CHECK (high >= low),
                UNIQUE (origin, step, area, village))
            """),
        .sql("CREATE INDEX interruption_when ON interruption (county, started_at, id)"),
        .sql("CREATE INDEX interruption_area ON interruption (area, started_at)"),
        .sql("CREATE INDEX interruption_village ON interruption (village, started_at)"),
        .sql("CREATE INDEX interruption_feeder ON interruption (feeder, started_at)"),
    ]
}
