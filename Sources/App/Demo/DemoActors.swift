import Desk
import Registry
import Storage
import Values

/// Who acts, with the grants of that moment.
struct DemoActors: Sendable {
    let desk: Desk
    let county: DemoCounty
    private let known = Locked<[String: Actor]>([:])

    init(desk: Desk, county: DemoCounty) {
        self.desk = desk
        self.county = county
    }

    func staff(_ key: String, at moment: Instant) async throws -> Actor {
        // A stand-in holds other villages on other days.
        let name = key.hasPrefix("representative/") ? "\(key)@\(moment.day.number)" : key
        return try await find(name, county.person(key), at: moment)
    }

    func customer(_ index: Int, at moment: Instant) async throws -> Actor {
        try await find("customer/\(index)", county.customers[index], at: moment)
    }

    private func find(_ name: String, _ person: ID<Person>, at moment: Instant) async throws -> Actor {
        if let actor = known.with({ $0[name] }) { return actor }
        guard let actor = try await desk.database.read({ try $0.actor(for: person, at: moment) }) else {
            throw Problem.notFound
        }
        known.with { $0[name] = actor }
        return actor
    }
}
