import ArgumentParser
import Desk
import Foundation
import Registry
import Service
import Values

/// `cunwang import …`: all rows or none; bad rows are listed as CSV `line,field,code,message`.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Read requests, villages, service points, accounts or a network from files.",
        subcommands: [Requests.self, Villages.self, ServicePoints.self, Accounts.self, NetworkFiles.self])

    struct File: ParsableArguments {
        @Argument(help: "The CSV file, UTF-8, with a header line.")
        var file: String
        @Flag(name: .customLong("dry-run"), help: "Check every row and store nothing.")
        var dryRun = false

        func bytes() throws -> [UInt8] {
            do {
                return Array(try Data(contentsOf: URL(filePath: file)))
            } catch {
                throw ValidationError("\(file) cannot be read")
            }
        }
    }

    struct Requests: AsyncParsableCommand {
        @OptionGroup var options: DataOptions
        @OptionGroup var file: File

        func run() async throws {
            let bytes = try file.bytes()
            try await ImportCommand.work(options) { desk, county in
                let outcome = try await RequestImport.run(
                    csv: bytes, desk: desk, county: county, dryRun: file.dryRun, by: .system(county: county)
                ) { done in
                    if done % 500 == 0 { FileHandle.standardError.write(Data("\(done) rows\n".utf8)) }
                }
                return (outcome.imported, outcome.bad.map { ($0.line, $0.field, $0.code, $0.message) })
            }
        }
    }

    struct Villages: AsyncParsableCommand {
        @OptionGroup var options: DataOptions
        @OptionGroup var file: File
        func run() async throws {
            let bytes = try file.bytes()
            try await ImportCommand.work(options) { desk, county in
                ImportCommand.rows(
                    try await RegistryImport.villages(csv: bytes, desk: desk, county: county, dryRun: file.dryRun))
            }
        }
    }

    struct ServicePoints: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "service-points")
        @OptionGroup var options: DataOptions
        @OptionGroup var file: File
        func run() async throws {
            let bytes = try file.bytes()
            try await ImportCommand.work(options) { desk, county in
                ImportCommand.rows(
                    try await RegistryImport.servicePoints(csv: bytes, desk: desk, county: county, dryRun: file.dryRun))
            }
        }
    }

    struct Accounts: AsyncParsableCommand {
        @OptionGroup var options: DataOptions
        @OptionGroup var file: File
        func run() async throws {
            let bytes = try file.bytes()
            try await ImportCommand.work(options) { desk, county in
                ImportCommand.rows(
                    try await RegistryImport.accounts(csv: bytes, desk: desk, county: county, dryRun: file.dryRun))
            }
        }
    }

    typealias Outcome = (imported: Int, bad: [(line: Int, field: String, code: String, message: String)])

    static func rows(_ report: ImportReport) -> Outcome {
        (report.imported, report.bad.map { ($0.line, $0.field, $0.code, $0.message) })
    }

    static func work(
        _ options: DataOptions, _ body: @escaping (Desk, String) async throws -> Outcome
    ) async throws {
        let outcome = try await Composition.with(options) { composition -> Outcome in
            guard let county = composition.directory.latest.counties.first else {
                throw ValidationError("this database holds no county yet; make one with “cunwang demo --empty”")
            }
            return try await body(composition.desk, county.path)
        }
        guard outcome.bad.isEmpty else {
            print("line,field,code,message")
            for row in outcome.bad {
                print([String(row.line), row.field, row.code, row.message].map(csvField).joined(separator: ","))
            }
            throw ExitCode(1)
        }
        print("imported \(outcome.imported)")
    }
}

/// A field of a CSV line, quoted where it must be.
func csvField(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
}
