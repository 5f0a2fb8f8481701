import PowerRules
import Storage
package import Values

extension Work {
    /// Moves a case: the one engine behind every typed action. Writes the case (compare and set),
    /// its timeline, limits, event, messages, counts, and tells open pages.
    ///
    /// - Throws: what `Case.moved` throws; a `Refusal` that leaves a trace when somebody without a
    ///   certificate was to be sent.
    @discardableResult
    package func move(_ seen: Case, _ move: String, _ fields: MoveFields = MoveFields()) throws -> Case {
        var seen = seen
        // The clock may change a case between reading and writing, a few times at most.
        for _ in 0..<3 {
            if let moved = try attempt(move, seen, fields) { return moved }
            guard let fresh = try tx.anyCase(seen.id) else { throw Problem.notFound }
            if fresh.version != seen.version, let kind = desk.kinds.kind(fresh.kind, version: fresh.kindVersion) {
                throw fresh.caseMoved(kind)
            }
            seen = fresh
        }
        throw Problem(.unavailable(retryAfterSeconds: 1), "try-again")
    }

    /// - Returns: nil when it was changed since it was read; nothing is written then.
    private func attempt(_ move: String, _ seen: Case, _ fields: MoveFields) throws -> Case? {
        guard let kind = desk.kinds.kind(seen.kind, version: seen.kindVersion) else {
            throw Problem(.unavailable(retryAfterSeconds: 2), "try-again")
        }
        var fields = fields
        if fields.hands == nil { fields.hands = try hands(for: move, kind) }
        var after: Case
        do throws(Problem) {
            after = try seen.moved(move, of: kind, by: actor, fields, at: now, calendar: desk.calendar)
        } catch {
            throw refused(error, seen, move, fields)
        }
        guard let step = kind.move(move) else { throw Problem.notFound }

        let before = try tx.limits(of: seen.id)
        var limits = before
        limits.follow(
            move, from: seen.state, to: after.state, in: kind, seen, at: now, calendar: desk.calendar,
            newID: { newID() })
        if step.effects.contains(.markResolved), after.inLimit == nil { after.inLimit = !limits.isBreached }
        after.schedule(limits, in: kind, calendar: desk.calendar)
        guard try tx.save(after, from: seen, rank: after.rank(in: kind, at: now)) else { return nil }
        // The other one must not end meanwhile.
        if step.effects.contains(.join), let other = fields.into, try !tx.hold(other) {
            throw Problem.invalid("into", "not-open")
        }
        try tx.saveLimits(limits, from: before, of: seen.id)
        for (limit, old) in zip(limits.all, before.all) where limit.breachedAt != nil && old.breachedAt == nil {
            try record(
                EventDraft(
                    "limit.breached", of: "case", seen.number.text,
                    ["limit": limit.name, "rule": limit.rule.description, "due": limit.dueAt.iso], county: seen.county))
        }
        if after.reach != seen.reach { try reindex(after) }

        let entry: ID<CaseEntry> = newID()
        let note = fields.note
        let event = try record(
            EventDraft(
                "case.\(CaseWords.past(move))", of: "case", seen.number.text,
                data(move, seen, after, fields),
                rowHash: rowHash([entry.text, seen.id.text, move, after.state, note, "\(after.version)"]),
                county: seen.county))
        try tx.addEntry(
            entry, of: seen.id, event: event, at: now, move: move, state: after.state, by: actor.person,
            role: actor.mainRole?.rawValue ?? (fields.byReceipt ? Role.customer.rawValue : nil),
            isPublic: fields.isShown ?? step.isPublic, note: note)
        for photo in fields.photos { try tx.addPhoto(newID(), of: seen.id, entry: entry, photo) }
        if step.effects.contains(.recordCall) { try tx.addCall(newID(), of: seen, at: now, by: actor.person) }
        if step.effects.contains(.join), let other = fields.into { try joinFollowers(of: seen, to: other) }
        try countMove(step, seen, after)
        try tell(step, seen, after, kind, fields, event: event)
        try desk.house.guests[kind.name]?.moved(move, from: seen, to: after, self)
        announceChange(of: after)
        if after.reach != seen.reach { announceChange(of: seen) }
        return after
    }

