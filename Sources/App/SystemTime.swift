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
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 7)
        while bytes.count < count {
            let word = generator.next()
            for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
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
