package import Storage
package import Values

/// One queue of work that the program does by itself, for the alarms.
package struct QueueState: Sendable, Equatable {
    /// `outbox-inbox`, `outbox-sms`, `outbox-in-person`, `outbox-failed`, `unsealed`, …
    package let name: String
    package let waiting: Int
    /// Seconds since the oldest became due; 0 when nothing waits.
    package let oldestSeconds: Int64
    /// More than this is stuck.
    package let alarmAfterSeconds: Int64
    /// The role that must look after it.
    package let owner: Role
    package var isStuck: Bool { waiting > 0 && oldestSeconds > alarmAfterSeconds }

    package init(name: String, waiting: Int, oldestSeconds: Int64, alarmAfterSeconds: Int64, owner: Role) {
        self.name = name
        self.waiting = waiting
        self.oldestSeconds = oldestSeconds
        self.alarmAfterSeconds = alarmAfterSeconds
        self.owner = owner
    }
}

extension Transaction {
    /// The queues that all services share. Each count stops at 1,000: an alarm needs no more.
    package func deskQueues(at now: Instant) throws -> [QueueState] {
        var states: [QueueState] = []
        let outbox: [(name: String, state: String, channel: String, alarm: Int64, owner: Role)] = [
            ("outbox-inbox", "waiting", "inbox", 60, .company),
            ("outbox-sms", "waiting", "sms", 300, .company),
            ("outbox-in-person", "waiting", "in-person", 2 * 86_400, .stationHead),
            ("outbox-failed-sms", "failed", "sms", 0, .dispatcher),
        ]
        for queue in outbox {
            let found = try first(
                """
                SELECT COUNT(*), MIN(next_at) FROM (
                    SELECT next_at FROM outbox
                    WHERE state = \(queue.state) AND channel = \(queue.channel) AND next_at <= \(now)
                    ORDER BY next_at, id LIMIT 1000) q
                """
            ) { row in (count: row[0] as Int, oldest: row[1] as Int64?) }
            states.append(
                state(queue.name, found?.count ?? 0, found?.oldest, now, alarm: queue.alarm, owner: queue.owner))
        }
        let unsealed = try first(
            """
            SELECT COUNT(*), MIN(at) FROM (
                SELECT e.at FROM unsealed u JOIN event e ON e.id = u.event ORDER BY u.event LIMIT 1000) q
            """
        ) { row in (count: row[0] as Int, oldest: row[1] as Int64?) }
        states.append(state("unsealed", unsealed?.count ?? 0, unsealed?.oldest, now, alarm: 300, owner: .company))
        return states
    }

    private func state(
        _ name: String, _ count: Int, _ oldest: Int64?, _ now: Instant, alarm: Int64, owner: Role
    ) -> QueueState {
        QueueState(
            name: name, waiting: count, oldestSeconds: oldest.map { max(0, (now.milliseconds - $0) / 1000) } ?? 0,
            alarmAfterSeconds: alarm, owner: owner)
    }
}
