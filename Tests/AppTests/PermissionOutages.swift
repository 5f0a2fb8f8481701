import Desk
import Foundation
import Grid
import PowerRules
import Registry
import Service
import Storage
import Testing
import Values

@testable import Outages

extension PermissionStage {
    struct MadeIncident: Sendable {
        let number: String
        let secret: String
        /// Behind the device that is dark.
        let section: String
    }

    /// An outage at a spot, in a state of its case, with one report.
    func anIncident(_ state: String = "submitted", at spot: PermissionSpot, by reporter: Villager? = nil) async throws
        -> MadeIncident
    {
        let isDark = state != "resolved"
        let (feeder, device, inner) = try await aDarkFeeder(at: spot)
        let secret = desk.chance.token(bytes: 16)
        let phone = reporter.map { _ in "13900001111" } ?? freshPhone()
        let number = try await system(spot.county) { work -> Code in
            let keys = work.desk.keys
            guard let info = try work.tx.village(spot.village), let top = try work.tx.device(device) else { throw Problem.notFound }
            var draft = ReportDraft(
                at: ReportPlace(
                    county: info.county, station: info.station, reach: info.path, village: info.id, villageName: info.name,
                    feeder: feeder, position: 0), source: .person, channel: .web)
            draft.person = reporter?.id
            draft.name = try keys.seal("周大爷")
            draft.phone = try keys.seal(phone)
            draft.phoneHash = PhoneNumber(phone).map { keys.hash($0) }
            draft.receiptHash = keys.hash(secret, for: SecretPurpose.receipt)
            guard let made = try work.insert(draft) else { throw Problem.notFound }
            let reports = try work.tx.reports(where: "r.id = \(made.id)")
            let incident = try work.openIncident(
                FaultSite(feeder: feeder, device: device, deviceName: top.name, positions: top.positions, probability: 90),
                reports, parent: nil)
            return incident.number
        }
        if state != "submitted" {
            _ = try await desk.perform(AcceptCase.self, ["case": .text(number.text)], by: spot.deputy)
        }
        if ["on-site", "resolved"].contains(state) {
            try await system(spot.county) { work in
                guard let about = try work.tx.anyCase(number) else { throw Problem.notFound }
                var fields = MoveFields()
                fields.isByOwnDoor = true
                let deputy = Work(work.tx, by: arriving(spot), at: work.now, desk: work.desk)
                try deputy.move(about, "arrive", fields)
            }
        }
        if !isDark {
            _ = try await desk.perform(
                RestoreAll.self, ["incident": .text(number.text), "cause": .text("tree"), "result": .text("好了")],
                by: spot.deputy)
        }
        return MadeIncident(number: number.text, secret: secret, section: inner)
    }

    /// The deputy in the part of a dispatcher, who may say that somebody has arrived.
    private func arriving(_ spot: PermissionSpot) -> Actor {
        let reach = spot.path.split(separator: "/").dropLast().joined(separator: "/")
        return Actor(
            person: spot.deputy.person, name: spot.deputy.name, county: spot.county,
            grants: [Grant(role: .dispatcher, unit: spot.station, reach: reach)])
    }

    /// A feeder of the spot with two homes behind one transformer, each on its own service line.
    private func aDarkFeeder(at spot: PermissionSpot) async throws -> (ID<Feeder>, ID<Device>, String) {
        let homes = [try await anAccount(at: spot).number, try await anAccount(at: spot).number]
        let code = "OF\(fresh())-\(spot.name)"
        let network = Network(
            nodes: [
                .init(id: "S", kind: .source, voltageKV: 10), .init(id: "L", kind: .busbar, voltageKV: 0.4),
                .init(id: "X", kind: .box), .init(id: "Y", kind: .box),
            ],
            edges: [
                .init(id: "T", kind: .transformer, from: "S", to: "L", ratingKVA: 50),
                .init(id: "DX", kind: .drop, from: "L", to: "X"), .init(id: "DY", kind: .drop, from: "L", to: "Y"),
            ],
            loads: [.init(id: homes[0], node: "X"), .init(id: homes[1], node: "Y")])
        let order = NetworkOrder(
            county: spot.county, feeder: code, name: code, substation: "S", substationName: "变电站",
            station: ID(spot.station.text), source: "test", format: "json")
        let report = try await NetworkImport.run(NetworkFile(network), as: order, desk: desk)
        guard let feeder = report.feeder,
            let top = try await desk.database.read({ try $0.device(code: "T", feeder: feeder)?.id })
        else { throw Problem.notFound }
        return (feeder, top, "DX")
    }

