import Desk
import PowerRules
import Registry
import Storage
import Values

/// The demo county as it stands in the database: the ids behind the plan's names.
struct DemoCounty: Sendable {
    let path: String
    let plan: DemoCountyPlan
    /// By path.
    let units: [String: ID<Unit>]
    /// By the plan's key.
    let people: [String: ID<Person>]
    /// In the order of `plan.customers`.
    let customers: [ID<Person>]

    func person(_ key: String) -> ID<Person> { people[key]! }
    func village(_ path: String) -> ID<Village> { ID(units[path]!.text) }
}

/// Writes the county through the registry's verbs, a few rows to a transaction.
struct DemoCountyLoader: Sendable {
    let desk: Desk
    let files: DemoFiles
    let plan: DemoCountyPlan
    /// When the county began to use the program: before the first request.
    let begin: Instant
    let now: Instant

    /// Rows written in one transaction: others may write between two of them.
    static let rowsPerWrite = 40

    func load(_ progress: @Sendable (String, Double) -> Void) async throws -> DemoCounty {
        let units = try await addUnits()
        progress("units", 0.05)
        let people = try await addStaff(units)
        progress("people", 0.3)
        let customers = try await addCustomers(units)
        progress("accounts", 0.7)
        try await addPoints(units, people)
        progress("service-points", 0.85)
        try await addDuties(units, people)
        progress("duties", 0.95)
        try await addLeaves(people)
        try await publishNotices(units, people)
        progress("notices", 1)
        return DemoCounty(
            path: files.county.path, plan: plan, units: units, people: people, customers: customers)
    }

    private func addUnits() async throws -> [String: ID<Unit>] {
        let ids = Dictionary(uniqueKeysWithValues: files.units.map { ($0.path, newID(Unit.self)) })
        try await each(files.units) { work, line in
            let draft = UnitDraft(
                kind: UnitKind(rawValue: line.kind)!, slug: line.slug, name: line.name, nameEn: line.nameEn,
                pinyin: line.pinyin, place: line.place, phone: line.phone.flatMap(PhoneNumber.init)?.digits,
                parent: line.parentPath.flatMap { ids[$0] }, partner: line.partner.flatMap { ids[$0] },
                id: ids[line.path])
            _ = try work.addUnit(draft)
        }
        return ids
    }

    private func addStaff(_ units: [String: ID<Unit>]) async throws -> [String: ID<Person>] {
        let ids = Dictionary(uniqueKeysWithValues: plan.staff.map { ($0.key, newID(Person.self)) })
        var photos: [String: String] = [:]
        for (index, member) in plan.staff.enumerated() where member.hasPhoto {
            photos[member.key] = try await desk.database.blobs.store(DemoPicture.portrait(index)).hash
        }
        var hashes: [String: String] = [:]
        for example in DemoSignIn.examples {
            hashes[example.key] = Password.hash(example.password, chance: desk.chance)
        }
        let (stored, secrets) = (photos, hashes)
        let valid = (from: begin.day.adding(days: -200), to: now.day.adding(days: 700))
        try await each(plan.staff, by: 10) { work, member in
            let id = ids[member.key]!
            _ = try work.addPerson(
                PersonDraft(
                    county: files.county.path, name: member.name, signIn: member.signIn,
                    passwordHash: secrets[member.key], phone: member.phone, photo: stored[member.key], id: id))
            for post in member.posts where post.role != .liaison {
                try work.grantRole(post.role, to: id, in: units[post.unit]!, since: begin)
            }
            if member.isCertified {
                _ = try work.addCertificate(
                    of: id, kind: .lowVoltage, number: "DG\(410_000 + Int(member.signIn)!)",
                    from: valid.from, to: valid.to)
            }
        }
        // Every sixth village had another representative before.
        let before = plan.pairs.enumerated().filter { $0.offset % 6 == 2 }.map(\.element)
        try await each(before, by: 10) { work, pair in
            _ = try work.pair(
                village: ID<Village>(units[pair.village]!.text), representative: ids[pair.standIn]!,
                liaison: ids[pair.liaison]!, standIn: nil, since: begin.day.adding(days: -210))
        }
        try await each(plan.pairs, by: 10) { work, pair in
            _ = try work.pair(
                village: ID<Village>(units[pair.village]!.text), representative: ids[pair.representative]!,
                liaison: ids[pair.liaison]!, standIn: ids[pair.standIn]!, since: begin.day)
        }
        return ids
    }

    private func addCustomers(_ units: [String: ID<Unit>]) async throws -> [ID<Person>] {
        let list = plan.customers.map { (id: newID(Person.self), customer: $0) }
        let example = Password.hash(DemoSignIn.customerPassword, chance: desk.chance)
        try await each(list) { work, item in
            let customer = item.customer
            let isExample = DemoSignIn.isExample(customer)
            _ = try work.addPerson(
                PersonDraft(
                    county: files.county.path, name: customer.name, signIn: isExample ? customer.phone?.digits : nil,
                    passwordHash: isExample ? example : nil, phone: customer.phone, isCustomer: true, id: item.id))
            _ = try work.addAccount(
                AccountDraft(
                    county: files.county.path, number: customer.account,
                    village: ID<Village>(units[customer.village]!.text), customer: item.id, name: customer.name,
                    address: customer.address, meter: customer.meter, kind: .residential,
                    opened: begin.day.adding(days: -900)))
        }
        return list.map(\.id)
    }

