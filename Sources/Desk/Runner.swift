package import Foundation
package import Storage
package import Values

/// The outcome of an action at its door.
package struct Performed<Output: Answer>: Sendable {
    package let output: Output
    /// The answer as JSON, byte for byte the same when it is repeated.
    package let json: Data
    /// True when the key had been used before and this is the first answer again.
    package let isRepeated: Bool
}

extension Desk {
    /// Does an action through any door: right to try, allowance, parsing, preparation, one
    /// serializable transaction with the idempotency check, then live updates.
    ///
    /// - Parameters:
    ///   - key: the `Idempotency-Key`, 1...200 characters; with another body than before the answer is
    ///     `idempotency-key-reused` (409).
    ///   - scope: the draft that stands in for a stranger's identity.
    package func perform<A: Action>(
        _ type: A.Type, _ raw: RawInputs, by actor: Actor, key: String? = nil, scope: String? = nil,
        at moment: Instant? = nil
    ) async throws -> Performed<A.Output> {
        try A.who.check(actor)
        let action = try InputRegistry.list(for: type).parse(type, raw)
        return try await perform(action, digest: { digest(of: raw) }, by: actor, key: key, scope: scope, at: moment)
    }

    /// Does an action that is already parsed.
    package func perform<A: Action>(
        _ parsed: A, by actor: Actor, at moment: Instant? = nil
    ) async throws -> Performed<A.Output> {
        try A.who.check(actor)
        return try await perform(parsed, digest: { "" }, by: actor, key: nil, scope: nil, at: moment)
    }

    private func perform<A: Action>(
        _ parsed: A, digest: () -> String, by actor: Actor, key: String?, scope: String?, at moment: Instant?
    ) async throws -> Performed<A.Output> {
        guard A.isOwnBusiness || !actor.isOnlyAuditor else { throw Problem.forbidden }
        let now = moment ?? clock.now
        var prepared = parsed
        let slot = try key.map { key -> AnswerSlot in
            guard A.keepsAnswer, (1...200).contains(key.utf8.count) else {
                throw Problem(.malformed, "bad-idempotency-key")
            }
            return AnswerSlot(
                scope: actor.person?.text ?? scope ?? "anyone", door: A.name, key: key, digest: digest())
        }
        // A repeated submission is answered before it counts against an allowance or prepares files.
        if let slot, let stored = try await database.read({ try $0.answer(in: slot) }) {
            return try repeated(stored, slot)
        }
        if let allowance = A.allowance, !(allowance.sparesStaff && actor.isStaff) {
            try allowances.take(A.name + ":" + (actor.person?.text ?? actor.address), allowance, at: now)
        }
        do {
            try await prepared.prepare(self, by: actor, at: now)
            let action = prepared
            let change = { @Sendable (tx: Transaction) throws -> (outcome: WriteOutcome<A.Output>, topics: [String]) in
                let work = Work(tx, by: actor, at: now, desk: self)
                if let slot, try !tx.claim(slot, at: now) {
                    guard let stored = try tx.answer(in: slot) else { throw Problem(.conflict, "try-again") }
                    return (.repeated(stored), [])
                }
                let output = try action.perform(work)
                for event in work.witnessed { try work.record(event) }
                let json = try AnswerCoding.encode(output)
                if let slot { try tx.keep(json, in: slot, with: self.keys) }
                return (.done(output, json), work.announced)
            }
            let result =
                A.isRowGuarded ? try await database.drain(change) : try await database.write(change)
            if A.mayChangeRights { epoch.next() }
            for topic in result.topics { live.announce(topic) }
            switch result.outcome {
            case .done(let output, let json):
                return Performed(output: output, json: json, isRepeated: false)
            case .repeated(let stored):
                guard let slot else { preconditionFailure("repeated without a key") }
                return try repeated(stored, slot)
            }
        } catch let refusal as Refusal {
            try await database.write { tx in
                let work = Work(tx, by: actor, at: now, desk: self)
                try work.record(refusal.event)
                try refusal.also?(work)
            }
            throw refusal.problem
        }
    }

    private func repeated<Output: Answer>(_ stored: StoredAnswer, _ slot: AnswerSlot) throws -> Performed<Output> {
        guard stored.digest == slot.digest else { throw Problem(.conflict, "idempotency-key-reused") }
        let json = Data(try keys.open(stored.sealed))
        return Performed(output: try AnswerCoding.decode(Output.self, json), json: json, isRepeated: true)
    }

    /// Answers a query through any door.
    package func fetch<Q: Query>(
        _ type: Q.Type, _ raw: RawInputs, by actor: Actor, at moment: Instant? = nil
    ) async throws -> Q.Output {
        try Q.who.check(actor)
        let query = raw.isEmpty ? try InputRegistry.bare(type) : try InputRegistry.list(for: type).parse(type, raw)
        return try await fetch(query, by: actor, at: moment)
    }

    package func fetch<Q: Query>(_ query: Q, by actor: Actor, at moment: Instant? = nil) async throws -> Q.Output {
        let now = moment ?? clock.now
        return try await look(by: actor, at: now) { try query.fetch($0) }
    }

    /// Reads for a page; what was witnessed is written before the value is handed out.
    package func look<T: Sendable>(
        by actor: Actor, at moment: Instant? = nil, _ body: @escaping @Sendable (Work) throws -> T
    ) async throws -> T {
        let now = moment ?? clock.now
        let (value, witnessed) = try await database.read { tx in
            let work = Work(tx, by: actor, at: now, desk: self)
            return (try body(work), work.witnessed)
        }
        if !witnessed.isEmpty {
            try await database.write { tx in
                let work = Work(tx, by: actor, at: now, desk: self)
                for event in witnessed { try work.record(event) }
            }
        }
        return value
    }
}

private enum WriteOutcome<Output: Answer>: Sendable {
    case done(Output, Data)
    case repeated(StoredAnswer)
}

/// The field lists of all action and query types, read once each.
package enum InputRegistry {
    private static let lists = Locked<[ObjectIdentifier: InputList]>([:])

    package static func list<A: Action>(for type: A.Type) -> InputList {
        list(ObjectIdentifier(type)) { InputList(of: A()) }
    }
    package static func list<Q: Query>(for type: Q.Type) -> InputList {
        list(ObjectIdentifier(type)) { InputList(of: Q()) }
    }
    /// The query to which nothing was sent, parsed once each: lists are mostly opened so.
    /// - Throws: what is missing, of a query that cannot do without.
    static func bare<Q: Query>(_ type: Q.Type) throws(Problem) -> Q {
        let id = ObjectIdentifier(type)
        if let known = bareQueries.with({ $0[id] }) as? Q { return known }
        let made = try list(for: type).parse(type, [:])
        bareQueries.with { $0[id] = made }
        return made
    }
    private static let bareQueries = Locked<[ObjectIdentifier: any Query]>([:])

    private static func list(_ id: ObjectIdentifier, _ make: () -> InputList) -> InputList {
        if let known = lists.with({ $0[id] }) { return known }
        let made = make()
        lists.with { $0[id] = made }
        return made
    }
}

/// JSON of answers: sorted keys, so that the same value has the same bytes.
package enum AnswerCoding {
    package static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }
    package static func decode<T: Decodable>(_ type: T.Type, _ data: Data) throws -> T {
        try JSONDecoder().decode(type, from: data)
    }
}
