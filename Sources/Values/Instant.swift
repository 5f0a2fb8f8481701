/// A moment, in whole milliseconds of UTC since 1970-01-01.
///
/// People read it in Asia/Shanghai, which has been UTC+8 without daylight saving since 1991.
package struct Instant: Sendable, Hashable, Comparable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }

    package static let distantFuture = Instant(milliseconds: 253_370_764_800_000)

    package func adding(milliseconds: Int64) -> Instant {
        Instant(milliseconds: self.milliseconds + milliseconds)
    }
    package func adding(seconds: Int64) -> Instant { adding(milliseconds: seconds * 1000) }
    package func adding(minutes: Int64) -> Instant { adding(milliseconds: minutes * 60_000) }
    package func adding(hours: Int64) -> Instant { adding(milliseconds: hours * 3_600_000) }
    package func adding(days: Int64) -> Instant { adding(milliseconds: days * 86_400_000) }

    /// Milliseconds from `other` to this moment; negative when `other` is later.
    package func since(_ other: Instant) -> Int64 { milliseconds - other.milliseconds }

    /// The calendar day in Asia/Shanghai.
    package var day: Day { Day(number: Int32(localMilliseconds.floorDivided(by: 86_400_000))) }

    /// Minutes since local midnight, 0..<1440.
    package var minuteOfDay: Int {
        Int((localMilliseconds - Int64(day.number) * 86_400_000) / 60_000)
    }

    /// `2024-09-30T10:00:00+08:00`
    package var iso: String {
        "\(day.iso)T\(clock):\(twoDigits(secondOfMinute))+08:00"
    }

    /// `10:00`, local.
    package var clock: String { "\(twoDigits(minuteOfDay / 60)):\(twoDigits(minuteOfDay % 60))" }

    private var localMilliseconds: Int64 { milliseconds + 28_800_000 }
    private var secondOfMinute: Int {
        Int((localMilliseconds - Int64(day.number) * 86_400_000) / 1000 % 60)
    }
}

extension Instant {
    /// Reads `2024-09-30T10:00+08:00`, with optional seconds and fraction, and `Z` or an offset.
    /// Without an offset the text is local time of Asia/Shanghai.
    package init?(iso text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 16, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "),
            let day = Day(iso: String(decoding: bytes[0..<10], as: UTF8.self)),
            bytes[13] == UInt8(ascii: ":"),
            let hour = digits(bytes[11..<13]), let minute = digits(bytes[14..<16]),
            hour < 24, minute < 60
        else { return nil }
        var at = 16
        var milliseconds = Int64(hour * 60 + minute) * 60_000
        if at < bytes.count, bytes[at] == UInt8(ascii: ":") {
            guard at + 3 <= bytes.count, let second = digits(bytes[(at + 1)..<(at + 3)]), second < 60
            else { return nil }
            milliseconds += Int64(second) * 1000
            at += 3
            if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
                var end = at + 1
                while end < bytes.count, bytes[end] >= 48, bytes[end] <= 57 { end += 1 }
                guard end > at + 1, end - at <= 10 else { return nil }
                for place in 0..<3 {
                    let digit = at + 1 + place < end ? Int64(bytes[at + 1 + place] - 48) : 0
                    milliseconds += digit * [100, 10, 1][place]
                }
                at = end
            }
        }
        var offsetMinutes = 480
        if at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "Z"), UInt8(ascii: "z"):
                offsetMinutes = 0
                at += 1
            case UInt8(ascii: "+"), UInt8(ascii: "-"):
                let sign = bytes[at] == UInt8(ascii: "+") ? 1 : -1
                guard at + 3 <= bytes.count, let h = digits(bytes[(at + 1)..<(at + 3)]), h <= 14
                else { return nil }
                var m = 0
                at += 3
                if at < bytes.count, bytes[at] == UInt8(ascii: ":") { at += 1 }
                if at < bytes.count {
                    guard at + 2 <= bytes.count, let minutes = digits(bytes[at..<(at + 2)]), minutes < 60
                    else { return nil }
                    m = minutes
                    at += 2
                }
                offsetMinutes = sign * (h * 60 + m)
            default: return nil
            }
        }
        guard at == bytes.count else { return nil }
        let midnight = Int64(day.number) * 86_400_000
        self.init(milliseconds: midnight + milliseconds - Int64(offsetMinutes) * 60_000)
    }
}

extension Instant: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let instant = Instant(iso: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a moment: \(text)"))
        }
        self = instant
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(iso)
    }
}

/// A calendar day in Asia/Shanghai, counted from 1970-01-01 = 0.
package struct Day: Sendable, Hashable, Comparable, Strideable {
    package let number: Int32

    package init(number: Int32) {
        self.number = number
    }

    /// - Returns: nil when there is no such day in the Gregorian calendar.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Day.length(ofMonth: month, year: year)
        else { return nil }
        // Days from civil date, after Howard Hinnant's public-domain algorithm.
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(number: Int32(era * 146_097 + dayOfEra - 719_468))
    }

    /// Reads `2024-09-30`.
    package init?(iso text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 45, bytes[7] == 45,
            let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]), let day = digits(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    package static func < (a: Day, b: Day) -> Bool { a.number < b.number }
    package func distance(to other: Day) -> Int { Int(other.number - number) }
    package func advanced(by days: Int) -> Day { Day(number: number + Int32(days)) }
    package func adding(days: Int) -> Day { advanced(by: days) }

    /// Local midnight at which this day begins.
    package var start: Instant { Instant(milliseconds: Int64(number) * 86_400_000 - 28_800_000) }

    /// 1 = Monday … 7 = Sunday.
    package var weekday: Int { Int((Int64(number) + 3).floorRemainder(7)) + 1 }

    package var year: Int { civil.year }
    package var month: Int { civil.month }
    package var dayOfMonth: Int { civil.day }

    /// `2024-09-30`
    package var iso: String {
        let c = civil
        return
            "\(c.year < 1000 ? String(repeating: "0", count: 4 - String(c.year).count) : "")\(c.year)-\(twoDigits(c.month))-\(twoDigits(c.day))"
    }
    /// `2024-09`
    package var monthISO: String { String(iso.prefix(7)) }

    package var civil: (year: Int, month: Int, day: Int) {
        let z = Int(number) + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    package static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Day: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let day = Day(iso: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a day: \(text)"))
        }
        self = day
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(iso)
    }
}

extension Int64 {
    func floorDivided(by n: Int64) -> Int64 { self >= 0 ? self / n : -((-self + n - 1) / n) }
    func floorRemainder(_ n: Int64) -> Int64 { self - floorDivided(by: n) * n }
}

private func twoDigits(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }

private func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
    var n = 0
    for byte in bytes {
        guard byte >= 48, byte <= 57 else { return nil }
        n = n * 10 + Int(byte - 48)
    }
    return n
}
