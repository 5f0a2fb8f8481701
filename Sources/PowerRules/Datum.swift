import Foundation
package import Values

/// What a pair of degrees refers to (docs/rules/datum.md). The program keeps every place in WGS-84.
package enum Datum: String, Sendable, Hashable, CaseIterable {
    /// World Geodetic System 1984: satellite receivers, phones, photos.
    case wgs84
    /// China Geodetic Coordinate System 2000: surveys. Within centimetres of WGS-84, so the same here.
    case cgcs2000
    /// The shifted degrees of Chinese web maps: up to 700 m beside WGS-84 in mainland China.
    case gcj02

    /// The same spot in another datum. Outside the box in which the shift is defined all are alike.
    package static func convert(_ place: Place, from: Datum, to: Datum) -> Place {
        switch (from == .gcj02, to == .gcj02) {
        case (false, true): Shift.applied(to: place)
        case (true, false): Shift.removed(from: place)
        default: place
        }
    }

    /// Whether the shift is defined at a place: the usual box around China, which also holds parts of
    /// its neighbours.
    package static func isShifted(_ place: Place) -> Bool {
        (72.004...137.8347).contains(place.longitude) && (0.8293...55.8271).contains(place.latitude)
    }
}

/// The shift of GCJ-02: polynomials with sine terms around 35° N 105° E, in metres, laid on the
/// ellipsoid of Krasovsky 1940.
private enum Shift {
    /// Metres.
    private static let halfAxis = 6_378_245.0
    private static let eccentricitySquared = 0.006_693_421_622_965_943

    static func applied(to place: Place) -> Place {
        guard Datum.isShifted(place) else { return place }
        let (lat, lon) = degrees(place.latitude, place.longitude)
        return Place(latitude: place.latitude + lat, longitude: place.longitude + lon) ?? place
    }

    /// Looks for the place that the shift brings here; each step is some thousand times nearer.
    static func removed(from shifted: Place) -> Place {
        guard Datum.isShifted(shifted) else { return shifted }
        var (lat, lon) = (shifted.latitude, shifted.longitude)
        for _ in 0..<10 {
            let by = degrees(lat, lon)
            let (missLat, missLon) = (shifted.latitude - lat - by.lat, shifted.longitude - lon - by.lon)
            lat += missLat
            lon += missLon
            if abs(missLat) < 1e-11, abs(missLon) < 1e-11 { break }
        }
        return Place(latitude: lat, longitude: lon) ?? shifted
    }

    private static func degrees(_ latitude: Double, _ longitude: Double) -> (lat: Double, lon: Double) {
        let (x, y) = (longitude - 105, latitude - 35)
        let sine = Trigonometry.sin(degrees: latitude)
        let magic = 1 - eccentricitySquared * sine * sine
        let meridian = halfAxis * (1 - eccentricitySquared) / (magic * magic.squareRoot())
        let parallel = halfAxis / magic.squareRoot() * Trigonometry.cos(degrees: latitude)
        return (north(x, y) / meridian * 180 / .pi, east(x, y) / parallel * 180 / .pi)
    }

    private static func north(_ x: Double, _ y: Double) -> Double {
        -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * abs(x).squareRoot() + ripple(x)
            + (20 * wave(y) + 40 * wave(y / 3) + 160 * wave(y / 12) + 320 * wave(y / 30)) * 2 / 3
    }

    private static func east(_ x: Double, _ y: Double) -> Double {
        300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * abs(x).squareRoot() + ripple(x)
            + (20 * wave(x) + 40 * wave(x / 3) + 150 * wave(x / 12) + 300 * wave(x / 30)) * 2 / 3
    }

    private static func ripple(_ x: Double) -> Double { (20 * wave(6 * x) + 20 * wave(2 * x)) * 2 / 3 }

    private static func wave(_ x: Double) -> Double { sin(x * .pi) }
}
