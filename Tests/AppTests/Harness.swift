import App
import Desk
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Registry
import Service
import Storage
import TestSupport
import Testing
import Values
import Web

/// A clock that stands still until somebody moves it.
final class VillageClock: Sendable {
    private let now: Locked<Instant>
    init(_ start: Instant) { now = Locked(start) }
    var clock: Clock { Clock { [now] in now.with { $0 } } }
    var moment: Instant { now.with { $0 } }
    func advance(minutes: Int64) { now.with { $0 = $0.adding(minutes: minutes) } }
    func advance(days: Int64) { now.with { $0 = $0.adding(days: days) } }
    func set(_ moment: Instant) { now.with { $0 = moment } }
}

/// Somebody of the test county who may be signed in.
struct Villager: Sendable {
    let id: ID<Person>
    let name: String
    let token: String
    let actor: Actor
}

/// What the server answered.
struct Reply: Sendable {
    let status: Int
    let text: String
    let headers: HTTPFields
    let path: String

    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }
    var location: String? { headers[.location] }
    func contains(_ part: String) -> Bool { text.contains(part) }
    /// How often a piece of text stands in it.
    func count(_ part: String) -> Int { text.components(separatedBy: part).count - 1 }
}

/// A small county with two stations and people of every role, served by the real responder
/// without a socket, at 10:00 on a working Tuesday.
@dynamicMemberLookup
struct TestVillage: Sendable {
    static let start = Instant(iso: "2026-11-24T10:00+08:00")!
    static let county = "henan/xuchang/yanling"

    let composition: Composition
    let client: any TestClientProtocol
    let clock: VillageClock
    let people: TestCounty
    /// Sessions end after some hours; whoever acts later signs in again.
    private let sessions = Locked<[ID<Person>: (token: String, at: Instant)]>([:])

    init(composition: Composition, client: any TestClientProtocol, clock: VillageClock, people: TestCounty) {
        self.composition = composition
        self.client = client
        self.clock = clock
        self.people = people
    }

    func token(of person: Villager) async throws -> String {
        let now = clock.moment
        let known = sessions.with { $0[person.id] } ?? (person.token, TestVillage.start)
        if now.since(known.1) < 6 * 3_600_000 { return known.0 }
        let desk = self.desk
        let token = try await desk.database.write { tx in
            let work = Work(tx, by: .system(county: TestVillage.county), at: now, desk: desk)
            return try work.openSession(for: person.id, door: .password, isTrusted: false).token
        }
        sessions.with { $0[person.id] = (token, now) }
        return token
    }

    /// Messages reach the inboxes, as the courier does it all the time.
    func deliver() async throws {
        _ = try await Courier(desk: desk, gateways: [], holder: "test").tick()
    }

    var desk: Desk { composition.desk }

    subscript<T>(dynamicMember path: any KeyPath<TestCounty, T> & Sendable) -> T { people[keyPath: path] }

    // MARK: Doors

    func get(_ path: String, as person: Villager? = nil, language: String = "zh-Hans") async throws -> Reply {
        try await send(.get, path, nil, "", person, language)
    }

    /// Sends a form by its page: reads the hidden fields as a browser does.
    func submit(
        _ page: String, _ fields: [String: String], as person: Villager? = nil, to action: String? = nil,
        language: String = "zh-Hans"
    ) async throws -> Reply {
        let shown = try await get(page, as: person, language: language)
        try #require(shown.status == 200, "\(page) answered \(shown.status)")
        return try await submit(shown, fields, as: person, to: action, language: language)
    }

    /// Sends a form of a page that was read before (and may be stale by now).
    func submit(
        _ shown: Reply, _ fields: [String: String], as person: Villager? = nil, to action: String? = nil,
        language: String = "zh-Hans"
    ) async throws -> Reply {
        let form = try #require(shown.form(to: action), "no form on \(shown.path)")
        var body = form.hidden
        for (name, value) in fields { body[name] = value }
        let text = body.keys.sorted().map { percentEncoded($0) + "=" + percentEncoded(body[$0] ?? "") }.joined(
            separator: "&")
        return try await send(.post, form.action, "application/x-www-form-urlencoded", text, person, language)
    }

