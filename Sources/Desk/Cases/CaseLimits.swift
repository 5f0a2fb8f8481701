package import PowerRules
package import Values

/// One limit of one case, as it runs, stands still or has ended.
package struct CaseLimit: Sendable, Equatable {
    package let id: ID<CaseLimit>
    package let name: String
    package let rule: LimitRule
    package let isPromise: Bool
    package let startedAt: Instant
    package var pauses: [Pause]
    package var dueAt: Instant
    package var isProvisional: Bool
    package var stoppedAt: Instant?
    /// Never erased.
    package var breachedAt: Instant?
    /// The percentage up to which people were told: 0, 80, 100, 150, 200.
    package var level: Int

    package var isRunning: Bool { stoppedAt == nil }
    package var isPaused: Bool { isRunning && pauses.last.map { $0.to == nil } ?? false }

    static func starting(_ limit: KindLimit, id: ID<CaseLimit>, at now: Instant, _ calendar: WorkCalendar) -> CaseLimit {
        let due = calendar.due(start: now, rule: limit.rule)
        return CaseLimit(
            id: id, name: limit.name, rule: limit.rule, isPromise: limit.isPromise, startedAt: now, pauses: [],
            dueAt: due.moment, isProvisional: due.provisional, stoppedAt: nil, breachedAt: nil, level: 0)
    }

    /// Computes the end again from the start, the rule and the pauses: the same as a run from
    /// scratch, so it may be called after any change of the calendar.
    package mutating func recompute(_ calendar: WorkCalendar) {
        let due = calendar.due(start: startedAt, rule: rule, pauses: pauses)
        dueAt = due.moment
        isProvisional = due.provisional
    }

    mutating func pause(at now: Instant, _ calendar: WorkCalendar) {
        guard isRunning, !isPaused else { return }
        breach(at: now)
        pauses.append(Pause(from: now, to: nil))
        recompute(calendar)
    }

    mutating func resume(at now: Instant, _ calendar: WorkCalendar) {
        guard isPaused, let last = pauses.popLast() else { return }
        pauses.append(Pause(from: last.from, to: now))
        recompute(calendar)
    }

    mutating func stop(at now: Instant, _ calendar: WorkCalendar) {
        guard isRunning else { return }
        resume(at: now, calendar)
        breach(at: now)
        stoppedAt = now
    }

    /// Records that it was over before `now`.
    mutating func breach(at now: Instant) {
        if breachedAt == nil, isRunning, now > dueAt { breachedAt = dueAt }
    }

    /// When the next person has to be told; nil when nobody is left to tell or it stands still.
    func nextStep(_ calendar: WorkCalendar) -> (step: EscalationStep, moment: Instant)? {
        guard isRunning, !isPaused, let step = EscalationStep.allCases.first(where: { $0.rawValue > level }),
            let moment = calendar.moment(ofPercent: step.rawValue, start: startedAt, rule: rule, pauses: pauses)
        else { return nil }
        return (step, moment)
    }

    /// When somebody has to be told next. Danger, and limits of the service that works day and
    /// night, wake people; everything else waits for the morning.
    func nextAlarm(isDanger: Bool, _ calendar: WorkCalendar) -> Instant? {
        guard let next = nextStep(calendar) else { return nil }
        if isDanger { return next.moment }
        if case .clock(let minutes) = rule, minutes <= ServiceHours.aroundTheClockMinutes { return next.moment }
        return ServiceHours.opening(next.moment)
    }

    /// Takes every step whose share has been reached and of which nobody was told.
    package mutating func escalations(until now: Instant, _ calendar: WorkCalendar) -> [Escalation] {
        var reached: [Escalation] = []
        while let next = nextStep(calendar), next.moment <= now {
            level = next.step.rawValue
            let isBreach = next.step == .dispatcher && breachedAt == nil
            if isBreach { breachedAt = dueAt }
            reached.append(Escalation(step: next.step, limit: self, isBreach: isBreach))
        }
        return reached
    }

    /// `[[from,to],[from,null]]`: milliseconds.
    static func text(of pauses: [Pause]) -> String {
        if pauses.isEmpty { return "[]" }
        return "["
            + pauses.map { "[\($0.from.milliseconds),\($0.to.map { "\($0.milliseconds)" } ?? "null")]" }
            .joined(separator: ",") + "]"
    }

    static func pauses(from text: String) -> [Pause] {
        if text == "[]" { return [] }
        return text.dropFirst().dropLast().split(separator: "]").compactMap { part in
            let numbers = part.drop { $0 == "," || $0 == "[" }.split(separator: ",")
            guard numbers.count == 2, let from = Int64(numbers[0]) else { return nil }
            return Pause(
                from: Instant(milliseconds: from), to: Int64(numbers[1]).map { Instant(milliseconds: $0) })
        }
    }
}

