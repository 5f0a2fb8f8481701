package import Desk
package import Grid
package import Storage
package import Values

package enum PlannedRow {}
package enum QuietDay {}
package enum HouseholdTag {}

/// Work that can wait for its notice of seven days, or work that cannot (24 hours).
package enum PlannedKind: String, Sendable, Codable, CaseIterable, SQLBindable, SQLReadable, InputChoice {
    case planned, urgent
    package static var wordPrefix: String { "planned-kind" }
}

package enum PlannedState: String, Sendable, Codable, CaseIterable, SQLBindable, SQLReadable, InputChoice {
    case asked, approved, running, finished, refused, cancelled
    package static var wordPrefix: String { "planned-state" }
    package var isOver: Bool { [.finished, .refused, .cancelled].contains(self) }
}

package enum PlannedLimits {
    /// Up to so many customers the station head decides, above the company (policy).
    package static let headDecidesUpTo = 500
    package static let devicesMax = 20
    package static let workMax = 200
    package static let reasonMax = 500
    /// Nobody plans further ahead.
    package static let aheadDays: Int64 = 366
    /// Stands for the households without a position, which were put onto the list by hand.
    package static let byHand = -1..<0
    /// So long after the announced start nobody has begun: somebody is asked.
    package static let notBegunMinutes: Int64 = 15
    /// So long after the announced end it is escalated further.
    package static let lateMinutes: Int64 = 60
}

/// A planned outage of one feeder, from the request to the light.
package struct PlannedOutage: Sendable, Equatable {
    package let id: ID<PlannedOutage>
    package let county: String
    package let number: Code
    package let kind: PlannedKind
    package var state: PlannedState
    package let station: ID<Unit>
    package let feeder: ID<Feeder>
    /// The line and what of it, as the announcement says.
    package var line: String
    package var work: String
    package var contact: String
    package var phone: String
    package var start: Instant
    package var end: Instant
    package var customers: Int
    package let askedBy: ID<Person>?
    package let askedAt: Instant
    /// Why the company lets it break a rule.
    package var waiver: String?
    package var decidedBy: ID<Person>?
    package var decidedAt: Instant?
    /// Of the refusal, change or cancellation.
    package var reason: String?
    package var announcedAt: Instant?
    package var startedAt: Instant?
    package var finishedAt: Instant?
    /// Grows with every change: notices of an earlier one are not taken for those of this.
    package var round: Int
    /// Sections that have their light back.
    package var step: Int
    package var listedAt: Instant?
    package var passedAt: Instant
    package var version: Int

    /// What time does to it.
    package enum Milestone: Sendable, Equatable {
        /// Seven days and one day before.
        case week, day
        /// The announced start has passed and nobody began; the announced end, and the light is not back.
        case notBegun, late, veryLate
    }

    /// In order of time.
    package var milestones: [(at: Instant, what: Milestone)] {
        switch state {
        case .approved:
            guard let announcedAt else { return [] }
            let before = [(start.adding(days: -7), Milestone.week), (start.adding(days: -1), .day)]
                // What was just announced is not said again within a day.
                .filter { $0.0 >= announcedAt.adding(days: 1) }
            return before.map { (at: $0.0, what: $0.1) }
                + [(at: start.adding(minutes: PlannedLimits.notBegunMinutes), what: .notBegun)]
        case .running:
            return [(at: end, what: .late), (at: end.adding(minutes: PlannedLimits.lateMinutes), what: .veryLate)]
        default: return []
        }
    }

    package var nextAt: Instant { milestones.first { $0.at > passedAt }?.at ?? .distantFuture }
}

/// One device behind which the light goes out.
package struct PlannedDevice: Sendable, Equatable {
    package let id: ID<Device>
    package let code: String
    package let name: String
}

/// A part of its positions; `restoredAt` nil: still dark, or to be.
package struct PlannedRange: Sendable, Equatable {
    package let id: String
    package let positions: Range<Int>
    package let step: Int?
    package let restoredAt: Instant?
}

/// Ranges without overlap, in order.
func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
    var out: [Range<Int>] = []
    for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
        if let last = out.last, range.lowerBound <= last.upperBound {
            out[out.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
        } else {
            out.append(range)
        }
    }
    return out
}

/// What of one range the other takes away.
func without(_ range: Range<Int>, _ part: Range<Int>) -> [Range<Int>] {
    let cut = part.clamped(to: range)
    if cut.isEmpty { return [range] }
    return [range.lowerBound..<cut.lowerBound, cut.upperBound..<range.upperBound].filter { !$0.isEmpty }
}
