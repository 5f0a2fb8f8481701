import Desk
import Foundation
import Grid
import HTTPTypes
import Outages
import Registry
import Service
import Storage
import Testing
import Values

/// Things of one's own and of each neighbour, and what each query must and must not show of them.
struct PermissionQuestions: Sendable {
    private let stage: PermissionStage
    private let things: [String: Things]
    private let customers: (own: PermissionStage.MadeCase, others: PermissionStage.MadeCase)

    /// What lies at one spot.
    private struct Things: Sendable {
        let spot: PermissionSpot
        let open: PermissionStage.MadeCase
        let account: String
        let handover: ID<Handover>
        let told: ID<Message>
        let feeder: FeederInfo
        let device: ID<Device>
        let claim: PermissionStage.MadeClaim
        let planned: String
        let tag: String
    }

    init(_ stage: PermissionStage) async throws {
        self.stage = stage
        var things: [String: Things] = [:]
        for spot in [stage.home, stage.next, stage.far, stage.abroad] {
            let switched = try await stage.aSwitch(at: spot)
            things[spot.name] = Things(
                spot: spot, open: try await stage.aCase(at: spot), account: try await stage.anAccount(at: spot).number,
                handover: try await stage.aHandover(at: spot), told: try await stage.aMessageToTell(at: spot),
                feeder: switched.feeder, device: switched.device, claim: try await stage.aClaim(at: spot),
                planned: try await stage.aPlanned(.approved, at: spot).number, tag: try await stage.aTag(at: spot).id.text)
        }
        self.things = things
        customers = (try await stage.aCase(at: stage.home, by: stage.village.zhang), try await stage.aCase(at: stage.home))
    }

    private func own(_ column: PermissionColumn) -> Things { things["home"]! }
    private func others(_ column: PermissionColumn) -> Things { things[stage.outside(column).name]! }

    /// Answers of all pages, put together.
    private func ask(_ path: String, _ column: PermissionColumn) async throws -> (status: Int, text: String) {
        var text = ""
        var next: String?
        for _ in 0..<20 {
            let more = next.map { (path.contains("?") ? "&" : "?") + "after=" + $0 } ?? ""
            let reply = try await stage.village.api(.get, path + more, as: stage.person(column))
            guard reply.status == 200 else { return (reply.status, reply.text) }
            text += reply.text
            next = reply.json["next"] as? String
            if next == nil { return (200, text) }
        }
        return (200, text)
    }

