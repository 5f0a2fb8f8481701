import Desk
import Registry
import Values
import Web

/// The sections of a followed case.
struct FollowParts {
    let view: CaseView
    let door: FollowDoor
    let visit: Visit
    let servers: VillageServers?
    private var words: Words { visit.words }

    func place() -> HTML? {
        view.villageName.isEmpty ? nil : VillagerParts.chinese(view.villageName, words)
    }

    // MARK: Where it stands

    /// The state in one plain sentence, the way so far, and what was promised.
    func standing() -> HTML {
        let key = "villagers.state.\(view.state)"
        let sentence = words.has(key) ? words[key] : view.stateTitle.in(visit.language)
        return """
            <section class="card standing"><p class="state"><b>\(sentence)</b>\(who())</p>\(way())\(promise())\(merged())</section>
            """
    }

    private func who() -> HTML? {
        guard let assignee = view.assignee, view.isOpen, !view.isConfidential else { return nil }
        return "<span class=\"quiet\">\(words["villagers.follow.with"]) \(VillagerParts.chinese(assignee.name, words))</span>"
    }

    /// Received, sent, done, confirmed: four steps that everybody understands.
    private func way() -> HTML? {
        let reached: Int
        switch view.state {
        case "submitted", "accepted", "reopened": reached = 1
        case "dispatched", "in-progress", "on-site", "returned", "referred": reached = 2
        case "resolved": reached = 3
        case "confirmed", "closed": reached = 4
        default: return nil
        }
        let steps: [HTML] = ["received", "sent", "resolved", "confirmed"].enumerated().map { i, step in
            let here: HTML = i + 1 == reached ? " aria-current=\"step\"" : .empty
            return "<li class=\"\(i < reached ? "past" : "")\"\(here)>\(words["villagers.way.\(step)"])</li>"
        }
        return "<ol class=\"way\">\(steps)</ol>"
    }

    func promise() -> HTML? {
        guard let due = view.dueAt, due != .distantFuture, view.isOpen, view.state != "resolved" else { return nil }
        let late: HTML? = view.isOverdue ? "<p>\(words["villagers.follow.late"])</p>" : nil
        return """
            <p class="promise">\(Icon.clock) \(view.dueLabel.map { "\($0.in(visit.language)): " })\
            <b>\(words.promise(due, now: visit.now))</b></p>\(late)
            """
    }

    private func merged() -> HTML? {
        guard let other = view.mergedInto else { return nil }
        return "<p>\(words("villagers.follow.merged", ["number": other]))</p>"
    }

    // MARK: What was told

    func told() -> HTML {
        let extra: [HTML] = view.extra.map {
            "<dt>\($0.label.in(visit.language))</dt><dd>\(VillagerParts.chinese($0.value.in(visit.language), words))</dd>"
        }
        let voice: HTML? = view.voice.map {
            "<p><audio controls preload=\"none\" src=\"\(CasePhotos.address(view.number, $0.hash, visit))\"></audio></p>"
        }
        return """
            <section><h2>\(words["villagers.follow.told"])</h2>\
            <p class="said">\(view.what.map { VillagerParts.chinese($0, words) } ?? HTML(words["villagers.follow.erased"]))</p>\
            \(extra.isEmpty ? nil : "<dl class=\"facts\">\(extra)</dl>" as HTML)\(photos(view.photos))\(voice)</section>
            """
    }

    private func photos(_ photos: [PhotoView]) -> HTML? {
        if photos.isEmpty { return nil }
        let items: [HTML] = photos.enumerated().map { i, photo in
            let address = CasePhotos.address(view.number, photo.hash, visit)
            let image: HTML = """
                <img src="\(address)" loading="lazy" width="120" height="90" alt="\(words("villagers.photo", ["n": "\(i + 1)"]))">
                """
            // In large-text mode a picture is no further thing to press.
            return visit.isLarge ? "<li>\(image)</li>" : "<li><a href=\"\(address)\">\(image)</a></li>"
        }
        return "<ul class=\"photos-row\">\(items)</ul>"
    }

    func timeline() -> HTML {
        let items: [HTML] = view.timeline.reversed().map { entry in
            """
            <li><p><b>\(entry.title.in(visit.language))</b></p>\
            <p class="quiet">\(words.moment(entry.at, now: visit.now))\(entry.by.isEmpty ? nil : " · \(VillagerParts.chinese(entry.by, words))" as HTML)</p>\
            \(entry.note.map { "<p class=\"said\">\(VillagerParts.chinese($0, words))</p>" as HTML })\(photos(entry.photos))</li>
            """
        }
        return "<section><h2>\(words["villagers.follow.timeline"])</h2><ol class=\"timeline\">\(items)</ol></section>"
    }

