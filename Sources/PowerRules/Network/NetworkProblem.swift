/// What is wrong at one place of a network's text, in a code that a locale file words.
package struct NetworkProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// A table lacks a column that it needs; `value` names it.
        case columnMissing = "column-missing"
        /// The row has more or fewer fields than the header.
        case wrongCount = "wrong-count"
        case idMissing = "id-missing"
        case duplicateID = "duplicate-id"
        /// A length, rating, voltage or coordinate is not a number.
        case notANumber = "not-a-number"
        /// Degrees outside the earth, or only one of the two.
        case notAPlace = "not-a-place"
        case unknownKind = "unknown-kind"
        /// `closed` is true or false.
        case notTrueOrFalse = "not-true-or-false"
        /// The text is no JSON, or not of the form that is described.
        case unreadable
        /// More rows than `NetworkText.mostRows`.
        case tooManyRows = "too-many-rows"
        /// An id or name longer than `NetworkText.longestText` bytes.
        case tooLong = "too-long"
    }

    package enum Table: String, Sendable, CaseIterable { case nodes, edges, loads, file }

    package let table: Table
    /// Counted from 1, with the header; in JSON the place in the list, counted from 1.
    package let line: Int
    package let code: Code
    /// What stands there, shortened.
    package let value: String

    package init(_ table: Table, line: Int, _ code: Code, _ value: String = "") {
        self.table = table
        self.line = line
        self.code = code
        self.value = value.count > 60 ? value.prefix(60) + "…" : value
    }

    package var description: String {
        let what = value.isEmpty ? "" : ": \(value)"
        return "\(table.rawValue), line \(line): \(code.rawValue.split(separator: "-").joined(separator: " "))\(what)"
    }
}

/// All that is wrong with a network's text: the first hundred, and how many there are.
package struct NetworkProblems: Error, Sendable, CustomStringConvertible {
    package static let mostKept = 100
    package private(set) var first: [NetworkProblem] = []
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func add(_ problem: NetworkProblem) {
        count += 1
        if first.count < Self.mostKept { first.append(problem) }
    }

    package var description: String {
        let lines = first.map(\.description)
        return (count > first.count ? lines + ["and \(count - first.count) more"] : lines).joined(separator: "\n")
    }
}
