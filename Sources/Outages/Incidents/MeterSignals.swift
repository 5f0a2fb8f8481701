package import Desk
import Grid
import Registry
import Service
import Storage
package import Values

/// One meter's word: its last gasp, or that it has voltage.
package struct MeterSignal: InputValue, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case lastGasp = "last-gasp"
        case on
        /// Asked and did not answer.
        case silent
    }
    package let meter: String
    package let state: State
    /// By the meter's own clock.
    package let at: Instant

    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> MeterSignal {
        guard case .object(let fields) = raw else { throw .wrongType }
        let meter = try String.parse(fields["meter"], meterRules)
        guard case .string(let word) = fields["state"], let state = State(rawValue: word) else {
            throw InputComplaint("bad-signal")
        }
        guard case .string(let moment) = fields["at"], let at = Instant(iso: moment) else {
            throw InputComplaint("bad-signal")
        }
        return MeterSignal(meter: meter, state: state, at: at)
    }
    package static func schema(_ rules: [InputRule]) -> Schema {
        .object([
            ("meter", String.schema(meterRules)), ("state", .choice(State.allCases.map(\.rawValue))), ("at", .moment),
        ])
    }
    package static func control(_ rules: [InputRule]) -> InputControl { .hidden }
    private static let meterRules: [InputRule] = [.length(1...40)]
}

/// Signals of meters, in one batch. Sent again, each counts once. The server's time decides: a
/// meter whose clock is off is flagged and believed all the same.
package struct TakeMeterSignals: Action {
    package static let name = "meter-signals"
    package static let door = Door.post("/meters/signals")
    package static let who: Who = .roles(.company)
    package static let mayChangeRights = false
    package static let isRowGuarded = true
    static let most = 500
    @Input(.count(1...500)) package var signals: [MeterSignal]
    @Prepared private var places: [String: ReportPlace]

    package init() {}

    package mutating func prepare(_ desk: Desk, by actor: Actor, at now: Instant) async throws {
        let meters = Set(signals.map(\.meter)).sorted()
        places = try await desk.database.read { try $0.places(ofMeters: meters, county: actor.county) }
    }

    package func perform(_ work: Work) throws -> SignalsTaken {
        var taken = 0
        var repeated = 0
        for signal in signals {
            guard let place = places[signal.meter] else { continue }
            var draft = ReportDraft(at: place, source: signal.state == .silent ? .ping : .meter, channel: .api)
            draft.isDark = signal.state != .on
            draft.deviceAt = signal.at
            draft.signal = "\(work.actor.county)/\(signal.meter)/\(signal.state.rawValue)/\(signal.at.milliseconds)"
            if try work.insert(draft) != nil { taken += 1 } else { repeated += 1 }
        }
        let unknown = Set(signals.map(\.meter)).subtracting(places.keys).sorted()
        if taken > 0 {
            try work.record(
                EventDraft("meters.signalled", of: "county", work.actor.county, ["n": "\(taken)"]))
        }
        return SignalsTaken(taken: taken, repeated: repeated, unknown: unknown)
    }
}

package struct SignalsTaken: Answer, Equatable {
    package let taken: Int
    package let repeated: Int
    /// Meters of no account, or of one that is connected to nothing.
    package let unknown: [String]
    package static var schema: Schema {
        .object([("taken", .integer(min: 0)), ("repeated", .integer(min: 0)), ("unknown", .array(.text))])
    }
}

extension Transaction {
    fileprivate func places(ofMeters meters: [String], county: String) throws -> [String: ReportPlace] {
        let found = try rows(
            """
            SELECT a.meter, a.id, a.village, v.name, v.path, s.id FROM account a JOIN unit v ON v.id = a.village
            JOIN unit t ON t.id = v.parent
            JOIN unit s ON s.partner = t.id AND s.kind = 'station' AND s.closed_at IS NULL
            WHERE a.county = \(county) AND a.meter IN \(list: meters) AND a.closed IS NULL
            """
        ) {
            (
                meter: $0[0] as String, account: $0[1] as ID<Account>, village: $0[2] as ID<Village>,
                name: $0[3] as String, path: $0[4] as String, station: $0[5] as ID<Unit>
            )
        }
        let supplies = Dictionary(
            try supplies(of: found.map(\.account)).compactMap { supply in supply.account.map { ($0, supply) } },
            uniquingKeysWith: { first, _ in first })
        var places: [String: ReportPlace] = [:]
        for row in found {
            guard let supply = supplies[row.account] else { continue }
            places[row.meter] = ReportPlace(
                county: county, station: row.station, reach: row.path, village: row.village, villageName: row.name,
                account: row.account, feeder: supply.feeder, position: supply.position, area: supply.area)
        }
        return places
    }
}
