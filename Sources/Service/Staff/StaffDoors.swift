package import Desk
package import Registry
import Values
package import Web

/// All doors of the staff: work list, case with its moves, board, search, messages, rules and
/// operations.
package enum StaffDoors {
    static let staff: Who = .roles(Role.staff)

    package static func register(
        on site: Site, desk: Desk, directory: Directory, guests: [any ServiceGuest] = []
    ) {
        let words = RowWordsTable(desk.locales)
        let options = FilterOptions(directory: directory)
        let sheet: HTML = "<link rel=\"stylesheet\" href=\"\(site.assets.url("staff.css"))\">"

        let work = WorkPage(directory: directory, words: words, options: options, stylesheet: sheet)
        site.page("/work", who: staff) { try await work.page($0) }
        site.query(WorkListQuery.self)
        site.live("/work/live", who: staff) { reachable($0) }

        let board = StationBoard(directory: directory, words: words, stylesheet: sheet, guests: guests)
        site.page("/board", who: BoardQuery.who) { try await board.page($0) }
        site.query(BoardQuery.self)
        site.live("/board/live", who: staff) { reachable($0) }

        let search = SearchPage(words: words, options: options, stylesheet: sheet)
        site.page("/search", who: staff) { try await search.page($0) }
        site.query(RequestListQuery.self)

        registerCases(on: site, CasePage(words: words, stylesheet: sheet, guests: guests))
        registerMessages(
            on: site, ToldPage(words: words, stylesheet: sheet), InboxPage(words: words, stylesheet: sheet))
        registerRules(on: site, KindsPage(stylesheet: sheet))

        let record = RecordPage(rows: words, stylesheet: sheet)
        site.page("/record", who: .roles(.representative, .dispatcher, .stationHead)) { try await record.page($0) }
        let operations = OperationsPage(rows: words, stylesheet: sheet)
        site.page("/operations", who: .roles(.company, .stationHead)) { try await operations.page($0) }

        site.link("/work", key: "staff.nav.work", who: staff, first: true)
        site.link("/board", key: "staff.nav.board", who: BoardQuery.who, first: true)
        site.link("/search", key: "staff.nav.search", who: staff, first: true)
        site.link("/told", key: "staff.nav.told", who: ToldListQuery.who)
        site.link("/inbox", key: "staff.nav.inbox", who: .signedIn, first: true) { $0.session?.unread ?? 0 }
        site.link("/record", key: "staff.nav.record", who: .roles(.representative))
        site.link("/kinds", key: "staff.nav.kinds", who: staff)
        site.link("/operations", key: "staff.nav.operations", who: .roles(.company, .stationHead))
    }

    /// Topics that this person's page may depend on. Paths of villages are never announced for a
    /// complaint about a person, so that a tick tells the village nothing (H7); only those who
    /// stand above it watch a station or county.
    package static func reachable(_ visit: Visit) -> @Sendable (String) -> Bool {
        var topics: Set<String> = []
        var paths: [String] = []
        for grant in visit.actor.grants {
            switch grant.role {
            case .dispatcher, .stationHead: topics.insert("station/\(grant.unit.text)")
            case .company, .auditor: topics.insert("county/\(visit.actor.county)")
            case .customer: break
            default: paths.append(grant.reach)
            }
        }
        let watched = topics
        let reached = paths
        return { topic in watched.contains(topic) || reached.contains { reaches(topic, from: $0) } }
    }

    private static func registerCases(on site: Site, _ page: CasePage) {
        site.page("/cases/:number", who: staff) { try await page.page($0) }
        site.live("/cases/:number/live", who: staff) { visit in
            let number = try await StaffQueries.view(visit).number
            return { $0 == "case/" + number }
        }
        site.page("/cases/:number/:move", who: staff) {
            try await StaffMoves.page($0["move"], $0, FormState())
        }
        move(AcceptCase.self, on: site)
        move(DispatchCase.self, on: site)
        move(RedispatchCase.self, on: site)
        move(StartCase.self, on: site)
        move(ArriveAtCase.self, on: site)
        move(ReturnCase.self, on: site)
        move(ResolveCase.self, on: site)
        move(FollowUpCase.self, on: site)
        move(MergeCase.self, on: site)
        move(ReferCase.self, on: site)
        move(NoteOnCase.self, on: site)
        move(CloseCase.self, on: site)
        site.action(
            MoveCase.self, at: nil, form: { try await StaffMoves.page($0["move"], $0, $1) },
            then: { moved, visit in StaffMoves.after(moved, visit["move"]) })
        site.action(
            RevealContact.self, at: nil, form: { try await StaffMoves.page("reveal", $0, $1) },
            then: { contact, visit in .page(try await StaffMoves.revealed(contact, visit)) })
    }

    private static func move<A: Action>(_ type: A.Type, on site: Site) where A.Output == Moved {
        site.action(
            type, at: nil, form: { try await StaffMoves.page(A.name, $0, $1) },
            then: { moved, _ in StaffMoves.after(moved, A.name) })
    }

    private static func registerMessages(on site: Site, _ told: ToldPage, _ inbox: InboxPage) {
        site.page("/told", who: ToldListQuery.who) { try await told.page($0) }
        site.query(ToldListQuery.self)
        site.action(
            TickTold.self, at: nil, form: { try await told.page($0, $1) }, then: { _, _ in .go("/told?done=tick-told") }
        )
        site.page("/inbox", who: .signedIn) { try await inbox.page($0) }
        site.query(InboxQuery.self)
        site.action(ReadInbox.self, at: nil, form: { try await inbox.page($0, $1) }, then: { _, _ in .go("/inbox") })
    }

    private static func registerRules(on site: Site, _ kinds: KindsPage) {
        site.page("/kinds", who: staff) { try await kinds.list($0) }
        site.page("/kinds/:kind", who: staff) { try await kinds.one($0) }
        site.action(
            PublishKind.self, at: "/kinds/publish", form: { try await kinds.publish($0, $1) },
            then: { _, _ in .go("/kinds?done=publish-kind") })
    }
}
