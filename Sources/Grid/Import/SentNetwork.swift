package import Desk
package import PowerRules
import Registry
import Storage
package import Values

package enum NetworkImportRow {}

/// How far a network that was sent has come.
package enum SentNetworkState: String, Sendable, Codable, CaseIterable, SQLBindable, SQLReadable {
    /// Is to be checked; was, and may be published or not; is being published; was; could not be.
    case waiting, checked, refused, queued, published, failed
    package var isUnderWay: Bool { self == .waiting || self == .queued }
}

extension Datum: InputChoice {
    package static var wordPrefix: String { "datum" }
}

/// A network that somebody sent, with what the check said.
package struct SentNetwork: Answer, Equatable {
    package struct Finding: Codable, Sendable, Equatable {
        /// A line of a file, or the id of a node, device or load.
        package let subject: String
        package let code: String
        package let isError: Bool
        package let values: [String: String]
    }
    package let id: ID<NetworkImportRow>
    package let state: SentNetworkState
    package let source: String
    package let format: String
    package let feeder: String
    package let name: String
    package let person: String
    package let madeAt: Instant
    /// Of the writing.
    package let percent: Int
    package let nodes: Int
    package let devices: Int
    package let areas: Int
    package let supplies: Int
    package let unlinked: Int
    /// Errors first; at most 1,000.
    package let findings: [Finding]
    package let warnings: Int
    /// Why it could not be published.
    package let problem: String?
    package let version: ID<NetworkVersion>?

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("state", .choice(SentNetworkState.allCases.map(\.rawValue))),
                ("source", .text), ("format", .text), ("feeder", .text), ("name", .text), ("person", .text),
                ("madeAt", .moment), ("percent", .integer(min: 0, max: 100)), ("nodes", .integer(min: 0)),
                ("devices", .integer(min: 0)), ("areas", .integer(min: 0)), ("supplies", .integer(min: 0)),
                ("unlinked", .integer(min: 0)),
                (
                    "findings",
                    .array(
                        .object([("subject", .text), ("code", .text), ("isError", .boolean), ("values", .map(.text))]))
                ), ("warnings", .integer(min: 0)), ("problem", .text), ("version", .string(format: "uuid")),
            ], optional: ["problem", "version"])
    }
}

package struct SentNetworkPage: Answer, Equatable {
    package let items: [SentNetwork]
    package let next: String?
    package static var schema: Schema {
        .object([("items", .array(SentNetwork.schema)), ("next", .text)], optional: ["next"])
    }
}

