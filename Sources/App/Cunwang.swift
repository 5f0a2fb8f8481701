public import ArgumentParser

/// The program: one command for each thing an operator does.
public struct Cunwang: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "cunwang",
        abstract: "The village end of the power grid.",
        subcommands: [
            ServeCommand.self, DemoCommand.self, MigrateCommand.self, ImportCommand.self, KindsCommand.self, GuidesCommand.self,
            AuditCommand.self, DoCommand.self, RulesCommand.self, StormCommand.self, BenchCommand.self,
        ])
    public init() {}

    /// Reads the command line and does what it says. In a function, since code at top level would
    /// pick the synchronous `main`.
    public static func start() async {
        await main(nil)
    }
}
