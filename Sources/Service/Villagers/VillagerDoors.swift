package import Desk
package import Registry
import Values
package import Web

/// The doors of villagers: their village, the intake, following a case, and the counter.
package enum VillagerDoors {
    package static func register(
        on site: Site, desk: Desk, directory: Directory, guests: [any ServiceGuest] = []
    ) {
        let sheet = site.assets.url("villagers.css")
        let stylesheet: HTML = "<link rel=\"stylesheet\" href=\"\(sheet)\">"
        village(site, directory, stylesheet, guests)
        intake(site, directory, stylesheet)
        follow(site, directory, stylesheet, guests)
        site.query(CaseQuery.self)
        site.query(FollowQuery.self)
        site.query(DuplicatesQuery.self)
        site.query(KindsQuery.self)
    }

    private static func village(
        _ site: Site, _ directory: Directory, _ stylesheet: HTML, _ guests: [any ServiceGuest]
    ) {
        let pages = VillagePages(directory: directory, stylesheet: stylesheet, guests: guests)
        let choice = ChoicePages(directory: directory, stylesheet: stylesheet)
        let danger = DangerPage(directory: directory, stylesheet: stylesheet)
        let board = BoardPage(directory: directory, stylesheet: stylesheet)
        site.page("/") { try await pages.home($0) }
        site.page("/choose") { try await choice.page($0) }
        site.page("/danger") { try await danger.page($0) }
        site.page("/villages/:village") { try await pages.village($0) }
        site.page("/villages/:village/more") { try await pages.more($0) }
        site.page("/villages/:village/others") { try await pages.others($0) }
        site.page("/villages/:village/people") { try await pages.people($0) }
        site.page("/villages/:village/notices") { try await pages.notices($0) }
        site.page("/villages/:village/point") { try await pages.point($0) }
        site.page("/villages/:village/board") { try await board.page($0) }
    }

    private static func intake(_ site: Site, _ directory: Directory, _ stylesheet: HTML) {
        let pages = IntakePages(directory: directory, stylesheet: stylesheet)
        let counter = CounterPage(stylesheet: stylesheet)
        site.steps(ReportNeed.self, at: IntakePages.path, steps: pages.steps) { receipt, _ in
            .go("/follow/\(percentEncoded(receipt.receipt))/receipt\(receipt.isFollowing ? "?following=1" : "")")
        }
        site.page("/counter", who: CounterPage.who) { try await counter.page($0) }
        site.link("/counter", key: "villagers.counter.link", who: CounterPage.who, first: true)
    }

    private static func follow(
        _ site: Site, _ directory: Directory, _ stylesheet: HTML, _ guests: [any ServiceGuest]
    ) {
        let pages = FollowPages(directory: directory, stylesheet: stylesheet, guests: guests)
        let receipts = ReceiptPages(stylesheet: stylesheet)
        let mine = MinePages(stylesheet: stylesheet)
        site.page("/follow") { try await pages.enter($0) }
        site.page("/follow/:secret") { try await pages.follow($0) }
        site.page("/follow/by/:case/:lastFour") { try await pages.follow($0) }
        site.page("/follow/:secret/receipt") { try await receipts.receipt($0) }
        site.page("/follow/:secret/slip") { try await receipts.slip($0) }
        site.page("/mine", who: .signedIn) { try await mine.page($0) }
        site.link("/mine", key: "villagers.mine.title", who: .roles(.customer), first: true)
        site.page("/mine/:case", who: .signedIn) { try await pages.follow($0) }
        site.get("/photos/cases/:case/:hash") { try await CasePhotos.answer($0, guests) }
        site.action(
            FollowCase.self, at: "/requests/:case/follow", form: { try await pages.neighbour($0, $1) },
            then: { receipt, _ in .go("/follow/\(percentEncoded(receipt.receipt))/receipt?following=1") })
        move(AnswerCase.self, site, pages)
        move(ConfirmCase.self, site, pages)
        move(ReopenCase.self, site, pages)
        move(WithdrawCase.self, site, pages)
    }

    /// A move that needs no account stands behind three doors beside its own: the receipt, the
    /// number with the phone's last four digits, and the customer's list.
    private static func move<A: Action>(_ type: A.Type, _ site: Site, _ pages: FollowPages)
    where A.Output == Moved {
        let form: @Sendable (Visit, FormState) async throws -> Page = { visit, state in
            try await pages.follow(visit, state)
        }
        let then: @Sendable (Moved, Visit) async throws -> After = { _, visit in
            .go("\(FollowDoor(of: visit).path)?done=\(A.name)")
        }
        for path in ["/follow/:secret/", "/follow/by/:case/:lastFour/", "/mine/:case/"] {
            site.form(type, posts: path + A.name, form: form, then: then)
        }
        site.action(
            type, at: nil,
            form: { visit, state in
                visit.actor.isStaff
                    ? try await StaffMoves.page(A.name, visit, state) : try await pages.follow(visit, state)
            },
            then: { moved, visit in
                visit.actor.isStaff ? StaffMoves.after(moved, A.name) : .go("/mine/\(moved.number)?done=\(A.name)")
            })
    }
}
