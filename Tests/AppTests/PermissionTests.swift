import App
import Desk
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Registry
import Service
import Storage
import TestSupport
import Testing
import Values
import Web

/// Every action and every query with every role, inside and outside its unit, compared with the
/// tables that people wrote in docs/permissions.md.
@Suite struct PermissionTests {
    private let table: PermissionTable
    init() throws { table = try PermissionTable.read() }

    /// The actions are tried in so many counties side by side.
    static let shares = 4

    // MARK: The table

    @Test func theTableIsReadable() {
        #expect(table.troubles == [])
        #expect(table.rows.count > 60)
        let broken = PermissionTable("| action | stranger |\n|---|---|\n| steal | all |\n| steal | maybe |")
        #expect(broken.troubles.count == 4)
    }

    @Test func everyDoorHasARowAndEveryRowADoor() async throws {
        let table = table
        try await withVillage { village in
            let routes = try await demoSite(village).routes
            let doors = Set(routes.filter { $0.kind == .apiAction || $0.kind == .apiQuery }.compactMap(\.name))
            #expect(doors.subtracting(table.rows.keys).sorted() == [], "doors without a row in docs/permissions.md")
            #expect(Set(table.rows.keys).subtracting(doors).sorted() == [], "rows without a door")
            // Whatever has a form has its JSON door, so that nothing escapes these tests.
            let forms = Set(routes.filter { $0.kind == .formAction }.compactMap(\.name))
            #expect(forms.subtracting(doors).sorted() == [])
        }
    }

    // MARK: Actions

    @Test(arguments: 0..<shares)
    func everyActionWithEveryRoleInsideAndOutside(share: Int) async throws {
        let table = table
        try await withVillage { village in
            let names = try actionNames(village).enumerated().filter { $0.offset % Self.shares == share }.map(\.element)
            #expect(!names.isEmpty)
            try await tryAll(names, PermissionStage.make(village), table)
        }
    }

    /// The same on PostgreSQL for a slice: one action of each family.
    @Test func aSliceOfTheActionsOnPostgres() async throws {
        let table = table
        try await withVillage(.postgres) { village in
            try await tryAll(
                ["accept", "answer", "tick-told", "change-person", "approve-handover", "publish-notice", "end-one-session"],
                PermissionStage.make(village), table)
        }
    }

    @Test func theDoorOfTheDemoIsOpenToAllInTheDemoAlone() async throws {
        let table = table
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let site = try await demoSite(village)
            let app = Application(responder: site.responder(), logger: quiet)
            try await app.test(.router) { client in
                let demo = TestVillage(
                    composition: village.composition, client: client, clock: village.clock, people: village.people)
                for column in PermissionColumn.all {
                    guard let made = try await stage.attempt("demo-sign-in", column, .all, isInside: true) else { continue }
                    #expect(table.mark("demo-sign-in", column) == .all)
                    let reply = try await demo.api(.post, made.path, made.body, as: made.by)
                    #expect(reply.status == 201, "\(column): \(reply.text)")
                }
            }
            let elsewhere = try await village.api(.post, "/sessions/demo", ["role": "company"])
            #expect(elsewhere.status == 404)
        }
    }

    // MARK: Queries

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func everyQueryWithEveryRole(engine: Database.Engine) async throws {
        let table = table
        try await withVillage(engine) { village in
            let stage = try await PermissionStage.make(village)
            let asking = try await PermissionQuestions(stage)
            let site = try village.composition.site { _ in }
            let names = site.routes.filter { $0.kind == .apiQuery }.compactMap(\.name)
            #expect(names.count > 15)
            for name in names {
                for column in PermissionColumn.all {
                    guard let mark = table.mark(name, column) else { continue }
                    try await asking.check(name, column, mark)
                }
            }
        }
    }
}

private func actionNames(_ village: TestVillage) throws -> [String] {
    let site = try village.composition.site { _ in }
    return site.routes.filter { $0.kind == .apiAction }.compactMap(\.name)
}

/// The site of a demo over the same database: the only one with a door for signing in by a click.
private func demoSite(_ village: TestVillage) async throws -> Site {
    let clock = village.clock.clock
    try await village.desk.database.write { try $0.set("demo", "1") }
    let composition = try await Composition(
        database: village.desk.database, keys: village.desk.keys,
        settings: .init(publicAddress: "http://127.0.0.1:8080", isDemo: true), clock: clock, chance: village.desk.chance,
        logger: quiet)
    return try composition.site { _ in }
}

/// Where a refusal complains about a field, because a form asked for it: 422 instead of 404.
private let refusedAtAField = ["help-sign-in": "not-your-villager"]

private func tryAll(_ names: [String], _ stage: PermissionStage, _ table: PermissionTable) async throws {
    for name in names {
        for column in PermissionColumn.all {
            guard let mark = table.mark(name, column) else { continue }
            for isInside in [true, false] {
                guard let made = try await stage.attempt(name, column, mark, isInside: isInside) else {
                    Issue.record("nobody has written down how \(name) is tried")
                    break
                }
                if made.isOwnOnly, !isInside { continue }
                try await run(made, name, column, mark, isInside, stage)
            }
        }
    }
}

private func run(
    _ made: PermissionTry, _ name: String, _ column: PermissionColumn, _ mark: PermissionMark, _ isInside: Bool,
    _ stage: PermissionStage
) async throws {
    let who = made.by ?? stage.person(column)
    // Who stands beside it and must not be touched by what somebody does to their own session.
    let bystander = made.isOwnOnly ? try await stage.someone(.role(.dispatcher), password: "bystander-77-ok") : nil
    let before = try await stage.fingerprint()
    let reply = try await stage.village.api(.post, made.path, made.body, as: column == .stranger ? nil : who)
    let after = try await stage.fingerprint()
    let place = isInside ? "inside" : "outside"
    let what: Comment = "\(name) by \(column) \(place), \(mark.rawValue): \(reply.status) \(reply.text.prefix(300))"
    let isAllowed = mark == .all || (isInside && (mark == .unit || mark == .own))
    if isAllowed {
        #expect((200...299).contains(reply.status), what)
        #expect(before != after, "did nothing: \(what)")
    } else if let code = refusedAtAField[name], mark == .unit, !isInside {
        #expect(reply.status == 422 && reply.contains(code), what)
        #expect(before == after, "changed something: \(what)")
    } else {
        // Who may never do it learns no more than that; what lies elsewhere is not there at all.
        let refusals = column == .stranger ? (mark == .never ? [401] : [401, 404]) : mark == .never && isInside ? [403] : [403, 404]
        #expect(refusals.contains(reply.status), what)
        #expect(before == after, "changed something: \(what)")
    }
    if let bystander {
        let still = try await stage.village.api(.get, "/sessions/current", as: bystander)
        #expect(still.status == 200, "touched another's session: \(what)")
        let kept = try await stage.village.count(
            "SELECT COUNT(*) FROM person WHERE id = \(bystander.id) AND password IS NOT NULL AND totp IS NULL AND must_change = 0")
        #expect(kept == 1, "touched another's password: \(what)")
    }
}
