package import Desk
package import Grid
package import Registry
import Service
package import Storage
package import Values

/// Where a report comes from.
package enum ReportSource: String, Sendable, Codable, SQLBindable, SQLReadable {
    case person, staff
    /// A meter's last gasp, or its sign of life.
    case meter
    /// A meter's answer, or silence, when it was asked.
    case ping
}

/// Where a report belongs, found out before the transaction that writes it.
package struct ReportPlace: Sendable, Equatable {
    package var county: String
    package var station: ID<Unit>
    package var reach: String
    package var village: ID<Village>?
    package var villageName: String
    package var account: ID<Account>?
    package var feeder: ID<Feeder>?
    /// Supply position in the feeder; nil where only the area is known.
    package var position: Int?
    package var area: ID<TransformerArea>?
    package var place: Place?

    var bundle: String { Incident.bundle(feeder: feeder, village: village) }
}

/// A report that waits to be put together with others, or was.
package struct OutageReport: Sendable, Equatable {
    package let id: ID<OutageReport>
    package let county: String
    package let number: Code
    package let source: ReportSource
    package let isDark: Bool
    /// The neighbours have light.
    package let isAlone: Bool
    /// Likely behind the meter.
    package let isInside: Bool
    package let village: ID<Village>?
    package let villageName: String
    package let station: ID<Unit>
    package let reach: String
    package let feeder: ID<Feeder>?
    package let position: Int?
    package let area: ID<TransformerArea>?
    package let receivedAt: Instant
    package let state: String
    package let incident: ID<Case>?
    /// The outage that the person said it was.
    package let near: ID<Case>?
    /// The outage after which it was still dark.
    package let after: ID<Case>?
}

/// Everything about a new report: its writing reads nothing.
struct ReportDraft: Sendable {
    var at: ReportPlace
    var source: ReportSource
    var isDark = true
    var isAlone = false
    var isInside = false
    var deviceAt: Instant?
    var person: ID<Person>?
    var channel: Channel
    var receiptHash: String?
    var name: [UInt8]?
    var phone: [UInt8]?
    var phoneHash: String?
    var phoneTail: String?
    var what: String?
    var answers: [String: String] = [:]
    var signal: String?
    var near: ID<Case>?
    var after: ID<Case>?
    var photos: [Upload] = []
}

extension Work {
    /// Writes a report: one insert, no look before it. A clock on the spot is kept and not used.
    /// - Returns: nil for a signal that was there already.
    @discardableResult
    func insert(_ draft: ReportDraft) throws -> (id: ID<OutageReport>, number: Code)? {
        let id: ID<OutageReport> = newID()
        let at = draft.at
        let isSkewed = draft.deviceAt.map { abs($0.since(now)) > IncidentRules.skewMilliseconds } ?? false
        for _ in 0..<8 {
            let number = Code(from: desk.chance)
            let made = try tx.change(
                """
                INSERT INTO outage_report (id, county, number, receipt_hash, source, dark, alone, inside, village,
                    village_name, station, reach, account, feeder, pos, area, latitude, longitude, received_at,
                    device_at, skewed, person, filer, channel, name, phone, phone_hash, phone_tail, what, answers,
                    signal, bundle, state, near, after)
                VALUES (\(id), \(at.county), \(number), \(draft.receiptHash), \(draft.source), \(draft.isDark),
                    \(draft.isAlone), \(draft.isInside), \(at.village), \(at.villageName), \(at.station), \(at.reach),
                    \(at.account), \(at.feeder), \(at.position), \(at.area), \(at.place?.latitude),
                    \(at.place?.longitude), \(now), \(draft.deviceAt), \(isSkewed), \(draft.person), \(actor.person),
                    \(draft.channel), \(draft.name), \(draft.phone), \(draft.phoneHash), \(draft.phoneTail),
                    \(draft.what), \(jsonText(draft.answers)), \(draft.signal), \(at.bundle), 'waiting',
                    \(draft.near), \(draft.after))
                ON CONFLICT DO NOTHING
                """)
            if made == 1 {
                for photo in draft.photos { try tx.insertPhoto(photo, of: id) }
                return (id, number)
            }
            // Either the signal was there, or one number in a billion.
            if draft.signal != nil { return nil }
        }
        throw Problem(.unavailable(retryAfterSeconds: 1), "try-again")
    }
}

extension Transaction {
    fileprivate func insertPhoto(_ photo: Upload, of report: ID<OutageReport>) throws {
        try run(
            """
            INSERT INTO outage_photo (report, hash, bytes, type)
            VALUES (\(report), \(photo.hash), \(photo.bytes), \(photo.type)) ON CONFLICT DO NOTHING
            """)
    }

    /// Those of the blobs that belong to a report: the sweep keeps them.
    package func outagePhotos(among hashes: [String]) throws -> Set<String> {
        Set(try rows("SELECT DISTINCT hash FROM outage_photo WHERE hash IN \(list: hashes)") { $0[0] as String })
    }

    static let reportColumns = """
        r.id, r.county, r.number, r.source, r.dark, r.alone, r.inside, r.village, r.village_name, r.station, r.reach,
        r.feeder, r.pos, r.area, r.received_at, r.state, r.incident, r.near, r.after
        """

