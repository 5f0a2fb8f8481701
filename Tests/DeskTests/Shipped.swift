import Desk
import Foundation
import PowerRules

/// What the program ships with, as the tests of this folder read it.
extension Bugang {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let life = try! String(contentsOf: root.appending(path: "Data/kinds/life.yaml"), encoding: .utf8)
    static let kinds = try! Kind.load(folder: root.appending(path: "Data/kinds"))
    static func kind(_ name: String) -> Kind { kinds.first { $0.name == name }! }
    static func yaml(_ name: String) -> String {
        try! String(contentsOf: root.appending(path: "Data/kinds/\(name).yaml"), encoding: .utf8)
    }

    static let calendar: WorkCalendar = {
        var years: [String: String] = [:]
        for year in 2018...2026 {
            years["\(year)"] = try! String(
                contentsOf: root.appending(path: "Data/workdays/\(year).csv"), encoding: .utf8)
        }
        return try! WorkCalendar(years: years)
    }()

    static let locales = try! Locales(folder: root.appending(path: "Locales"))
}
