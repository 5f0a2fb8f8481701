import Desk
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PowerRules
import Storage
import TestSupport
import Values
import Web

/// Zhao dispatches, Li is the liaison; their tokens are their names.
struct Sessions: SessionSource {
    func session(token: String, now: Instant) async throws -> SessionInfo? {
        switch token {
        case "zhao-the-dispatcher": info(token, "赵队长", .dispatcher)
        case "li-the-liaison-of-bugang": info(token, "李联络", .liaison)
        default: nil
        }
    }
    private func info(_ token: String, _ name: String, _ role: Role) -> SessionInfo {
        SessionInfo(
            actor: Actor(
                person: ID("0190-\(token)"), name: name, county: "henan/yanling",
                grants: [Grant(role: role, unit: ID("u"), reach: "henan/yanling")]),
            tokenHash: "hash-of-\(token)", expires: .distantFuture)
    }
}

/// The project's folder.
let home = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The program's own words, and those of the actions above.
let words: Locales = {
    let own: Locales
    do { own = try Locales(folder: home.appending(path: "Locales")) } catch { fatalError("\(error)") }
    var tables: [Language: [String: String]] = [:]
    for language in Language.allCases {
        let table = own.words(language)
        var all = Dictionary(uniqueKeysWithValues: own.keys(language).map { ($0, table[$0]) })
        for name in ["tell-need", "close-need"] {
            for part in [
                "title", "submit", "what", "channel", "phone", "photos", "voice", "urgent", "pin", "need", "note",
            ] {
                all["action.\(name).\(part)"] = "\(part) of \(name)"
            }
        }
        tables[language] = all
    }
    return Locales(tables: tables)
}()

/// A site on a fresh database, answered without a socket.
struct WebVillage: Sendable {
    let desk: Desk
    let site: @Sendable () -> SiteResponder
    let client: any TestClientProtocol

    /// Runs with the routes of `register`, or the usual ones.
    static func open(
        keys: KeyRing = KeyRing(secret: Array(1...64)), over setup: TestingSetup = .router,
        register: @Sendable (Site) -> Void = usual, _ body: @Sendable (WebVillage) async throws -> Void
    ) async throws {
        try await withDatabase(.sqlite, DeskSchema.migrations + WebSchema.migrations) { database in
            try await open(database, keys: keys, over: setup, register: register, body)
        }
    }

    static func open(
        _ database: Database, keys: KeyRing = KeyRing(secret: Array(1...64)), over setup: TestingSetup = .router,
        register: @Sendable (Site) -> Void = usual, _ body: @Sendable (WebVillage) async throws -> Void
    ) async throws {
        let desk = Desk(
            database: database, clock: Clock { Instant(milliseconds: 1_764_000_000_000) },
            chance: Chance { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }, keys: keys,
            calendar: try WorkCalendar(years: [:]), locales: words, kinds: KindCatalog(kinds: []),
            settings: .init(publicAddress: "https://cunwang.example"))
        let site = Site(
            desk: desk, sessions: Sessions(), assets: try await Assets(folder: home.appending(path: "Public")),
            logger: quiet)
        register(site)
        let responder = site.responder()
        let app = Application(
            responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: quiet)
        try await app.test(setup) { client in
            try await body(WebVillage(desk: desk, site: { responder }, client: client))
        }
    }

    @Sendable static func usual(_ site: Site) {
        site.page("/") { visit in Page("首页", body: "<p>\(visit.actor.name)</p>") }
        site.page("/work", who: .signedIn) { visit in Page("待办", body: "<p>待办</p>") }
        site.page("/villages/:village/notices") { visit in Page("通知", body: "<p>\(visit["village"])</p>") }
        site.page("/broken") { _ in throw Storage.StorageError.full }
        site.page("/unforeseen") { _ in throw Unforeseen() }
        site.action(
            TellNeed.self, at: "/needs/new",
            form: { visit, state in Page("报需求", body: Forms.form(TellNeed.self, visit, state)) },
            then: { told, _ in .go("/told/\(told.id)") })
        site.action(
            CloseNeed.self, at: nil,
            form: { visit, state in Page("工单", body: Forms.form(CloseNeed.self, visit, state)) },
            then: { _, _ in .go("/work") })
        site.query(ListNeeds.self)
        site.uploads()
        site.link("/work", key: "layout.to-work")
    }
    struct Unforeseen: Error {}

    /// What stands in the event table.
    func told() async throws -> [(what: String, data: String)] {
        try await desk.database.read { tx in
            try tx.rows("SELECT subject, data FROM event ORDER BY id") { ($0[0] as String, $0[1] as String) }
        }
    }
}

/// A browser with its cookies.
final class Browser {
    let village: WebVillage
    private(set) var cookie: [String: String] = [:]

    init(_ village: WebVillage, signedInAs token: String? = nil, cookie: [String: String] = [:]) {
        self.village = village
        self.cookie = cookie
        if let token { self.cookie["cunwang"] = token }
    }

    @discardableResult
    func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.get, path, headers, nil)
    }

    func post(_ path: String, _ fields: [(String, String)], _ headers: HTTPFields = [:]) async throws -> TestResponse {
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        let body = fields.map { percentEncoded($0.0) + "=" + percentEncoded($0.1) }.joined(separator: "&")
        return try await send(.post, path, headers, ByteBuffer(string: body))
    }

    func post(
        _ path: String, _ fields: [(String, String)], files: [(field: String, name: String, bytes: [UInt8])]
    ) async throws -> TestResponse {
        var body = ByteBuffer()
        for (name, value) in fields {
            body.writeString("--xyz\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n")
        }
        for file in files {
            body.writeString(
                "--xyz\r\nContent-Disposition: form-data; name=\"\(file.field)\"; filename=\"\(file.name)\"\r\nContent-Type: image/jpeg\r\n\r\n"
            )
            body.writeBytes(file.bytes)
            body.writeString("\r\n")
        }
        body.writeString("--xyz--\r\n")
        return try await send(.post, path, [.contentType: "multipart/form-data; boundary=xyz"], body)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields, _ body: ByteBuffer?
    ) async throws -> TestResponse {
        var headers = headers
        if !cookie.isEmpty {
            headers[.cookie] = cookie.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; ")
        }
        let answer = try await village.client.execute(uri: path, method: method, headers: headers, body: body)
        for line in answer.headers[values: .setCookie] {
            let pair = line.split(separator: ";")[0].split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            cookie[String(pair[0])] = String(pair[1])
        }
        return answer
    }

    /// The hidden fields of a page's form.
    func hidden(_ answer: TestResponse) -> [(String, String)] {
        let page = answer.text
        let form = page.range(of: "data-once").map { page[$0.lowerBound...] } ?? page[...]
        return form.matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)"/).map {
            (String($0.1), String($0.2))
        }
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
}

/// Sends JSON as a program does.
extension WebVillage {
    func api(
        _ method: HTTPRequest.Method, _ path: String, _ json: String? = nil, token: String? = nil,
        _ more: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = more
        if let token { headers[.authorization] = "Bearer \(token)" }
        if json != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return try await client.execute(
            uri: path, method: method, headers: headers, body: json.map { ByteBuffer(string: $0) })
    }
}
