package import Desk
package import Registry
package import Service
package import Values
package import Web

/// What outages add to the pages of all services.
package struct OutageGuest: ServiceGuest {
    let directory: Directory
    let stylesheet: HTML
    /// Its own styles, on pages that bring the others.
    private let ownStyles: HTML

    package init(directory: Directory, assets: Assets) {
        self.directory = directory
        ownStyles = "<link rel=\"stylesheet\" href=\"\(assets.url("outages.css"))\">"
        stylesheet = "<link rel=\"stylesheet\" href=\"\(assets.url("villagers.css"))\"><link rel=\"stylesheet\" href=\"\(assets.url("outages.css"))\">"
    }

    package func way(to service: String, _ village: VillageInfo) -> String? {
        service == "repair" ? "/no-light?village=\(village.id)" : nil
    }

    /// What is dark here now, above everything else.
    package func banner(of village: VillageInfo, _ visit: Visit) async throws -> HTML? {
        let known = try await visit.desk.look(by: visit.actor, at: visit.now) {
            try $0.knownOutages(at: try $0.ownPlace(in: village.id))
        }
        guard !known.isEmpty else { return nil }
        return ownStyles + KnownParts.banner(known, village, visit)
    }

    package func page(of door: FollowDoor, _ visit: Visit) async throws -> Page? {
        try await ReportPages(directory: directory, stylesheet: stylesheet).page(door, visit)
    }

    package func section(of view: CaseView, _ door: FollowDoor, _ visit: Visit) async throws -> HTML? {
        guard view.kind == Incident.kind else { return nil }
        let section = try await ReportPages(directory: directory, stylesheet: stylesheet).section(view, door, visit)
        return section.map { stylesheet + $0 }
    }

    /// The way to the outage, and what those who told of it sent.
    package func link(from view: CaseView, _ visit: Visit) async throws -> HTML? {
        guard view.kind == Incident.kind, let number = Code(typed: view.number) else { return nil }
        let told = try await visit.desk.look(by: visit.actor, at: visit.now) { work in
            try work.tx.incident(number).map { try work.tx.words(of: $0.id) } ?? []
        }
        return """
            <p class="actions"><a class="button second" href="/outages/\(view.number)">\(Icon.plug) \(visit.words["incident.open"])</a></p>
            \(IncidentParts.told(told, of: view.number, visit))
            """
    }

    package func isPhoto(_ hash: String, of number: Code, _ visit: Visit) async throws -> Bool {
        try await visit.desk.look(by: visit.actor, at: visit.now) { work in
            guard visit.actor.isStaff, let about = try work.tx.anyCase(number), CaseSight(work.actor).sees(about) else { return false }
            return try work.tx.isPhoto(hash, of: about.id)
        }
    }

    package func boardSection(_ visit: Visit) async throws -> HTML? {
        let station = visit.query["station"].flatMap { ID<Unit>(parsing: $0) }
        let running = try await visit.desk.look(by: visit.actor, at: visit.now) { try $0.runningOutages(station: station) }
        guard !running.items.isEmpty else { return nil }
        return ownStyles + OutageRows.board(running.items, dark: running.dark, visit)
    }
}
