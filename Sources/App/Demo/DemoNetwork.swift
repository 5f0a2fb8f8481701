import Desk
import Foundation
import Grid
import PowerRules
import Registry
import Values

/// The demo county's network: two feeders a station, one to three transformer areas a village, each
/// a copy of one of the rural networks in `Data/networks`, with the village's accounts at its meters.
struct DemoNetwork: Sendable {
    let desk: Desk
    let files: DemoFiles
    let county: DemoCounty

    /// Villages of one feeder.
    private static let villagesPerFeeder = 3
    private static let metersPerDegree = 111_195.0

    func load(_ progress: @escaping @Sendable (Double) -> Void) async throws {
        let templates = try ["rural1", "rural2"].map { name in
            let url = Resources.folder("Data/networks").appending(path: "\(name)/network.json")
            return try NetworkText.read(json: [UInt8](try Data(contentsOf: url)))
        }
        let orders = files.townships.flatMap(plans)
        for (index, plan) in orders.enumerated() {
            let network = Network.scaled(
                from: templates[index % 2], feeder: plan.code, name: plan.name, substation: plan.substation,
                areas: plan.areas)
            let order = NetworkOrder(
                county: county.path, feeder: plan.code, name: plan.name, substation: plan.substationCode,
                substationName: plan.substationName, station: county.units[plan.station], source: "demo",
                format: NetworkFormat.json.rawValue)
            _ = try await NetworkImport.run(NetworkFile(network), as: order, desk: desk)
            progress(Double(index + 1) / Double(orders.count))
        }
    }

    private struct FeederPlan {
        let code: String
        let name: String
        let substation: Place
        let substationCode: String
        let substationName: String
        let station: String
        let areas: [PlannedArea]
    }

    private func plans(_ township: DemoFiles.UnitLine) -> [FeederPlan] {
        let villages = files.villages.filter { $0.parentPath == township.path }
        guard let middle = township.place, let substation = moved(middle, north: 600, east: -900) else { return [] }
        let slug = township.slug.uppercased()
        let short = township.name.replacing("镇", with: "").replacing("乡", with: "")
        return stride(from: 0, to: villages.count, by: Self.villagesPerFeeder).enumerated().map { number, start in
            let own = villages[start..<min(start + Self.villagesPerFeeder, villages.count)]
            let code = "\(slug)-\(number + 1)"
            return FeederPlan(
                code: code, name: "10千伏\(short)\(["一", "二", "三", "四"][number % 4])线", substation: substation,
                substationCode: slug, substationName: "35千伏\(short)变电站",
                station: files.station(ofTownship: township.path).path, areas: own.flatMap { areas($0, code) })
        }
    }

    /// One to three areas; the households of one group stay together.
    private func areas(_ village: DemoFiles.UnitLine, _ feeder: String) -> [PlannedArea] {
        let customers = county.plan.customers.filter { $0.village == village.path }
            .sorted { ($0.group, $0.account) < ($1.group, $1.account) }
        guard let place = village.place, !customers.isEmpty else { return [] }
        let index = files.villages.firstIndex { $0.path == village.path } ?? 0
        let count = index % 3 + 1
        return (0..<count).compactMap { number in
            let part = customers[number * customers.count / count..<(number + 1) * customers.count / count]
            let turn = Double(index * 47 + number * 120) * .pi / 180
            let away = count == 1 ? 120.0 : 380.0
            guard let spot = moved(place, north: away * cos(turn), east: away * sin(turn)) else { return nil }
            return PlannedArea(
                id: "\(feeder)-\(village.slug)\(number + 1)", name: "\(village.name)\(number + 1)号台区", place: spot,
                loads: part.map(\.account), turnDegrees: Double((index * 73 + number * 110) % 360))
        }
    }

    private func moved(_ place: Place, north: Double, east: Double) -> Place? {
        Place(
            latitude: place.latitude + north / Self.metersPerDegree,
            longitude: place.longitude + east / (Self.metersPerDegree * cos(place.latitude * .pi / 180)))
    }
}
