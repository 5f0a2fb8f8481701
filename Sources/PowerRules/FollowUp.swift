package import Values

/// The call after "resolved" when the customer says nothing (docs/rules/follow-up.md).
package enum FollowUp {
    /// The call is due when this has passed since "resolved".
    package static let silence = LimitRule.workingDays(3)
    /// Until then a resolved case may be reopened.
    package static let reopening = LimitRule.days(10)
    package static let satisfaction = 1...5

    /// Two failed calls on two days close the case as unconfirmed; two on one day do not.
    package static func closesUnconfirmed(failedCalls: [Instant]) -> Bool {
        Set(failedCalls.map(\.day)).count >= 2
    }
}
