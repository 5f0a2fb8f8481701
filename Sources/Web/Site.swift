package import Desk
import HTTPTypes
package import Hummingbird
package import Logging
import Values

/// Everything that answers under this server's address. The composition root registers pages,
/// actions and queries; `responder()` is what serves them, and `routes` lists them for the API's
/// description and for the test that tries every door.
package final class Site {
    package let desk: Desk
    package let assets: Assets
    let sessions: any SessionSource
    let logger: Logger
    package private(set) var routes: [RouteDescription] = []
    /// What the API's description says of choices that are data.
    package var known: @Sendable () async throws -> KnownChoices = { KnownChoices() }
    /// For those who signed in with a starting password.
    package var firstSteps = FirstSteps.none
    private var root = RouteBranch()
    private var links: [NavigationLink] = []

    package init(desk: Desk, sessions: any SessionSource, assets: Assets, logger: Logger) {
        self.desk = desk
        self.sessions = sessions
        self.assets = assets
        self.logger = logger
        registerOwnRoutes()
    }

    /// A page at `GET path`. A stranger who may not see it is sent to sign in and comes back.
    package func page(
        _ path: String, who: Who = .anybody, _ handler: @escaping @Sendable (Visit) async throws -> Page
    ) {
        add(RouteDescription("GET", path, who, .page)) { exchange in
            try who.check(exchange.visit.actor)
            do {
                return exchange.answer(try await handler(exchange.visit))
            } catch let problem as Problem where problem.isOfPath(exchange.visit.parameters) {
                throw Problem.notFound
            }
        }
    }

    /// Something that is not a page at `GET path`: a file, a CSV list, a plain text.
    package func get(
        _ path: String, who: Who = .anybody, _ handler: @escaping @Sendable (Visit) async throws -> Response
    ) {
        raw(.get, path, who: who) { visit, _ in try await handler(visit) }
    }

    /// Any method, with the request as it came; checks neither a form's token nor the body.
    package func raw(
        _ method: HTTPRequest.Method, _ path: String, who: Who = .anybody,
        _ handler: @escaping @Sendable (Visit, Request) async throws -> Response
    ) {
        add(RouteDescription(method.rawValue, path, who, .raw)) { exchange in
            try who.check(exchange.visit.actor)
            return try await handler(exchange.visit, exchange.request)
        }
    }

    /// The JSON door of an action alone: `POST /api/v1` + its path.
    package func action<A: Action>(_ type: A.Type) {
        let list = InputRegistry.list(for: type)
        add(
            RouteDescription(
                "POST", apiPrefix + A.door.path, A.who, .apiAction, name: A.name, inputs: list,
                output: A.Output.schema, status: A.door.status, isLimited: A.allowance != nil,
                takesKey: A.keepsAnswer)
        ) { exchange in
            try await exchange.performJSON(type, list)
        }
    }

    /// All doors of an action: its form at `GET form`, `POST` of its path, and JSON.
    ///
    /// - Parameters:
    ///   - path: where the form is shown; nil when it stands on another page (a button).
    ///   - form: renders the page with the form; after a mistake it gets what was typed and the
    ///     problem, for a button the page on which the button stands.
    ///   - then: what follows.
    package func action<A: Action>(
        _ type: A.Type, at path: String?, form: @escaping @Sendable (Visit, FormState) async throws -> Page,
        then: @escaping @Sendable (A.Output, Visit) async throws -> After
    ) {
        action(type)
        let list = InputRegistry.list(for: type)
        if let path {
            add(RouteDescription("GET", path, A.who, .form, name: A.name)) { exchange in
                try A.who.check(exchange.visit.actor)
                return exchange.answer(try await form(exchange.visit, FormState(from: exchange.visit)))
            }
        }
        add(RouteDescription("POST", A.door.path, A.who, .formAction, name: A.name, inputs: list)) { exchange in
            try await exchange.performForm(type, list, form: form, then: then)
        }
    }

    /// The JSON door of a query: `GET /api/v1` + its path.
    package func query<Q: Query>(_ type: Q.Type) {
        let list = InputRegistry.list(for: type)
        add(
            RouteDescription(
                "GET", apiPrefix + Q.door.path, Q.who, .apiQuery, name: Q.name, inputs: list,
                output: Q.Output.schema)
        ) { exchange in
            try await exchange.fetchJSON(type, list)
        }
    }

    /// Server-sent events at `GET path`: `event: changed` for each announced topic that the filter
    /// lets through.
    package func live(
        _ path: String, who: Who = .signedIn, pace: LivePace = .usual,
        _ filter: @escaping @Sendable (Visit) async throws -> @Sendable (String) -> Bool
    ) {
        let hub = desk.live
        add(RouteDescription("GET", path, who, .live)) { exchange in
            try who.check(exchange.visit.actor)
            return try LiveAnswer.response(hub, pace, try await filter(exchange.visit))
        }
    }

    /// A link in the header for those who may follow it; the word is at `key`.
    ///
    /// - Parameters:
    ///   - first: wanted all day long: stands in the header itself, the others below "more".
    ///   - count: how much waits there for the visitor.
    package func link(
        _ path: String, key: String, who: Who = .signedIn, first: Bool = false,
        count: (@Sendable (Visit) -> Int)? = nil
    ) {
        links.append(NavigationLink(path: path, key: key, who: who, isFirst: first, count: count))
    }

    /// - Precondition: method and path were not registered before.
    func add(_ route: RouteDescription, _ handler: @escaping RouteHandler) {
        let segments = route.path.split(separator: "/").map(String.init)
        root.add(Route(description: route, segments: segments, handler: handler), segments[...])
        routes.append(route)
    }

    /// What serves the site; registering more afterwards has no effect on it.
    package func responder() -> SiteResponder {
        describeAPI()
        return SiteResponder(
            house: House(
                desk: desk, sessions: sessions, assets: assets, links: links, logger: logger,
                root: RouteNode(root), firstSteps: firstSteps))
    }
}

let apiPrefix = "/api/v1"

/// A door that stands open, for the API's description and the test of rights.
package struct RouteDescription: Sendable {
    package enum Kind: Sendable, Equatable {
        case page, form, formAction, apiAction, apiQuery, live, raw
    }
    package let method: String
    /// Segments that start with a colon stand for any text: `/requests/:case`.
    package let path: String
    package let who: Who
    package let kind: Kind
    /// Name of the action or query.
    package let name: String?
    package let inputs: InputList?
    package let output: Schema?
    package let status: Int
    let isLimited: Bool
    /// A raw route that the API's description lists; its own words for body and answer.
    let upload: Bool
    let takesKey: Bool

    init(
        _ method: String, _ path: String, _ who: Who, _ kind: Kind, name: String? = nil,
        inputs: InputList? = nil, output: Schema? = nil, status: Int = 200, isLimited: Bool = false,
        upload: Bool = false, takesKey: Bool = false
    ) {
        self.method = method
        self.path = path
        self.who = who
        self.kind = kind
        self.name = name
        self.inputs = inputs
        self.output = output
        self.status = status
        self.isLimited = isLimited
        self.upload = upload
        self.takesKey = takesKey
    }

    package var isAPI: Bool { path.hasPrefix(apiPrefix + "/") }
}

struct NavigationLink: Sendable {
    let path: String
    let key: String
    let who: Who
    let isFirst: Bool
    let count: (@Sendable (Visit) -> Int)?
}

extension Problem {
    /// Nothing but what stands in the address was wrong: there is no such page.
    fileprivate func isOfPath(_ parameters: [String: String]) -> Bool {
        !fields.isEmpty && fields.allSatisfy { parameters[$0.field] != nil }
    }
}
