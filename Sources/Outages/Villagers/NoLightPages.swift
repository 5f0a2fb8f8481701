import Desk
import Registry
import Service
import Storage
import Values
import Web

/// "No light": first what is known here, then the guide's questions, one a page, then the report.
/// Everything before the report is links, so that nothing is kept of somebody who only looks.
struct NoLightPages: Sendable {
    let directory: Directory
    let stylesheet: HTML
    let speech: GuideSpeech

    // MARK: What is known, and the guide

    func page(_ visit: Visit) async throws -> Page {
        let places = try await directory.current(at: visit.now)
        guard let village = visit.query["village"].flatMap(places.village(named:)) ?? visit.ownVillage(places) else {
            return choose(visit)
        }
        let answers = visit.query["answers"] ?? ""
        let day = visit.now.day
        let keys = visit.desk.keys
        let (known, guide, servers) = try await visit.desk.look(by: visit.actor, at: visit.now) { work in
            (
                try work.knownOutages(at: try work.ownPlace(in: village.id)), try work.tx.guide(Guide.noLight),
                try work.tx.servers(of: village.id, on: day, keys: keys)
            )
        }
        let danger = VillagerParts.dangerFirst(visit, servers)
        if answers.isEmpty, visit.query["other"] == nil, !known.isEmpty {
            return self.known(known, village, danger, visit)
        }
        guard let guide else { return Page(visit.words["outages.no-light"], body: stylesheet + danger + toReport(village, "", visit)) }
        switch reached(guide, answers) {
        case .question(let question):
            return self.question(question, guide, answers, village, danger, visit)
        case .ending(let ending):
            return self.ending(ending, guide, answers, village, visit)
        case .danger, nil:
            return leaving(village, visit)
        }
    }

    /// Where the answers lead; from the beginning when the guide was changed meanwhile.
    private func reached(_ guide: Guide, _ answers: String) -> Guide.Place? {
        if let found = try? guide.walk(answers) { return found.place }
        return guide.question(guide.start).map { .question($0) }
    }

    private func choose(_ visit: Visit) -> Page {
        let words = visit.words
        return Page(
            words["outages.no-light"],
            body: """
                \(stylesheet)<p class="lead">\(words["outages.choose-village"])</p>
                <p class="actions"><a class="button" href="/choose">\(words["outages.choose"])</a></p>
                """)
    }

    private func known(_ known: [KnownOutage], _ village: VillageInfo, _ danger: HTML, _ visit: Visit) -> Page {
        let words = visit.words
        let cards: [HTML] = known.prefix(visit.isLarge ? 2 : 10).map { KnownParts.card($0, village, visit) }
        return Page(
            words["outages.known.title"], back: "/villages/\(village.id)",
            body: """
                \(stylesheet)\(danger)<p class="lead">\(words["outages.known.lead"])</p>
                <ul class="outage-cards">\(cards)</ul>
                <p class="actions"><a class="button second" href="/no-light?village=\(village.id)&amp;other=1">\(words["outages.known.other"])</a></p>
                """)
    }

    private func question(
        _ question: Guide.Question, _ guide: Guide, _ answers: String, _ village: VillageInfo, _ danger: HTML, _ visit: Visit
    ) -> Page {
        let doors: [HTML] = question.answers.map { answer in
            let way = (answers.isEmpty ? "" : answers + ",") + "\(question.name):\(answer.name)"
            let href =
                answer.next == Guide.danger
                ? "/danger?village=\(village.id)" : "/no-light?village=\(village.id)&other=1&answers=\(percentEncoded(way))"
            return VillagerParts.door(
                href, GuidePictures.picture(answer.picture), HTML(answer.title.in(visit.language)), nil,
                classes: "pictured")
        }
        let hint = question.hint?.in(visit.language)
        let first = answers.isEmpty
        let aloud = speech.aloud(GuideSpeech.text(question, visit.language), guide, question.name, visit)
        return Page(
            question.ask.in(visit.language), scripts: ["speak"],
            back: first ? "/villages/\(village.id)" : back(answers, village),
            body: """
                \(stylesheet)\(danger)\(hint.map { "<p class=\"lead\">\($0)</p>" as HTML })\(aloud)
                <ul class="doors answers">\(doors)</ul>
                \(first ? ways(village, visit) : nil)
                """)
    }

    /// Beside the first question: straight to the report, or what is no outage at all. In large text the
    /// page keeps its few actions; what is no outage stands below the report.
    private func ways(_ village: VillageInfo, _ visit: Visit) -> HTML {
        let report: HTML = """
            <p><a class="target" href="/no-light/report?village=\(village.id)">\(visit.words["outages.skip"])</a></p>
            """
        return visit.isLarge ? report : report + otherRepair(village, visit.words)
    }

    private func otherRepair(_ village: VillageInfo, _ words: Words) -> HTML {
        """
        <p><a class="target" href="/requests/new?kind=repair&amp;village=\(village.id)">\(words["outages.other-repair"])</a></p>
        """
    }

    private func back(_ answers: String, _ village: VillageInfo) -> String {
        let before = answers.split(separator: ",").dropLast().joined(separator: ",")
        return "/no-light?village=\(village.id)&other=1" + (before.isEmpty ? "" : "&answers=\(percentEncoded(before))")
    }

    private func leaving(_ village: VillageInfo, _ visit: Visit) -> Page {
        let words = visit.words
        return Page(
            words["outages.no-light"],
            body: """
                \(stylesheet)<section class="warning"><p><b>\(words["outages.danger"])</b></p>
                <p><a class="button warn" href="/danger?village=\(village.id)">\(Icon.danger) \(words["outages.danger-look"])</a></p></section>
                """)
    }

