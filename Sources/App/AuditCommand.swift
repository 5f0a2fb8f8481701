import ArgumentParser
import Desk

/// `cunwang audit verify`: checks every event against the seals.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check that the audit trail was not changed.",
        subcommands: [Verify.self, Seal.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Print “ok EVENTS SEALS UNSEALED HEAD” (exit 0), or what is wrong and where (exit 1).")

        @OptionGroup var options: DataOptions
        @Option(help: "A head that was kept outside; must be among the seals.")
        var head: String?

        func run() async throws {
            let verdict = try await Composition.with(options) { try await $0.desk.verifyAudit(head: head) }
            switch verdict {
            case .ok(let events, let seals, let unsealed, let head):
                print("ok \(events) \(seals) \(unsealed) \(head)")
                return
            case .changed(let event): print("changed \(event)")
            case .removed(let event): print("removed \(event)")
            case .inserted(let event): print("inserted \(event)")
            case .brokenSeal(let number): print("changed seal \(number)")
            case .headMissing(let head): print("removed head \(head)")
            }
            throw ExitCode(1)
        }
    }

    struct Seal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "seal", abstract: "Seal all events that wait for it and print the head.")

        @OptionGroup var options: DataOptions

        func run() async throws {
            let verdict = try await Composition.with(options) { composition in
                while try await composition.desk.sealEvents(holder: "audit seal") > 0 {}
                return try await composition.desk.verifyAudit()
            }
            guard case .ok(_, _, let unsealed, let head) = verdict, unsealed == 0 else {
                print("another process is sealing, or the trail was changed: run “cunwang audit verify”")
                throw ExitCode(1)
            }
            print(head)
        }
    }
}
