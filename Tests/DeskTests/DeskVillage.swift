@testable import Desk
import PowerRules
import Storage
import TestSupport
import Values

/// What the tests of this folder share: the shipped kinds, a clock that stands still, seeded
/// chance, and a few people of Bugang and its station.
enum Bugang {
    static let path = "henan/xuchang/yanling/mafang/bugang"
    static let township = "henan/xuchang/yanling/mafang"
    static let county = "henan/xuchang/yanling"
    /// A working Tuesday.
    static let start = Instant(iso: "2026-11-24T10:00+08:00")!

    // MARK: People

    static let village = ID<Village>("00000000-0000-7000-8000-00000000b00a")
    static let station = ID<Unit>("00000000-0000-7000-8000-0000000057a7")
    static func id(_ n: Int) -> ID<Person> { ID("00000000-0000-7000-8000-0000000000\(n)") }

    /// 王伟 has a need; 李 is the liaison; 张 the representative; 赵 the station head.
    static let wang = actor(11, "王伟", .customer, reach: "")
    static let li = actor(12, "李桂兰", .liaison, reach: path)
    static let zhang = actor(13, "张建国", .representative, reach: path)
    static let sun = actor(14, "孙丽", .dispatcher, reach: township)
    static let zhao = actor(15, "赵刚", .stationHead, reach: township)
    static let qian = actor(16, "钱芳", .attendant, reach: path)
    static let wu = actor(17, "吴主任", .township, reach: township)
    static let zheng = actor(18, "郑经理", .company, reach: county)
    static let feng = actor(19, "冯稽查", .auditor, reach: county)
    /// Works in another township of the county.
    static let stranger = actor(20, "陈", .dispatcher, reach: county + "/chenhuadian")

    static let everybody = [wang, li, zhang, sun, zhao, qian, wu, zheng, feng, stranger]

    static func actor(_ n: Int, _ name: String, _ role: Role, reach: String) -> Actor {
        Actor(
            person: id(n), name: name, county: county,
            grants: [Grant(role: role, unit: role == .customer ? ID("") : ID("unit-\(n)"), reach: reach)],
            phoneHash: nil)
    }

    static func worker(_ actor: Actor, certified: Bool = true) -> Worker {
        Worker(
            id: actor.person!, name: actor.name, county: county, roles: Set(actor.grants.map(\.role)),
            isCertified: certified)
    }

    // MARK: A desk

    static func chance(_ seed: UInt64 = 7) -> Chance {
        let state = Locked(seed)
        return Chance { count in
            state.with { x in
                (0..<count).map { _ in
                    x ^= x << 13
                    x ^= x >> 7
                    x ^= x << 17
                    return UInt8(truncatingIfNeeded: x)
                }
            }
        }
    }

    static func desk(_ database: Database, at now: Locked<Instant> = Locked(start), sms: Bool = false) -> Desk {
        Desk(
            database: database, clock: Clock { now.with { $0 } }, chance: chance(),
            keys: KeyRing(secret: (0..<64).map { UInt8($0) }), calendar: calendar, locales: locales,
            kinds: KindCatalog(kinds: kinds),
            settings: .init(publicAddress: "http://127.0.0.1", sendsSMS: sms))
    }

    static func draft(_ kind: String, _ desk: Desk, what: String = "家里没电", about: Actor? = nil) throws -> CaseDraft {
        var draft = CaseDraft(
            kind: self.kind(kind), county: county, village: village, villageName: "布岗村", station: station,
            reach: path, channel: .web, name: "王伟", sealedName: try desk.keys.seal("王伟"), what: what,
            receiptHash: desk.chance.token())
        draft.dangers = Danger.words(in: what)
        draft.assignee = zhang.person
        draft.alsoTell = [li.person!]
        if let about {
            draft.about = about.person
            draft.hiddenFrom = [about.person!]
            draft.isConfidential = true
            draft.assignee = zhao.person
            draft.alsoTell = []
        }
        return draft
    }
}

/// A case of Bugang in some state, for the pure rules.
func bugangCase(
    _ kind: String, _ state: String = "submitted", about: Actor? = nil, resolvedBy: Actor? = nil,
    resolvedAt: Instant? = nil, version: Int = 1
) -> Case {
    let shape = Bugang.kind(kind)
    let isOpen = shape.state(state)!.isOpen
    return Case(
        id: ID("00000000-0000-7000-8000-00000000ca5e"), number: Code(stored: "K7M2-9QXA"), county: Bugang.county, key: 1,
        kind: kind, kindVersion: 1, village: Bugang.village, villageName: "布岗村", station: Bugang.station,
        reach: Bugang.path, account: nil, customer: Bugang.wang.person, filer: nil, filerRole: nil, channel: .web,
        phoneHash: nil, phoneTail: nil, extra: [:], priority: 1, state: state, stateBefore: "accepted",
        assignee: about == nil ? Bugang.zhang.person : Bugang.zhao.person, isConfidential: about != nil,
        about: about?.person, hiddenFrom: about.map { [$0.person!] } ?? [], mergedInto: nil, openedAt: Bugang.start,
        dueAt: .distantFuture, dueName: nil, nextCheckAt: .distantFuture, changedAt: Bugang.start, changedBy: nil,
        resolvedAt: resolvedAt, resolvedBy: resolvedBy?.person, followUpAt: nil, closedAt: isOpen ? nil : Bugang.start,
        reopened: 0, satisfaction: nil, outcome: nil, inLimit: nil, place: nil, isOpen: isOpen, version: version)
}

func moment(_ text: String) -> Instant { Instant(iso: text)! }
