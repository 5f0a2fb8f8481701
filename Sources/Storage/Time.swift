#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// For measuring how long something took; never a date.
func monotonicMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}
