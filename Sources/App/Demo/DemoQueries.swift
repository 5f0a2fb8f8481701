import Desk
import Storage
import Values

extension Transaction {
    /// When the worker must look at this case again; nil when there is nothing to look at.
    func nextDemoCheck(_ number: String) throws -> Instant? {
        try value("SELECT next_check_at FROM cases WHERE number = \(number)")
    }

    /// Messages that the liaison of the village still has to tell.
    func demoToldList(_ village: ID<Village>) throws -> [(id: String, madeAt: Instant)] {
        try rows(
            """
            SELECT id, made_at FROM outbox
            WHERE village = \(village) AND channel = 'in-person' AND state = 'waiting' ORDER BY id
            """
        ) { (id: $0[0], madeAt: $0[1]) }
    }

    /// People have read what is old.
    func readOldDemoInbox(before: Instant) throws {
        try run("UPDATE inbox SET read_at = at WHERE read_at IS NULL AND at < \(before)")
    }

    func hasUnits() throws -> Bool { try value("SELECT 1 FROM unit LIMIT 1") as Int? != nil }

    func unsealedCount() throws -> Int { try value("SELECT COUNT(*) FROM unsealed") ?? 0 }
}
