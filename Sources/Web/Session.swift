package import Desk
package import Values

/// Somebody who is signed in.
package struct SessionInfo: Sendable {
    package let actor: Actor
    /// Keyed hash under which the session is stored; forms are bound to it.
    package let tokenHash: String
    package let expires: Instant
    /// Signed in with a starting password that somebody else knows: first it must be changed.
    package let mustChange: Bool
    /// Messages that wait to be read, counted up to 100; read with the session, since it stands on
    /// every page.
    package let unread: Int
    /// What forms are bound to: the keyed hash of `tokenHash` for `formPurpose`, where it was computed
    /// with the session; nil: it is computed when it is wanted.
    package let formToken: String?
    package static let formPurpose = "csrf"
    package init(
        actor: Actor, tokenHash: String, expires: Instant, mustChange: Bool = false, unread: Int = 0,
        formToken: String? = nil
    ) {
        self.formToken = formToken
        self.mustChange = mustChange
        self.unread = unread
        self.actor = actor
        self.tokenHash = tokenHash
        self.expires = expires
    }
}

/// Where sessions are kept.
package protocol SessionSource: Sendable {
    /// - Returns: nil when there is no such session or it has ended.
    func session(token: String, now: Instant) async throws -> SessionInfo?
}

extension SessionInfo {
    /// The actor, calling from an address.
    func actor(at address: String) -> Actor {
        Actor(
            person: actor.person, name: actor.name, county: actor.county, grants: actor.grants,
            phoneHash: actor.phoneHash, address: address, session: tokenHash)
    }
}
