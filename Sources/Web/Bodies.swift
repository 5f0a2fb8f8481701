import Desk
import HTTPTypes
import Hummingbird
import NIOCore
import Values

/// The largest bodies that are read.
enum BodyLimit {
    static let json = 256 * 1024
    static let form = 1024 * 1024
    /// Six photos of 10 MB, a voice note and text.
    static let multipart = 65 * 1024 * 1024
    /// Fields of one form.
    static let fields = 500
}

/// A form as it was sent.
struct SentForm: Sendable {
    var values: RawInputs = [:]
    /// `_csrf`.
    var token: String?
    /// `_key`: one made when the form was rendered.
    var key: String?
    /// What was wrong with files.
    var complaints: [Problem.Field] = []

    mutating func add(_ name: String, _ text: String) {
        switch name {
        case "_csrf": token = text
        case "_key": key = (1...200).contains(text.utf8.count) ? text : nil
        default:
            switch values[name] {
            case .text(let first): values[name] = .texts([first, text])
            case .texts(let texts): values[name] = .texts(texts + [text])
            case .uploads: break
            default: values[name] = .text(text)
            }
        }
    }

    /// A field as it was sent; `_kept.photos` names a file that an earlier attempt brought.
    mutating func take(_ name: String, _ text: String, _ visit: Visit) {
        let prefix = "_kept."
        guard name.hasPrefix(prefix) else { return add(name, text) }
        let field = String(name.dropFirst(prefix.count))
        guard let upload = KeptUpload.open(text, visit), fileCount(field) < UploadLimit.photosPerForm else { return }
        add(field, upload)
    }

    func fileCount(_ field: String) -> Int {
        if case .uploads(let files) = values[field] { files.count } else { 0 }
    }

    mutating func add(_ name: String, _ upload: Upload) {
        if case .uploads(let files) = values[name] {
            values[name] = .uploads(files + [upload])
        } else {
            values[name] = .uploads([upload])
        }
    }
}

extension Exchange {
    /// The inputs of a JSON body; an absent body is an empty one.
    func readJSON() async throws -> RawInputs {
        let type = request.headers[.contentType]
        if declaredLength == 0 || (declaredLength == nil && request.headers[.transferEncoding] == nil) {
            if let type, !isJSON(type) { throw Problem400.mediaType }
            return [:]
        }
        guard let type, isJSON(type) else { throw Problem400.mediaType }
        let bytes = try await collect(upTo: BodyLimit.json)
        if bytes.isEmpty { return [:] }
        do throws(JSONReader.Malformed) {
            guard case .object(let members) = try JSONReader.read(bytes) else { throw JSONReader.Malformed() }
            return members
        } catch {
            throw Problem400.body
        }
    }

    /// A form in either encoding.
    /// - Parameters:
    ///   - files: fields whose files are kept as they are.
    ///   - isGenuine: whether a form with this token is ours; files of others are not kept.
    func readForm(files: Set<String> = [], isGenuine: @escaping @Sendable (String?) -> Bool) async throws -> SentForm {
        let type = (request.headers[.contentType] ?? "").lowercased()
        if type.hasPrefix("multipart/form-data") {
            return try await readMultipart(request.headers[.contentType] ?? "", files: files, isGenuine: isGenuine)
        }
        guard type.isEmpty || type.hasPrefix("application/x-www-form-urlencoded") else { throw Problem400.mediaType }
        var form = SentForm()
        let bytes = try await collect(upTo: BodyLimit.form)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Problem400.body }
        var count = 0
        for part in text.split(separator: "&") {
            count += 1
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard count <= BodyLimit.fields, let name = percentDecoded(pair[0], plusIsSpace: true),
                let value = percentDecoded(pair.count > 1 ? pair[1] : "", plusIsSpace: true)
            else { throw Problem400.body }
            form.take(name, value, visit)
        }
        return form
    }

    var declaredLength: Int? { request.headers[.contentLength].flatMap { Int($0) } }

    func collect(upTo limit: Int) async throws -> [UInt8] {
        if let declaredLength, declaredLength > limit { throw Problem400.tooLarge }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(declaredLength ?? 0, limit))
        for try await var buffer in request.body {
            guard bytes.count + buffer.readableBytes <= limit else { throw Problem400.tooLarge }
            if let chunk = buffer.readBytes(length: buffer.readableBytes) { bytes += chunk }
        }
        return bytes
    }

    private func isJSON(_ type: String) -> Bool {
        let essence = type.split(separator: ";").first.map { $0.lowercased().trimmed } ?? ""
        return essence == "application/json" || (essence.hasPrefix("application/") && essence.hasSuffix("+json"))
    }
}
