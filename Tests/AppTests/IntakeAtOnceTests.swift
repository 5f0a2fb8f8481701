import Desk
import Service
import Storage
import Testing
import Values

@testable import App

/// Many who report in the same moment.
@Suite struct IntakeAtOnceTests {
    /// Each looks for the case that it has just inserted (foreign keys) next to the others in the same index:
    /// what is serializable there collides although nobody touches what another one wrote.
    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func thoseWhoReportAtOnceDoNotCollide(engine: Database.Engine) async throws {
        try await withVillage(engine, writers: 12) { village in
            let before = village.desk.database.collisions
            let numbers = try await withThrowingTaskGroup(of: String.self) { group in
                for n in 0..<300 {
                    group.addTask { try await village.report("灯不亮 \(n)", by: village.wang).number }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(numbers.count == 300)
            #expect(try await village.count("SELECT COUNT(*) FROM cases") == 300)
            #expect(try await village.count("SELECT COUNT(DISTINCT case_id) FROM case_limit") == 300)
            #expect(village.desk.database.collisions == before)
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func oneReportThatIsSentTwiceAtOnceIsOneCase(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let raw: RawInputs = [
                "kind": .text("repair"), "village": .text(village.bugang.text), "what": .text("灯不亮"),
                "name": .text("赵大娘"), "phone": .text("13812345678"),
            ]
            let answers = try await withThrowingTaskGroup(of: Performed<Receipt>.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await village.desk.perform(
                            ReportNeed.self, raw, by: .stranger(address: "192.0.2.1"), key: "once", scope: "draft")
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.map(\.json)).count == 1)
            #expect(answers.filter { !$0.isRepeated }.count == 1)
            #expect(try await village.count("SELECT COUNT(*) FROM cases") == 1)
        }
    }
}
