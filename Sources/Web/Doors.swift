package import Desk
import HTTPTypes
import Hummingbird
import NIOCore
import Storage
package import Values

/// What stands in a form when it is shown.
package struct FormState: Sendable {
    /// What was typed before a mistake, or what a link fills in.
    package var values: RawInputs
    package var problem: Problem?
    /// Kept from the first time the form was shown, so that sending it again does it once.
    var key: String?
    /// The action whose form was sent; nil when the form is shown for the first time.
    package var action: String?

    package init(values: RawInputs = [:], problem: Problem? = nil) {
        self.values = values
        self.problem = problem
    }

    /// A link may fill in fields: `/report?kind=repair`.
    init(from visit: Visit) {
        values = visit.query.mapValues(RawInput.text)
        for (name, value) in visit.parameters { values[name] = .text(value) }
    }

    package func complaint(_ field: String) -> Problem.Field? {
        problem?.fields.first { $0.field == field }
    }
    package func typed(_ field: String) -> String { values[field]?.typed ?? "" }
    /// All values of a field that is sent several times.
    package func chosen(_ field: String) -> [String] {
        switch values[field] {
        case .texts(let texts): texts
        case .text(let text): [text]
        default: []
        }
    }
    package func uploads(_ field: String) -> [Upload] {
        if case .uploads(let files) = values[field] { files } else { [] }
    }
}

extension Exchange {
    /// `POST` of a form: what is wrong comes back in the same form, with what was typed.
    func performForm<A: Action>(
        _ type: A.Type, _ list: InputList, form: @Sendable (Visit, FormState) async throws -> Page,
        then: @Sendable (A.Output, Visit) async throws -> After
    ) async throws -> Response {
        let token = visit.csrf
        // Large files are gathered only for those who may send them.
        let mayTry = A.who.admits(visit.actor)
        let files = mayTry ? Set(list.fields.filter { $0.control == .file }.map(\.name)) : []
        let sent = try await readForm(files: files) { $0 == token }
        var state = FormState(values: sent.values)
        for (name, value) in visit.parameters { state.values[name] = .text(value) }
        state.key = sent.key
        state.action = A.name
        do {
            try checkOrigin(of: sent.token)
            try A.who.check(visit.actor)
            let raw = list.raw(state.values)
            if !sent.complaints.isEmpty { throw list.problem(with: sent.complaints, raw) }
            let done = try await visit.desk.perform(
                type, raw, by: visit.actor, key: A.keepsAnswer ? sent.key : nil, scope: visit.visitor)
            return answer(try await then(done.output, visit))
        } catch {
            return try await again(problem(from: error), state, list, form)
        }
    }

    /// Shows the form again, or where that makes no sense, what was typed.
    func again(
        _ problem: Problem, _ state: FormState, _ list: InputList,
        _ form: @Sendable (Visit, FormState) async throws -> Page
    ) async throws -> Response {
        var state = state
        state.problem = problem
        // An answer stored under the old key belongs to other words.
        if problem.code == "idempotency-key-reused" { state.key = nil }
        let kept = list.fields.filter { !$0.rules.contains(.secret) && !$0.rules.contains(.hidden) }
            .map { ($0.name, state.typed($0.name)) }
        switch problem.kind {
        case .notFound: return answer(problem, kept: kept)
        case .notSignedIn where problem.code == "not-signed-in": return answer(problem, kept: kept)
        case .forbidden where problem.code == "forbidden": return answer(problem, kept: kept)
        default: break
        }
        do {
            var page = try await form(visit, state).with(status: ProblemText.status(of: problem))
            page.retryAfter = ProblemText.retryAfter(problem)
            return answer(page)
        } catch {
            return answer(problem, kept: kept)
        }
    }

    /// A form is ours when it carries the session's token and the browser names no other origin.
    func checkOrigin(of token: String?) throws(Problem) {
        guard isSameOrigin else { throw Problem400.foreignForm }
        guard token == visit.csrf else { throw Problem400.staleForm }
    }

