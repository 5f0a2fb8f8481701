package import Storage

/// Reports of lost supply, the incidents that they are put together to, and the work on them.
///
/// Invariants that stand here: a report joins one incident; an incident is one case; what was dark
/// ends no sooner than it began; a step of a permit is taken once in its round; a meter's signal
/// counts once.
package enum IncidentSchema {
    package static let migrations: [Migration] = [
        Migration(
            "incidents-001",
            [.sqlite(report("BLOB")), .postgres(report("BYTEA"))] + reportIndexes + incidents + ranges + work + guides),
        Migration(
            "incidents-002",
            [
                .sql("ALTER TABLE incident ADD COLUMN reopened_at BIGINT"),
                .sql("CREATE INDEX household_notice_incident ON household_notice (incident, id)"),
            ]),
    ]

    /// `device_at` is what a clock on the spot said; it is kept to be looked at and never used.
    private static func report(_ blob: String) -> String {
        """
        CREATE TABLE outage_report (
            id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, number TEXT NOT NULL UNIQUE, receipt_hash TEXT UNIQUE,
            source TEXT NOT NULL CHECK (source IN ('person', 'staff', 'meter', 'ping')),
            dark INTEGER NOT NULL CHECK (dark IN (0, 1)), alone INTEGER NOT NULL CHECK (alone IN (0, 1)),
            inside INTEGER NOT NULL CHECK (inside IN (0, 1)), village TEXT, village_name TEXT NOT NULL,
            station TEXT NOT NULL, reach TEXT NOT NULL, account TEXT, feeder TEXT, pos BIGINT, area TEXT,
            latitude DOUBLE PRECISION, longitude DOUBLE PRECISION, received_at BIGINT NOT NULL, device_at BIGINT,
            skewed INTEGER NOT NULL CHECK (skewed IN (0, 1)), person TEXT, filer TEXT, channel TEXT NOT NULL,
            name \(blob), phone \(blob), phone_hash TEXT, phone_tail TEXT, what TEXT, answers TEXT NOT NULL,
            signal TEXT UNIQUE, bundle TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'open', 'joined', 'past')), incident TEXT, near TEXT, after TEXT,
            joined_at BIGINT, CHECK (pos IS NULL OR feeder IS NOT NULL),
            CHECK ((state = 'joined') = (incident IS NOT NULL AND joined_at IS NOT NULL)))
        """
    }

    /// `bundle` is the feeder, or the village where no network is known: what is folded together.
    private static let reportIndexes: [Migration.Part] = [
        .sql("CREATE INDEX outage_report_waiting ON outage_report (bundle, id) WHERE state = 'waiting'"),
        .sql("CREATE INDEX outage_report_open ON outage_report (bundle, received_at) WHERE state = 'open'"),
        .sql("CREATE INDEX outage_report_incident ON outage_report (incident, id) WHERE incident IS NOT NULL"),
        .sql("CREATE INDEX outage_report_phone ON outage_report (phone_tail, number) WHERE phone_tail IS NOT NULL"),
        .sql(
            """
            CREATE TABLE outage_photo (
                report TEXT NOT NULL REFERENCES outage_report (id), hash TEXT NOT NULL, bytes BIGINT NOT NULL,
                type TEXT NOT NULL, PRIMARY KEY (report, hash))
            """),
        .sql("CREATE INDEX outage_photo_hash ON outage_photo (hash)"),
        .sql("CREATE INDEX account_meter ON account (county, meter) WHERE meter IS NOT NULL"),
    ]

    private static let incidents: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE incident (
                id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id), number TEXT NOT NULL UNIQUE, county TEXT NOT NULL,
                station TEXT NOT NULL, village TEXT, bundle TEXT NOT NULL, feeder TEXT, device TEXT,
                device_name TEXT NOT NULL, area TEXT, probability BIGINT NOT NULL CHECK (probability BETWEEN 0 AND 100),
                also TEXT NOT NULL, fixed INTEGER NOT NULL CHECK (fixed IN (0, 1)),
                customers BIGINT NOT NULL CHECK (customers >= 0), dark BIGINT NOT NULL CHECK (dark >= 0),
                reports BIGINT NOT NULL, single INTEGER NOT NULL CHECK (single IN (0, 1)),
                started_at BIGINT NOT NULL, cause TEXT, equipment TEXT, finding TEXT, inside INTEGER NOT NULL,
                eta BIGINT, damage TEXT REFERENCES cases (id), parent TEXT REFERENCES incident (id),
                joined_into TEXT REFERENCES incident (id), step BIGINT NOT NULL, round BIGINT NOT NULL,
                flags TEXT NOT NULL, open INTEGER NOT NULL CHECK (open IN (0, 1)), restored_at BIGINT,
                offer_at BIGINT, alarm_at BIGINT, alarmed INTEGER NOT NULL CHECK (alarmed IN (0, 1)),
                CHECK (restored_at IS NULL OR restored_at >= started_at), CHECK (open = 0 OR restored_at IS NULL))
            """),
        .sql("CREATE INDEX incident_bundle_open ON incident (bundle, id) WHERE open = 1"),
        .sql("CREATE INDEX incident_bundle_past ON incident (bundle, restored_at) WHERE open = 0"),
        .sql("CREATE INDEX incident_station_open ON incident (station, started_at, id) WHERE open = 1"),
        .sql("CREATE INDEX incident_station_past ON incident (station, restored_at, id) WHERE open = 0"),
        .sql("CREATE INDEX incident_county_open ON incident (county, started_at, id) WHERE open = 1"),
        .sql("CREATE INDEX incident_county_past ON incident (county, restored_at, id) WHERE open = 0"),
        .sql("CREATE INDEX incident_offer_due ON incident (offer_at) WHERE offer_at IS NOT NULL"),
        .sql("CREATE INDEX incident_alarm_due ON incident (alarm_at) WHERE alarm_at IS NOT NULL"),
        .sql("CREATE INDEX incident_parent ON incident (parent, id) WHERE parent IS NOT NULL"),
    ]

    /// One row a contiguous range of supply positions that went dark and came back together.
    private static let ranges: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE incident_range (
                id TEXT NOT NULL PRIMARY KEY, incident TEXT NOT NULL REFERENCES incident (id), feeder TEXT NOT NULL,
                low BIGINT NOT NULL, high BIGINT NOT NULL, dark_at BIGINT NOT NULL, restored_at BIGINT, step BIGINT,
                CHECK (high > low), CHECK (restored_at IS NULL OR restored_at >= dark_at))
            """),
        .sql("CREATE INDEX incident_range_incident ON incident_range (incident, low)"),
        .sql("CREATE INDEX incident_range_dark ON incident_range (feeder, low) WHERE restored_at IS NULL"),
        .sql("CREATE INDEX incident_range_past ON incident_range (feeder, restored_at) WHERE restored_at IS NOT NULL"),
        .sql(
            """
            CREATE TABLE incident_village (
                incident TEXT NOT NULL REFERENCES incident (id), village TEXT NOT NULL, customers BIGINT NOT NULL,
                dark BIGINT NOT NULL, open INTEGER NOT NULL, PRIMARY KEY (incident, village))
            """),
        .sql("CREATE INDEX incident_village_open ON incident_village (village, incident) WHERE open = 1"),
    ]

    private static let work: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE incident_offer (
                incident TEXT NOT NULL REFERENCES incident (id), round BIGINT NOT NULL, person TEXT NOT NULL,
                at BIGINT NOT NULL, ended TEXT, PRIMARY KEY (incident, round, person))
            """),
        .sql(
            """
            CREATE TABLE incident_permit (
                incident TEXT NOT NULL REFERENCES incident (id), round BIGINT NOT NULL,
                step TEXT NOT NULL CHECK (step IN ('isolate', 'verify-dead', 'earth', 'sign', 'return')),
                at BIGINT NOT NULL, person TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (incident, round, step))
            """),
        .sql(
            """
            CREATE TABLE incident_material (
                id TEXT NOT NULL PRIMARY KEY, incident TEXT NOT NULL REFERENCES incident (id), at BIGINT NOT NULL,
                person TEXT, name TEXT NOT NULL, amount TEXT NOT NULL)
            """),
        .sql("CREATE INDEX incident_material_incident ON incident_material (incident, id)"),
        .sql(
            """
            CREATE TABLE light_answer (
                report TEXT NOT NULL PRIMARY KEY, incident TEXT NOT NULL, at BIGINT NOT NULL,
                lit INTEGER NOT NULL CHECK (lit IN (0, 1)))
            """),
        .sql("CREATE INDEX light_answer_incident ON light_answer (incident, lit)"),
        // Where the longer limits of arrival hold.
        .sql(
            """
            CREATE TABLE village_class (
                village TEXT NOT NULL PRIMARY KEY REFERENCES unit (id), county TEXT NOT NULL,
                class TEXT NOT NULL CHECK (class IN ('village', 'remote')), at BIGINT NOT NULL, person TEXT)
            """),
        // An update to the affected account holders, told position by position.
        .sql(
            """
            CREATE TABLE household_notice (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, incident TEXT NOT NULL REFERENCES incident (id),
                feeder TEXT NOT NULL, low BIGINT NOT NULL, high BIGINT NOT NULL, template TEXT NOT NULL,
                data TEXT NOT NULL, key TEXT NOT NULL, made_at BIGINT NOT NULL, cursor BIGINT NOT NULL,
                told BIGINT NOT NULL, done_at BIGINT)
            """),
        .sql("CREATE INDEX household_notice_waiting ON household_notice (id) WHERE done_at IS NULL"),
    ]

    private static let guides: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE guide (
                name TEXT NOT NULL, version BIGINT NOT NULL, yaml TEXT NOT NULL,
                shipped INTEGER NOT NULL CHECK (shipped IN (0, 1)), made_at BIGINT NOT NULL,
                PRIMARY KEY (name, version))
            """),
        .sql(
            """
            CREATE TABLE guide_outcome (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, guide TEXT NOT NULL, version BIGINT NOT NULL,
                ending TEXT NOT NULL, village TEXT, at BIGINT NOT NULL, helped INTEGER, report TEXT)
            """),
        .sql("CREATE INDEX guide_outcome_county ON guide_outcome (county, guide, at)"),
    ]
}
