package import Desk
package import Registry
import Service
import Values
package import Web

/// All doors of outages: telling of one, what is known, the work on it, and the guides.
package enum OutageDoors {
    /// - Parameter speech: the machine's voice for the guides, if it has one.
    package static func register(on site: Site, desk: Desk, directory: Directory, speech: Speech? = nil) {
        let plain: HTML = """
            <link rel="stylesheet" href="\(site.assets.url("villagers.css"))"><link rel="stylesheet" href="\(site.assets.url("outages.css"))">
            """
        let staff: HTML = """
            <link rel="stylesheet" href="\(site.assets.url("staff.css"))"><link rel="stylesheet" href="\(site.assets.url("outages.css"))">
            """
        let spoken = GuideSpeech(speech: speech)
        spoken.register(on: site)
        villagers(
            site, NoLightPages(directory: directory, stylesheet: plain, speech: spoken),
            ReportPages(directory: directory, stylesheet: plain))
        work(site, OutagePages(directory: directory, stylesheet: staff))
        guides(site, GuidePages(stylesheet: staff))
        site.query(OutagesQuery.self)
        site.query(IncidentQuery.self)
        site.query(IncidentHouseholdsQuery.self)
        site.query(OutagesHereQuery.self)
        site.action(TakeMeterSignals.self)
    }

    private static func villagers(_ site: Site, _ pages: NoLightPages, _ reports: ReportPages) {
        site.page("/no-light") { try await pages.page($0) }
        site.page("/outages/here") { try await pages.here($0) }
        site.action(
            ReportNoLight.self, at: "/no-light/report", form: { try await pages.form($0, $1) },
            then: { receipt, _ in .go("/follow/\(percentEncoded(receipt.receipt))?done=report-no-light") })
        site.action(
            TellGuideOutcome.self, at: nil, form: { try await pages.again($0, $1) },
            then: { _, visit in .page(pages.thanks(visit)) })
        site.action(
            AnswerLight.self, at: nil, form: { try await reports.again($0, $1) },
            then: { answer, visit in
                answer.receipt.map { .go("/follow/\(percentEncoded($0))?done=still-dark") } ?? .page(reports.thanks(visit))
            })
    }

    private static func work(_ site: Site, _ pages: OutagePages) {
        site.page("/outages", who: OutagesQuery.who) { try await pages.list($0) }
        site.page("/outages/:number", who: IncidentQuery.who) { try await pages.one($0) }
        site.live("/outages/:number/live", who: IncidentQuery.who) { visit in
            let number = try await pages.view(visit).item.number
            return { $0 == "case/" + number }
        }
        let households = IncidentHouseholdPages(stylesheet: pages.stylesheet)
        site.page("/outages/:number/households", who: IncidentHouseholdsQuery.who) { try await households.page($0) }
        site.page("/outages/:number/:step", who: IncidentQuery.who) { try await pages.step($0["step"], $0, FormState()) }
        site.link("/outages", key: "outages.nav", who: OutagesQuery.who, first: true)
        step(ArriveAtIncident.self, site, pages)
        step(FindCause.self, site, pages)
        step(EstimateRestoration.self, site, pages)
        step(IsolateFault.self, site, pages)
        step(RestoreSection.self, site, pages)
        step(RestoreAll.self, site, pages)
        step(TakePermitStep.self, site, pages)
        step(UseMaterial.self, site, pages)
        step(LinkDamage.self, site, pages)
        step(JoinIncidents.self, site, pages)
        step(SplitIncident.self, site, pages)
        step(DeclineIncident.self, site, pages)
        step(DismissIncident.self, site, pages)
        step(ReopenIncident.self, site, pages)
        site.action(
            ClassVillage.self, at: nil, form: { try await pages.villages($0, $1) },
            then: { _, _ in .go("/outages/villages?done=class-village") })
        site.page("/outages/villages", who: ClassVillage.who) { try await pages.villages($0, FormState()) }
    }

    private static func step<A: IncidentAction>(_ type: A.Type, _ site: Site, _ pages: OutagePages)
    where A.Output == IncidentState {
        site.action(
            type, at: nil, form: { try await pages.step(A.name, $0, $1) },
            then: { state, _ in .go("/outages/\(state.number)?done=\(A.name)") })
    }

    private static func guides(_ site: Site, _ pages: GuidePages) {
        site.page("/guides", who: .roles(Role.staff)) { try await pages.list($0) }
        site.action(
            PublishGuide.self, at: "/guides/publish", form: { try await pages.publish($0, $1) },
            then: { _, _ in .go("/guides?done=publish-guide") })
        site.link("/guides", key: "guides.nav", who: .roles(.company, .stationHead, .dispatcher))
    }
}
