import Desk
import Values

/// The same figures as a file for a spreadsheet (RFC 4180), each column with the id and version of
/// its definition.
enum ResultsCSV {
    /// Without it, the usual spreadsheet takes UTF-8 for GBK.
    static let mark = "\u{FEFF}"

    static func text(_ results: Results, _ words: Words) -> String {
        var out = mark
        line(
            [results.by, "title"] + ResultsPage.columns.map { "\($0.rawValue) v\($0.version)" } + [
                "share-in-limit v1 (%)", "satisfaction v1", "rated v1", "households", "per-1000-households v1",
                "fewer-than-\(ResultRow.smallBelow)",
            ], into: &out)
        for row in results.rows { line(fields(row, words), into: &out) }
        line(fields(results.total, words), into: &out)
        return out
    }

    private static func fields(_ row: ResultRow, _ words: Words) -> [String] {
        [row.key, row.title.in(words.language)] + ResultsPage.columns.map { String(row.count($0)) } + [
            row.shareInLimit.map { decimal($0, 10) } ?? "", row.satisfaction.map { decimal($0, 100) } ?? "",
            String(row.count(.rated)), row.households.map(String.init) ?? "",
            row.perThousandHouseholds.map { decimal($0, 10) } ?? "", row.isSmall ? "1" : "0",
        ]
    }

    private static func decimal(_ n: Int, _ scale: Int) -> String {
        let rest = String(n % scale + scale).dropFirst()
        return "\(n / scale).\(rest)"
    }

    static func line(_ fields: [String], into out: inout String) {
        out += fields.map(field).joined(separator: ",") + "\r\n"
    }

    /// Quoted where it must be; a text that a spreadsheet would run as a formula is disarmed.
    private static func field(_ text: String) -> String {
        var text = text
        if let first = text.utf8.first, [61, 43, 45, 64].contains(first) { text = "'" + text }
        guard text.utf8.contains(where: { $0 == 34 || $0 == 44 || $0 == 10 || $0 == 13 }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
