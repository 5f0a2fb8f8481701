import Desk
import Outages
import PowerRules
import Registry
import Service
import Storage
import Values

/// Claims for damaged appliances in every state, made through the actions that people use.
struct DemoClaims: Sendable {
    let desk: Desk
    let county: DemoCounty
    let now: Instant

    private enum End: Int, Sendable, CaseIterable {
        case filed, checked, offered, agreed, paid, refused, late
    }

    private static let appliances: [(name: String, category: String, price: String, years: Int)] = [
        ("液晶电视", "electronic", "3299", 4), ("双门冰箱", "motor", "2599", 6), ("电热水器", "heating", "1380", 2),
        ("机顶盒", "electronic", "260", 3), ("洗衣机", "motor", "1899", 0), ("电饭锅", "heating", "319", 6),
        ("吸顶灯", "lighting", "128", 1),
    ]

    func run(_ progress: @Sendable (Double) -> Void) async throws {
        let homes = county.plan.customers.enumerated().filter { $0.element.phone != nil }
        for (number, end) in End.allCases.enumerated() {
            guard homes.count > number * 41 + 5 else { return }
            try await play(end, number, homes[number * 41 + 5].element)
            progress(Double(number + 1) / Double(End.allCases.count))
        }
        // Limits that ran out meanwhile.
        while try await RequestSweep.tick(desk, at: now) > 0 {}
    }

    private func play(_ end: End, _ number: Int, _ home: DemoCountyPlan.Customer) async throws {
        guard let pair = county.plan.pairOf[home.village], let phone = home.phone else { return }
        // On a working day, with the steps that follow before now.
        let filed = now.adding(hours: end == .filed ? -5 : -24 * Int64(4 + number) - 3)
        let damaged = filed.adding(hours: end == .late ? -24 * 20 : -14)
        let first = Self.appliances[number % Self.appliances.count]
        var fields = appliance(first, bought: damaged.day)
        fields["village"] = .text(home.village)
        fields["damagedAt"] = .text(damaged.iso)
        fields["what"] = .text("傍晚灯忽然特别亮，接着冒烟，邻居家也有电器坏了")
        fields["name"] = .text(home.name)
        fields["phone"] = .text(phone.digits)
        fields["account"] = .text(home.account)
        if end == .late { fields["asDispute"] = .text("true") }
        let receipt = try await desk.perform(
            FileClaim.self, fields, by: .stranger(address: "demo/claim/\(number)"), at: filed
        ).output
        guard end != .late else { return }
        let own: RawInputs = ["case": .text(receipt.number), "secret": .text(receipt.receipt)]
        let householder = Actor.stranger(address: "demo/claim/\(number)")
        var second = appliance(Self.appliances[(number + 3) % Self.appliances.count], bought: damaged.day)
        second.merge(own) { _, new in new }
        _ = try await desk.perform(AddClaimItem.self, second, by: householder, at: filed.adding(minutes: 6))
        guard end != .filed else { return }

        let worker = try await actor(county.person(pair.representative), at: filed)
        try await check(receipt.number, by: worker, at: filed.adding(hours: 5))
        guard end != .checked else { return }
        let office = try await dispatcher(of: home.village, at: filed)
        let code: RawInputs = ["case": .text(receipt.number)]
        _ = try await desk.perform(OfferClaim.self, code, by: office, at: filed.adding(hours: 9))
        switch end {
        case .agreed, .paid:
            _ = try await desk.perform(AcceptOffer.self, own, by: householder, at: filed.adding(hours: 20))
        case .refused:
            var no = own
            no["reason"] = .text("电视才买四年，折旧算得太多")
            no["dispute"] = .text("true")
            _ = try await desk.perform(RefuseOffer.self, no, by: householder, at: filed.adding(hours: 20))
        default: break
        }
        guard end == .paid else { return }
        let paid = filed.adding(hours: 44)
        _ = try await desk.perform(
            PayClaim.self,
            code.merging([
                "paidOn": .text(paid.day.iso), "how": .text("transfer"), "reference": .text("YL-LP-0031"),
            ]) { old, _ in old }, by: office, at: paid)
    }

    private func appliance(_ one: (name: String, category: String, price: String, years: Int), bought day: Day) -> RawInputs {
        [
            "appliance": .text(one.name), "category": .text(one.category), "price": .text(one.price),
            "boughtOn": .text(day.adding(months: -(one.years * 12 + 3)).iso),
        ]
    }

    private func check(_ number: String, by worker: Actor, at moment: Instant) async throws {
        let claim = try await desk.fetch(ClaimQuery.self, ["case": .text(number)], by: worker, at: moment)
        for (index, item) in claim.items.enumerated() {
            var fields: RawInputs = [
                "case": .text(number), "item": .text(item.id.text), "damaged": .text("true"), "remark": .text("有购货收据，型号与实物一致"),
            ]
            if index == 1 { fields["repairCost"] = .text("85") }
            _ = try await desk.perform(AssessClaimItem.self, fields, by: worker, at: moment)
        }
        _ = try await desk.perform(
            CheckClaim.self,
            ["case": .text(number), "cause": .text("neutral-broken"), "found": .text("配变低压侧零线接头烧断，电压升高")], by: worker,
            at: moment.adding(minutes: 20))
    }

    private func dispatcher(of village: String, at moment: Instant) async throws -> Actor {
        let id = county.village(village)
        let person = try await desk.database.read { tx in
            try tx.village(id).flatMap { try tx.holders(of: .dispatcher, in: $0.station, at: moment).first }
        }
        guard let person else { throw Problem.notFound }
        return try await actor(person, at: moment)
    }

    private func actor(_ person: ID<Person>, at moment: Instant) async throws -> Actor {
        guard let actor = try await desk.database.read({ try $0.actor(for: person, at: moment) }) else { throw Problem.notFound }
        return actor
    }
}
