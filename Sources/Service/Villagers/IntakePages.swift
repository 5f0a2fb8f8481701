import Desk
import PowerRules
import Registry
import Values
import Web

/// Telling what is needed, in at most three short steps: which kind and village, what happened, and
/// who tells it. What was typed is kept in a draft.
struct IntakePages: Sendable {
    let directory: Directory
    let stylesheet: HTML

    /// Kinds on one page of the large-text mode; the fourth action leads to the others.
    private static let largeKinds = 3
    static let path = "/requests/new"

    /// Kind and village are chosen by links before the first step, so that a service's own door
    /// leads straight to "what happened".
    var steps: [FormStep] {
        [
            FormStep(
                "what",
                fields: ["kind", "village", "what", "extra", "about", "photos", "voice", "latitude", "longitude"],
                page: { visit, step in try await what(visit, step) }),
            FormStep(
                "who", fields: ["follow", "forWhom", "agreed", "name", "phone", "account", "consent", "channel"],
                page: { visit, step in try await who(visit, step) }),
        ]
    }

    // MARK: Kind

    private func kinds(_ village: VillageInfo?, _ visit: Visit) async throws -> Page {
        let words = visit.words
        var kinds = visit.desk.kinds.offered
        var more: HTML?
        if visit.isLarge {
            let from = max(0, visit.query["from"].flatMap(Int.init) ?? 0)
            let rest = kinds.dropFirst(from)
            if rest.count > Self.largeKinds + 1 {
                kinds = Array(rest.prefix(Self.largeKinds))
                more = VillagerParts.door(
                    visit.link(["from": "\(from + Self.largeKinds)"]), Icon.list, HTML(words["villagers.intake.more-kinds"]), nil)
            } else {
                kinds = Array(rest)
            }
        }
        let doors: [HTML] = kinds.map { kind in
            let link = visit.link(["kind": kind.name, "village": village?.id.text, "from": nil])
            return VillagerParts.door(
                "\(Self.path)?\(link.split(separator: "?").last ?? "")", VillagerParts.icon(ofService: kind.service),
                HTML(kind.title.in(words.language)), HTML(kind.hint.in(words.language)))
        }
        return Page(
            words["villagers.intake.which"], back: visit.isLarge ? nil : "/",
            body: """
                \(stylesheet)\(VillagerParts.dangerFirst(visit, try await servers(village, visit), leads: !visit.isLarge))
                <ul class="doors">\(doors)\(more)</ul>
                """)
    }

    // MARK: 1. What happened

    private func what(_ visit: Visit, _ step: StepState) async throws -> Page {
        let places = try await directory.current(at: visit.now)
        let words = visit.words
        let village = places.village(named: step.form.typed("village"))
        guard let kind = visit.desk.kinds.current(step.form.typed("kind")), kind.isOffered else {
            return try await kinds(village ?? visit.ownVillage(places) ?? onlyVillage(of: visit.actor, places), visit)
        }
        let hasPlace = !step.form.typed("latitude").isEmpty && !step.form.typed("longitude").isEmpty
        guard village != nil || hasPlace else {
            return try await ChoicePages(directory: directory, stylesheet: stylesheet).page(visit)
        }
        let servers = try await servers(village, visit)
        var look = FormLook(
            only: ["what"] + (kind.isComplaint ? ["about"] : []) + ["photos", "voice"],
            hidden: ["kind": kind.name, "village": village?.id.text ?? ""], submit: "villagers.intake.onward")
        look.after = KindFields.all(kind, visit, step.form) + position(visit)
        return Page(
            kind.title.in(words.language), scripts: ["position", "voice", "photos"], back: step.back,
            body: """
                \(stylesheet)\(progress(step, words))\(whichVillage(village, kind, visit))
                \(danger(kind, village, servers, visit))
                \(kind.isComplaint ? "<p class=\"note\">\(words["villagers.complaint.past"])</p>\(ComplaintLadder.section(words, dials: !visit.isLarge))" as HTML : nil)
                \(Forms.step(ReportNeed.self, visit, step, look))
                """)
    }

    /// Whoever reports something broken or dangerous sees the warning itself, all others the way to it.
    private func danger(_ kind: Kind, _ village: VillageInfo?, _ servers: VillageServers?, _ visit: Visit) -> HTML {
        kind.service == "repair" || visit.isLarge
            ? VillagerParts.dangerFirst(visit, servers) : VillagerParts.dangerWay(village, visit.words)
    }

