import App
import Desk
import Foundation
import Grid
import HTTPTypes
import PowerRules
import Registry
import Service
import Storage
import Testing
import Values
import Web

/// The map and its list, and the pages of the network, as villagers and staff get them.
@Suite struct MapTests {
    private static let window = "west=114.0&south=34.0&east=114.3&north=34.3"

    /// One feeder of Mafang in Bugang: two areas with the account of Zhang at the first.
    private func network() -> Network {
        var network = Network()
        func node(_ id: String, _ kind: NodeKind, _ kv: Double, _ lat: Double, _ lon: Double) {
            network.nodes.append(.init(id: id, kind: kind, voltageKV: kv, place: Place(latitude: lat, longitude: lon)))
        }
        node("S", .source, 10, 34.11, 114.11)
        node("A", .bus, 10, 34.105, 114.105)
        network.edges.append(.init(id: "K", name: "出线开关", kind: .switch, from: "S", to: "A"))
        for (n, lat) in [(1, 34.101), (2, 34.103)] {
            node("P\(n)", .bus, 10, lat, 114.101)
            node("L\(n)", .busbar, 0.4, lat, 114.101)
            node("X\(n)", .box, 0.4, lat + 0.0005, 114.1012)
            network.edges.append(.init(id: "M\(n)", kind: .line, from: "A", to: "P\(n)", lengthM: 300))
            network.edges.append(.init(id: "T\(n)", name: "布岗\(n)号台区", kind: .transformer, from: "P\(n)", to: "L\(n)", ratingKVA: 100))
            network.edges.append(.init(id: "D\(n)", kind: .drop, from: "L\(n)", to: "X\(n)", lengthM: 20))
            network.loads.append(
                .init(id: n == 1 ? "4101234567" : "空\(n)", node: "X\(n)", place: Place(latitude: lat + 0.0005, longitude: 114.1012)))
        }
        return network
    }

    private func imports(_ village: TestVillage) async throws {
        let order = NetworkOrder(
            county: TestVillage.county, feeder: "F1", name: "10千伏布岗线", substation: "S1", substationName: "马坊变",
            station: ID(village.mafang.text), source: "test", format: "json")
        let report = try await NetworkImport.run(NetworkFile(network()), as: order, desk: village.desk)
        #expect(report.errors == [])
    }

    @Test func everybodySeesVillagesAndOnlyTheStationSeesItsFeeders() async throws {
        try await withVillage { village in
            try await imports(village)
            let path = "/map/view?\(Self.window)&zoom=13"
            let stranger = try await village.get(path)
            #expect(stranger.status == 200 && stranger.contains("布岗村"))
            #expect(!stranger.contains("台区") && !stranger.contains("\"mv\"") && !stranger.contains("/network/"))
            for reader in [village.dispatcher, village.head, village.wang, village.company, village.auditor] {
                let seen = try await village.get(path, as: reader)
                #expect(seen.contains("布岗1号台区") && seen.contains("\"mv\""), "\(reader.name)")
            }
            for other in [village.otherDispatcher, village.ma, village.li, village.township, village.zhang] {
                let seen = try await village.get(path, as: other)
                #expect(!seen.contains("台区"), "\(other.name)")
            }
            // Meters only for the station, and only from close by.
            let close = "/map/view?west=114.100&south=34.100&east=114.103&north=34.105&zoom=18"
            #expect(try await village.get(close, as: village.dispatcher).contains("4101234567"))
            #expect(try await village.get(close, as: village.company).contains("4101234567") == false)
            #expect(try await village.get(path, as: village.dispatcher).contains("4101234567") == false)
        }
    }

