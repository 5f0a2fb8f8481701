import Desk
import HTTPTypes
import Logging
import Synchronization
import Values

/// What every exchange uses, made once.
final class House: Sendable {
    let desk: Desk
    let sessions: any SessionSource
    let assets: Assets
    let links: [NavigationLink]
    let logger: Logger
    let root: RouteNode
    let firstSteps: FirstSteps
    let words: [Language: Words]
    /// Cookies only over TLS when the public address says https.
    let isSecure: Bool
    /// `scheme://host` that a browser names as the origin of our own forms.
    let origin: String
    let pageHeaders: HTTPFields
    let jsonHeaders: HTTPFields
    let problemHeaders: HTTPFields
    let layouts: LayoutParts
    let bars = NavigationBars()
    private let requestPrefix: String
    private let requestNumber = Atomic<Int>(0)

    init(
        desk: Desk, sessions: any SessionSource, assets: Assets, links: [NavigationLink], logger: Logger,
        root: RouteNode, firstSteps: FirstSteps
    ) {
        self.firstSteps = firstSteps
        self.desk = desk
        self.sessions = sessions
        self.assets = assets
        self.links = links
        self.logger = logger
        self.root = root
        words = Dictionary(uniqueKeysWithValues: Language.allCases.map { ($0, desk.locales.words($0)) })
        isSecure = desk.settings.publicAddress.hasPrefix("https://")
        origin = desk.settings.publicAddress
        requestPrefix = desk.chance.token(bytes: 4)
        layouts = LayoutParts(assets: assets, words: words)
        var page = SecurityHeaders.all
        page[.contentType] = "text/html; charset=utf-8"
        page[.cacheControl] = "no-store"
        if isSecure { page[.strictTransportSecurity] = "max-age=31536000" }
        pageHeaders = page
        var json = SecurityHeaders.all
        json[.contentType] = "application/json"
        json[.cacheControl] = "no-store"
        jsonHeaders = json
        json[.contentType] = "application/problem+json"
        problemHeaders = json
    }

    /// Unique in this process and, by its prefix, among several: `9f31c0aa-17`.
    func nextRequestID() -> String {
        "\(requestPrefix)-\(requestNumber.add(1, ordering: .relaxed).newValue)"
    }

    func words(_ language: Language) -> Words {
        words[language] ?? desk.locales.words(language)
    }
}

/// What somebody with a starting password may open: whatever is needed to change it.
package struct FirstSteps: Sendable {
    /// Where a page sends them.
    package let page: String
    /// Paths of routes, without the API's prefix.
    package let paths: Set<String>
    package init(page: String, paths: Set<String>) {
        self.page = page
        self.paths = paths
    }
    static let none = FirstSteps(page: "/", paths: [])
}

/// Headers that every answer carries. No inline script or style anywhere.
enum SecurityHeaders {
    /// - Parameter images: further origins of pictures that the operator chose.
    static func policy(images: [String]) -> String {
        let origins = images.map { " " + $0 }.joined()
        return """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:\(origins); \
            media-src 'self' blob:; connect-src 'self'; font-src 'none'; form-action 'self'; \
            frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; worker-src 'self'
            """
    }

    static let all: HTTPFields = {
        var fields = HTTPFields()
        fields[.contentSecurityPolicy] = policy(images: [])
        fields[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { fields[name] = "same-origin" }
        if let name = HTTPField.Name("X-Frame-Options") { fields[name] = "DENY" }
        if let name = HTTPField.Name("Cross-Origin-Opener-Policy") { fields[name] = "same-origin" }
        if let name = HTTPField.Name("Permissions-Policy") {
            fields[name] = "geolocation=(self), microphone=(self), camera=(self)"
        }
        return fields
    }()
}