    func check(_ name: String, _ column: PermissionColumn, _ mark: PermissionMark) async throws {
        let home = own(column)
        let away = others(column)
        let village = stage.home.village
        let isCustomer = column == .role(.customer)
        let ownCase = isCustomer ? customers.own : home.open
        let otherCase = isCustomer || column == .stranger ? customers.others : away.open
        switch name {
        case "case":
            let proof = column == .stranger ? "?secret=\(ownCase.secret)" : ""
            try await expect(name, column, mark, "/requests/\(ownCase.number)\(proof)", "/requests/\(otherCase.number)")
        case "outages":
            let mine = try await stage.anIncident(at: stage.home)
            let theirs = try await stage.anIncident(at: stage.outside(column))
            try await shows(name, column, mark, "/outages", mine.number, theirs.number)
        case "incident", "incident-households":
            let mine = try await stage.anIncident(at: stage.home)
            let theirs = try await stage.anIncident(at: stage.outside(column))
            let part = name == "incident" ? "" : "/households"
            try await expect(name, column, mark, "/incidents/\(mine.number)\(part)", "/incidents/\(theirs.number)\(part)")
        case "outages-here":
            try await expect(
                name, column, mark, "/outages/here?village=\(village)", "/outages/here?village=\(stage.far.village)")
        case "claim":
            let mine = isCustomer ? try await stage.aClaim(at: stage.home, by: stage.village.zhang) : home.claim
            let theirs = isCustomer || column == .stranger ? try await stage.aClaim(at: stage.home) : away.claim
            let proof = column == .stranger ? "?secret=\(mine.secret)" : ""
            try await expect(name, column, mark, "/claims/\(mine.number)\(proof)", "/claims/\(theirs.number)")
        case "claims": try await shows(name, column, mark, "/claims", home.claim.number, away.claim.number)
        case "claim-calculator":
            let path = "/claims/calculator?category=motor&boughtOn=2025-01-01&damagedOn=\(stage.today.iso)&price=2500"
            try await expect(name, column, mark, path, nil)
        case "planned-outage":
            try await expect(name, column, mark, "/planned/\(home.planned)", "/planned/\(away.planned)")
        case "planned-outages", "planned-households":
            // A representative works on all feeders of the station.
            let away = column == .role(.representative) ? things["far"]! : away
            if name == "planned-outages" {
                try await shows(name, column, mark, "/planned", home.planned, away.planned)
            } else {
                try await expect(
                    name, column, mark, "/planned/\(home.planned)/households", "/planned/\(away.planned)/households")
            }
        case "household-tags": try await shows(name, column, mark, "/household-tags", home.tag, away.tag)
        case "quiet-days":
            let mine = try await stage.quietDays(in: stage.home.county, heading: "考试\(stage.fresh())")
            let theirs = try await stage.quietDays(in: stage.abroad.county, heading: "考试\(stage.fresh())")
            try await shows(name, column, mark, "/quiet-days", mine.text, theirs.text)
        case "reliability", "planning", "planning-cases":
            let path = name == "planning-cases" ? "/results/planning/cases?matter=voltage" : "/results/\(name)"
            try await shows(name, column, mark, path, nil, away.spot.village.text)
            if mark == .seen {
                let one = try await ask("\(path)\(path.contains("?") ? "&" : "?")village=\(away.spot.village)", column)
                #expect(one.status == 404, "\(name) by \(column) for a neighbour's village: \(one.status)")
            }
        case "sent-network", "sent-networks":
            let mine = try await stage.aSentNetwork(.refused, at: stage.home)
            let theirs = try await stage.aSentNetwork(.refused, at: stage.abroad)
            if name == "sent-networks" {
                try await shows(name, column, mark, "/network/imports", mine.text, theirs.text)
            } else {
                try await expect(name, column, mark, "/network/imports/\(mine)", "/network/imports/\(theirs)")
            }
        case "interruptions":
            let (mine, theirs) = (UUID().uuidString, UUID().uuidString)
            try await stage.anInterruption(mine, at: stage.home)
            try await stage.anInterruption(theirs, at: away.spot)
            try await shows(name, column, mark, "/results/reliability/list", mine, theirs)
        case "outage-promises":
            try await shows(name, column, mark, "/results/reliability/promises?limit=arrival", nil, away.open.number)
        case "follow-case":
            try await expect(name, column, mark, "/follow?secret=\(ownCase.secret)", "/follow?secret=\(String(ownCase.secret.reversed()))")
        case "requests":
            try await shows(name, column, mark, "/requests?limit=100", ownCase.number, otherCase.number)
            try await shows(name, column, mark, "/requests?q=%E4%B8%9C%E5%A4%B4%E6%B2%A1%E6%9C%89", ownCase.number, otherCase.number)
            try await shows(name, column, mark, "/requests?q=\(otherCase.number)", nil, "\"number\":\"\(otherCase.number)\"")
            if !isCustomer {
                try await shows(name, column, mark, "/requests?village=\(away.spot.village)", nil, otherCase.number)
            }
        case "work-list":
            try await shows(name, column, mark, "/work?assignee=any", ownCase.number, otherCase.number)
            try await shows(name, column, mark, "/work?assignee=\(away.spot.representative)", nil, otherCase.number)
            if !isCustomer {
                try await shows(name, column, mark, "/work?assignee=any&village=\(away.spot.village)", nil, otherCase.number)
            }
        case "board":
            try await expect(
                name, column, mark, "/board?station=\(stage.home.station)", "/board?station=\(away.spot.station)")
            if mark == .unit { try await shows(name, column, .seen, "/board", home.open.number, otherCase.number) }
        case "duplicates":
            try await expect(
                name, column, mark, "/requests/duplicates?village=\(village)&kind=repair",
                "/requests/duplicates?village=\(stage.far.village)&kind=repair")
        case "told-list": try await shows(name, column, mark, "/told", home.told.text, away.told.text)
        case "inbox":
            let mine = try await stage.aMessage(in: stage.person(column)?.id ?? stage.village.zhang.id)
            let theirs = try await stage.aMessage(in: stage.home.spare)
            try await shows(name, column, mark == .own ? .seen : mark, "/inbox", mine.text, theirs.text)
        case "results":
            try await shows(name, column, mark, "/results?by=village", village.text, away.spot.village.text)
            if mark == .seen {
                let one = try await ask("/results?village=\(away.spot.village)", column)
                #expect(one.status == 404, "\(name) by \(column) for a neighbour's village: \(one.status)")
            }
        case "result-list":
            try await shows(name, column, mark, "/results/list?measure=opened&limit=100", ownCase.number, otherCase.number)
        case "kinds", "list-units", "list-villages":
            try await expect(name, column, mark, "/" + name.replacingOccurrences(of: "list-", with: ""), nil)
        case "read-village": try await expect(name, column, mark, "/villages/\(village)", "/villages/\(stage.far.village)")
        case "read-village-people":
            try await expect(name, column, mark, "/villages/\(village)/people", "/villages/\(stage.far.village)/people")
        case "read-session":
            let me = stage.person(column)?.id.text ?? "-"
            try await shows(
                name, column, mark == .own ? .seen : mark, "/sessions/current", "\"person\":\"\(me)\"", stage.home.spare.text)
        case "find-accounts":
            try await shows(name, column, mark, "/accounts?number=\(home.account)", home.account, nil)
            try await shows(name, column, mark, "/accounts?number=\(away.account)", nil, away.account)
        case "list-events":
            try await shows(
                name, column, mark, "/events?limit=200", "\"subject\":\"\(home.open.number)\"",
                "\"subject\":\"\(things["abroad"]!.open.number)\"")
        case "list-handovers":
            // The next village belongs to the same station.
            let away = away.spot.name == "next" ? things["far"]! : away
            try await shows(name, column, mark, "/handovers", home.handover.text, away.handover.text)
        case "list-feeders", "read-device":
            // The next village is supplied by feeders of the same station.
            let away = away.spot.name == "next" ? things["far"]! : away
            if name == "list-feeders" {
                try await shows(name, column, mark, "/network/feeders", home.feeder.code, away.feeder.code)
            } else {
                try await expect(
                    name, column, mark, "/network/devices/\(home.device)", "/network/devices/\(away.device)")
            }
        case "list-pairings":
            try await expect(
                name, column, mark, "/villages/\(village)/pairings", "/villages/\(away.spot.village)/pairings")
        case "who-was-responsible":
            let day = stage.today.iso
            try await expect(
                name, column, mark, "/villages/\(village)/responsible?on=\(day)",
                "/villages/\(away.spot.village)/responsible?on=\(day)")
        default: Issue.record("nobody has written down how \(name) is asked")
        }
    }