    /// Whoever makes a move that takes live work in hand, with their certificate.
    private func hands(for move: String, _ kind: Kind) throws -> Worker? {
        guard let person = actor.person, actor.has(.representative), kind.needsCertificate,
            kind.move(move)?.effects.contains(.take) == true
        else { return nil }
        return try desk.house.worker(tx, person, now)
    }

    /// Found by those whom it reaches now.
    private func reindex(_ after: Case) throws {
        guard let what = try tx.value("SELECT what FROM cases WHERE id = \(after.id)") as String? else { return }
        try tx.put(
            what, terms: CaseTerms.terms(reach: after.reach, kind: after.kind, isConfidential: after.isConfidential),
            key: after.key, in: CaseSchema.textIndex)
    }

    /// A refusal to send somebody leaves a trace.
    private func refused(_ problem: Problem, _ seen: Case, _ move: String, _ fields: MoveFields) -> any Error {
        let traced = ["liaison-never-assigned", "not-certified", "not-own-complaint", "complaint-stays-above"]
        let code = problem.fields.first?.code ?? problem.code
        guard traced.contains(code) else { return problem }
        return Refusal(
            problem,
            recording: EventDraft(
                "case.dispatch-refused", of: "case", seen.number.text,
                ["move": move, "reason": code, "assignee": fields.assignee?.id.text ?? fields.hands?.id.text ?? ""], county: seen.county))
    }

    private func data(_ move: String, _ seen: Case, _ after: Case, _ fields: MoveFields) -> [String: String] {
        var data = [
            "move": move, "from": seen.state, "to": after.state, "kind": seen.kind, "version": "\(after.version)",
        ]
        if after.assignee != seen.assignee { data["assignee"] = after.assignee?.text ?? "" }
        if let other = fields.into { data["into"] = other.number.text }
        if let satisfaction = fields.satisfaction { data["satisfaction"] = "\(satisfaction)" }
        if let unit = fields.unit { data["unit"] = unit.station.text }
        if fields.byReceipt { data["by"] = "receipt" }
        return data
    }

    /// Followers of the merged case, and the person whom it was for, follow the other one.
    private func joinFollowers(of seen: Case, to other: Case) throws {
        let contact = try tx.first("SELECT name, phone, phone_hash, phone_tail FROM cases WHERE id = \(seen.id)") {
            (name: $0[0] as [UInt8]?, phone: $0[1] as [UInt8]?, hash: $0[2] as String?, tail: $0[3] as String?)
        }
        // Who follows both keeps one.
        try tx.run(
            """
            DELETE FROM follower WHERE case_id = \(seen.id) AND phone_hash IN
            (SELECT f.phone_hash FROM follower f WHERE f.case_id = \(other.id) AND f.phone_hash IS NOT NULL)
            """)
        try tx.run("UPDATE follower SET case_id = \(other.id), from_case = \(seen.id) WHERE case_id = \(seen.id)")
        guard let contact, contact.name != nil || seen.customer != nil, contact.hash != other.phoneHash || contact.hash == nil
        else { return }
        // A case that a service opened by itself was for nobody in particular.
        if contact.hash == nil, seen.customer == nil, try (contact.name.map(desk.keys.openText) ?? "").isEmpty { return }
        try tx.run(
            """
            INSERT INTO follower (id, case_id, at, person, name, phone, phone_hash, phone_tail, village, from_case)
            VALUES (\(newID(CaseFollower.self)), \(other.id), \(now), \(seen.customer), \(contact.name),
                    \(contact.phone), \(contact.hash), \(contact.tail), \(seen.village), \(seen.id))
            ON CONFLICT DO NOTHING
            """)
    }

    private func countMove(_ step: KindMove, _ seen: Case, _ after: Case) throws {
        func count(_ measure: CaseMeasure, _ n: Int = 1) throws {
            try tx.count(measure, n, of: after, id: newID())
        }
        for effect in step.effects {
            switch effect {
            case .markResolved:
                if seen.resolvedAt == nil {
                    try count(.resolved)
                    try count(after.inLimit == true ? .inLimit : .late)
                }
            case .markReopened:
                if seen.reopened == 0 { try count(.reopened) }
                if seen.inLimit == true {
                    try count(.inLimit, -1)
                    try count(.late)
                }
                if let old = seen.satisfaction {
                    try count(.satisfactionSum, -old)
                    try count(.satisfactionCount, -1)
                }
                if seen.outcome == "confirmed" { try count(.confirmed, -1) }
                if seen.outcome == "unconfirmed" { try count(.unconfirmed, -1) }
            case .rate:
                try count(.confirmed)
                if let satisfaction = after.satisfaction {
                    try count(.satisfactionSum, satisfaction)
                    try count(.satisfactionCount)
                }
            case .markUnconfirmed: try count(.unconfirmed)
            case .join: try count(.merged)
            default: break
            }
        }
        if step.name == "withdraw" { try count(.withdrawn) }
    }

