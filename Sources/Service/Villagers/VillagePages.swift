import Desk
import Registry
import Values
import Web

/// The village's page for a villager: five big services, the way out of danger, the two people who
/// serve the village, its service point and its notices. In large-text mode four actions a page.
struct VillagePages: Sendable {
    let directory: Directory
    let stylesheet: HTML
    let guests: [any ServiceGuest]

    /// The five services in the order in which villagers need them; each has a door of its own.
    private static let services = ["repair", "payment", "connection", "usage", "inquiry"]

    /// Where a big service leads: to a page of its own service, else to the intake.
    private func way(to kind: String, _ village: VillageInfo) -> String {
        for guest in guests {
            if let way = guest.way(to: kind, village) { return way }
        }
        return "/requests/new?kind=\(kind)&village=\(village.id)"
    }

    /// `/`: the chosen village, or the choice.
    func home(_ visit: Visit) async throws -> Page {
        let places = try await directory.current(at: visit.now)
        let village = visit.query["village"].flatMap(places.village(named:)) ?? visit.ownVillage(places)
        guard let village else { return try await ChoicePages(directory: directory, stylesheet: stylesheet).page(visit) }
        return try await page(of: village, visit)
    }

    /// `/villages/:village`
    func village(_ visit: Visit) async throws -> Page { try await page(of: try await named(visit), visit) }

    private func named(_ visit: Visit) async throws -> VillageInfo {
        guard let village = try await directory.current(at: visit.now).village(named: visit["village"])
        else { throw Problem.notFound }
        return village
    }

    private func known(_ village: VillageInfo, _ visit: Visit) async throws -> VillagePublic {
        let day = visit.now.day
        let keys = visit.desk.keys
        let found = try await visit.desk.look(by: visit.actor) { try $0.tx.villagePublic(village.id, on: day, keys: keys) }
        guard let found else { throw Problem.notFound }
        return found
    }

    private func page(of village: VillageInfo, _ visit: Visit) async throws -> Page {
        let known = try await known(village, visit)
        var banners = HTML.empty
        for guest in guests {
            if let banner = try await guest.banner(of: village, visit) { banners += banner }
        }
        var page = Page(
            village.name(in: visit.language), showsTitle: false,
            body: stylesheet + (visit.isLarge ? large(known, banners, visit) : small(known, banners, visit)))
        if visit.cookies[VillageCookie.name] != village.id.text { page.cookies = [VillageCookie.set(village)] }
        return page
    }

    // MARK: Large text: report, ask, pay, more

    private func large(_ known: VillagePublic, _ banners: HTML, _ visit: Visit) -> HTML {
        let words = visit.words
        let id = known.village.id
        let onCall: HTML? = known.servers.onCall.flatMap { card in
            card.phone.isEmpty
                ? nil
                : """
                <p class="on-call">\(words["villagers.people.call-first"]) \(VillagerParts.chinese(card.name, words)) \
                <b class="digits">\(card.phone)</b></p>
                """
        }
        let doors: [HTML] = [("repair", Icon.repair), ("inquiry", Icon.ask), ("payment", Icon.pay)].map { kind, icon in
            VillagerParts.door(
                way(to: kind, known.village), icon, HTML(words["villagers.large.\(kind)"]),
                HTML(words["villagers.large.\(kind)-hint"]))
        }
        return """
            <h1>\(VillagerParts.name(known.village, words))</h1>\(banners)
            <ul class="doors">\(doors)\(VillagerParts.door(
                "/villages/\(id)/more", Icon.list, HTML(words["villagers.large.more"]), HTML(words["villagers.large.more-hint"])))</ul>
            \(onCall)
            """
    }

    /// `/villages/:village/more`, one thing per page.
    func more(_ visit: Visit) async throws -> Page {
        let village = try await named(visit)
        let words = visit.words
        let base = "/villages/\(village.id)"
        let doors: [HTML] = [
            ("people", "\(base)/people", Icon.phone), ("danger", "/danger?village=\(village.id)", Icon.danger),
            ("progress", visit.actor.has(.customer) ? "/mine" : "/follow", Icon.clock),
            ("others", "\(base)/others", Icon.list),
        ].map { key, href, icon in
            VillagerParts.door(href, icon, HTML(words["villagers.more.\(key)"]), nil)
        }
        return Page(words["villagers.large.more"], body: "\(stylesheet)<ul class=\"doors\">\(doors)</ul>")
    }

    func others(_ visit: Visit) async throws -> Page {
        let village = try await named(visit)
        let words = visit.words
        let base = "/villages/\(village.id)"
        let doors: [HTML] = [
            ("kinds", "/requests/new?village=\(village.id)", Icon.list), ("notices", "\(base)/notices", Icon.notice),
            ("point", "\(base)/point", Icon.place), ("change", "/choose", Icon.home),
        ].map { key, href, icon in
            VillagerParts.door(href, icon, HTML(words["villagers.more.\(key)"]), nil)
        }
        return Page(words["villagers.more.others"], body: "\(stylesheet)<ul class=\"doors\">\(doors)</ul>")
    }

