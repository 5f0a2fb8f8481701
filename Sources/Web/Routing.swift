import Hummingbird

typealias RouteHandler = @Sendable (Exchange) async throws -> Response

struct Route: Sendable {
    let description: RouteDescription
    let segments: [String]
    let handler: RouteHandler
}

/// The tree of paths while it is being built.
struct RouteBranch {
    fileprivate var literals: [String: RouteBranch] = [:]
    private var wildcards: [RouteBranch] = []
    fileprivate var wildcard: RouteBranch? { wildcards.first }
    fileprivate var routes: [String: Route] = [:]

    mutating func add(_ route: Route, _ rest: ArraySlice<String>) {
        guard let first = rest.first else {
            precondition(
                routes[route.description.method] == nil,
                "\(route.description.method) \(route.description.path) is registered twice")
            routes[route.description.method] = route
            return
        }
        if first.hasPrefix(":") {
            if wildcards.isEmpty { wildcards.append(RouteBranch()) }
            wildcards[0].add(route, rest.dropFirst())
        } else {
            literals[first, default: RouteBranch()].add(route, rest.dropFirst())
        }
    }
}

/// The finished tree. A literal segment goes before a `:segment`; where the rest does not fit,
/// the other branch is tried.
final class RouteNode: Sendable {
    private let literals: [String: RouteNode]
    private let wildcard: RouteNode?
    private let routes: [String: (route: Route, meters: RouteMeters)]

    init(_ branch: RouteBranch) {
        literals = branch.literals.mapValues(RouteNode.init)
        wildcard = branch.wildcard.map(RouteNode.init)
        routes = branch.routes.mapValues { ($0, RouteMeters($0.description)) }
    }

    enum Match {
        case found(Route, RouteMeters)
        /// The path is known, the method is not.
        case otherMethods(Set<String>)
        case unknown
    }

    func match(_ segments: [String], method: String) -> Match {
        var methods: Set<String> = []
        if let (route, meters) = find(segments[...], method, &methods) { return .found(route, meters) }
        return methods.isEmpty ? .unknown : .otherMethods(methods)
    }

    private func find(
        _ rest: ArraySlice<String>, _ method: String, _ methods: inout Set<String>
    ) -> (Route, RouteMeters)? {
        guard let first = rest.first else {
            if let found = routes[method] { return (found.route, found.meters) }
            methods.formUnion(routes.keys)
            return nil
        }
        if let next = literals[first], let found = next.find(rest.dropFirst(), method, &methods) { return found }
        return wildcard?.find(rest.dropFirst(), method, &methods)
    }
}
