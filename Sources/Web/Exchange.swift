import Desk
import HTTPTypes
import Hummingbird
import Logging
import Storage
import Values

/// One request being answered.
struct Exchange: Sendable {
    let house: House
    let request: Request
    let context: WebContext
    let visit: Visit
    let isAPI: Bool
    let query: [(String, String)]
    /// A stranger's new cookie, to be set by the first page.
    private let newVisitor: Bool
    /// The session came as a cookie, which a browser sends by itself.
    let isByCookie: Bool

    init(
        _ house: House, _ request: Request, _ context: WebContext, path: String, target: String,
        parameters: [String: String], query: [(String, String)], isAPI: Bool
    ) async throws {
        let now = house.desk.clock.now
        let cookies = cookieValues(request)
        let address = callerAddress(request, context)
        var session: SessionInfo?
        var isByCookie = false
        if isAPI, let header = request.headers[.authorization] {
            guard let token = bearerToken(header) else { throw Problem.notSignedIn }
            session = try await house.sessions.session(token: token, now: now)
            guard session != nil else { throw Problem.notSignedIn }
        } else if let token = cookies[CookieName.session], isToken(token) {
            session = try await house.sessions.session(token: token, now: now)
            isByCookie = session != nil
        }
        var visitor = cookies[CookieName.visitor] ?? ""
        var newVisitor = false
        if session == nil, !isAPI, !isToken(visitor) {
            visitor = house.desk.chance.token()
            newVisitor = true
        }
        let first = Dictionary(query, uniquingKeysWith: { first, _ in first })
        self.init(
            house, request, context,
            visit: Visit(
                desk: house.desk, actor: session?.actor(at: address) ?? .stranger(address: address),
                words: house.words(cookies[CookieName.language] == "en" ? .english : .chinese),
                isLarge: cookies[CookieName.large] == "1", now: now, path: path, parameters: parameters,
                query: first, session: session, requestID: context.requestID, cookies: cookies, target: target,
                visitor: visitor),
            query: query, isAPI: isAPI, newVisitor: newVisitor, isByCookie: isByCookie)
    }

    private init(
        _ house: House, _ request: Request, _ context: WebContext, visit: Visit, query: [(String, String)],
        isAPI: Bool, newVisitor: Bool, isByCookie: Bool
    ) {
        self.house = house
        self.request = request
        self.context = context
        self.visit = visit
        self.query = query
        self.isAPI = isAPI
        self.newVisitor = newVisitor
        self.isByCookie = isByCookie
    }

    /// For answers that need no route. Tells who is signed in, when that can be found out.
    static func bare(
        _ house: House, _ request: Request, _ context: WebContext, target: String, isAPI: Bool
    ) async -> Exchange {
        let path = String(split(target).path)
        if !isAPI,
            let exchange = try? await Exchange(
                house, request, context, path: path, target: target, parameters: [:], query: [], isAPI: false)
        {
            return exchange
        }
        let cookies = cookieValues(request)
        let address = callerAddress(request, context)
        let visit = Visit(
            desk: house.desk, actor: .stranger(address: address),
            words: house.words(cookies[CookieName.language] == "en" ? .english : .chinese),
            isLarge: cookies[CookieName.large] == "1", now: house.desk.clock.now, path: path, parameters: [:],
            query: [:], session: nil, requestID: context.requestID, cookies: cookies, target: target,
            visitor: cookies[CookieName.visitor] ?? "")
        return Exchange(
            house, request, context, visit: visit, query: [], isAPI: isAPI, newVisitor: false, isByCookie: false)
    }

    /// Somebody whose password another person gave them does nothing before it is their own.
    func firstStep(instead route: Route) -> Response? {
        guard visit.session?.mustChange == true else { return nil }
        let path = isAPI ? String(route.description.path.dropFirst(apiPrefix.count)) : route.description.path
        guard !house.firstSteps.paths.contains(path) else { return nil }
        if isAPI { return answer(error: Problem(.forbidden, "password-must-change")) }
        return answer(After.go(house.firstSteps.page))
    }

    // MARK: Answers

    /// A page in its layout.
    func answer(_ page: Page) -> Response {
        var headers = house.pageHeaders
        if !page.imageOrigins.isEmpty {
            headers[.contentSecurityPolicy] = SecurityHeaders.policy(images: page.imageOrigins)
        }
        var cookies = page.cookies
        if newVisitor { cookies.append(SetCookie(CookieName.visitor, visit.visitor, maxAgeSeconds: 30 * 86_400)) }
        set(cookies, in: &headers)
        if let seconds = page.retryAfter { headers[.retryAfter] = String(seconds) }
        let html = layout(page, visit, house).bytes
        return Response(
            status: .init(code: page.status), headers: headers,
            body: .init(byteBuffer: .init(bytes: visit.language == .chinese ? html : markChinese(html))))
    }

