package import Storage

/// The network as it is built: feeders, transformer areas, devices, and who is supplied by what.
///
/// A feeder has at most one version that readers see: the one that its row names. Rows of a version
/// are filled in pieces before that name is changed, so an import is seen whole or not at all. Ids of
/// devices and areas stay the same from version to version as long as their code does.
///
/// Supply positions are numbered once per version in the network's normal state, in the order of the
/// tree: what hangs below a device is the half-open range `low ..< high`. Operating a switch does not
/// renumber; `dark_range` holds the positions that have no supply as the switches stand now.
package enum GridSchema {
    package static let migrations: [Migration] = [
        Migration("grid-001", feeders + devices + supplies + switching), Migration("grid-002", imports),
    ]

    /// A network that somebody sent, until it is published or refused. `taken_until`: a server works on it.
    private static let imports: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE network_import (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, person TEXT NOT NULL REFERENCES person (id),
                made_at BIGINT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('waiting', 'checked', 'refused', 'queued', 'published', 'failed')),
                format TEXT NOT NULL CHECK (format IN ('csv', 'json', 'cim')), source TEXT NOT NULL, feeder TEXT NOT NULL,
                name TEXT NOT NULL, substation TEXT NOT NULL, substation_name TEXT NOT NULL,
                station TEXT REFERENCES unit (id), datum TEXT NOT NULL, percent BIGINT NOT NULL,
                report TEXT, problem TEXT, version TEXT, changed_at BIGINT NOT NULL, taken_until BIGINT)
            """),
        .sql("CREATE INDEX network_import_county ON network_import (county, id)"),
        .sql("CREATE INDEX network_import_waiting ON network_import (id) WHERE state IN ('waiting', 'queued')"),
        .sql(
            """
            CREATE TABLE network_import_file (
                import TEXT NOT NULL REFERENCES network_import (id),
                part TEXT NOT NULL CHECK (part IN ('nodes', 'edges', 'loads', 'network', 'accounts')),
                hash TEXT NOT NULL, bytes BIGINT NOT NULL, PRIMARY KEY (import, part))
            """),
        .sql("CREATE INDEX network_import_file_hash ON network_import_file (hash)"),
    ]

    private static let feeders: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE substation (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL,
                latitude DOUBLE PRECISION, longitude DOUBLE PRECISION, made_at BIGINT NOT NULL,
                UNIQUE (county, code), CHECK ((latitude IS NULL) = (longitude IS NULL)))
            """),
        .sql(
            """
            CREATE TABLE feeder (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL,
                substation TEXT NOT NULL REFERENCES substation (id), station TEXT REFERENCES unit (id),
                version TEXT, customers BIGINT NOT NULL DEFAULT 0 CHECK (customers >= 0),
                operations BIGINT NOT NULL DEFAULT 0, made_at BIGINT NOT NULL, UNIQUE (county, code))
            """),
        .sql("CREATE INDEX feeder_station ON feeder (station, code)"),
        .sql("CREATE INDEX feeder_version ON feeder (version)"),
        .sql(
            """
            CREATE TABLE network_version (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, feeder TEXT NOT NULL REFERENCES feeder (id),
                number BIGINT NOT NULL, source TEXT NOT NULL, format TEXT NOT NULL, datum TEXT NOT NULL,
                author TEXT REFERENCES person (id), nodes BIGINT NOT NULL, devices BIGINT NOT NULL,
                areas BIGINT NOT NULL, supplies BIGINT NOT NULL, unlinked BIGINT NOT NULL, warnings BIGINT NOT NULL,
                findings TEXT NOT NULL, staged_at BIGINT NOT NULL, published_at BIGINT, retired_at BIGINT,
                UNIQUE (feeder, number))
            """),
        .sql("CREATE INDEX network_version_county ON network_version (county, id)"),
        .sql(
            """
            CREATE TABLE transformer_area (
                id TEXT NOT NULL, version TEXT NOT NULL REFERENCES network_version (id), county TEXT NOT NULL,
                feeder TEXT NOT NULL REFERENCES feeder (id), code TEXT NOT NULL, name TEXT NOT NULL,
                village TEXT REFERENCES unit (id), transformer TEXT NOT NULL, kva DOUBLE PRECISION,
                latitude DOUBLE PRECISION, longitude DOUBLE PRECISION, customers BIGINT NOT NULL,
                low BIGINT NOT NULL, high BIGINT NOT NULL, PRIMARY KEY (id, version), UNIQUE (version, code),
                CHECK (high >= low), CHECK ((latitude IS NULL) = (longitude IS NULL)))
            """),
        .sql("CREATE INDEX transformer_area_range ON transformer_area (version, low, high)"),
        .sql("CREATE INDEX transformer_area_village ON transformer_area (village, version)"),
        // Customers of an area by village: an area may serve two.
        .sql(
            """
            CREATE TABLE area_village (
                version TEXT NOT NULL REFERENCES network_version (id), area TEXT NOT NULL, village TEXT NOT NULL,
                customers BIGINT NOT NULL, PRIMARY KEY (version, area, village))
            """),
        .sql("CREATE INDEX area_village_village ON area_village (village, version)"),
    ]

    private static let devices: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE grid_node (
                version TEXT NOT NULL REFERENCES network_version (id), code TEXT NOT NULL, county TEXT NOT NULL,
                kind TEXT NOT NULL, name TEXT NOT NULL, kv DOUBLE PRECISION, latitude DOUBLE PRECISION,
                longitude DOUBLE PRECISION, PRIMARY KEY (version, code),
                CHECK ((latitude IS NULL) = (longitude IS NULL)))
            """),
        // `line` holds the places along it as `latitude longitude;…`; NULL is straight.
        .sql(
            """
            CREATE TABLE device (
                id TEXT NOT NULL, version TEXT NOT NULL REFERENCES network_version (id), county TEXT NOT NULL,
                feeder TEXT NOT NULL REFERENCES feeder (id),
                kind TEXT NOT NULL CHECK (kind IN ('transformer', 'line', 'switch', 'drop')),
                code TEXT NOT NULL, name TEXT NOT NULL, from_node TEXT NOT NULL, to_node TEXT NOT NULL,
                length_m DOUBLE PRECISION, kva DOUBLE PRECISION, max_a DOUBLE PRECISION,
                normal INTEGER NOT NULL CHECK (normal IN (0, 1)), present INTEGER NOT NULL CHECK (present IN (0, 1)),
                area TEXT, parent TEXT, line TEXT, low BIGINT NOT NULL, high BIGINT NOT NULL,
                PRIMARY KEY (id, version), UNIQUE (version, code), CHECK (high >= low))
            """),
        .sql("CREATE INDEX device_kind ON device (version, kind, code)"),
        .sql("CREATE INDEX device_parent ON device (version, parent)"),
        .sql("CREATE INDEX device_area ON device (version, area, code)"),
    ]

    private static let supplies: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE supply (
                version TEXT NOT NULL REFERENCES network_version (id), pos BIGINT NOT NULL CHECK (pos >= 0),
                county TEXT NOT NULL, feeder TEXT NOT NULL REFERENCES feeder (id),
                account TEXT REFERENCES account (id), code TEXT NOT NULL, kind TEXT NOT NULL, node TEXT NOT NULL,
                area TEXT, village TEXT REFERENCES unit (id), latitude DOUBLE PRECISION, longitude DOUBLE PRECISION,
                PRIMARY KEY (version, pos), UNIQUE (version, code),
                CHECK ((latitude IS NULL) = (longitude IS NULL)))
            """),
        .sql("CREATE UNIQUE INDEX supply_account ON supply (account, version) WHERE account IS NOT NULL"),
        .sql("CREATE INDEX supply_range ON supply (version, pos, area, village)"),
        .sql("CREATE INDEX supply_unlinked ON supply (version, pos) WHERE account IS NULL"),
    ]

    private static let switching: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE switch_operation (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, feeder TEXT NOT NULL REFERENCES feeder (id),
                device TEXT NOT NULL, code TEXT NOT NULL, person TEXT REFERENCES person (id), at BIGINT NOT NULL,
                closed INTEGER NOT NULL CHECK (closed IN (0, 1)), reason TEXT NOT NULL,
                dark_before BIGINT NOT NULL, dark_after BIGINT NOT NULL)
            """),
        .sql("CREATE INDEX switch_operation_feeder ON switch_operation (feeder, id)"),
        .sql("CREATE INDEX switch_operation_device ON switch_operation (device, id)"),
        .sql(
            """
            CREATE TABLE dark_range (
                version TEXT NOT NULL REFERENCES network_version (id), low BIGINT NOT NULL, high BIGINT NOT NULL,
                since BIGINT NOT NULL, PRIMARY KEY (version, low), CHECK (high > low))
            """),
    ]
}
