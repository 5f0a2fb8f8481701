import Desk
import Values

/// Who lives and works in the demo county: made from the unit list and the name lists, without
/// a database.
struct DemoCountyPlan: Sendable {
    struct Post: Sendable {
        let role: Role
        /// Path of the unit.
        let unit: String
    }

    struct Staff: Sendable {
        /// Says who it is in the plan: `representative/mafang/1`.
        let key: String
        let name: String
        let phone: PhoneNumber
        /// The number that the person signs in with.
        let signIn: String
        let posts: [Post]
        let isCertified: Bool
        let hasPhoto: Bool
    }

    struct Pair: Sendable {
        let village: String
        let representative: String
        let liaison: String
        let standIn: String
    }

    struct Customer: Sendable {
        let name: String
        let village: String
        let group: String
        let phone: PhoneNumber?
        let account: String
        let address: String
        let meter: String
    }

    let staff: [Staff]
    let pairs: [Pair]
    let customers: [Customer]
    /// By village path: the pair.
    let pairOf: [String: Pair]

    static let customerCount = 1_000
    /// One villager of Bugang, who can sign in and has cases in every state.
    static let exampleCustomer = (village: "布岗村", group: "三组", name: "王秀兰")

    init(_ files: DemoFiles) {
        var makers = PeopleMaker(files)
        for township in files.townships { makers.addTeam(of: township) }
        makers.addCompany()
        staff = makers.staff
        pairs = makers.pairs
        pairOf = Dictionary(uniqueKeysWithValues: makers.pairs.map { ($0.village, $0) })
        customers = Self.customers(files)
    }

    /// The county's own number range: `1990000` is not given to anybody in the demo's texts, and
    /// the five digits behind it are spread so that last fours differ.
    static func phone(_ index: Int) -> PhoneNumber {
        let spread = String(100_000 + (index * 7_919 + 4_211) % 100_000).dropFirst()
        return PhoneNumber(stored: "199000\(spread)")
    }

    private static func customers(_ files: DemoFiles) -> [Customer] {
        let villages = files.villages
        var dice = DemoDice("customers")
        var list: [Customer] = []
        var reporters: [String: [(name: String, group: String)]] = [:]
        for line in dice.shuffled(files.requests) {
            let known = reporters[line.village, default: []]
            if !known.contains(where: { $0.name == line.reporter && $0.group == line.group }) {
                reporters[line.village, default: []].append((line.reporter, line.group))
            }
        }
        for (index, village) in villages.enumerated() {
            let count = customerCount / villages.count + (index < customerCount % villages.count ? 1 : 0)
            var people = Array((reporters[village.name] ?? []).prefix(count * 9 / 10))
            if village.name == exampleCustomer.village {
                people.removeAll { $0.name == exampleCustomer.name && $0.group == exampleCustomer.group }
                people.insert((exampleCustomer.name, exampleCustomer.group), at: 0)
            }
            while people.count < count {
                let name = dice.pick(files.surnames) + dice.pick(files.villagerNames)
                let group = dice.pick(["一组", "二组", "三组", "四组", "五组", "六组", "七组", "八组"])
                if !people.contains(where: { $0.name == name }) { people.append((name, group)) }
            }
            for (name, group) in people {
                let number = list.count
                let isExample = village.name == exampleCustomer.village && name == exampleCustomer.name
                // About one household in seven has no phone that the county knows.
                let hasPhone = isExample || !dice.happens(perMille: 140)
                list.append(
                    Customer(
                        name: name, village: village.path, group: group,
                        phone: hasPhone ? phone(1_000 + number) : nil,
                        account: "41\(10_000_000 + (number * 48_271 + 31) % 9_000_000)",
                        address: "\(village.name)\(group)\(dice.number(in: 1...68))号",
                        meter: "M\(20_000_000 + number * 37)"))
            }
        }
        return list
    }
}

/// Gives each post a person with a name that no other member of the staff has.
private struct PeopleMaker {
    let files: DemoFiles
    var staff: [DemoCountyPlan.Staff] = []
    var pairs: [DemoCountyPlan.Pair] = []
    private var dice = DemoDice("staff")
    private var names: Set<String> = []

    static let villagesPerRepresentative = 2

    init(_ files: DemoFiles) {
        self.files = files
    }

    mutating func addTeam(of township: DemoFiles.UnitLine) {
        let slug = township.slug
        let station = files.station(ofTownship: township.path).path
        let villages = files.villages.filter { $0.parentPath == township.path }
        add("head/\(slug)", .stationHead, station, certified: true)
        for n in 1...2 { add("dispatcher/\(slug)/\(n)", .dispatcher, station) }
        let count = (villages.count + Self.villagesPerRepresentative - 1) / Self.villagesPerRepresentative
        for n in 1...count {
            add("representative/\(slug)/\(n)", .representative, station, certified: true, photo: true)
        }
        for (index, village) in villages.enumerated() {
            add("liaison/\(village.slug)", .liaison, village.path, photo: true)
            add("attendant/\(village.slug)", .attendant, village.path)
            let own = index / Self.villagesPerRepresentative
            pairs.append(
                DemoCountyPlan.Pair(
                    village: village.path, representative: "representative/\(slug)/\(own + 1)",
                    liaison: "liaison/\(village.slug)",
                    standIn: "representative/\(slug)/\((own + 1) % count + 1)"))
        }
        add("township/\(slug)", .township, township.path)
    }

    mutating func addCompany() {
        for n in 1...2 { add("company/\(n)", .company, files.county.path) }
        add("auditor", .auditor, files.county.path)
    }

    private mutating func add(
        _ key: String, _ role: Role, _ unit: String, certified: Bool = false, photo: Bool = false
    ) {
        var name = ""
        repeat { name = dice.pick(files.surnames) + dice.pick(files.staffNames) } while !names.insert(name).inserted
        staff.append(
            DemoCountyPlan.Staff(
                key: key, name: name, phone: DemoCountyPlan.phone(staff.count), signIn: "\(1_001 + staff.count)",
                posts: [.init(role: role, unit: unit)], isCertified: certified, hasPhoto: photo))
    }
}
