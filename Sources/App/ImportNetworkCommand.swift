import ArgumentParser
import Desk
import Foundation
import Grid
import PowerRules
import Registry
import Storage
import Values

extension ImportCommand {
    /// `cunwang import network PATH`: a new version of one feeder; errors as CSV
    /// `line_or_id,code,message` and nothing stored.
    struct NetworkFiles: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "network",
            abstract: "Read a feeder's network from a folder of CSV files, a network.json or a CIM file.")
        @OptionGroup var options: DataOptions
        @Argument(help: "A folder with nodes.csv, edges.csv and loads.csv, a network.json, or a CIM RDF/XML file.")
        var path: String
        @Option(help: "Code of the feeder; a known one gets a new version. Default: the CIM file's, else the name of the file.")
        var feeder: String?
        @Option(help: "Name of the feeder.")
        var name: String?
        @Option(help: "Substation that feeds it, as CODE or CODE=NAME.")
        var substation: String?
        @Option(help: "Path of the power supply station that works on it; default: that of most of its customers.")
        var station: String?
        @Option(help: "csv, json or cim; default: by the name of the file.")
        var format: String?
        @Option(help: "Datum of the file's places: wgs84, cgcs2000 or gcj02. Stored is WGS-84.")
        var datum: String?
        @Option(help: "CSV with the columns load,account: which account a load is, where its id is no account number.")
        var accounts: String?
        @Flag(name: .customLong("dry-run"), help: "Check everything, print the report and store nothing.")
        var dryRun = false

        func validate() throws {
            if let format, NetworkFormat(rawValue: format) == nil {
                throw ValidationError("--format takes csv, json or cim")
            }
            if let datum, Datum(rawValue: datum) == nil {
                throw ValidationError("--datum takes wgs84, cgcs2000 or gcj02")
            }
        }

        func run() async throws {
            let (file, format) = try read()
            try await Composition.with(options) { composition in
                guard let county = composition.directory.latest.counties.first else {
                    throw ValidationError("this database holds no county yet; make one with “cunwang demo --empty”")
                }
                let order = try order(file, format, county.path, composition.directory.latest)
                let shown = Locked(-1)
                let report = try await NetworkImport.run(file, as: order, desk: composition.desk) { share in
                    let percent = Int(share * 100)
                    guard
                        shown.with({ last in
                            defer { last = percent }; return last != percent
                        })
                    else { return }
                    FileHandle.standardError.write(Data("\r\(percent) %".utf8))
                }
                let words = composition.desk.locales.words(.english)
                try Self.print(report, words, isDryRun: dryRun)
            }
        }

        private func read() throws -> (NetworkFile, NetworkFormat) {
            let url = URL(filePath: path)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw ValidationError("\(path) cannot be read")
            }
            let guess: NetworkFormat = isFolder.boolValue ? .csv : url.pathExtension.lowercased() == "json" ? .json : .cim
            let format = format.flatMap(NetworkFormat.init) ?? guess
            switch format {
            case .csv:
                return (
                    .read(
                        nodes: try bytes(url.appending(path: "nodes.csv")), edges: try bytes(url.appending(path: "edges.csv")),
                        loads: try bytes(url.appending(path: "loads.csv"))), format
                )
            case .json:
                return (.read(json: try bytes(isFolder.boolValue ? url.appending(path: "network.json") : url)), format)
            case .cim: return (.read(cim: Data(try bytes(url))), format)
            }
        }

        private func bytes(_ url: URL) throws -> [UInt8] {
            let size = try? FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int
            guard let size else { throw ValidationError("\(url.path) cannot be read") }
            guard size <= NetworkFile.mostBytes else { throw ValidationError("\(url.path) is larger than 1 GB") }
            guard let data = try? Data(contentsOf: url, options: .mappedIfSafe) else {
                throw ValidationError("\(url.path) cannot be read")
            }
            return Array(data)
        }

        private func order(
            _ file: NetworkFile, _ format: NetworkFormat, _ county: String, _ known: DirectorySnapshot
        ) throws -> NetworkOrder {
            let source = URL(filePath: path).lastPathComponent
            let code = feeder ?? file.feeder?.code ?? URL(filePath: path).deletingPathExtension().lastPathComponent
            let parts = (substation ?? file.substation?.code ?? "S1").split(separator: "=", maxSplits: 1).map(String.init)
            let unit = try station.map { path in
                guard let found = known.unit(path: path), found.kind == .station else {
                    throw ValidationError("--station \(path) is no station of this county")
                }
                return found.id
            }
            return NetworkOrder(
                county: county, feeder: code, name: name ?? file.feeder?.name ?? code, substation: parts.first ?? "S1",
                substationName: parts.count > 1 ? parts[1] : file.substation?.name ?? parts.first ?? "S1", station: unit,
                source: source, format: format.rawValue,
                datum: datum.flatMap(Datum.init) ?? file.datum.flatMap(Datum.init) ?? .wgs84,
                accounts: try accountTable(), isDryRun: dryRun)
        }

        private func accountTable() throws -> [String: String] {
            guard let accounts else { return [:] }
            var reader = CSVReader(try bytes(URL(filePath: accounts)))
            guard reader.header.contains("load"), reader.header.contains("account") else {
                throw ValidationError("\(accounts) needs the columns load and account")
            }
            var table: [String: String] = [:]
            while let record = reader.next() { table[record["load"]] = record["account"] }
            return table
        }

        private static func print(_ report: NetworkReport, _ words: Words, isDryRun: Bool) throws {
            FileHandle.standardError.write(Data("\r".utf8))
            let listed = report.errors.isEmpty ? report.findings : report.errors
            if !listed.isEmpty { Swift.print("line_or_id,code,message") }
            for finding in listed {
                let message = words("problem.\(finding.code)", finding.values)
                Swift.print([finding.subject, finding.code, message].map(csvField).joined(separator: ","))
            }
            guard report.errors.isEmpty else { throw ExitCode(1) }
            if report.warnings > listed.count { Swift.print("and \(report.warnings - listed.count) more warnings") }
            let linked = report.supplies - report.unlinked
            Swift.print(
                """
                \(isDryRun ? "checked" : "imported") \(report.nodes) nodes, \(report.devices) devices, \(report.areas) areas, \
                \(report.supplies) loads, of which \(linked) are linked to accounts
                """)
        }
    }
}