    /// Browsers name the origin of every POST. Behind a proxy it is the public address, else
    /// whatever host the request was sent to.
    var isSameOrigin: Bool {
        guard let origin = request.headers[.origin] else { return true }
        if origin == house.origin { return true }
        guard let host = request.head.authority, let slashes = origin.firstRange(of: "://") else { return false }
        return origin[slashes.upperBound...] == host
    }

    /// `POST` of JSON.
    func performJSON<A: Action>(_ type: A.Type, _ list: InputList) async throws -> Response {
        try A.who.check(visit.actor)
        // A cookie travels by itself: another site's script must not use it.
        if isByCookie, request.headers[.origin] == nil || !isSameOrigin { throw Problem.notSignedIn }
        let key = A.keepsAnswer ? request.headers[.idempotencyKey] : nil
        if let key, !(1...200).contains(key.utf8.count) || !key.utf8.allSatisfy({ (33...126).contains($0) }) {
            throw Problem(.malformed, "bad-idempotency-key")
        }
        var values = try await readJSON()
        for (name, value) in visit.parameters { values[name] = .text(value) }
        let raw = list.raw(values)
        try await checkUploads(raw, list)
        do {
            let done = try await visit.desk.perform(type, raw, by: visit.actor, key: key)
            var headers = house.jsonHeaders
            if done.isRepeated { headers[.idempotencyReplayed] = "true" }
            return Response(
                status: .init(code: A.door.status), headers: headers,
                body: .init(byteBuffer: .init(bytes: done.json)))
        } catch let problem as Problem {
            throw pathProblem(problem)
        }
    }

    /// `GET` of a query.
    func fetchJSON<Q: Query>(_ type: Q.Type, _ list: InputList) async throws -> Response {
        try Q.who.check(visit.actor)
        var form = SentForm()
        for (name, value) in query {
            // An empty item is not an absent one: the description of the API would not allow it.
            if value.isEmpty { form.values[name] = .string("") } else { form.add(name, value) }
        }
        for (name, value) in visit.parameters { form.values[name] = .text(value) }
        do {
            let output = try await visit.desk.fetch(type, list.raw(form.values), by: visit.actor)
            let json = try AnswerCoding.encode(output)
            return Response(status: .ok, headers: house.jsonHeaders, body: .init(byteBuffer: .init(bytes: json)))
        } catch let problem as Problem {
            throw pathProblem(problem)
        }
    }

    /// A path that cannot be an id or a number of ours names nothing.
    private func pathProblem(_ problem: Problem) -> Problem {
        guard problem.kind == .invalid, !problem.fields.isEmpty,
            problem.fields.contains(where: { visit.parameters[$0.field] != nil })
        else { return problem }
        return .notFound
    }

    /// Files named in JSON must have been sent before.
    private func checkUploads(_ raw: RawInputs, _ list: InputList) async throws {
        for field in list.fields where [.photos, .file].contains(field.control) {
            let tokens: [RawInput]
            switch raw[field.name] {
            case .list(let items): tokens = items
            case .some(let one): tokens = [one]
            case nil: continue
            }
            for token in tokens.prefix(10) {
                guard case .string(let text) = token,
                    let hash = field.control == .file ? SentFile(token: text)?.hash : Upload(token: text)?.hash
                else { continue }
                guard try await visit.desk.database.blobs.read(hash) != nil else {
                    throw Problem(.notFound, "not-an-upload")
                }
            }
        }
    }
}

extension InputList {
    /// All complaints at once: what is wrong with files, and with the other fields.
    func problem(with files: [Problem.Field], _ raw: RawInputs) -> Problem {
        let others = fields.map(\.name).filter { name in !files.contains { $0.field == name } }
        let all = files + complaints(only: others, raw)
        return files.contains { $0.code == "file-too-large" }
            ? Problem(.tooLarge, "invalid-input", fields: all) : .invalid(all)
    }

    /// Only what belongs to a field: a digest must not depend on a stray extra.
    func raw(_ values: RawInputs) -> RawInputs {
        var raw: RawInputs = [:]
        raw.reserveCapacity(fields.count)
        for field in fields {
            if let value = values[field.name] { raw[field.name] = value }
            guard field.gathersParts else { continue }
            for (name, value) in values where name.hasPrefix(field.name + ".") { raw[name] = value }
        }
        return raw
    }
}
