import Desk
import PowerRules
import Registry
import Storage
import Values
import Web

/// The network for those who work on it: feeders, areas, devices with their customers, versions.
struct NetworkPages: Sendable {
    let directory: Directory
    let stylesheet: HTML
    static let pageSize = 50

    func register(on site: Site) {
        let who: Who = .roles(NetworkSight.readers)
        site.page("/network", who: who, listPage)
        site.page("/network/feeders/:feeder", who: who, feederPage)
        site.page("/network/areas/:area", who: who, areaPage)
        site.page("/network/versions/:version", who: who, versionPage)
        site.page("/network/unlinked", who: who, unlinkedPage)
        SentNetworkPages(directory: directory, stylesheet: stylesheet).register(on: site)
        DevicePages(stylesheet: stylesheet, directory: directory).register(on: site)
    }

    // MARK: All feeders

    @Sendable private func listPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let known = try await directory.current(at: visit.now)
        let (feeders, versions, links) = try await visit.desk.look(by: visit.actor) { work in
            let feeders = try work.tx.feeders(county: work.actor.county).filter { try work.sees($0, NetworkSight.readers) }
            let versions = try feeders.map { try $0.version.flatMap { try work.tx.version($0) } }
            return (feeders, versions, try work.tx.villageLinks(Self.villages(of: work.actor, known).map(\.id)))
        }
        let rows: [[HTML]] = zip(feeders, versions).map { feeder, version in
            [
                "<a href=\"/network/feeders/\(feeder.id)\">\(feeder.name)</a>", HTML(feeder.code), HTML(feeder.substationName),
                "\(feeder.station.flatMap { known.unit($0)?.name(in: words.language) } ?? "–")", "\(feeder.customers)",
                "\(version?.areas ?? 0)", version.map { Self.versionCell($0, visit) } ?? HTML(words["network.none-yet"]),
            ]
        }
        guard !feeders.isEmpty else {
            return Page(
                words["network.title"],
                body: """
                    <div class="empty"><h2>\(words["network.empty"])</h2><p>\(words["network.empty.next"])</p>\
                    <p><code>cunwang import network Data/networks/rural1</code></p></div>\(Self.importLink(visit))
                    """)
        }
        let missing = links.reduce(0) { $0 + $1.missing }
        let all = links.reduce(0) { $0 + $1.households }
        return Page(
            words["network.title"], wide: true,
            body: """
                \(stylesheet)<p class="lead">\(words("network.lead", ["linked": "\(all - missing)", "all": "\(all)"]))</p>
                <p class="actions"><a class="button second" href="/map">\(Icon.place) \(words["map.title"])</a>\
                <a class="button second" href="/network/unlinked">\(words("network.unlinked.link", ["n": "\(missing)"]))</a></p>\(Self.importLink(visit))
                \(GridParts.table(
                    words["network.feeders"],
                    heads: ["network.feeder", "network.code", "network.substation", "network.station", "network.customers", "network.areas", "network.version"],
                    rows, words))
                """)
    }

    private static func importLink(_ visit: Visit) -> HTML? {
        guard visit.actor.has(.company) else { return nil }
        return """
            <p class="actions"><a class="button second" href="/network/import">\(visit.words["action.send-network.title"])</a>\
            <a class="button second" href="/network/imports">\(visit.words["network.imports"])</a></p>
            """
    }

    private static func versionCell(_ version: NetworkVersionInfo, _ visit: Visit) -> HTML {
        let day = version.publishedAt.map { visit.words.day($0.day) } ?? ""
        let warnings: HTML? =
            version.warnings == 0
            ? nil : " <span class=\"tag soon\">\(visit.words("network.warnings", ["n": "\(version.warnings)"]))</span>"
        return "<a href=\"/network/versions/\(version.id)\">\(version.number) · \(day)</a>\(warnings)"
    }

    static func villages(of actor: Actor, _ known: DirectorySnapshot) -> [VillageInfo] {
        known.villages.filter { village in
            actor.grants.contains { NetworkSight.readers.contains($0.role) && reaches(village.path, from: $0.reach) }
        }
    }

    // MARK: One feeder

    @Sendable private func feederPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let id = ID<Feeder>(visit["feeder"])
        let kind = visit.query["kind"].flatMap(EdgeKind.init(rawValue:)) ?? .switch
        let after = visit.query["after"]
        let found = try await visit.desk.look(by: visit.actor) { work in
            let feeder = try work.feeder(id, seenBy: NetworkSight.readers)
            return (
                feeder: feeder, areas: try work.tx.areas(of: id), dark: try work.tx.darkRanges(feeder: id),
                devices: try work.tx.devices(of: id, kind: kind, after: after, limit: Self.pageSize + 1),
                versions: try work.tx.versions(of: id, limit: 10),
                operations: try work.tx.switchOperations(of: id, limit: 10)
            )
        }
        let dark = found.dark.reduce(0) { $0 + $1.count }
        let areas: [[HTML]] = found.areas.map { area in
            [
                "<a href=\"/network/areas/\(area.id)\">\(area.name)</a>", HTML(area.code),
                HTML(area.village.flatMap { directory.latest.village($0)?.name(in: words.language) } ?? "–"),
                area.kva.map { HTML(GridParts.number($0)) } ?? "–", "\(area.customers)",
            ]
        }
        let shown = Array(found.devices.prefix(Self.pageSize))
        return Page(
            found.feeder.name, wide: true, back: "/network",
            body: """
                \(stylesheet)\(GridParts.facts([
                    (words["network.code"], HTML(found.feeder.code)), (words["network.substation"], HTML(found.feeder.substationName)),
                    (words["network.customers"], "\(found.feeder.customers)"),
                    (words["network.without"], dark == 0 ? HTML(words["network.without.none"]) : "<b>\(dark)</b>"),
                ]))
                \(GridParts.section(words["network.areas"], "areas", GridParts.table(
                    words["network.areas"], heads: ["network.area", "network.code", "network.village", "network.kva", "network.customers"], areas, words)))
                \(GridParts.section(words["network.devices"], "devices", """
                    \(kinds(kind, visit))\(shown.isEmpty ? "<p class=\"empty\">\(words["network.devices.none"])</p>" as HTML : GridParts.devices(shown, words))\
                    \(GridParts.next(visit, found.devices.count > Self.pageSize ? shown.last?.code : nil))
                    """))
                \(operations(found.operations, visit))\(versions(found.versions, visit))
                """)
    }

    private func kinds(_ chosen: EdgeKind, _ visit: Visit) -> HTML {
        let items: [HTML] = [EdgeKind.switch, .transformer, .line, .drop].map { kind in
            "<li><a href=\"\(visit.link(["kind": kind.rawValue, "after": nil]))\"\(kind == chosen ? " aria-current=\"page\"" as HTML : .empty)>\(visit.words["device-kind.\(kind.rawValue)"])</a></li>"
        }
        return "<nav aria-label=\"\(visit.words["network.devices"])\"><ul class=\"tabs\">\(items)</ul></nav>"
    }

    private func operations(_ list: [SwitchOperationInfo], _ visit: Visit) -> HTML {
        let words = visit.words
        let rows: [HTML] = list.map { one in
            """
            <li><a href="/network/devices/\(one.device)">\(one.code)</a> \
            <span class="tag \(one.isClosed ? "calm" : "soon")">\(words[one.isClosed ? "switch-position.closed" : "switch-position.open"])</span>
            <p>\(one.reason)</p><p class="quiet">\(words.moment(one.at, now: visit.now)) · \(one.personName) · \
            \(words("network.without.change", ["before": "\(one.darkBefore)", "after": "\(one.darkAfter)"]))</p></li>
            """
        }
        return GridParts.section(
            words["network.operations"], "operations",
            rows.isEmpty ? "<p class=\"empty\">\(words["network.operations.none"])</p>" : "<ul class=\"rows\">\(rows)</ul>")
    }

    private func versions(_ list: [NetworkVersionInfo], _ visit: Visit) -> HTML {
        let rows: [HTML] = list.map { version in
            "<li>\(Self.versionCell(version, visit)) <p class=\"quiet\">\(version.source) · \(version.author.isEmpty ? visit.words["network.version.command"] : version.author)</p></li>"
        }
        return GridParts.section(visit.words["network.versions"], "versions", "<ul class=\"rows\">\(rows)</ul>")
    }

    // MARK: One area

    @Sendable private func areaPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let id = ID<TransformerArea>(visit["area"])
        let after = visit.query["after"].flatMap { Int($0) }
        let found = try await visit.desk.look(by: visit.actor) { work in
            guard let area = try work.tx.area(id) else { throw Problem.notFound }
            let feeder = try work.feeder(area.feeder, seenBy: NetworkSight.readers)
            return (
                area: area, feeder: feeder, affected: try work.tx.affected(feeder: feeder.id, range: area.positions),
                accounts: try work.tx.affectedAccounts(
                    feeder: feeder.id, range: area.positions, after: after, limit: Self.pageSize + 1)
            )
        }
        let area = found.area
        let show: HTML? = area.place.map {
            "<p class=\"actions\"><a class=\"button second\" href=\"/map?at=\($0.latitude),\($0.longitude)\">\(Icon.place) \(words["map.show"])</a></p>"
        }
        return Page(
            area.name, wide: true, back: "/network/feeders/\(found.feeder.id)",
            body: """
                \(stylesheet)\(GridParts.facts([
                    (words["network.feeder"], "<a href=\"/network/feeders/\(found.feeder.id)\">\(found.feeder.name)</a>"),
                    (words["network.code"], HTML(area.code)), (words["network.kva"], area.kva.map { HTML(GridParts.number($0)) } ?? "–"),
                    (words["device-kind.transformer"], "<a href=\"/network/devices/\(area.transformer)\">\(area.code)</a>"),
                    (words["network.customers"], "\(area.customers)"),
                ]))\(show)
                \(GridParts.accounts(found.accounts, found.affected, directory.latest, visit))
                """)
    }

    // MARK: One version, and what is not linked

    @Sendable private func versionPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let id = ID<NetworkVersion>(visit["version"])
        let (version, findings) = try await visit.desk.look(by: visit.actor) { work in
            guard let version = try work.tx.version(id) else { throw Problem.notFound }
            _ = try work.feeder(version.feeder, seenBy: NetworkSight.readers)
            return (version, try work.tx.findings(of: id))
        }
        let rows: [[HTML]] = findings.map { finding in
            [HTML(finding.subject), HTML(words("problem.\(finding.code)", finding.values))]
        }
        let linked = version.supplies - version.unlinked
        return Page(
            words("network.version.title", ["feeder": version.feederName, "number": "\(version.number)"]), wide: true,
            back: "/network/feeders/\(version.feeder)",
            body: """
                \(stylesheet)\(GridParts.facts([
                    (words["network.version.published"], HTML(version.publishedAt.map { words.moment($0, now: visit.now) } ?? "–")),
                    (words["network.version.author"], HTML(version.author.isEmpty ? words["network.version.command"] : version.author)),
                    (words["network.version.source"], "\(version.source) (\(version.format))"),
                    (words["network.version.datum"], HTML(words("network.version.datum.text", ["datum": words["datum.\(version.datum)"]]))),
                    (words["network.version.nodes"], "\(version.nodes)"), (words["network.devices"], "\(version.devices)"),
                    (words["network.areas"], "\(version.areas)"),
                    (words["network.customers"], HTML(words("network.version.linked", ["linked": "\(linked)", "all": "\(version.supplies)"]))),
                ]))
                \(GridParts.section(words("network.findings", ["n": "\(version.warnings)"]), "findings",
                    rows.isEmpty ? "<p class=\"empty\">\(words["network.findings.none"])</p>" as HTML
                    : GridParts.table(words("network.findings", ["n": "\(version.warnings)"]), heads: ["network.finding.subject", "network.finding.message"], rows, words)))
                """)
    }

    @Sendable private func unlinkedPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let known = try await directory.current(at: visit.now)
        let villages = Self.villages(of: visit.actor, known)
        let chosen = villages.first { $0.id.text == visit.query["village"] }
        let after = visit.query["after"].flatMap { ID<Account>(parsing: $0) }
        let (links, accounts) = try await visit.desk.look(by: visit.actor) { work in
            (
                try work.tx.villageLinks(villages.map(\.id)).filter { $0.missing > 0 },
                try chosen.map { try work.tx.accountsWithoutSupply(in: $0.id, after: after, limit: Self.pageSize + 1) } ?? []
            )
        }
        let rows: [[HTML]] = links.map { link in
            [
                "<a href=\"/network/unlinked?village=\(link.village)#list\">\(known.village(link.village)?.name(in: words.language) ?? "")</a>",
                "\(link.households)", "\(link.linked)", "\(link.missing)",
            ]
        }
        let shown = Array(accounts.prefix(Self.pageSize))
        let list: HTML? = chosen.map { village in
            let rows: [[HTML]] = shown.map { account in
                [HTML(account.number), HTML(Masking.name(account.name)), HTML(Masking.address(account.address))]
            }
            let heads = ["network.number", "network.holder", "network.address"]
            return GridParts.section(
                village.name(in: words.language), "list",
                "\(GridParts.table(village.name(in: words.language), heads: heads, rows, words, isNarrow: true))\(GridParts.next(visit, accounts.count > Self.pageSize ? shown.last?.id.text : nil))"
            )
        }
        return Page(
            words["network.unlinked.title"], wide: true, back: "/network",
            body: """
                \(stylesheet)<p class="lead">\(words["network.unlinked.lead"])</p>
                \(rows.isEmpty ? "<p class=\"good\">\(words["network.unlinked.none"])</p>" as HTML
                    : GridParts.table(words["network.unlinked.title"], heads: ["network.village", "network.households", "network.linked", "network.missing"], rows, words))
                \(list)
                """)
    }
}
