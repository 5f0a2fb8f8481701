import App
import Desk
import Foundation
import HTTPTypes
import Outages
import Registry
import Service
import Storage
import Testing
import Values
import Web

/// Every page with every role (B6): it is shown, or leads to the sign-in, or is refused; it never
/// breaks, and what is for the staff is shown to nobody else.
@Suite struct PermissionPageTests {
    @Test(arguments: [true, false])
    func everyPageWithEveryRole(isInside: Bool) async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let site = try village.composition.site { _ in }
            let pages = site.routes.filter { $0.method == "GET" && ($0.kind == .page || $0.kind == .form) }
            #expect(pages.count > 50)
            for column in PermissionColumn.all {
                let spot = isInside ? stage.home : stage.outside(column)
                let filled = try await Filled(stage, spot)
                var open = 0
                for page in pages {
                    for path in filled.paths(page.path) {
                        let shown = try await village.get(path, as: stage.person(column))
                        check(shown, page, column, path)
                        if shown.status == 200 { open += 1 }
                    }
                }
                #expect(open > 15, "\(column) was shown \(open) pages")
            }
        }
    }

    private func check(_ shown: Reply, _ page: RouteDescription, _ column: PermissionColumn, _ path: String) {
        let what: Comment = "\(page.path) as \(path) by \(column): \(shown.status) \(shown.location ?? "")"
        // A move that is not to be made now says so with 409.
        let isMove = page.path == "/cases/:number/:move"
        // Four digits can be tried out: after a few tries in a row nobody gets an answer for a while.
        let isTry = page.path.hasPrefix("/follow/by/")
        #expect(
            [200, 303, 403, 404].contains(shown.status) || (isMove && shown.status == 409)
                || (isTry && shown.status == 429), what)
        let mayTry: Bool
        switch page.who {
        case .anybody: mayTry = true
        case .signedIn: mayTry = column != .stranger
        case .roles(let roles): mayTry = column.role.map(roles.contains) ?? false
        }
        if !mayTry {
            #expect(shown.status != 200, what)
            if column == .stranger {
                #expect(shown.status == 303 && shown.location?.hasPrefix("/sign-in") == true, what)
            } else {
                #expect(shown.status == 403 || shown.status == 404, what)
            }
        }
    }

    /// What lies at a neighbour's is shown on no page of the staff.
    @Test func pagesOfTheNeighboursAreNotFound() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            for column in PermissionColumn.all {
                guard let role = column.role, role != .customer else { continue }
                let away = stage.outside(column)
                let made = try await stage.aCase(at: away)
                var paths = ["/cases/\(made.number)", "/cases/\(made.number)/accept", "/cases/\(made.number)/reveal"]
                paths += ["/villages/\(away.village)/record"]
                paths += ["/mine/\(made.number)"]
                // The next village has the same station, so its people are one's own.
                if away.name != "next" {
                    let person = try await stage.aPerson(at: away)
                    let handover = try await stage.aHandover(at: away)
                    let base = "/people/\(person)"
                    paths += [base, base + "/edit", base + "/password", base + "/phone", base + "/roles/new", base + "/leave/new"]
                    paths += [base + "/certificates/new", base + "/deactivate", "/handovers/\(handover)"]
                    paths += ["/handovers/new?leaving=\(person)", "/units/\(away.village)/edit", "/units/\(away.village)/close"]
                    paths += ["/board?station=\(away.station)"]
                    let list = try await village.get("/people", as: stage.person(column))
                    #expect(!list.contains(person.text), "\(column) sees \(away.name) in the list of people")
                    let handovers = try await village.get("/handovers", as: stage.person(column))
                    #expect(!handovers.contains(handover.text), "\(column) sees \(away.name) in the hand-overs")
                }
                for path in paths {
                    let shown = try await village.get(path, as: stage.person(column))
                    #expect(shown.status == 403 || shown.status == 404, "\(path) (\(away.name)) by \(column): \(shown.status)")
                }
                for path in ["/work?assignee=any", "/search?q=\(made.number)", "/results/list?measure=opened", "/told", "/inbox"] {
                    let shown = try await village.get(path, as: stage.person(column))
                    #expect(!shown.contains("/cases/\(made.number)"), "\(path) by \(column) leads to \(away.name)")
                }
                let file = try await village.get("/results.csv", as: stage.person(column))
                #expect(file.status == 200)
            }
        }
    }

    /// Something behind every `:segment` of a path.
    private struct Filled {
        let values: [String: String]

        init(_ stage: PermissionStage, _ spot: PermissionSpot) async throws {
            let made = try await stage.aCase(at: spot)
            values = [
                "village": spot.village.text, "number": made.number, "case": made.number, "secret": made.secret,
                "lastFour": String(made.phone.suffix(4)), "person": try await stage.aPerson(at: spot).text,
                "unit": try await stage.aVillage(at: spot).text, "handover": try await stage.aHandover(at: spot).text,
                "kind": "repair", "account": try await stage.anAccount(at: spot).id.text,
                "point": try await stage.aPoint(at: spot).text, "notice": try await stage.aNotice(at: spot).text,
                "duty": try await stage.aDuty(at: spot).text, "draft": String(repeating: "a", count: 32), "step": "what",
                "message": try await stage.aMessageToTell(at: spot).text,
                "outage": try await stage.aPlanned(at: spot).number,
                "leave": try await stage.aLeave(of: stage.aPerson(at: spot), at: spot).text,
            ]
        }

        func paths(_ pattern: String) -> [String] {
            let moves = ["accept", "dispatch", "start", "reveal", "follow-up", "merge", "nothing"]
            let choices = pattern.contains(":move") ? moves : [""]
            return choices.map { move in
                pattern.split(separator: "/").map { segment in
                    guard segment.hasPrefix(":") else { return "/" + segment }
                    let name = String(segment.dropFirst())
                    return "/" + (name == "move" ? move : values[name] ?? "unknown")
                }.joined()
            }.map { $0.isEmpty ? "/" : $0 == "/results/list" ? $0 + "?measure=opened" : $0 }
        }
    }
}
