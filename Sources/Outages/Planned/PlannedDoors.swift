package import Desk
package import Registry
package import Service
import Values
package import Web

/// The doors of planned outages.
package enum PlannedDoors {
    package static func register(on site: Site) {
        let sheet: HTML = "<link rel=\"stylesheet\" href=\"\(site.assets.url("staff.css"))\">"
        let pages = PlannedPages(stylesheet: sheet)
        let forms = PlannedForms(stylesheet: sheet)
        let lists = PlannedHouseholdPages(stylesheet: sheet)
        site.page("/planned", who: PlannedListQuery.who) { try await pages.list($0) }
        site.page("/planned/week", who: PlannedListQuery.who) { try await pages.week($0) }
        site.page("/planned/:outage") { try await pages.one($0) }
        site.page("/planned/:outage/poster") { try await pages.poster($0) }
        site.page("/planned/:outage/households", who: PlannedHouseholdsQuery.who) { try await lists.households($0) }
        site.query(PlannedQuery.self)
        site.query(PlannedListQuery.self)
        site.query(PlannedHouseholdsQuery.self)
        site.link("/planned", key: "planned.nav", who: PlannedListQuery.who)
        site.action(
            AskPlannedOutage.self, at: "/planned/ask", form: { try await forms.ask($0, $1) },
            then: { made, _ in .go("/planned/\(made.number)?done=ask-planned-outage") })
        step(ApprovePlannedOutage.self, site, pages)
        step(RefusePlannedOutage.self, site, pages)
        step(ChangePlannedOutage.self, site, pages)
        step(CancelPlannedOutage.self, site, pages)
        step(StartPlannedOutage.self, site, pages)
        step(RestorePlannedOutage.self, site, pages)
        site.action(
            PlacePlannedHousehold.self, at: nil, form: { try await lists.households($0, $1) },
            then: { _, visit in .go("/planned/\(visit["outage"])/households?part=unplaced&done=place-planned-household") })
        tags(site, lists)
    }

    private static func step<A: Action>(_ type: A.Type, _ site: Site, _ pages: PlannedPages) where A.Output == PlannedView {
        site.action(
            type, at: nil, form: { try await pages.one($0, $1) },
            then: { view, _ in .go("/planned/\(view.number)?done=\(A.name)") })
    }

    private static func tags(_ site: Site, _ lists: PlannedHouseholdPages) {
        site.page("/household-tags", who: TaggedQuery.who) { try await lists.tags($0) }
        site.query(TaggedQuery.self)
        site.action(
            TagHousehold.self, at: nil, form: { try await lists.tags($0, $1) },
            then: { _, _ in .go("/household-tags?done=tag-household") })
        site.action(
            UntagHousehold.self, at: nil, form: { try await lists.tags($0, $1) },
            then: { _, _ in .go("/household-tags?done=untag-household") })
        site.page("/quiet-days", who: QuietDaysQuery.who) { try await lists.quiet($0) }
        site.query(QuietDaysQuery.self)
        site.action(
            AddQuietDays.self, at: nil, form: { try await lists.quiet($0, $1) },
            then: { _, _ in .go("/quiet-days?done=add-quiet-days") })
        site.action(
            EndQuietDays.self, at: nil, form: { try await lists.quiet($0, $1) },
            then: { _, _ in .go("/quiet-days?done=end-quiet-days") })
    }
}

/// Planned outages on the page of a village: what is coming. What is dark now stands beside the faults.
package struct PlannedGuest: ServiceGuest {
    package init() {}

    package func banner(of village: VillageInfo, _ visit: Visit) async throws -> HTML? {
        let found = try await visit.desk.look(by: visit.actor, at: visit.now) {
            try $0.tx.plannedKnown(in: village.id, at: $0.now).filter { $0.state == .approved }
        }
        guard !found.isEmpty else { return nil }
        let words = visit.words
        // In large text the village's page keeps its four actions: there the sentence says it all.
        let items: [HTML] = found.prefix(visit.isLarge ? 2 : 10).map { outage in
            let what: HTML = """
                \(words["planned.banner"]) \(PlannedPages.term(outage.start, outage.end, visit))
                """
            return """
                <li>\(visit.isLarge ? "<b>\(what)</b>" : "<a href=\"/planned/\(outage.number)\">\(what)</a>" as HTML)
                <p>\(OutageHTML.chinese(outage.line, words)) · \(OutageHTML.chinese(outage.work, words))</p></li>
                """
        }
        return "<section class=\"note\"><h2>\(words["planned.banner-title"])</h2><ul class=\"rows\">\(items)</ul></section>"
    }
}
