import PowerRules
package import Storage
package import Values

/// All SQL of single cases: load, insert, compare-and-set, timeline, limits, counts.
extension Transaction {
    /// The 44 columns of `cases c` that `readCase` reads.
    package static let caseColumns = """
        c.id, c.number, c.county, c.key, c.kind, c.kind_version, c.village, c.village_name, c.station, c.reach,
        c.account, c.customer, c.filer, c.filer_role, c.channel, c.phone_hash, c.phone_tail, c.extra, c.priority,
        c.state, c.state_before, c.assignee, c.confidential, c.about, c.hidden_from, c.merged_into, c.opened_at,
        c.due_at, c.due_name, c.next_check_at, c.changed_at, c.changed_by, c.resolved_at, c.resolved_by,
        c.follow_up_at, c.closed_at, c.reopened, c.satisfaction, c.outcome, c.in_limit, c.latitude, c.longitude,
        c.open, c.version
        """

    /// A case by its number, whoever asks. For doors use `visibleCase`.
    package func anyCase(_ number: Code) throws -> Case? {
        try first("SELECT \(raw: Self.caseColumns) FROM cases c WHERE c.number = \(number)", readCase)
    }
    package func anyCase(_ id: ID<Case>) throws -> Case? {
        try first("SELECT \(raw: Self.caseColumns) FROM cases c WHERE c.id = \(id)", readCase)
    }
    package func cases(where condition: SQL) throws -> [Case] {
        try rows("SELECT \(raw: Self.caseColumns) FROM cases c WHERE \(sql: condition)", readCase)
    }

    /// - Throws: `not-found` for an unknown number and for one that is not for these eyes.
    package func visibleCase(_ number: Code, to actor: Actor) throws -> Case {
        guard let seen = try anyCase(number), CaseSight(actor).sees(seen) else { throw Problem.notFound }
        return seen
    }

    // MARK: Change

    /// - Returns: false when somebody else, or the clock, changed it since it was read.
    func save(_ after: Case, from before: Case, rank: Int) throws -> Bool {
        try change(
            """
            UPDATE cases SET village = \(after.village), village_name = \(after.villageName),
                station = \(after.station), reach = \(after.reach), state = \(after.state),
                state_before = \(after.stateBefore), assignee = \(after.assignee), merged_into = \(after.mergedInto),
                rank = \(rank), due_at = \(after.dueAt), due_name = \(after.dueName),
                next_check_at = \(after.nextCheckAt), changed_at = \(after.changedAt), changed_by = \(after.changedBy),
                resolved_at = \(after.resolvedAt), resolved_by = \(after.resolvedBy),
                follow_up_at = \(after.followUpAt), closed_at = \(after.closedAt), reopened = \(after.reopened),
                satisfaction = \(after.satisfaction), outcome = \(after.outcome), in_limit = \(after.inLimit),
                open = \(after.isOpen), version = \(after.version)
            WHERE id = \(after.id) AND version = \(before.version) AND next_check_at = \(before.nextCheckAt)
            """) == 1
    }

    func addEntry(
        _ id: ID<CaseEntry>, of case_: ID<Case>, event: ID<Event>?, at now: Instant, move: String, state: String,
        by author: ID<Person>?, role: String?, isPublic: Bool, note: String?
    ) throws {
        try run(
            """
            INSERT INTO case_entry (id, case_id, event, at, move, state, author, role, public, note)
            VALUES (\(id), \(case_), \(event), \(now), \(move), \(state), \(author), \(role), \(isPublic), \(note))
            """)
    }

    package func addPhoto(_ id: ID<CasePhoto>, of case_: ID<Case>, entry: ID<CaseEntry>?, _ file: Upload) throws {
        try run(
            """
            INSERT INTO case_photo (id, case_id, entry, hash, bytes, type)
            VALUES (\(id), \(case_), \(entry), \(file.hash), \(file.bytes), \(file.type))
            """)
    }

    /// Those of the blobs that are a case's photo or voice note: the sweep keeps them.
    package func casePhotos(among hashes: [String]) throws -> Set<String> {
        Set(try rows("SELECT DISTINCT hash FROM case_photo WHERE hash IN \(list: hashes)") { $0[0] as String })
    }

    func addCall(_ id: ID<CaseEntry>, of case_: Case, at now: Instant, by author: ID<Person>?) throws {
        try run(
            """
            INSERT INTO case_call (id, case_id, at, author, round)
            VALUES (\(id), \(case_.id), \(now), \(author), \(case_.reopened))
            """)
    }

