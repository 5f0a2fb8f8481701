import Desk
import Values

/// Who was told what: everybody who told of a fault heard that it was received, found and over; every
/// account holder behind it heard that it was over; nobody heard the same twice.
struct StormTold {
    let county: StormCounty
    let log: StormLog
    private let byPerson: [ID<Person>: [StormMessage]]
    private let messages: [StormMessage]

    /// What says that the cause is known: to those who told before and after.
    private static let found: Set<String> = ["outage-found", "outage-joined"]
    private static let back: Set<String> = ["outage-restored", "outage-part-restored"]

    init(_ county: StormCounty, _ log: StormLog, _ messages: [StormMessage]) {
        self.county = county
        self.log = log
        self.messages = messages
        byPerson = Dictionary(grouping: messages.filter { $0.person != nil && $0.channel == "inbox" }) { $0.person ?? ID("") }
    }

    func check(_ add: (String, Int, Int) -> Void, differ: (String) -> Void) {
        var (told, received, found, over) = (0, 0, 0, 0)
        var (holders, holdersTold) = (0, 0)
        for fault in log.faults {
            guard let incident = log.incident[fault.number] else { continue }
            for position in fault.positions {
                let mine = byPerson[county.person(fault.feeder, position)] ?? []
                let here = mine.filter { $0.incident == incident.text }
                holders += 1
                if here.contains(where: { Self.back.contains($0.template) }) {
                    holdersTold += 1
                } else {
                    differ("\(name(fault, position)) was not told that the light is back")
                }
                guard log.told[fault.number]?.contains(position) == true else { continue }
                told += 1
                if log.parents[fault.number] != nil || mine.contains(where: { $0.template == "outage-received" }) { received += 1 }
                if here.contains(where: { Self.found.contains($0.template) }) {
                    found += 1
                } else {
                    differ("\(name(fault, position)) was not told what was found")
                }
                if here.contains(where: { $0.template == "outage-restored" }) {
                    over += 1
                } else {
                    differ("\(name(fault, position)) told of it and never heard that it is over")
                }
            }
        }
        add("households that told, and heard: received", told, received)
        add("… found", told, found)
        add("… restored", told, over)
        add("account holders who heard that their light is back", holders, holdersTold)
        add("told the same twice", 0, twice(differ))
        add("messages that wait for the inbox", 0, messages.count { $0.channel == "inbox" && $0.state == "waiting" })
    }

    private func twice(_ differ: (String) -> Void) -> Int {
        var seen: [[String]: Int] = [:]
        for (person, list) in byPerson {
            for message in list where !message.incident.isEmpty {
                // The same news of the same outage; places differ from section to section.
                let data = message.template == "outage-part-restored" ? message.data : ""
                seen[[person.text, message.incident, message.template, data], default: 0] += 1
            }
        }
        let double = seen.filter { $0.value > 1 && $0.key[2].hasPrefix("outage-") }
        for (template, list) in Dictionary(grouping: double, by: { $0.key[2] }).sorted(by: { $0.key < $1.key }) {
            differ("\(list.count) were told \(template) more than once")
        }
        return double.count
    }

    private func name(_ fault: StormPlan.Fault, _ position: Int) -> String {
        "fault \(fault.number) (\(fault.kind.rawValue)): the household at \(position)"
    }
}