    func outageTry(_ name: String, _ column: PermissionColumn, _ spot: PermissionSpot, _ isInside: Bool) async throws
        -> PermissionTry?
    {
        func step(_ state: String, _ path: String, _ body: [String: any Sendable] = [:]) async throws -> PermissionTry {
            PermissionTry(path: "/incidents/\(try await anIncident(state, at: spot).number)/\(path)", body: body)
        }
        switch name {
        case "report-no-light":
            return PermissionTry(
                path: "/outages/reports", body: ["village": spot.village.text, "name": "周大爷", "phone": freshPhone()])
        case "guide-outcome":
            return PermissionTry(
                path: "/guides/outcomes",
                body: ["village": spot.village.text, "answers": "house:all,neighbours:lit,breaker:tripped", "helped": true])
        case "answer-light":
            let made = try await anIncident("resolved", at: spot)
            let secret = isInside ? made.secret : String(made.secret.reversed())
            return PermissionTry(path: "/outages/light", body: ["secret": secret, "lit": true])
        case "arrive-at-incident": return try await step("accepted", "arrive")
        case "find-cause": return try await step("accepted", "find", ["cause": "tree", "finding": "树枝"])
        case "estimate-restoration": return try await step("submitted", "estimate", ["minutes": 30])
        case "isolate-fault": return try await step("on-site", "isolate")
        case "restore-section":
            let made = try await anIncident(at: spot)
            return PermissionTry(path: "/incidents/\(made.number)/restore-section", body: ["devices": [made.section]])
        case "restore-all": return try await step("submitted", "restore", ["cause": "tree", "result": "好了"])
        case "permit-step": return try await step("accepted", "permit", ["step": "isolate", "place": "T1"])
        case "use-material": return try await step("accepted", "materials", ["material": "熔丝", "amount": "2"])
        case "link-damage": return try await step("accepted", "damage", ["what": "收割机撞杆"])
        case "join-incidents":
            let into = try await anIncident(at: spot)
            return try await step("submitted", "join", ["into": into.number])
        case "split-incident":
            let made = try await anIncident(at: spot)
            return PermissionTry(path: "/incidents/\(made.number)/split", body: ["device": made.section, "note": "两处"])
        case "decline-incident":
            let made = try await anIncident(at: spot)
            if column == .role(.representative), isInside {
                let me = village.wang.id
                try await system { work in
                    try work.tx.run("UPDATE cases SET assignee = \(me) WHERE number = \(made.number)")
                }
            }
            return PermissionTry(path: "/incidents/\(made.number)/decline", body: ["reason": "在外地"])
        case "reopen-incident": return try await step("resolved", "reopen", ["reason": "还没来电"])
        case "dismiss-incident": return try await step("submitted", "dismiss", ["reason": "核实有电"])
        case "class-village": return PermissionTry(path: "/villages/\(spot.village)/class", body: ["class": "remote"])
        case "publish-guide":
            let yaml = try await desk.database.read { try $0.guide(Guide.noLight)?.yaml ?? "" }
            return PermissionTry(path: "/guides", body: ["yaml": yaml])
        case "meter-signals":
            let meter = "MS-\(fresh())"
            let (feeder, _, _) = try await aDarkFeeder(at: spot)
            try await system(spot.county) { work in
                try work.tx.run(
                    """
                    UPDATE account SET meter = \(meter) WHERE id = (SELECT y.account FROM supply y JOIN feeder f ON f.version = y.version
                    WHERE f.id = \(feeder) AND y.account IS NOT NULL ORDER BY y.pos LIMIT 1)
                    """)
            }
            let signal: [String: String] = ["meter": meter, "state": "last-gasp", "at": now.iso]
            return PermissionTry(path: "/meters/signals", body: ["signals": [signal]], isOwnOnly: true)
        default: return nil
        }
    }
}
