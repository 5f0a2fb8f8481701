import Foundation

/// Angles in degrees.
enum Trigonometry {
    static func sin(degrees: Double) -> Double { Foundation.sin(degrees * .pi / 180) }
    static func cos(degrees: Double) -> Double { Foundation.cos(degrees * .pi / 180) }
}
