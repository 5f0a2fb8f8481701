import ArgumentParser
import Foundation
import PowerRules

extension RulesCommand {
    /// Computes the reliability of a year.
    struct ReliabilityFigures: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reliability",
            abstract: "Print SAIDI, SAIFI, CAIDI and ASAI of a year as JSON (docs/rules/reliability.md).")

        @Option(help: "A table event_id,step,start,restored,customers,planned,cause and, not required, external and limited (0 or 1).") var events: String
        @Option(help: "JSON with customers_served, year and, not required, history_years [first, last].") var system: String
        @Option(help: "A table date,saidi_min of the years before; without two days above zero there is no threshold.") var history: String
        @Flag(help: "Also print MAIFI and the figures of DL/T 836.") var further = false

        func run() throws {
            let file = try readSystem()
            let days = try RuleFiles.rows(history) { try ReliabilityText.history($0, in: file.years) }
            let rows = try RuleFiles.rows(events) {
                try ReliabilityText.events($0, year: file.year, customersServed: file.customers_served)
            }
            let report = ReliabilityReport(
                rows, year: file.year, customersServed: file.customers_served,
                history: days.sorted { $0.key < $1.key }.map(\.value))
            if report.threshold == nil {
                RuleFiles.remark(
                    "\(history): fewer than two days above zero in \(file.years.lowerBound) to \(file.years.upperBound), so there is no threshold and no major event day"
                )
            }
            say(report.json(further: further))
        }

        private struct SystemFile: Decodable {
            let customers_served: Int
            let year: Int
            /// First and last year of the history; the five before the year where nothing is said.
            let history_years: [Int]?

            var years: ClosedRange<Int> {
                guard let history_years else { return year - 5...year - 1 }
                return history_years[0]...history_years[1]
            }
        }

        private func readSystem() throws -> SystemFile {
            let bytes = try RuleFiles.bytes(system)
            guard let file = try? JSONDecoder().decode(SystemFile.self, from: Data(bytes)) else {
                throw FileProblem(system, "line 1: needs whole numbers customers_served and year")
            }
            if let years = file.history_years {
                guard years.count == 2, years[0] <= years[1], years[1] < file.year else {
                    throw FileProblem(system, "line 1: history_years is the first and the last year before \(file.year)")
                }
            }
            guard (1...1_000_000_000).contains(file.customers_served) else {
                throw FileProblem(system, "line 1: customers_served is from 1 to 1000000000, not \(file.customers_served)")
            }
            guard (1950...2199).contains(file.year) else {
                throw FileProblem(system, "line 1: year is from 1950 to 2199, not \(file.year)")
            }
            return file
        }
    }
}
