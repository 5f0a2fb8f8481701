import Desk
import Storage
import Values
import Web

/// Who is calling? The household by phone or account number, and its number when duty needs it.
struct CallerPages: Sendable {
    func register(on site: Site) {
        site.page("/callers", who: FindAccounts.who, findPage)
        site.action(
            RevealAccountPhone.self, at: "/accounts/:account/phone",
            form: { visit, state in
                Page(
                    visit.words["action.reveal-account-phone.title"], back: "/callers",
                    body: """
                        <p>\(visit.words["registry.people.reveal-hint"])</p>
                        \(Forms.form(RevealAccountPhone.self, visit, state))
                        """)
            },
            then: { shown, visit in
                .page(
                    Page(
                        visit.words["action.reveal-account-phone.title"], back: "/callers",
                        body: """
                            <p class="lead">\(Parts.chinese(shown.name, visit.words))</p>
                            <p class="big-number"><a href="tel:\(shown.phone.filter { $0 != " " })">\(shown.phone)</a></p>
                            <p>\(visit.words["registry.people.revealed"])</p>
                            """))
            })
        site.action(
            AddAccount.self, at: "/accounts/new",
            form: { visit, state in
                let villages = try await visit.desk.look(by: visit.actor) { work in
                    try work.actor.grants.filter { $0.role == .company }.flatMap { try work.tx.villages(under: $0.reach) }
                }
                let choices = villages.map { FormChoice($0.id.text, $0.name(in: visit.language)) }
                return Page(
                    visit.words["action.add-account.title"], back: "/callers",
                    body: Forms.form(AddAccount.self, visit, state, FormLook(choices: ["village": choices])))
            },
            then: { made, _ in .go("/callers?number=\(made.number)&done=account-added") })
    }

    @Sendable private func findPage(_ visit: Visit) async throws -> Page {
        let words = visit.words
        let phone = visit.query["phone"]?.trimmed ?? ""
        let number = visit.query["number"]?.trimmed ?? ""
        var problem: Problem?
        var found: AccountList?
        if !phone.isEmpty || !number.isEmpty {
            do {
                found = try await visit.desk.fetch(
                    FindAccounts.self, ["phone": .text(phone), "number": .text(number)], by: visit.actor)
            } catch let caught as Problem {
                problem = caught
            }
        }
        let cards: [HTML] = (found?.items ?? []).map { account in
            let reveal: HTML =
                account.customer == nil
                ? .empty : Parts.link("/accounts/\(account.id.text)/phone", words["action.reveal-account-phone.title"])
            let facts: [(String, HTML)] = [
                (words["action.add-account.number"], HTML(account.number)),
                (words["action.add-account.village"], Parts.chinese(account.villageName, words)),
                (words["action.add-account.address"], Parts.chinese(account.address, words)),
                (words["action.add-account.kind"], HTML(words["account-kind.\(account.kind.rawValue)"])),
            ]
            return """
                <li class="card"><h2>\(Parts.chinese(account.name, words))</h2>\(Parts.facts(facts))
                \(Parts.actions([Parts.link("/villages/\(account.village.text)", words["registry.callers.village"]), reveal]))</li>
                """
        }
        func complaint(_ name: String) -> String? {
            problem?.fields.first { $0.field == name }.map { ProblemText.sentence($0, words) }
        }
        func input(_ name: String, _ kind: HTML, _ value: String) -> HTML {
            let frame = FieldFrame(
                id: name, name: name, label: words["registry.callers.\(name)"], complaint: complaint(name))
            return frame.around("<input id=\"\(name)\" name=\"\(name)\" \(kind) value=\"\(value)\"\(frame.described)>")
        }
        let result: HTML =
            found == nil
            ? .empty
            : cards.isEmpty ? Parts.empty("registry.callers.none", words) : "<ul class=\"cards\">\(cards)</ul>"
        let add =
            visit.actor.has(.company)
            ? Parts.actions([Parts.link("/accounts/new", words["action.add-account.title"])]) : .empty
        return Page(
            words["registry.callers.title"], status: problem == nil ? 200 : 422,
            body: """
                \(Parts.done(visit))<p class="lead">\(words["registry.callers.lead"])</p>
                <form method="get" action="/callers" class="filters" role="search">
                \(input("phone", "type=\"tel\" inputmode=\"tel\"", phone))
                \(input("number", "type=\"text\" inputmode=\"numeric\"", number))
                <p class="actions"><button class="button">\(Icon.search) \(words["registry.find"])</button></p></form>
                \(result)\(add)
                """)
    }
}
