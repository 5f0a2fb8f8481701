import Desk
import Registry
import Values
import Web

/// A signed-in customer's own cases and accounts.
struct MinePages: Sendable {
    let stylesheet: HTML

    func page(_ visit: Visit) async throws -> Page {
        let words = visit.words
        guard visit.actor.has(.customer), let person = visit.actor.person else {
            return Page(
                words["villagers.mine.title"],
                body: """
                    <p>\(words["villagers.mine.staff"])</p>
                    <p class="actions"><a class="button" href="/work">\(words["villagers.mine.to-work"])</a></p>
                    """)
        }
        let list = try await visit.desk.fetch(RequestListQuery.self, inputs(visit), by: visit.actor)
        let accounts = try await visit.desk.look(by: visit.actor) { try $0.tx.accounts(of: person) }
        return Page(
            words["villagers.mine.title"],
            body: """
                \(stylesheet)<section><h2>\(words["villagers.mine.cases"])</h2>\(cases(list, visit))</section>
                <section><h2>\(words["villagers.mine.accounts"])</h2>\(self.accounts(accounts, words))</section>
                \(visit.isLarge && (list.next != nil || list.items.isEmpty) ? nil : new(words))
                """)
    }

    private func new(_ words: Words) -> HTML {
        "<p class=\"actions\"><a class=\"button second\" href=\"/\">\(words["villagers.mine.new"])</a></p>"
    }

    private func inputs(_ visit: Visit) -> RawInputs {
        var inputs: RawInputs = visit.isLarge ? ["limit": .text("3")] : [:]
        if let after = visit.query["after"], !after.isEmpty { inputs["after"] = .text(after) }
        return inputs
    }

    private func cases(_ list: RequestList, _ visit: Visit) -> HTML {
        let words = visit.words
        if list.items.isEmpty {
            return """
                <p class="empty">\(words["villagers.mine.none"])</p>
                <p class="actions"><a class="button" href="/">\(words["villagers.mine.first"])</a></p>
                """
        }
        let items: [HTML] = list.items.map { item in
            let key = "villagers.state.\(item.state)"
            let state = words.has(key) ? words[key] : item.stateTitle.in(visit.language)
            return """
                <li><a class="own" href="/mine/\(item.number)"><b>\(item.kindTitle.in(visit.language))</b>\
                <span>\(VillagerParts.chinese(item.what, words))</span><span class="state">\(state)</span>\
                <span class="quiet">\(words.moment(item.openedAt, now: visit.now)) · \(item.number)</span></a></li>
                """
        }
        let next: HTML? = list.next.map {
            "<p><a class=\"button second\" href=\"/mine?after=\(percentEncoded($0))\">\(words["villagers.mine.older"])</a></p>"
        }
        return "<ul class=\"own-cases\">\(items)</ul>\(next)"
    }

    private func accounts(_ accounts: [AccountInfo], _ words: Words) -> HTML {
        if accounts.isEmpty { return "<p class=\"empty\">\(words["villagers.mine.no-account"])</p>" }
        let items: [HTML] = accounts.map { account in
            """
            <li><b class="digits">\(account.number)</b> \(VillagerParts.chinese(account.name, words))\
            <br>\(VillagerParts.chinese(account.address, words))</li>
            """
        }
        return "<ul class=\"accounts\">\(items)</ul>"
    }
}
