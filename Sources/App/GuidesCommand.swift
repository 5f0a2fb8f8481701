import ArgumentParser
import Desk
import Foundation
import Outages
import Storage
import Values

/// `cunwang guides publish FILE`: a new version of a guide goes live without a restart.
struct GuidesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guides", abstract: "List and publish the guides that villagers answer.",
        subcommands: [List.self, Publish.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print NAME VERSION TITLE of every guide.")
        @OptionGroup var options: DataOptions
        func run() async throws {
            try await Composition.with(options) { composition in
                for guide in try await composition.desk.database.read({ try $0.guides() }) {
                    print("\(guide.name) \(guide.version) \(guide.title.zh)")
                }
            }
        }
    }

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Check FILE and make it the current version.")
        @OptionGroup var options: DataOptions
        @Argument(help: "A guide as YAML, like those in Data/guides.")
        var file: String

        func run() async throws {
            let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
            try await Composition.with(options) { composition in
                do {
                    let guide = try await composition.desk.publish(guideYAML: text)
                    print("published \(guide.name) \(guide.version)")
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
