package import Desk
import PowerRules
import Registry
import Storage
package import Values

/// One case as its page and the API show it to one person.
package struct CaseView: Answer, Equatable {
    package let number: String
    package let kind: String
    package let kindTitle: Texts
    package let state: String
    package let stateTitle: Texts
    /// For the hidden field `seen`.
    package let version: Int
    /// 0 danger, 1 normal.
    package let priority: Int
    package let isOpen: Bool
    package let isConfidential: Bool
    /// Shows the ladder 95598, then 12398, then 12345.
    package let isComplaint: Bool
    package let village: ID<Village>?
    package let villageName: String
    package let station: ID<Unit>
    package let stationName: Texts
    package let what: String?
    package let extra: [ExtraView]
    package let account: String?
    package let contact: ContactView
    package let channel: Channel
    package let filedBy: Role?
    package let assignee: PersonRef?
    package let openedAt: Instant
    package let dueAt: Instant?
    package let dueName: String?
    package let dueLabel: Texts?
    package let isOverdue: Bool
    package let resolvedAt: Instant?
    package let closedAt: Instant?
    package let reopenUntil: Instant?
    package let reopened: Int
    package let satisfaction: Int?
    package let outcome: String?
    package let mergedInto: String?
    package let place: Place?
    package let photos: [PhotoView]
    package let voice: PhotoView?
    package let dangers: [String]
    package let timeline: [EntryView]
    package let limits: [LimitView]
    package let moves: [MoveView]
    package let followers: Int
    /// Seen by the receipt, without an account.
    package let byReceipt: Bool

    package static var schema: Schema {
        .object(
            [
                ("number", .text), ("kind", .text), ("kindTitle", Texts.schema), ("state", .text),
                ("stateTitle", Texts.schema), ("version", .integer()), ("priority", .integer(min: 0, max: 1)),
                ("isOpen", .boolean), ("isConfidential", .boolean), ("isComplaint", .boolean),
                ("village", .string(format: "uuid")), ("villageName", .text), ("station", .string(format: "uuid")),
                ("stationName", Texts.schema), ("what", .text), ("extra", .array(ExtraView.schema)), ("account", .text),
                ("contact", ContactView.schema), ("channel", .choice(Channel.allCases.map(\.rawValue))),
                ("filedBy", .choice(Role.allCases.map(\.rawValue))), ("assignee", PersonRef.schema),
                ("openedAt", .moment), ("dueAt", .moment), ("dueName", .text), ("dueLabel", Texts.schema),
                ("isOverdue", .boolean), ("resolvedAt", .moment), ("closedAt", .moment), ("reopenUntil", .moment),
                ("reopened", .integer(min: 0)), ("satisfaction", .integer(min: 1, max: 5)), ("outcome", .text),
                ("mergedInto", .text), ("place", .object([("latitude", .number), ("longitude", .number)])),
                ("photos", .array(PhotoView.schema)), ("voice", PhotoView.schema), ("dangers", .array(.text)),
                ("timeline", .array(EntryView.schema)), ("limits", .array(LimitView.schema)),
                ("moves", .array(MoveView.schema)), ("followers", .integer(min: 0)), ("byReceipt", .boolean),
            ],
            optional: [
                "village", "what", "account", "filedBy", "assignee", "dueAt", "dueName", "dueLabel", "resolvedAt",
                "closedAt", "reopenUntil", "satisfaction", "outcome", "mergedInto", "place", "voice",
            ])
    }
}

package struct ExtraView: Answer, Equatable {
    package let name: String
    package let label: Texts
    package let value: Texts
    package static var schema: Schema {
        .object([("name", .text), ("label", Texts.schema), ("value", Texts.schema)])
    }
}

package struct ContactView: Answer, Equatable {
    package let name: String
    package let phone: String?
    package let isMasked: Bool
    package static var schema: Schema { Contact.schema }
}

package struct PersonRef: Answer, Equatable {
    package let id: ID<Person>
    package let name: String
    package static var schema: Schema { .object([("id", .string(format: "uuid")), ("name", .text)]) }
}

package struct PhotoView: Answer, Equatable {
    /// Names the blob.
    package let hash: String
    package let type: String
    package init(hash: String, type: String) {
        self.hash = hash
        self.type = type
    }
    package static var schema: Schema { .object([("hash", .text), ("type", .text)]) }
}

