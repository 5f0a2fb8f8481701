import Crypto
package import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Subprocess
import Values

/// Style sheet, scripts and pictures, read once at start. Their addresses hold a hash of their
/// content, so that browsers keep them for a year.
package struct Assets: Sendable {
    private let urls: [String: String]
    private let files: [String: File]

    private struct File: Sendable {
        let plain: Response
        let gzipped: Response?
    }

    /// Reads all files of the folder (`Public`); text is compressed by `gzip` where the machine has it.
    /// - Parameter beside: further files that the system may have installed (`leaflet.js` of its
    ///   Debian package); those that are absent are passed over.
    package init(folder: URL, beside: [URL] = []) async throws {
        var urls: [String: String] = [:]
        var files: [String: File] = [:]
        let present = beside.filter { FileManager.default.fileExists(atPath: $0.path) }
        for url in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) + present {
            guard let type = Self.types[url.pathExtension] else { continue }
            let bytes = [UInt8](try Data(contentsOf: url))
            let name = url.lastPathComponent
            let hash = hex(SHA256.hash(data: bytes)).prefix(10)
            let stamped = "\(url.deletingPathExtension().lastPathComponent).\(hash).\(url.pathExtension)"
            urls[name] = "/assets/" + stamped
            let isText = !type.hasPrefix("image/") || type.hasPrefix("image/svg")
            let packed = isText && bytes.count > 600 ? await gzip(url.path) : nil
            files[stamped] = File(
                plain: Self.answer(bytes, type, nil), gzipped: packed.map { Self.answer($0, type, "gzip") })
        }
        self.urls = urls
        self.files = files
    }

    /// None, for tests of other things.
    package init() {
        urls = [:]
        files = [:]
    }

    /// Address of the file `name` of `Public`.
    package func url(_ name: String) -> String { urls[name] ?? "/assets/\(name)" }
    package func has(_ name: String) -> Bool { urls[name] != nil }

    func response(_ stamped: String, acceptsGzip: Bool) -> Response? {
        guard let file = files[stamped] else { return nil }
        return acceptsGzip ? file.gzipped ?? file.plain : file.plain
    }
    /// The file under its plain name: for addresses that must not change (`/manifest.webmanifest`).
    func named(_ name: String) -> Response? {
        urls[name].flatMap { files[String($0.dropFirst("/assets/".count))]?.plain }
    }

    private static func answer(_ bytes: [UInt8], _ type: String, _ encoding: String?) -> Response {
        var headers = SecurityHeaders.all
        headers[.contentType] = type
        headers[.cacheControl] = "public, max-age=31536000, immutable"
        headers[.vary] = "Accept-Encoding"
        if let encoding { headers[.contentEncoding] = encoding }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: .init(bytes: bytes)))
    }

    private static let types = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
        "png": "image/png", "ico": "image/x-icon", "webmanifest": "application/manifest+json",
        "txt": "text/plain; charset=utf-8",
    ]
}

private func gzip(_ path: String) async -> [UInt8]? {
    guard
        let result = try? await run(
            .name("gzip"), arguments: ["-9", "-n", "-c", path], output: .bytes(limit: 4_000_000), error: .discarded),
        result.terminationStatus.isSuccess
    else { return nil }
    return result.standardOutput
}
