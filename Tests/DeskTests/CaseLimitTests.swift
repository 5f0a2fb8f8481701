@testable import Desk
import PowerRules
import Testing
import Values

@Suite struct CaseLimitTests {
    private func ids() -> () -> ID<CaseLimit> {
        let n = Locked(0)
        return {
            n.with {
                $0 += 1; return ID("00000000-0000-7000-8000-00000000000\($0)")
            }
        }
    }

    private func opened(_ kind: String, extra: [String: String] = [:], danger: Bool = false, at now: Instant = Bugang.start)
        -> CaseLimits
    {
        var limits = CaseLimits()
        limits.start(KindLimit.opened, Bugang.kind(kind), extra, isDanger: danger, at: now, Bugang.calendar, ids())
        return limits
    }

    @Test func aRepairIsPromisedWithinNinetyMinutes() {
        let limits = opened("repair")
        #expect(limits.all.map(\.name) == ["arrival", "arrival-regulator"])
        #expect(limits.promised?.dueAt == Bugang.start.adding(minutes: 90))
    }

    @Test func theLimitFollowsWhatIsAskedFor() {
        #expect(opened("connection").all.map(\.name) == ["resident"])
        #expect(opened("connection", extra: ["purpose": "high-voltage"]).all.map(\.name) == ["high-voltage"])
        #expect(opened("hazard").all.map(\.name) == ["general"])
        #expect(opened("hazard", danger: true).all.map(\.name) == ["attendance", "general"])
    }

    @Test func arrivalEndsOneLimitAndStartsTheNext() {
        var limits = opened("repair")
        let arrived = Bugang.start.adding(minutes: 60)
        limits.follow(
            "arrive", from: "dispatched", to: "on-site", in: Bugang.kind("repair"), bugangCase("repair", "dispatched"),
            at: arrived, calendar: Bugang.calendar, newID: { ID("00000000-0000-7000-8000-000000000009") })
        #expect(limits.running.map(\.name) == ["restoration"])
        #expect(limits.next?.dueAt == arrived.adding(hours: 4))
        #expect(!limits.isBreached)
    }

    @Test func waitingForTheCustomerStopsTheClock() {
        let kind = Bugang.kind("repair")
        var limits = opened("repair")
        let seen = bugangCase("repair", "in-progress")
        func follow(_ move: String, _ from: String, _ to: String, _ minutes: Int64) {
            limits.follow(
                move, from: from, to: to, in: kind, seen, at: Bugang.start.adding(minutes: minutes),
                calendar: Bugang.calendar, newID: { ID("00000000-0000-7000-8000-000000000009") })
        }
        follow("return", "in-progress", "returned", 30)
        #expect(limits.next == nil)
        #expect(limits.all.filter { !$0.isPaused }.isEmpty)
        // A note meanwhile changes nothing.
        follow("note", "returned", "returned", 100)
        follow("answer", "returned", "in-progress", 1000)
        #expect(limits.next?.dueAt == Bugang.start.adding(minutes: 1000 + 60))
        // Computing again gives what a run from scratch gives.
        for limit in limits.all {
            var again = limit
            again.recompute(Bugang.calendar)
            #expect(again == limit)
            #expect(
                limit.dueAt
                    == Bugang.calendar.due(start: limit.startedAt, rule: limit.rule, pauses: limit.pauses).moment)
        }
    }

    @Test func aBreachIsNeverErased() {
        let kind = Bugang.kind("repair")
        var limits = opened("repair")
        let seen = bugangCase("repair", "accepted")
        let late = Bugang.start.adding(minutes: 91)
        limits.follow(
            "return", from: "accepted", to: "returned", in: kind, seen, at: late, calendar: Bugang.calendar,
            newID: { ID("00000000-0000-7000-8000-000000000009") })
        #expect(limits.isBreached)
        limits.follow(
            "answer", from: "returned", to: "accepted", in: kind, seen, at: late.adding(hours: 5),
            calendar: Bugang.calendar, newID: { ID("00000000-0000-7000-8000-000000000009") })
        limits.follow(
            "resolve", from: "accepted", to: "resolved", in: kind, seen, at: late.adding(hours: 6),
            calendar: Bugang.calendar, newID: { ID("00000000-0000-7000-8000-000000000009") })
        #expect(limits.isBreached)
        #expect(limits.all.first { $0.name == "arrival" }?.breachedAt == Bugang.start.adding(minutes: 90))
        #expect(limits.running.isEmpty)
    }

    @Test func exactlyAtTheEndIsStillInTime() {
        var limits = opened("repair")
        limits.follow(
            "arrive", from: "accepted", to: "on-site", in: Bugang.kind("repair"), bugangCase("repair", "accepted"),
            at: Bugang.start.adding(minutes: 90), calendar: Bugang.calendar,
            newID: { ID("00000000-0000-7000-8000-000000000009") })
        #expect(!limits.isBreached)
    }

    @Test func reopeningStartsALimitAnew() {
        let kind = Bugang.kind("usage")
        var limits = opened("usage")
        let seen = bugangCase("usage", "accepted")
        let resolved = Bugang.start.adding(days: 1)
        limits.follow(
            "resolve", from: "accepted", to: "resolved", in: kind, seen, at: resolved, calendar: Bugang.calendar,
            newID: { ID("00000000-0000-7000-8000-000000000008") })
        #expect(limits.running.isEmpty)
        limits.follow(
            "reopen", from: "resolved", to: "reopened", in: kind, seen, at: resolved.adding(days: 1),
            calendar: Bugang.calendar, newID: { ID("00000000-0000-7000-8000-000000000009") })
        #expect(limits.running.map(\.name) == ["answer"])
        #expect(limits.all.count == 2)
    }

    @Test(arguments: [[], [Pause(from: moment("2026-11-24T10:30+08:00"), to: nil)]])
    func pausesAreKeptAsText(_ last: [Pause]) {
        let pauses =
            [Pause(from: moment("2026-11-20T10:00+08:00"), to: moment("2026-11-20T11:00+08:00"))] + last
        #expect(CaseLimit.pauses(from: CaseLimit.text(of: pauses)) == pauses)
        #expect(CaseLimit.pauses(from: CaseLimit.text(of: [])) == [])
    }

    /// What is not dangerous waits for the morning; danger and limits by the clock do not.
    @Test func nobodyIsWokenForALimitInDays() {
        let night = moment("2026-11-24T23:30+08:00")
        #expect(ServiceHours.opening(night) == moment("2026-11-25T08:00+08:00"))
        #expect(ServiceHours.opening(moment("2026-11-25T03:00+08:00")) == moment("2026-11-25T08:00+08:00"))
        #expect(ServiceHours.opening(Bugang.start) == Bugang.start)
        var usage = bugangCase("usage")
        usage.schedule(opened("usage", at: night), in: Bugang.kind("usage"), calendar: Bugang.calendar)
        #expect((480..<1200).contains(usage.nextCheckAt.minuteOfDay))
        var repair = bugangCase("repair")
        repair.schedule(opened("repair", at: night), in: Bugang.kind("repair"), calendar: Bugang.calendar)
        #expect(repair.nextCheckAt == night.adding(minutes: 72))
    }
}