    /// Own and neighbour's by two addresses.
    private func expect(
        _ name: String, _ column: PermissionColumn, _ mark: PermissionMark, _ inside: String, _ outside: String?
    ) async throws {
        let own = try await ask(inside, column)
        let neighbours = if let outside { try await ask(outside, column) } else { own }
        let what: Comment = "\(name) by \(column), \(mark.rawValue): inside \(own.status), outside \(neighbours.status)"
        switch mark {
        case .all: #expect(own.status == 200 && neighbours.status == 200, what)
        case .unit, .own: #expect(own.status == 200 && [403, 404].contains(neighbours.status), what)
        case .never: #expect([own.status, neighbours.status].allSatisfy { $0 == (column == .stranger ? 401 : 403) }, what)
        case .seen: Issue.record("\(name) is not a list")
        }
    }

    /// One address that shows what is one's own and nothing of the neighbour's.
    private func shows(
        _ name: String, _ column: PermissionColumn, _ mark: PermissionMark, _ path: String, _ own: String?,
        _ neighbours: String?
    ) async throws {
        let answer = try await ask(path, column)
        let what: Comment = "\(name) \(path) by \(column), \(mark.rawValue): \(answer.status) \(answer.text.prefix(200))"
        if mark == .never {
            #expect(answer.status == (column == .stranger ? 401 : 403), what)
            return
        }
        #expect(mark == .seen && answer.status == 200, what)
        if let own { #expect(answer.text.contains(own), "lacks one's own: \(what)") }
        if let neighbours { #expect(!answer.text.contains(neighbours), "shows the neighbour's: \(what)") }
    }
}