    /// An attendant's and a liaison's village need not be chosen.
    private func onlyVillage(of actor: Actor, _ places: DirectorySnapshot) -> VillageInfo? {
        guard actor.isStaff else { return nil }
        let served = places.villages(under: actor.grants.map(\.reach))
        return served.count == 1 ? served[0] : nil
    }

    private func progress(_ step: StepState, _ words: Words) -> HTML {
        "<p class=\"quiet\">\(words("villagers.intake.step", ["n": "\(step.number)", "of": "\(step.count)"]))</p>"
    }

    private func whichVillage(_ village: VillageInfo?, _ kind: Kind, _ visit: Visit) -> HTML {
        let words = visit.words
        guard let village else { return "<p>\(words["villagers.intake.by-position"])</p>" }
        return """
            <p>\(Icon.home) \(VillagerParts.name(village, words))\
            \(visit.isLarge ? nil : " · <a class=\"target\" href=\"/choose?kind=\(kind.name)\">\(words["villagers.change"])</a>" as HTML)</p>
            """
    }

    /// Where it happened, by the phone's position; without a script, in the words.
    private func position(_ visit: Visit) -> HTML {
        guard !visit.isLarge else { return .empty }
        let words = visit.words
        return """
            <div class="field"><p class="hint">\(words["villagers.intake.where"])</p>\
            <p><button type="button" class="button second" data-locate hidden>\(Icon.place) \(words["villagers.intake.locate"])</button></p></div>
            """
    }

    private func servers(_ village: VillageInfo?, _ visit: Visit) async throws -> VillageServers? {
        guard let village else { return nil }
        let day = visit.now.day
        let keys = visit.desk.keys
        return try await visit.desk.look(by: visit.actor) { try $0.tx.servers(of: village.id, on: day, keys: keys) }
    }

    // MARK: 2. Who tells it

    private func who(_ visit: Visit, _ step: StepState) async throws -> Page {
        let places = try await directory.current(at: visit.now)
        let words = visit.words
        let village = places.village(named: step.form.typed("village"))
        guard let kind = visit.desk.kinds.current(step.form.typed("kind")) else { throw Problem.notFound }
        let dangers = Danger.words(in: step.form.typed("what"))
        let similar = try await IntakeDuplicates(kind: kind, village: village).section(visit, step.form)
        var look = IntakeFiler(visit).look
        look.before = similar ?? .empty
        look.after = check(kind, village, step, visit)
        look.submit = dangers.isEmpty ? "villagers.intake.send" : "villagers.intake.send-danger"
        return Page(
            words[visit.actor.isStaff ? "villagers.intake.for-whom" : "villagers.intake.who"], back: step.back,
            body: """
                \(stylesheet)\(progress(step, words))
                \(VillagerParts.warning(dangers, visit, try await servers(village, visit)))
                \(Forms.step(ReportNeed.self, visit, step, look))
                """)
    }

    /// What will be sent, above the button.
    private func check(_ kind: Kind, _ village: VillageInfo?, _ step: StepState, _ visit: Visit) -> HTML {
        let words = visit.words
        let photos = step.form.uploads("photos").count
        let change: HTML? = visit.isLarge ? nil : step.back.map { "<a class=\"target\" href=\"\($0)\">\(words["villagers.intake.change"])</a>" }
        let photoRow: HTML? =
            photos == 0 ? nil : "<dt>\(words["villagers.intake.photos"])</dt><dd>\(words("villagers.intake.n-photos", ["n": "\(photos)"]))</dd>"
        return """
            <section class="check"><h2>\(words["villagers.intake.check"])</h2><dl class="facts">\
            <dt>\(words["villagers.intake.kind"])</dt><dd>\(kind.title.in(words.language))</dd>\
            <dt>\(words["villagers.intake.village"])</dt><dd>\(village.map { VillagerParts.name($0, words) } ?? HTML(words["villagers.intake.by-position"]))</dd>\
            <dt>\(words["villagers.intake.what"])</dt><dd class="said">\(VillagerParts.chinese(step.form.typed("what"), words))</dd>\
            \(photoRow)</dl><p>\(change)</p></section>
            """
    }
}
