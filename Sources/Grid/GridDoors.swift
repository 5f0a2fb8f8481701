package import Desk
package import Registry
import Values
package import Web

/// All doors of this module: the network's pages, what may be asked of it, and the map.
package enum GridDoors {
    /// - Parameter sources: what other services put on the map.
    package static func register(
        on site: Site, desk: Desk, directory: Directory, sources: MapSources = MapSources()
    ) {
        let sheet: HTML = """
            <link rel="stylesheet" href="\(site.assets.url("staff.css"))"><link rel="stylesheet" href="\(site.assets.url("map.css"))">
            """
        NetworkPages(directory: directory, stylesheet: sheet).register(on: site)
        MapPages(
            directory: directory, memory: MapMemory(), sources: sources, assets: site.assets, tiles: desk.settings.tiles
        ).register(on: site)
        site.query(ListFeeders.self)
        site.query(ReadDevice.self)
        site.link("/map", key: "map.nav", who: .roles(Role.staff), first: true)
        site.link("/network", key: "network.nav", who: .roles(NetworkSight.readers))
    }
}
