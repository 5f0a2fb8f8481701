package import Desk
import Registry
package import Values
package import Web

/// The page of one move: one thing per page, with the case in a line above, and what was typed
/// when somebody else was faster.
package enum StaffMoves {
    /// The usual way through a case; from 20 on they are never the expected next step.
    static func order(_ move: String) -> Int {
        let usual = ["accept", "dispatch", "start", "arrive", "answer", "resolve", "confirm", "follow-up", "close"]
        let rare = ["redispatch", "return", "note", "refer", "merge", "reopen", "withdraw"]
        if let place = usual.firstIndex(of: move) { return place }
        return rare.firstIndex(of: move).map { 30 + $0 } ?? 20
    }

    package static func after(_ moved: Moved, _ move: String) -> After {
        .go("/cases/\(moved.number)?done=\(move)")
    }

    /// - Parameter move: name of a move of the case's kind, or `reveal`.
    package static func page(_ move: String, _ visit: Visit, _ state: FormState) async throws -> Page {
        let view = try await StaffQueries.view(visit)
        let words = visit.words
        var state = state
        var notice: HTML?
        if state.problem?.code == "case-moved" {
            notice = conflict(view, visit)
            state.problem = nil
        }
        let offered = view.moves.first { $0.name == move }
        if move == RevealContact.name { try RevealContact.who.check(visit.actor) }
        guard offered != nil || move == RevealContact.name else {
            return Page(
                words["move.gone.title"], status: 409, back: "/cases/\(view.number)",
                body: """
                    \(summary(view, visit))\(notice)
                    <p>\(words("move.gone.text", ["state": view.stateTitle.in(visit.language)]))</p>\(kept(state, words))
                    <p class="actions"><a class="button" href="/cases/\(view.number)">\(words["move.gone.to-case"])</a></p>
                    """)
        }
        let form = try await self.form(move, offered, view, visit, state)
        let about = "move.\(move).about"
        return Page(
            offered?.title.in(visit.language) ?? words["case.reveal"], scripts: ["photos"],
            back: "/cases/\(view.number)",
            body: """
                \(summary(view, visit))\(notice)\(words.has(about) ? "<p>\(words[about])</p>" as HTML : nil)
                \(form)
                """)
    }

    /// Which case this is about, so that nobody acts on the wrong one.
    private static func summary(_ view: CaseView, _ visit: Visit) -> HTML {
        """
        <div class="about"><p><b>\(view.kindTitle.in(visit.language)) · \(CaseParts.villageName(view, visit.words))</b> \
        <span class="tag s-\(view.state)">\(view.stateTitle.in(visit.language))</span></p>
        <p class="quiet">\(view.number)\(view.what.map { " · " + String($0.prefix(80)) } ?? "")</p></div>
        """
    }

    /// Somebody else moved the case meanwhile: its new state, and the form again with the
    /// person's own text.
    private static func conflict(_ view: CaseView, _ visit: Visit) -> HTML {
        let last = view.timeline.max { $0.at < $1.at }
        return """
            <div class="summary" role="alert"><h2>\(visit.words["move.conflict.title"])</h2>
            <p>\(visit.words("move.conflict.text", ["state": view.stateTitle.in(visit.language), "by": last?.by ?? ""]))</p></div>
            """
    }

    private static func kept(_ state: FormState, _ words: Words) -> HTML? {
        let texts: [HTML] = ["note", "result", "reason"].compactMap { name in
            let text = state.typed(name)
            return text.isEmpty ? nil : "<p class=\"kept\">\(text)</p>"
        }
        return texts.isEmpty ? nil : "<section class=\"note\"><h2>\(words["move.kept"])</h2>\(texts)</section>"
    }

    /// Shown once, on no other page; who asked, when and why stands in the record.
    static func revealed(_ contact: Contact, _ visit: Visit) async throws -> Page {
        let view = try await StaffQueries.view(visit)
        let words = visit.words
        let phone: HTML =
            contact.phone.map { digits in
                """
                <p class="phone"><a class="button" href="tel:\(digits)">\(Icon.phone) \(PhoneNumber(stored: digits).spaced)</a></p>
                """
            } ?? "<p>\(words["case.no-phone"])</p>"
        return Page(
            words["reveal.title"], back: "/cases/\(view.number)",
            body: """
                \(summary(view, visit))<p class="name">\(contact.name)</p>\(phone)<p class="quiet">\(words["reveal.recorded"])</p>
                """)
    }

    // MARK: Forms

    private static func form(
        _ move: String, _ offered: MoveView?, _ view: CaseView, _ visit: Visit, _ state: FormState
    ) async throws -> HTML {
        var look = FormLook(
            except: ["secret", "lastFour"], hidden: ["case": view.number, "seen": "\(view.version)"])
        switch move {
        case "accept": return Forms.form(AcceptCase.self, visit, state, look)
        case "start": return Forms.form(StartCase.self, visit, state, look)
        case "arrive": return Forms.form(ArriveAtCase.self, visit, state, look)
        case "return": return Forms.form(ReturnCase.self, visit, state, look)
        case "answer": return Forms.form(AnswerCase.self, visit, state, look)
        case "resolve": return Forms.form(ResolveCase.self, visit, state, look)
        case "reopen": return Forms.form(ReopenCase.self, visit, state, look)
        case "withdraw": return Forms.form(WithdrawCase.self, visit, state, look)
        case "note": return Forms.form(NoteOnCase.self, visit, state, look)
        case "close": return Forms.form(CloseCase.self, visit, state, look)
        case "reveal":
            look.hidden["seen"] = nil
            return Forms.form(RevealContact.self, visit, state, look)
        case "dispatch":
            try await assignees(&look, view, visit)
            return Forms.form(DispatchCase.self, visit, state, look)
        case "redispatch":
            try await assignees(&look, view, visit)
            return Forms.form(RedispatchCase.self, visit, state, look)
        case "merge":
            look.choices["into"] = try await others(view, visit)
            if look.choices["into"]?.isEmpty == true {
                look.choices["into"] = nil
                look.before = "<p class=\"note\">\(visit.words["move.merge.none"])</p>"
            }
            return Forms.form(MergeCase.self, visit, state, look)
        case "refer":
            look.choices["unit"] = try await units(view, visit)
            return Forms.form(ReferCase.self, visit, state, look)
        case "confirm":
            look.choices["satisfaction"] = stars(visit.words)
            return Forms.form(ConfirmCase.self, visit, state, look)
        case "follow-up":
            look.choices["satisfaction"] = stars(visit.words)
            look.choices["reached"] = yesNo(visit.words)
            look.choices["solved"] = yesNo(visit.words)
            look.before = phone(view, visit.words)
            return Forms.form(FollowUpCase.self, visit, state, look)
        default:
            return try await generic(move, offered, view, visit, state, look)
        }
    }

    /// A move that only a kind's description knows: asks what the description says must be filled in.
    private static func generic(
        _ move: String, _ offered: MoveView?, _ view: CaseView, _ visit: Visit, _ state: FormState, _ base: FormLook
    ) async throws -> HTML {
        var look = base
        look.hidden["move"] = move
        let needs = offered?.needs ?? []
        let known = ["assignee", "result", "satisfaction", "reason", "into", "unit", "note"]
        look.only = known.filter { needs.contains($0) || $0 == "note" }
        if needs.contains("assignee") { try await assignees(&look, view, visit) }
        if needs.contains("satisfaction") { look.choices["satisfaction"] = stars(visit.words) }
        if needs.contains("into") { look.choices["into"] = try await others(view, visit) }
        if needs.contains("unit") { look.choices["unit"] = try await units(view, visit) }
        return Forms.form(MoveCase.self, visit, state, look)
    }

    /// Who may be sent, with what each has to do; who may not, and why, stands below.
    private static func assignees(_ look: inout FormLook, _ view: CaseView, _ visit: Visit) async throws {
        let words = visit.words
        let number = Code(stored: view.number)
        let all = try await visit.desk.look(by: visit.actor, at: visit.now) { try $0.candidates(forCase: number) }
        let needsCertificate = visit.desk.kinds.current(view.kind)?.needsCertificate ?? true
        let free = all.filter { $0.isCertified || !needsCertificate }
        look.choices["assignee"] = free.map { person in
            var hint = words("move.dispatch.load", ["n": "\(person.openCases)"])
            if person.isOwn { hint += " · " + words["move.dispatch.own"] }
            if person.isOnLeave { hint += " · " + words["move.dispatch.away"] }
            return FormChoice(person.id.text, person.name, hint: hint)
        }
        let barred = all.filter { !$0.isCertified && needsCertificate }.map(\.name)
        if !barred.isEmpty {
            look.after =
                "<p class=\"note\">\(words("move.dispatch.barred", ["names": barred.joined(separator: words["staff.list-comma"])]))</p>"
        }
        if free.isEmpty { look.before = "<p class=\"note\">\(words["move.dispatch.nobody"])</p>" }
    }

    /// Open cases of the same village and kind, into which this one could go.
    private static func others(_ view: CaseView, _ visit: Visit) async throws -> [FormChoice] {
        var inputs: RawInputs = ["kind": .text(view.kind), "state": .text("open"), "limit": .text("20")]
        if let village = view.village { inputs["village"] = .text(village.text) }
        let found = try await visit.desk.fetch(RequestListQuery.self, inputs, by: visit.actor, at: visit.now)
        let rows = RowWords(visit.words)
        return found.items.filter { $0.number != view.number }.map { item in
            FormChoice(
                item.number, "\(item.number) · \(item.what)",
                hint: "\(item.stateTitle.in(visit.language)) · \(rows.moment(item.openedAt, today: visit.now.day))")
        }
    }

    /// Stations first, then villages with their township.
    private static func units(_ view: CaseView, _ visit: Visit) async throws -> [FormChoice] {
        let county = visit.actor.county
        let language = visit.language
        return try await visit.desk.look(by: visit.actor, at: visit.now) { work in
            let units = try work.tx.units(under: county).filter { !$0.isClosed }
            let names = Dictionary(
                units.map { ($0.id, $0.name(in: language)) }, uniquingKeysWith: { first, _ in first })
            return units.filter { $0.kind == .station }.map { FormChoice($0.id.text, $0.name(in: language)) }
                + units.filter { $0.kind == .village }.map {
                    FormChoice($0.id.text, "\($0.name(in: language)) · \($0.parent.flatMap { names[$0] } ?? "")")
                }
        }
    }

    private static func stars(_ words: Words) -> [FormChoice] {
        (1...5).reversed().map { FormChoice("\($0)", words["villagers.satisfaction.\($0)"]) }
    }
    private static func yesNo(_ words: Words) -> [FormChoice] {
        [FormChoice("true", words["staff.yes"]), FormChoice("false", words["staff.no"])]
    }

    private static func phone(_ view: CaseView, _ words: Words) -> HTML {
        guard let digits = view.contact.phone else { return "<p class=\"note\">\(words["case.no-phone"])</p>" }
        if view.contact.isMasked {
            return """
                <p class="note">\(view.contact.name) \(digits) · \
                <a href="/cases/\(view.number)/reveal">\(words["case.reveal"])</a></p>
                """
        }
        return """
            <p class="note">\(view.contact.name) <a href="tel:\(digits)">\(Icon.phone) \(PhoneNumber(stored: digits).spaced)</a></p>
            """
    }
}
