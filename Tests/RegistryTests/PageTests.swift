import Desk
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Storage
import TestSupport
import Testing
import Values
import Web

@testable import Registry

/// The real router without a socket.
struct PageTests {
    private struct Browser: Sendable {
        let village: RegistryVillage
        let client: any TestClientProtocol

        func token(_ person: ID<Person>) async throws -> String {
            let now = village.clock.moment
            let desk = village.desk
            return try await desk.database.write { tx in
                let work = Work(tx, by: .system(county: RegistryVillage.county), at: now, desk: desk)
                return try work.openSession(for: person, door: .password, isTrusted: false).token
            }
        }

        func get(_ path: String, token: String?, language: String = "zh-Hans") async throws -> (Int, String, HTTPFields) {
            try await send(.get, path, token, language, nil)
        }

        /// Sends the form that is posted to `action`, as a browser does.
        func submit(
            _ page: String, to action: String, _ fields: [String: String], token: String?
        ) async throws -> (Int, String, HTTPFields) {
            let (_, html, _) = try await get(page, token: token)
            return try await submit(html, action: action, fields, token: token)
        }

        func submit(
            _ html: String, action: String, _ fields: [String: String], token: String?
        ) async throws -> (Int, String, HTTPFields) {
            let start = try #require(html.firstRange(of: "action=\"\(action)"), "no form to \(action)")
            let rest = html[start.lowerBound...]
            let form = rest[..<(rest.firstRange(of: "</form>")?.lowerBound ?? rest.endIndex)]
            var body: [String: String] = [:]
            for match in form.matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)"/) {
                body[String(match.1)] = String(match.2)
            }
            for (name, value) in fields { body[name] = value }
            let text = body.map { percentEncoded($0.key) + "=" + percentEncoded($0.value) }.joined(separator: "&")
            let target = String(form.dropFirst(8).prefix { $0 != "\"" })
            return try await send(.post, target, token, "zh-Hans", text)
        }

        private func send(
            _ method: HTTPRequest.Method, _ path: String, _ token: String?, _ language: String, _ body: String?
        ) async throws -> (Int, String, HTTPFields) {
            var headers = HTTPFields()
            headers[.cookie] = "lang=\(language); visitor=0123456789abcdef0123" + (token.map { "; cunwang=\($0)" } ?? "")
            if body != nil { headers[.contentType] = "application/x-www-form-urlencoded" }
            return try await client.execute(uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }) {
                ($0.status.code, String(buffer: $0.body), $0.headers)
            }
        }
    }

    private func browse(
        demo: Bool = false, _ body: @escaping @Sendable (RegistryVillage, Browser, [RouteDescription]) async throws -> Void
    ) async throws {
        try await RegistryVillage.open(.sqlite, demo: demo) { village async throws in
            let site = Site(desk: village.desk, sessions: RegistrySessions(village.desk), assets: Assets(), logger: quiet)
            RegistryDoors.register(
                on: site, desk: village.desk, directory: Directory(database: village.desk.database, checkEverySeconds: 0),
                log: { _ in })
            let routes = site.routes
            let app = Application(responder: site.responder(), logger: quiet)
            try await app.test(.router) { client in
                try await body(village, Browser(village: village, client: client), routes)
            }
        }
    }

    @Test func everyPageOpensForThoseWhoMayInBothLanguagesWithoutARawKey() async throws {
        try await browse(demo: true) { village, browser, routes async throws in
            let proposed = try await village.act(
                ProposeHandover.self,
                ["leaving": village.wang.text, "successor": village.sun.text, "reason": "调动"], by: village.wang)
            let point = try await village.act(
                OpenServicePoint.self,
                ["village": village.bugang.text, "name": "服务点", "address": "村委会", "hours": "全天"], by: village.zhao)
            try await village.act(
                AddDuty.self,
                [
                    "village": village.bugang.text, "person": village.wang.text, "day": village.clock.today.iso,
                    "from": "8:30", "to": "9:30",
                ], by: village.wang)
            try await village.act(
                TakeLeave.self,
                [
                    "person": village.wang.text, "from": village.clock.today.iso, "to": village.clock.today.iso,
                    "standIn": village.sun.text,
                ], by: village.wang)
            try await village.act(
                AddCertificate.self,
                [
                    "person": village.wang.text, "kind": "high-voltage", "number": "T41-9", "from": "2026-01-01",
                    "to": "2026-12-31",
                ], by: village.zhao)
            try await village.act(
                PublishNotice.self,
                ["unit": village.bugang.text, "heading": "检修", "text": "内容", "until": village.clock.today.iso],
                by: village.li)
            let account = try #require(
                try await village.desk.database.read { try $0.account(number: "4100000001", county: RegistryVillage.county) })
            let parameters = [
                "village": village.bugang.text, "person": village.wang.text, "unit": village.hejia.text,
                "point": point.id.text, "handover": proposed.id.text, "account": account.id.text,
            ]
            let people: [(Role, ID<Person>)] = [
                (.customer, village.zhang), (.attendant, village.attendant), (.liaison, village.li),
                (.representative, village.wang), (.dispatcher, village.qian), (.stationHead, village.zhao),
                (.township, village.official), (.company, village.gao), (.auditor, village.shen),
            ]
            var opened = 0
            var tokens: [Role: String] = [:]
            for (role, person) in people { tokens[role] = try await browser.token(person) }
            for route in routes where route.kind == .page || route.kind == .form {
                let path = route.path.split(separator: "/").map { part in
                    "/" + (part.hasPrefix(":") ? parameters[String(part.dropFirst())] ?? "?" : String(part))
                }.joined()
                for (role, person) in people {
                    let token = tokens[role]
                    let actor = try await village.actor(person)
                    let may = (try? route.who.check(actor)) != nil
                    for language in ["zh-Hans", "en"] {
                        let (status, html, _) = try await browser.get(path, token: token, language: language)
                        #expect(may ? [200, 404].contains(status) : status == 403, "\(role) at \(path): \(status)")
                        #expect(!html.contains("⟦"), "\(role) at \(path): \(html.firstMatch(of: /⟦[^⟧]*⟧/).map { String($0.0) } ?? "")")
                        if status == 200 { opened += 1 }
                    }
                }
            }
            #expect(opened > 150)
        }
    }

    @Test func signingInByTheFormSetsTheCookieAndComesBack() async throws {
        try await browse { village, browser, _ async throws in
            let wrong = try await browser.submit(
                "/sign-in?back=/people", to: "/sessions", ["person": "zhao", "password": "nonsense-12"], token: nil)
            #expect(wrong.0 == 401)
            #expect(wrong.1.contains("登录名或密码不对"))
            #expect(wrong.1.contains("value=\"zhao\""), "what was typed is kept")
            #expect(!wrong.1.contains("nonsense-12"))
            let right = try await browser.submit(
                "/sign-in?back=/people", to: "/sessions", ["person": "zhao", "password": RegistryVillage.password], token: nil)
            #expect(right.0 == 303)
            #expect(right.2[.location] == "/people")
            let cookie = try #require(right.2[values: .setCookie].first { $0.hasPrefix("cunwang=") })
            #expect(cookie.contains("HttpOnly"))
            #expect(cookie.contains("SameSite=Lax"))
            let token = String(cookie.dropFirst(8).prefix { $0 != ";" })
            let page = try await browser.get("/people", token: token)
            #expect(page.1.contains("王网格"))
            let out = try await browser.submit(page.1, action: "/sign-out", [:], token: token)
            #expect(out.0 == 303)
            #expect(try await browser.get("/people", token: token).0 == 303)
        }
    }

    @Test func signInNeverLeadsToAnotherServer() async throws {
        try await browse { _, browser, _ async throws in
            for back in ["//evil.example", "https://evil.example", "/\\evil.example"] {
                let done = try await browser.submit(
                    "/sign-in?back=\(percentEncoded(back))", to: "/sessions",
                    ["person": "zhao", "password": RegistryVillage.password], token: nil)
                #expect(done.2[.location] == "/work")
            }
        }
    }

    @Test func aVillagerComesInOnThreeScreens() async throws {
        try await browse(demo: true) { village, browser, _ async throws in
            let first = try await browser.get("/sign-in", token: nil)
            #expect(first.1.contains("href=\"/sign-in/phone\""))
            let code = try await browser.submit("/sign-in/phone", to: "/sign-in/code", ["phone": "139 0000 1111"], token: nil)
            #expect(code.0 == 200)
            let shown = try #require(code.1.firstMatch(of: /验证码是 (\d{6})/)).1
            let again = try await browser.submit(code.1, action: "/sign-in/code\"", [:], token: nil)
            #expect(again.0 == 429, "not before a minute has passed")
            #expect(again.1.contains("action=\"/sign-in/code/enter"), "the code can still be entered")
            let done = try await browser.submit(code.1, action: "/sign-in/code/enter", ["code": String(shown)], token: nil)
            #expect(done.0 == 303)
            #expect(done.2[.location] == "/")
        }
    }

    @Test func aHandoverIsApprovedOnItsPage() async throws {
        try await browse { village, browser, _ async throws in
            let proposer = try await browser.token(village.qian)
            let sent = try await browser.submit(
                "/handovers/new?leaving=\(village.wang.text)", to: "/handovers",
                ["successor": village.sun.text, "reason": "调到县公司"], token: proposer)
            #expect(sent.0 == 303)
            let page = String(try #require(sent.2[.location]).prefix { $0 != "?" })
            let waiting = try await browser.get(page, token: proposer)
            #expect(!waiting.1.contains("/approve\""))
            let head = try await browser.token(village.zhao)
            let approved = try await browser.submit(page, to: page + "/approve", [:], token: head)
            #expect(approved.0 == 303)
            #expect(try await village.desk.database.read { try $0.responsible(for: village.bugang, on: village.clock.today) } == village.sun)
        }
    }

    @Test func theSessionIsFoundThroughIndexes() async throws {
        try await RegistryVillage.open(.sqlite) { village async throws in
            let plan = try await village.desk.database.read { tx in
                try tx.rows(
                    """
                    EXPLAIN QUERY PLAN SELECT s.person FROM session s JOIN person p ON p.id = s.person AND p.active = 1
                    LEFT JOIN grant_ g ON g.person = s.person AND g.since <= 1 AND (g.until IS NULL OR g.until > 1)
                    WHERE s.token_hash = 'x' AND s.expires_at > 1
                    """
                ) { $0[3] as String }
            }
            #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
        }
    }
}
