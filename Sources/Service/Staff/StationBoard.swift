import Desk
import Registry
import Values
import Web

/// The station's board: how many in which state, what burns, what has just come in. It looks
/// again whenever something moves; without JavaScript a link does.
struct StationBoard: Sendable {
    let directory: Directory
    let words: RowWordsTable
    let stylesheet: HTML
    let guests: [any ServiceGuest]

    func page(_ visit: Visit) async throws -> Page {
        let board = try await visit.desk.fetch(BoardQuery.self, visit.asked("station"), by: visit.actor, at: visit.now)
        let rows = words[visit.language]
        let name = board.stationName.in(visit.language)
        var sections = HTML.empty
        for guest in guests {
            if let section = try await guest.boardSection(visit) { sections += section }
        }
        let title = name.isEmpty ? visit.words["board.title"] : "\(name) · \(visit.words["board.title"])"
        return Page(
            title, wide: true, scripts: ["live"],
            body: """
                \(stylesheet)\(stations(visit))
                <div class="live-board" id="board" data-live="/board/live" data-live-url="\(visit.target)">
                \(alarm(board, visit))\(sections)\(tiles(board, visit))
                <div class="columns">
                <section><h2>\(visit.words["board.urgent"])</h2>\(list(board.urgent, "board.urgent.none", visit, rows))</section>
                <section><h2>\(visit.words["board.newest"])</h2>\(list(board.newest, "board.newest.none", visit, rows))</section>
                </div>
                <p class="quiet">\(visit.words("board.as-of", ["time": visit.now.clock]))
                <a href="\(visit.target)">\(visit.words["board.reload"])</a></p>
                </div>
                """)
    }

    /// Danger rings for the eye: a red band on top. No sound without consent.
    private func alarm(_ board: Board, _ visit: Visit) -> HTML? {
        guard board.danger > 0 else { return nil }
        return """
            <p class="ring" role="alert"><a href="\(open("urgency=danger&assignee=any", visit))">\(Icon.danger) \
            \(visit.words("board.ring", ["n": "\(board.danger)"]))</a></p>
            """
    }

    private func tiles(_ board: Board, _ visit: Visit) -> HTML {
        let words = visit.words
        let urgent: HTML = """
            \(tile("danger", words["urgency.danger"], board.danger, "urgency=danger&assignee=any", visit))\
            \(tile("overdue", words["urgency.overdue"], board.overdue, "urgency=overdue&assignee=any", visit))\
            \(tile("risk", words["board.at-risk"], board.atRisk, "urgency=today&assignee=any", visit))\
            \(tile("nobody", words["staff.unassigned"], board.unassigned, "assignee=nobody", visit))
            """
        let states: [HTML] = board.counts.map {
            tile("state", $0.title.in(visit.language), $0.n, "state=\($0.state)&assignee=any", visit)
        }
        return """
            <ul class="tiles" aria-label="\(words["board.tiles"])">\(urgent)</ul>
            <ul class="tiles small" aria-label="\(words["board.by-state"])">\(states)</ul>
            """
    }

    /// Each tile opens the very list that it counts.
    private func tile(_ kind: String, _ title: String, _ count: Int, _ filter: String, _ visit: Visit) -> HTML {
        """
        <li class="tile t-\(kind)\(count == 0 ? " zero" : "")"><a href="\(open(filter, visit))"><b>\(count)</b> <span>\(title)</span></a></li>
        """
    }

    private func open(_ filter: String, _ visit: Visit) -> String {
        let station = (visit.query["station"]).map { "&station=" + percentEncoded($0) } ?? ""
        return "/work?\(filter)\(station)"
    }

    private func list(_ items: [WorkItem], _ none: String, _ visit: Visit, _ rows: RowWords) -> HTML {
        items.isEmpty
            ? "<p class=\"empty\">\(visit.words[none])</p>" : CaseRows.list(items, rows, now: visit.now, isNarrow: true)
    }

    /// The company chooses among its stations.
    private func stations(_ visit: Visit) -> HTML? {
        let snapshot = directory.latest
        let ids = StaffQueries.stations(of: visit.actor, in: snapshot)
        guard ids.count > 1 else { return nil }
        let chosen = visit.query["station"] ?? ""
        let all: HTML =
            "<li><a href=\"/board\"\(chosen.isEmpty ? " aria-current=\"page\"" as HTML : .empty)>\(visit.words["board.all"])</a></li>"
        let links: [HTML] = ids.compactMap { snapshot.unit($0) }.map { unit in
            """
            <li><a href="/board?station=\(unit.id)"\(chosen == unit.id.text ? " aria-current=\"page\"" as HTML : .empty)>\
            \(unit.name(in: visit.language))</a></li>
            """
        }
        return "<nav aria-label=\"\(visit.words["board.stations"])\"><ul class=\"tabs\">\(all)\(links)</ul></nav>"
    }
}
