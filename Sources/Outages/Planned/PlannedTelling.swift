package import Desk
import Grid
import Registry
import Storage
package import Values

extension Work {
    /// What fills the `{places}` of announcements and notices, for both languages.
    func plannedData(_ outage: PlannedOutage) -> [String: String] {
        let zh = desk.locales.words(.chinese)
        let en = desk.locales.words(.english)
        func moment(_ at: Instant, _ words: Words) -> String { "\(words.day(at.day)) \(at.clock)" }
        // The day is said once.
        func end(_ words: Words) -> String {
            outage.end.day == outage.start.day ? outage.end.clock : moment(outage.end, words)
        }
        return [
            "number": outage.number.text, "line": outage.line, "area": outage.line, "work": outage.work,
            "contact": outage.contact, "phone": outage.phone, "start": moment(outage.start, zh),
            "start@en": moment(outage.start, en), "end": end(zh), "end@en": end(en),
            "customers": "\(outage.customers)", "reason": outage.reason ?? "",
        ]
    }

    /// Begins to tell every household on the list, or those of some positions; the sweep goes on in pieces.
    func tellAll(_ outage: PlannedOutage, _ template: String, positions: Range<Int>? = nil) throws {
        try tx.insertTelling(
            newID(), outage, template: template, data: plannedData(outage), positions: positions, at: now)
    }
}

/// Tells the households of planned outages in pieces: by their account in the application, by text
/// message, or in person; those who need it most get a visit as well.
package enum PlannedTellings {
    /// Households told in one transaction.
    private static let piece = 100
    /// Notices for which those with a tag are visited: what they must prepare for.
    private static let visited: Set<String> = [
        "planned-announced", "planned-changed", "planned-cancelled", "planned-day",
    ]
    /// Life support, the old who live alone, and those whom the village keeps.
    static let visitedTags: Set<HouseholdTagKind> = [.lifeSupport, .elderlyAlone, .fiveGuarantee]

    /// - Returns: whether more waits.
    package static func tick(_ desk: Desk, at now: Instant, pieces: Int = 100) async throws -> Bool {
        for _ in 0..<pieces {
            guard try await desk.database.drain({ try step($0, desk, at: now) }) else { return false }
        }
        return true
    }

    private static func step(_ tx: Transaction, _ desk: Desk, at now: Instant) throws -> Bool {
        guard let waiting = try tx.nextTelling() else { return false }
        guard let outage = try tx.planned(waiting.outage) else { return false }
        // The list must stand before anybody is told from it.
        guard outage.listedAt != nil else { return false }
        let work = Work(tx, by: .system(county: outage.county), at: now, desk: desk)
        let households = try tx.plannedToTell(waiting, limit: piece)
        let tags = try tx.tags(of: households.map(\.account))
        var visits = 0
        for household in households {
            let isVisited = !(tags[household.account] ?? []).isDisjoint(with: visitedTags)
            visits += try work.tell(household, waiting, visit: isVisited && visited.contains(waiting.template)) ? 1 : 0
        }
        if let first = households.first, let last = households.last {
            try tx.markTold(outage.id, from: first.account, through: last.account, waiting, at: now)
        }
        try tx.advance(
            waiting, to: households.last?.account.text ?? waiting.cursor, told: households.count, visits: visits,
            doneAt: households.count < piece ? now : nil)
        return true
    }
}

extension Work {
    /// - Returns: whether somebody is to go there.
    fileprivate func tell(_ household: PlannedToTell, _ waiting: WaitingTelling, visit: Bool) throws -> Bool {
        let phone = try household.phone.map { PhoneNumber(stored: try desk.keys.openText($0)) }
        let key = "planned/\(waiting.id)/\(household.account.text)"
        try owe(
            MessageDraft(
                key: key, to: .customer(person: household.customer, name: household.name, phone: phone, village: household.village),
                template: waiting.template, data: waiting.data), county: waiting.county)
        let isReachedAlone = household.customer != nil || (phone != nil && desk.settings.sendsSMS)
        guard isReachedAlone else { return true }
        guard visit else { return false }
        try owe(
            MessageDraft(
                key: key + "/visit", to: .customer(person: nil, name: household.name, phone: nil, village: household.village),
                template: waiting.template, data: waiting.data), county: waiting.county)
        return true
    }
}
