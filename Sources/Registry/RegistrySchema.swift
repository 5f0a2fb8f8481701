package import Storage

/// Who and where: units, people, pairings, accounts, sign-in.
///
/// Invariants that stand here and nowhere else: a village has at most one pairing without an end;
/// a role is held once per unit; a phone number signs in one customer; an account number is
/// unique in its county; intervals do not run backwards.
package enum RegistrySchema {
    package static let migrations: [Migration] = [
        Migration("registry-001", units + people + pairings + points + accounts + signIn + handovers),
        // What a service writes it says in both languages; what people type stays as they typed it.
        Migration(
            "registry-002",
            [.sql("ALTER TABLE notice ADD COLUMN title_en TEXT"), .sql("ALTER TABLE notice ADD COLUMN text_en TEXT")]),
    ]

    private static let units: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE unit (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('province', 'city', 'county', 'township', 'station', 'village')),
                parent TEXT REFERENCES unit (id), path TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
                name_en TEXT NOT NULL, pinyin TEXT NOT NULL, latitude DOUBLE PRECISION, longitude DOUBLE PRECISION,
                phone TEXT, partner TEXT REFERENCES unit (id), made_at BIGINT NOT NULL, closed_at BIGINT,
                CHECK ((latitude IS NULL) = (longitude IS NULL)),
                CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
                CHECK (kind <> 'station' OR partner IS NOT NULL))
            """),
        .sql("CREATE INDEX unit_county ON unit (county, kind, path)"),
        .sql("CREATE INDEX unit_parent ON unit (parent, path)"),
        // One station serves a township.
        .sql("CREATE UNIQUE INDEX unit_station ON unit (partner) WHERE kind = 'station' AND closed_at IS NULL"),
    ]

    private static let people: [Migration.Part] =
        bytes { blob in
            """
            CREATE TABLE person (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, name TEXT NOT NULL, sign_in TEXT UNIQUE,
                password TEXT, totp \(blob), totp_step BIGINT, phone \(blob), phone_hash TEXT, phone_tail TEXT,
                photo TEXT, must_change INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1)),
                customer INTEGER NOT NULL CHECK (customer IN (0, 1)),
                active INTEGER NOT NULL CHECK (active IN (0, 1)), made_at BIGINT NOT NULL,
                CHECK ((phone IS NULL) = (phone_hash IS NULL)))
            """
        } + [
            .sql("CREATE INDEX person_phone ON person (phone_hash)"),
            .sql("CREATE UNIQUE INDEX person_customer_phone ON person (phone_hash) WHERE customer = 1"),
            .sql("CREATE INDEX person_staff ON person (county, id) WHERE customer = 0"),
            .sql(
                """
                CREATE TABLE grant_ (
                    id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL,
                    person TEXT NOT NULL REFERENCES person (id), role TEXT NOT NULL,
                    unit TEXT NOT NULL REFERENCES unit (id), reach TEXT NOT NULL, since BIGINT NOT NULL,
                    until BIGINT, cause TEXT NOT NULL, CHECK (until IS NULL OR until >= since))
                """),
            // `cause` is 'role' for one that was given by hand, else the pairing or leave behind it.
            .sql("CREATE UNIQUE INDEX grant_once ON grant_ (person, role, unit, cause) WHERE until IS NULL"),
            .sql("CREATE INDEX grant_person ON grant_ (person, until)"),
            .sql("CREATE INDEX grant_unit ON grant_ (unit, role, until)"),
            .sql("CREATE INDEX grant_cause ON grant_ (cause, until)"),
            .sql(
                """
                CREATE TABLE certificate (
                    id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL,
                    person TEXT NOT NULL REFERENCES person (id), kind TEXT NOT NULL, number TEXT NOT NULL,
                    valid_from TEXT NOT NULL, valid_to TEXT NOT NULL, made_at BIGINT NOT NULL,
                    UNIQUE (county, kind, number), CHECK (valid_to >= valid_from))
                """),
            .sql("CREATE INDEX certificate_person ON certificate (person, valid_to)"),
            .sql(
                """
                CREATE TABLE leave_ (
                    id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL,
                    person TEXT NOT NULL REFERENCES person (id), from_day TEXT NOT NULL, to_day TEXT NOT NULL,
                    stand_in TEXT NOT NULL REFERENCES person (id), made_at BIGINT NOT NULL, made_by TEXT,
                    CHECK (to_day >= from_day), CHECK (stand_in <> person))
                """),
            .sql("CREATE INDEX leave_person ON leave_ (person, to_day, from_day)"),
            .sql("CREATE INDEX leave_stand_in ON leave_ (stand_in, to_day)"),
        ]

    private static let pairings: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE pairing (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, village TEXT NOT NULL REFERENCES unit (id),
                representative TEXT NOT NULL REFERENCES person (id), liaison TEXT NOT NULL REFERENCES person (id),
                stand_in TEXT REFERENCES person (id), since TEXT NOT NULL, until TEXT, made_at BIGINT NOT NULL,
                made_by TEXT, handover TEXT, CHECK (until IS NULL OR until >= since),
                CHECK (representative <> liaison), CHECK (stand_in IS NULL OR stand_in <> representative))
            """),
        .sql("CREATE UNIQUE INDEX pairing_current ON pairing (village) WHERE until IS NULL"),
        .sql("CREATE INDEX pairing_village ON pairing (village, since)"),
        .sql("CREATE INDEX pairing_representative ON pairing (representative, until, village)"),
        .sql("CREATE INDEX pairing_liaison ON pairing (liaison, until, village)"),
    ]

    private static let points: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE service_point (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, village TEXT NOT NULL REFERENCES unit (id),
                name TEXT NOT NULL, address TEXT NOT NULL, hours TEXT NOT NULL, services TEXT NOT NULL,
                devices TEXT NOT NULL, latitude DOUBLE PRECISION, longitude DOUBLE PRECISION,
                opened TEXT NOT NULL, closed TEXT, UNIQUE (village, name), CHECK (closed IS NULL OR closed >= opened))
            """),
        .sql("CREATE INDEX service_point_open ON service_point (county, village) WHERE closed IS NULL"),
        .sql(
            """
            CREATE TABLE duty (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, village TEXT NOT NULL REFERENCES unit (id),
                person TEXT NOT NULL REFERENCES person (id), day TEXT NOT NULL,
                from_minute BIGINT NOT NULL, to_minute BIGINT NOT NULL, UNIQUE (village, person, day, from_minute),
                CHECK (from_minute >= 0 AND to_minute > from_minute AND to_minute <= 1440))
            """),
        .sql("CREATE INDEX duty_village ON duty (village, day, from_minute)"),
        .sql("CREATE INDEX duty_person ON duty (person, day)"),
        .sql(
            """
            CREATE TABLE notice (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, unit TEXT NOT NULL REFERENCES unit (id),
                title TEXT NOT NULL, text TEXT NOT NULL, from_day TEXT NOT NULL, until_day TEXT NOT NULL,
                author TEXT REFERENCES person (id), made_at BIGINT NOT NULL, withdrawn_at BIGINT, withdrawn_by TEXT,
                CHECK (until_day >= from_day))
            """),
        .sql("CREATE INDEX notice_unit ON notice (unit, until_day)"),
        .sql("CREATE INDEX notice_county ON notice (county, id)"),
    ]

    private static let accounts: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE account (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, number TEXT NOT NULL,
                village TEXT NOT NULL REFERENCES unit (id), customer TEXT REFERENCES person (id), name TEXT NOT NULL,
                address TEXT NOT NULL, meter TEXT,
                kind TEXT NOT NULL CHECK (kind IN ('residential', 'commercial', 'agricultural', 'other')),
                opened TEXT NOT NULL, closed TEXT, UNIQUE (county, number))
            """),
        .sql("CREATE INDEX account_customer ON account (customer, id)"),
        .sql("CREATE INDEX account_village ON account (village, id)"),
    ]

    private static let signIn: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE session (
                token_hash TEXT NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
                person TEXT NOT NULL REFERENCES person (id), county TEXT NOT NULL, door TEXT NOT NULL,
                trusted INTEGER NOT NULL CHECK (trusted IN (0, 1)), by_liaison TEXT REFERENCES person (id),
                made_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)
            """),
        .sql("CREATE INDEX session_person ON session (person, made_at)"),
        .sql("CREATE INDEX session_expires ON session (expires_at)"),
        .sql(
            """
            CREATE TABLE sign_in_code (
                id TEXT NOT NULL PRIMARY KEY, phone_hash TEXT NOT NULL UNIQUE, code_hash TEXT NOT NULL,
                made_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, tries BIGINT NOT NULL,
                by_liaison TEXT REFERENCES person (id))
            """),
        .sql(
            """
            CREATE TABLE failed_try (
                subject TEXT NOT NULL PRIMARY KEY, failures BIGINT NOT NULL, since BIGINT NOT NULL,
                locked_until BIGINT NOT NULL)
            """),
        .sql("CREATE INDEX failed_try_since ON failed_try (since)"),
    ]

    private static let handovers: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE handover (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, station TEXT NOT NULL REFERENCES unit (id),
                leaving TEXT NOT NULL REFERENCES person (id), successor TEXT NOT NULL REFERENCES person (id),
                day TEXT NOT NULL, reason TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected')),
                proposed_by TEXT NOT NULL REFERENCES person (id), proposed_at BIGINT NOT NULL,
                decided_by TEXT REFERENCES person (id), decided_at BIGINT, villages BIGINT NOT NULL,
                cases BIGINT NOT NULL, follow_ups BIGINT NOT NULL, households BIGINT NOT NULL,
                CHECK (leaving <> successor), CHECK (decided_by IS NULL OR decided_by <> proposed_by))
            """),
        .sql("CREATE UNIQUE INDEX handover_open ON handover (leaving) WHERE state = 'proposed'"),
        .sql("CREATE INDEX handover_station ON handover (station, id)"),
    ]

    /// A table with columns of bytes, whose type has another name in each engine.
    private static func bytes(_ table: (String) -> String) -> [Migration.Part] {
        [.sqlite(table("BLOB")), .postgres(table("BYTEA"))]
    }
}
