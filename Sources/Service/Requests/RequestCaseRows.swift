import Desk
import Registry
import Storage
import Values

/// What the page shows beside the case's own columns.
struct CasePageRow {
    let what: String?
    let dangers: [String]
    let contact: CaseContact
    let station: Texts
    let assigneeName: String
    let filerName: String
    let mergedInto: String?
    let followers: Int
}

struct CaseFile {
    let entry: String?
    let view: PhotoView
}

struct CaseEntryRow {
    let id: String
    let at: Instant
    let move: String
    let author: String
    let role: String?
    let note: String?
    let isPublic: Bool
}

/// A case with everything that its page shows.
struct CaseRecord {
    let seen: Case
    let page: CasePageRow
    let files: [CaseFile]
    let limits: CaseLimits
    /// The first 500.
    let entries: [CaseEntryRow]
}

extension Transaction {
    /// All of it at once, whoever asks: who may see what is for the caller to decide.
    /// - Parameter last: nothing else will be asked to decide it.
    /// - Throws: `not-found`.
    func record(_ number: Code, _ keys: KeyRing, last: Bool) throws -> CaseRecord {
        let id: SQL = "(SELECT id FROM cases WHERE number = \(number))"
        // One look at an index each: for joins PostgreSQL plans a walk through all people.
        let head = Rows(
            """
            SELECT \(raw: Self.caseColumns), c.what, c.dangers, c.name, c.phone,
                   (SELECT s.name FROM unit s WHERE s.id = c.station), (SELECT s.name_en FROM unit s WHERE s.id = c.station),
                   (SELECT a.name FROM person a WHERE a.id = c.assignee),
                   (SELECT f.name FROM person f WHERE f.id = c.filer AND f.customer = 0),
                   (SELECT m.number FROM cases m WHERE m.id = c.merged_into),
                   (SELECT COUNT(*) FROM follower o WHERE o.case_id = c.id)
            FROM cases c WHERE c.number = \(number)
            """
        ) { (readCase($0), try pageRow($0, from: 44, keys)) }
        let files = Rows("SELECT entry, hash, type FROM case_photo WHERE case_id = \(sql: id) ORDER BY id") {
            CaseFile(entry: $0[0], view: PhotoView(hash: $0[1], type: $0[2]))
        }
        let limits = Self.limits(where: "case_id = \(sql: id)")
        // Names of customers are not shown, only that it was the customer.
        let entries = Rows(
            """
            SELECT e.id, e.at, e.move, (SELECT p.name FROM person p WHERE p.id = e.author AND p.customer = 0), e.role,
                   e.note, e.public
            FROM case_entry e WHERE e.case_id = \(sql: id) ORDER BY e.id LIMIT 500
            """
        ) { row in
            CaseEntryRow(
                id: row[0], at: row[1], move: row[2], author: row[3] as String? ?? "", role: row[4], note: row[5],
                isPublic: row[6])
        }
        try ask(head, files, limits, entries, last: last)
        guard let (seen, page) = head.all.first else { throw Problem.notFound }
        return CaseRecord(
            seen: seen, page: page, files: files.all, limits: CaseLimits(limits.all), entries: entries.all)
    }
}

private func pageRow(_ row: Row, from first: Int, _ keys: KeyRing) throws -> CasePageRow {
    let name: [UInt8]? = row[first + 2]
    let phone: [UInt8]? = row[first + 3]
    let dangers: String = row[first + 1]
    return CasePageRow(
        what: row[first], dangers: dangers.split(separator: " ").map(String.init),
        contact: CaseContact(
            name: try name.map(keys.openText) ?? "",
            phone: try phone.map { PhoneNumber(stored: try keys.openText($0)) }),
        station: Texts(zh: row[first + 4] as String? ?? "", en: row[first + 5] as String? ?? ""),
        assigneeName: row[first + 6] as String? ?? "",
        filerName: row[first + 7] as String? ?? "", mergedInto: row[first + 8],
        followers: row[first + 9])
}
