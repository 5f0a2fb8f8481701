import PowerRules
import Testing
import Values

@Suite struct ReportsTextTests {
    private func read(_ text: String) throws -> FeederReports {
        var reports = FeederReports(try Networks.tree("rural1"))
        try ReportsText.read(Array(text.utf8), into: &reports)
        return reports
    }

    @Test func incidentsAreWrittenByTheirFirstReport() throws {
        let reports = try read(
            """
            report,at,load
            r3,2026-07-20T23:30:00+08:00,H3
            r1,2026-07-20T21:00:00,H0
            r2,2026-07-20T13:05:00Z,H6
            r4,2026-07-20T23:31,H4
            """)
        let lines = ReportsText.incidents(reports.located(), in: reports.tree).split(separator: "\n")
        #expect(lines.first == "incident,edge,probability,also")
        #expect(lines.dropFirst().map { $0.split(separator: ",").prefix(2).joined(separator: " ") } == ["1 L5", "2 L3"])
        #expect(ReportsText.incidents(try read("report,at,load\n").located(), in: reports.tree) == "incident,edge,probability,also")
    }

    @Test func everyWrongRowIsTold() {
        func complaint(_ text: String) -> [String] {
            do {
                _ = try read(text)
                return []
            } catch {
                return (error as? RowProblems)?.first.map { "\($0.line) \($0.code)" } ?? ["\(error)"]
            }
        }
        #expect(
            complaint("report,at,load,light\nr,2026-07-20T21:00,H99,\nr,yesterday,H1,\nr,2026-07-20T21:00,H1,dim\nr,2026-07-20T21:00,H1\n")
                == ["2 unknown-load", "3 not-a-moment", "4 unknown-light", "5 wrong-count"])
        #expect(complaint("report,when,load\n") == ["1 column-missing"])
        #expect(complaint("") == ["1 column-missing", "1 column-missing", "1 column-missing"])
    }

    @Test func numbersAreWrittenWithTheirDecimals() {
        #expect([fixed(0.12345, 4), fixed(-0.00001, 4), fixed(12, 0), fixed(-1.05, 1), fixed(0.05, 3)] == ["0.1235", "0.0000", "12", "-1.1", "0.050"])
    }
}
