package import Desk
import Registry
import Storage
package import Values

/// People whom no digital channel reaches: the liaison tells them and ticks it off.
package struct ToldListQuery: Query {
    package static let name = "told-list"
    package static let door = Door.get("/told")
    package static let who: Who = .roles(.liaison, .representative, .attendant)
    package init() {}

    static let rowsMax = 100

    package func fetch(_ work: Work) throws -> ToldList {
        let villages = work.actor.villagesServed
        let zh = work.desk.locales.words(.chinese)
        let en = work.desk.locales.words(.english)
        let rows = try work.tx.rows(
            """
            SELECT id, name, phone, template, data, made_at FROM outbox
            WHERE village IN \(list: villages) AND channel = 'in-person' AND state = 'waiting'
            ORDER BY id LIMIT \(Self.rowsMax)
            """
        ) { row -> ToldItem in
            let data = jsonFields(row[4])
            let template: String = row[3]
            let sealed: [UInt8]? = row[2]
            return ToldItem(
                id: row[0], name: row[1] as String? ?? "",
                phone: try sealed.map { PhoneNumber(stored: try work.desk.keys.openText($0)).spaced },
                title: Texts(zh: MessageText.title(template, data, zh), en: MessageText.title(template, data, en)),
                text: Texts(zh: MessageText.text(template, data, zh), en: MessageText.text(template, data, en)),
                madeAt: row[5], number: data["number"])
        }
        return ToldList(items: rows)
    }
}

extension Actor {
    /// Villages in which this person tells people in person.
    var villagesServed: [ID<Unit>] {
        Set(grants.filter { [.liaison, .representative, .attendant].contains($0.role) }.map(\.unit)).sorted()
    }
}

package struct ToldItem: Answer, Equatable {
    package let id: ID<Message>
    package let name: String
    package let phone: String?
    package let title: Texts
    package let text: Texts
    package let madeAt: Instant
    package let number: String?
    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("name", .text), ("phone", .text), ("title", Texts.schema),
                ("text", Texts.schema), ("madeAt", .moment), ("number", .text),
            ], optional: ["phone", "number"])
    }
}

package struct ToldList: Answer, Equatable {
    package let items: [ToldItem]
    package static var schema: Schema { .object([("items", .array(ToldItem.schema))]) }
}

/// "I told them": counts as delivered.
package struct TickTold: Action {
    package static let name = "tick-told"
    package static let door = Door.post("/told/:message")
    package static let who: Who = .roles(.liaison, .representative, .attendant)
    package static let isRowGuarded = true
    @Input package var message: ID<Message>
    package init() {}
    package init(_ message: ID<Message>) { self.message = message }

    package func perform(_ work: Work) throws -> Done {
        let villages = work.actor.villagesServed
        let found = try work.tx.first(
            """
            SELECT state, case_id, county FROM outbox
            WHERE id = \(message) AND channel = 'in-person' AND village IN \(list: villages)
            """,
            { (state: $0[0] as MessageState, caseID: $0[1] as String?, county: $0[2] as String) })
        guard let found else { throw Problem.notFound }
        // Ticked by two people at once: told is told.
        guard found.state == .waiting else { return Done() }
        try work.tx.run(
            """
            UPDATE outbox SET state = 'delivered', done_at = \(work.now), done_by = \(work.actor.person)
            WHERE id = \(message) AND state = 'waiting'
            """)
        try work.record(
            EventDraft("message.told", of: "message", message.text, ["case": found.caseID ?? ""], county: found.county))
        return Done()
    }
}

/// What somebody was told in the application, the newest first.
package struct InboxQuery: Query {
    package static let name = "inbox"
    package static let door = Door.get("/inbox")
    package static let who: Who = .signedIn
    @Input(.length(1...100), .hidden) package var after: String?
    package init() {}
    package init(after: String?) { self.after = after }

    static let pageSize = 25

    package func fetch(_ work: Work) throws -> Inbox {
        guard let person = work.actor.person else { throw Problem.notSignedIn }
        var beyond: SQL = ""
        if let after {
            guard let id = ID<Message>(parsing: after) else { throw Problem.invalid("after", "bad-cursor") }
            beyond = "AND id < \(id)"
        }
        let zh = work.desk.locales.words(.chinese)
        let en = work.desk.locales.words(.english)
        let rows = try work.tx.rows(
            """
            SELECT id, at, template, data, read_at FROM inbox WHERE person = \(person) \(sql: beyond)
            ORDER BY id DESC LIMIT \(Self.pageSize + 1)
            """
        ) { row -> InboxItem in
            let template: String = row[2]
            let data = jsonFields(row[3])
            let readAt: Instant? = row[4]
            return InboxItem(
                id: row[0], at: row[1],
                title: Texts(zh: MessageText.title(template, data, zh), en: MessageText.title(template, data, en)),
                text: Texts(zh: MessageText.text(template, data, zh), en: MessageText.text(template, data, en)),
                number: data["number"], isRead: readAt != nil)
        }
        let shown = Array(rows.prefix(Self.pageSize))
        return Inbox(
            items: shown, unread: try work.tx.unread(of: person), next: rows.count > Self.pageSize ? shown.last?.id.text : nil)
    }
}

extension Transaction {
    /// Messages that somebody has not read, counted up to 100.
    package func unread(of person: ID<Person>) throws -> Int {
        try value("SELECT \(sql: unreadMessages(of: "\(person)"))") ?? 0
    }
}

package struct InboxItem: Answer, Equatable {
    package let id: ID<Message>
    package let at: Instant
    package let title: Texts
    package let text: Texts
    package let number: String?
    package let isRead: Bool
    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("at", .moment), ("title", Texts.schema), ("text", Texts.schema),
                ("number", .text), ("isRead", .boolean),
            ], optional: ["number"])
    }
}

package struct Inbox: Answer, Equatable {
    package let items: [InboxItem]
    /// Counted up to 100.
    package let unread: Int
    package let next: String?
    package static var schema: Schema {
        .object(
            [("items", .array(InboxItem.schema)), ("unread", .integer(min: 0)), ("next", .text)], optional: ["next"])
    }
}

package struct ReadInbox: Action {
    package static let name = "read-inbox"
    package static let door = Door.post("/inbox/read")
    package static let who: Who = .signedIn
    package static let isOwnBusiness = true
    /// Nothing: all of them.
    @Input package var message: ID<Message>?
    package init() {}
    package init(_ message: ID<Message>?) { self.message = message }

    package func perform(_ work: Work) throws -> Done {
        guard let person = work.actor.person else { throw Problem.notSignedIn }
        let one: SQL = message.map { "AND id = \($0)" } ?? ""
        let changed = try work.tx.change(
            "UPDATE inbox SET read_at = \(work.now) WHERE person = \(person) AND read_at IS NULL \(sql: one)")
        if changed == 0, let message {
            let there: Int? = try work.tx.value("SELECT 1 FROM inbox WHERE id = \(message) AND person = \(person)")
            if there == nil { throw Problem.notFound }
        }
        return Done()
    }
}
