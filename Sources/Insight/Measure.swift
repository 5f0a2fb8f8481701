package import Desk
import Values

/// One figure with one definition. A definition that changes gets a new version, so that last
/// year's figure can be computed again as it was (M2).
package enum Measure: String, Sendable, CaseIterable, InputChoice {
    case opened, resolved
    case inLimit = "in-limit"
    case late, confirmed, unconfirmed, reopened, merged, withdrawn, rated

    package static var wordPrefix: String { "measure" }
    package var version: Int { 1 }

    /// The counter behind it (table `case_count`).
    var counter: String { self == .rated ? "satisfaction-n" : rawValue }
    static let satisfactionSum = "satisfaction-sum"
}

/// By what the figures are told apart.
package enum ResultGroup: String, Sendable, CaseIterable, InputChoice {
    case village, kind, channel, month
    package static var wordPrefix: String { "results.by" }
}

/// A definition as the API tells it.
package struct MeasureDefinition: Answer, Equatable {
    package let id: String
    package let version: Int
    package let title: Texts
    package let text: Texts

    package static var schema: Schema {
        .object([("id", .text), ("version", .integer(min: 1)), ("title", Texts.schema), ("text", Texts.schema)])
    }

    /// All of them, with those that are computed from others.
    static func all(_ locales: Locales) -> [MeasureDefinition] {
        let ids = Measure.allCases.map(\.rawValue) + ["share-in-limit", "satisfaction", "per-1000-households"]
        let zh = locales.words(.chinese)
        let en = locales.words(.english)
        return ids.map { id in
            MeasureDefinition(
                id: id, version: Measure(rawValue: id)?.version ?? 1,
                title: Texts(zh: zh["measure.\(id)"], en: en["measure.\(id)"]),
                text: Texts(zh: zh["measure-text.\(id)"], en: en["measure-text.\(id)"]))
        }
    }
}

/// The figures of one group: of a village, a kind, a channel, a month, or all together.
package struct ResultRow: Codable, Sendable, Equatable {
    /// Village id, name of a kind or channel, or `2026-11`; empty for the whole and for cases whose
    /// village is unknown.
    package let key: String
    package let title: Texts
    package var counts: [String: Int]
    /// Thousandths of those that were judged; nil when none was.
    package var shareInLimit: Int?
    /// Hundredths of 1…5; nil when nobody said.
    package var satisfaction: Int?
    /// Open accounts, where the group is a village or the whole.
    package var households: Int?
    /// Tenths.
    package var perThousandHouseholds: Int?
    /// Fewer than 30 cases: too few to compare (M3).
    package var isSmall: Bool

    package static let smallBelow = 30

    package func count(_ measure: Measure) -> Int { counts[measure.rawValue] ?? 0 }

    init(key: String, title: Texts, raw: [String: Int], households: Int?) {
        self.key = key
        self.title = title
        var counts: [String: Int] = [:]
        for measure in Measure.allCases { counts[measure.rawValue] = raw[measure.counter] ?? 0 }
        self.counts = counts
        let judged = (raw["in-limit"] ?? 0) + (raw["late"] ?? 0)
        shareInLimit = judged == 0 ? nil : 1000 * (raw["in-limit"] ?? 0) / judged
        let rated = raw["satisfaction-n"] ?? 0
        satisfaction = rated == 0 ? nil : 100 * (raw[Measure.satisfactionSum] ?? 0) / rated
        let opened = raw["opened"] ?? 0
        self.households = households
        perThousandHouseholds = households.flatMap { $0 == 0 ? nil : 10_000 * opened / $0 }
        isSmall = opened < Self.smallBelow
    }

    static var schema: Schema {
        .object(
            [
                ("key", .string()), ("title", Texts.schema), ("counts", .map(.integer(min: 0))),
                ("shareInLimit", .integer(min: 0, max: 1000)), ("satisfaction", .integer(min: 100, max: 500)),
                ("households", .integer(min: 0)), ("perThousandHouseholds", .integer(min: 0)), ("isSmall", .boolean),
            ],
            optional: ["shareInLimit", "satisfaction", "households", "perThousandHouseholds"])
    }
}
