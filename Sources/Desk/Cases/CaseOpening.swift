package import PowerRules
import Storage
package import Values

/// Everything about a new case, found out before the transaction: the write itself reads nothing.
package struct CaseDraft: Sendable {
    package var kind: Kind
    package var county: String
    package var village: ID<Village>?
    package var villageName: String
    package var station: ID<Unit>
    package var reach: String
    package var account: String?
    package var customer: ID<Person>?
    package var filerRole: Role?
    package var channel: Channel
    package var isForAnother = false
    /// By what proof the person at the counter agreed.
    package var consent: String?
    package var sealedName: [UInt8]
    package var sealedPhone: [UInt8]?
    package var phoneHash: String?
    package var phoneTail: String?
    package var name: String
    package var phone: PhoneNumber?
    package var what: String
    package var extra: [String: String] = [:]
    package var dangers: [Danger] = []
    package var assignee: ID<Person>?
    /// The one complained of, and who stands in for them: neither ever sees it.
    package var about: ID<Person>?
    package var hiddenFrom: [ID<Person>] = []
    package var isConfidential = false
    package var place: Place?
    package var files: [Upload] = []
    package var receiptHash: String
    /// Who is told beside the assignee: the liaison, dispatchers at danger.
    package var alsoTell: [ID<Person>] = []
    package var promise: Texts?
    /// When the limits began to run, where somebody told of it before the case was opened.
    package var since: Instant?

    package init(
        kind: Kind, county: String, village: ID<Village>?, villageName: String, station: ID<Unit>, reach: String,
        channel: Channel, name: String, sealedName: [UInt8], what: String, receiptHash: String
    ) {
        self.kind = kind
        self.county = county
        self.village = village
        self.villageName = villageName
        self.station = station
        self.reach = reach
        self.channel = channel
        self.name = name
        self.sealedName = sealedName
        self.what = what
        self.receiptHash = receiptHash
    }
}

package struct OpenedCase: Sendable {
    package let id: ID<Case>
    package let number: Code
    package let promisedAt: Instant?
}

extension Work {
    /// Numbers tried before giving up; two equal ones among a million meet once in 30,000 tries.
    private static let numberTries = 8

    /// Opens a case: about ten single-row statements and no look before the insert.
    package func open(_ draft: CaseDraft) throws -> OpenedCase {
        let id: ID<Case> = newID()
        var limits = CaseLimits()
        let isDanger = !draft.dangers.isEmpty
        limits.start(
            KindLimit.opened, draft.kind, draft.extra, isDanger: isDanger, at: draft.since ?? now, desk.calendar,
            { newID() })
        let (number, key) = try insert(draft, id, limits, isDanger)
        for limit in limits.all { try tx.insertLimit(limit, of: id) }
        for file in draft.files { try tx.addPhoto(newID(), of: id, entry: nil, file) }
        let event = try record(
            EventDraft(
                "case.received", of: "case", number.text,
                ["kind": draft.kind.name, "channel": draft.channel.rawValue, "village": draft.village?.text ?? ""],
                rowHash: rowHash([id.text, number.text, draft.kind.name, draft.what, draft.receiptHash]),
                county: draft.county))
        try tx.run(
            """
            INSERT INTO case_delta (id, county, village, kind, channel, month, measure, hidden, n)
            VALUES (\(newID(CaseEntry.self)), \(draft.county), \(draft.village?.text ?? ""), \(draft.kind.name),
                    \(draft.channel), \(now.day.monthISO), \(CaseMeasure.opened), \(draft.isConfidential), 1)
            """)
        try tx.put(
            draft.what,
            terms: CaseTerms.terms(reach: draft.reach, kind: draft.kind.name, isConfidential: draft.isConfidential),
            key: key, in: CaseSchema.textIndex)
        try tellOfOpening(draft, id, number, event, promised: limits.promised?.dueAt)
        announceCase(
            number, kind: draft.kind.name, station: draft.station, county: draft.county,
            reach: draft.isConfidential ? nil : draft.reach)
        return OpenedCase(id: id, number: number, promisedAt: limits.promised?.dueAt)
    }

