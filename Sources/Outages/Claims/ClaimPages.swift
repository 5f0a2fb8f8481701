import Desk
import PowerRules
import Registry
import Service
import Values
import Web

/// A villager's claim: filing it, its appliances, the offer with its reasons, the answer.
struct ClaimPages: Sendable {
    let directory: Directory
    let stylesheet: HTML

    // MARK: Filing

    /// `/claims/new`
    func new(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let places = try await directory.current(at: visit.now)
        let named = state.values["village"]?.typed ?? visit.query["village"] ?? ""
        let village = places.village(named: named) ?? visit.ownVillage(places)
        guard let village else { return try await choose(places, visit) }
        let isStaff = visit.actor.isStaff
        var look = FormLook(
            except: isStaff ? [] : ["agreed", "consent", "outage"], hidden: ["village": village.id.text],
            required: isStaff ? [] : ["phone"])
        if let outage = visit.query["outage"], !isStaff { look.hidden["outage"] = outage }
        if !visit.actor.has(.liaison, .attendant) { look.except.formUnion(["agreed", "consent"]) }
        // Told before it is sent: late claims only show the way of a dispute.
        let isLate = state.problem?.fields.contains { $0.code == "claim-too-late" } ?? false
        if !isLate { look.except.insert("asDispute") }
        look.before = isLate ? "<div class=\"warning\"><p>\(words["claim.late"])</p></div>" : .empty
        return Page(
            words["action.file-claim.title"], scripts: ["photos"], back: isStaff ? "/claims" : "/villages/\(village.id)",
            body: """
                \(stylesheet)<p class="lead">\(words("claim.new-lead", ["village": village.name(in: visit.language)]))</p>
                <p class="note">\(words["claim.keep-it"])</p>
                <p><a class="target" href="/claims/calculator">\(words["claim.calculator"])</a></p>
                \(Forms.form(FileClaim.self, visit, state, look))\(ClaimParts.rules(words))
                """)
    }

    /// Staff file for a village of theirs; a villager without one chooses first.
    private func choose(_ places: DirectorySnapshot, _ visit: Visit) async throws -> Page {
        let reach = visit.actor.isStaff ? visit.actor.grants.map(\.reach) : []
        let villages = reach.isEmpty ? places.villages : places.villages(under: reach)
        let words = visit.words
        let towns = Dictionary(grouping: villages.prefix(300), by: \.township)
        let sections: [HTML] = towns.keys.sorted().map { town in
            let names: [HTML] = (towns[town] ?? []).map {
                "<li><a href=\"/claims/new?village=\($0.id)\">\(VillagerParts.name($0, words))</a></li>"
            }
            let title = towns[town]?.first?.townshipName(in: visit.language) ?? ""
            return "<h2>\(OutageHTML.chinese(title, words))</h2><ul class=\"names\">\(names)</ul>"
        }
        return Page(
            words["action.file-claim.title"], back: visit.actor.isStaff ? "/claims" : "/",
            body: "\(stylesheet)<p class=\"lead\">\(words["claim.which-village"])</p>\(sections)")
    }

    // MARK: Following

    /// `/follow/:secret/claim` and the other doors of a case.
    func claim(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let door = FollowDoor(of: visit)
        let view = try await Self.look(door, visit)
        let words = visit.words
        let parts = ClaimParts(view: view, visit: visit)
        let mayChange = Self.openStates.contains(view.state)
        return Page(
            words["claim.title"], scripts: ["photos"], back: door.path,
            body: """
                \(stylesheet)\(OutageHTML.done(visit, "claim.done"))\(parts.facts())
                \(OutageHTML.section(words["claim.appliances"], id: "appliances", parts.items(edit: mayChange ? { "\(door.path)/claim/items/\($0.id)" } : nil)))
                \(answer(view, door, visit, state))\(mayChange ? adding(view, door, visit, state) : nil)
                \(view.offeredAt == nil ? nil : OutageHTML.actions([OutageHTML.link("\(door.path)/claim/slip", words["claim.slip"])]))
                \(ClaimParts.rules(words))
                """)
    }

    static let openStates: Set<String> = [
        "submitted", "accepted", "dispatched", "in-progress", "returned", "reopened", "referred",
    ]

    static func look(_ door: FollowDoor, _ visit: Visit) async throws -> ClaimView {
        let number = try await door.look(visit).number
        var inputs: RawInputs = ["case": .text(number)]
        switch door {
        case .receipt(let secret): inputs["secret"] = .text(secret)
        case .phone(_, let lastFour): inputs["lastFour"] = .text(lastFour)
        case .own: break
        }
        return try await visit.desk.fetch(ClaimQuery.self, inputs, by: visit.actor, at: visit.now)
    }

