package import Desk
import Hummingbird
import Storage
import Values

/// One page of a form of several.
package struct FormStep: Sendable {
    /// Stands in the address.
    let name: String
    /// Fields that this page asks for and that must be right before the next one is shown.
    let fields: [String]
    /// Whether the page is shown at all, by what was answered before.
    let isNeeded: @Sendable (Visit, RawInputs) async throws -> Bool
    let page: @Sendable (Visit, StepState) async throws -> Page

    package init(
        _ name: String, fields: [String],
        isNeeded: @escaping @Sendable (Visit, RawInputs) async throws -> Bool = { _, _ in true },
        page: @escaping @Sendable (Visit, StepState) async throws -> Page
    ) {
        self.name = name
        self.fields = fields
        self.isNeeded = isNeeded
        self.page = page
    }
}

/// What a page of a form of several shows.
package struct StepState: Sendable {
    package let form: FormState
    /// Everything that was answered so far.
    package let draft: RawInputs
    /// From 1.
    package let number: Int
    package let count: Int
    /// Where the page is sent.
    package let address: String
    /// The page before; nil on the first.
    package let back: String?
    let fields: [String]
    let action: String
}

extension Forms {
    /// One page's part of the form. What a link filled in for later pages is carried along.
    package static func step<A: Action>(
        _ type: A.Type, _ visit: Visit, _ step: StepState, _ look: FormLook = FormLook()
    ) -> HTML {
        var look = look
        look.to = step.address
        if look.only == nil { look.only = step.fields.filter { !look.except.contains($0) } }
        if look.submit == nil { look.submit = step.number < step.count ? "form.next" : nil }
        if step.back == nil {
            for field in InputRegistry.list(for: type).fields where !step.fields.contains(field.name) {
                if case .text(let text) = step.form.values[field.name], look.hidden[field.name] == nil {
                    look.hidden[field.name] = text
                }
            }
        }
        return form(type, visit, step.form, look)
    }
}

extension Site {
    /// A form of several pages. Answers are kept in a draft for 24 hours, sealed, under a random
    /// address: valid across restarts and without script.
    ///
    /// - Parameters:
    ///   - path: the first page; the others are at `path/DRAFT/STEP`.
    ///   - then: what follows when the last page was sent.
    package func steps<A: Action>(
        _ type: A.Type, at path: String, steps: [FormStep],
        then: @escaping @Sendable (A.Output, Visit) async throws -> After
    ) {
        precondition(!steps.isEmpty)
        action(type)
        let flow = StepFlow(type: type, path: path, steps: steps, then: then)
        let list = InputRegistry.list(for: type)
        add(RouteDescription("GET", path, A.who, .form, name: A.name)) { exchange in
            try A.who.check(exchange.visit.actor)
            let visit = exchange.visit
            return exchange.answer(
                try await flow.show(0, FormState(from: visit), draft: [:], token: nil, visit))
        }
        add(RouteDescription("POST", path, A.who, .formAction, name: A.name, inputs: list)) { exchange in
            try await flow.take(0, token: nil, exchange)
        }
        add(RouteDescription("GET", path + "/:draft/:step", A.who, .form, name: A.name)) { exchange in
            let visit = exchange.visit
            try A.who.check(visit.actor)
            let index = try flow.index(visit["step"])
            let draft = try await flow.draft(visit)
            return exchange.answer(
                try await flow.show(
                    index, FormState(values: draft.values), draft: draft.values, token: visit["draft"], visit))
        }
        add(
            RouteDescription("POST", path + "/:draft/:step", A.who, .formAction, name: A.name, inputs: list)
        ) { exchange in
            try await flow.take(try flow.index(exchange.visit["step"]), token: exchange.visit["draft"], exchange)
        }
    }
}

private struct StepFlow<A: Action>: Sendable {
    let type: A.Type
    let path: String
    let steps: [FormStep]
    let then: @Sendable (A.Output, Visit) async throws -> After

    func index(_ name: String) throws(Problem) -> Int {
        guard let index = steps.firstIndex(where: { $0.name == name }) else { throw .notFound }
        return index
    }

    func draft(_ visit: Visit) async throws -> Draft {
        let hash = Draft.hash(visit["draft"], visit.desk)
        let now = visit.now
        guard let draft = try await visit.desk.database.read({ try $0.draft(hash, A.name, at: now) }),
            draft.person == nil || draft.person == visit.actor.person
        else { throw Problem(.notFound, "no-such-draft") }
        return try draft.opened(visit.desk)
    }

    func show(
        _ index: Int, _ form: FormState, draft: RawInputs, token: String?, _ visit: Visit
    ) async throws -> Page {
        let address = token.map { "\(path)/\($0)/\(steps[index].name)" } ?? path
        let before = token == nil ? nil : try await previous(index, draft, visit)
        return try await steps[index].page(
            visit,
            StepState(
                form: form, draft: draft, number: index + 1, count: steps.count, address: address,
                back: before.map { "\(path)/\(token ?? "")/\(steps[$0].name)" }, fields: steps[index].fields,
                action: A.name))
    }

