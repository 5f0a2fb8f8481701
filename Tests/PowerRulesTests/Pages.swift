import Foundation
import PowerRules
import Values

/// The pages that the tests quote and the data that the program reads.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The rows of the table on a page of `docs/rules` whose head is `columns`.
    static func rows(_ page: String, _ columns: String...) throws -> [[String]] {
        let lines = try text("docs/rules/\(page).md").split(separator: "\n", omittingEmptySubsequences: false)
        func cells(_ line: Substring) -> [String] {
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let head = lines.firstIndex { $0.hasPrefix("|") && cells($0) == columns }
        guard let head else { throw PageMissing(page: page) }
        return lines.dropFirst(head + 2).prefix { $0.hasPrefix("|") }.map(cells)
    }

    struct PageMissing: Error { let page: String }

    static let calendar: WorkCalendar = {
        var years: [String: String] = [:]
        for year in 2018...2026 { years["\(year)"] = try! text("Data/workdays/\(year).csv") }
        return try! WorkCalendar(years: years)
    }()
}

func day(_ iso: String) -> Day { Day(iso: iso)! }
func at(_ text: String) -> Instant { Instant(iso: text)! }
