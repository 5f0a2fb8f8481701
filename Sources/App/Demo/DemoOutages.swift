import Desk
import Grid
import Outages
import Registry
import Service
import Storage
import Values

/// A year of outages and three that run now, told and mended through the same doors as real ones.
struct DemoOutages: Sendable {
    let desk: Desk
    let grid: GridModel
    let county: String
    let now: Instant

    /// Past ones, one every nine days.
    private static let past = 36
    private static let everyDays: Int64 = 9

    /// Cause, equipment, finding and minutes from arrival to light.
    private static let stories: [(cause: String, equipment: String, finding: String, minutes: Int64)] = [
        ("tree", "lv-line", "大风刮断树枝，压在低压线上", 55), ("equipment", "fuse", "跌落式熔断器老化烧断", 40),
        ("overload", "lv-board", "抽水灌溉负荷大，低压开关跳闸", 35), ("animal", "transformer", "松鼠碰到变压器套管", 70),
        ("weather", "hv-line", "雷击，绝缘子闪络", 120), ("construction", "cable", "挖沟挖伤电缆", 180),
        ("vehicle", "pole", "农用车撞断电杆", 210), ("equipment", "drop", "接户线接头松动发热", 30),
        ("unknown", "switch", "分支开关跳闸，巡线未见异常，试送成功", 50),
    ]

    func run(_ progress: @Sendable (Double) -> Void) async throws {
        let county = county
        let areas = try await desk.database.read { try $0.areas(county: county) }.filter { $0.customers >= 8 }
        guard !areas.isEmpty else { return }
        var dice = DemoDice("outages")
        for number in 0..<Self.past {
            let back = Int64(Self.past - number) * Self.everyDays
            let at = now.day.adding(days: Int(-back)).start.adding(minutes: Int64(dice.number(in: 330...1_290)))
            let area = areas[(number * 7 + 3) % areas.count]
            try await play(area, at: at, story: number, isSingle: number % 6 == 5, &dice)
            progress(Double(number + 1) / Double(Self.past + 3))
        }
        try await running(areas)
        _ = try await RequestSweep.tick(desk, at: now)
        progress(1)
    }

    /// From the first report to the villagers' yes, and closed ten days later.
    private func play(_ area: AreaInfo, at: Instant, story number: Int, isSingle: Bool, _ dice: inout DemoDice) async throws {
        let story = Self.stories[number % Self.stories.count]
        let told = try await report(area, at: at, homes: isSingle ? 1 : 4)
        guard let found = try await locate(area, at: at.adding(minutes: 2)), let worker = try await worker(found, at: at) else { return }
        let code: RawInput = .text(found.number.text)
        _ = try await desk.perform(AcceptCase.self, ["case": code], by: worker, at: at.adding(minutes: 4))
        let arrived = at.adding(minutes: Int64(dice.number(in: 18...(number % 11 == 4 ? 130 : 75))))
        _ = try await desk.perform(ArriveAtIncident.self, ["incident": code], by: worker, at: arrived)
        _ = try await desk.perform(
            FindCause.self,
            [
                "incident": code, "cause": .text(story.cause), "equipment": .text(story.equipment),
                "finding": .text(story.finding), "minutes": .text("\(story.minutes)"),
            ], by: worker, at: arrived.adding(minutes: 10))
        let done = arrived.adding(minutes: story.minutes)
        if !isSingle, number % 4 == 1, let section = try await section(of: found, by: worker, at: done) {
            _ = try await desk.perform(
                RestoreSection.self, ["incident": code, "devices": .text(section)], by: worker,
                at: arrived.adding(minutes: story.minutes / 2))
        }
        _ = try await desk.perform(RestoreAll.self, ["incident": code, "result": .text(story.finding + "，已处理")], by: worker, at: done)
        try await tell(at: done)
        for (index, secret) in told.enumerated() {
            _ = try await desk.perform(
                AnswerLight.self, ["secret": .text(secret), "lit": .text("1")],
                by: .stranger(address: "demo/\(index)"), at: done.adding(minutes: Int64(5 + index * 7)))
        }
        _ = try await RequestSweep.check(desk, number: found.number.text, at: min(now, done.adding(days: 11)))
    }

