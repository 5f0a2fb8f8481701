import Foundation
import Testing

/// What ARCHITECTURE.md promises of the code's shape, read from the code.
struct ArchitectureTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let layers = [
        "Values", "PowerRules", "CPostgres", "Storage", "Desk", "Web", "Registry", "Grid", "Service", "Outages",
        "Insight", "App", "cunwang",
    ]

    private func files(_ folder: String) throws -> [(name: String, text: String)] {
        let base = Self.root.appending(path: folder)
        let found = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
        return try (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }.map {
            ($0.path.replacing(Self.root.path + "/", with: ""), try String(contentsOf: $0, encoding: .utf8))
        }
    }

    @Test func lowerModulesNeverImportUpperOnes() throws {
        for (rank, module) in Self.layers.enumerated() where module != "CPostgres" {
            let upper = Set(Self.layers[(rank + 1)...])
            for file in try files("Sources/\(module)") {
                for line in file.text.split(separator: "\n") where line.contains("import ") && !line.hasPrefix("//") {
                    let words = line.split(separator: " ")
                    guard let at = words.firstIndex(of: "import"), at + 1 < words.count, at <= 1 else { continue }
                    #expect(!upper.contains(String(words[at + 1])), "\(file.name) imports \(words[at + 1])")
                }
            }
        }
    }

    @Test func theRulesKnowNoClockAndDoNoWork() throws {
        let sources = try files("Sources/PowerRules") + files("Sources/Values")
        #expect(!sources.isEmpty)
        for file in sources {
            for word in ["FileManager", "URLSession", "Date()", "FileHandle", "ProcessInfo"] {
                #expect(!file.text.contains(word), "\(file.name) uses \(word)")
            }
        }
    }

    @Test func onlyAppAsksForTimeAndChance() throws {
        for module in Self.layers where !["App", "cunwang", "CPostgres", "Storage", "Web"].contains(module) {
            for file in try files("Sources/\(module)") {
                for word in ["Date()", "UUID()", ".random(", "SystemRandomNumberGenerator", "Date.now", "clock_gettime"] {
                    #expect(!file.text.contains(word), "\(file.name) uses \(word)")
                }
            }
        }
    }

    @Test func sqlIsComposedOfBoundValuesOnly() throws {
        // `raw:` splices text: allowed for names of columns and tables that the program itself wrote.
        for module in ["Registry", "Service", "Insight", "App"] {
            for file in try files("Sources/\(module)") {
                for line in file.text.split(separator: "\n") where line.contains("\\(raw:") {
                    let allowed = ["raw: Self.", "raw: alias", "raw: c)", "raw: column)", "raw: String(i)"]
                    #expect(allowed.contains { line.contains($0) }, "\(file.name): \(line)")
                }
            }
        }
    }

    @Test func nothingIsLeftUnfinished() throws {
        for file in try files("Sources") {
            for word in ["TODO", "FIXME", "try!"] {
                #expect(!file.text.contains(word), "\(file.name) holds \(word)")
            }
        }
    }

    @Test func theRepositorySpeaksOfTheProductAlone() throws {
        for file in try files("Sources") + files("Tests") where !file.name.hasSuffix("ArchitectureTests.swift") {
            #expect(!file.text.contains("../shared"), "\(file.name)")
        }
    }
}
