import ArgumentParser
import Desk
import Foundation
import Values

/// `cunwang kinds publish FILE`: a new version of a kind of request goes live without a restart.
struct KindsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kinds", abstract: "List and publish kinds of request.", subcommands: [List.self, Publish.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print NAME VERSION TITLE of every kind.")
        @OptionGroup var options: DataOptions
        func run() async throws {
            try await Composition.with(options) { composition in
                for kind in composition.desk.kinds.all { print("\(kind.name) \(kind.version) \(kind.title.zh)") }
            }
        }
    }

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check FILE and make it the current version; cases under way keep theirs.")
        @OptionGroup var options: DataOptions
        @Argument(help: "A kind as YAML, like those in Data/kinds.")
        var file: String

        func run() async throws {
            let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
            try await Composition.with(options) { composition in
                do {
                    let kind = try await composition.desk.publish(kindYAML: text)
                    print("published \(kind.name) \(kind.version)")
                } catch let problem as Problem {
                    let words = composition.desk.locales.words(.english)
                    print(words("problem.\(problem.code)", problem.values))
                    for field in problem.fields { print("  \(words("problem.\(field.code)", field.values))") }
                    throw ExitCode(1)
                }
            }
        }
    }
}
