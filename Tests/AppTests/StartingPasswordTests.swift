import Desk
import HTTPTypes
import Registry
import Storage
import Testing
import Values

/// A password that somebody else made opens nothing but the page where it is changed.
@Suite struct StartingPasswordTests {
    @Test func aStartingPasswordOpensNothingBeforeItIsChanged() async throws {
        try await withVillage { village in
            let made = try await village.api(
                .post, "/people",
                [
                    "name": "新服务员", "signIn": "xin", "phone": "13700001234", "role": "attendant",
                    "unit": village.bugang.text,
                ], as: village.head)
            let password = try #require(made.json["password"] as? String, "\(made.text)")
            let signedIn = try await village.api(.post, "/sessions", ["person": "xin", "password": password])
            let token = try #require(signedIn.json["token"] as? String)
            let id = try #require((made.json["id"] as? String).flatMap { ID<Person>(parsing: $0) })
            let actor = try #require(try await village.desk.database.read { try $0.actor(for: id, at: TestVillage.start) })
            let person = Villager(id: id, name: "新服务员", token: token, actor: actor)

            let list = try await village.api(.get, "/work", as: person)
            #expect(list.status == 403 && list.contains("password-must-change"), "\(list.text)")
            let report = try await village.api(
                .post, "/requests", ["kind": "repair", "village": village.bugang.text, "what": "没电", "name": "赵大娘"],
                as: person)
            #expect(report.status == 403)
            let page = try await village.get("/work", as: person)
            #expect(page.status == 303 && page.location == "/my/password")
            #expect(try await village.get("/my/password", as: person).status == 200)

            let changed = try await village.api(
                .post, "/sessions/password",
                ["old": password, "password": "river-stone-77", "again": "river-stone-77"], as: person)
            #expect(changed.status == 200, "\(changed.text)")
            #expect(try await village.api(.get, "/work", as: person).status == 200)
            #expect(try await village.get("/work", as: person).status == 200)
        }
    }
}