    /// Calls that nobody answered since the case was last resolved.
    package func failedCalls(of seen: Case) throws -> [Instant] {
        try rows(
            "SELECT at FROM case_call WHERE case_id = \(seen.id) AND round = \(seen.reopened) ORDER BY id"
        ) { $0[0] }
    }

    // MARK: Limits

    package func limits(of case_: ID<Case>) throws -> CaseLimits {
        let limits = Self.limits(where: "case_id = \(case_)")
        try ask(limits)
        return CaseLimits(limits.all)
    }

    package static func limits(where condition: SQL) -> Rows<CaseLimit> {
        Rows(
            """
            SELECT id, name, rule, promise, started_at, paused, due_at, provisional, stopped_at, breached_at, level
            FROM case_limit WHERE \(sql: condition) ORDER BY id
            """
        ) { row in
            CaseLimit(
                id: row[0], name: row[1], rule: LimitRule(row[2]) ?? .workingDays(1), isPromise: row[3],
                startedAt: row[4], pauses: CaseLimit.pauses(from: row[5]), dueAt: row[6], isProvisional: row[7],
                stoppedAt: row[8], breachedAt: row[9], level: row[10])
        }
    }

    func insertLimit(_ limit: CaseLimit, of case_: ID<Case>) throws {
        try run(
            """
            INSERT INTO case_limit (id, case_id, name, rule, promise, started_at, paused, due_at, provisional,
                                    stopped_at, breached_at, level)
            VALUES (\(limit.id), \(case_), \(limit.name), \(limit.rule.description), \(limit.isPromise),
                    \(limit.startedAt), \(CaseLimit.text(of: limit.pauses)), \(limit.dueAt), \(limit.isProvisional),
                    \(limit.stoppedAt), \(limit.breachedAt), \(limit.level))
            """)
    }

    /// Writes those that differ from what was read, and the new ones.
    func saveLimits(_ after: CaseLimits, from before: CaseLimits, of case_: ID<Case>) throws {
        for (i, limit) in after.all.enumerated() {
            guard i < before.all.count else {
                try insertLimit(limit, of: case_)
                continue
            }
            guard limit != before.all[i] else { continue }
            try run(
                """
                UPDATE case_limit SET paused = \(CaseLimit.text(of: limit.pauses)), due_at = \(limit.dueAt),
                    provisional = \(limit.isProvisional), stopped_at = \(limit.stoppedAt),
                    breached_at = \(limit.breachedAt), level = \(limit.level)
                WHERE id = \(limit.id)
                """)
        }
    }

    /// What the clock changed: limits, and when to look again. The version stays: nobody moved it.
    /// - Returns: false when somebody moved it meanwhile.
    package func saveCheck(
        _ after: Case, from seen: Case, _ limits: CaseLimits, from before: CaseLimits, rank: Int
    ) throws -> Bool {
        let isSaved =
            try change(
                """
                UPDATE cases SET rank = \(rank), due_at = \(after.dueAt), due_name = \(after.dueName),
                    next_check_at = \(after.nextCheckAt)
                WHERE id = \(after.id) AND version = \(seen.version) AND next_check_at = \(seen.nextCheckAt)
                """) == 1
        if isSaved { try saveLimits(limits, from: before, of: after.id) }
        return isSaved
    }

    /// Holds an open case as it was seen until the end of the transaction.
    func hold(_ seen: Case) throws -> Bool {
        try change(
            "UPDATE cases SET version = version WHERE id = \(seen.id) AND version = \(seen.version) AND open = 1") == 1
    }

    // MARK: People

    /// The person whom a case is for, as it was given.
    package func contact(of case_: ID<Case>, _ keys: KeyRing) throws -> CaseContact {
        let sealed = try first("SELECT name, phone FROM cases WHERE id = \(case_)") {
            (name: $0[0] as [UInt8]?, phone: $0[1] as [UInt8]?)
        }
        return CaseContact(
            name: try sealed?.name.map(keys.openText) ?? "",
            phone: try sealed?.phone.map { PhoneNumber(stored: try keys.openText($0)) })
    }

    /// A page of those who follow, by key.
    package func followers(of case_: ID<Case>, after: String, limit: Int, _ keys: KeyRing) throws -> [CaseFollower] {
        try rows(
            """
            SELECT id, person, name, phone, village FROM follower WHERE case_id = \(case_) AND id > \(after)
            ORDER BY id LIMIT \(limit)
            """
        ) { row in
            let name: [UInt8]? = row[2]
            let phone: [UInt8]? = row[3]
            return CaseFollower(
                id: row[0], person: row[1], name: try name.map(keys.openText) ?? "",
                phone: try phone.map { PhoneNumber(stored: try keys.openText($0)) }, village: row[4])
        }
    }

