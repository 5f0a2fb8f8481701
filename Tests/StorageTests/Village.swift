import Storage
import TestSupport
import Testing
import Values

/// A small schema of the trade for these tests.
enum Village {
    static let cases = TextIndex("case_text")

    static let schema = [
        Migration(
            "village.1",
            [
                .sql("CREATE TABLE village (id TEXT PRIMARY KEY, name TEXT NOT NULL)"),
                .sql(
                    """
                    CREATE TABLE household (
                        id TEXT PRIMARY KEY,
                        village TEXT NOT NULL REFERENCES village (id),
                        number BIGINT NOT NULL,
                        owner TEXT NOT NULL,
                        arrears_fen BIGINT NOT NULL CHECK (arrears_fen >= 0),
                        low_income INTEGER NOT NULL CHECK (low_income IN (0, 1)),
                        load_kw DOUBLE PRECISION,
                        photo_mark BYTEA,
                        since TEXT,
                        UNIQUE (village, number))
                    """),
                .sql("CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)"),
                .sql("CREATE TABLE task (id BIGINT PRIMARY KEY, worker TEXT)"),
                .textIndex(cases),
            ])
    ]

    static func settle(_ tx: Transaction) throws {
        try tx.run("INSERT INTO village (id, name) VALUES ('bugang', '布岗村')")
    }

    static func household(_ number: Int, owner: String = "王爱民", arrears: Int = 0) -> SQL {
        """
        INSERT INTO household (id, village, number, owner, arrears_fen, low_income)
        VALUES (\("h\(number)"), 'bugang', \(number), \(owner), \(arrears), 0)
        """
    }

    static func count(_ db: Database) async throws -> Int {
        try await db.read { tx in try tx.value("SELECT COUNT(*) FROM household") ?? 0 }
    }
}

/// What an operation threw.
func failure(_ body: () async throws -> Void) async -> StorageError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? StorageError
    }
}

extension StorageError {
    var isForeignKey: Bool { if case .foreignKey = self { true } else { false } }
    var isCheck: Bool { if case .check = self { true } else { false } }
    var isSQL: Bool { if case .sql = self { true } else { false } }
    var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
}
