import Desk
import Foundation
import Registry
import Service
import Storage
import Testing
import Values

/// One try: what is sent, and by whom where it is not the person of the column.
struct PermissionTry: Sendable {
    var path: String
    var body: [String: any Sendable] = [:]
    /// Whose session the try uses up.
    var by: Villager?
    /// It names nothing, so there is no neighbour's to try.
    var isOwnOnly = false
}

extension PermissionStage {
    /// How an action is tried, with valid inputs and a fresh subject: at the column's own unit, or
    /// at the neighbour's; nil when nobody has written down how.
    func attempt(_ name: String, _ column: PermissionColumn, _ mark: PermissionMark, isInside: Bool) async throws
        -> PermissionTry?
    {
        // What may be done everywhere is tried in the own county, at another station.
        let spot = isInside ? home : mark == .all ? far : outside(column)
        if let found = try await caseTry(name, column, spot, isInside) { return found }
        if let found = try await sessionTry(name, column, isInside) { return found }
        if let found = try await networkTry(name, spot) { return found }
        if let found = try await claimTry(name, column, spot, isInside) { return found }
        if let found = try await outageTry(name, column, spot, isInside) { return found }
        if let found = try await plannedTry(name, column, spot, isInside) { return found }
        if let found = try await unitTry(name, column, spot, isInside) { return found }
        return try await peopleTry(name, column, spot, isInside)
    }

    // MARK: Requests

    private func caseTry(_ name: String, _ column: PermissionColumn, _ spot: PermissionSpot, _ isInside: Bool)
        async throws -> PermissionTry?
    {
        let isOwn = isInside && column == .role(.customer)
        func move(_ state: String, _ body: [String: any Sendable] = [:], kind: String = "repair", to path: String? = nil)
            async throws -> PermissionTry
        {
            let made = try await aCase(state, at: spot, by: isOwn ? village.zhang : nil, kind: kind)
            var body = body
            if column == .stranger, isInside { body["secret"] = made.secret }
            return PermissionTry(path: "/requests/\(made.number)/\(path ?? name)", body: body)
        }
        switch name {
        case "report-need":
            return PermissionTry(
                path: "/requests",
                body: [
                    "kind": "repair", "village": spot.village.text, "what": "没有电", "name": "周大爷",
                    "phone": freshPhone(), "agreed": true, "consent": "身份证", "forWhom": column.role != .customer,
                ])
        case "follow":
            return try await move("submitted", ["name": "邻居", "phone": freshPhone()])
        case "accept": return try await move("submitted")
        case "dispatch": return try await move("accepted", ["assignee": spot.spare.text])
        case "redispatch": return try await move("dispatched", ["assignee": spot.spare.text, "note": "换人"])
        case "start": return try await move("accepted")
        case "arrive": return try await move("dispatched")
        case "return": return try await move("accepted", ["note": "请说明门牌"])
        case "answer": return try await move("returned", ["note": "三组12号"])
        case "resolve": return try await move("dispatched", ["result": "换了熔丝"])
        case "confirm": return try await move("resolved", ["satisfaction": 5])
        case "follow-up": return try await move("resolved", ["reached": true, "solved": true, "satisfaction": 4])
        case "reopen": return try await move("resolved", ["reason": "又没有电"])
        case "merge":
            let into = try await aCase(at: spot)
            return try await move("submitted", ["into": into.number])
        case "withdraw": return try await move("submitted", ["reason": "自己好了"])
        case "refer": return try await move("submitted", ["unit": spot.other.text, "note": "不归我们管"])
        case "note": return try await move("submitted", ["note": "带梯子"])
        case "close": return try await move("confirmed")
        case "move-case":
            let move = column.role == .customer ? "withdraw" : "note"
            let made = try await aCase(at: spot, by: isOwn ? village.zhang : nil)
            return PermissionTry(path: "/requests/\(made.number)/moves/\(move)", body: ["note": "带梯子"])
        case "reveal": return try await move("submitted", ["reason": "上门前打电话"])
        case "tick-told":
            let message = try await aMessageToTell(at: spot)
            return PermissionTry(path: "/told/\(message)", body: [:])
        case "read-inbox":
            let own = person(column)?.id ?? village.zhang.id
            let message = try await aMessage(in: isInside ? own : spot.spare)
            return PermissionTry(path: "/inbox/read", body: ["message": message.text])
        case "publish-kind":
            let yaml = """
                kind: other
                order: 9
                service: inquiry
                title: {zh: 其他\(fresh()), en: Something else}
                hint: {zh: 建议, en: Suggestions}
                """
            return PermissionTry(path: "/kinds", body: ["yaml": yaml])
        default: return nil
        }
    }

