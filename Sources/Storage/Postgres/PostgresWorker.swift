import Logging
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Runs jobs on one connection, again when PostgreSQL asks for it.
///
/// `@unchecked Sendable`: `lock` is held while the connection is used.
final class PostgresWorker: @unchecked Sendable {
    private let lock = Mutex(())
    private let connection: PostgresConnection
    private let session: PostgresSession
    private let commits: Tally
    private let collisionsSeen: Tally
    private let faults: FaultInjector
    private let logger: Logger
    private var jitter: UInt64

    /// A write that collides so often gives up with `unavailable`.
    static let attemptsMax = 24
    /// How often a job is begun anew on a fresh connection.
    static let reconnectsMax = 3

    init(
        url: String, isForReading: Bool, commits: Tally, collisions: Tally, faults: FaultInjector, logger: Logger,
        seed: UInt64
    ) {
        self.connection = PostgresConnection(url: url, isForReading: isForReading)
        self.session = PostgresSession(connection)
        self.commits = commits
        self.collisionsSeen = collisions
        self.faults = faults
        self.logger = logger
        self.jitter = seed &* 0x9e37_79b9_7f4a_7c15
    }

    func disconnect() {
        lock.withLock { _ in connection.close() }
    }

    func perform(_ job: Job) {
        lock.withLock { _ in performLocked(job) }
    }

    private func performLocked(_ job: Job) {
        var collisions = 0
        var losses = 0
        while true {
            do {
                try attempt(job)
                return
            } catch {
                connection.rollback()
                // A queued statement may have failed before the closure thought of its own error.
                let cause: any Error = error is StorageError ? error : connection.failure ?? error
                if mayRunAgain(job) {
                    if isCollision {
                        collisions += 1
                        collisionsSeen.value.add(1, ordering: .relaxed)
                        if collisions < PostgresWorker.attemptsMax {
                            backOff(collisions)
                            continue
                        }
                    } else if connection.isLost || isStale {
                        losses += 1
                        connection.close()
                        if losses < PostgresWorker.reconnectsMax { continue }
                    }
                }
                job.fail(cause)
                return
            }
        }
    }

    private func attempt(_ job: Job) throws {
        try connection.open()
        switch job.kind {
        case .read: connection.beginReading()
        case .write: try connection.begin("BEGIN ISOLATION LEVEL SERIALIZABLE")
        case .drain: try connection.begin("BEGIN ISOLATION LEVEL READ COMMITTED")
        }
        let tx = Transaction(session, job.kind, faults)
        try job.run(tx)
        try tx.finish()
        if job.kind == .read {
            try connection.settle()
            // Nothing depends on the end of a read.
            job.succeed()
            connection.endReading()
            return
        }
        try faults.beforeCommit()
        try connection.commit()
        commits.value.add(1, ordering: .relaxed)
        job.succeed()
    }

    /// serialization_failure, deadlock_detected, and out_of_memory of the shared tables in which
    /// PostgreSQL remembers who read what.
    private var isCollision: Bool { ["40001", "40P01", "53200"].contains(connection.failureState) }

    /// A prepared statement that the server has forgotten, or whose table has changed; a server
    /// that is stopping.
    private var isStale: Bool {
        ["26000", "0A000", "57P01", "57P02", "57P03"].contains(connection.failureState)
    }

    /// A commit whose answer was lost may have happened.
    private func mayRunAgain(_ job: Job) -> Bool { !(connection.hasSentCommit && connection.isLost) }

    /// 1 ms doubling to 64 ms, of which a random part is waited.
    private func backOff(_ collisions: Int) {
        jitter ^= jitter << 13
        jitter ^= jitter >> 7
        jitter ^= jitter << 17
        let most = UInt64(1_000) << UInt64(min(collisions - 1, 6))
        usleep(UInt32(200 + jitter % most))
    }
}
