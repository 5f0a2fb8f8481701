package import Desk
import Storage
package import Values

/// A role that somebody holds in a unit now.
package struct RoleInfo: Codable, Sendable, Hashable {
    package let role: Role
    package let unit: ID<Unit>
    package let unitName: String
    package let unitNameEn: String
    package let unitPath: String
    /// Comes from a pairing or a leave and ends with it.
    package let isLent: Bool

    package func unitName(in language: Language) -> String {
        language == .chinese || unitNameEn.isEmpty ? unitName : unitNameEn
    }

    static var schema: Schema {
        .object([
            ("role", .choice(Role.allCases.map(\.rawValue))), ("unit", .string(format: "uuid")), ("unitName", .text),
            ("unitNameEn", .text), ("unitPath", .text), ("isLent", .boolean),
        ])
    }
}

/// A person as those who administrate people see them: without the whole phone number.
package struct PersonInfo: Answer, Hashable {
    package let id: ID<Person>
    package let county: String
    package let name: String
    package let signIn: String?
    /// `****5678`
    package let phoneMasked: String?
    /// Hash of the picture's blob.
    package let photo: String?
    package let isActive: Bool
    package let isCustomer: Bool
    package let hasPassword: Bool
    package let hasTOTP: Bool
    package let roles: [RoleInfo]

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("county", .text), ("name", .text), ("signIn", .text),
                ("phoneMasked", .text), ("photo", .text), ("isActive", .boolean), ("isCustomer", .boolean),
                ("hasPassword", .boolean), ("hasTOTP", .boolean), ("roles", .array(RoleInfo.schema)),
            ], optional: ["signIn", "phoneMasked", "photo"])
    }
}

/// One of the people who serve a village, as everybody may see them: their duty phone is public.
package struct PersonCard: Answer, Hashable {
    package let id: ID<Person>
    package let name: String
    /// `138 1234 5678`; empty when there is none.
    package let phone: String
    package let photo: String?
    /// The next day on which they sit at the village's service point.
    package let nextDuty: Day?

    /// Digits for `tel:`.
    package var dial: String { phone.filter { $0 != " " } }

    package static var schema: Schema {
        .object(
            [
                ("id", .string(format: "uuid")), ("name", .text), ("phone", .text), ("photo", .text),
                ("nextDuty", .date),
            ], optional: ["photo", "nextDuty"])
    }
}

package enum Certificate {}

/// What a certificate allows.
package enum CertificateKind: String, Sendable, Hashable, CaseIterable, Codable, SQLBindable, SQLReadable, InputChoice {
    /// 低压电工作业
    case lowVoltage = "low-voltage"
    /// 高压电工作业
    case highVoltage = "high-voltage"
    package static var wordPrefix: String { "certificate" }
}

package struct CertificateInfo: Answer, Hashable {
    package let id: ID<Certificate>
    package let person: ID<Person>
    package let personName: String
    package let kind: CertificateKind
    package let number: String
    package let validFrom: Day
    package let validTo: Day

    package static var schema: Schema {
        .object([
            ("id", .string(format: "uuid")), ("person", .string(format: "uuid")), ("personName", .text),
            ("kind", .choice(CertificateKind.allCases.map(\.rawValue))), ("number", .text), ("validFrom", .date),
            ("validTo", .date),
        ])
    }
}

package enum Leave {}

package struct LeaveInfo: Answer, Hashable {
    package let id: ID<Leave>
    package let person: ID<Person>
    package let from: Day
    package let to: Day
    package let standIn: ID<Person>
    package let standInName: String

    package static var schema: Schema {
        .object([
            ("id", .string(format: "uuid")), ("person", .string(format: "uuid")), ("from", .date), ("to", .date),
            ("standIn", .string(format: "uuid")), ("standInName", .text),
        ])
    }
}

extension Role {
    /// Kinds of unit in which the role is held.
    var unitKinds: Set<UnitKind> {
        switch self {
        case .customer: []
        case .attendant: [.village, .station]
        case .liaison: [.village]
        case .representative, .dispatcher, .stationHead: [.station]
        case .township: [.township]
        case .company, .auditor: [.county]
        }
    }

    /// Roles that a holder of this one may hand out: a station head those of the station's own
    /// people, the company those of all staff.
    var mayGrant: Set<Role> {
        switch self {
        case .stationHead: [.attendant, .liaison, .representative, .dispatcher]
        case .company: Role.staff
        default: []
        }
    }
}