    // MARK: Sign-in and one's own session

    private func sessionTry(_ name: String, _ column: PermissionColumn, _ isInside: Bool) async throws -> PermissionTry? {
        let password = "bugang-2026-ok"
        func own(_ path: String, _ body: [String: any Sendable], password: String? = nil) async throws -> PermissionTry {
            PermissionTry(path: path, body: body, by: try await someone(column, password: password), isOwnOnly: true)
        }
        let totp = TOTP(secret: Array("a-secret-of-20-bytes".utf8))
        let code = totp.code(step: TOTP.step(at: now))
        switch name {
        case "sign-in":
            let signer = try await aPerson(at: home, role: .attendant, unit: ID(home.village.text), password: password)
            let signIn: String? = try await desk.database.read { try $0.value("SELECT sign_in FROM person WHERE id = \(signer)") }
            return PermissionTry(
                path: "/sessions", body: ["person": signIn ?? "", "password": password], by: try await someone(column))
        case "demo-sign-in":
            return PermissionTry(path: "/sessions/demo", body: ["role": "liaison"], by: try await someone(column))
        case "request-code":
            return PermissionTry(path: "/sign-in/code", body: ["phone": freshPhone()], by: try await someone(column))
        case "enter-code":
            let phone = freshPhone()
            guard let helper = try await someone(.role(.liaison)) else { return nil }
            let help = try await desk.perform(
                HelpSignIn.self, ["phone": .text(phone), "agreed": .bool(true)], by: helper.actor
            ).output
            return PermissionTry(
                path: "/sign-in/code/enter", body: ["phone": phone, "code": help.code], by: try await someone(column))
        case "help-sign-in":
            let account = try await anAccount(at: isInside ? home : outside(column))
            return PermissionTry(path: "/sign-in/help", body: ["phone": account.phone, "agreed": true])
        case "set-password":
            return try await own(
                "/sessions/password", ["old": password, "password": "neues-wort-77", "again": "neues-wort-77"],
                password: password)
        case "set-totp": return try await own("/sessions/totp", ["secret": totp.base32, "code": code])
        case "remove-totp":
            let found = try await own("/sessions/totp/remove", ["code": code])
            if let id = found.by?.id {
                let keys = desk.keys
                try await system { work in
                    try work.tx.run("UPDATE person SET totp = \(try keys.seal(totp.secret)) WHERE id = \(id)")
                }
            }
            return found
        case "end-session": return try await own("/sign-out", [:])
        case "end-all-sessions": return try await own("/sessions/end-all", [:])
        case "end-one-session":
            let by = try await someone(column)
            let owner = isInside ? by?.id : nil
            let person = if let owner { owner } else { try await aPerson(at: home) }
            _ = try await session(of: person)
            let current = by?.actor.session ?? ""
            let ended: String? = try await desk.database.read {
                try $0.value("SELECT id FROM session WHERE person = \(person) AND token_hash <> \(current) LIMIT 1")
            }
            return PermissionTry(path: "/sessions/\(ended ?? "")/end", by: by)
        default: return nil
        }
    }

    // MARK: Units, points, notices, accounts

