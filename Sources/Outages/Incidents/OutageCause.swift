import Desk
import Values

/// Causes and equipment are choices of the kind `outage`: data that the company may change. These
/// are the ones that the program itself knows.
package enum OutageCause {
    package static let unknown = "unknown"
    /// In the customer's own installation: no interruption of the supply (DL/T 836).
    package static let inside = "customer"
    /// Somebody damaged the equipment: facility protection follows it up.
    package static let damage: Set<String> = ["vehicle", "construction", "theft"]

    static func title(_ value: String?, field: String, _ desk: Desk) -> Texts? {
        guard let value, let known = desk.kinds.current(Incident.kind)?.field(field) else { return nil }
        return known.words(for: value)
    }

    /// - Throws: `not-a-choice`.
    static func check(_ value: String?, field: String, _ desk: Desk, today: Day) throws(Problem) {
        guard let value, let known = desk.kinds.current(Incident.kind)?.field(field) else { return }
        if let found = known.complaint(about: value, today: today) { throw .invalid(field, found.code, found.values) }
    }
}
