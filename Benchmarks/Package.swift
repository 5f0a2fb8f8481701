// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that users do not build it. It needs nothing but the two engines'
// C libraries.
let package = Package(
    name: "benchmarks",
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .executableTarget(name: "bare", dependencies: ["CSQLite", "CPostgres"]),
    ],
    swiftLanguageModes: [.v6]
)
