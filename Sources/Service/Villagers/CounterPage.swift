import Desk
import Registry
import Values
import Web

/// Somebody stands at the counter or calls: the household is found by the caller's number, and
/// the intake opens with it (A4).
struct CounterPage: Sendable {
    let stylesheet: HTML

    static let who: Who = .roles(.attendant, .liaison, .representative, .dispatcher, .stationHead)

    func page(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let typed = visit.query["phone"]?.trimmed ?? ""
        var problem: Problem?
        var found: HTML?
        if !typed.isEmpty {
            // Whoever reads the account number from a bill is found as well.
            let field = PhoneNumber(typed) == nil ? "number" : "phone"
            do {
                let list = try await visit.desk.fetch(FindAccounts.self, [field: .text(typed)], by: visit.actor)
                found = households(list.items, typed, visit)
            } catch let wrong as Problem where wrong.kind == .invalid {
                problem = .invalid("phone", "not-a-phone")
            }
        }
        let frame = FieldFrame(
            id: "counter-phone", name: "phone", label: words["villagers.counter.phone"],
            hint: words["villagers.counter.phone-hint"],
            complaint: problem?.fields.first.map { ProblemText.sentence($0, words) })
        return Page(
            words["villagers.counter.title"], status: problem == nil ? 200 : 422,
            body: """
                \(stylesheet)<p class="lead">\(words["villagers.counter.lead"])</p>
                <form method="get" action="/counter" role="search">
                \(frame.around("<input id=\"counter-phone\" name=\"phone\" type=\"tel\" inputmode=\"tel\" autocomplete=\"off\" maxlength=\"24\" value=\"\(typed)\"\(frame.described)>"))
                <p class="actions"><button class="button">\(Icon.search) \(words["villagers.counter.find"])</button></p></form>
                \(found)
                <p class="actions"><a class="button second" href="/requests/new">\(words["villagers.counter.without"])</a></p>
                """)
    }

    private func households(_ accounts: [AccountInfo], _ typed: String, _ visit: Visit) -> HTML {
        let words = visit.words
        if accounts.isEmpty {
            return """
                <section role="status"><h2>\(words["villagers.counter.none"])</h2>\
                <p>\(words["villagers.counter.none-next"])</p></section>
                """
        }
        let phone = PhoneNumber(typed).map { "&phone=\(percentEncoded($0.digits))" } ?? ""
        let items: [HTML] = accounts.map { account in
            let link = "/requests/new?village=\(account.village)&account=\(percentEncoded(account.number))&name=\(percentEncoded(account.name))\(phone)"
            return VillagerParts.door(
                link, Icon.home, VillagerParts.chinese(account.name, words),
                "\(VillagerParts.chinese(account.villageName + " " + account.address, words)) · \(account.number)")
        }
        return """
            <section role="status"><h2>\(words("villagers.counter.found", ["n": "\(accounts.count)"]))</h2>\
            <ul class="doors">\(items)</ul></section>
            """
    }
}
