package import Desk
import PowerRules
import Registry
import Storage
package import Values

/// What time does to cases, even if nobody looks: escalations at 80, 100, 150 and 200 % of a
/// limit, breaches, "at risk" to the customer, follow-up calls that become due, and the end of
/// the time for reopening.
package enum RequestSweep {
    /// Cases looked at in one transaction, so that none takes longer than the writer may be held.
    private static let batch = 20

    /// - Returns: how many cases were looked at; call again while it is `limit`.
    package static func tick(_ desk: Desk, at now: Instant, limit: Int = 200) async throws -> Int {
        try await desk.kinds.refresh(desk.database, at: desk.clock.now)
        var done = 0
        while done < limit {
            let size = min(batch, limit - done)
            let numbers = try await desk.database.read { tx in
                try tx.rows(
                    """
                    SELECT c.number FROM cases c WHERE c.next_check_at <= \(now)
                      AND c.next_check_at < 253370764800000
                    ORDER BY c.next_check_at, c.id LIMIT \(size)
                    """
                ) { $0[0] as Code }
            }
            if numbers.isEmpty { break }
            let topics = try await desk.database.drain { tx -> [String] in
                var topics: [String] = []
                for number in numbers { topics += try look(tx, desk, number, at: now).topics }
                return topics
            }
            for topic in Set(topics) { desk.live.announce(topic) }
            done += numbers.count
            if numbers.count < size { break }
        }
        return done
    }

    /// Looks at one case as if the clock said `now`.
    /// - Returns: false when there was nothing to do.
    package static func check(_ desk: Desk, number: String, at now: Instant) async throws -> Bool {
        try await desk.database.drain { try look($0, desk, Code(stored: number), at: now).isDone }
    }

    private static func look(
        _ tx: Transaction, _ desk: Desk, _ number: Code, at now: Instant
    ) throws -> (isDone: Bool, topics: [String]) {
        // Another process may have looked meanwhile.
        guard let seen = try tx.anyCase(number), seen.nextCheckAt <= now,
            let kind = desk.kinds.kind(seen.kind, version: seen.kindVersion)
        else { return (false, []) }
        let work = Work(tx, by: .system(county: seen.county), at: now, desk: desk)
        return (try work.look(at: seen, kind), work.announced)
    }
}

extension Work {
    /// - Returns: false when somebody moved the case meanwhile; it is looked at again later.
    fileprivate func look(at seen: Case, _ kind: Kind) throws -> Bool {
        if seen.state == "confirmed", !seen.isOpen, let close = kind.move("close"), close.who.contains(.system) {
            try move(seen, "close")
            return true
        }
        let before = try tx.limits(of: seen.id)
        var limits = before
        var told: [Escalation] = []
        for i in limits.all.indices { told += limits.all[i].escalations(until: now, desk.calendar) }
        var after = seen
        after.schedule(limits, in: kind, calendar: desk.calendar)
        let call = seen.followUpAt.flatMap { $0 <= now && seen.isOpen ? $0 : nil }
        // Told once; the next move plans anew.
        if call != nil { after.nextCheckAt = .distantFuture }
        guard try tx.saveCheck(after, from: seen, limits, from: before, rank: after.rank(in: kind, at: now)) else {
            return false
        }
        for escalation in told { try tell(escalation, seen, kind) }
        if let call {
            try tellDispatchers(
                of: seen, "follow-up-due", kind, key: "\(seen.id.text)/\(seen.reopened)/\(call.milliseconds)")
        }
        announceChange(of: after)
        return true
    }

    private func tell(_ escalation: Escalation, _ seen: Case, _ kind: Kind) throws {
        let (step, limit) = (escalation.step, escalation.limit)
        let key = "\(limit.id.text)/\(step.rawValue)"
        if escalation.isBreach {
            try record(
                EventDraft(
                    "limit.breached", of: "case", seen.number.text,
                    ["limit": limit.name, "rule": limit.rule.description, "due": limit.dueAt.iso], county: seen.county))
        }
        try record(
            EventDraft(
                "limit.escalated", of: "case", seen.number.text,
                ["limit": limit.name, "percent": "\(step.rawValue)"], county: seen.county))
        switch step {
        case .representative:
            if let assignee = seen.assignee { try warn(assignee, "limit-near", limit, seen, kind, key) }
            if limit.isPromise {
                try tellCustomer(of: seen, template: "case-at-risk", key: key, data: messageData(seen, kind))
            }
        case .dispatcher: try tellDispatchers(of: seen, "limit-passed", kind, key: key, limit)
        case .stationHead:
            for person in try tx.holders(of: .stationHead, in: seen.station, at: now)
            where !seen.hiddenFrom.contains(person) {
                try warn(person, "limit-passed-far", limit, seen, kind, key)
            }
        case .county:
            for person in try tx.holders(of: .company, at: seen.county, now: now) {
                try warn(person, "limit-passed-double", limit, seen, kind, key)
            }
        }
    }

    private func tellDispatchers(
        of seen: Case, _ template: String, _ kind: Kind, key: String, _ limit: CaseLimit? = nil
    ) throws {
        for person in try tx.holders(of: .dispatcher, in: seen.station, at: now)
        where !seen.hiddenFrom.contains(person) {
            if let limit {
                try warn(person, template, limit, seen, kind, key)
            } else {
                try tellPerson(person, template, seen, kind, key: key)
            }
        }
    }

    private func warn(
        _ person: ID<Person>, _ template: String, _ limit: CaseLimit, _ seen: Case, _ kind: Kind, _ key: String
    ) throws {
        let label = kind.limit(limit.name)?.label
        try tellPerson(
            person, template, seen, kind, key: key,
            extra: ["limit": label?.zh ?? limit.name, "limit@en": label?.en ?? limit.name])
    }
}

/// Counts are folded by a worker.
package enum RequestCounters {
    /// - Returns: how many changes were folded; call again while it is 2,000.
    package static func fold(_ desk: Desk, limit: Int = 2000) async throws -> Int {
        try await desk.database.drain { try $0.foldCounters(limit: limit) }
    }
}
