package import Desk
import Grid
import Registry
import Storage
package import Values

// What the households hear: received, on the way, found, restored. Those who reported or follow are
// told through the case; account holders who did not, position by position.

extension Work {
    private func data(_ incident: Incident, _ about: Case) throws -> [String: String] {
        let zh = desk.locales.words(.chinese)
        let en = desk.locales.words(.english)
        let cause = OutageCause.title(incident.cause, field: "cause", desk)
        return [
            "number": incident.number.text, "village": about.villageName,
            "place": try spokenPlace(of: incident) ?? about.villageName,
            "cause": cause?.zh ?? zh["incident.cause-open"], "cause@en": cause?.en ?? en["incident.cause-open"],
            "eta": incident.eta.map { zh.moment($0, now: now) } ?? zh["incident.eta-open"],
            "eta@en": incident.eta.map { en.moment($0, now: now) } ?? en["incident.eta-open"],
            "worker": try about.assignee.flatMap { try tx.personName($0) } ?? "",
        ]
    }

    /// Where it is in words that villagers know: the transformer area, a device that has a name, or the
    /// feeder. A code says nothing to them.
    func spokenPlace(of incident: Incident) throws -> String? {
        let area = try incident.area.flatMap { try tx.area($0)?.name }
        let device = try incident.device.flatMap { try tx.device($0)?.name }
        let feeder = try incident.feeder.flatMap { try tx.feeder($0)?.name }
        return [area, device, feeder].compactMap { $0 }.first { !$0.isEmpty }
    }

    /// News for everybody who is dark.
    func tellHouseholds(of incident: Incident, _ about: Case, _ template: String) throws {
        let data = try data(incident, about)
        let key = "\(incident.id.text)/\(template)/\(about.version)"
        try tellCustomer(of: about, template: template, key: key, data: data)
        for range in try tx.darkRanges(of: incident.id) { try notice(incident, range.feeder, range.positions, template, data, key) }
    }

    /// The light is back for some.
    func tellPartRestored(of incident: Incident, _ about: Case, _ names: [String], from before: Int) throws {
        var data = try data(incident, about)
        data["place"] = names.joined(separator: "、")
        let key = "\(incident.id.text)/outage-part-restored/\(about.version)"
        try tellCustomer(of: about, template: "outage-part-restored", key: key, data: data)
        for range in try tx.restored(of: incident.id, after: before) {
            try notice(incident, range.feeder, range.positions, "outage-restored", data, key)
        }
    }

    /// The light is back for all that were still dark.
    func tellRestored(of incident: Incident, _ about: Case, from before: Int) throws {
        let data = try data(incident, about)
        let key = "\(incident.id.text)/outage-restored/\(about.version)"
        try tellCustomer(of: about, template: "outage-restored", key: key, data: data)
        for range in try tx.restored(of: incident.id, after: before) {
            try notice(incident, range.feeder, range.positions, "outage-restored", data, key)
        }
    }

    /// Whoever joins later hears what the others know already.
    func tellJoined(_ reports: [OutageReport], to incident: Incident) throws {
        guard let about = try tx.anyCase(incident.id), about.state != "submitted" || incident.eta != nil else { return }
        let template = incident.isOpen ? "outage-joined" : "outage-restored"
        let data = try data(incident, about)
        for follower in try tx.followers(reports.map(\.id), of: about.id, desk.keys) {
            try tell(follower, about, template: template, key: "\(follower.id)/joined", data: data)
        }
    }

    private func notice(
        _ incident: Incident, _ feeder: ID<Feeder>, _ positions: Range<Int>, _ template: String,
        _ data: [String: String], _ key: String
    ) throws {
        guard !positions.isEmpty else { return }
        try tx.run(
            """
            INSERT INTO household_notice (id, county, incident, feeder, low, high, template, data, key, made_at, cursor, told)
            VALUES (\(newID(IncidentRange.self)), \(incident.county), \(incident.id), \(feeder), \(positions.lowerBound),
                    \(positions.upperBound), \(template), \(jsonText(data)), \(key), \(now),
                    \(positions.lowerBound - 1), 0)
            """)
    }
}

extension Transaction {
    /// What was written as restored after a step.
    fileprivate func restored(of incident: ID<Case>, after step: Int) throws -> [(feeder: ID<Feeder>, positions: Range<Int>)] {
        try rows(
            """
            SELECT feeder, low, high FROM incident_range
            WHERE incident = \(incident) AND restored_at IS NOT NULL AND step > \(step) ORDER BY step LIMIT 1000
            """
        ) { (feeder: $0[0] as ID<Feeder>, positions: ($0[1] as Int)..<($0[2] as Int)) }
    }

    fileprivate func followers(_ ids: [ID<OutageReport>], of case_: ID<Case>, _ keys: KeyRing) throws -> [CaseFollower] {
        try rows(
            """
            SELECT id, person, name, phone, village FROM follower WHERE case_id = \(case_) AND id IN \(list: ids)
            ORDER BY id
            """
        ) { row in
            let name: [UInt8]? = row[2]
            let phone: [UInt8]? = row[3]
            return CaseFollower(
                id: row[0], person: row[1], name: try name.map(keys.openText) ?? "",
                phone: try phone.map { PhoneNumber(stored: try keys.openText($0)) }, village: row[4])
        }
    }
}

/// Tells the affected account holders in pieces, by position.
package enum HouseholdNotices {
    private static let piece = 200

    /// - Returns: whether more waits.
    package static func tick(_ desk: Desk, at now: Instant, pieces: Int = 50) async throws -> Bool {
        for _ in 0..<pieces {
            guard try await desk.database.drain({ try step($0, desk, at: now) }) else { return false }
        }
        return true
    }

    private static func step(_ tx: Transaction, _ desk: Desk, at now: Instant) throws -> Bool {
        let waiting = try tx.first(
            """
            SELECT id, incident, feeder, low, high, template, data, key, cursor, county FROM household_notice
            WHERE done_at IS NULL ORDER BY id LIMIT 1\(sql: tx.skipLocked)
            """
        ) {
            (
                id: $0[0] as String, incident: $0[1] as ID<Case>, feeder: $0[2] as ID<Feeder>,
                range: ($0[3] as Int)..<($0[4] as Int), template: $0[5] as String, data: jsonFields($0[6]),
                key: $0[7] as String, cursor: $0[8] as Int, county: $0[9] as String
            )
        }
        guard let waiting else { return false }
        let work = Work(tx, by: .system(county: waiting.county), at: now, desk: desk)
        let accounts = try tx.affectedAccounts(
            feeder: waiting.feeder, range: waiting.range, after: waiting.cursor, limit: piece)
        let customers = Set(accounts.compactMap(\.customer))
        // Whoever follows the case hears it there.
        let follow = Set(
            try tx.rows(
                "SELECT person FROM follower WHERE case_id = \(waiting.incident) AND person IN \(list: customers.sorted())"
            ) { $0[0] as ID<Person> })
        for customer in customers.subtracting(follow).sorted() {
            try work.owe(
                MessageDraft(
                    key: "\(waiting.key)/household/\(customer.text)", to: .person(customer), template: waiting.template,
                    data: waiting.data, caseID: waiting.incident.text),
                county: waiting.county)
        }
        try tx.run(
            """
            UPDATE household_notice SET cursor = \(accounts.last?.position ?? waiting.cursor),
                told = told + \(customers.count - follow.count), done_at = \(accounts.count < piece ? now : nil)
            WHERE id = \(waiting.id)
            """)
        return true
    }
}
