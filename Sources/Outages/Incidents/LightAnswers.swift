package import Desk
import Registry
package import Service
import Storage
package import Values

/// "Is your light back?" Whoever is still dark has a nested fault, which becomes an outage of its
/// own; when all who were asked say yes, the case is confirmed.
package struct AnswerLight: Action {
    package static let name = "answer-light"
    package static let door = Door.post("/outages/light", status: 201)
    package static let who: Who = .anybody
    package static let allowance: Allowance? = Allowance(tries: 120, withinSeconds: 600, sparesStaff: true)
    package static let mayChangeRights = false
    package static let isRowGuarded = true
    @Input(.hidden, .length(8...100)) package var secret: String?
    /// Number of the outage or the report, with the last four digits of the phone.
    @Input(.hidden) package var number: Code?
    @Input(.hidden, .length(4...4)) package var lastFour: String?
    @Input package var lit: Bool
    @Prepared private var newSecret: String
    package init() {}

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        if lastFour != nil, secret == nil {
            try desk.allowances.take("last-four:" + actor.address, ReceiptTries.allowance, at: now)
        }
        newSecret = desk.chance.token(bytes: RequestLimits.secretBytes)
    }

    package func perform(_ work: Work) throws -> LightAnswer {
        guard let (report, incident) = try found(work) else { throw Problem.notFound }
        guard let about = try work.tx.anyCase(incident.id) else { throw Problem.notFound }
        try work.tx.answerLight(report.id, incident.id, lit: lit, at: work.now)
        try work.record(
            EventDraft(
                lit ? "light.back" : "light.still-dark", of: "case", incident.number.text, ["report": report.number.text],
                county: incident.county))
        guard !lit else {
            try work.confirmIfAllSay(incident, about)
            return LightAnswer(number: incident.number.text, receipt: nil)
        }
        guard let draft = try work.tx.draft(again: report, after: incident.id, work.desk.keys.hash(newSecret, for: SecretPurpose.receipt)),
            let made = try work.insert(draft)
        else { throw Problem(.unavailable(retryAfterSeconds: 1), "try-again") }
        try work.record(
            EventDraft(
                "outage.reported", of: "outage-report", made.number.text, ["after": incident.number.text],
                rowHash: rowHash([made.id.text, made.number.text, draft.receiptHash]), county: incident.county))
        work.announce("station/\(draft.at.station.text)")
        return LightAnswer(number: made.number.text, receipt: newSecret)
    }

    private func found(_ work: Work) throws -> (OutageReport, Incident)? {
        let keys = work.desk.keys
        var report: OutageReport?
        if let secret {
            report = try work.tx.report(receiptHash: keys.hash(secret, for: SecretPurpose.receipt))
        } else if let number, let lastFour {
            let tail = keys.hash(lastFour, for: "phone-last-four")
            report = try work.tx.report(number, tail: tail) ?? work.tx.report(ofIncident: number, tail: tail)
        }
        guard let report, let id = report.incident, var incident = try work.tx.incident(id) else { return nil }
        if let into = incident.joinedInto, let other = try work.tx.incident(into) { incident = other }
        return (report, incident)
    }
}

/// What follows: nothing more, or the receipt of the new report.
package struct LightAnswer: Answer, Equatable {
    package let number: String
    package let receipt: String?
    package static var schema: Schema { .object([("number", .text), ("receipt", .text)], optional: ["receipt"]) }
}

extension Work {
    fileprivate func confirmIfAllSay(_ incident: Incident, _ about: Case) throws {
        guard about.state == "resolved" else { return }
        let asked: Int =
            try tx.value(
                "SELECT COUNT(*) FROM follower WHERE case_id = \(incident.id)") ?? 0
        let yes: Int =
            try tx.value(
                "SELECT COUNT(*) FROM light_answer WHERE incident = \(incident.id) AND lit = 1") ?? 0
        guard asked > 0, yes >= asked else { return }
        let system = Work(tx, by: .system(county: about.county), at: now, desk: desk)
        try system.moveIncident(about, "light-confirmed")
        for topic in system.announced { announce(topic) }
    }
}

extension Transaction {
    fileprivate func answerLight(_ report: ID<OutageReport>, _ incident: ID<Case>, lit: Bool, at now: Instant) throws {
        try run(
            """
            INSERT INTO light_answer (report, incident, at, lit) VALUES (\(report), \(incident), \(now), \(lit))
            ON CONFLICT (report) DO UPDATE SET lit = excluded.lit, at = excluded.at
            """)
    }

    package func lightAnswer(of report: ID<OutageReport>) throws -> Bool? {
        try value("SELECT lit FROM light_answer WHERE report = \(report)")
    }

    func report(ofIncident number: Code, tail: String) throws -> OutageReport? {
        try reports(
            where: """
                r.phone_tail = \(tail) AND r.incident = (SELECT i.id FROM incident i WHERE i.number = \(number))
                ORDER BY r.id DESC LIMIT 1
                """
        ).first
    }

    /// The same household once more: still dark after that outage.
    fileprivate func draft(again report: OutageReport, after: ID<Case>, _ receiptHash: String) throws -> ReportDraft? {
        try first(
            """
            SELECT account, person, name, phone, phone_hash, phone_tail, latitude, longitude FROM outage_report
            WHERE id = \(report.id)
            """
        ) { row in
            let latitude: Double? = row[6]
            let longitude: Double? = row[7]
            var draft = ReportDraft(
                at: ReportPlace(
                    county: report.county, station: report.station, reach: report.reach, village: report.village,
                    villageName: report.villageName, account: row[0], feeder: report.feeder, position: report.position,
                    area: report.area,
                    place: latitude.flatMap { lat in longitude.flatMap { Place(latitude: lat, longitude: $0) } }),
                source: .person, channel: .web)
            draft.person = row[1]
            draft.name = row[2]
            draft.phone = row[3]
            draft.phoneHash = row[4]
            draft.phoneTail = row[5]
            draft.receiptHash = receiptHash
            draft.after = after
            return draft
        }
    }
}
