import Foundation
import PowerRules

/// A file that a rule was to read and could not: which one, and what is wrong with it.
struct FileProblem: Error, CustomStringConvertible {
    let file: String
    let text: String

    init(_ file: String, _ text: String) {
        self.file = file
        self.text = text
    }

    /// Every line names the file.
    var description: String {
        text.split(separator: "\n").map { "\(file): \($0)" }.joined(separator: "\n")
    }
}

/// Files that rules read.
enum RuleFiles {
    /// Larger files are no networks and no reports.
    static let mostBytes = 1_000_000_000

    static func bytes(_ path: String) throws -> [UInt8] {
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? handle.close() }
            let data = try handle.read(upToCount: mostBytes + 1) ?? Data()
            guard data.count <= mostBytes else { throw FileProblem(path, "larger than \(mostBytes / 1_000_000) MB") }
            return Array(data)
        } catch let problem as FileProblem {
            throw problem
        } catch {
            throw FileProblem(path, "cannot be read")
        }
    }

    /// A network from a folder with `nodes.csv`, `edges.csv` and `loads.csv`, or with `network.json`.
    static func network(_ folder: String) throws -> Network {
        func path(_ name: String) -> String { folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)" }
        let isTables = FileManager.default.fileExists(atPath: path("nodes.csv"))
        guard isTables || FileManager.default.fileExists(atPath: path("network.json")) else {
            throw FileProblem(folder, "holds neither nodes.csv, edges.csv and loads.csv nor network.json")
        }
        do {
            return isTables
                ? try NetworkText.read(
                    nodes: bytes(path("nodes.csv")), edges: bytes(path("edges.csv")), loads: bytes(path("loads.csv")))
                : try NetworkText.read(json: bytes(path("network.json")))
        } catch let problems as NetworkProblems {
            throw FileProblem(folder, problems.description)
        }
    }

    /// Runs a reader of rows and names the file in what it complains about.
    static func rows<Value>(_ file: String, _ read: ([UInt8]) throws -> Value) throws -> Value {
        let bytes = try bytes(file)
        do {
            return try read(bytes)
        } catch let problems as RowProblems {
            throw FileProblem(file, problems.description)
        }
    }

    /// A remark for the operator that is no answer.
    static func remark(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
