import CoreMetrics
package import Logging
package import ServiceLifecycle

/// Work that time brings, as a service: a testable `tick` repeated until the server stops.
package struct Loop: Service {
    let name: String
    let every: Duration
    let logger: Logger
    /// - Returns: true when more waits and the next tick should follow at once.
    let tick: @Sendable () async throws -> Bool

    package init(_ name: String, every: Duration, logger: Logger, tick: @escaping @Sendable () async throws -> Bool) {
        self.name = name
        self.every = every
        self.logger = logger
        self.tick = tick
    }

    package func run() async throws {
        let errors = CoreMetrics.Counter(label: "cunwang_loop_errors", dimensions: [("loop", name)])
        let runs = CoreMetrics.Counter(label: "cunwang_loop_runs", dimensions: [("loop", name)])
        await cancelWhenGracefulShutdown {
            var pause = every
            while !Task.isCancelled {
                do {
                    let more = try await tick()
                    runs.increment()
                    pause = every
                    if more { continue }
                } catch is CancellationError {
                    return
                } catch {
                    errors.increment()
                    logger.error("loop failed", metadata: ["loop": "\(name)", "error": "\(error)"])
                    // A full disk or a lost database comes back; do not fill the log meanwhile.
                    pause = min(max(pause * 2, .seconds(1)), .seconds(60))
                }
                do { try await Task.sleep(for: pause) } catch { return }
            }
        }
    }
}
