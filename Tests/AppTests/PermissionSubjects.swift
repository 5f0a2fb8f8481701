import Desk
import Foundation
import Registry
import Service
import Storage
import Testing
import Values

/// What is tried: a fresh one for each try, in the state in which it may be done.
extension PermissionStage {
    struct MadeCase: Sendable {
        let number: String
        let secret: String
        let phone: String
    }

    /// A case at a spot, brought into a state by the deputy head.
    func aCase(
        _ state: String = "submitted", at spot: PermissionSpot, by filer: Villager? = nil, kind: String = "repair",
        what: String = "东头没有电", about: ComplaintSubject? = nil, place: Place? = nil
    ) async throws -> MadeCase {
        let phone = filer?.id == village.zhang.id ? "13900001111" : freshPhone()
        var raw: RawInputs = [
            "kind": .text(kind), "village": .text(spot.village.text), "what": .text(what), "name": .text("周大爷"),
            "phone": .text(phone),
        ]
        if let about { raw["about"] = .text(about.rawValue) }
        if let place {
            raw["latitude"] = .text("\(place.latitude)")
            raw["longitude"] = .text("\(place.longitude)")
        }
        let receipt = try await desk.perform(
            ReportNeed.self, raw, by: filer?.actor ?? .stranger(address: "198.51.100.\(fresh())")
        ).output
        let code = Code(stored: receipt.number)
        func act(_ action: some Action) async throws { _ = try await desk.perform(action, by: spot.deputy) }
        switch state {
        case "accepted": try await act(AcceptCase(code))
        case "dispatched":
            try await act(AcceptCase(code))
            try await act(DispatchCase(code, assignee: spot.spare))
        case "returned": try await act(ReturnCase(code, note: "请说明门牌"))
        case "resolved", "confirmed":
            try await act(AcceptCase(code))
            try await act(StartCase(code))
            try await act(ResolveCase(code, result: "换了熔丝"))
            if state == "confirmed" {
                _ = try await desk.perform(
                    ConfirmCase(code, satisfaction: 5, secret: receipt.receipt), by: .stranger(address: "198.51.100.9"))
            }
        default: break
        }
        return MadeCase(number: receipt.number, secret: receipt.receipt, phone: phone)
    }

    /// Somebody of a spot's station who has nothing to do yet.
    func aPerson(
        at spot: PermissionSpot, role: Role = .representative, unit: UnitID? = nil, password: String? = nil
    ) async throws -> ID<Person> {
        let n = fresh()
        let hash = password.map { Password.hash($0, chance: desk.chance, cost: 4) }
        let phone = PhoneNumber(freshPhone())
        return try await system(spot.county) { work in
            let id = try work.addPerson(
                PersonDraft(county: spot.county, name: "新人\(n)", signIn: "p\(n)", passwordHash: hash, phone: phone))
            try work.grantRole(role, to: id, in: unit ?? spot.station)
            return id
        }
    }

    /// A villager's session of their own, for tries that use it up.
    func session(of person: ID<Person>) async throws -> Villager {
        try await system { work in
            let session = try work.openSession(for: person, door: .password, isTrusted: false)
            guard let actor = try work.tx.actor(for: person, at: work.now) else { throw Problem.notFound }
            return Villager(id: person, name: actor.name, token: session.token, actor: actor)
        }
    }

    /// Somebody new who holds a role at home.
    func someone(_ column: PermissionColumn, password: String? = nil) async throws -> Villager? {
        guard let role = column.role else { return nil }
        if role == .customer {
            let phone = PhoneNumber(freshPhone())
            let id = try await system { work in
                try work.addPerson(PersonDraft(county: TestVillage.county, name: "孙客户", phone: phone, isCustomer: true))
            }
            return try await session(of: id)
        }
        return try await session(of: aPerson(at: home, role: role, unit: unit(for: role), password: password))
    }

