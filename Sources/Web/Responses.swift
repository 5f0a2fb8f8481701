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
