import Desk
import HTTPTypes
import Hummingbird
import NIOCore
import Values

/// Server-sent events that only say "look again": which page shows what stays in one place, the
/// page itself.
enum LiveAnswer {
    /// Open streams of one process; a browser beyond that reloads instead.
    static let limit = 2000
    static let heartbeatSeconds = 20

    /// - Throws: `unavailable` (503) when too many pages are already watching.
    static func response(
        _ hub: LiveHub, _ pace: LivePace, _ accepts: @escaping @Sendable (String) -> Bool
    ) throws(Problem) -> Response {
        guard hub.count < limit else { throw Problem(.unavailable(retryAfterSeconds: 30), "unavailable") }
        var headers = SecurityHeaders.all
        headers[.contentType] = "text/event-stream; charset=utf-8"
        headers[.cacheControl] = "no-store"
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        // Watched from now on, not from when the body is written: nothing falls in between.
        let topics = hub.watch(waiting: 1, accepts)
        let first = pace.firstMilliseconds(place: hub.count)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "retry: 5000\n: here\n\n"))
                let ticks = merged(topics, hub, pace, first: first)
                for await tick in ticks {
                    switch tick {
                    case .changed(let topic):
                        try await writer.write(ByteBuffer(string: "event: changed\ndata: \(oneLine(topic))\n\n"))
                    case .heartbeat:
                        try await writer.write(ByteBuffer(string: ": still here\n\n"))
                    }
                }
                try await writer.finish(nil)
            })
    }

    private enum Tick: Sendable {
        case changed(String)
        case heartbeat
    }

    /// Topics and a heartbeat in one stream; it ends with the topics or when nobody reads it.
    private static func merged(
        _ topics: AsyncStream<String>, _ hub: LiveHub, _ pace: LivePace, first: Int
    ) -> AsyncStream<Tick> {
        let (stream, continuation) = AsyncStream.makeStream(of: Tick.self, bufferingPolicy: .bufferingNewest(32))
        let pump = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await topic in topics {
                        guard await pause(first, hub) else { return }
                        continuation.yield(.changed(topic))
                        let rest = pace.pauseMilliseconds(watchers: hub.count) - first
                        guard await pause(rest, hub) else { return }
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        guard (try? await Task.sleep(for: .seconds(heartbeatSeconds))) != nil else { return }
                        continuation.yield(.heartbeat)
                    }
                }
                await group.next()
                group.cancelAll()
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in pump.cancel() }
        return stream
    }

    /// - Returns: false when nobody reads any more. It ends early when the server stops.
    private static func pause(_ milliseconds: Int, _ hub: LiveHub) async -> Bool {
        var rest = milliseconds
        while rest > 0, !hub.isEnded {
            let part = min(rest, LivePace.shortestMilliseconds)
            guard (try? await Task.sleep(for: .milliseconds(part))) != nil else { return false }
            rest -= part
        }
        return true
    }

    private static func oneLine(_ text: String) -> String {
        String(text.unicodeScalars.filter { $0.value >= 32 }.map(Character.init))
    }
}

/// How often open pages are told to look again: in a storm something changes without a pause, and
/// whoever shows it must leave room for those who report.
package struct LivePace: Sendable, Hashable {
    /// A page of some milliseconds: whoever watches hears of the first change at once.
    package static let usual = LivePace(looksPerSecond: 200, spreadsFirst: false)
    /// A page of some ten milliseconds that anybody may open, as the map is: those who watch look one
    /// after the other from the first change on.
    package static let costly = LivePace(looksPerSecond: 10, spreadsFirst: true)

    static let shortestMilliseconds = 300
    /// A page without events looks so often by itself.
    static let longestMilliseconds = 30_000

    /// Of all open pages together.
    let looksPerSecond: Int
    let spreadsFirst: Bool

    /// Between two events of one stream; the last change is never left out.
    func pauseMilliseconds(watchers: Int) -> Int {
        min(Self.longestMilliseconds, max(Self.shortestMilliseconds, watchers * 1000 / looksPerSecond))
    }

    /// From a change until its event.
    /// - Parameter place: how many watched when this one came, itself among them.
    func firstMilliseconds(place: Int) -> Int {
        spreadsFirst ? max(0, place - 1) * 1000 / looksPerSecond % Self.longestMilliseconds : 0
    }
}