    private func insert(
        _ draft: CaseDraft, _ id: ID<Case>, _ limits: CaseLimits, _ isDanger: Bool
    ) throws -> (number: Code, key: Int64) {
        let next = limits.next
        var check = Instant.distantFuture
        for limit in limits.all {
            if let alarm = limit.nextAlarm(isDanger: isDanger, desk.calendar) { check = min(check, alarm) }
        }
        let priority = isDanger ? 0 : 1
        let hidden = draft.hiddenFrom.isEmpty ? nil : draft.hiddenFrom.map(\.text).joined(separator: " ")
        let dangers = draft.dangers.isEmpty ? "" : draft.dangers.map(\.rawValue).joined(separator: " ")
        let extra = jsonText(draft.extra)
        for _ in 0..<Self.numberTries {
            let number = Code(from: desk.chance)
            // Two of one millisecond draw the same key once in a million: then both are drawn again.
            let key = now.milliseconds << 20 | Int64(desk.chance.number(below: 1 << 20))
            let inserted = try tx.change(
                """
                INSERT INTO cases (id, county, key, number, receipt_hash, kind, kind_version, village, village_name,
                    station, reach, account, customer, filer, filer_role, channel, for_whom, consent, name, phone,
                    phone_hash, phone_tail, what, extra, dangers, priority, rank, state, assignee, confidential, about,
                    hidden_from, opened_at, due_at, due_name, next_check_at, changed_at, changed_by, reopened,
                    latitude, longitude, open, version)
                VALUES (\(id), \(draft.county), \(key), \(number), \(draft.receiptHash), \(draft.kind.name),
                    \(draft.kind.version), \(draft.village), \(draft.villageName), \(draft.station), \(draft.reach),
                    \(draft.account), \(draft.customer), \(actor.person), \(draft.filerRole), \(draft.channel),
                    \(draft.isForAnother), \(draft.consent), \(draft.sealedName), \(draft.sealedPhone),
                    \(draft.phoneHash), \(draft.phoneTail), \(draft.what), \(extra), \(dangers), \(priority),
                    \(priority), \(draft.kind.start), \(draft.assignee), \(draft.isConfidential), \(draft.about),
                    \(hidden), \(now), \(next?.dueAt ?? .distantFuture), \(next?.name), \(check), \(now),
                    \(actor.person), 0, \(draft.place?.latitude), \(draft.place?.longitude), 1, 1)
                ON CONFLICT DO NOTHING
                """)
            if inserted == 1 { return (number, key) }
        }
        throw Problem(.unavailable(retryAfterSeconds: 1), "try-again")
    }

    private func tellOfOpening(
        _ draft: CaseDraft, _ id: ID<Case>, _ number: Code, _ event: ID<Event>, promised: Instant?
    ) throws {
        var data = [
            "number": number.text, "kind": draft.kind.title.zh, "kind@en": draft.kind.title.en,
            "village": draft.villageName,
        ]
        if promised == nil {
            data["promise"] = desk.locales.words(.chinese)["receipt.no-promise"]
            data["promise@en"] = desk.locales.words(.english)["receipt.no-promise"]
        }
        if let promised {
            data["promise"] = desk.locales.words(.chinese).promise(promised, now: now)
            data["promise@en"] = desk.locales.words(.english).promise(promised, now: now)
        }
        // Whoever reads the receipt or the slip has been told; an account or a phone is told as well.
        let sms = desk.settings.sendsSMS && draft.phone != nil
        let recipient: MessageDraft.Recipient =
            draft.customer != nil || sms
            ? .customer(person: draft.customer, name: draft.name, phone: draft.phone, village: draft.village)
            : .handedOver(name: draft.name)
        // A case that a service opens by itself is for nobody in particular.
        if draft.customer != nil || !draft.name.isEmpty {
            try owe(
                MessageDraft(
                    key: "\(event.text)/received", to: recipient, template: "case-received", data: data,
                    caseID: id.text),
                county: draft.county)
        }
        let isUrgent = !draft.dangers.isEmpty
        if let assignee = draft.assignee, assignee != actor.person {
            try owe(
                MessageDraft(
                    key: "\(event.text)/assigned", to: .person(assignee),
                    template: isUrgent ? "work-urgent" : "work-assigned", data: data, caseID: id.text),
                county: draft.county)
        }
        for person in draft.alsoTell where person != actor.person && person != draft.assignee {
            try owe(
                MessageDraft(
                    key: "\(event.text)/relayed", to: .person(person),
                    template: isUrgent ? "work-urgent" : "work-relayed", data: data, caseID: id.text),
                county: draft.county)
        }
    }
}
