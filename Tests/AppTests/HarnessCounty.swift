import Desk
import Registry
import Storage
import Values

/// Units and people of the test county.
struct TestCounty: Sendable {
    /// Villages of Mafang, and one of the other station.
    let bugang: ID<Village>, zhaozhuang: ID<Village>, faraway: ID<Village>
    /// Stations.
    let mafang: ID<Unit>, taocheng: ID<Unit>
    /// Represents Bugang; holds a certificate.
    let wang: Villager
    /// Represents Zhaozhuang and stands in for Wang; holds a certificate.
    let sun: Villager
    /// Represents Faraway, of the other station; holds no certificate.
    let ma: Villager
    /// Liaison of Bugang, and one of Zhaozhuang.
    let li: Villager, zhou: Villager
    /// Attendant of Bugang's service point.
    let attendant: Villager
    /// Of Mafang; `otherDispatcher` of the other station.
    let dispatcher: Villager, head: Villager, otherDispatcher: Villager
    let township: Villager, company: Villager, auditor: Villager
    /// A customer of Bugang with an account, phone 13900001111.
    let zhang: Villager
    /// By role, for tests that go through all of them.
    var staff: [(role: Role, person: Villager)] {
        [
            (.attendant, attendant), (.liaison, li), (.representative, wang), (.dispatcher, dispatcher),
            (.stationHead, head), (.township, township), (.company, company), (.auditor, auditor),
        ]
    }
}

/// Writes the test county through the registry's own verbs.
struct VillageMaker: Sendable {
    let desk: Desk

    func make() async throws -> TestCounty {
        let now = desk.clock.now
        let desk = self.desk
        let ids = try await desk.database.write { tx -> Made in
            let work = Work(tx, by: .system(county: TestVillage.county), at: now, desk: desk)
            return try fill(work)
        }
        func sign(_ id: ID<Person>) async throws -> Villager {
            try await desk.database.write { tx in
                let work = Work(tx, by: .system(county: TestVillage.county), at: now, desk: desk)
                let session = try work.openSession(for: id, door: .password, isTrusted: false)
                guard let actor = try tx.actor(for: id, at: now) else { throw Problem.notFound }
                return Villager(id: id, name: actor.name, token: session.token, actor: actor)
            }
        }
        let p = ids.people
        return TestCounty(
            bugang: ids.bugang, zhaozhuang: ids.zhaozhuang, faraway: ids.faraway, mafang: ids.mafang,
            taocheng: ids.taocheng, wang: try await sign(p[0]), sun: try await sign(p[1]), ma: try await sign(p[2]),
            li: try await sign(p[3]), zhou: try await sign(p[4]), attendant: try await sign(p[6]),
            dispatcher: try await sign(p[7]), head: try await sign(p[8]), otherDispatcher: try await sign(p[9]),
            township: try await sign(p[10]), company: try await sign(p[11]), auditor: try await sign(p[12]),
            zhang: try await sign(p[13]))
    }

    private struct Made: Sendable {
        let bugang: ID<Village>, zhaozhuang: ID<Village>, faraway: ID<Village>
        let mafang: ID<Unit>, taocheng: ID<Unit>
        let people: [ID<Person>]
    }

    private func fill(_ work: Work) throws -> Made {
        func unit(
            _ kind: UnitKind, _ slug: String, _ name: String, _ english: String, in parent: ID<Unit>?,
            partner: ID<Unit>? = nil, at place: (Double, Double)? = nil
        ) throws -> ID<Unit> {
            try work.addUnit(
                UnitDraft(
                    kind: kind, slug: slug, name: name, nameEn: english,
                    place: place.flatMap { Place(latitude: $0.0, longitude: $0.1) }, parent: parent, partner: partner)
            ).id
        }
        let province = try unit(.province, "henan", "河南省", "Henan", in: nil)
        let city = try unit(.city, "xuchang", "许昌市", "Xuchang", in: province)
        let county = try unit(.county, "yanling", "鄢陵县", "Yanling", in: city)
        let mafangTown = try unit(.township, "mafang", "马坊镇", "Mafang", in: county)
        let mafang = try unit(.station, "mafang-station", "马坊供电所", "Mafang Station", in: county, partner: mafangTown)
        let taochengTown = try unit(.township, "taocheng", "陶城镇", "Taocheng", in: county)
        let taocheng = try unit(
            .station, "taocheng-station", "陶城供电所", "Taocheng Station", in: county, partner: taochengTown)
        let bugang = try unit(.village, "bugang", "布岗村", "Bugang", in: mafangTown, at: (34.10, 114.10))
        let zhaozhuang = try unit(.village, "zhaozhuang", "赵庄村", "Zhaozhuang", in: mafangTown, at: (34.12, 114.12))
        let faraway = try unit(.village, "yuanjia", "袁家村", "Yuanjia", in: taochengTown, at: (34.20, 114.20))

        let posts: [(name: String, phone: String?, posts: [(Role, ID<Unit>)])] = [
            ("王志强", "13700000001", [(.representative, mafang)]), ("孙丽", "13700000002", [(.representative, mafang)]),
            ("马超", "13700000003", [(.representative, taocheng)]), ("李春花", "13700000004", []),
            ("周全", "13700000005", []), ("韩冬", "13700000006", []), ("陈柜员", "13700000007", [(.attendant, bugang)]),
            ("钱调度", "13700000008", [(.dispatcher, mafang)]), ("赵所长", "13700000009", [(.stationHead, mafang)]),
            ("冯调度", "13700000010", [(.dispatcher, taocheng)]), ("吴镇长", nil, [(.township, mafangTown)]),
            ("刘经理", nil, [(.company, county)]), ("郑稽查", nil, [(.auditor, county)]),
        ]
        var people: [ID<Person>] = []
        for (i, post) in posts.enumerated() {
            let id = try work.addPerson(
                PersonDraft(
                    county: TestVillage.county, name: post.name, signIn: "\(1001 + i)", passwordHash: nil,
                    phone: post.phone.flatMap { PhoneNumber($0) }, photo: nil, isCustomer: false, id: nil))
            for (role, unit) in post.posts { try work.grantRole(role, to: id, in: unit) }
            people.append(id)
        }
        let today = work.now.day
        for i in 0..<2 {
            _ = try work.addCertificate(
                of: people[i], kind: .lowVoltage, number: "DG41000\(i)", from: today.adding(days: -100),
                to: today.adding(days: 100))
        }
        let since = today.adding(days: -30)
        for (village, representative, liaison, standIn) in [
            (bugang, people[0], people[3], people[1] as ID<Person>?), (zhaozhuang, people[1], people[4], people[0]),
            (faraway, people[2], people[5], nil),
        ] {
            _ = try work.pair(
                village: ID(village.text), representative: representative, liaison: liaison, standIn: standIn,
                since: since)
        }
        let zhang = try work.addPerson(
            PersonDraft(
                county: TestVillage.county, name: "张爱民", signIn: nil, passwordHash: nil,
                phone: PhoneNumber("13900001111"), photo: nil, isCustomer: true, id: nil))
        people.append(zhang)
        _ = try work.addAccount(
            AccountDraft(
                county: TestVillage.county, number: "4101234567", village: ID(bugang.text), customer: zhang,
                name: "张爱民", address: "布岗村三组12号", meter: "M-1", kind: .residential, opened: since))
        return Made(
            bugang: ID(bugang.text), zhaozhuang: ID(zhaozhuang.text), faraway: ID(faraway.text), mafang: mafang,
            taocheng: taocheng, people: people)
    }
}
