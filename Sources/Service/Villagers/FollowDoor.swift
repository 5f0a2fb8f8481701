import Desk
import Values
package import Web

/// How a villager comes to a case: by the secret of a receipt, by its number and the last four
/// digits of the phone, or signed in as its customer.
package enum FollowDoor: Sendable {
    case receipt(String)
    case phone(number: String, lastFour: String)
    case own(number: String)

    /// Path of the page; moves are posted below it.
    package var path: String {
        switch self {
        case .receipt(let secret): "/follow/\(percentEncoded(secret))"
        case .phone(let number, let lastFour): "/follow/by/\(percentEncoded(number))/\(percentEncoded(lastFour))"
        case .own(let number): "/mine/\(percentEncoded(number))"
        }
    }

    /// The door through which a page was opened.
    package init(of visit: Visit) {
        if let secret = visit.parameters["secret"] {
            self = .receipt(secret)
        } else if let lastFour = visit.parameters["lastFour"] {
            self = .phone(number: visit["case"], lastFour: lastFour)
        } else {
            self = .own(number: visit["case"])
        }
    }

    /// Reads the case through this door; tries by number are limited by the query.
    package func look(_ visit: Visit) async throws -> CaseView {
        switch self {
        case .receipt(let secret):
            try await visit.desk.fetch(FollowQuery.self, ["secret": .text(secret)], by: visit.actor)
        case .phone(let number, let lastFour):
            try await visit.desk.fetch(
                FollowQuery.self, ["number": .text(number), "lastFour": .text(lastFour)], by: visit.actor)
        case .own(let number):
            try await visit.desk.fetch(CaseQuery.self, ["case": .text(number)], by: visit.actor)
        }
    }
}
