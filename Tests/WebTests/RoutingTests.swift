import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import Web

@Suite struct RoutingTests {
    @Test func anUndeclaredMethodNamesTheOnesThatExist() async throws {
        try await WebVillage.open { village in
            for method in [HTTPRequest.Method.put, .delete, .patch, .trace, .init("FOO")!] {
                let answer = try await village.api(method, "/api/v1/needs")
                #expect(answer.status == .methodNotAllowed)
                #expect(answer.headers[.allow] == "GET, HEAD, OPTIONS, POST")
            }
            let options = try await village.api(.options, "/needs")
            #expect(options.status == .noContent)
            #expect(options.headers[.allow] == "OPTIONS, POST")
        }
    }

    @Test func headIsLikeGetWithoutTheBody() async throws {
        try await WebVillage.open { village in
            let get = try await village.client.execute(uri: "/", method: .get)
            let head = try await village.client.execute(uri: "/", method: .head)
            #expect(head.status == .ok)
            #expect(head.body.readableBytes == 0)
            #expect(get.body.readableBytes > 0)
            #expect(head.headers[.contentType] == get.headers[.contentType])
        }
    }

    @Test func anUnknownPageSaysWhatToDoNext() async throws {
        try await WebVillage.open { village in
            let page = try await village.client.execute(uri: "/no/such/page", method: .get)
            #expect(page.status == .notFound)
            #expect(page.text.contains("没有找到"))
            #expect(page.text.contains("href=\"/\""))
            let json = try await village.api(.get, "/api/v1/no-such")
            #expect(json.status == .notFound)
            #expect(json.headers[.contentType] == "application/problem+json")
        }
    }

    @Test(arguments: ["/villages/a%00b/notices", "/%ff", "/%", "/a%0a", "/?q=%00", "/?q=%zz", "/?%ff=1", "/%ed%a0%80"])
    func controlCharactersAndBrokenTextInAddressesAreRefused(_ path: String) async throws {
        try await WebVillage.open { village in
            let page = try await village.client.execute(uri: path, method: .get)
            #expect(page.status == .badRequest)
            let api = try await village.client.execute(uri: "/api/v1" + path, method: .get)
            #expect(api.status == .badRequest)
        }
    }

    @Test func aVillagesNameInThePathIsDecoded() async throws {
        try await WebVillage.open { village in
            let page = try await village.client.execute(uri: "/villages/%E5%B8%83%E5%B2%97/notices", method: .get)
            #expect(page.text.contains("<p>布岗</p>"))
        }
    }

    @Test func aStrangerIsSentToSignInAndBack() async throws {
        try await WebVillage.open { village in
            let answer = try await village.client.execute(uri: "/work?village=%E5%B8%83", method: .get)
            #expect(answer.status == .seeOther)
            #expect(answer.headers[.location] == "/sign-in?back=%2Fwork%3Fvillage%3D%25E5%25B8%2583")
            let zhao = Browser(village, signedInAs: "zhao-the-dispatcher")
            let page = try await zhao.get("/work")
            #expect(page.status == .ok)
            #expect(page.text.contains("赵队长"))
        }
    }

    @Test func aFullDiskIsSaidClearlyAndAMishapGivesItsNumber() async throws {
        try await WebVillage.open { village in
            let full = try await village.client.execute(uri: "/broken", method: .get)
            #expect(full.status == .serviceUnavailable)
            #expect(full.headers[.retryAfter] == "30")
            let mishap = try await village.client.execute(uri: "/unforeseen", method: .get)
            #expect(mishap.status == .internalServerError)
            let id = try #require(mishap.headers[HTTPField.Name("X-Request-ID")!])
            #expect(mishap.text.contains(id))
            #expect(!mishap.text.contains("Unforeseen"))
        }
    }

    @Test func languageAndLargeTextAreKeptAndLeadBack() async throws {
        try await WebVillage.open { village in
            let wang = Browser(village)
            let english = try await wang.get("/prefer?lang=en&back=%2Fneeds%2Fnew")
            #expect(english.headers[.location] == "/needs/new")
            try await wang.get("/prefer?large=1&back=/")
            let page = try await wang.get("/")
            #expect(page.text.contains("<html lang=\"en\" class=\"large\">"))
            let away = try await wang.get("/prefer?lang=en&back=//evil.example")
            #expect(away.headers[.location] == "/")
        }
    }

    @Test func everyPageForbidsWhatItDoesNotNeed() async throws {
        try await WebVillage.open { village in
            for path in ["/", "/no-such", "/needs/new", "/api/openapi.json"] {
                let answer = try await village.client.execute(uri: path, method: .get)
                let policy = try #require(answer.headers[.contentSecurityPolicy])
                #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
                #expect(answer.headers[.xContentTypeOptions] == "nosniff")
                #expect(answer.text.firstMatch(of: /<script>|<style|\sstyle=|\son[a-z]+=/) == nil)
            }
        }
    }

    @Test func theFirstPageIsSmallAndItsPartsAreKeptForAYear() async throws {
        try await WebVillage.open { village in
            let page = try await village.client.execute(uri: "/needs/new", method: .get)
            var total = page.body.readableBytes
            for match in page.text.matches(of: /(?:href|src)="(\/assets\/[^"]+)"/) {
                let part = try await village.client.execute(
                    uri: String(match.1), method: .get, headers: [.acceptEncoding: "gzip"])
                #expect(part.status == .ok)
                #expect(part.headers[.cacheControl]?.contains("immutable") == true)
                total += part.body.readableBytes
            }
            #expect(total < 30_000)
            #expect(total > page.body.readableBytes + 3000)
        }
    }
}
