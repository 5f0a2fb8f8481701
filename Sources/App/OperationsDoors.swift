import CoreMetrics
import Desk
import Hummingbird
import NIOCore
import Storage
import Values
import Web

/// Addresses for those who run the server: is it alive, is it ready, what does it do; and the
/// delivery reports of the text-message gateway.
enum OperationsDoors {
    static func register(on site: Site, composition: Composition) {
        let desk = composition.desk
        site.get("/healthz") { _ in plain("ok\n") }
        site.get("/readyz") { _ in
            do {
                try await desk.database.ping()
                return plain("ready\n")
            } catch {
                var response = plain("not ready: the database does not answer\n")
                response.status = .serviceUnavailable
                response.headers[.retryAfter] = "5"
                return response
            }
        }
        site.get("/metrics") { visit in
            try await gauge(desk, at: visit.now)
            return plain(composition.metrics.text(), type: "text/plain; version=0.0.4; charset=utf-8")
        }
        site.raw(.get, "/hooks/sms") { visit, _ in
            guard visit.query["secret"] == reportSecret(desk), let id = ID<Message>(parsing: visit.query["id"] ?? ""),
                let status = Int(visit.query["status"] ?? "")
            else { throw Problem.notFound }
            let courier = Courier(desk: desk, gateways: [], holder: "reports")
            switch Kannel.Report(status: status) {
            case .delivered: try await courier.report(message: id, delivered: true, detail: "")
            case .failed: try await courier.report(message: id, delivered: false, detail: "status \(status)")
            case .underway: break
            }
            return plain("ok\n")
        }
    }

    /// Proves that a delivery report answers a message of ours.
    static func reportSecret(_ desk: Desk) -> String { desk.keys.hash("delivery-report", for: "sms") }

    /// The queues' lengths and ages, read when somebody asks.
    private static func gauge(_ desk: Desk, at now: Instant) async throws {
        let queues = try await desk.database.read { try $0.deskQueues(at: now) }
        for queue in queues {
            let name = [("queue", queue.name), ("owner", queue.owner.rawValue)]
            Meter(label: "cunwang_queue_waiting", dimensions: name).set(queue.waiting)
            Meter(label: "cunwang_queue_oldest_seconds", dimensions: name).set(queue.oldestSeconds)
            Meter(label: "cunwang_queue_stuck", dimensions: name).set(queue.isStuck ? 1 : 0)
        }
        Meter(label: "cunwang_live_watchers").set(desk.live.count)
    }

    private static func plain(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
