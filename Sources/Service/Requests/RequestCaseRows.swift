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
}

extension Transaction {
    func pageRow(of seen: Case, _ keys: KeyRing) throws -> CasePageRow {
        let found = try first(
            """
            SELECT c.what, c.dangers, c.name, c.phone, s.name, s.name_en, a.name, f.name, m.number,
                   (SELECT COUNT(*) FROM follower o WHERE o.case_id = c.id), f.customer
            FROM cases c LEFT JOIN unit s ON s.id = c.station LEFT JOIN person a ON a.id = c.assignee
            LEFT JOIN person f ON f.id = c.filer LEFT JOIN cases m ON m.id = c.merged_into
            WHERE c.id = \(seen.id)
            """
        ) { row -> CasePageRow in
            let name: [UInt8]? = row[2]
            let phone: [UInt8]? = row[3]
            let dangers: String = row[1]
            let isCustomer: Bool? = row[10]
            return CasePageRow(
                what: row[0], dangers: dangers.split(separator: " ").map(String.init),
                contact: CaseContact(
                    name: try name.map(keys.openText) ?? "",
                    phone: try phone.map { PhoneNumber(stored: try keys.openText($0)) }),
                station: Texts(zh: row[4] as String? ?? "", en: row[5] as String? ?? ""),
                assigneeName: row[6] as String? ?? "",
                filerName: isCustomer == true ? "" : row[7] as String? ?? "", mergedInto: row[8], followers: row[9])
        }
        guard let found else { throw Problem.notFound }
        return found
    }

    func files(of case_: ID<Case>) throws -> [CaseFile] {
        try rows("SELECT entry, hash, type FROM case_photo WHERE case_id = \(case_) ORDER BY id") {
            CaseFile(entry: $0[0], view: PhotoView(hash: $0[1], type: $0[2]))
        }
    }

    /// Names of customers are not shown, only that it was the customer.
    func entries(of case_: ID<Case>, onlyPublic: Bool) throws -> [CaseEntryRow] {
        let shown: SQL = onlyPublic ? "AND e.public = 1" : ""
        return try rows(
            """
            SELECT e.id, e.at, e.move, CASE WHEN p.customer = 0 THEN p.name ELSE '' END, e.role, e.note
            FROM case_entry e LEFT JOIN person p ON p.id = e.author
            WHERE e.case_id = \(case_) \(sql: shown) ORDER BY e.id LIMIT 500
            """
        ) { row in
            CaseEntryRow(
                id: row[0], at: row[1], move: row[2], author: row[3] as String? ?? "", role: row[4], note: row[5])
        }
    }
}