package struct EntryView: Answer, Equatable {
    package let at: Instant
    package let move: String
    package let title: Texts
    /// Name of a member of the staff; empty for a customer.
    package let by: String
    package let role: String?
    package let note: String?
    package let photos: [PhotoView]
    package static var schema: Schema {
        .object(
            [
                ("at", .moment), ("move", .text), ("title", Texts.schema), ("by", .text), ("role", .text),
                ("note", .text), ("photos", .array(PhotoView.schema)),
            ], optional: ["role", "note"])
    }
}

package struct LimitView: Answer, Equatable {
    package let name: String
    package let label: Texts
    /// The law, commitment or "policy" behind it.
    package let source: String
    package let startedAt: Instant
    package let dueAt: Instant?
    package let stoppedAt: Instant?
    package let isBreached: Bool
    package let isPaused: Bool
    /// It relies on a year whose holidays are not published.
    package let isProvisional: Bool
    package let isPromise: Bool
    /// Share of it that has passed.
    package let percent: Int
    package static var schema: Schema {
        .object(
            [
                ("name", .text), ("label", Texts.schema), ("source", .text), ("startedAt", .moment), ("dueAt", .moment),
                ("stoppedAt", .moment), ("isBreached", .boolean), ("isPaused", .boolean), ("isProvisional", .boolean),
                ("isPromise", .boolean), ("percent", .integer(min: 0)),
            ], optional: ["dueAt", "stoppedAt"])
    }
}

package struct MoveView: Answer, Equatable {
    package let name: String
    package let title: Texts
    /// note, assignee, result, satisfaction, reason, into, unit
    package let needs: [String]
    /// `/requests/K7M2-9QXA/accept`
    package let door: String
    package static var schema: Schema {
        .object([("name", .text), ("title", Texts.schema), ("needs", .array(.text)), ("door", .text)])
    }
}

extension Work {
    func view(_ number: Code, by actor: Actor, _ proof: ReceiptProof) throws -> CaseView {
        // Staff see by their roles alone; a receipt or a follower has to be looked up.
        let last = proof.isEmpty && !actor.has(.customer)
        let record = try tx.record(number, desk.keys, last: last)
        return try view(record, try tx.access(to: record.seen, by: actor, proof))
    }

    /// - Parameter access: how the person came to see it; decides what is shown and masked.
    private func view(_ record: CaseRecord, _ access: CaseAccess) throws -> CaseView {
        let (seen, page) = (record.seen, record.page)
        guard let kind = desk.kinds.kind(seen.kind, version: seen.kindVersion) else {
            throw Problem(.unavailable(retryAfterSeconds: 2), "try-again")
        }
        let isOwn =
            access == .receipt || (actor.person != nil && (actor.person == seen.customer || actor.person == seen.filer))
            || (seen.phoneHash != nil && seen.phoneHash == actor.phoneHash)
        let isPlain = isOwn || (actor.person != nil && actor.person == seen.assignee)
        let staffView = access == .sight && actor.isStaff
        let mine = record.files.filter { $0.entry == nil }.map(\.view)
        let limits = staffView || access != .follower ? record.limits : CaseLimits()
        let movable =
            access == .follower
            ? [] : seen.moves(for: actor, of: kind, byReceipt: access == .receipt, at: now, calendar: desk.calendar)
        let due = seen.dueAt == .distantFuture ? nil : seen.dueAt
        return CaseView(
            number: seen.number.text, kind: kind.name, kindTitle: kind.title, state: seen.state,
            stateTitle: kind.stateTitle(seen.state), version: seen.version, priority: seen.priority,
            isOpen: seen.isOpen, isConfidential: seen.isConfidential, isComplaint: kind.isComplaint,
            village: seen.village, villageName: seen.villageName, station: seen.station, stationName: page.station,
            what: access == .follower ? nil : page.what,
            extra: access == .follower ? [] : extras(seen, kind), account: isPlain ? seen.account : seen.account.map(maskedAccount),
            contact: access == .follower
                ? ContactView(name: "", phone: nil, isMasked: true) : contact(page, isPlain: isPlain), channel: seen.channel, filedBy: seen.filerRole,
            assignee: seen.assignee.map { PersonRef(id: $0, name: page.assigneeName) }, openedAt: seen.openedAt,
            dueAt: due, dueName: seen.dueName, dueLabel: dueLabel(seen, kind),
            isOverdue: due.map { $0 <= now && seen.isOpen } ?? false, resolvedAt: seen.resolvedAt,
            closedAt: seen.closedAt, reopenUntil: reopenUntil(seen, kind), reopened: seen.reopened,
            satisfaction: seen.satisfaction, outcome: seen.outcome, mergedInto: page.mergedInto,
            place: access == .follower ? nil : seen.place,
            photos: mine.filter { $0.type.hasPrefix("image/") },
            voice: access == .follower ? nil : mine.first { $0.type.hasPrefix("audio/") },
            dangers: page.dangers, timeline: timeline(record, kind, access, staffView),
            limits: limits.all.map { limitView($0, kind) }, moves: movable.map { moveView($0, seen) },
            followers: page.followers, byReceipt: access != .sight)
    }