    /// Takes the answers of one page.
    func take(_ index: Int, token: String?, _ exchange: Exchange) async throws -> Response {
        let visit = exchange.visit
        let list = InputRegistry.list(for: type)
        let csrf = visit.csrf
        let sent = try await exchange.readForm { $0 == csrf }
        var state = FormState(values: sent.values)
        state.key = sent.key
        state.action = A.name
        var draft = Draft(values: [:], person: visit.actor.person)
        do {
            if token != nil { draft = try await self.draft(visit) }
            let old = draft.values
            merge(sent.values, into: &draft.values, at: index, list)
            state.values = draft.values
            try exchange.checkOrigin(of: sent.token)
            try A.who.check(visit.actor)
            let wrongFiles = sent.complaints.map(\.field)
            let complaints =
                sent.complaints
                + list.complaints(only: steps[index].fields.filter { !wrongFiles.contains($0) }, draft.values)
            guard complaints.isEmpty else {
                throw sent.complaints.contains { $0.code == "file-too-large" }
                    ? Problem(.tooLarge, "invalid-input", fields: complaints) : .invalid(complaints)
            }
            let next = try await following(index, draft.values, visit)
            // With a single page there is nothing to keep.
            if next == nil, token == nil {
                return try await perform(draft.values, key: sent.key, scope: visit.visitor, exchange)
            }
            let name = token ?? visit.desk.chance.token()
            if token == nil || draft.values != old { try await keep(draft, name, visit) }
            if let next { return exchange.answer(.go("\(path)/\(name)/\(steps[next].name)")) }
            let hash = Draft.hash(name, visit.desk)
            return try await perform(draft.values, key: "draft-\(hash)", scope: hash, exchange)
        } catch {
            let problem = exchange.problem(from: error)
            if problem.code == "no-such-draft" { throw problem }
            let values = draft.values
            return try await exchange.again(problem, state, list) { visit, state in
                // A mistake on an earlier page is shown where it was made.
                let wrong = steps.firstIndex { step in
                    problem.fields.contains { step.fields.contains(String($0.field.prefix { $0 != "." })) }
                }
                return try await show(
                    token == nil ? index : wrong ?? index, state, draft: values, token: token, visit)
            }
        }
    }

    private func perform(_ values: RawInputs, key: String?, scope: String, _ exchange: Exchange) async throws
        -> Response
    {
        let visit = exchange.visit
        let list = InputRegistry.list(for: type)
        let done = try await visit.desk.perform(
            type, list.raw(values), by: visit.actor, key: A.keepsAnswer ? key : nil, scope: scope)
        return exchange.answer(try await then(done.output, visit))
    }

    /// A page's own fields are replaced, absent ones too (an unticked box); the first page may also
    /// carry what a link filled in.
    private func merge(_ sent: RawInputs, into values: inout RawInputs, at index: Int, _ list: InputList) {
        for name in steps[index].fields {
            for key in values.keys where key == name || key.hasPrefix(name + ".") { values[key] = nil }
        }
        let taken =
            index == 0
            ? list.fields.map(\.name)
            : list.fields.map(\.name).filter { name in
                steps[index].fields.contains(name) || !steps.contains { $0.fields.contains(name) }
            }
        for (key, value) in sent {
            let name = key.split(separator: ".").first.map(String.init) ?? key
            if taken.contains(key) || taken.contains(name) { values[key] = value }
        }
    }

    private func following(_ index: Int, _ values: RawInputs, _ visit: Visit) async throws -> Int? {
        for next in steps.indices.dropFirst(index + 1) {
            if try await steps[next].isNeeded(visit, values) { return next }
        }
        return nil
    }

    private func previous(_ index: Int, _ values: RawInputs, _ visit: Visit) async throws -> Int? {
        for before in steps.indices.prefix(index).reversed() {
            if try await steps[before].isNeeded(visit, values) { return before }
        }
        return nil
    }

    /// Drafts that one stranger's address may keep in ten minutes; a whole village may share one.
    private var allowance: Allowance { Allowance(tries: 300, withinSeconds: 600, sparesStaff: true) }

    private func keep(_ draft: Draft, _ token: String, _ visit: Visit) async throws {
        if !visit.actor.isStaff {
            try visit.desk.allowances.take("draft:" + visit.actor.address, allowance, at: visit.now)
        }
        let row = try draft.sealed(visit.desk, without: InputRegistry.list(for: type))
        let hash = Draft.hash(token, visit.desk)
        let (actor, now) = (visit.actor, visit.now)
        try await visit.desk.database.write { tx in
            try tx.save(row, hash, action: A.name, county: actor.county, person: actor.person, at: now)
        }
    }
}
