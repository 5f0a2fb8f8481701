/// What a handler answers: the content of one page, which the layout dresses.
package struct Page: Sendable {
    /// Stands in the title of the window and, unless `showsTitle` is false, as the page's heading.
    package var title: String
    package var body: HTML
    package var status: Int
    /// The whole width of the window: tables and boards.
    package var isWide: Bool
    package var showsTitle: Bool
    /// Names of modules in `Public/` without `.js`: `position`, `voice`, …
    package var scripts: [String]
    /// Made for paper: no header, navigation and footer in print.
    package var isPrinted: Bool
    /// Where "back" leads, above the heading.
    package var back: String?
    package var cookies: [SetCookie]
    /// Seconds, with status 503 and 429.
    package var retryAfter: Int?
    /// Origins outside this server from which the page shows pictures: `https://tiles.example`.
    package var imageOrigins: [String] = []

    package init(
        _ title: String, wide: Bool = false, scripts: [String] = [], status: Int = 200, back: String? = nil,
        printed: Bool = false, showsTitle: Bool = true, cookies: [SetCookie] = [], body: HTML
    ) {
        self.title = title
        self.body = body
        self.status = status
        self.isWide = wide
        self.showsTitle = showsTitle
        self.scripts = scripts
        self.isPrinted = printed
        self.back = back
        self.cookies = cookies
    }

    package func with(status: Int) -> Page {
        var page = self
        page.status = status
        return page
    }
}

/// What follows a form that was sent.
package struct After: Sendable {
    enum Step: Sendable {
        case go(String)
        case page(Page)
    }
    let step: Step
    var cookies: [SetCookie] = []

    /// 303 to a path of this server.
    package static func go(_ path: String) -> After { After(step: .go(path)) }
    package static func page(_ page: Page) -> After { After(step: .page(page)) }

    package func setting(_ cookies: SetCookie...) -> After {
        var after = self
        after.cookies += cookies
        return after
    }
}

/// A cookie of this site: `Path=/`, `SameSite=Lax`, `HttpOnly`.
package struct SetCookie: Sendable, Equatable {
    package let name: String
    package let value: String
    /// nil: until the browser is closed; 0: forget it.
    package let maxAgeSeconds: Int?
    package init(_ name: String, _ value: String, maxAgeSeconds: Int?) {
        self.name = name
        self.value = value
        self.maxAgeSeconds = maxAgeSeconds
    }

    /// The session of somebody who has just signed in.
    package static func session(_ token: String, maxAgeSeconds: Int) -> SetCookie {
        SetCookie(CookieName.session, token, maxAgeSeconds: maxAgeSeconds)
    }
    package static let noSession = SetCookie(CookieName.session, "", maxAgeSeconds: 0)

    func header(secure: Bool) -> String {
        var text = "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax"
        if let maxAgeSeconds { text += "; Max-Age=\(maxAgeSeconds)" }
        if secure { text += "; Secure" }
        return text
    }
}

package enum CookieName {
    package static let session = "cunwang"
    /// Stands in for a session where a stranger fills in a form.
    package static let visitor = "visitor"
    package static let language = "lang"
    package static let large = "large"
}
