import Desk
import HTTPTypes
import Hummingbird
import Values

extension Site {
    /// Assets, the switches for language and large text, and the API's description.
    func registerOwnRoutes() {
        let assets = assets
        raw(.get, "/assets/:file") { visit, request in
            let acceptsGzip = (request.headers[.acceptEncoding] ?? "").contains("gzip")
            guard let answer = assets.response(visit["file"], acceptsGzip: acceptsGzip) else { throw Problem.notFound }
            return answer
        }
        for name in ["favicon.ico", "manifest.webmanifest", "robots.txt"] where assets.has(name) {
            raw(.get, "/" + name) { _, _ in
                guard var answer = assets.named(name) else { throw Problem.notFound }
                answer.headers[.cacheControl] = "public, max-age=3600"
                return answer
            }
        }
        let isSecure = desk.settings.publicAddress.hasPrefix("https://")
        raw(.get, "/prefer") { visit, _ in
            var headers = SecurityHeaders.all
            let back = visit.query["back"] ?? "/"
            headers[.location] = isLocal(back) ? back : "/"
            headers[.cacheControl] = "no-store"
            let year = 365 * 86_400
            if let language = visit.query["lang"].flatMap(Language.init(rawValue:)) {
                let cookie = SetCookie(CookieName.language, language.rawValue, maxAgeSeconds: year)
                headers.append(HTTPField(name: .setCookie, value: cookie.header(secure: isSecure)))
            }
            if let large = visit.query["large"], large == "0" || large == "1" {
                let cookie = SetCookie(CookieName.large, large, maxAgeSeconds: year)
                headers.append(HTTPField(name: .setCookie, value: cookie.header(secure: isSecure)))
            }
            return Response(status: .seeOther, headers: headers)
        }
    }
}

extension Site {
    /// `/api/openapi.json`, made when everything else is registered.
    func describeAPI() {
        guard !routes.contains(where: { $0.path == "/api/openapi.json" }) else { return }
        let (routes, server, words, known) = (routes, desk.settings.publicAddress, desk.locales.words(.english), known)
        raw(.get, "/api/openapi.json") { _, _ in
            Response.text(
                OpenAPI.document(routes, server: server, words: words, known: try await known()),
                type: "application/json")
        }
    }
}