    private func contact(_ page: CasePageRow, isPlain: Bool) -> ContactView {
        isPlain
            ? ContactView(name: page.contact.name, phone: page.contact.phone?.digits, isMasked: false)
            : ContactView(name: Masking.name(page.contact.name), phone: page.contact.phone?.masked, isMasked: true)
    }

    private func maskedAccount(_ number: String) -> String {
        number.utf8.count <= 4 ? number : String(repeating: "*", count: number.utf8.count - 4) + number.suffix(4)
    }

    private func extras(_ seen: Case, _ kind: Kind) -> [ExtraView] {
        let group = seen.extra[ExtraFields.group].map {
            ExtraView(
                name: ExtraFields.group,
                label: Texts(
                    zh: desk.locales.words(.chinese)["request.group"], en: desk.locales.words(.english)["request.group"]),
                value: Texts(zh: $0, en: $0))
        }
        return (group.map { [$0] } ?? [])
            + kind.fields.compactMap { field in
                seen.extra[field.name].map {
                    ExtraView(name: field.name, label: field.label, value: field.words(for: $0))
                }
            }
    }

    private func dueLabel(_ seen: Case, _ kind: Kind) -> Texts? {
        guard let name = seen.dueName else { return nil }
        if name == Case.followUpName { return kind.move("follow-up")?.title }
        return kind.limit(name)?.label
    }

    private func reopenUntil(_ seen: Case, _ kind: Kind) -> Instant? {
        guard let resolvedAt = seen.resolvedAt, kind.move("reopen")?.from.contains(seen.state) == true else { return nil }
        let end = desk.calendar.due(start: resolvedAt, rule: FollowUp.reopening).moment
        return now < end ? end : nil
    }

    private func limitView(_ limit: CaseLimit, _ kind: Kind) -> LimitView {
        let of = kind.limit(limit.name)
        let fraction = desk.calendar.fraction(
            start: limit.startedAt, rule: limit.rule, pauses: limit.pauses, at: limit.stoppedAt ?? now)
        return LimitView(
            name: limit.name, label: of?.label ?? Texts(zh: limit.name, en: limit.name), source: of?.source ?? "",
            startedAt: limit.startedAt, dueAt: limit.dueAt == .distantFuture ? nil : limit.dueAt,
            stoppedAt: limit.stoppedAt,
            isBreached: limit.breachedAt != nil || (limit.isRunning && !limit.isPaused && now > limit.dueAt),
            isPaused: limit.isPaused, isProvisional: limit.isProvisional, isPromise: limit.isPromise,
            percent: Int(min(fraction, 99) * 100))
    }

    private func moveView(_ move: KindMove, _ seen: Case) -> MoveView {
        let path = "/requests/\(seen.number.text)/"
        return MoveView(
            name: move.name, title: move.title, needs: move.needs.map(\.rawValue),
            door: path + (RequestDoors.typedMoves.contains(move.name) ? move.name : "moves/\(move.name)"))
    }

    private func timeline(
        _ record: CaseRecord, _ kind: Kind, _ access: CaseAccess, _ staffView: Bool
    ) -> [EntryView] {
        let (seen, page) = (record.seen, record.page)
        var entries = [
            EntryView(
                at: seen.openedAt, move: "report", title: kind.stateTitle(kind.start), by: page.filerName,
                role: seen.filerRole?.rawValue ?? Role.customer.rawValue, note: nil, photos: [])
        ]
        for row in record.entries where staffView || row.isPublic {
            let isShort = access == .follower && !["resolve", "merge", "return"].contains(row.move)
            entries.append(
                EntryView(
                    at: row.at, move: row.move, title: title(of: row.move, kind), by: row.author,
                    role: row.role, note: isShort ? nil : row.note,
                    photos: isShort ? [] : record.files.filter { $0.entry == row.id }.map(\.view)))
        }
        return entries
    }

    private func title(of move: String, _ kind: Kind) -> Texts {
        kind.move(move)?.title
            ?? Texts(
                zh: desk.locales.words(.chinese)["case-entry.\(move)"], en: desk.locales.words(.english)["case-entry.\(move)"])
    }
}
