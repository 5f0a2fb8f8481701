package import Desk
import Registry
import Service
import Storage
package import Values

extension Work {
    /// Who may be sent to an outage, the most suitable first: the village's representative or who
    /// stands in, then the representatives of the station on duty, the nearest first. Only with a
    /// certificate that is valid today; who is on leave is left out.
    /// - Parameter limit: no more than these are looked for: mostly the village's own will do.
    package func outageWorkers(station: ID<Unit>, village: ID<Village>?, limit: Int = .max) throws -> [ID<Person>] {
        let day = now.day
        var found: [ID<Person>] = []
        func add(_ person: ID<Person>) throws {
            guard !found.contains(person), try tx.isCertified(person, on: day) else { return }
            guard try tx.leaves(of: person, from: day).allSatisfy({ $0.from > day }) else { return }
            found.append(person)
        }
        let here = try village.flatMap { try tx.village($0) }
        if let village, let own = try tx.responsible(for: village, on: day) { try add(own) }
        if let village, let deputy = try tx.pairings(of: village).first(where: { $0.until == nil })?.standIn {
            try add(deputy)
        }
        guard found.count < limit else { return Array(found.prefix(limit)) }
        var others: [(person: ID<Person>, metres: Double)] = []
        for person in try tx.holders(of: .representative, in: station, at: now) where !found.contains(person) {
            var nearest = Double.greatestFiniteMagnitude
            for pairing in try tx.currentPairings(of: person) {
                guard let place = try tx.village(pairing.village)?.place, let middle = here?.place else { continue }
                nearest = min(nearest, place.metres(to: middle))
            }
            others.append((person, nearest))
        }
        for other in others.sorted(by: { ($0.metres, $0.person) < ($1.metres, $1.person) }) where found.count < limit {
            try add(other.person)
        }
        return found
    }

    /// The next one who has not been asked in this round.
    func nextWorker(for incident: Incident) throws -> ID<Person>? {
        let asked = Set(try tx.asked(incident.id))
        return try outageWorkers(station: incident.station, village: incident.village).first { !asked.contains($0) }
    }
}

extension Transaction {
    func asked(_ incident: ID<Case>) throws -> [ID<Person>] {
        try rows("SELECT person FROM incident_offer WHERE incident = \(incident) ORDER BY at, person") { $0[0] }
    }

    func insertOffer(_ incident: ID<Case>, to person: ID<Person>, at now: Instant) throws {
        try run(
            """
            INSERT INTO incident_offer (incident, round, person, at) VALUES (\(incident), 0, \(person), \(now))
            ON CONFLICT (incident, round, person) DO UPDATE SET at = excluded.at, ended = NULL
            """)
    }

    func endOffers(_ incident: ID<Case>, _ how: String) throws {
        try run("UPDATE incident_offer SET ended = \(how) WHERE incident = \(incident) AND ended IS NULL")
    }
}
