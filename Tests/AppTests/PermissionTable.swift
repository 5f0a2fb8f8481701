import App
import Desk
import Foundation

/// What a cell of the table in docs/permissions.md says.
enum PermissionMark: String, Sendable {
    case unit, own, all, seen
    case never = "–"
}

/// A column of the table: a role, or nobody in particular.
enum PermissionColumn: Sendable, Hashable, CustomStringConvertible {
    case stranger
    case role(Role)

    static let all: [PermissionColumn] =
        [.stranger]
        + [
            .role(.customer), .role(.attendant), .role(.liaison), .role(.representative), .role(.dispatcher),
            .role(.stationHead), .role(.township), .role(.company), .role(.auditor),
        ]
    var role: Role? { if case .role(let role) = self { role } else { nil } }
    var description: String { role?.rawValue ?? "stranger" }
}

/// The tables that people wrote by hand: what the program does is compared with them.
struct PermissionTable: Sendable {
    /// By name of the action or query, then by column.
    let rows: [String: [PermissionColumn: PermissionMark]]
    /// Lines that look like a row and could not be read, and names that stand twice.
    let troubles: [String]

    init(_ text: String) {
        var rows: [String: [PermissionColumn: PermissionMark]] = [:]
        var troubles: [String] = []
        var heads: [String]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("|") else {
                heads = nil
                continue
            }
            let cells = line.dropFirst().split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let known = heads else {
                heads = ["action", "query"].contains(cells.first) ? Array(cells.dropFirst()) : []
                if let heads, !heads.isEmpty, heads != PermissionColumn.all.map(\.description) {
                    troubles.append("other columns: \(line)")
                }
                continue
            }
            if known.isEmpty || cells.allSatisfy({ $0.allSatisfy { $0 == "-" } }) { continue }
            var row: [PermissionColumn: PermissionMark] = [:]
            for (column, cell) in zip(PermissionColumn.all, cells.dropFirst()) { row[column] = PermissionMark(rawValue: cell) }
            if row.count != PermissionColumn.all.count || cells.count != row.count + 1 {
                troubles.append("unreadable: \(line)")
            }
            if rows.updateValue(row, forKey: cells[0]) != nil { troubles.append("twice: \(cells[0])") }
        }
        self.rows = rows
        self.troubles = troubles
    }

    static func read() throws -> PermissionTable {
        PermissionTable(try String(contentsOf: Resources.home.appending(path: "docs/permissions.md"), encoding: .utf8))
    }

    func mark(_ name: String, _ column: PermissionColumn) -> PermissionMark? { rows[name]?[column] }
}