    /// Open pages that show this case, its village, station or county look again.
    package func announceChange(of changed: Case) {
        announceCase(
            changed.number, kind: changed.kind, station: changed.station, county: changed.county,
            reach: changed.isConfidential ? nil : changed.reach)
    }

    /// - Parameter reach: nil: nobody in the village may infer that a complaint about them was made or moved.
    func announceCase(_ number: Code, kind: String, station: ID<Unit>, county: String, reach: String?) {
        announce("case/\(number.text)")
        announce("station/\(station.text)")
        announce("county/\(county)")
        announce(countyTopic(county, kind: kind))
        if let reach { announce(reach) }
    }

    /// Open work of somebody who leaves goes to another person, whole.
    /// - Parameter villages: nil: wherever it is.
    /// - Returns: how many cases moved.
    package func reassignOpenCases(
        of person: ID<Person>, villages: [ID<Village>]? = nil, to successor: ID<Person>, why: String
    ) throws -> Int {
        var condition: SQL = "c.assignee = \(person) AND c.open = 1"
        if let villages { condition += " AND c.village IN \(list: villages)" }
        condition += " AND (c.hidden_from IS NULL OR c.hidden_from NOT LIKE \("%\(successor.text)%"))"
        let found = try tx.rows("SELECT c.id, c.number, c.county, c.state FROM cases c WHERE \(sql: condition) ORDER BY c.id") {
            (id: $0[0] as ID<Case>, number: $0[1] as String, county: $0[2] as String, state: $0[3] as String)
        }
        for one in found {
            try tx.run(
                """
                UPDATE cases SET assignee = \(successor), changed_at = \(now), changed_by = \(actor.person),
                    version = version + 1
                WHERE id = \(one.id)
                """)
            let entry: ID<CaseEntry> = newID()
            let event = try record(
                EventDraft(
                    "case.handed-over", of: "case", one.number,
                    ["from": person.text, "to": successor.text, "why": why],
                    rowHash: rowHash([entry.text, one.id.text, "hand-over", one.state, nil, successor.text]),
                    county: one.county))
            try tx.addEntry(
                entry, of: one.id, event: event, at: now, move: "hand-over", state: one.state, by: actor.person,
                role: actor.mainRole?.rawValue, isPublic: true, note: nil)
        }
        if !found.isEmpty {
            try owe(
                MessageDraft(
                    key: "hand-over/\(person.text)/\(now.milliseconds)", to: .person(successor),
                    template: "cases-handed-over", data: ["n": "\(found.count)"]))
        }
        return found.count
    }
}

/// Names of events and messages for the moves of the shared life; a kind's own moves get the
/// general ones.
enum CaseWords {
    static func customerTemplate(_ move: String) -> String {
        ["return", "resolve", "merge", "refer"].contains(move) ? "case-\(past(move))" : "case-moved"
    }

    static func staffTemplate(_ move: String) -> String {
        ["answer", "reopen", "withdraw", "confirm"].contains(move) ? "work-\(past(move))" : "work-moved"
    }

    static func past(_ move: String) -> String {
        switch move {
        case "accept": "accepted"
        case "dispatch", "redispatch": "dispatched"
        case "start": "started"
        case "arrive": "arrived"
        case "return": "returned"
        case "answer": "answered"
        case "resolve": "resolved"
        case "confirm": "confirmed"
        case "follow-up": "followed-up"
        case "call-failed": "call-failed"
        case "close-unconfirmed": "closed-unconfirmed"
        case "reopen": "reopened"
        case "merge": "merged"
        case "withdraw": "withdrawn"
        case "refer": "referred"
        case "note": "noted"
        case "close": "closed"
        default: "moved"
        }
    }
}

/// What is announced when a case of one kind changes anywhere in a county.
package func countyTopic(_ county: String, kind: String) -> String { "county/\(county)/\(kind)" }
