package import Foundation
package import Values
import Yams

/// The languages that every page speaks.
package enum Language: String, Sendable, CaseIterable, Hashable {
    case chinese = "zh-Hans"
    case english = "en"
}

/// All words of all languages, read from `Locales/<language>/<slice>.yaml` at start.
package struct Locales: Sendable {
    private let tables: [Language: [String: String]]

    package init(tables: [Language: [String: String]]) {
        self.tables = tables
    }

    /// Nested maps become keys joined by dots.
    /// - Throws: when a file is not YAML, or a key stands twice.
    package init(folder: URL) throws {
        var tables: [Language: [String: String]] = [:]
        for language in Language.allCases {
            var table: [String: String] = [:]
            let folder = folder.appendingPathComponent(language.rawValue)
            let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "yaml" }
                .sorted { $0.path < $1.path }
            for file in files {
                let text = try String(contentsOf: file, encoding: .utf8)
                guard let root = try Yams.load(yaml: text) as? [String: Any] else { continue }
                try Self.flatten(root, "", into: &table, file: file.path)
            }
            tables[language] = table
        }
        self.tables = tables
    }

    private static func flatten(
        _ map: [String: Any], _ prefix: String, into table: inout [String: String], file: String
    ) throws {
        for (key, value) in map {
            let path = prefix.isEmpty ? key : "\(prefix).\(key)"
            if let nested = value as? [String: Any] {
                try flatten(nested, path, into: &table, file: file)
            } else {
                guard table.updateValue("\(value)", forKey: path) == nil else {
                    throw DoubleKey(key: path, file: file)
                }
            }
        }
    }

    package struct DoubleKey: Error { let key: String, file: String }

    package func words(_ language: Language) -> Words {
        Words(language: language, table: tables[language] ?? [:])
    }
    package func keys(_ language: Language) -> Set<String> { Set((tables[language] ?? [:]).keys) }
}

/// The words of one language.
package struct Words: Sendable {
    package let language: Language
    private let table: [String: String]

    package init(language: Language, table: [String: String]) {
        self.language = language
        self.table = table
    }

    package subscript(_ key: String) -> String { table[key] ?? "⟦\(key)⟧" }
    package func has(_ key: String) -> Bool { table[key] != nil }

    /// Fills `{name}` places.
    package func callAsFunction(_ key: String, _ values: [String: String]) -> String {
        fill(self[key], values)
    }

    package func fill(_ sentence: String, _ values: [String: String]) -> String {
        guard sentence.utf8.contains(123) else { return sentence }
        var out = ""
        var rest = Substring(sentence)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            out += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            out += values[name] ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }

    /// One language's text out of a pair that a person or a data file supplied.
    package func pick(_ texts: [String: String]) -> String {
        texts[language.rawValue] ?? texts[Language.chinese.rawValue] ?? texts.values.first ?? ""
    }

    // MARK: Days and times in plain words

    /// 11月24日 星期二 · Tue 24 Nov
    package func day(_ day: Day) -> String {
        let c = day.civil
        return language == .chinese
            ? "\(c.month)月\(c.day)日 \(self["weekday.\(day.weekday)"])"
            : "\(self["weekday.\(day.weekday)"]) \(c.day) \(self["month.\(c.month)"])"
    }

    /// Today and tomorrow are said so; the year only when it is another.
    package func moment(_ moment: Instant, now: Instant) -> String {
        "\(relativeDay(moment.day, today: now.day)) \(moment.clock)"
    }

    package func relativeDay(_ day: Day, today: Day) -> String {
        switch today.distance(to: day) {
        case -1: self["day.yesterday"]
        case 0: self["day.today"]
        case 1: self["day.tomorrow"]
        default:
            day.year == today.year
                ? self.day(day)
                : language == .chinese ? "\(day.year)年\(self.day(day))" : "\(self.day(day)) \(day.year)"
        }
    }

    /// The promise: a limit that ends at midnight is said as the whole day before it.
    package func promise(_ due: Instant, now: Instant) -> String {
        if due.minuteOfDay == 0 {
            return self("promise.day", ["day": relativeDay(due.day.adding(days: -1), today: now.day)])
        }
        return self("promise.moment", ["moment": moment(due, now: now)])
    }

    /// 3 小时后 · in 3 h; 2 天前 · 2 d ago
    package func distance(from now: Instant, to moment: Instant) -> String {
        let minutes = moment.since(now) / 60_000
        let amount = span(minutes: abs(minutes))
        return self(minutes < 0 ? "span.ago" : "span.in", ["span": amount])
    }

    /// From one moment to another; the day is said once when both are of it.
    package func range(_ start: Instant, _ end: Instant, now: Instant) -> String {
        let first = moment(start, now: now)
        return start.day == end.day ? "\(first)–\(end.clock)" : "\(first) – \(moment(end, now: now))"
    }

    /// How long something took, to the minute within two days.
    package func lasted(minutes: Int64) -> String {
        guard minutes >= 60, minutes < 48 * 60, minutes % 60 > 0 else { return span(minutes: minutes) }
        return self("span.hours-minutes", ["h": "\(minutes / 60)", "m": "\(minutes % 60)"])
    }

    package func span(minutes: Int64) -> String {
        if minutes < 60 { return self("span.minutes", ["n": "\(minutes)"]) }
        if minutes < 48 * 60 { return self("span.hours", ["n": "\(minutes / 60)"]) }
        return self("span.days", ["n": "\(minutes / 1440)"])
    }
}
