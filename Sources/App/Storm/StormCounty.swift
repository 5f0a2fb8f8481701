import Desk
import Foundation
import Grid
import PowerRules
import Registry
import Storage
import Values

/// The demo county without cases, with three more feeders and a household in every one of their meters.
struct StormCounty: Sendable {
    let desk: Desk
    /// Of the demo county.
    let path: String
    let ground: StormGround
    /// In the order of the ground's feeders.
    let feeders: [ID<Feeder>]
    /// In the order of the ground's households.
    let people: [ID<Person>]
    /// By path.
    let villages: [String: ID<Village>]

    struct Size: Sendable {
        let households: Int
        let areas: Int
        static let night = Size(households: 2_200, areas: 40)
    }

    /// Rows written in one transaction.
    private static let rowsPerWrite = 40

    /// - Throws: what `Demo.make` throws, and `StormTrouble` when the feeders do not stand as drawn.
    static func make(
        _ desk: Desk, size: Size, progress: @escaping @Sendable (String, Double) -> Void = { _, _ in }
    ) async throws -> StormCounty {
        try await Demo.make(desk, empty: true, progress: progress)
        let files = try DemoFiles(
            demo: Resources.folder("Data/demo"),
            requests: Resources.folder("Data/requests").appending(path: "requests.csv"))
        let url = Resources.folder("Data/networks").appending(path: "rural2/network.json")
        let template = try NetworkText.read(json: [UInt8](try Data(contentsOf: url)))
        let (drawings, ground) = StormDrawing(
            files: files, template: template, householdCount: size.households, areaCount: size.areas
        ).draw()
        let path = files.county.path
        let known = try await desk.database.read { try $0.villages(county: path) }
        let villages = Dictionary(uniqueKeysWithValues: known.map { ($0.path, $0.id) })
        let people = try await settle(ground, villages, county: path, desk) { progress("households", $0) }
        var feeders: [ID<Feeder>] = []
        for (number, drawing) in drawings.enumerated() {
            feeders.append(try await build(drawing, county: path, desk))
            progress("feeders", Double(number + 1) / Double(drawings.count))
        }
        return StormCounty(
            desk: desk, path: path, ground: ground, feeders: feeders, people: people, villages: villages)
    }

    /// Everybody with an account, a phone number and an inbox.
    private static func settle(
        _ ground: StormGround, _ villages: [String: ID<Village>], county: String, _ desk: Desk,
        _ progress: (Double) -> Void
    ) async throws -> [ID<Person>] {
        let now = desk.clock.now
        let list = ground.households.map { (id: ID<Person>(at: now, from: desk.chance), household: $0) }
        for start in stride(from: 0, to: list.count, by: rowsPerWrite) {
            let part = Array(list[start..<min(start + rowsPerWrite, list.count)])
            try await desk.database.write { tx in
                let work = Work(tx, by: .system(county: county), at: now, desk: desk)
                for (id, one) in part {
                    guard let village = villages[one.village] else { throw Problem.notFound }
                    _ = try work.addPerson(
                        PersonDraft(county: county, name: one.name, phone: one.phone, isCustomer: true, id: id))
                    _ = try work.addAccount(
                        AccountDraft(
                            county: county, number: one.account, village: village, customer: id, name: one.name,
                            address: "", meter: one.meter, opened: now.day.adding(days: -400)))
                }
            }
            progress(Double(start + part.count) / Double(list.count))
        }
        return list.map(\.id)
    }

    private static func build(_ drawing: StormDrawing.FeederDrawing, county: String, _ desk: Desk) async throws
        -> ID<Feeder>
    {
        let station = try await desk.database.read { try $0.unit(path: drawing.station)?.id }
        let report = try await NetworkImport.run(
            NetworkFile(drawing.network),
            as: NetworkOrder(
                county: county, feeder: drawing.code, name: drawing.name, substation: drawing.substationCode,
                substationName: drawing.substationName, station: station, source: "storm",
                format: NetworkFormat.json.rawValue), desk: desk)
        guard report.errors.isEmpty, report.unlinked == 0,
            let feeder = try await desk.database.read({ try $0.feeder(code: drawing.code, county: county) })
        else { throw StormTrouble("feeder \(drawing.code): \(report.errors.count) errors, \(report.unlinked) meters without account") }
        return feeder.id
    }

    func person(_ feeder: Int, _ position: Int) -> ID<Person> { people[ground.feeders[feeder].householdAt[position]] }
}

/// Something that the night cannot go on with.
struct StormTrouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) {
        self.description = description
    }
}
