package import Desk
package import Registry
package import Service
import Values
package import Web

/// The doors of appliance-damage claims.
package enum ClaimDoors {
    package static func register(on site: Site, directory: Directory) {
        let sheet: HTML = "<link rel=\"stylesheet\" href=\"\(site.assets.url("staff.css"))\">"
        let villagers: HTML = "<link rel=\"stylesheet\" href=\"\(site.assets.url("villagers.css"))\">"
        let pages = ClaimPages(directory: directory, stylesheet: villagers)
        let staff = ClaimStaffPages(stylesheet: sheet)
        site.page("/claims/calculator") { try await pages.calculator($0) }
        site.page("/claims", who: ClaimListQuery.who) { try await staff.list($0) }
        site.page("/claims/:case", who: .roles(Role.staff)) { try await staff.claim($0) }
        site.page("/claims/:case/slip", who: .roles(Role.staff)) { try await staff.slip($0) }
        site.page("/claims/:case/items/:item", who: .roles(Role.staff)) { try await staff.item($0) }
        site.query(ClaimQuery.self)
        site.query(ClaimListQuery.self)
        site.query(ClaimCalculatorQuery.self)
        site.link("/claims", key: "claim.nav", who: ClaimListQuery.who)
        site.action(
            FileClaim.self, at: "/claims/new", form: { try await pages.new($0, $1) },
            then: { receipt, visit in
                visit.actor.isStaff && receipt.kind == ClaimLimits.kind
                    ? .go("/claims/\(receipt.number)?done=file-claim")
                    : .go("/follow/\(percentEncoded(receipt.receipt))/receipt")
            })
        follow(site, pages)
        staffSteps(site, staff)
    }

    /// The doors of a case by receipt, by phone and by account.
    private static func follow(_ site: Site, _ pages: ClaimPages) {
        for path in ["/follow/:secret", "/follow/by/:case/:lastFour", "/mine/:case"] {
            site.page(path + "/claim") { try await pages.claim($0) }
            site.page(path + "/claim/slip") { try await pages.slip($0) }
            site.page(path + "/claim/items/:item") { try await pages.item($0) }
            func step<A: ClaimAction>(_ type: A.Type, _ tail: String, _ form: @escaping @Sendable (Visit, FormState) async throws -> Page) {
                site.form(type, posts: path + tail, form: form) { _, visit in
                    .go("\(FollowDoor(of: visit).path)/claim?done=\(A.name)")
                }
            }
            step(AddClaimItem.self, "/add-claim-item") { try await pages.claim($0, $1) }
            step(AcceptOffer.self, "/accept-offer") { try await pages.claim($0, $1) }
            step(RefuseOffer.self, "/refuse-offer") { try await pages.claim($0, $1) }
            step(CorrectClaimItem.self, "/claim/items/:item/correct") { try await pages.item($0, $1) }
        }
    }

    private static func staffSteps(_ site: Site, _ staff: ClaimStaffPages) {
        func step<A: ClaimAction>(
            _ type: A.Type, at path: String? = nil, _ form: @escaping @Sendable (Visit, FormState) async throws -> Page
        ) {
            site.action(type, at: path, form: form) { state, _ in .go("/claims/\(state.number)?done=\(A.name)") }
        }
        step(AddClaimItem.self, at: "/claims/:case/items/new") { try await staff.newItem($0, $1) }
        step(CorrectClaimItem.self) { try await staff.item($0, $1) }
        step(AssessClaimItem.self) { try await staff.item($0, $1) }
        step(CheckClaim.self) { try await staff.claim($0, $1) }
        step(OfferClaim.self) { try await staff.claim($0, $1) }
        step(AcceptOffer.self) { try await staff.claim($0, $1) }
        step(RefuseOffer.self) { try await staff.claim($0, $1) }
        step(PayClaim.self) { try await staff.claim($0, $1) }
    }
}

/// What claims add to the pages that all cases share.
package struct ClaimGuest: ServiceGuest {
    package init() {}

    package func ways(_ village: VillageInfo, _ visit: Visit) -> [HTML] {
        ["<a href=\"/claims/new?village=\(village.id)\">\(visit.words["claim.way"])</a>"]
    }

    package func section(of view: CaseView, _ door: FollowDoor, _ visit: Visit) async throws -> HTML? {
        guard view.kind == ClaimLimits.kind else { return nil }
        let claim = try await ClaimPages.look(door, visit)
        let words = visit.words
        let names = claim.items.map(\.name).joined(separator: words["staff.list-comma"])
        return """
            <section class="card"><h2>\(words["claim.appliances"])</h2><p>\(OutageHTML.chinese(names, words))</p>
            \(claim.totalFen.map { "<p><b>\(words("claim.total", ["sum": Yuan.text($0)]))</b></p>" as HTML })
            <p><a class="button" href="\(door.path)/claim">\(words[claim.state == "offered" ? "claim.open-offer" : "claim.open"])</a></p></section>
            """
    }

    package func link(from view: CaseView, _ visit: Visit) -> HTML? {
        guard view.kind == ClaimLimits.kind else { return nil }
        return OutageHTML.actions([OutageHTML.link("/claims/\(view.number)", visit.words["claim.open"], isMain: true)])
    }
}