    // MARK: The ending

    private func ending(
        _ ending: Guide.Ending, _ guide: Guide, _ answers: String, _ village: VillageInfo, _ visit: Visit
    ) -> Page {
        let words = visit.words
        let steps: [HTML] = ending.steps.map { "<li>\($0.in(visit.language))</li>" }
        let aloud = speech.aloud(GuideSpeech.text(ending, visit.language), guide, ending.name, visit)
        let carried =
            FormParts.hidden("village", village.id.text) + FormParts.hidden("answers", answers) + FormParts.hidden("helped", "1")
        return Page(
            ending.title.in(visit.language), scripts: ["speak"], back: back(answers, village),
            body: """
                \(stylesheet)\(aloud)\(ending.isInside ? "<p class=\"note\">\(words["outages.inside"])</p>" as HTML : nil)
                <section class="card"><h2>\(words["outages.do"])</h2><ol class="do-steps">\(steps)</ol></section>
                <section><h2>\(words["outages.who-helps"])</h2><p>\(ending.help.in(visit.language))</p></section>
                \(ending.offersCase ? toReport(village, answers, visit) : nil)
                \(Forms.open(to: TellGuideOutcome.door.path, visit))\(carried)
                <p class="actions"><button class="button second">\(words["outages.helped"])</button></p></form>
                """)
    }

    private func toReport(_ village: VillageInfo, _ answers: String, _ visit: Visit) -> HTML {
        let way = answers.isEmpty ? "" : "&answers=\(percentEncoded(answers))"
        return """
            <p class="actions"><a class="button" href="/no-light/report?village=\(village.id)\(way)">\(visit.words["outages.report"])</a></p>
            """
    }

    func thanks(_ visit: Visit) -> Page {
        Page(
            visit.words["outages.thanks"],
            body: """
                \(stylesheet)<p class="good" role="status">\(Icon.done) \(visit.words["outages.thanks-text"])</p>
                <p class="actions"><a class="button second" href="/">\(visit.words["outages.to-village"])</a></p>
                """)
    }

    /// The answer could not be taken.
    func again(_ visit: Visit, _ state: FormState) async throws -> Page {
        Page(
            visit.words["outages.no-light"],
            body: """
                \(stylesheet)\(FormParts.summary(state.problem, of: TellGuideOutcome.name, [], visit.words))
                <p class="actions"><a class="button" href="/no-light">\(visit.words["outages.again"])</a></p>
                """)
    }

    // MARK: The report

    func form(_ visit: Visit, _ state: FormState) async throws -> Page {
        let places = try await directory.current(at: visit.now)
        let words = visit.words
        guard let village = places.village(named: state.typed("village")) ?? visit.ownVillage(places) else { return choose(visit) }
        let day = visit.now.day
        let keys = visit.desk.keys
        let servers = try await visit.desk.look(by: visit.actor) { try $0.tx.servers(of: village.id, on: day, keys: keys) }
        let isOwn = visit.actor.has(.customer)
        var look = FormLook(
            only: visit.isLarge ? ["name", "phone"] : ["name", "phone", "account", "what", "photos"],
            hidden: ["village": village.id.text, "answers": state.typed("answers"), "outage": state.typed("outage")],
            initial: isOwn ? ["name": visit.actor.name] : [:], required: visit.actor.isStaff ? [] : ["phone"])
        look.after = visit.isLarge ? .empty : position(words)
        return Page(
            words["outages.report"], scripts: ["position", "photos", "clock"],
            back: "/no-light?village=\(village.id)",
            body: """
                \(stylesheet)<p>\(Icon.home) \(VillagerParts.name(village, words))</p>\(VillagerParts.dangerFirst(visit, servers))
                \(Forms.form(ReportNoLight.self, visit, state, look))\(visit.isLarge ? otherRepair(village, words) : nil)
                """)
    }

    private func position(_ words: Words) -> HTML {
        """
        <div class="field"><p class="hint">\(words["outages.where"])</p>\
        <p><button type="button" class="button second" data-locate hidden>\(Icon.place) \(words["villagers.intake.locate"])</button></p></div>
        """
    }

    // MARK: What is known in a village

    func here(_ visit: Visit) async throws -> Page {
        let places = try await directory.current(at: visit.now)
        guard let village = visit.query["village"].flatMap(places.village(named:)) ?? visit.ownVillage(places) else {
            return choose(visit)
        }
        let words = visit.words
        let known = try await visit.desk.look(by: visit.actor, at: visit.now) {
            try $0.knownOutages(at: try $0.ownPlace(in: village.id))
        }
        let cards: [HTML] = known.prefix(visit.isLarge ? 2 : 50).map { KnownParts.card($0, village, visit) }
        // Where nothing is known there is nothing that theirs could be different from.
        let way: HTML =
            known.isEmpty
            ? "<a class=\"button\" href=\"/no-light?village=\(village.id)\">\(words["outages.here.report"])</a>"
            : "<a class=\"button second\" href=\"/no-light?village=\(village.id)&amp;other=1\">\(words["outages.known.other"])</a>"
        return Page(
            words["outages.here.title"], back: "/villages/\(village.id)",
            body: """
                \(stylesheet)<p>\(Icon.home) \(VillagerParts.name(village, words))</p>\
                \(known.isEmpty ? "<p class=\"empty\">\(words["outages.here.none"])</p>" as HTML : "<ul class=\"outage-cards\">\(cards)</ul>" as HTML)
                <p class="actions">\(way)</p>
                """)
    }
}
