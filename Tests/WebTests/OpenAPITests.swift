import Desk
import HTTPTypes
import HummingbirdTesting
import Testing
import Values
import Web

@testable import Web

extension RawInput {
    fileprivate subscript(_ names: String...) -> RawInput? {
        var value: RawInput? = self
        for name in names {
            guard case .object(let members) = value else { return nil }
            value = members[name]
        }
        return value
    }
    fileprivate var names: [String] {
        if case .object(let members) = self { members.keys.sorted() } else { [] }
    }
}

@Suite struct OpenAPITests {
    @Test func theDescriptionListsEveryDoorWithItsAnswers() async throws {
        try await WebVillage.open { village in
            let answer = try await village.client.execute(uri: "/api/openapi.json", method: .get)
            let api = try JSONReader.read(Array(answer.text.utf8))
            #expect(api["openapi"] == .string("3.1.0"))
            #expect(api["paths"]?.names == ["/api/v1/needs", "/api/v1/needs/{need}/close", "/api/v1/uploads"])

            let tell = try #require(api["paths", "/api/v1/needs", "post"])
            #expect(
                tell["responses"]?.names == [
                    "201", "400", "401", "403", "404", "405", "409", "413", "415", "422", "429", "503",
                ])
            #expect(tell["security"] == nil)
            let schema = try #require(tell["requestBody", "content", "application/json", "schema"])
            #expect(schema["properties"]?.names == ["channel", "phone", "photos", "pin", "urgent", "voice", "what"])
            #expect(schema["required"] == .list([.string("what"), .string("channel")]))
            #expect(schema["properties", "phone", "type"] == .list([.string("string"), .string("null")]))

            let close = try #require(api["paths", "/api/v1/needs/{need}/close", "post"])
            #expect(close["security"] != nil)
            #expect(close["requestBody", "content", "application/json", "schema", "properties"]?.names == ["note"])
            let list = try #require(api["paths", "/api/v1/needs", "get"])
            guard case .list(let parameters)? = list["parameters"] else {
                Issue.record("no parameters")
                return
            }
            #expect(parameters.compactMap { $0["name"]?.typed } == ["q", "limit"])
        }
    }

    @Test func noTwoOperationsShareANameAndEveryRouteIsListed() async throws {
        let site: @Sendable (Site) -> Void = { site in
            WebVillage.usual(site)
            let api = site.routes.filter(\.isAPI)
            #expect(api.count == 4)
            #expect(Set(api.compactMap(\.name)).count == api.count)
            #expect(
                site.routes.contains {
                    $0.method == "POST" && $0.path == "/needs/:need/close" && $0.who == .roles(.dispatcher)
                })
        }
        try await WebVillage.open(register: site) { _ in }
    }
}
