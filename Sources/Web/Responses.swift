import HTTPTypes
package import Hummingbird
import NIOCore

extension Response {
    /// Text that is not a page: CSV, plain text.
    package static func text(
        _ text: String, type: String = "text/plain; charset=utf-8", filename: String? = nil, status: Int = 200
    ) -> Response {
        bytes(Array(text.utf8), type: type, filename: filename, status: status)
    }

    /// A file.
    /// - Parameter cache: only for what never changes under its address (a blob named by its hash).
    package static func bytes(
        _ bytes: [UInt8], type: String, filename: String? = nil, cache: Bool = false, status: Int = 200
    ) -> Response {
        var headers = SecurityHeaders.all
        headers[.contentType] = type
        headers[.cacheControl] = cache ? "private, max-age=86400, immutable" : "no-store"
        if let filename {
            headers[.contentDisposition] =
                "attachment; filename=\"download\"; filename*=UTF-8''\(percentEncoded(filename))"
        }
        return Response(
            status: .init(code: status), headers: headers, body: .init(byteBuffer: .init(bytes: bytes)))
    }

    /// Sound that never changes under its address. Some players (Safari) ask for a part of it first and
    /// play nothing without an answer to that (RFC 9110, section 14): one range is answered.
    package static func sound(_ bytes: [UInt8], type: String, range: String?) -> Response {
        var headers = SecurityHeaders.all
        headers[.contentType] = type
        headers[.cacheControl] = "public, max-age=31536000, immutable"
        headers[.acceptRanges] = "bytes"
        guard let part = ByteRange(range, of: bytes.count) else {
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: .init(bytes: bytes)))
        }
        headers[.contentRange] = "bytes \(part.first)-\(part.last)/\(bytes.count)"
        return Response(
            status: .partialContent, headers: headers,
            body: .init(byteBuffer: .init(bytes: bytes[part.first...part.last])))
    }

    /// A file whose parts are made while it is being sent.
    package static func stream(
        type: String, filename: String? = nil,
        _ write: @escaping @Sendable (_ part: (String) async throws -> Void) async throws -> Void
    ) -> Response {
        var headers = SecurityHeaders.all
        headers[.contentType] = type
        headers[.cacheControl] = "no-store"
        if let filename {
            headers[.contentDisposition] =
                "attachment; filename=\"download\"; filename*=UTF-8''\(percentEncoded(filename))"
        }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                var inner = writer
                try await write { try await inner.write(ByteBuffer(string: $0)) }
                try await writer.finish(nil)
            })
    }
}

/// `bytes=0-1`, `bytes=500-`, `bytes=-200` of something so long; nil: all of it.
struct ByteRange: Equatable {
    let first: Int
    let last: Int

    init?(_ header: String?, of count: Int) {
        guard let header, header.hasPrefix("bytes="), count > 0 else { return nil }
        let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        switch (Int(ends[0]), Int(ends[1])) {
        case (let first?, let last?) where first <= last && first < count: self.init(first, min(last, count - 1))
        case (let first?, nil) where ends[1].isEmpty && first < count: self.init(first, count - 1)
        case (nil, let tail?) where ends[0].isEmpty && tail > 0: self.init(max(0, count - tail), count - 1)
        default: return nil
        }
    }

    init(_ first: Int, _ last: Int) {
        self.first = first
        self.last = last
    }
}
