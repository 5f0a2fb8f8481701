package import Desk
package import Values
package import Web

/// What other services put on the map. The composition root fills it, so that the map knows none of
/// them.
package struct MapSources: Sendable {
    /// What this visitor may know of, read at once; without a view only the places without supply.
    package var shown: @Sendable (Visit, MapBounds?) async throws -> MapShown
    /// Which announcements change what this visitor's map of a county shows.
    package var heeded: @Sendable (Visit, _ county: String) -> @Sendable (String) -> Bool

    package init(
        heeded: @escaping @Sendable (Visit, _ county: String) -> @Sendable (String) -> Bool = { _, _ in { _ in false } },
        shown: @escaping @Sendable (Visit, MapBounds?) async throws -> MapShown = { _, _ in MapShown(outages: [], marks: []) }
    ) {
        self.shown = shown
        self.heeded = heeded
    }
}

/// Places without supply, and crews, cases and the like within a view.
package struct MapShown: Sendable {
    package var outages: [MapOutage]
    package var marks: [MapMark]

    package init(outages: [MapOutage], marks: [MapMark]) {
        self.outages = outages
        self.marks = marks
    }
}

/// A known loss of supply, as everybody may know it.
package struct MapOutage: Sendable, Hashable {
    package let id: String
    /// One line in the visitor's language: the cause, or what is known of it.
    package let title: String
    package let isPlanned: Bool
    /// Areas without supply now.
    package let areas: [ID<TransformerArea>]
    package let villages: [ID<Village>]
    package let customers: Int
    package let since: Instant
    package let expected: Instant?
    /// Page of it that this visitor may open.
    package let link: String?

    package init(
        id: String, title: String, isPlanned: Bool, areas: [ID<TransformerArea>], villages: [ID<Village>],
        customers: Int, since: Instant, expected: Instant?, link: String?
    ) {
        self.id = id
        self.title = title
        self.isPlanned = isPlanned
        self.areas = areas
        self.villages = villages
        self.customers = customers
        self.since = since
        self.expected = expected
        self.link = link
    }
}

/// Something with a place: a crew at work, an open case.
package struct MapMark: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable { case crew, `case`, danger }
    package let kind: Kind
    package let place: Place
    package let title: String
    package let link: String?

    package init(kind: Kind, place: Place, title: String, link: String?) {
        self.kind = kind
        self.place = place
        self.title = title
        self.link = link
    }
}

/// What a map shows: degrees of WGS-84, and the zoom of the usual square tiles.
package struct MapBounds: Sendable, Hashable {
    package let west: Double
    package let south: Double
    package let east: Double
    package let north: Double
    /// 3...19
    package let zoom: Int

    package init?(west: Double, south: Double, east: Double, north: Double, zoom: Int) {
        guard (-180...180).contains(west), (-180...180).contains(east), (-90...90).contains(south),
            (-90...90).contains(north), west < east, south < north, (3...19).contains(zoom)
        else { return nil }
        self.west = west
        self.south = south
        self.east = east
        self.north = north
        self.zoom = zoom
    }

    package func contains(_ place: Place) -> Bool {
        place.latitude >= south && place.latitude <= north && place.longitude >= west && place.longitude <= east
    }

    func touches(_ a: Place, _ b: Place) -> Bool {
        max(a.latitude, b.latitude) >= south && min(a.latitude, b.latitude) <= north
            && max(a.longitude, b.longitude) >= west && min(a.longitude, b.longitude) <= east
    }

    /// Degrees of longitude that this many pixels are wide.
    func degrees(pixels: Double) -> Double { pixels * 360 / (256 * Double(1 << zoom)) }
}
