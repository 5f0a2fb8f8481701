package import Desk
import Storage
package import Values

package enum ServicePoint {}
package enum Duty {}
package enum Notice {}

/// 便民服务点: where people of a village are served.
package struct ServicePointInfo: Answer, Hashable {
    package let id: ID<ServicePoint>
    package let village: ID<Village>
    package let name: String
    package let address: String
    package let hours: String
    package let services: String
    package let devices: String
    package let place: Place?
    package let isOpen: Bool

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("village", .string(format: "uuid")), ("name", .text),
                ("address", .text), ("hours", .text), ("services", .text), ("devices", .text),
                ("place", Place.schema), ("isOpen", .boolean),
            ], optional: ["place"])
    }
}

package struct ServicePointDraft: Sendable {
    package var village: ID<Village>
    package var name: String
    package var address: String
    package var hours: String
    package var services: String
    package var devices: String
    package var place: Place?
    package var opened: Day

    package init(
        village: ID<Village>, name: String, address: String, hours: String, services: String = "",
        devices: String = "", place: Place? = nil, opened: Day
    ) {
        self.village = village
        self.name = name
        self.address = address
        self.hours = hours
        self.services = services
        self.devices = devices
        self.place = place
        self.opened = opened
    }
}

/// A time at the service point.
package struct DutyInfo: Answer, Hashable {
    package let id: ID<Duty>
    package let person: ID<Person>
    package let personName: String
    package let day: Day
    /// Minutes since midnight.
    package let from: Int
    package let to: Int

    /// `08:30–11:30`
    package var hours: String { "\(ClockTime(minute: from).text)–\(ClockTime(minute: to).text)" }

    package static var schema: Schema {
        .object([
            ("id", .string(format: "uuid")), ("person", .string(format: "uuid")), ("personName", .text),
            ("day", .date), ("from", .integer(min: 0, max: 1440)), ("to", .integer(min: 0, max: 1440)),
        ])
    }
}

/// A public announcement of a unit, for a term.
package struct NoticeInfo: Answer, Hashable {
    package let id: ID<Notice>
    package let unit: ID<Unit>
    package let unitName: String
    package let title: String
    package let text: String
    package let from: Day
    package let until: Day
    package let authorName: String
    package let madeAt: Instant
    package let withdrawnAt: Instant?
    /// The same in English, where it was written so.
    package let titleEn: String?
    package let textEn: String?

    package func title(in language: Language) -> String { language == .english ? titleEn ?? title : title }
    package func text(in language: Language) -> String { language == .english ? textEn ?? text : text }

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("unit", .string(format: "uuid")), ("unitName", .text),
                ("title", .text), ("text", .text), ("from", .date), ("until", .date), ("authorName", .text),
                ("madeAt", .moment), ("withdrawnAt", .moment), ("titleEn", .text), ("textEn", .text),
            ], optional: ["withdrawnAt", "titleEn", "textEn"])
    }
}

/// What anybody may know of a village.
package struct VillagePublic: Answer, Hashable {
    package let village: VillageInfo
    package let servers: VillageServers
    /// Open ones.
    package let servicePoints: [ServicePointInfo]
    /// In term today: the village's, its township's and station's, and the county's.
    package let notices: [NoticeInfo]
    /// Of the next 14 days.
    package let duties: [DutyInfo]

    package static var schema: Schema {
        .object([
            ("village", VillageInfo.schema), ("servers", VillageServers.schema),
            ("servicePoints", .array(ServicePointInfo.schema)), ("notices", .array(NoticeInfo.schema)),
            ("duties", .array(DutyInfo.schema)),
        ])
    }
}

/// A time of day, typed `8:30` or `08:30`.
package struct ClockTime: InputValue, Hashable {
    package let minute: Int
    package init(minute: Int) { self.minute = minute }

    package var text: String {
        func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
        return "\(two(minute / 60)):\(two(minute % 60))"
    }

    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> ClockTime {
        let typed: String
        switch raw {
        case nil, .null: throw .missing
        case .text(let text), .string(let text): typed = text.trimmed
        default: throw .wrongType
        }
        if typed.isEmpty { throw .missing }
        let parts = typed.split(whereSeparator: { $0 == ":" || $0 == "：" })
        guard parts.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]), parts[1].utf8.count == 2,
            (0...23).contains(hour), (0...59).contains(minute)
        else { throw InputComplaint("not-a-time") }
        return ClockTime(minute: hour * 60 + minute)
    }
    package static func schema(_ rules: [InputRule]) -> Schema {
        .string(pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$")
    }
    package static func control(_ rules: [InputRule]) -> InputControl { .line }
}
