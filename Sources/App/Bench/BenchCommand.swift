import ArgumentParser
import Desk
import Foundation
import Registry
import Service
import Storage
import Values

/// `cunwang bench …`: prepares what `Benchmarks/run` measures. Stands in the program because
/// only its own package reaches the actions; hidden, since no operator needs it.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Prepare a database for Benchmarks/run.", shouldDisplay: false,
        subcommands: [Fill.self, Trace.self, Locate.self, Grid.self, Followers.self, People.self])

    struct Fill: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fill an empty database with a county of 100 villages and many cases; write sessions beside it.")
        @OptionGroup var options: DataOptions
        @Option(help: "Number of cases.") var cases = 100_000
        @Option(help: "People who sign in, two a village.") var people = 200

        func run() async throws {
            try await Composition.with(options) { composition in
                let county = try await BenchCounty.make(composition.desk, villages: max(1, people / 2))
                _ = try await composition.directory.current(at: composition.desk.clock.now.adding(days: 1))
                try await county.report(cases, composition.desk)
                try await county.end(composition.desk, cases: cases)
                try await county.write(to: options.folder, composition.desk)
                while try await RequestCounters.fold(composition.desk) > 0 {}
                while try await composition.desk.sealEvents(holder: "bench") > 0 {}
                try await composition.desk.database.write { try $0.run("DELETE FROM outbox WHERE state = 'waiting'") }
            }
        }
    }

    struct Trace: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record the statements of intakes, and take the intakes back.")
        @OptionGroup var options: DataOptions
        @Option(help: "Number of intakes.") var intakes = 6400
        @Option(help: "File for the statements.") var file: String

        func run() async throws {
            try await Composition.with(options) { composition in
                let desk = composition.desk
                let lines = try String(contentsOf: options.folder.appending(path: "bench-intake"), encoding: .utf8)
                let villages = lines.split(separator: "\n").compactMap {
                    $0.split(separator: "\t").last.map(String.init)
                }
                guard FileManager.default.createFile(atPath: file, contents: nil),
                    let handle = FileHandle(forWritingAtPath: file)
                else { throw ValidationError("\(file) cannot be written") }
                let actor = Actor.system(county: BenchCounty.path)
                for n in 0..<intakes {
                    let now = desk.clock.now
                    var need = BenchCounty.need(n, village: villages[n % villages.count])
                    try await need.prepare(desk, by: actor, at: now)
                    let ready = need
                    do {
                        try await desk.database.write { tx in
                            StatementTrace.start(handle)
                            defer { StatementTrace.stop() }
                            let work = Work(tx, by: actor, at: now, desk: desk)
                            // The claim and the kept answer of the idempotency key are part of an intake.
                            try tx.run(
                                """
                                INSERT INTO idempotency (scope, door, key, digest, at)
                                VALUES ('bench', 'report-need', \("trace-\(n)-\(now.milliseconds)"), 'digest', \(now))
                                ON CONFLICT (scope, door, key) DO NOTHING
                                """)
                            let receipt = try ready.perform(work)
                            let sealed = try desk.keys.seal(Array(try AnswerCoding.encode(receipt)))
                            try tx.run(
                                """
                                UPDATE idempotency SET answer = \(sealed)
                                WHERE scope = 'bench' AND door = 'report-need' AND key = \("trace-\(n)-\(now.milliseconds)")
                                """)
                            // SQLite puts words into the index at the commit, which never comes here; a search
                            // makes it do so now.
                            _ = try tx.search("量子", terms: [], limit: 1, in: CaseSchema.textIndex)
                            StatementTrace.mark()
                            throw TakenBack()
                        }
                    } catch is TakenBack {
                    }
                }
                try handle.close()
            }
        }
        private struct TakenBack: Error {}
    }
}