    private func answer(_ view: ClaimView, _ door: FollowDoor, _ visit: Visit, _ state: FormState) -> HTML? {
        guard view.state == "offered" else { return nil }
        let hidden = ["seen": "\(view.version)"]
        let number = FormParts.hidden("case", view.number)
        return OutageHTML.section(
            visit.words["claim.your-answer"], id: "answer",
            """
            \(Forms.form(AcceptOffer.self, visit, state, FormLook(only: [], hidden: hidden, before: number, to: "\(door.path)/accept-offer")))
            \(Forms.form(RefuseOffer.self, visit, state, FormLook(only: ["reason", "dispute"], hidden: hidden, before: number, isSecondary: true, to: "\(door.path)/refuse-offer")))
            """)
    }

    private func adding(_ view: ClaimView, _ door: FollowDoor, _ visit: Visit, _ state: FormState) -> HTML {
        OutageHTML.section(
            visit.words["claim.add-item"], id: "add",
            Forms.form(
                AddClaimItem.self, visit, state,
                FormLook(
                    except: ["secret", "lastFour"], before: FormParts.hidden("case", view.number), isSecondary: true,
                    to: "\(door.path)/add-claim-item")))
    }

    /// `…/claim/items/:item`
    func item(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let door = FollowDoor(of: visit)
        let view = try await Self.look(door, visit)
        guard let item = view.items.first(where: { $0.id.text == visit["item"] }) else { throw Problem.notFound }
        return Page(
            visit.words["action.correct-claim-item.title"], scripts: ["photos"], back: "\(door.path)/claim",
            body: """
                \(stylesheet)\(Forms.form(
                    CorrectClaimItem.self, visit, state,
                    Self.correcting(
                        item, to: "\(door.path)/claim/items/\(item.id)/correct",
                        before: FormParts.hidden("case", view.number))))
                """)
    }

    static func correcting(_ item: ClaimItemView, to path: String?, hidden: [String: String] = [:], before: HTML = .empty) -> FormLook {
        FormLook(
            only: ["appliance", "category", "boughtOn", "price", "invoice", "takeOut"], hidden: hidden,
            initial: [
                "appliance": item.name, "category": item.category.rawValue, "boughtOn": item.boughtOn.iso,
                "price": Yuan.text(item.priceFen),
            ], before: before, to: path)
    }

    /// `…/claim/slip`: the offer on paper.
    func slip(_ visit: Visit) async throws -> Page {
        let door = FollowDoor(of: visit)
        return Self.slip(try await Self.look(door, visit), visit, back: "\(door.path)/claim", stylesheet)
    }

    static func slip(_ view: ClaimView, _ visit: Visit, back: String, _ stylesheet: HTML) -> Page {
        let words = visit.words
        let parts = ClaimParts(view: view, visit: visit)
        let lines: [HTML] = (1...6).map { "<li>\(words["claim.rule.\($0)"])</li>" }
        return Page(
            words["claim.slip-title"], back: back, printed: true,
            body: """
                \(stylesheet)\(parts.facts())
                \(OutageHTML.section(words["claim.slip-table"], id: "lines", parts.items(isPaper: true)))
                <p><b>\(words("claim.total", ["sum": Yuan.text(view.totalFen ?? view.items.reduce(0) { $0 + ($1.sumFen ?? 0) })]))</b></p>
                <p>\(words["claim.slip-sign"])</p><ul>\(lines)</ul><p class="quiet">\(words["claim.rules-source"])</p>
                """)
    }

    // MARK: Calculator

    /// `/claims/calculator`
    func calculator(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let list = InputRegistry.list(for: ClaimCalculatorQuery.self)
        let asked = visit.asked("category", "boughtOn", "damagedOn", "price", "repairCost")
        var state = FormState(values: asked)
        var result: HTML?
        if !asked.isEmpty {
            do {
                let found = try await visit.desk.fetch(ClaimCalculatorQuery.self, asked, by: visit.actor, at: visit.now)
                result = """
                    <div class="good" role="status"><p><b>\(ClaimParts.yuan(found.sumFen))</b></p>
                    <p>\(ClaimParts.reason(found.basis, found.priceFen, found.usedMonths, found.lifetimeMonths, words))</p>
                    <p>\(words("claim.calculator-until", ["until": words.promise(found.until, now: visit.now)]))</p></div>
                    """
            } catch let problem as Problem where problem.kind == .invalid {
                state.problem = problem
            }
        }
        let fields: [HTML] = list.fields.map {
            FormParts.field(
                $0, of: ClaimCalculatorQuery.name, visit, state,
                initial: $0.name == "damagedOn" ? visit.now.day.iso : nil)
        }
        return Page(
            words["claim.calculator"], status: state.problem == nil ? 200 : 422,
            back: visit.actor.isStaff ? "/claims" : "/",
            body: """
                \(stylesheet)<p class="lead">\(words["claim.calculator-lead"])</p>\(result)
                <form method="get" action="/claims/calculator">
                \(FormParts.summary(state.problem, of: ClaimCalculatorQuery.name, list.fields, words))\(fields)
                <p class="actions"><button class="button">\(words["action.claim-calculator.submit"])</button></p></form>
                <p><a class="target" href="/claims/new">\(words["action.file-claim.title"])</a></p>\(ClaimParts.rules(words))
                """)
    }
}
