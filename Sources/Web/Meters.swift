import Metrics

/// Counters of one route, made once.
struct RouteMeters: Sendable {
    private let timer: Timer
    private let counters: [Counter]

    init(_ route: RouteDescription) { self.init(method: route.method, path: route.path) }

    init(method: String, path: String) {
        timer = Timer(
            label: "cunwang_http_request_duration_seconds", dimensions: [("method", method), ("path", path)])
        counters = (2...5).map {
            Counter(
                label: "cunwang_http_requests_total",
                dimensions: [("method", method), ("path", path), ("status", "\($0)xx")])
        }
    }

    func record(status: Int, nanoseconds: Int64) {
        timer.recordNanoseconds(nanoseconds)
        counters[min(max(status / 100, 2), 5) - 2].increment()
    }

    /// Requests to paths or methods that nobody registered.
    static let unrouted = RouteMeters(method: "any", path: "unrouted")
}
