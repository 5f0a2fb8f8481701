package import Values

/// What a planned or urgent outage has to keep to (docs/rules/planned-outage.md). Everything that is
/// wrong is told at once, with its source, and the earliest start that would be right.
package struct PlannedOutageRule: Sendable, Equatable {
    /// Hours between the public notice and the start.
    package var noticeHours = 7 * 24
    /// The same for urgent (temporary) work.
    package var urgentNoticeHours = 24
    /// Days between two planned outages of the same users.
    package var restDays = 30
    package var longestHours = 10
    /// Days on which no planned outage is made.
    package var listed: [ListedDays] = []

    package init() {}

    /// Examinations, irrigation at harvest, festivals: from and through.
    package struct ListedDays: Sendable, Hashable {
        package let first: Day
        package let last: Day
        package let reason: String

        package init(first: Day, last: Day, reason: String) {
            self.first = first
            self.last = last
            self.reason = reason
        }

        package func touches(_ from: Day, _ through: Day) -> Bool { first <= through && from <= last }
    }

    package struct Outage: Sendable, Equatable {
        package var start: Instant
        package var end: Instant
        /// Work that cannot wait for the notice of a planned one.
        package var isUrgent: Bool
        /// When the notice was or will be published.
        package var announced: Instant
        /// What the notice says.
        package var namesArea: Bool
        package var namesLine: Bool
        package var namesTime: Bool
        /// Planned outages of any of the same users, past and to come.
        package var others: [Other]

        package init(
            start: Instant, end: Instant, isUrgent: Bool = false, announced: Instant, namesArea: Bool = true,
            namesLine: Bool = true, namesTime: Bool = true, others: [Other] = []
        ) {
            self.start = start
            self.end = end
            self.isUrgent = isUrgent
            self.announced = announced
            self.namesArea = namesArea
            self.namesLine = namesLine
            self.namesTime = namesTime
            self.others = others
        }
    }

    /// Another planned outage of the same users.
    package struct Other: Sendable, Hashable {
        package let id: String
        package let start: Instant
        package let end: Instant
        /// How many users both have.
        package let users: Int

        package init(id: String, start: Instant, end: Instant, users: Int) {
            self.id = id
            self.start = start
            self.end = end
            self.users = users
        }
    }

    package enum Code: String, Sendable, Hashable, CaseIterable {
        case endsBeforeStart = "ends-before-start"
        /// The notice comes too late: `hours` are needed.
        case noticeTooLate = "notice-too-late"
        case noArea = "no-area"
        case noLine = "no-line"
        case noTime = "no-time"
        /// `users` of it have another one, `other`, on `day`, within `days`.
        case sameUsersAgain = "same-users-again"
        /// `reason` from `first` through `last`.
        case listedDay = "listed-day"
        /// More than `hours`.
        case tooLong = "too-long"

        package var source: String {
            switch self {
            case .noticeTooLate: "电力供应与使用条例第28条；供电监管办法第13条"
            case .noArea, .noLine, .noTime: "供电监管办法第13条"
            case .endsBeforeStart, .sameUsersAgain, .listedDay, .tooLong: "policy"
            }
        }
    }

    package struct Violation: Sendable, Hashable {
        package let code: Code
        package let values: [String: String]

        package init(_ code: Code, _ values: [String: String] = [:]) {
            self.code = code
            self.values = values
        }

        package var source: String { code.source }
    }

    /// Everything that is wrong; nothing when it may be approved.
    package func violations(of outage: Outage) -> [Violation] {
        guard outage.start < outage.end else { return [Violation(.endsBeforeStart)] }
        var found: [Violation] = []
        if outage.start < noticeEnd(outage) {
            found.append(Violation(.noticeTooLate, ["hours": "\(hours(outage))"]))
        }
        if !outage.namesArea { found.append(Violation(.noArea)) }
        if !outage.namesLine { found.append(Violation(.noLine)) }
        if !outage.namesTime { found.append(Violation(.noTime)) }
        found += again(outage, at: outage.start).map {
            Violation(
                .sameUsersAgain,
                ["other": $0.id, "day": $0.start.day.iso, "users": "\($0.users)", "days": "\(restDays)"])
        }
        found += touched(outage, at: outage.start).map {
            Violation(.listedDay, ["reason": $0.reason, "first": $0.first.iso, "last": $0.last.iso])
        }
        if outage.end.since(outage.start) > Int64(longestHours) * 3_600_000 {
            found.append(Violation(.tooLong, ["hours": "\(longestHours)"]))
        }
        return found
    }

    /// The first start at the same time of day that keeps the notice, the users' rest and the listed
    /// days; nil when there is none within a year.
    package func earliestStart(of outage: Outage) -> Instant? {
        let clock = outage.start.since(outage.start.day.start)
        var day = noticeEnd(outage).day
        for _ in 0..<366 {
            let start = day.start.adding(milliseconds: clock)
            if start >= noticeEnd(outage), again(outage, at: start).isEmpty, touched(outage, at: start).isEmpty {
                return start
            }
            day = day.adding(days: 1)
        }
        return nil
    }

    private func hours(_ outage: Outage) -> Int { outage.isUrgent ? urgentNoticeHours : noticeHours }

    private func noticeEnd(_ outage: Outage) -> Instant { outage.announced.adding(hours: Int64(hours(outage))) }

    /// Others of the same users that are too near. Urgent work may come again: it is done because
    /// waiting would be worse.
    private func again(_ outage: Outage, at start: Instant) -> [Other] {
        guard !outage.isUrgent, restDays > 0 else { return [] }
        let end = start.adding(milliseconds: max(0, outage.end.since(outage.start)))
        return outage.others.filter {
            $0.end.day.distance(to: start.day) < restDays && end.day.distance(to: $0.start.day) < restDays
        }
    }

    private func touched(_ outage: Outage, at start: Instant) -> [ListedDays] {
        guard !outage.isUrgent else { return [] }
        // An outage that ends at midnight does not touch the day that begins.
        let last = start.adding(milliseconds: max(1, outage.end.since(outage.start)) - 1).day
        return listed.filter { $0.touches(start.day, last) }
    }
}