    func answer(_ after: After) -> Response {
        switch after.step {
        case .page(var page):
            page.cookies += after.cookies
            return answer(page)
        case .go(let path):
            var headers = SecurityHeaders.all
            headers[.location] = isLocal(path) ? path : "/"
            headers[.cacheControl] = "no-store"
            set(after.cookies, in: &headers)
            return Response(status: .seeOther, headers: headers)
        }
    }

    private func set(_ cookies: [SetCookie], in headers: inout HTTPFields) {
        guard !cookies.isEmpty else { return }
        for cookie in cookies {
            headers.append(HTTPField(name: .setCookie, value: cookie.header(secure: house.isSecure)))
        }
    }

    /// Whatever was thrown, in the form of this door.
    func answer(error: any Error, kept: [(String, String)] = []) -> Response {
        answer(problem(from: error), kept: kept)
    }

    /// Storage that is full or away is for the caller to try again; what nobody foresaw is logged
    /// under the request's id and answered with it.
    func problem(from error: any Error) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let refusal as Refusal: return refusal.problem
        case StorageError.full:
            context.logger.error("storage is full", metadata: ["request": "\(visit.requestID)"])
            return Problem(.unavailable(retryAfterSeconds: 30), "storage-full")
        case StorageError.unavailable(let why):
            context.logger.error(
                "storage is unavailable", metadata: ["request": "\(visit.requestID)", "error": "\(why)"])
            return Problem(.unavailable(retryAfterSeconds: 5), "unavailable")
        case is CancellationError:
            return Problem(.unavailable(retryAfterSeconds: 5), "unavailable")
        default:
            context.logger.error("failed", metadata: ["request": "\(visit.requestID)", "error": "\(error)"])
            return Problem400.broken
        }
    }

    func answer(_ problem: Problem, kept: [(String, String)] = []) -> Response {
        if isAPI { return problemJSON(problem) }
        if problem.kind == .notSignedIn, request.method == .get || request.method == .head {
            return answer(.go("/sign-in?back=" + percentEncoded(visit.target)))
        }
        return answer(ErrorPages.page(problem, visit, kept: kept))
    }

    func problemJSON(_ problem: Problem) -> Response {
        var headers = house.problemHeaders
        switch problem.kind {
        case .tooMany, .unavailable: headers[.retryAfter] = ProblemText.retryAfter(problem).map(String.init)
        case .notSignedIn: headers[.wwwAuthenticate] = "Bearer"
        default: break
        }
        let text = ProblemText.json(problem, visit.words, requestID: visit.requestID)
        return Response(
            status: .init(code: ProblemText.status(of: problem)), headers: headers,
            body: .init(byteBuffer: .init(string: text)))
    }
}

/// A path on this server, never `//elsewhere` or a scheme.
func isLocal(_ path: String) -> Bool {
    path.hasPrefix("/") && !path.hasPrefix("//") && !path.utf8.contains(92)
        && path.utf8.allSatisfy { $0 >= 33 && $0 != 127 }
}

func isToken(_ text: String) -> Bool {
    (16...200).contains(text.utf8.count)
        && text.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
        }
}

func bearerToken(_ header: String) -> String? {
    let parts = header.split(separator: " ")
    guard parts.count == 2, parts[0].lowercased() == "bearer", isToken(String(parts[1])) else { return nil }
    return String(parts[1])
}

func cookieValues(_ request: Request) -> [String: String] {
    var values: [String: String] = [:]
    for header in request.headers[values: .cookie] {
        for part in header.split(separator: ";") {
            guard let equals = part.utf8.firstIndex(of: 61) else { continue }
            let name = part[..<equals].drop { $0 == " " }
            values[String(name)] = String(part[part.utf8.index(after: equals)...])
        }
    }
    return values
}

/// Of a proxy on the same machine the last address that it names, else the peer itself.
func callerAddress(_ request: Request, _ context: WebContext) -> String {
    guard context.peer == "127.0.0.1" || context.peer == "::1",
        let forwarded = request.headers[.forwardedFor], let last = forwarded.split(separator: ",").last
    else { return context.peer }
    let address = last.trimmingPrefix(while: { $0 == " " })
    return address.utf8.count <= 45 && !address.isEmpty ? String(address) : context.peer
}

extension HTTPField.Name {
    static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
}
