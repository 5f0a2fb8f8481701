package import Desk
import Values
package import Web

/// All doors of this module: what may be done and asked, and the pages of it.
package enum RegistryDoors {
    /// - Parameter log: gets the one-time codes of the demo, which has no text messages.
    package static func register(
        on site: Site, desk: Desk, directory: Directory, log: @escaping @Sendable (String) -> Void
    ) {
        site.firstSteps = FirstSteps(
            page: "/my/password",
            paths: ["/my/password", "/sessions/password", "/sessions", "/sessions/current", "/sign-out", "/sign-in", "/prefer"])
        SignInPages(log: log, isDemo: desk.settings.isDemo).register(on: site)
        MyPages().register(on: site)
        UnitPages(directory: directory).register(on: site)
        VillageRecordPages(directory: directory).register(on: site)
        PeoplePages(directory: directory).register(on: site)
        HandoverPages(directory: directory).register(on: site)
        NoticePages(directory: directory).register(on: site)
        AuditPages().register(on: site)
        CallerPages().register(on: site)
        site.query(ListUnits.self)
        site.query(ListVillages.self)
        site.query(ReadVillage.self)
        site.query(ReadVillagePeople.self)
        site.query(ListPairings.self)
        site.query(WhoWasResponsible.self)
        site.query(ListHandovers.self)
        site.query(ReadSession.self)
        site.query(FindAccounts.self)
        site.query(ListEvents.self)

        site.link("/people", key: "registry.nav.people", who: .roles(PeoplePages.readers))
        site.link("/units", key: "registry.nav.units", who: .roles(Role.staff))
        site.link("/notices", key: "registry.nav.notices", who: .roles(noticeRoles))
        site.link("/callers", key: "registry.nav.callers", who: FindAccounts.who)
        site.link("/sign-in/help", key: "registry.nav.help", who: HelpSignIn.who)
        site.link("/audit", key: "registry.nav.audit", who: .roles(.auditor))
        site.link("/my/sessions", key: "registry.nav.me")
    }
}
