package import Storage

/// The network as it is built: feeders, transformer areas, devices, and who is supplied by what.
package enum GridSchema {
    package static let migrations: [Migration] = []
}