    /// Who answers for it.
    func answers() -> HTML? {
        if view.isConfidential {
            return """
                <section><h2>\(words["villagers.follow.answers"])</h2><p>\(words["villagers.complaint.past"])</p></section>
                """
        }
        guard let servers else {
            return """
                <section><h2>\(words["villagers.follow.answers"])</h2><p>\(view.stationName.in(visit.language))</p>\
                <p class="calls">\(VillagerParts.hotline("95598", words))</p></section>
                """
        }
        return """
            <section><h2>\(words["villagers.follow.answers"])</h2>\(VillagerParts.people(servers, visit, dials: !visit.isLarge))</section>
            """
    }

    /// docs/rules/complaint-ladder.md
    func ladder() -> HTML? { view.isComplaint ? ComplaintLadder.section(words, dials: !visit.isLarge) : nil }

    // MARK: What the villager may do now

    func forms(_ state: FormState) -> HTML {
        let may = Set(view.moves.map(\.name))
        var out = HTML.empty
        if may.contains("answer") { out += answer(state) }
        if may.contains("confirm") { out += confirm(state) }
        if may.contains("reopen") { out += reopen(state) }
        if may.contains("withdraw") { out += withdraw(state) }
        return out
    }

    private func look(_ move: String, only: [String], isSecondary: Bool = false) -> FormLook {
        FormLook(
            only: only, hidden: ["seen": String(view.version)], submit: "villagers.\(move).submit",
            before: FormParts.hidden("case", view.number), isSecondary: isSecondary, to: "\(door.path)/\(move)")
    }

    private func answer(_ state: FormState) -> HTML {
        let asked = view.timeline.last { $0.move == "return" }?.note
        return """
            <section class="do" id="answer"><h2>\(words["villagers.answer.title"])</h2>\
            \(asked.map { "<p>\(words["villagers.answer.asked"])</p><p class=\"said\">\(VillagerParts.chinese($0, words))</p>" as HTML })\
            \(Forms.form(AnswerCase.self, visit, state, look("answer", only: ["note", "photos"])))</section>
            """
    }

    private func confirm(_ state: FormState) -> HTML {
        var look = look("confirm", only: ["satisfaction", "note"])
        look.choices["satisfaction"] = (1...5).reversed().map {
            FormChoice(String($0), words["villagers.satisfaction.\($0)"])
        }
        return """
            <section class="do" id="confirm"><h2>\(words["villagers.confirm.title"])</h2>\
            <p>\(words["villagers.confirm.why"])</p>\(Forms.form(ConfirmCase.self, visit, state, look))</section>
            """
    }

    /// One tap with the usual reason, or a reason in words.
    private func reopen(_ state: FormState) -> HTML {
        let until: HTML? = view.reopenUntil.map {
            "<p class=\"quiet\">\(words("villagers.reopen.until", ["promise": words.promise($0, now: visit.now)]))</p>"
        }
        let reasons: [HTML] = (visit.isLarge ? ["again"] : ["again", "not-done"]).map { reason in
            "<button class=\"button second\" name=\"reason\" value=\"\(words["villagers.reopen.\(reason)"])\">\(words["villagers.reopen.\(reason)"])</button>"
        }
        let carried = FormParts.hidden("case", view.number) + FormParts.hidden("seen", String(view.version))
        let other: HTML? =
            visit.isLarge && state.action != ReopenCase.name
            ? nil
            : """
            <details\(state.action == ReopenCase.name ? " open" as HTML : nil)><summary>\(words["villagers.reopen.other"])</summary>\
            \(Forms.form(ReopenCase.self, visit, state, look("reopen", only: ["reason"], isSecondary: true)))</details>
            """
        return """
            <section class="do" id="reopen"><h2>\(words["villagers.reopen.title"])</h2>\(until)\
            \(Forms.open(to: "\(door.path)/reopen", visit))\(carried)<p class="actions">\(reasons)</p></form>\(other)</section>
            """
    }

    private func withdraw(_ state: FormState) -> HTML {
        """
        <details class="do"\(state.action == WithdrawCase.name ? " open" as HTML : nil)><summary>\(words["villagers.withdraw.title"])</summary>\
        <p>\(words["villagers.withdraw.why"])</p>\
        \(Forms.form(WithdrawCase.self, visit, state, look("withdraw", only: ["reason"], isSecondary: true)))</details>
        """
    }
}

/// Who is not content goes one step higher; all three numbers are shown from the beginning
/// (docs/rules/complaint-ladder.md).
enum ComplaintLadder {
    static func section(_ words: Words, dials: Bool) -> HTML {
        let steps: [HTML] = ["95598", "12398", "12345"].map {
            dials
                ? "<li><span><a class=\"target\" href=\"tel:\($0)\">\($0)</a> \(words["villagers.ladder.\($0)"])</span></li>"
                : "<li><span><b>\($0)</b> \(words["villagers.ladder.\($0)"])</span></li>"
        }
        return "<section><h2>\(words["villagers.ladder.title"])</h2><ol class=\"ladder\">\(steps)</ol></section>"
    }
}
