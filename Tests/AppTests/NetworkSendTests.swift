import Desk
import Foundation
import Grid
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Storage
import TestSupport
import Testing
import Values

@testable import App

/// The company sends a network over the web: checked first, published when it is sound.
@Suite struct NetworkSendTests {
    private static func table(_ name: String, _ network: String = "rural1") throws -> String {
        try String(contentsOf: Resources.folder("Data/networks/\(network)").appending(path: name), encoding: .utf8)
    }
    private static func tables(_ change: (inout [String: String]) -> Void = { _ in }) throws -> [String: String] {
        var files: [String: String] = [:]
        for part in ["nodes", "edges", "loads"] { files[part] = try table("\(part).csv") }
        change(&files)
        return files
    }

    /// The form of the page with files, as a browser sends it.
    private static func send(
        _ village: TestVillage, _ files: [String: [UInt8]], feeder: String = "F9", as person: Villager? = nil
    ) async throws -> Reply {
        let person = person ?? village.company
        let page = try await village.get("/network/import", as: village.company)
        let form = try #require(page.form(to: "/network/imports"))
        var fields = form.hidden
        fields["feeder"] = feeder
        fields["substation"] = "S1"
        fields["heading"] = "马坊九线"
        fields["datum"] = "wgs84"
        var body: [UInt8] = []
        func add(_ text: String) { body += Array(text.utf8) }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            add("--cut\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n")
        }
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            add("--cut\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"\(name).csv\"\r\nContent-Type: text/csv\r\n\r\n")
            body += bytes
            add("\r\n")
        }
        add("--cut--\r\n")
        var headers = HTTPFields()
        headers[.cookie] = "lang=zh-Hans; visitor=0123456789abcdef0123; cunwang=\(try await village.token(of: person))"
        headers[.contentType] = "multipart/form-data; boundary=cut"
        return try await village.client.execute(
            uri: "/network/imports", method: .post, headers: headers, body: ByteBuffer(bytes: body)
        ) {
            Reply(status: $0.status.code, text: String(buffer: $0.body), headers: $0.headers, path: "/network/imports")
        }
    }
    private static func send(_ village: TestVillage, _ files: [String: String], feeder: String = "F9") async throws -> Reply {
        try await send(village, files.mapValues { Array($0.utf8) }, feeder: feeder)
    }
    private static func work(_ village: TestVillage) async throws { while try await SentNetworks.tick(village.desk) {} }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func whatIsSoundIsCheckedShownAndPublished(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let sent = try await Self.send(village, try Self.tables())
            #expect(sent.status == 303, "\(sent.text.prefix(600))")
            let here = try #require(sent.location)
            #expect(try await village.get(here, as: village.company).contains("正在检查"))
            try await Self.work(village)
            let checked = try await village.get(here, as: village.company)
            #expect(checked.contains("没有发现错误") && checked.contains("action=\"\(here)/publish\""))
            let told = try await village.api(.get, here, as: village.company).json
            #expect((told["findings"] as? [Any])?.count == told["warnings"] as? Int, "each is counted once")
            // Nothing is there yet.
            #expect(try await village.count("SELECT COUNT(*) FROM feeder") == 0)
            #expect(try await village.count("SELECT COUNT(*) FROM supply") == 0)
            let ordered = try await village.submit(here, [:], as: village.company, to: "\(here)/publish")
            #expect(ordered.status == 303)
            #expect(try await village.get(here, as: village.company).contains("<progress"))
            #expect(try await village.api(.post, "\(here)/publish", [:], as: village.company).status == 409)
            try await Self.work(village)
            let done = try await village.api(.get, here, as: village.company)
            #expect(done.json["state"] as? String == "published" && done.json["percent"] as? Int == 100, "\(done.text)")
            let loads = try Self.table("loads.csv").split(separator: "\n").count - 1
            #expect(done.json["supplies"] as? Int == loads && done.json["unlinked"] as? Int == loads)
            #expect(try await village.count("SELECT customers FROM feeder WHERE code = 'F9'") == loads)
            for path in [here, "/network", "/network/imports"] {
                for language in ["zh-Hans", "en"] {
                    let page = try await village.get(path, as: village.company, language: language)
                    #expect(page.status == 200 && !page.contains("⟦"), "\(path) \(page.rawKey)")
                }
            }
            // The same feeder once more is its second version.
            let again = try #require(try await Self.send(village, try Self.tables()).location)
            try await Self.work(village)
            _ = try await village.api(.post, "\(again)/publish", [:], as: village.company)
            try await Self.work(village)
            #expect(try await village.count("SELECT COUNT(*) FROM network_version WHERE published_at IS NOT NULL") == 2)
            #expect(try await village.count("SELECT COUNT(*) FROM event WHERE verb IN ('network.sent', 'network.ordered')") == 4)
        }
    }

    @Test func aBadNetworkIsRefusedWithWordsAtItsLine() async throws {
        try await withVillage { village in
            let cases: [(name: String, change: (inout [String: String]) -> Void, words: [String])] = [
                ("a ring", { $0["edges"]! += "ring,,line,B0,B2,10,,,true,\n" }, ["环路"]),
                (
                    "an orphan",
                    {
                        $0["nodes"]! += "lonely,,bus,0.4,,\nlonelier,,bus,0.4,,\n"
                        $0["edges"]! += "away,,line,lonely,lonelier,1,,,true,\n"
                    }, ["孤岛"]
                ),
                ("a missing parent", { $0["edges"]! += "nowhere,,line,B0,B99999,10,,,true,\n" }, ["B99999"]),
                ("an id twice", { files in files["nodes"]! += files["nodes"]!.split(separator: "\n")[1] + "\n" }, ["nodes.csv:"]),
                ("no column", { $0["loads"] = "id,where\nH0,B0\n" }, ["loads.csv:1"]),
                ("no number", { $0["edges"]! += "long,,line,B0,B1,far,,,true,\n" }, ["edges.csv:", "far"]),
                ("nothing", { $0 = ["nodes": "id,kind\n", "edges": "id,kind,from,to\n", "loads": "id,node\n"] }, []),
            ]
            for one in cases {
                let here = try #require(try await Self.send(village, try Self.tables(one.change)).location, "\(one.name)")
                try await Self.work(village)
                let found = try await village.api(.get, here, as: village.company)
                #expect(found.json["state"] as? String == "refused", "\(one.name): \(found.text)")
                let page = try await village.get(here, as: village.company)
                #expect(page.contains("未通过") && !page.contains("已关联户号"))
                #expect(!page.contains("/publish\"") && !page.contains("⟦"), "\(one.name) \(page.rawKey)")
                for word in one.words { #expect(page.contains(word), "\(one.name): \(word)") }
                #expect(try await village.api(.post, "\(here)/publish", [:], as: village.company).status == 409)
            }
            var files = try Self.tables().mapValues { Array($0.utf8) }
            files["nodes"]! += [0xC2, 0xED, 0xB7, 0xBB, 0x0A]
            let here = try #require(try await Self.send(village, files).location)
            try await Self.work(village)
            #expect(try await village.get(here, as: village.company).contains("nodes.csv:"))
            #expect(try await village.count("SELECT COUNT(*) FROM feeder") == 0)
        }
    }

    @Test func manyMistakesAreListedUpToALimitAndCounted() async throws {
        try await withVillage { village in
            let here = try #require(
                try await Self.send(village, try Self.tables { $0["edges"]! += (0..<3_000).map { "e\($0),,line,B0,gone\($0),1,,,true,\n" }.joined() }).location)
            try await Self.work(village)
            let found = try await village.api(.get, here, as: village.company)
            #expect(found.json["state"] as? String == "refused")
            #expect((found.json["findings"] as? [Any]).map { (1...1_001).contains($0.count) } == true)
            #expect(try await village.get(here, as: village.company).status == 200)
        }
    }

    @Test func whatIsTooLargeOrMissingIsToldAtItsField() async throws {
        try await withVillage { village in
            var files = try Self.tables().mapValues { Array($0.utf8) }
            files["nodes"] = [UInt8](repeating: 10, count: SentFile.mostBytes + 1)
            let large = try await Self.send(village, files)
            #expect(large.status == 413 && large.contains("32"), "\(large.status)")
            let none = try await Self.send(village, [:] as [String: [UInt8]])
            #expect(none.status == 422 && none.contains("nodes.csv"))
            let both = try await Self.send(village, try Self.tables { $0["network"] = "{}" })
            #expect(both.status == 422 && both.contains("不要两样都传"))
            #expect(try await village.count("SELECT COUNT(*) FROM network_import") == 0)
            // Somebody who may not send one is not read at all.
            #expect(try await Self.send(village, files, as: village.head).status == 403)
        }
    }

    @Test func aProgramSendsAJSONOrCIMFileThroughTheUploadDoor() async throws {
        try await withVillage { village in
            func upload(_ text: String, as person: Villager) async throws -> Reply {
                var headers = HTTPFields()
                headers[.authorization] = "Bearer " + (try await village.token(of: person))
                headers[.contentType] = "application/octet-stream"
                return try await village.client.execute(
                    uri: "/api/v1/uploads", method: .post, headers: headers, body: ByteBuffer(string: text)
                ) {
                    Reply(status: $0.status.code, text: String(buffer: $0.body), headers: $0.headers, path: "/api/v1/uploads")
                }
            }
            #expect(try await upload("{}", as: village.dispatcher).status == 403)
            #expect(try await upload("", as: village.company).status == 422, "an empty file is none")
            for (file, format) in [("rural1/network.json", "json"), ("cim/rural1.xml", "cim")] {
                let text = try String(contentsOf: Resources.folder("Data/networks").appending(path: file), encoding: .utf8)
                let token = try #require(try await upload(text, as: village.company).json["upload"] as? String)
                let sent = try await village.api(
                    .post, "/network/imports", ["network": token, "feeder": "N-\(format)", "substation": "S1"], as: village.company)
                #expect(sent.status == 201 && sent.json["format"] as? String == format, "\(sent.text)")
                try await Self.work(village)
                let id = try #require(sent.json["id"] as? String)
                let found = try await village.api(.get, "/network/imports/\(id)", as: village.company)
                #expect(found.json["state"] as? String == "checked", "\(found.text.prefix(800))")
            }
            let unknown = String(repeating: "a", count: 64) + "~10~application/octet-stream"
            let gone = try await village.api(
                .post, "/network/imports", ["network": unknown, "feeder": "X", "substation": "S1"], as: village.company)
            #expect(gone.status == 404 && gone.contains("not-an-upload"))
            // A photo's token is no table, and the other way round.
            let photo = try await village.photo()
            let wrong = try await village.api(
                .post, "/network/imports", ["network": photo.token, "feeder": "X", "substation": "S1"], as: village.company)
            #expect(wrong.status == 422 && wrong.contains("not-an-upload"), "\(wrong.text)")
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func aServerThatStoppedInTheMiddleIsFollowedByAnother(engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let here = try #require(try await Self.send(village, try Self.tables()).location)
            let until = village.clock.moment.adding(minutes: 10)
            try await village.desk.database.write { try $0.run("UPDATE network_import SET taken_until = \(until)") }
            #expect(try await !SentNetworks.tick(village.desk))
            village.clock.advance(minutes: 11)
            try await Self.work(village)
            #expect(try await village.api(.get, here, as: village.company).json["state"] as? String == "checked")
            // Its files went in the meantime: nothing is published, with words.
            _ = try await village.api(.post, "\(here)/publish", [:], as: village.company)
            try await village.desk.database.write { try $0.run("DELETE FROM network_import_file") }
            try await Self.work(village)
            let gone = try await village.get(here, as: village.company)
            #expect(gone.contains("请重新上传") && !gone.contains("⟦"))
        }
    }
}