    private func unitTry(_ name: String, _ column: PermissionColumn, _ spot: PermissionSpot, _ isInside: Bool)
        async throws -> PermissionTry?
    {
        let n = fresh()
        let day = today.adding(days: 1 + n % 300).iso
        let point: [String: any Sendable] = ["name": "服务点\(n)", "address": "村委会", "hours": "每天八点到五点"]
        switch name {
        case "add-unit":
            return PermissionTry(
                path: "/units",
                body: ["kind": "village", "parent": spot.township.text, "slug": "u\(n)", "name": "新村", "nameEn": "New"])
        case "change-unit":
            return PermissionTry(path: "/units/\(try await aVillage(at: spot))", body: ["name": "改名村"])
        case "close-unit": return PermissionTry(path: "/units/\(try await aVillage(at: spot))/close")
        case "open-service-point":
            return PermissionTry(path: "/villages/\(spot.village)/service-points", body: point)
        case "change-service-point":
            return PermissionTry(path: "/service-points/\(try await aPoint(at: spot))", body: point)
        case "close-service-point": return PermissionTry(path: "/service-points/\(try await aPoint(at: spot))/close")
        case "add-duty":
            return PermissionTry(
                path: "/villages/\(spot.village)/duty",
                body: ["person": spot.representative.text, "day": day, "from": "14:00", "to": "16:00"])
        case "remove-duty": return PermissionTry(path: "/duty/\(try await aDuty(at: spot))/remove")
        case "publish-notice":
            return PermissionTry(
                path: "/notices",
                body: ["unit": spot.village.text, "heading": "检修", "text": "明天检修线路", "until": today.adding(days: 9).iso])
        case "withdraw-notice": return PermissionTry(path: "/notices/\(try await aNotice(at: spot))/withdraw")
        case "add-account":
            return PermissionTry(
                path: "/accounts",
                body: [
                    "number": "55\(10_000_000 + n)", "village": spot.village.text, "name": "户主", "address": "一组2号",
                    "kind": "residential",
                ])
        case "reveal-account-phone":
            return PermissionTry(path: "/accounts/\(try await anAccount(at: spot).id)/phone", body: ["reason": "停电通知"])
        default: return nil
        }
    }

    // MARK: People, pairings, hand-over

    private func peopleTry(_ name: String, _ column: PermissionColumn, _ spot: PermissionSpot, _ isInside: Bool)
        async throws -> PermissionTry?
    {
        let n = fresh()
        // Own leave and own hand-over of a representative.
        let isSelf = column == .role(.representative) && isInside
        let own = person(column)?.id
        switch name {
        case "add-person":
            return PermissionTry(
                path: "/people",
                body: [
                    "name": "新员工", "signIn": "new\(n)", "phone": freshPhone(), "role": "representative",
                    "unit": spot.station.text,
                ])
        case "change-person": return PermissionTry(path: "/people/\(try await aPerson(at: spot))", body: ["name": "改名"])
        case "deactivate-person": return PermissionTry(path: "/people/\(try await aPerson(at: spot))/deactivate")
        case "reset-password": return PermissionTry(path: "/people/\(try await aPerson(at: spot))/password")
        case "grant-role":
            return PermissionTry(
                path: "/people/\(try await aPerson(at: spot))/roles",
                body: ["role": "dispatcher", "unit": spot.station.text])
        case "end-role":
            return PermissionTry(
                path: "/people/\(try await aPerson(at: spot))/roles/end",
                body: ["role": "representative", "unit": spot.station.text])
        case "add-certificate":
            return PermissionTry(
                path: "/people/\(try await aPerson(at: spot))/certificates",
                body: [
                    "kind": "low-voltage", "number": "NEU-\(n)", "from": today.iso, "to": today.adding(days: 300).iso,
                ])
        case "take-leave":
            let person = if isSelf, let own { own } else { try await aPerson(at: spot) }
            let day = leaveDay().iso
            return PermissionTry(
                path: "/people/\(person)/leave", body: ["from": day, "to": day, "standIn": spot.spare.text])
        case "end-leave":
            let person = if isSelf, let own { own } else { try await aPerson(at: spot) }
            return PermissionTry(path: "/leave/\(try await aLeave(of: person, at: spot))/end")
        case "pair-village":
            let free = try await aVillage(at: spot)
            let liaison = try await aPerson(at: spot, role: .liaison, unit: free)
            return PermissionTry(
                path: "/villages/\(free)/pairing",
                body: ["representative": spot.spare.text, "liaison": liaison.text, "since": today.iso])
        case "propose-handover":
            let leaving = if isSelf, let own { own } else { try await aLeavingRepresentative(at: spot) }
            return PermissionTry(
                path: "/handovers",
                body: ["leaving": leaving.text, "successor": spot.spare.text, "reason": "调往县里"])
        case "approve-handover": return PermissionTry(path: "/handovers/\(try await aHandover(at: spot))/approve")
        case "reject-handover": return PermissionTry(path: "/handovers/\(try await aHandover(at: spot))/reject")
        case "reveal-person-phone":
            return PermissionTry(path: "/people/\(try await aPerson(at: spot))/phone", body: ["reason": "值班联系"])
        default: return nil
        }
    }
}
