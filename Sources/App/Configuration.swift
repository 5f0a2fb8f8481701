package import ArgumentParser
package import Foundation
package import Logging
package import Storage

/// Where the data of one installation lives; every command takes it.
package struct DataOptions: ParsableArguments, Sendable {
    @Option(name: .customLong("data"), help: "Folder for the database, photos and the key file.")
    package var data = "data"

    @Option(name: .customLong("database"), help: "postgres://… instead of the embedded database.")
    package var database: String?

    @Option(name: .customLong("log"), help: "trace, debug, info, notice, warning, error or critical.")
    package var log = "notice"

    package init() {}

    package var folder: URL { URL(filePath: data, directoryHint: .isDirectory) }
    package var keyFile: URL { folder.appending(path: "keys") }

    package func location() throws -> Database.Location {
        guard let database, !database.isEmpty else {
            return .sqlite(path: folder.appending(path: "cunwang.sqlite").path)
        }
        guard database.hasPrefix("postgres://") || database.hasPrefix("postgresql://") else {
            throw ValidationError("--database takes an address that begins with postgres://")
        }
        return .postgres(url: database)
    }

    package func logLevel() throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: log) else {
            throw ValidationError("--log takes trace, debug, info, notice, warning, error or critical")
        }
        return level
    }

    package func validate() throws {
        _ = try location()
        _ = try logLevel()
    }
}

/// The gateway for text messages, from the environment: its address holds a password, which does
/// not belong on a command line.
package struct SMSConfiguration: Sendable {
    /// `CUNWANG_SMS_URL`: Kannel's sendsms address with user name and password.
    package let sendAddress: URL
    /// `CUNWANG_SMS_DLR`: our own address as the gateway reaches it, for delivery reports.
    package let reportAddress: String?

    package init?(environment: [String: String]) throws {
        guard let text = environment["CUNWANG_SMS_URL"], !text.isEmpty else { return nil }
        guard let url = URL(string: text), url.scheme == "http" || url.scheme == "https", url.host() != nil else {
            throw ValidationError("CUNWANG_SMS_URL is not an address that begins with http")
        }
        sendAddress = url
        let report = environment["CUNWANG_SMS_DLR"] ?? ""
        reportAddress = report.isEmpty ? nil : report
    }
}
