package import Desk
package import Values

/// A sum of money as a person types it: `1299`, `1,299.50`, `¥1299.5`, `1299元`.
package struct Yuan: InputValue, Hashable {
    /// 0.01 yuan.
    package let fen: Int
    package init(fen: Int) { self.fen = fen }

    /// A hundred million yuan is a slip of the finger for anything here.
    private static let largestFen = 10_000_000_00

    package init?(_ typed: String) {
        var text = typed.trimmed
        for mark in ["¥", "￥"] where text.hasPrefix(mark) { text.removeFirst() }
        if text.hasSuffix("元") { text.removeLast() }
        text = text.filter { $0 != "," && $0 != "，" && $0 != " " }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...9).contains(parts[0].utf8.count),
            text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }), let whole = Int(parts[0])
        else { return nil }
        var cents = 0
        if parts.count == 2 {
            guard (1...2).contains(parts[1].utf8.count), let n = Int(parts[1]) else { return nil }
            cents = parts[1].utf8.count == 1 ? n * 10 : n
        }
        self.init(fen: whole * 100 + cents)
    }

    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Yuan {
        let value: Yuan
        switch raw {
        case nil, .null: throw .missing
        case .text(let text), .string(let text):
            if text.trimmed.isEmpty { throw .missing }
            guard let sum = Yuan(text) else { throw InputComplaint("not-a-sum") }
            value = sum
        case .number(let n):
            // Two decimals come through a floating number whole.
            guard n.isFinite, abs(n) < 1e9, abs(n * 100 - (n * 100).rounded()) < 1e-6 else {
                throw InputComplaint("not-a-sum")
            }
            value = Yuan(fen: Int((n * 100).rounded()))
        default: throw .wrongType
        }
        guard (0...largestFen).contains(value.fen) else { throw InputComplaint("not-a-sum") }
        return value
    }
    package static func schema(_ rules: [InputRule]) -> Schema {
        .string(pattern: "^[0-9]{1,7}([.][0-9]{1,2})?$")
    }
    package static func control(_ rules: [InputRule]) -> InputControl { .number }

    /// `1299.50`
    package static func text(_ fen: Int) -> String {
        let rest = fen % 100
        return "\(fen / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
