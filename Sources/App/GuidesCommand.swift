import ArgumentParser
import Desk
import Foundation
import Outages
import Storage
import Values

/// `cunwang guides check FILE` and `publish FILE`: a new version of a guide goes live without a restart.
struct GuidesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guides", abstract: "List, check and publish the guides that villagers answer.",
        subcommands: [List.self, Check.self, Publish.self])

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

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check files and publish nothing: FILE:PLACE and what is wrong there; fails when something is.")
        @Argument(help: "Guides as YAML, like those in Data/guides.")
        var files: [String]

        func run() throws {
            let words = try Shipped.locales.get().words(.english)
            var isSound = true
            for file in files {
                guard let text = try? String(contentsOf: URL(filePath: file), encoding: .utf8) else {
                    throw ValidationError("\(file) cannot be read")
                }
                do {
                    let guide = try Guide.parse(yaml: text, version: 1, isNew: true)
                    print("\(file): ok \(guide.name), \(guide.questions.count) questions, \(guide.endings.count) endings")
                } catch let refused as KindRefused {
                    isSound = false
                    for problem in refused.problems {
                        let values = ["place": problem.place, "found": problem.found]
                        print("\(file): \(words("problem.kind-\(problem.code.rawValue)", values))")
                    }
                }
            }
            if !isSound { throw ExitCode(1) }
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