    /// One with a cause and an expected end, one that has just begun, one that is partly mended.
    private func running(_ areas: [AreaInfo]) async throws {
        let chosen = [areas[0], areas[areas.count / 3], areas[areas.count * 2 / 3]]
        for (index, (area, minutes)) in zip(chosen, [Int64(48), 3, 115]).enumerated() {
            let at = now.adding(minutes: -minutes)
            _ = try await report(area, at: at, homes: index == 1 ? 3 : 7)
            guard let found = try await locate(area, at: at.adding(minutes: 1)), index != 1,
                let worker = try await worker(found, at: at)
            else { continue }
            let code: RawInput = .text(found.number.text)
            _ = try await desk.perform(AcceptCase.self, ["case": code], by: worker, at: at.adding(minutes: 3))
            _ = try await desk.perform(ArriveAtIncident.self, ["incident": code], by: worker, at: at.adding(minutes: 26))
            let story = Self.stories[index == 0 ? 1 : 6]
            _ = try await desk.perform(
                FindCause.self,
                [
                    "incident": code, "cause": .text(story.cause), "equipment": .text(story.equipment),
                    "finding": .text(story.finding), "minutes": .text(index == 0 ? "55" : "150"),
                ], by: worker, at: at.adding(minutes: 34))
            if index == 2 {
                for step in ["isolate", "verify-dead", "earth", "sign", "return"] {
                    _ = try await desk.perform(
                        TakePermitStep.self, ["incident": code, "step": .text(step), "place": .text("\(area.name)高压侧")],
                        by: worker, at: at.adding(minutes: 40))
                }
                if let section = try await section(of: found, by: worker, at: at.adding(minutes: 80)) {
                    _ = try await desk.perform(
                        RestoreSection.self, ["incident": code, "devices": .text(section)], by: worker,
                        at: at.adding(minutes: 80))
                }
            }
            try await tell(at: now)
        }
    }

    // MARK: Steps

    /// Households spread over the area; the secrets of their receipts.
    private func report(_ area: AreaInfo, at: Instant, homes: Int) async throws -> [String] {
        let accounts = try await desk.database.read {
            try $0.affectedAccounts(feeder: area.feeder, range: area.positions, limit: area.customers)
        }
        var secrets: [String] = []
        for number in 0..<min(homes, accounts.count) {
            let account = accounts[homes == 1 ? accounts.count / 2 : number * (accounts.count - 1) / (homes - 1)]
            let phone = "136" + String(10_000_000 + abs(account.number.hashValueOfDigits) % 80_000_000)
            let receipt = try await desk.perform(
                ReportNoLight.self,
                [
                    "village": .text(account.village.text), "account": .text(account.number), "name": .text(account.name),
                    "phone": .text(phone),
                    "answers": .text(homes == 1 ? "house:all,neighbours:lit,breaker:closed" : "house:all,neighbours:dark"),
                ], by: .stranger(address: "demo/\(number)"), at: at.adding(milliseconds: Int64(number) * 9_000)
            ).output
            secrets.append(receipt.receipt)
        }
        return secrets
    }

    private func locate(_ area: AreaInfo, at: Instant) async throws -> Incident? {
        while try await OutageLocating.tick(desk, grid, at: at, holder: "demo") {}
        return try await desk.database.read { try $0.openIncidents(bundle: area.feeder.text).last }
    }

    private func worker(_ incident: Incident, at: Instant) async throws -> Actor? {
        try await desk.database.read { tx in
            try tx.anyCase(incident.id)?.assignee.flatMap { try tx.actor(for: $0, at: at) }
        }
    }

    /// A part that can be given back before the rest.
    private func section(of incident: Incident, by worker: Actor, at: Instant) async throws -> String? {
        let view = try await desk.fetch(IncidentQuery.self, ["incident": .text(incident.number.text)], by: worker, at: at)
        let parts = view.sections.filter { $0.dark > 0 && $0.dark < view.item.dark }
        return parts.first?.device.text
    }

    private func tell(at: Instant) async throws {
        while try await Broadcasts.tick(desk, at: at) {}
        while try await HouseholdNotices.tick(desk, at: at) {}
    }
}

extension String {
    /// The same in every run.
    fileprivate var hashValueOfDigits: Int { utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0x7fff_ffff } }
}