    @Test func theListSaysWhatTheMapShows() async throws {
        try await withVillage { village in
            try await imports(village)
            let page = try await village.get("/map")
            for part in ["布岗村", "袁家村", "map-list", "跳过地图"] { #expect(page.contains(part), "\(part)") }
            let found = try await village.get("/map?q=zz")
            #expect(found.contains("没有找到"))
            let one = try await village.get("/map?q=%E5%B8%83%E5%B2%97", as: village.dispatcher)
            #expect(one.contains("布岗1号台区") && one.contains("2 户") && !one.contains("袁家村"))
            let near = try await village.get("/map?q=34.2,114.2")
            #expect(near.contains("袁家村"))
            let inView = try await village.get("/map?west=114.19&south=34.19&east=114.21&north=34.21&zoom=14")
            #expect(inView.contains("袁家村") && !inView.contains("赵庄村"))
            #expect(try await village.get("/map?township=henan/xuchang/yanling/taocheng").contains("袁家村"))
        }
    }

    @Test func theListNamesTheCasesThatTheMapMarks() async throws {
        try await withVillage { village in
            let answer = try await village.api(
                .post, "/requests",
                [
                    "kind": "hazard", "village": village.bugang.text, "what": "杆子歪了", "name": "赵大娘", "phone": "13812345678",
                    "latitude": 34.05, "longitude": 114.2,
                ])
            let number = try #require(answer.json["number"] as? String, "\(answer.text)")
            let view = "west=114.1&south=34.0&east=114.3&north=34.1&zoom=15"
            let drawn = try await village.get("/map/view?\(view)", as: village.dispatcher)
            let list = try await village.get("/map?\(view)", as: village.dispatcher)

            #expect(drawn.contains("/cases/\(number)"))
            #expect(list.contains("<a href=\"/cases/\(number)\">"))
            #expect(!(try await village.get("/map?\(view)")).contains(number))
        }
    }

    @Test func anOpenMapHearsOfAFaultAndAStrangerOfNothingElse() async throws {
        try await withVillage { village in
            let grid = try await TestGrid.make(village)
            async let stranger = village.get("/map/live")
            async let liaison = village.get("/map/live", as: village.wang)
            while village.desk.live.count < 2 { await Task.yield() }
            let number = try await village.report("表箱门关不上", kind: "hazard").number
            for n in 0..<5 { try await village.dark(grid.account("T1-a", n)) }
            try await village.locate()
            village.desk.live.finish()

            let (told, own) = try await (stranger, liaison)
            let fault = "data: county/\(TestVillage.county)/outage\n"
            #expect(told.contains(fault) && own.contains("event: changed"), "\(told.text) \(own.text)")
            #expect(!told.contains("hazard") && !told.contains("\(number)") && !told.contains("bugang"), "\(told.text)")
        }
    }

    @Test func aViewThatIsNoPlaceIsRefused() async throws {
        try await withVillage { village in
            for bad in [
                "", "west=1", "west=200&south=0&east=201&north=1&zoom=9", "west=2&south=0&east=1&north=1&zoom=9",
                "west=0&south=0&east=1&north=1&zoom=99", "west=nan&south=0&east=1&north=1&zoom=9",
            ] {
                let answer = try await village.get("/map/view?\(bad)")
                #expect(answer.status == 400, "\(bad)")
            }
        }
    }

    @Test func theFileStatesItsDatum() async throws {
        try await withVillage { village in
            try await imports(village)
            let file = try await village.get("/map/export.geojson", as: village.dispatcher)
            #expect(file.json["datum"] as? String == "WGS-84 (EPSG:4326)")
            let features = file.json["features"] as? [[String: Any]] ?? []
            #expect(features.count == 5)
            let area = features.first { ($0["properties"] as? [String: String])?["code"] == "T1" }
            let geometry = area?["geometry"] as? [String: Any]
            #expect(geometry?["coordinates"] as? [Double] == [114.101, 34.101])
            #expect(try await village.get("/map/export.geojson").status == 303)
        }
    }

    @Test func tilesComeFromOutsideOnlyWhenTheOperatorSaysSo() async throws {
        #expect(MapTiles.origin("https://tiles.example:8443/{z}/{x}/{y}.png") == "https://tiles.example:8443")
        for bad in ["https://tiles.example/", "ftp://t/{z}/{x}/{y}", "https://{s}.t/{z}/{x}/{y}", "{z}{x}{y}", "https://a;b/{z}/{x}/{y}"] {
            #expect(MapTiles.origin(bad) == nil, "\(bad)")
        }
        try await withVillage { village in
            let page = try await village.get("/map")
            let policy = page.headers[.contentSecurityPolicy] ?? ""
            #expect(policy.contains("img-src 'self' blob:;") && !page.contains("data-tiles"))
        }
    }

    @Test func aDispatcherOpensASwitchOnItsPageAndTheFeederSaysWhoIsDark() async throws {
        try await withVillage { village in
            try await imports(village)
            let feeder = try #require(
                try await village.desk.database.read { try $0.feeder(code: "F1", county: TestVillage.county) })
            let device = try #require(try await village.desk.database.read { try $0.device(code: "K", feeder: feeder.id) })
            let path = "/network/devices/\(device.id)"
            let empty = try await village.submit(path, ["reason": ""], as: village.dispatcher, to: "\(path)/operate")
            #expect(empty.status == 422)
            let done = try await village.submit(path, ["reason": "更换电杆"], as: village.dispatcher, to: "\(path)/operate")
            #expect(done.status == 303)
            let page = try await village.get("/network/feeders/\(feeder.id)", as: village.dispatcher)
            #expect(page.contains("更换电杆") && page.contains("<b>2</b>"))
            // Who may not operate sees the device without the form.
            let seen = try await village.get(path, as: village.company)
            #expect(seen.status == 200 && !seen.contains("\(path)/operate"))
            for page in ["/network", "/network/unlinked", "/network/versions/\(feeder.version!)"] {
                #expect(try await village.get(page, as: village.head).status == 200, "\(page)")
            }
        }
    }

    @Test func withoutANetworkThePageSaysHowToGetOne() async throws {
        try await withVillage { village in
            let page = try await village.get("/network", as: village.dispatcher)
            #expect(page.contains("cunwang import network"))
        }
    }
}