    // MARK: Counts

    func count(_ measure: CaseMeasure, _ n: Int, of seen: Case, id: ID<CaseEntry>) throws {
        try run(
            """
            INSERT INTO case_delta (id, county, village, kind, channel, month, measure, hidden, n)
            VALUES (\(id), \(seen.county), \(seen.village?.text ?? ""), \(seen.kind), \(seen.channel),
                    \(seen.openedAt.day.monthISO), \(measure), \(seen.isConfidential), \(n))
            """)
    }

    /// Adds waiting changes to the counts. Call in `drain`.
    /// - Returns: how many changes were folded.
    package func foldCounters(limit: Int = 2000) throws -> Int {
        struct Key: Hashable {
            let county: String, village: String, kind: String, channel: String, month: String, measure: String
            let hidden: Int
        }
        var sums: [Key: Int] = [:]
        let ids: [String] = try rows(
            """
            SELECT id, county, village, kind, channel, month, measure, hidden, n FROM case_delta
            ORDER BY id LIMIT \(limit)\(sql: skipLocked)
            """
        ) { row in
            sums[
                Key(
                    county: row[1], village: row[2], kind: row[3], channel: row[4], month: row[5], measure: row[6],
                    hidden: row[7]),
                default: 0] += row[8]
            return row[0]
        }
        for (key, n) in sums.sorted(by: { ($0.key.village, $0.key.measure) < ($1.key.village, $1.key.measure) }) {
            try run(
                """
                INSERT INTO case_count (county, village, kind, channel, month, measure, hidden, n)
                VALUES (\(key.county), \(key.village), \(key.kind), \(key.channel), \(key.month), \(key.measure),
                        \(key.hidden), \(n))
                ON CONFLICT (county, village, kind, channel, month, measure, hidden)
                DO UPDATE SET n = case_count.n + excluded.n
                """)
        }
        for start in stride(from: 0, to: ids.count, by: 500) {
            try run("DELETE FROM case_delta WHERE id IN \(list: Array(ids[start..<min(start + 500, ids.count)]))")
        }
        return ids.count
    }
}

package enum CaseEntry {}
package enum CasePhoto {}

/// What is counted of a case, in the month in which it was opened.
package enum CaseMeasure: String, Sendable, CaseIterable, SQLBindable, SQLReadable {
    case opened, resolved, confirmed, unconfirmed, reopened, merged, withdrawn, late
    case inLimit = "in-limit"
    case satisfactionSum = "satisfaction-sum"
    case satisfactionCount = "satisfaction-n"
}

package struct CaseContact: Sendable, Equatable {
    package let name: String
    package let phone: PhoneNumber?
    package init(name: String, phone: PhoneNumber?) {
        self.name = name
        self.phone = phone
    }
}

package struct CaseFollower: Sendable, Equatable {
    package let id: String
    package let person: ID<Person>?
    package let name: String
    package let phone: PhoneNumber?
    package let village: ID<Village>?
    package init(id: String, person: ID<Person>?, name: String, phone: PhoneNumber?, village: ID<Village>?) {
        self.id = id
        self.person = person
        self.name = name
        self.phone = phone
        self.village = village
    }
}

/// Reads a case out of a row that begins with `caseColumns`.
package func readCase(_ row: Row) -> Case {
    let latitude: Double? = row[40]
    let longitude: Double? = row[41]
    let hidden: String? = row[24]
    return Case(
        id: row[0], number: row[1], county: row[2], key: row[3], kind: row[4], kindVersion: row[5], village: row[6],
        villageName: row[7], station: row[8], reach: row[9], account: row[10], customer: row[11], filer: row[12],
        filerRole: row[13], channel: row[14], phoneHash: row[15], phoneTail: row[16], extra: jsonFields(row[17]),
        priority: row[18], state: row[19], stateBefore: row[20], assignee: row[21], isConfidential: row[22],
        about: row[23], hiddenFrom: hidden.map { $0.split(separator: " ").map { ID(String($0)) } } ?? [],
        mergedInto: row[25], openedAt: row[26], dueAt: row[27], dueName: row[28], nextCheckAt: row[29],
        changedAt: row[30], changedBy: row[31], resolvedAt: row[32], resolvedBy: row[33], followUpAt: row[34],
        closedAt: row[35], reopened: row[36], satisfaction: row[37], outcome: row[38], inLimit: row[39],
        place: latitude.flatMap { lat in longitude.flatMap { Place(latitude: lat, longitude: $0) } },
        isOpen: row[42], version: row[43])
}