/// The company sends a feeder's network: three tables, or one JSON or CIM file. It is checked by itself;
/// nothing is published yet.
package struct SendNetwork: Action {
    package static let name = "send-network"
    package static let door = Door.post("/network/imports", status: 201)
    package static let who: Who = .roles(.company)
    package static let mayChangeRights = false
    package static let allowance: Allowance? = Allowance(tries: 60, withinSeconds: 3600)
    @Input package var nodes: SentFile?
    @Input package var edges: SentFile?
    @Input package var loads: SentFile?
    /// `network.json`, or a CIM file, instead of the tables.
    @Input package var network: SentFile?
    /// `load,account`, where a load's id is not the number of its account.
    @Input package var accounts: SentFile?
    /// Code of the feeder; a known one gets a new version.
    @Input(.length(1...40)) package var feeder: String
    @Input(.length(1...60)) package var heading: String?
    /// Code of the substation that feeds it.
    @Input(.length(1...40)) package var substation: String
    @Input(.length(1...60)) package var substationName: String?
    /// Works on it; the one of most of its customers where nothing is said.
    @Input package var station: ID<Unit>?
    @Input package var datum: Datum?
    @Prepared private var format: NetworkFormat
    package init() {}

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        var complaints: [Problem.Field] = []
        if let network {
            for (part, file) in [("nodes", nodes), ("edges", edges), ("loads", loads)] where file != nil {
                complaints.append(.init(part, "network-one-or-three"))
            }
            let bytes = try await desk.database.blobs.read(network.hash) ?? []
            format = bytes.first { !" \n\r\t\u{FEFF}".utf8.contains($0) } == UInt8(ascii: "{") ? .json : .cim
        } else {
            for (part, file) in [("nodes", nodes), ("edges", edges), ("loads", loads)] where file == nil {
                complaints.append(.init(part, "missing"))
            }
            format = .csv
        }
        guard complaints.isEmpty else { throw Problem.invalid(complaints) }
    }

    package func perform(_ work: Work) throws -> SentNetwork {
        guard work.actor.has([.company], at: work.actor.county), let person = work.actor.person else {
            throw Problem.forbidden
        }
        if let station {
            guard let unit = try work.tx.unit(station), unit.kind == .station, unit.county == work.actor.county else {
                throw Problem.invalid("station", "unknown-station")
            }
        }
        let id: ID<NetworkImportRow> = work.newID()
        let named: [(String, SentFile?)] = [
            ("nodes", nodes), ("edges", edges), ("loads", loads), ("network", network), ("accounts", accounts),
        ]
        let files = named.compactMap { part, file in file.map { (part, $0) } }
        let source = format == .csv ? "nodes.csv, edges.csv, loads.csv" : format == .json ? "network.json" : "CIM"
        try work.tx.insertSent(
            id, county: work.actor.county, by: person, self, format: format, source: source, at: work.now)
        for (part, file) in files { try work.tx.insertSentFile(id, part, file) }
        try work.record(
            EventDraft(
                "network.sent", of: "feeder-code", feeder, ["import": id.text, "format": format.rawValue],
                rowHash: rowHash([id.text] + files.map { $0.1.hash }), county: work.actor.county))
        guard let made = try work.tx.sentNetwork(id, county: work.actor.county) else { throw Problem.notFound }
        return made
    }
}

/// What was checked and holds no error becomes the feeder's version.
package struct PublishNetwork: Action {
    package static let name = "publish-network"
    package static let door = Door.post("/network/imports/:import/publish")
    package static let who: Who = .roles(.company)
    package static let mayChangeRights = false
    @Input package var `import`: ID<NetworkImportRow>
    package init() {}

    package func perform(_ work: Work) throws -> SentNetwork {
        guard let seen = try work.tx.sentNetwork(self.import, county: work.actor.county),
            work.actor.has([.company], at: work.actor.county)
        else { throw Problem.notFound }
        guard try work.tx.queueSent(self.import, at: work.now) else {
            throw Problem(.conflict, "network-not-checked", ["state": seen.state.rawValue])
        }
        try work.record(
            EventDraft(
                "network.ordered", of: "feeder-code", seen.feeder, ["import": self.import.text], county: work.actor.county))
        work.announce(networkImportTopic(self.import))
        guard let made = try work.tx.sentNetwork(self.import, county: work.actor.county) else { throw Problem.notFound }
        return made
    }
}

/// One network that was sent.
package struct SentNetworkQuery: Query {
    package static let name = "sent-network"
    package static let door = Door.get("/network/imports/:import")
    package static let who: Who = .roles(.company)
    @Input package var `import`: ID<NetworkImportRow>
    package init() {}

    package func fetch(_ work: Work) throws -> SentNetwork {
        guard let found = try work.tx.sentNetwork(self.import, county: work.actor.county) else { throw Problem.notFound }
        return found
    }
}

/// Networks that were sent, the newest first, without what the check said of them.
package struct SentNetworksQuery: Query {
    package static let name = "sent-networks"
    package static let door = Door.get("/network/imports")
    package static let who: Who = .roles(.company)
    private static let pageSize = 25
    @Input(.hidden) package var after: ID<NetworkImportRow>?
    package init() {}

    package func fetch(_ work: Work) throws -> SentNetworkPage {
        let found = try work.tx.sentNetworks(county: work.actor.county, before: after, limit: Self.pageSize + 1)
        let shown = found.prefix(Self.pageSize)
        return SentNetworkPage(items: Array(shown), next: found.count > Self.pageSize ? shown.last?.id.text : nil)
    }
}

func networkImportTopic(_ id: ID<NetworkImportRow>) -> String { "network-import/" + id.text }
