import Desk
import HTTPTypes
import Hummingbird
import Storage
import Values
package import Web

/// Photos and voice notes of cases at `/photos/cases/:case/:hash`: for those who may see the case,
/// and through an address that a page of the case signed for a day or two.
package enum CasePhotos {
    /// A page that shows a case to somebody without an account signs the addresses of its
    /// pictures, so that no receipt's secret stands in them.
    package static func address(_ number: String, _ hash: String, _ visit: Visit) -> String {
        "/photos/cases/\(number)/\(hash)?t=\(mark(number, hash, visit.now.day, visit))"
    }

    /// Thumbnails that open the photo; nil without any.
    package static func gallery(_ photos: [PhotoView], of number: String, _ visit: Visit) -> HTML? {
        if photos.isEmpty { return nil }
        let items: [HTML] = photos.enumerated().map { i, photo in
            let address = address(number, photo.hash, visit)
            return """
                <li><a href="\(address)"><img src="\(address)" loading="lazy" \
                alt="\(visit.words("case.photo", ["n": "\(i + 1)"]))"></a></li>
                """
        }
        return "<ul class=\"photos\">\(items)</ul>"
    }

    private static func mark(_ number: String, _ hash: String, _ day: Day, _ visit: Visit) -> String {
        String(visit.desk.keys.hash("\(number)/\(hash)/\(day.iso)", for: "case-photo").prefix(32))
    }

    static func answer(_ visit: Visit, _ guests: [any ServiceGuest]) async throws -> Response {
        let number = visit["case"]
        let hash = visit["hash"]
        guard hash.utf8.count == 64, unhex(hash) != nil, let code = Code(typed: number) else { throw Problem.notFound }
        let today = visit.now.day
        let signed = visit.query["t"] ?? ""
        let isSigned = [today, today.adding(days: -1)].contains { mark(number, hash, $0, visit) == signed }
        if !isSigned {
            let secret = visit.query["secret"]
            var maySee = try await visit.desk.look(by: visit.actor) { work in
                try work.maySeePhoto(number: code, hash: hash, secret: secret)
            }
            for guest in guests where !maySee { maySee = try await guest.isPhoto(hash, of: code, visit) }
            guard maySee else { throw Problem.notFound }
        }
        guard let bytes = try await visit.desk.database.blobs.read(hash),
            let type = ImageHeader(bytes)?.format.rawValue ?? VoiceNote.type(of: bytes)
        else { throw Problem.notFound }
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.cacheControl] = "private, max-age=86400"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] = "default-src 'none'; sandbox"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: .init(bytes: bytes)))
    }
}
