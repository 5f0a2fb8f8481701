import Desk
import PowerRules
import Registry
import Values
import Web

/// What a villager gets for a report: its number, the code to follow it, the promised time and the
/// two people, on the screen and on paper.
struct ReceiptPages: Sendable {
    let stylesheet: HTML

    /// `/follow/:secret/receipt`
    func receipt(_ visit: Visit) async throws -> Page {
        let found = try await look(visit)
        let words = visit.words
        let view = found.view
        let path = "/follow/\(percentEncoded(visit["secret"]))"
        let isFollowing = visit.query["following"] == "1"
        let code = QRCode(address(visit))?.svg(label: words["villagers.receipt.qr"])
        return Page(
            words[isFollowing ? "villagers.receipt.following" : "villagers.receipt.title"],
            body: """
                \(stylesheet)
                \(VillagerParts.warning(view.dangers.compactMap(Danger.init(rawValue:)), visit, found.servers))
                <section class="card receipt"><div><p>\(words["villagers.receipt.number"])</p>\
                <p class="number">\(view.number)</p>
                <p>\(view.kindTitle.in(visit.language))\(view.villageName.isEmpty ? nil : " · \(VillagerParts.chinese(view.villageName, words))" as HTML)</p>
                \(promise(view, visit))</div>
                <div class="receipt-code">\(code)<p class="quiet">\(words["villagers.receipt.keep"])</p></div></section>
                <section><h2>\(words["villagers.receipt.next"])</h2>\(next(view, words))</section>
                \(people(found, visit))
                \(view.isComplaint ? ComplaintLadder.section(words, dials: !visit.isLarge) : nil)
                <p class="actions">\(ways(path, visit))</p>
                """)
    }

    /// A villager follows; whoever files for others prints, and goes on with the next person.
    private func ways(_ path: String, _ visit: Visit) -> HTML {
        let words = visit.words
        if visit.actor.isStaff {
            return """
                <a class="button" href="\(path)/slip">\(Icon.print) \(words["villagers.slip.link"])</a>
                <a class="button second" href="/counter">\(words["villagers.receipt.next-person"])</a>
                """
        }
        return """
            <a class="button" href="\(path)">\(words["villagers.receipt.follow"])</a>
            <a class="button second" href="\(path)/slip">\(Icon.print) \(words["villagers.slip.link"])</a>
            """
    }

    /// `/follow/:secret/slip`, as wide as the paper of a receipt printer (72 mm).
    func slip(_ visit: Visit) async throws -> Page {
        let found = try await look(visit)
        let words = visit.words
        let view = found.view
        let address = address(visit)
        let people: [HTML] = [found.servers?.onCall, found.servers?.liaison].compactMap { card in
            card.map { "<p>\(VillagerParts.chinese($0.name, words)) <b>\($0.phone)</b></p>" }
        }
        let button: HTML = """
            <p class="actions"><button class="button" type="button" data-print hidden>\(Icon.print) \(words["villagers.slip.print"])</button>
            <a class="button second" href="/follow/\(percentEncoded(visit["secret"]))">\(words["villagers.receipt.follow"])</a></p>
            """
        return Page(
            words["villagers.slip.title"], printed: true, showsTitle: false,
            body: """
                \(stylesheet)\(button)
                <article class="slip"><h1>\(words["villagers.slip.title"])</h1>
                <p class="number">\(view.number)</p>
                <p>\(view.kindTitle.in(visit.language))\(view.villageName.isEmpty ? nil : " · \(VillagerParts.chinese(view.villageName, words))" as HTML)</p>
                <p>\(words("villagers.slip.made", ["moment": words.moment(view.openedAt, now: Self.onPaper)]))</p>
                \(promise(view, visit, now: Self.onPaper))
                \(QRCode(address)?.svg(label: words["villagers.receipt.qr"]))
                <p>\(words["villagers.slip.scan"])</p><p class="address">\(address)</p>
                \(people)<p>\(words["villagers.hotline.95598"]) <b>95598</b></p></article>
                """)
    }

    /// On paper no day is "today": seen from here every day is named in full.
    private static let onPaper = Instant(milliseconds: 0)

    private func address(_ visit: Visit) -> String {
        "\(visit.desk.settings.publicAddress)/follow/\(visit["secret"])"
    }

    private func look(_ visit: Visit) async throws -> (view: CaseView, servers: VillageServers?) {
        let view = try await FollowDoor.receipt(visit["secret"]).look(visit)
        guard let village = view.village, !view.isConfidential else { return (view, nil) }
        let day = visit.now.day
        let keys = visit.desk.keys
        let servers = try await visit.desk.look(by: visit.actor) { try $0.tx.servers(of: village, on: day, keys: keys) }
        return (view, servers)
    }

    private func promise(_ view: CaseView, _ visit: Visit, now: Instant? = nil) -> HTML? {
        guard let due = view.dueAt, due != .distantFuture else { return nil }
        return """
            <p class="promise">\(Icon.clock) \(view.dueLabel.map { "\($0.in(visit.language)): " })\
            <b>\(visit.words.promise(due, now: now ?? visit.now))</b></p>
            """
    }

    private func next(_ view: CaseView, _ words: Words) -> HTML {
        let keys = view.isConfidential ? ["complaint", "asked", "confirm"] : ["look", "asked", "confirm"]
        let steps: [HTML] = keys.map { "<li>\(words["villagers.receipt.next-\($0)"])</li>" }
        return "<ol>\(steps)</ol>"
    }

    private func people(_ found: (view: CaseView, servers: VillageServers?), _ visit: Visit) -> HTML {
        let words = visit.words
        if let servers = found.servers {
            return """
                <section><h2>\(words["villagers.people.title"])</h2>\
                \(VillagerParts.people(servers, visit, dials: !visit.isLarge))</section>
                """
        }
        let text = found.view.isConfidential ? words["villagers.complaint.past"] : words["villagers.receipt.unknown-village"]
        return "<section><p>\(text)</p><p class=\"calls\">\(VillagerParts.hotline("95598", words))</p></section>"
    }
}
