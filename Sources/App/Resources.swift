package import Foundation

/// Finds the folders that come with the program: `Data/…`, `Locales`, `Public`.
package enum Resources {
    /// The folder `name` below the program's home. The home is `CUNWANG_HOME`, else the nearest
    /// folder above the executable that holds `Data/workdays`, else the current folder.
    package static func folder(_ name: String) -> URL {
        home.appending(path: name, directoryHint: .isDirectory)
    }

    /// Leaflet as the Debian package `libjs-leaflet` installs it; the map is a plain list without.
    package static let leaflet = ["leaflet.min.js", "leaflet.css"].map {
        URL(filePath: "/usr/share/javascript/leaflet", directoryHint: .isDirectory).appending(path: $0)
    }

    package static let home: URL = find(
        environment: ProcessInfo.processInfo.environment, executable: Bundle.main.executableURL,
        current: URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory))

    static func find(environment: [String: String], executable: URL?, current: URL) -> URL {
        if let named = environment["CUNWANG_HOME"], !named.isEmpty {
            return URL(filePath: named, directoryHint: .isDirectory)
        }
        var folder = executable?.resolvingSymlinksInPath().deletingLastPathComponent()
        while let candidate = folder {
            if FileManager.default.fileExists(atPath: candidate.appending(path: "Data/workdays").path) {
                return candidate
            }
            let above = candidate.deletingLastPathComponent()
            folder = above.path == candidate.path ? nil : above
        }
        return current
    }
}
