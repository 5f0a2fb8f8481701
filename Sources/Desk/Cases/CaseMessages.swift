package import Values

/// Who is told what because of a case.
extension Work {
    package func tell(
        _ step: KindMove, _ seen: Case, _ after: Case, _ kind: Kind, _ fields: MoveFields, event: ID<Event>
    ) throws {
        for effect in step.effects {
            switch effect {
            case .tellCustomer:
                var data = messageData(after, kind, note: fields.note, into: fields.into)
                data["worker"] = workerName(after, fields)
                try tellCustomer(
                    of: seen, template: customerTemplate(step.name, kind), key: event.text, data: data)
            case .tellAssignee:
                guard let assignee = after.assignee, assignee != actor.person else { break }
                try tellPerson(assignee, CaseWords.staffTemplate(step.name), after, kind, key: event.text)
            case .assign:
                guard let assignee = after.assignee else { break }
                if assignee != actor.person {
                    try tellPerson(assignee, "work-assigned", after, kind, key: event.text)
                }
            case .handToUnit:
                for person in fields.unit?.dispatchers ?? [] where person != actor.person {
                    guard !after.hiddenFrom.contains(person) else { continue }
                    try tellPerson(person, "work-referred", after, kind, key: event.text)
                }
            default: break
            }
        }
    }

    /// Who works on it, as far as the move itself tells.
    private func workerName(_ after: Case, _ fields: MoveFields) -> String {
        guard let assignee = after.assignee else { return "" }
        if let worker = fields.assignee, worker.id == assignee { return worker.name }
        return assignee == actor.person ? actor.name : ""
    }

    /// A message to somebody of the staff, in the application.
    package func tellPerson(
        _ person: ID<Person>, _ template: String, _ about: Case, _ kind: Kind, key: String, extra: [String: String] = [:]
    ) throws {
        var data = messageData(about, kind)
        for (name, value) in extra { data[name] = value }
        try owe(
            MessageDraft(key: "\(key)/\(template)", to: .person(person), template: template, data: data, caseID: about.id.text),
            county: about.county)
    }

    /// A kind that has words of its own for a move gets them.
    private func customerTemplate(_ move: String, _ kind: Kind) -> String {
        let own = "\(kind.name)-\(CaseWords.past(move))"
        return desk.locales.words(.chinese).has("message.\(own).text") ? own : CaseWords.customerTemplate(move)
    }

    /// Tells the person whom a case is for, its followers, and the staff who filed it. Where many
    /// follow, a broadcast goes on with them in pieces, so that no transaction is long.
    package func tellCustomer(of about: Case, template: String, key: String, data: [String: String]) throws {
        let contact = try tx.contact(of: about.id, desk.keys)
        // A case that a service opened by itself is for nobody in particular.
        if about.customer != nil || contact.phone != nil || !contact.name.isEmpty {
            try tellOne(
                about, key: "\(key)/customer/\(template)", person: about.customer, contact.name, contact.phone,
                about.village, template, data)
        }
        let followers = try tx.followers(of: about.id, after: "", limit: Broadcasts.atOnce + 1, desk.keys)
        if followers.count > Broadcasts.atOnce {
            try tx.insertBroadcast(newID(), about, template: template, key: key, data: data, at: now)
        } else {
            for follower in followers { try tell(follower, about, template: template, key: key, data: data) }
        }
        // Whoever of the village wrote down a complaint about a person hears no more of it (H7).
        let isKeptFrom = about.isConfidential && about.filerRole.map(CaseSight.villageRoles.contains) == true
        if let filer = about.filer, filer != actor.person, filer != about.customer, !isKeptFrom {
            try owe(
                MessageDraft(
                    key: "\(key)/filer/\(template)", to: .person(filer), template: template, data: data,
                    caseID: about.id.text),
                county: about.county)
        }
    }

    package func tell(
        _ follower: CaseFollower, _ about: Case, template: String, key: String, data: [String: String]
    ) throws {
        try tellOne(
            about, key: "\(key)/\(follower.id)/\(template)", person: follower.person, follower.name, follower.phone,
            follower.village, template, data)
    }

    private func tellOne(
        _ about: Case, key: String, person: ID<Person>?, _ name: String, _ phone: PhoneNumber?, _ village: ID<Village>?,
        _ template: String, _ data: [String: String]
    ) throws {
        // The liaison's list must not show that somebody complained about a person of the village:
        // whoever handles the complaint calls.
        if about.isConfidential, person == nil, !(desk.settings.sendsSMS && phone != nil) {
            guard let assignee = about.assignee else { return }
            try owe(
                MessageDraft(
                    key: "\(key)/call", to: .person(assignee), template: "call-customer", data: data,
                    caseID: about.id.text),
                county: about.county)
            return
        }
        try owe(
            MessageDraft(
                key: key, to: .customer(person: person, name: name, phone: phone, village: village), template: template,
                data: data, caseID: about.id.text),
            county: about.county)
    }

    /// What fills the `{places}` of messages about a case, for both languages.
    package func messageData(_ about: Case, _ kind: Kind, note: String? = nil, into: Case? = nil) -> [String: String] {
        var data = [
            "number": about.number.text, "kind": kind.title.zh, "kind@en": kind.title.en, "village": about.villageName,
        ]
        data["state"] = kind.stateTitle(about.state).zh
        data["state@en"] = kind.stateTitle(about.state).en
        if about.dueAt == .distantFuture {
            data["promise"] = desk.locales.words(.chinese)["receipt.no-promise"]
            data["promise@en"] = desk.locales.words(.english)["receipt.no-promise"]
        } else {
            data["promise"] = desk.locales.words(.chinese).promise(about.dueAt, now: now)
            data["promise@en"] = desk.locales.words(.english).promise(about.dueAt, now: now)
        }
        if let note {
            // The sentence around it brings its own full stop.
            data["note"] = String(note.prefix(80)).trimmingSuffix(while: { "。.!！;；, ，\n".contains($0) })
        }
        if let into { data["into"] = into.number.text }
        return data
    }
}

extension String {
    fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> String {
        var text = Substring(self)
        while let last = text.last, isDropped(last) { text.removeLast() }
        return String(text)
    }
}
