package import Storage

/// Insight reads what the services count and keeps no table of its own.
package enum InsightSchema {
    package static let migrations: [Migration] = []
}
