package import Desk
import Hummingbird
import NIOCore
import Storage
import Values

/// What files may be.
package enum UploadLimit {
    package static let photoBytes = 10 * 1024 * 1024
    package static let voiceBytes = 1024 * 1024
    package static let photosPerForm = 6
    /// Width × height; a small file can unpack to far more than memory holds.
    package static let photoPixels = 80_000_000
    /// The longer side after it was made again.
    package static let photoSide = 1600
}

/// Checks files by their content, makes pictures anew without place and other metadata, and stores
/// them.
package enum Uploads {
    /// Two pictures are worked on at once; more callers than `queue` are asked to try again.
    private static let turns = Turnstile(places: 2, queue: 40)

    /// - Throws: `InputComplaint` for what the sender can change, `Problem` when too many wait.
    package static func keep(_ bytes: [UInt8], isVoice: Bool, in desk: Desk) async throws -> Upload {
        if isVoice {
            guard bytes.count <= UploadLimit.voiceBytes else {
                throw InputComplaint("file-too-large", ["max": "1"])
            }
            guard let type = VoiceNote.type(of: bytes) else { throw InputComplaint("not-a-voice-note") }
            return try await store(bytes, type, desk)
        }
        guard bytes.count <= UploadLimit.photoBytes else { throw InputComplaint("file-too-large", ["max": "10"]) }
        guard let image = ImageHeader(bytes) else { throw InputComplaint("not-an-image") }
        guard image.width * image.height <= UploadLimit.photoPixels else { throw InputComplaint("image-too-large") }
        let clean = try await turns.pass { try await ImageCleaner.clean(bytes, image) }
        return try await store(clean.bytes, clean.type, desk)
    }

    /// A file that is no picture and no speech: as it came.
    package static func keepFile(_ bytes: [UInt8], in desk: Desk) async throws -> Upload {
        guard !bytes.isEmpty else { throw InputComplaint.missing }
        guard bytes.count <= SentFile.mostBytes else {
            throw InputComplaint("file-too-large", ["max": "\(SentFile.mostBytes >> 20)"])
        }
        return try await store(bytes, SentFile.type, desk)
    }

    private static func store(_ bytes: [UInt8], _ type: String, _ desk: Desk) async throws -> Upload {
        let blob = try await desk.database.blobs.store(bytes)
        return Upload(hash: blob.hash, bytes: blob.size, type: type)
    }
}

/// A file that was kept when its form came back with a mistake: signed, so that nobody names a
/// file that is not theirs.
enum KeptUpload {
    static func seal(_ upload: Upload, _ visit: Visit) -> String {
        upload.token + "~" + visit.desk.keys.hash(upload.token + visit.csrf, for: "kept-upload")
    }
    static func open(_ text: String, _ visit: Visit) -> Upload? {
        guard let last = text.lastIndex(of: "~"), let upload = Upload(token: String(text[..<last])),
            text == seal(upload, visit)
        else { return nil }
        return upload
    }
}

/// Lets a few in at a time, first come first served.
actor Turnstile {
    private var free: Int
    private let queue: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int, queue: Int) {
        free = places
        self.queue = queue
    }

    nonisolated func pass<T: Sendable>(_ body: @Sendable () async throws -> T) async throws -> T {
        try await enter()
        do {
            let value = try await body()
            await leave()
            return value
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async throws(Problem) {
        if free > 0 {
            free -= 1
            return
        }
        guard waiting.count < queue else { throw Problem(.unavailable(retryAfterSeconds: 10), "unavailable") }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

extension Exchange {
    /// A form with files: each file is checked and stored when it is complete, so that one file at
    /// a time stands in memory.
    func readMultipart(
        _ contentType: String, files: Set<String> = [], isGenuine: @Sendable (String?) -> Bool
    ) async throws -> SentForm {
        guard let boundary = MultipartParser.boundary(of: contentType) else { throw Problem400.body }
        if let declaredLength, declaredLength > BodyLimit.multipart { throw Problem400.tooLarge }
        var gathering = Gathering(files: files)
        var parser = MultipartParser(boundary: boundary)
        var total = 0
        for try await buffer in request.body {
            total += buffer.readableBytes
            guard total <= BodyLimit.multipart else { throw Problem400.tooLarge }
            let events: [MultipartParser.Event]
            do throws(MultipartParser.Fault) {
                events = try parser.feed(buffer.readableBytesView)
            } catch {
                throw error == .tooLarge ? Problem400.tooLarge : Problem400.body
            }
            for event in events { try await gathering.take(event, self, isGenuine) }
        }
        do throws(MultipartParser.Fault) { try parser.finish() } catch { throw Problem400.body }
        return gathering.form
    }

    private struct Gathering {
        /// Fields whose files are kept as they are.
        let files: Set<String>
        var form = SentForm()
        private var name = ""
        private var isFile = false
        private var bytes: [UInt8] = []
        private var isTooLarge = false
        private var textBytes = 0

        init(files: Set<String>) { self.files = files }

        private var mostBytes: Int { files.contains(name) ? SentFile.mostBytes : UploadLimit.photoBytes }

        mutating func take(
            _ event: MultipartParser.Event, _ exchange: Exchange, _ isGenuine: @Sendable (String?) -> Bool
        ) async throws {
            switch event {
            case .part(let name, let filename):
                self.name = name
                isFile = filename != nil
                bytes = []
                isTooLarge = false
            case .data(let data):
                if isFile {
                    if bytes.count + data.count > mostBytes {
                        isTooLarge = true
                        bytes = []
                    } else if !isTooLarge {
                        bytes += data
                    }
                } else {
                    textBytes += data.count
                    guard textBytes <= BodyLimit.form else { throw Problem400.tooLarge }
                    bytes += data
                }
            case .partEnd:
                if isFile {
                    try await endFile(exchange, isGenuine)
                } else {
                    guard let text = String(validating: bytes, as: UTF8.self) else { throw Problem400.body }
                    form.take(name, text, exchange.visit)
                }
                bytes = []
            }
        }

        private mutating func endFile(_ exchange: Exchange, _ isGenuine: (String?) -> Bool) async throws {
            if isTooLarge {
                form.complaints.append(.init(name, "file-too-large", ["max": "\(mostBytes >> 20)"]))
                return
            }
            // A field left empty; or somebody else's form, whose files are not worth the work.
            guard !bytes.isEmpty, isGenuine(form.token) else { return }
            let isVoice = FormParts.isVoice(name)
            guard form.fileCount(name) < UploadLimit.photosPerForm else {
                form.complaints.append(.init(name, "too-many", ["max": "\(UploadLimit.photosPerForm)"]))
                return
            }
            do {
                let desk = exchange.visit.desk
                let kept =
                    files.contains(name)
                    ? try await Uploads.keepFile(bytes, in: desk) : try await Uploads.keep(bytes, isVoice: isVoice, in: desk)
                form.add(name, kept)
            } catch let complaint as InputComplaint {
                form.complaints.append(.init(name, complaint.code, complaint.values))
            }
        }
    }
}
