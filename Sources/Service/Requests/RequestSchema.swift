package import Desk
package import Storage

/// Requests keep everything in the tables that all cases share.
package enum RequestSchema {
    package static let migrations: [Migration] = CaseSchema.migrations
}