    func api(
        _ method: HTTPRequest.Method, _ path: String, _ body: [String: Any]? = nil, as person: Villager? = nil,
        key: String? = nil
    )
        async throws -> Reply
    {
        var headers = HTTPFields()
        if let person { headers[.authorization] = "Bearer " + (try await token(of: person)) }
        if body != nil { headers[.contentType] = "application/json" }
        if let key { headers[HTTPField.Name("Idempotency-Key")!] = key }
        let bytes = try body.map { ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: $0)) }
        return try await client.execute(uri: "/api/v1" + path, method: method, headers: headers, body: bytes) {
            Reply(status: $0.status.code, text: String(buffer: $0.body), headers: $0.headers, path: path)
        }
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ type: String?, _ body: String, _ person: Villager?,
        _ language: String
    ) async throws -> Reply {
        var headers = HTTPFields()
        var cookies = ["lang=\(language)", "visitor=0123456789abcdef0123"]
        if let person { cookies.append("cunwang=\(try await token(of: person))") }
        headers[.cookie] = cookies.joined(separator: "; ")
        if let type { headers[.contentType] = type }
        return try await client.execute(
            uri: path, method: method, headers: headers, body: body.isEmpty ? nil : ByteBuffer(string: body)
        ) {
            Reply(status: $0.status.code, text: String(buffer: $0.body), headers: $0.headers, path: path)
        }
    }

    // MARK: People do things

    /// Somebody tells what is needed; by hand, like a villager without an account.
    @discardableResult
    func report(
        _ what: String, kind: String = "repair", village: ID<Village>? = nil, by person: Villager? = nil,
        phone: String = "13812345678", about: ComplaintSubject? = nil, extra: [String: String] = [:]
    ) async throws -> Receipt {
        let actor = person?.actor ?? .stranger(address: "192.0.2.1")
        var raw: RawInputs = [
            "kind": .text(kind), "village": .text((village ?? people.bugang).text), "what": .text(what),
            "name": .text("赵大娘"), "phone": .text(phone),
        ]
        if let about { raw["about"] = .text(about.rawValue) }
        if !extra.isEmpty { raw["extra"] = .object(extra.mapValues(RawInput.text)) }
        return try await desk.perform(ReportNeed.self, raw, by: actor).output
    }

    func view(_ number: String, as person: Villager) async throws -> CaseView {
        try await desk.fetch(CaseQuery.self, ["case": .text(number)], by: person.actor)
    }

    @discardableResult
    func act<A: Action>(_ action: A, as person: Villager?) async throws -> A.Output {
        try await desk.perform(action, by: person?.actor ?? .stranger(address: "192.0.2.1")).output
    }

    /// Through the whole life to "resolved".
    func resolve(_ number: String, by person: Villager? = nil) async throws {
        let code = Code(stored: number)
        let worker = person ?? people.wang
        try await act(AcceptCase(code), as: worker)
        try await act(StartCase(code), as: worker)
        try await act(ResolveCase(code, result: "已修好"), as: worker)
    }

    func count(_ sql: SQL) async throws -> Int {
        try await desk.database.read { try $0.value(sql) as Int? ?? 0 }
    }
}

extension Reply {
    /// The first form of the page, or the one that is sent to `action`.
    func form(to action: String?) -> (action: String, hidden: [String: String])? {
        for part in text.components(separatedBy: "<form ").dropFirst() {
            let form = part.components(separatedBy: "</form>")[0]
            guard form.contains("method=\"post\""), let target = attribute("action", in: form),
                target != "/sign-out" || action == target
            else { continue }
            if let action, action != target { continue }
            var hidden: [String: String] = [:]
            for input in form.components(separatedBy: "<input ").dropFirst() {
                let tag = input.components(separatedBy: ">")[0]
                guard tag.contains("type=\"hidden\""), let name = attribute("name", in: tag) else { continue }
                hidden[name] = attribute("value", in: tag) ?? ""
            }
            return (target, hidden)
        }
        return nil
    }

    private func attribute(_ name: String, in tag: String) -> String? {
        guard let start = tag.range(of: "\(name)=\"") else { return nil }
        let rest = tag[start.upperBound...]
        guard let end = rest.firstIndex(of: "\"") else { return nil }
        return String(rest[..<end]).replacingOccurrences(of: "&amp;", with: "&")
    }
}

/// Makes the county, serves it, runs the body, and afterwards asks for rows that must never be.
func withVillage(
    _ engine: Database.Engine = .sqlite, writers: Int = 2, speech: Speech? = nil, _ body: @escaping @Sendable (TestVillage) async throws -> Void
) async throws {
    try await withLocation(engine, Composition.migrations) { location in
        let database = try await Database.open(location, logger: quiet, readers: 2, writers: writers)
        do {
            // The county is a minute old, so that what is kept in memory for seconds has seen it.
            let clock = VillageClock(TestVillage.start.adding(minutes: -1))
            let composition = try await Composition(
                database: database, keys: KeyRing(secret: [UInt8](repeating: 7, count: 64)),
                settings: .init(publicAddress: "http://127.0.0.1:8080"), clock: clock.clock, chance: seeded(),
                speech: speech, logger: quiet)
            let people = try await VillageMaker(desk: composition.desk).make()
            clock.set(TestVillage.start)
            let site = try await composition.site { _ in }
            let app = Application(responder: site.responder(), logger: quiet)
            try await app.test(.router) { client in
                try await body(TestVillage(composition: composition, client: client, clock: clock, people: people))
                try await checkInvariants(database)
            }
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }
}

/// Repeats exactly.
private func seeded() -> Chance {
    let state = Locked<UInt64>(0x9E37_79B9_7F4A_7C15)
    return Chance { count in
        state.with { state in
            (0..<count).map { _ in
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return UInt8(truncatingIfNeeded: state >> 24)
            }
        }
    }
}

/// One row back fails the test.
private func checkInvariants(_ database: Database) async throws {
    let rules: [(String, SQL)] = [
        (
            "an open case has an end",
            "SELECT number FROM cases WHERE (open = 1) <> (closed_at IS NULL) ORDER BY number LIMIT 1"
        ),
        (
            "a case without its event",
            "SELECT c.number FROM cases c LEFT JOIN event e ON e.subject_kind = 'case' AND e.subject = c.number WHERE e.id IS NULL ORDER BY c.number LIMIT 1"
        ),
        (
            "a liaison was sent to a line",
            "SELECT c.number FROM cases c JOIN pairing p ON p.liaison = c.assignee ORDER BY c.number LIMIT 1"
        ),
        (
            "a village with two pairings",
            "SELECT village FROM pairing WHERE until IS NULL GROUP BY village HAVING COUNT(*) > 1 ORDER BY village LIMIT 1"
        ),
    ]
    for (rule, sql) in rules {
        let row = try await database.read { try $0.value(sql) as String? }
        #expect(row == nil, "\(rule): \(row ?? "")")
    }
}
