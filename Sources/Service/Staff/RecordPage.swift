import Desk
import Storage
import Values
import Web

/// What stands in the record about a representative's own work, visible to that person: nobody is
/// judged by figures that they cannot see.
struct RecordPage: Sendable {
    static let days = 90
    let rows: RowWordsTable
    let stylesheet: HTML

    func page(_ visit: Visit) async throws -> Page {
        guard let person = visit.actor.person else { throw Problem.notSignedIn }
        let since = visit.now.adding(days: -Int64(Self.days))
        let show = RecordShare(rawValue: visit.query["show"] ?? "") ?? .all
        let after = visit.query["after"]
        let (record, cases, next) = try await visit.desk.look(by: visit.actor, at: visit.now) { work in
            let list = try work.tx.recordCases(of: person, since: since, show, after: after, limit: 25)
            return (try work.tx.record(of: person, since: since), list.cases, list.next)
        }
        let words = visit.words
        let items: [HTML] = cases.map { row($0, visit) }
        let list: HTML =
            items.isEmpty
            ? "<div class=\"empty\"><p>\(words["record.empty"])</p><p><a class=\"button second\" href=\"/work\">\(words["told.to-work"])</a></p></div>"
            : "<ul class=\"cases\">\(items)</ul>"
        return Page(
            words["record.title"], wide: true,
            body: """
                \(stylesheet)<p class="lead">\(words("record.lead", ["days": "\(Self.days)"]))</p>
                \(tiles(record, show, visit))<h2>\(words["record.show.\(show.rawValue)"])</h2>
                \(list)\(CaseRows.pager(visit, next: next))
                """)
    }

    private func tiles(_ record: Record, _ show: RecordShare, _ visit: Visit) -> HTML {
        let words = visit.words
        let tiles: [HTML] = [
            (RecordShare.all, record.closed), (.late, record.late), (.reopened, record.reopened),
            (.rated, record.rated),
        ].map { share, count in
            """
            <li class="tile"><a href="/record?show=\(share.rawValue)"\(share == show ? " aria-current=\"page\"" as HTML : .empty)>\
            <b>\(count)</b> <span>\(words["record.\(share.rawValue)"])</span></a></li>
            """
        }
        let share = record.judged == 0 ? "–" : tenths(1000 * record.inLimit / record.judged) + " %"
        let stars = record.rated == 0 ? "–" : tenths(10 * record.stars / record.rated)
        return """
            <ul class="tiles">\(tiles)<li class="tile still"><p><b>\(share)</b> <span>\(words["record.in-limit"])</span></p></li>\
            <li class="tile still"><p><b>\(stars)</b> <span>\(words["record.stars"])</span></p></li></ul>
            """
    }

    private func row(_ item: RecordCase, _ visit: Visit) -> HTML {
        let words = visit.words
        let kind = visit.desk.kinds.kind(item.kind, version: item.kindVersion)
        let title = kind?.title.in(visit.language) ?? item.kind
        let state = kind?.stateTitle(item.state).in(visit.language) ?? item.state
        let timing: HTML? = item.isInLimit.map {
            "<span class=\"tag l-\($0 ? "kept" : "late")\">\(words[$0 ? "record.kept" : "record.missed"])</span>"
        }
        return """
            <li class="c closed"><a href="/cases/\(item.number)">\(title) · \(item.village)</a><p class="c-what">\(item.what)</p>
            <p class="c-state"><span><span class="tag s-\(item.state)">\(state)</span> \(timing)\(item.reopened > 0 ? " <span class=\"tag again\">\(rows[visit.language].reopened(String(item.reopened)))</span>" as HTML : nil)</span>
            <span class="c-who">\(item.stars.map { words("case.stars", ["n": "\($0)"]) } ?? "")</span></p>
            <p class="c-due"><time>\(rows[visit.language].moment(item.closedAt, today: visit.now.day))</time></p>
            <p class="c-no">\(item.number)</p></li>
            """
    }
}

/// `853` → `85.3`
package func tenths(_ n: Int) -> String { "\(n / 10).\(n % 10)" }

enum RecordShare: String, Sendable { case all, late, reopened, rated }

struct Record: Sendable {
    let closed: Int, inLimit: Int, late: Int, reopened: Int, stars: Int, rated: Int
    var judged: Int { inLimit + late }
}

struct RecordCase: Sendable {
    let number: String, kind: String, kindVersion: Int, state: String, what: String, village: String, isInLimit: Bool?,
        reopened: Int, stars: Int?, closedAt: Instant
}
