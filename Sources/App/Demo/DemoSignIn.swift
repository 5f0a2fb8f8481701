package import Desk
import Values

/// Somebody whose password is known, so that every role can be tried. Stands only in a database
/// that is marked as a demo.
package struct DemoSignIn: Sendable, Codable, Equatable {
    package let role: Role
    package let name: String
    /// What is typed as person at the sign-in.
    package let person: String
    package let password: String
    /// Path of the unit.
    package let unit: String
}

extension DemoSignIn {
    /// The plan's people, one for each role of the staff.
    static let examples: [(role: Role, key: String, password: String)] = [
        (.attendant, "attendant/bugang", "demo-attendant"),
        (.liaison, "liaison/bugang", "demo-liaison"),
        (.representative, "representative/mafang/1", "demo-representative"),
        (.dispatcher, "dispatcher/mafang/1", "demo-dispatcher"),
        (.stationHead, "head/mafang", "demo-station-head"),
        (.township, "township/mafang", "demo-township"),
        (.company, "company/1", "demo-company"),
        (.auditor, "auditor", "demo-auditor"),
    ]
    static let customerPassword = "demo-customer"

    static func isExample(_ customer: DemoCountyPlan.Customer) -> Bool {
        customer.name == DemoCountyPlan.exampleCustomer.name && customer.village.hasSuffix("/bugang")
    }

    /// Whom one click signs in, by role.
    static func people(_ county: DemoCounty) -> [(role: Role, person: ID<Person>)] {
        let customer = zip(county.plan.customers, county.customers).filter { isExample($0.0) }
        return customer.map { (.customer, $0.1) } + examples.map { ($0.role, county.person($0.key)) }
    }

    static func all(_ plan: DemoCountyPlan) -> [DemoSignIn] {
        var list: [DemoSignIn] = []
        for customer in plan.customers where isExample(customer) {
            list.append(
                DemoSignIn(
                    role: .customer, name: customer.name, person: customer.phone?.digits ?? "",
                    password: customerPassword, unit: customer.village))
        }
        for example in examples {
            for member in plan.staff where member.key == example.key {
                list.append(
                    DemoSignIn(
                        role: example.role, name: member.name, person: member.signIn, password: example.password,
                        unit: member.posts[0].unit))
            }
        }
        return list
    }
}
