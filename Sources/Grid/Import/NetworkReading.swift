package import Foundation
package import PowerRules
import Values

/// The formats in which a network comes in.
package enum NetworkFormat: String, Sendable, CaseIterable {
    /// `nodes.csv`, `edges.csv` and `loads.csv` of one folder.
    case csv
    /// `network.json`.
    case json
    /// RDF/XML of IEC 61968-13 or CGMES.
    case cim
}

extension NetworkFile {
    /// Larger files are refused before they are read.
    package static let mostBytes = 1 << 30

    /// What stands in the tables; whatever is wrong with them becomes findings.
    package static func read(nodes: [UInt8], edges: [UInt8], loads: [UInt8]) -> NetworkFile {
        for (name, bytes) in [("nodes.csv", nodes), ("edges.csv", edges), ("loads.csv", loads)] {
            if let line = firstBadLine(bytes) { return .refused("\(name):\(line)", "network-not-utf8") }
        }
        do {
            return NetworkFile(try NetworkText.read(nodes: nodes, edges: edges, loads: loads))
        } catch {
            return .refused(error, file: { "\($0.rawValue).csv" })
        }
    }

    package static func read(json: [UInt8]) -> NetworkFile {
        if let line = firstBadLine(json) { return .refused("network.json:\(line)", "network-not-utf8") }
        do {
            return NetworkFile(try NetworkText.read(json: json))
        } catch {
            return .refused(error, file: \.rawValue)
        }
    }

    package static func read(cim: Data) -> NetworkFile {
        do {
            return CIMNetwork.file(try CIMObjects.read(cim))
        } catch let problem as CIMObjects.Unreadable {
            return .refused("\(problem.line)", problem.code)
        } catch {
            return .refused("", "network-xml-broken")
        }
    }

    private static func refused(_ subject: String, _ code: String) -> NetworkFile {
        var file = NetworkFile(Network())
        file.findings = [NetworkFinding(error: code, subject)]
        return file
    }

    private static func refused(_ problems: NetworkProblems, file name: (NetworkProblem.Table) -> String) -> NetworkFile {
        var file = NetworkFile(Network())
        file.findings = problems.first.map { problem in
            NetworkFinding(
                error: "network-\(problem.code.rawValue)", "\(name(problem.table)):\(problem.line)",
                ["found": problem.value])
        }
        if problems.count > problems.first.count {
            file.findings.append(.init(error: "network-more", "", ["count": "\(problems.count - problems.first.count)"]))
        }
        return file
    }

    /// The first line with bytes that are no UTF-8: most likely a file in GBK.
    private static func firstBadLine(_ bytes: [UInt8]) -> Int? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        var line = 1
        for part in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            if String(validating: part, as: UTF8.self) == nil { return line }
            line += 1
        }
        return line
    }
}

extension NetworkFinding {
    /// In an import also a load that has no supply in the normal state keeps the file out: it would have no
    /// place among the positions.
    init(_ finding: NetworkCheck.Finding) {
        let isDark = finding.code == .behindOpen && finding.values["loads"] != "0"
        self.init(
            finding.id, "network-\(finding.code.rawValue)", isError: finding.code.severity == .error || isDark,
            finding.values)
    }
}
