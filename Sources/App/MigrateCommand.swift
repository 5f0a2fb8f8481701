import ArgumentParser

/// `cunwang migrate`: brings the database to this program's version, as starting the server does.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database to this program's version.")

    @OptionGroup var options: DataOptions

    func run() async throws {
        try await Composition.with(options) { _ in }
        print("ok")
    }
}
