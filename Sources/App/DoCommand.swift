import ArgumentParser
import Desk
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Registry
import Storage
import Values
import Web

/// `cunwang do NAME field=value…`: any action of the API from the command line, in the name of a
/// person.
struct DoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "do", abstract: "Do any action in the name of a person; without NAME, list them.")

    @OptionGroup var options: DataOptions
    @Option(name: .customLong("as"), help: "Sign-in of the person who acts.")
    var person: String?
    @Argument(help: "Name of the action, then field=value …")
    var words: [String] = []

    func run() async throws {
        let (text, failed) = try await Composition.with(options) { try await answer($0) }
        print(text)
        if failed { throw ExitCode(1) }
    }

    private func answer(_ composition: Composition) async throws -> (String, failed: Bool) {
        let site = try composition.site { _ in }
        let actions = site.routes.filter { $0.kind == .apiAction }
        guard let name = words.first else {
            return (
                actions.map { route in
                    let fields = route.inputs?.fields.map { $0.isOptional ? "[\($0.name)]" : $0.name } ?? []
                    return ([route.name ?? ""] + fields).joined(separator: " ")
                }.sorted().joined(separator: "\n"), false
            )
        }
        guard let route = actions.first(where: { $0.name == name }) else {
            throw ValidationError("there is no action “\(name)”; “cunwang do” lists them")
        }
        var fields: [String: String] = [:]
        for word in words.dropFirst() {
            let pair = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { throw ValidationError("“\(word)” is not field=value") }
            fields[String(pair[0])] = String(pair[1])
        }
        let known = Set(route.inputs?.fields.map(\.name) ?? [])
        if let strange = fields.keys.sorted().first(where: { !known.contains($0) }) {
            throw ValidationError("\(name) has no field “\(strange)”")
        }
        let token = try await self.token(composition.desk)
        var path = route.path
        for segment in route.path.split(separator: "/") where segment.hasPrefix(":") {
            let field = String(segment.dropFirst())
            guard let value = fields.removeValue(forKey: field) else {
                throw ValidationError("\(name) needs \(field)=…")
            }
            path = path.replacing(":\(field)", with: percentEncoded(value))
        }
        var headers: HTTPFields = [.contentType: "application/json"]
        if let token { headers[.authorization] = "Bearer \(token)" }
        let body = try JSONSerialization.data(withJSONObject: json(fields, route))
        let request = Request(
            head: .init(method: .post, scheme: "http", authority: "localhost", path: path, headerFields: headers),
            body: .init(buffer: ByteBuffer(bytes: body)))
        let context = WebContext(
            source: .init(
                channel: EmbeddedChannel(), logger: Logger(label: "do") { StructuredLog(label: $0, level: .error) }))
        let response = try await site.responder().respond(to: request, context: context)
        let collector = BodyCollector()
        try await response.body.write(collector)
        return (await collector.text, failed: response.status.code >= 400)
    }

    private func token(_ desk: Desk) async throws -> String? {
        guard let signIn = person else { return nil }
        let now = desk.clock.now
        let found = try await desk.database.write { tx -> String? in
            guard
                let id: ID<Person> = try tx.value(
                    "SELECT id FROM person WHERE sign_in = \(signIn) AND active = 1")
            else { return nil }
            let work = Work(tx, by: .system(county: ""), at: now, desk: desk)
            return try work.openSession(for: id, door: .password, isTrusted: false).token
        }
        guard let found else { throw ValidationError("nobody signs in as “\(signIn)”") }
        return found
    }

    /// Values as the field's schema wants them in JSON.
    private func json(_ fields: [String: String], _ route: RouteDescription) throws -> [String: Any] {
        var object: [String: Any] = [:]
        for field in route.inputs?.fields ?? [] {
            guard let text = fields[field.name] else { continue }
            object[field.name] = value(text, field.schema)
        }
        return object
    }

    private func value(_ text: String, _ schema: Schema) -> Any {
        switch schema {
        case .nullable(let inner): value(text, inner)
        case .integer: Int(text) ?? text
        case .number: Double(text) ?? text
        case .boolean: ["true": true, "false": false][text] ?? text as Any
        case .array(let item, _): text.split(separator: ",").map { value(String($0), item) }
        case .map, .object: (try? JSONSerialization.jsonObject(with: Data(text.utf8))) ?? text
        default: text
        }
    }
}

/// Gathers a response in memory.
private actor BodyCollector: ResponseBodyWriter {
    private var buffer = ByteBuffer()
    func write(_ more: ByteBuffer) async throws { buffer.writeImmutableBuffer(more) }
    func finish(_ trailers: HTTPFields?) async throws {}
    var text: String { String(buffer: buffer) }
}
