import Desk
import PowerRules
import Registry
import Storage
import Values
import Web

/// One device: what it is, who hangs below it, and for a switch how it is operated.
struct DevicePages: Sendable {
    let stylesheet: HTML
    let directory: Directory

    func register(on site: Site) {
        site.page("/network/devices/:device", who: .roles(NetworkSight.readers)) { try await page($0, FormState()) }
        site.action(
            OperateSwitch.self, at: nil, form: page,
            then: { done, _ in .go("/network/devices/\(done.device.text)?done=\(done.isClosed ? "closed" : "opened")") })
    }

    @Sendable private func page(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let id = ID<Device>(visit["device"])
        let after = visit.query["after"].flatMap { Int($0) }
        let found = try await visit.desk.look(by: visit.actor) { work in
            guard let device = try work.tx.device(id) else { throw Problem.notFound }
            let feeder = try work.feeder(device.feeder, seenBy: NetworkSight.readers)
            return (
                device: device, feeder: feeder, mayOperate: try work.sees(feeder, NetworkSight.operators),
                parent: try device.parent.flatMap { try work.tx.device($0) },
                affected: try work.tx.affected(feeder: feeder.id, range: device.positions),
                accounts: try work.tx.affectedAccounts(
                    feeder: feeder.id, range: device.positions, after: after, limit: NetworkPages.pageSize + 1)
            )
        }
        let device = found.device
        var facts: [(String, HTML)] = [
            (words["network.feeder"], "<a href=\"/network/feeders/\(found.feeder.id)\">\(found.feeder.name)</a>"),
            (words["network.kind"], HTML(words["device-kind.\(device.kind.rawValue)"])),
            (words["network.state"], GridParts.state(device, words)),
            (words["network.between"], "\(device.from) – \(device.to)"),
        ]
        if let length = device.lengthM, device.kind != .transformer { facts.append((words["network.length"], "\(GridParts.number(length)) m")) }
        if let kva = device.kva { facts.append((words["network.kva"], HTML(GridParts.number(kva)))) }
        if let current = device.maxA { facts.append((words["network.current"], "\(GridParts.number(current)) A")) }
        if let parent = found.parent {
            facts.append((words["network.parent"], "<a href=\"/network/devices/\(parent.id)\">\(parent.code)</a>"))
        }
        let isOperable = device.kind == .switch && found.mayOperate
        return Page(
            device.name.isEmpty ? device.code : device.name, wide: true, back: "/network/feeders/\(found.feeder.id)",
            body: """
                \(stylesheet)\(done(visit))\(GridParts.facts(facts))
                \(isOperable ? operate(device, visit, state) : nil)
                \(GridParts.accounts(found.accounts, found.affected, directory.latest, visit))
                """)
    }

    private func operate(_ device: DeviceInfo, _ visit: Visit, _ state: FormState) -> HTML {
        let words = visit.words
        let next: SwitchPosition = device.isClosed ? .open : .closed
        return GridParts.section(
            words["action.operate-switch.title"], "operate",
            """
            <p>\(words[next == .open ? "network.operate.open" : "network.operate.close"])</p>
            \(Forms.form(
                OperateSwitch.self, visit, state,
                FormLook(
                    only: ["reason"], hidden: ["device": device.id.text, "position": next.rawValue],
                    submit: next == .open ? "network.operate.submit-open" : "network.operate.submit-close")))
            """)
    }

    private func done(_ visit: Visit) -> HTML? {
        switch visit.query["done"] {
        case "opened": "<p class=\"good\" role=\"status\">\(Icon.done) \(visit.words["network.done.opened"])</p>"
        case "closed": "<p class=\"good\" role=\"status\">\(Icon.done) \(visit.words["network.done.closed"])</p>"
        default: nil
        }
    }
}
