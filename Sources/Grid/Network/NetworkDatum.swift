package import Desk
package import Values

/// The datum in which a file gives its places. Stored is WGS-84.
package enum NetworkDatum: String, Sendable, Hashable, CaseIterable, Codable, InputChoice {
    case wgs84, cgcs2000, gcj02
    package static var wordPrefix: String { "datum" }
}