/// A share of a limit that was reached, and whether that broke the promise just now.
package struct Escalation: Sendable, Equatable {
    package let step: EscalationStep
    package let limit: CaseLimit
    package let isBreach: Bool
}

/// All limits of a case through its moves.
package struct CaseLimits: Sendable, Equatable {
    package var all: [CaseLimit]
    package init(_ all: [CaseLimit] = []) { self.all = all }

    package var running: [CaseLimit] { all.filter(\.isRunning) }
    package var isBreached: Bool { all.contains { $0.isPromise && $0.breachedAt != nil } }

    /// What a move does to the limits: stops, pauses, resumes and starts them.
    package mutating func follow(
        _ move: String, from before: String, to after: String, in kind: Kind, _ seen: Case, at now: Instant,
        calendar: WorkCalendar, newID: () -> ID<CaseLimit>
    ) {
        let isOpen = kind.state(after)?.isOpen ?? true
        for i in all.indices where all[i].isRunning {
            let limit = kind.limit(all[i].name)
            if !isOpen || limit?.stops.contains(move) == true {
                all[i].stop(at: now, calendar)
            } else if limit?.pauses.contains(after) == true {
                all[i].pause(at: now, calendar)
            } else {
                all[i].resume(at: now, calendar)
                all[i].breach(at: now)
            }
        }
        start(move, kind, seen.extra, isDanger: seen.isDanger, at: now, calendar, newID)
    }

    package mutating func start(
        _ trigger: String, _ kind: Kind, _ extra: [String: String], isDanger: Bool, at now: Instant,
        _ calendar: WorkCalendar, _ newID: () -> ID<CaseLimit>
    ) {
        for limit in kind.limits where limit.starts.contains(trigger) {
            guard limit.applies(to: extra, isDanger: isDanger),
                !all.contains(where: { $0.name == limit.name && $0.isRunning })
            else { continue }
            all.append(.starting(limit, id: newID(), at: now, calendar))
        }
    }

    /// The nearest end among those that run.
    package var next: CaseLimit? {
        all.filter { $0.isRunning && !$0.isPaused }.min { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
    }
    /// The nearest promise, told at intake.
    package var promised: CaseLimit? {
        all.filter { $0.isRunning && $0.isPromise }.min { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
    }
}

extension Case {
    /// Name under which the follow-up call stands where a limit would.
    package static let followUpName = "follow-up"

    /// Takes over what the limits say: the end that lists sort by, and when to look again.
    package mutating func schedule(_ limits: CaseLimits, in kind: Kind, calendar: WorkCalendar) {
        if let next = limits.next {
            dueAt = next.dueAt
            dueName = next.name
        } else if isOpen, let followUpAt {
            dueAt = followUpAt
            dueName = Case.followUpName
        } else {
            dueAt = .distantFuture
            dueName = nil
        }
        var check = Instant.distantFuture
        for limit in limits.running {
            if let alarm = limit.nextAlarm(isDanger: isDanger, calendar) { check = min(check, alarm) }
        }
        if isOpen, let followUpAt { check = min(check, ServiceHours.opening(followUpAt)) }
        if state == "confirmed", let resolvedAt {
            check = min(check, calendar.due(start: resolvedAt, rule: FollowUp.reopening).moment)
        }
        nextCheckAt = check
    }
}

/// When people may be told what is not dangerous (policy).
package enum ServiceHours {
    package static let firstMinute = 8 * 60
    package static let lastMinute = 20 * 60
    /// A limit of the repair service is no longer than this and counts at night as well.
    package static let aroundTheClockMinutes = 12 * 60

    /// The moment itself within service hours, else the next opening.
    package static func opening(_ moment: Instant) -> Instant {
        if moment == .distantFuture { return moment }
        let minute = moment.minuteOfDay
        if minute < firstMinute { return moment.day.start.adding(minutes: Int64(firstMinute)) }
        if minute >= lastMinute { return moment.day.adding(days: 1).start.adding(minutes: Int64(firstMinute)) }
        return moment
    }
}