    package func reports(where condition: SQL) throws -> [OutageReport] {
        try rows("SELECT \(raw: Self.reportColumns) FROM outage_report r WHERE \(sql: condition)") { row in
            OutageReport(
                id: row[0], county: row[1], number: row[2], source: row[3], isDark: row[4], isAlone: row[5],
                isInside: row[6], village: row[7], villageName: row[8], station: row[9], reach: row[10],
                feeder: row[11], position: row[12], area: row[13], receivedAt: row[14], state: row[15],
                incident: row[16], near: row[17], after: row[18])
        }
    }

    /// Feeders and villages with reports that wait, each once.
    func waitingBundles(limit: Int) throws -> [String] {
        try rows(
            "SELECT DISTINCT bundle FROM outage_report WHERE state = 'waiting' ORDER BY bundle LIMIT \(limit)"
        ) { $0[0] }
    }

    /// Puts reports to an incident; the people among them follow its case from now on.
    func join(_ reports: [ID<OutageReport>], to incident: ID<Case>, at now: Instant) throws {
        for start in stride(from: 0, to: reports.count, by: 200) {
            let some = Array(reports[start..<Swift.min(start + 200, reports.count)])
            try run(
                """
                UPDATE outage_report SET state = 'joined', incident = \(incident), joined_at = \(now)
                WHERE id IN \(list: some)
                """)
            try follow(some, incident)
        }
    }

    /// Reports that move with a part of an incident, with their followers: whoever told twice may
    /// follow the other one already.
    func move(_ reports: [ID<OutageReport>], to incident: ID<Case>) throws {
        for start in stride(from: 0, to: reports.count, by: 200) {
            let some = Array(reports[start..<Swift.min(start + 200, reports.count)])
            try run("UPDATE outage_report SET incident = \(incident) WHERE id IN \(list: some)")
            try run("DELETE FROM follower WHERE id IN \(list: some)")
            try follow(some, incident)
        }
    }

    /// Those who told follow the case; one phone follows it once.
    private func follow(_ reports: [ID<OutageReport>], _ incident: ID<Case>) throws {
        try run(
            """
            INSERT INTO follower (id, case_id, at, person, name, phone, phone_hash, phone_tail, village, receipt_hash)
            SELECT r.id, CAST(\(incident) AS TEXT), r.received_at, r.person, r.name, r.phone, r.phone_hash, r.phone_tail,
                   r.village, r.receipt_hash
            FROM outage_report r WHERE r.id IN \(list: reports) AND r.source IN ('person', 'staff') ON CONFLICT DO NOTHING
            """)
    }

    func set(_ state: String, of reports: [ID<OutageReport>]) throws {
        guard !reports.isEmpty else { return }
        for start in stride(from: 0, to: reports.count, by: 200) {
            let some = Array(reports[start..<Swift.min(start + 200, reports.count)])
            try run("UPDATE outage_report SET state = \(state) WHERE id IN \(list: some)")
        }
    }

    /// The report behind a receipt's secret.
    package func report(receiptHash: String) throws -> OutageReport? {
        try reports(where: "r.receipt_hash = \(receiptHash)").first
    }
    /// The report of a number whose phone ends so.
    package func report(_ number: Code, tail: String) throws -> OutageReport? {
        try reports(where: "r.number = \(number) AND r.phone_tail = \(tail)").first
    }

    // MARK: Words and photos

    /// More of one outage than anybody looks through.
    private static var wordsMax: Int { 40 }

    /// Reports of an outage with words or photos, the newest first.
    func words(of incident: ID<Case>) throws -> [IncidentView.Word] {
        let found = try rows(
            """
            SELECT r.id, r.number, r.received_at, r.village_name, r.what FROM outage_report r
            WHERE r.incident = \(incident)
            AND (r.what IS NOT NULL OR EXISTS (SELECT 1 FROM outage_photo p WHERE p.report = r.id))
            ORDER BY r.id DESC LIMIT \(Self.wordsMax)
            """
        ) {
            (
                id: $0[0] as ID<OutageReport>, number: $0[1] as String, at: $0[2] as Instant, village: $0[3] as String,
                what: $0[4] as String?
            )
        }
        let photos = try self.photos(of: found.map(\.id))
        return found.map {
            IncidentView.Word(
                number: $0.number, at: $0.at, villageName: $0.village, what: $0.what, photos: photos[$0.id] ?? [])
        }
    }

    func photos(of reports: [ID<OutageReport>]) throws -> [ID<OutageReport>: [PhotoView]] {
        let found = try rows(
            "SELECT report, hash, type FROM outage_photo WHERE report IN \(list: reports) ORDER BY report, hash"
        ) { ($0[0] as ID<OutageReport>, PhotoView(hash: $0[1], type: $0[2])) }
        return Dictionary(grouping: found, by: \.0).mapValues { $0.map(\.1) }
    }

    /// Whether a photo came with a report of this outage.
    func isPhoto(_ hash: String, of incident: ID<Case>) throws -> Bool {
        try value(
            """
            SELECT 1 FROM outage_photo p JOIN outage_report r ON r.id = p.report
            WHERE p.hash = \(hash) AND r.incident = \(incident) LIMIT 1
            """) as Int? != nil
    }
}
