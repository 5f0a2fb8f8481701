package import Values

/// Counts tries in memory, by person or address. Each process counts for itself: with several
/// servers a caller gets as many times the allowance as there are servers.
package final class Allowances: Sendable {
    private let state = Locked<[String: Bucket]>([:])
    private struct Bucket: Sendable {
        var since: Instant
        var used: Int
        var window: Int64
    }
    /// More callers than this at once push out the oldest windows.
    private static let capacity = 20_000

    package init() {}

    /// - Throws: `too-many-tries` (429) with the seconds to wait.
    package func take(_ key: String, _ allowance: Allowance, at now: Instant) throws(Problem) {
        let wait: Int64? = state.with { buckets in
            let window = Int64(allowance.withinSeconds) * 1000
            var bucket = buckets[key] ?? Bucket(since: now, used: 0, window: window)
            if now.since(bucket.since) >= window { bucket = Bucket(since: now, used: 0, window: window) }
            if bucket.used >= allowance.tries {
                return max(1, (window - now.since(bucket.since) + 999) / 1000)
            }
            bucket.used += 1
            if buckets.count >= Self.capacity, buckets[key] == nil {
                buckets = buckets.filter { now.since($0.value.since) < $0.value.window }
                if buckets.count >= Self.capacity { buckets.removeAll() }
            }
            buckets[key] = bucket
            return nil
        }
        if let wait { throw Problem(.tooMany(retryAfterSeconds: Int(wait)), "too-many-tries", ["seconds": "\(wait)"]) }
    }
}
