package import Storage

/// Insight reads what the services count and keeps no table of its own; these are the ways into
/// theirs that only its figures need.
package enum InsightSchema {
    package static let migrations: [Migration] = [Migration("insight-001", ways)]

    /// Few kinds of many: complaints of low voltage and frequent outages, and outages with their limits.
    private static let ways: [Migration.Part] = [
        .sql("CREATE INDEX cases_supply ON cases (county, key) WHERE kind IN ('usage', 'complaint')"),
        .sql("CREATE INDEX cases_outage ON cases (county, key) WHERE kind = 'outage'"),
    ]
}
