import Desk
import Values

/// What somebody of the demo does with a case, at what moment.
struct DemoStep: Sendable {
    enum Move: Sendable {
        case report
        case accept
        /// The plan's key of the one who is sent.
        case dispatch(to: String)
        case start
        case arrive
        case ask(String)
        case answer(String)
        case resolve(String)
        case confirm(satisfaction: Int, String?)
        case call(reached: Bool, solved: Bool, satisfaction: Int?, String)
        case reopen(String)
        /// The source of the case that it is merged into.
        case merge(into: String)
        case withdraw(String)
        /// Path of the unit.
        case refer(to: String, String)
        case note(String, shown: Bool)
        case close
        case follow(name: String, phone: PhoneNumber)
    }
    enum Doer: Sendable {
        /// By the account, else by the receipt.
        case customer
        /// Nobody in particular: followers.
        case stranger
        /// The plan's key.
        case staff(String)
    }
    let at: Instant
    let by: Doer
    let move: Move
}

/// One case of the demo from the report to its end, or as far as it has come by now.
struct DemoStory: Sendable {
    let line: DemoFiles.RequestLine
    /// Path.
    let village: String
    /// Index in the plan's customers.
    let customer: Int?
    let phone: PhoneNumber?
    let steps: [DemoStep]
    /// Meant to miss its limit.
    let isLate: Bool
}

/// Makes the stories of all cases: the same for the same files and the same `now`.
struct DemoStoryMaker: Sendable {
    let files: DemoFiles
    let plan: DemoCountyPlan
    let office: DemoHours
    let frontDesk: DemoHours
    let leaves: [DemoLeave]
    let now: Instant

    /// The shared year moves by whole weeks, so that weekdays stay, and ends within seven days.
    static func weeksShift(last: Instant, now: Instant) -> Int64 {
        let week: Int64 = 7 * 86_400_000
        let span = now.since(last)
        return (span >= 0 ? span / week : (span - week + 1) / week) * week
    }

    func stories() -> [DemoStory] {
        let dated = files.requests.filter { $0.at != nil }
        let shift = dated.last.map { Self.weeksShift(last: $0.at!, now: now) } ?? 0
        let villages = Dictionary(uniqueKeysWithValues: files.villages.map { ($0.name, $0.path) })
        var index: [String: Int] = [:]
        for (number, customer) in plan.customers.enumerated() {
            index["\(customer.village)/\(customer.name)/\(customer.group)"] = number
        }
        var stories: [DemoStory] = []
        /// Cases that another one may be merged into, newest of each village and kind.
        var earlier: [String: Earlier] = [:]
        for (number, line) in files.requests.enumerated() {
            guard let village = villages[line.village], let pair = plan.pairOf[village] else { continue }
            let customer = index["\(village)/\(line.reporter)/\(line.group)"]
            var dice = DemoDice("story/\(line.source)")
            var phone = customer.flatMap { plan.customers[$0].phone }
            if customer == nil, dice.happens(perMille: 780) { phone = DemoCountyPlan.phone(3_000 + number) }
            // Who comes by telephone or through the web has one.
            if phone == nil, ["web", "wechat"].contains(line.channel) { phone = DemoCountyPlan.phone(3_000 + number) }
            var teller = DemoTeller(self, line, village, pair, dice)
            let key = "\(village)/\(line.kind)"
            if let state = line.state {
                teller.tell(upTo: state, target: earlier["fresh/" + key]?.source)
            } else {
                teller.tellAll(from: line.at!.adding(milliseconds: shift), near: earlier[key])
            }
            let steps = teller.steps.filter { $0.at <= now }.sorted { $0.at < $1.at }
            if let opened = steps.first?.at, !teller.isMerged, !teller.isReferred {
                if line.state == nil {
                    earlier[key] = Earlier(source: line.source, opened: opened, resolved: teller.resolvedAt)
                } else if line.state == "in-progress" {
                    earlier["fresh/" + key] = Earlier(source: line.source, opened: opened, resolved: nil)
                }
            }
            stories.append(
                DemoStory(
                    line: line, village: village, customer: customer, phone: phone, steps: steps,
                    isLate: teller.isLate))
        }
        return stories
    }

    struct Earlier: Sendable {
        let source: String
        let opened: Instant
        let resolved: Instant?
    }

    /// The representative of the village on that day, or who stands in.
    func onDuty(_ pair: DemoCountyPlan.Pair, at moment: Instant) -> String {
        leaves.first { $0.person == pair.representative && $0.covers(moment.day) }?.standIn ?? pair.representative
    }
}
