import HTTPTypes
package import Hummingbird
import Logging
import NIOCore

/// What Hummingbird knows of a request, and the caller's address.
package struct WebContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let peer: String
    /// Names the request in answers and logs.
    var requestID = ""

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress ?? "local"
    }
}

/// Serves a site: finds the route, lets it answer, turns whatever is thrown into an answer, and
/// writes one line per request.
package struct SiteResponder: HTTPResponder {
    package typealias Context = WebContext
    let house: House

    package func respond(to request: Request, context: WebContext) async throws -> Response {
        let started = ContinuousClock.now
        var context = context
        context.requestID = house.nextRequestID()
        let (answered, meters) = await answer(request, context)
        var response = answered
        if request.method == .head {
            let length = response.headers[.contentLength]
            response = Response(status: response.status, headers: response.headers)
            response.headers[.contentLength] = length
        }
        response.headers[.requestID] = context.requestID
        let elapsed = started.duration(to: .now).components
        let nanoseconds = elapsed.seconds * 1_000_000_000 + elapsed.attoseconds / 1_000_000_000
        meters.record(status: response.status.code, nanoseconds: nanoseconds)
        if context.logger.logLevel <= .info {
            let status = response.status.code
            context.logger.log(
                level: status >= 500 ? .error : .info, "request",
                metadata: [
                    "request": "\(context.requestID)", "method": "\(request.method.rawValue)",
                    "path": "\(loggedPath(request))",
                    "status": "\(status)", "ms": "\(nanoseconds / 1_000_000)",
                ])
        }
        return response
    }

    private func answer(_ request: Request, _ context: WebContext) async -> (Response, RouteMeters) {
        let target = request.head.path ?? "/"
        let (rawPath, rawQuery) = split(target)
        let isAPI = rawPath.hasPrefix("/api/")
        guard let segments = decodedSegments(rawPath), let query = decodedQuery(rawQuery) else {
            let exchange = await Exchange.bare(house, request, context, target: "/", isAPI: isAPI)
            return (exchange.answer(Problem400.target), .unrouted)
        }
        var method = request.method == .head ? "GET" : request.method.rawValue
        switch house.root.match(segments, method: method) {
        case .found(let route, let meters):
            var parameters: [String: String] = [:]
            for (i, name) in route.segments.enumerated() where name.hasPrefix(":") {
                parameters[String(name.dropFirst())] = segments[i]
            }
            let exchange: Exchange
            do {
                exchange = try await Exchange(
                    house, request, context, path: "/" + segments.joined(separator: "/"), target: target,
                    parameters: parameters, query: query, isAPI: isAPI)
            } catch {
                let bare = await Exchange.bare(house, request, context, target: target, isAPI: isAPI)
                return (bare.answer(error: error), meters)
            }
            if let first = exchange.firstStep(instead: route) { return (first, meters) }
            do {
                return (try await route.handler(exchange), meters)
            } catch {
                return (exchange.answer(error: error), meters)
            }
        case .otherMethods(var methods):
            if methods.contains("GET") { methods.insert("HEAD") }
            methods.insert("OPTIONS")
            let allow = methods.sorted().joined(separator: ", ")
            method = request.method.rawValue
            if method == "OPTIONS" {
                return (Response(status: .noContent, headers: [.allow: allow]), .unrouted)
            }
            let exchange = await Exchange.bare(house, request, context, target: target, isAPI: isAPI)
            var response = exchange.answer(Problem400.method)
            response.headers[.allow] = allow
            return (response, .unrouted)
        case .unknown:
            let exchange = await Exchange.bare(house, request, context, target: target, isAPI: isAPI)
            return (exchange.answer(error: Problem400.noPage), .unrouted)
        }
    }

    /// Queries and secrets in paths (`/follow/SECRET`, drafts) stay out of the log.
    private func loggedPath(_ request: Request) -> Substring {
        let path = split(request.head.path ?? "/").path
        var at = path.startIndex
        var run = 0
        while at != path.endIndex {
            run = path.utf8[at] == 47 ? 0 : run + 1
            if run > 40 { return path[..<path.index(at, offsetBy: -36)] + "…" }
            path.utf8.formIndex(after: &at)
        }
        return path
    }
}

func split(_ target: String) -> (path: Substring, query: Substring) {
    guard let mark = target.utf8.firstIndex(of: 63) else { return (target[...], "") }
    var query = target[target.index(after: mark)...]
    if let hash = query.utf8.firstIndex(of: 35) { query = query[..<hash] }
    return (target[..<mark], query)
}

/// - Returns: nil for control characters, broken escapes, bytes that are not UTF-8, or a path that
///   is longer than any of ours.
private func decodedSegments(_ path: Substring) -> [String]? {
    guard path.utf8.count <= 2000 else { return nil }
    var segments: [String] = []
    for part in path.split(separator: "/") {
        guard let segment = percentDecoded(part), isPlain(segment) else { return nil }
        segments.append(segment)
    }
    return segments
}

private func decodedQuery(_ query: Substring) -> [(String, String)]? {
    if query.isEmpty { return [] }
    guard query.utf8.count <= 8000 else { return nil }
    var items: [(String, String)] = []
    for part in query.split(separator: "&") {
        let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = percentDecoded(pair[0], plusIsSpace: true),
            let value = pair.count > 1 ? percentDecoded(pair[1], plusIsSpace: true) : "",
            isPlain(name), isPlain(value)
        else { return nil }
        items.append((name, value))
    }
    return items
}

/// No control characters and no mark of bytes that were not UTF-8.
private func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
        switch scalar.value {
        case 0..<32, 127..<160, 0xFFFD...0xFFFF: false
        default: true
        }
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("X-Request-ID")!
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed")!
}