    func people(_ visit: Visit) async throws -> Page {
        let known = try await known(try await named(visit), visit)
        let words = visit.words
        return Page(
            words["villagers.people.title"],
            body: """
                \(stylesheet)\(VillagerParts.people(known.servers, visit))
                <p class="calls">\(VillagerParts.hotline("95598", words))</p>
                """)
    }

    func notices(_ visit: Visit) async throws -> Page {
        let known = try await known(try await named(visit), visit)
        return Page(visit.words["villagers.notices.title"], body: stylesheet + notices(known.notices, visit))
    }

    func point(_ visit: Visit) async throws -> Page {
        let known = try await known(try await named(visit), visit)
        return Page(visit.words["villagers.point.title"], body: stylesheet + points(known, visit) + mapLink(known.village, visit.words))
    }

    /// To the map, at this village.
    private func mapLink(_ village: VillageInfo, _ words: Words) -> HTML {
        let at = village.place.map { "?at=\($0.latitude),\($0.longitude)" } ?? ""
        return "<p><a class=\"target\" href=\"/map\(at)\">\(Icon.place) \(words["map.show"])</a></p>"
    }

    // MARK: Ordinary text

    private func small(_ known: VillagePublic, _ banners: HTML, _ visit: Visit) -> HTML {
        let words = visit.words
        let village = known.village
        let doors: [HTML] = Self.services.compactMap { name in
            guard let kind = visit.desk.kinds.current(name) else { return nil }
            return VillagerParts.door(
                way(to: name, village), VillagerParts.icon(ofService: name),
                HTML(words["villagers.service.\(kind.name)"]), HTML(words["villagers.service.\(kind.name)-hint"]))
        }
        let rest: [HTML] = visit.desk.kinds.offered.filter { !Self.services.contains($0.name) }.map { kind in
            """
            <li><a href="/requests/new?kind=\(kind.name)&amp;village=\(village.id)">\(kind.title.in(words.language))</a></li>
            """
        }
        let ways: [HTML] = guests.flatMap { $0.ways(village, visit) }.map { "<li>\($0)</li>" }
        let town: HTML =
            words.language == .chinese || village.townshipNameEn.isEmpty
            ? VillagerParts.chinese(village.townshipName, words) : HTML(village.townshipNameEn)
        return """
            <div class="village-head"><h1>\(VillagerParts.name(village, words))</h1>
            <p class="quiet">\(town) · <a href="/choose">\(words["villagers.change"])</a></p></div>
            \(VillagerParts.dangerWay(village, words))\(banners)
            <ul class="doors">\(doors)\(progress(visit))</ul>
            <ul class="more-doors">\(rest)\(ways)</ul>
            <section><h2>\(words["villagers.people.title"])</h2>\(VillagerParts.people(known.servers, visit))
            <p class="calls">\(VillagerParts.hotline("95598", words))</p></section>
            <section><h2>\(words["villagers.notices.title"])</h2>\(notices(known.notices, visit))</section>
            <section><h2>\(words["villagers.point.title"])</h2>\(points(known, visit))</section>
            <p><a class="target" href="/villages/\(village.id)/board">\(words["villagers.board.link"])</a></p>
            \(mapLink(village, words))
            """
    }

    /// "My cases": by account for whoever is signed in, by number for all others.
    private func progress(_ visit: Visit) -> HTML {
        let words = visit.words
        return VillagerParts.door(
            visit.actor.has(.customer) ? "/mine" : "/follow", Icon.clock, HTML(words["villagers.mine.link"]),
            HTML(words["villagers.mine.link-hint"]))
    }

    private func notices(_ notices: [NoticeInfo], _ visit: Visit) -> HTML {
        let words = visit.words
        if notices.isEmpty { return "<p class=\"empty\">\(words["villagers.notices.none"])</p>" }
        let items: [HTML] = notices.map { notice in
            """
            <li><h3>\(VillagerParts.chinese(notice.title(in: words.language), words))</h3>\
            <p>\(VillagerParts.chinese(notice.text(in: words.language), words))</p>\
            <p class="quiet">\(VillagerParts.chinese(notice.unitName, words)) · \(words(
                "villagers.notices.until", ["day": words.relativeDay(notice.until, today: visit.now.day)]))</p></li>
            """
        }
        return "<ul class=\"rows\">\(items)</ul>"
    }

    private func points(_ known: VillagePublic, _ visit: Visit) -> HTML {
        let words = visit.words
        if known.servicePoints.isEmpty {
            return "<p class=\"empty\">\(words["villagers.point.none"])</p>"
        }
        let items: [HTML] = known.servicePoints.map { point in
            """
            <li><h3>\(VillagerParts.chinese(point.name, words))</h3>\
            <p>\(Icon.place) \(VillagerParts.chinese(point.address, words))</p>\
            <p>\(Icon.clock) \(VillagerParts.chinese(point.hours, words))</p>\
            \(point.services.isEmpty ? nil : "<p class=\"quiet\">\(VillagerParts.chinese(point.services, words))</p>" as HTML)</li>
            """
        }
        return "<ul class=\"rows\">\(items)</ul>"
    }
}
