import Foundation
package import Values

/// The one place that asks the machine for time and randomness.
package enum SystemTime {
    package static let clock = Clock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return instant(time)
    }

    package static let chance = Chance { count in
        [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            // The system gives 256 bytes at a time at most.
            while filled < count {
                let some = min(256, count - filled)
                precondition(getentropy(bytes.baseAddress! + filled, some) == 0, "the system has no randomness")
                filled += some
            }
        }
    }

    static func now(_ time: timespec) -> String {
        let moment = instant(time)
        let thousandths = String(1000 + moment.milliseconds % 1000).dropFirst()
        return "\(moment.iso.prefix(19)).\(thousandths)+08:00"
    }

    private static func instant(_ time: timespec) -> Instant {
        Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
