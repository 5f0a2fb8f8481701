import Desk
import Grid
import Registry
import Service
import Storage
import Values

/// Where a report belongs: village, station, and as far as it can be told the place in the network.
extension Transaction {
    /// By the account number, else the caller's own accounts in the village, else the position or
    /// the village's only transformer area.
    ///
    /// - Throws: `unknown-village`, `unknown-account`, `account-elsewhere`, `far-away`.
    func reportPlace(
        village name: String?, account number: String?, place: Place?, phoneHash: String?, by actor: Actor, keys: KeyRing,
        on day: Day
    ) throws -> ReportPlace {
        let route = try route(name, place, county: actor.county, keys: keys, on: day)
        if let place, let middle = try village(route.village)?.place, middle.metres(to: place) > Self.reportMetres {
            throw Problem.invalid("latitude", "far-away")
        }
        var found = ReportPlace(
            county: route.county, station: route.station, reach: route.path, village: route.village,
            villageName: route.name, place: place)
        if let account = try account(number, phoneHash, route, by: actor) {
            found.account = account
            if let supply = try supply(of: account) {
                found.feeder = supply.feeder
                found.position = supply.position
                found.area = supply.area
                return found
            }
        }
        let areas = try areas(in: route.village)
        if let place, let area = try area(near: place, in: route.village) {
            found.feeder = area.feeder
            found.area = area.id
        } else if areas.count == 1 {
            found.feeder = areas[0].feeder
            found.area = areas[0].id
        }
        return found
    }

    /// Further from the middle of its village than this, a position is a mistake.
    private static var reportMetres: Double { 20_000 }

    private func route(_ name: String?, _ place: Place?, county: String, keys: KeyRing, on day: Day) throws -> VillageRoute {
        if let name { return try route(VillageName(name), county: county, on: day, keys: keys) }
        guard let place else { throw Problem.invalid("village", "missing") }
        guard let nearest = try villages(near: place, county: county.isEmpty ? nil : county, limit: 1).first,
            let middle = nearest.place, middle.metres(to: place) <= Self.reportMetres
        else { throw Problem.invalid("latitude", "far-away") }
        return try route(.id(nearest.id), county: "", on: day, keys: keys)
    }

    private func account(_ number: String?, _ phoneHash: String?, _ route: VillageRoute, by actor: Actor) throws
        -> ID<Account>?
    {
        if let number {
            guard let known = try account(number: number, county: route.county), !known.isClosed else {
                throw Problem.invalid("account", "unknown-account")
            }
            guard known.village == route.village else {
                throw Problem.invalid("account", "account-elsewhere", ["village": known.villageName])
            }
            return known.id
        }
        var mine: [AccountInfo] = []
        if actor.has(.customer), let person = actor.person { mine = try accounts(of: person) }
        if mine.isEmpty, let phoneHash { mine = try accounts(phoneHash: phoneHash, county: route.county) }
        // Whoever has two homes in the village has to say which.
        let here = mine.filter { $0.village == route.village && !$0.isClosed }
        return here.count == 1 ? here[0].id : nil
    }
}
