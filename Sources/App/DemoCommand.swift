import ArgumentParser
import Desk
import Foundation
import Registry
import Storage

/// `cunwang demo`: makes the demo county, or prints its sign-ins.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Make the demo county in an empty database, or print its sign-ins.")

    @OptionGroup var options: DataOptions
    @Flag(help: "The county without cases.")
    var empty = false
    @Flag(name: .customLong("sign-ins"), help: "Print [{role, name, person, password, unit}] and make nothing.")
    var signIns = false

    func run() async throws {
        try await Composition.with(options) { composition in
            if signIns {
                let list = try await composition.desk.database.read { try $0.demoSignIns() }
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                print(String(decoding: try encoder.encode(list), as: UTF8.self))
                return
            }
            try await Self.refuseHalf(composition.desk)
            guard composition.directory.latest.counties.isEmpty else {
                throw ValidationError("this database holds a county already; name another folder with --data")
            }
            try await Self.make(composition.desk, empty: empty)
        }
    }

    /// A load that was interrupted leaves half a county, which nobody should take for a whole one.
    static func refuseHalf(_ desk: Desk) async throws {
        guard try await Demo.isUnfinished(desk.database) else { return }
        throw ValidationError(desk.locales.words(.english)["problem.demo-unfinished"])
    }

    /// Makes the county and says how far it is, a line for each tenth.
    static func make(_ desk: Desk, empty: Bool) async throws {
        let progress = Progress()
        try await Demo.make(desk, empty: empty) { what, share in progress.say(what, share) }
    }

    private final class Progress: Sendable {
        private let last = Locked<(what: String, tenth: Int)>(("", -1))
        func say(_ what: String, _ share: Double) {
            let tenth = Int(share * 10)
            let isNew = last.with { seen in
                guard seen.what != what || tenth > seen.tenth else { return false }
                seen = (what, tenth)
                return true
            }
            guard isNew else { return }
            App.say("\(what) \(min(100, Int(share * 100))) %")
        }
    }
}

extension Transaction {
    /// The demo's sign-ins; empty where the database is not a demo.
    func demoSignIns() throws -> [DemoSignIn] {
        guard let text = try setting("demo-sign-ins") else { return [] }
        return try JSONDecoder().decode([DemoSignIn].self, from: Data(text.utf8))
    }
}
