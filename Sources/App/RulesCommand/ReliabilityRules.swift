import ArgumentParser
import Foundation
import PowerRules

extension RulesCommand {
    /// Computes the reliability of a year.
    struct ReliabilityFigures: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reliability",
            abstract: "Print SAIDI, SAIFI, CAIDI and ASAI of a year as JSON (docs/rules/reliability.md).")

        @Option(help: "A table event_id,step,start,restored,customers,planned,cause.") var events: String
        @Option(help: "JSON with customers_served and year.") var system: String
        @Option(help: "A table date,saidi_min of the five years before.") var history: String
        @Flag(help: "Also print MAIFI and the figures of DL/T 836.") var further = false

        func run() throws {
            let file = try readSystem()
            let days = try RuleFiles.rows(history) { try ReliabilityText.history($0, before: file.year) }
            guard let threshold = MajorEventThreshold(dailySAIDI: days.sorted { $0.key < $1.key }.map(\.value)) else {
                throw FileProblem(
                    history,
                    "line 2: fewer than two days above zero in \(file.year - 5) to \(file.year - 1), so there is no threshold for major event days"
                )
            }
            let rows = try RuleFiles.rows(events) {
                try ReliabilityText.events($0, year: file.year, customersServed: file.customers_served)
            }
            let report = ReliabilityReport(rows, year: file.year, customersServed: file.customers_served, threshold: threshold)
            say(report.json(further: further))
        }

        private struct SystemFile: Decodable {
            let customers_served: Int
            let year: Int
        }

        private func readSystem() throws -> SystemFile {
            let bytes = try RuleFiles.bytes(system)
            guard let file = try? JSONDecoder().decode(SystemFile.self, from: Data(bytes)) else {
                throw FileProblem(system, "line 1: needs whole numbers customers_served and year")
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