    func aVillage(at spot: PermissionSpot) async throws -> UnitID {
        let n = fresh()
        return try await system(spot.county) { work in
            try work.addUnit(
                UnitDraft(kind: .village, slug: "v\(n)", name: "新村\(n)", nameEn: "New \(n)", parent: spot.township)
            ).id
        }
    }

    /// A village with a representative of its own who may leave.
    func aLeavingRepresentative(at spot: PermissionSpot) async throws -> ID<Person> {
        let leaving = try await aPerson(at: spot)
        let village = try await aVillage(at: spot)
        let liaison = try await aPerson(at: spot, role: .liaison, unit: village)
        try await system(spot.county) { work in
            try work.pair(
                village: ID(village.text), representative: leaving, liaison: liaison, since: work.now.day)
        }
        return leaving
    }

    func aHandover(at spot: PermissionSpot) async throws -> ID<Handover> {
        let leaving = try await aLeavingRepresentative(at: spot)
        return try await desk.perform(
            ProposeHandover.self,
            ["leaving": .text(leaving.text), "successor": .text(spot.spare.text), "reason": .text("调走")], by: spot.deputy
        ).output.id
    }

    func anAccount(at spot: PermissionSpot) async throws -> (id: ID<Account>, number: String, phone: String) {
        let number = "44" + String(10_000_000 + fresh())
        let phone = freshPhone()
        let id = try await system(spot.county) { work in
            guard let known = PhoneNumber(phone) else { throw Problem.notFound }
            let customer = try work.customer(phone: known, name: "户主", county: spot.county)
            return try work.addAccount(
                AccountDraft(
                    county: spot.county, number: number, village: spot.village, customer: customer, name: "户主",
                    address: "一组1号", opened: work.now.day))
        }
        return (id, number, phone)
    }

    func aPoint(at spot: PermissionSpot) async throws -> ID<ServicePoint> {
        let n = fresh()
        return try await system(spot.county) { work in
            try work.openServicePoint(
                ServicePointDraft(
                    village: spot.village, name: "服务点\(n)", address: "村委会", hours: "每天", opened: work.now.day))
        }
    }

    func aDuty(at spot: PermissionSpot) async throws -> ID<Duty> {
        let day = today.adding(days: 1 + fresh() % 300)
        return try await system(spot.county) { work in
            try work.addDuty(village: spot.village, person: spot.representative, day: day, from: 540, to: 600)
        }
    }

    func aNotice(at spot: PermissionSpot) async throws -> ID<Notice> {
        try await system(spot.county) { work in
            try work.publishNotice(
                unit: ID(spot.village.text), title: "检修", text: "明天检修", from: work.now.day,
                until: work.now.day.adding(days: 5))
        }
    }

    /// A leave far ahead, where it touches no other.
    func aLeave(of person: ID<Person>, at spot: PermissionSpot) async throws -> ID<Leave> {
        let from = leaveDay()
        return try await system(spot.county) { work in
            try work.takeLeave(person: person, from: from, to: from, standIn: spot.spare)
        }
    }
    func leaveDay() -> Day { today.adding(days: 1000 + fresh()) }

    /// Somebody to be told in person.
    func aMessageToTell(at spot: PermissionSpot) async throws -> ID<Message> {
        let key = "told-\(fresh())"
        return try await system(spot.county) { work in
            try work.owe(
                MessageDraft(
                    key: key, to: .customer(person: nil, name: "李奶奶", phone: nil, village: spot.village),
                    template: "case-moved", data: ["number": "K7M2-9QXA"]), county: spot.county)
            return try work.tx.value("SELECT id FROM outbox WHERE key LIKE \(key + "/%")") ?? ID("")
        }
    }

    func aMessage(in person: ID<Person>) async throws -> ID<Message> {
        try await system { work in
            let id: ID<Message> = work.newID()
            try work.tx.run(
                """
                INSERT INTO inbox (id, county, person, at, template, data)
                VALUES (\(id), \(TestVillage.county), \(person), \(work.now), 'case-moved', '{}')
                """)
            return id
        }
    }
}
