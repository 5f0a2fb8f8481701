package import Storage

/// Claims for damaged appliances: one row beside each case of that kind, and its appliances.
///
/// Invariants that stand here: what was offered is not negative, an answer follows an offer, and
/// what was paid follows a yes.
package enum ClaimSchema {
    package static let migrations: [Migration] = [Migration("claims-001", claims + items)]

    private static let claims: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE claim (
                case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id), county TEXT NOT NULL,
                damaged_at BIGINT NOT NULL, until BIGINT NOT NULL,
                source TEXT NOT NULL CHECK (source IN ('fault', 'planned', 'free')), origin TEXT,
                cause TEXT, found TEXT, checked_at BIGINT, checked_by TEXT REFERENCES person (id),
                total_fen BIGINT CHECK (total_fen >= 0), offered_at BIGINT, offered_by TEXT REFERENCES person (id),
                offers BIGINT NOT NULL DEFAULT 0, answer TEXT CHECK (answer IN ('accepted', 'refused')),
                answered_at BIGINT, dispute TEXT, paid_on TEXT, paid_how TEXT, paid_reference TEXT, paid_at BIGINT,
                paid_by TEXT REFERENCES person (id), version BIGINT NOT NULL,
                CHECK ((source = 'free') = (origin IS NULL)), CHECK ((offered_at IS NULL) = (total_fen IS NULL)),
                CHECK (answer IS NULL OR offered_at IS NOT NULL), CHECK ((answer IS NULL) = (answered_at IS NULL)),
                CHECK (paid_at IS NULL OR answer = 'accepted'))
            """),
        .sql("CREATE INDEX claim_origin ON claim (origin, case_id) WHERE origin IS NOT NULL"),
        .sql("CREATE INDEX claim_county ON claim (county, case_id)"),
    ]

    private static let items: [Migration.Part] = [
        .sql(
            """
            CREATE TABLE claim_item (
                id TEXT NOT NULL PRIMARY KEY, county TEXT NOT NULL, claim TEXT NOT NULL REFERENCES claim (case_id),
                name TEXT NOT NULL, category TEXT NOT NULL CHECK (category IN ('electronic', 'motor', 'heating', 'lighting')),
                bought_on TEXT NOT NULL, price_fen BIGINT NOT NULL CHECK (price_fen > 0), invoice TEXT, invoice_type TEXT,
                checked INTEGER NOT NULL CHECK (checked IN (0, 1)), damaged INTEGER CHECK (damaged IN (0, 1)),
                repair_fen BIGINT CHECK (repair_fen >= 0), remark TEXT, offered_fen BIGINT CHECK (offered_fen >= 0),
                basis TEXT, used_months BIGINT, removed_at BIGINT, made_at BIGINT NOT NULL,
                CHECK (checked = 0 OR damaged IS NOT NULL))
            """),
        .sql("CREATE INDEX claim_item_claim ON claim_item (claim, id)"),
    ]
}