    private func addPoints(_ units: [String: ID<Unit>], _ people: [String: ID<Person>]) async throws {
        try await each(Array(files.villages.enumerated())) { work, item in
            let (index, village) = item
            _ = try work.openServicePoint(
                ServicePointDraft(
                    village: ID<Village>(units[village.path]!.text), name: "\(village.name)电力便民服务点",
                    address: "\(village.name)\(index % 3 == 0 ? "党群服务中心一楼" : "村委会东侧")",
                    hours: index % 4 == 0 ? "周一至周日 8:00–17:30" : "周一至周五 8:30–17:00",
                    services: "交费、报装、用电查询、故障报修、咨询、隐患上报",
                    devices: index % 3 == 0 ? "自助缴费机、小票打印机、老花镜" : "小票打印机、老花镜",
                    place: village.place, opened: begin.day.adding(days: -30 - index)))
        }
    }

    /// Two mornings a month for every representative in each of their villages, from two months
    /// back to the end of the next month (design: on duty at the point at least 2 days a month).
    private func addDuties(_ units: [String: ID<Unit>], _ people: [String: ID<Person>]) async throws {
        var duties: [(village: ID<Village>, person: ID<Person>, day: Day)] = []
        for back in -2...1 {
            let workdays = Self.days(ofMonthOf: now.day, moved: back).filter(desk.calendar.isWorkday)
            for (index, pair) in plan.pairs.enumerated() {
                for day in [workdays[index % 8 + 1], workdays[index % 7 + 10]] {
                    duties.append((ID(units[pair.village]!.text), people[pair.representative]!, day))
                }
            }
        }
        try await each(duties) { work, duty in
            try work.addDuty(
                village: duty.village, person: duty.person, day: duty.day, from: 9 * 60, to: 11 * 60 + 30)
        }
    }

    static func days(ofMonthOf day: Day, moved months: Int) -> [Day] {
        let index = day.year * 12 + day.month - 1 + months
        let (year, month) = (index / 12, index % 12 + 1)
        return (1...Day.length(ofMonth: month, year: year)).compactMap { Day(year: year, month: month, day: $0) }
    }

    /// One leave that is over, one that lasts, and one to come; a colleague of the station stands in.
    private func addLeaves(_ people: [String: ID<Person>]) async throws {
        for leave in DemoLeave.all(today: now.day) {
            let told = Swift.min(leave.from.adding(days: -4).start.adding(hours: 10), now.adding(hours: -3))
            try await desk.database.write { tx in
                let work = Work(tx, by: .system(county: files.county.path), at: told, desk: desk)
                _ = try work.takeLeave(
                    person: people[leave.person]!, from: leave.from, to: leave.to, standIn: people[leave.standIn]!)
            }
        }
    }

    private func publishNotices(_ units: [String: ID<Unit>], _ people: [String: ID<Person>]) async throws {
        for notice in files.notices {
            let path = notice.unit == "." ? files.county.path : "\(files.county.path)/\(notice.unit)"
            let slug = path.split(separator: "/").last.map(String.init) ?? ""
            let author =
                notice.unit == "."
                ? "company/1" : notice.unit.contains("/") ? "liaison/\(slug)" : "dispatcher/\(slug)/1"
            let from = now.day.adding(days: notice.fromDays)
            let at = Swift.min(from.adding(days: -1).start.adding(hours: 15), now.adding(hours: -2))
            guard let actor = try await desk.database.read({ try $0.actor(for: people[author]!, at: now) }) else {
                continue
            }
            try await desk.database.write { tx in
                let work = Work(tx, by: actor, at: at, desk: desk)
                _ = try work.publishNotice(
                    unit: units[path]!, title: notice.title, text: notice.text, from: from,
                    until: now.day.adding(days: notice.untilDays))
            }
        }
    }

    private func newID<T>(_ type: T.Type) -> ID<T> { ID(at: begin, from: desk.chance) }

    private func each<T: Sendable>(
        _ list: [T], by count: Int = DemoCountyLoader.rowsPerWrite,
        _ body: @escaping @Sendable (Work, T) throws -> Void
    ) async throws {
        for start in stride(from: 0, to: list.count, by: count) {
            let part = Array(list[start..<Swift.min(start + count, list.count)])
            try await desk.database.write { tx in
                let work = Work(tx, by: .system(county: files.county.path), at: begin, desk: desk)
                for item in part { try body(work, item) }
            }
        }
    }
}

/// A planned leave of a representative.
struct DemoLeave: Sendable {
    let person: String
    let standIn: String
    let from: Day
    let to: Day

    static func all(today: Day) -> [DemoLeave] {
        [
            DemoLeave(
                person: "representative/bailiang/2", standIn: "representative/bailiang/3",
                from: today.adding(days: -70), to: today.adding(days: -64)),
            DemoLeave(
                person: "representative/wangtian/3", standIn: "representative/wangtian/1",
                from: today.adding(days: -2), to: today.adding(days: 3)),
            DemoLeave(
                person: "representative/chenhuadian/1", standIn: "representative/chenhuadian/2",
                from: today.adding(days: 6), to: today.adding(days: 10)),
        ]
    }

    func covers(_ day: Day) -> Bool { from <= day && day <= to }
}
