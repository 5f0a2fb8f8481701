import Desk
import Values
import Web

/// People whom no digital channel reaches: the liaison goes to them, and ticks it off. A message
/// counts as delivered only by that tick.
struct ToldPage: Sendable {
    let words: RowWordsTable
    let stylesheet: HTML

    func page(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let list = try await visit.desk.fetch(ToldListQuery.self, [:], by: visit.actor, at: visit.now)
        let words = visit.words
        let body: HTML =
            list.items.isEmpty
            ? "<div class=\"empty\"><h2>\(words["told.empty"])</h2><p>\(words["told.empty.next"])</p><p><a class=\"button second\" href=\"/work\">\(words["told.to-work"])</a></p></div>"
            : "<p class=\"lead\">\(words("told.lead", ["n": "\(list.items.count)"]))</p><ul class=\"told\">\(list.items.map { row($0, visit) })</ul>"
        return Page(words["told.title"], scripts: ["live"], body: "\(stylesheet)\(StaffBanner.done(visit))\(body)")
    }

    private func row(_ item: ToldItem, _ visit: Visit) -> HTML {
        let words = visit.words
        let phone: HTML? = item.phone.map { phone in
            let digits = phone.filter { $0 != " " }
            return digits.utf8.contains(42)
                ? "<span class=\"quiet\">\(phone)</span>"
                : "<a href=\"tel:\(String(digits))\">\(Icon.phone) \(phone)</a>"
        }
        return """
            <li><h2>\(item.name) \(phone)</h2><p><b>\(item.title.in(visit.language))</b></p><p class="said">\(item.text.in(visit.language))</p>
            <p class="quiet">\(self.words[visit.language].moment(item.madeAt, today: visit.now.day))\
            \(item.number.map { " · <a href=\"/cases/\($0)\">\($0)</a>" as HTML })</p>
            \(Forms.button(TickTold.self, visit, hidden: ["message": item.id.text], isSecondary: false))</li>
            """
    }
}

/// Messages to whoever is signed in.
struct InboxPage: Sendable {
    let words: RowWordsTable
    let stylesheet: HTML

    func page(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let inbox = try await visit.desk.fetch(InboxQuery.self, visit.asked("after"), by: visit.actor, at: visit.now)
        let words = visit.words
        if inbox.items.isEmpty {
            return Page(
                words["inbox.title"],
                body: """
                    \(stylesheet)<div class="empty"><h2>\(words["inbox.empty"])</h2><p>\(words["inbox.empty.next"])</p>
                    <p><a class="button second" href="\(visit.actor.isStaff ? "/work" : "/")">\(words["inbox.on"])</a></p></div>
                    """)
        }
        let readAll: HTML? = inbox.unread > 0 ? Forms.button(ReadInbox.self, visit) : nil
        return Page(
            words["inbox.title"],
            body: """
                \(stylesheet)<div class="between"><p class="lead">\(words("inbox.unread", ["n": "\(inbox.unread)"]))</p>\(readAll)</div>
                <ul class="told">\(inbox.items.map { row($0, visit) })</ul>\(CaseRows.pager(visit, next: inbox.next))
                """)
    }

    private func row(_ item: InboxItem, _ visit: Visit) -> HTML {
        let address = visit.actor.isStaff ? "/cases/" : "/mine/"
        return """
            <li class="\(item.isRead ? "read" : "unread")"><h2>\(item.title.in(visit.language))\
            \(item.isRead ? nil : " <span class=\"tag\">\(visit.words["inbox.new"])</span>" as HTML)</h2>
            <p class="said">\(item.text.in(visit.language))</p>
            <p class="quiet">\(words[visit.language].moment(item.at, today: visit.now.day))\
            \(item.number.map { " · <a href=\"\(address)\($0)\">\(visit.words["inbox.open"]) \($0)</a>" as HTML })</p></li>
            """
    }
}
