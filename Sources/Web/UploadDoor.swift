import Desk
import HTTPTypes
import Hummingbird
import NIOCore
import Values

extension Site {
    /// `POST /api/v1/uploads`: a picture or a voice note, as the body or as the file of a form, or for the
    /// company a file of any kind as the body (`application/octet-stream`); the answer's `upload` names it in
    /// later requests.
    package func uploads() {
        let limits = Allowance(tries: 60, withinSeconds: 600, sparesStaff: true)
        add(
            RouteDescription(
                "POST", apiPrefix + "/uploads", .anybody, .raw, name: "upload",
                output: .object([("upload", .text), ("type", .text), ("bytes", .integer(min: 1))]), status: 201,
                isLimited: true, upload: true)
        ) { exchange in
            let visit = exchange.visit
            if exchange.isByCookie, exchange.request.headers[.origin] == nil || !exchange.isSameOrigin {
                throw Problem.notSignedIn
            }
            if !visit.actor.isStaff {
                try visit.desk.allowances.take(
                    "upload:" + (visit.actor.person?.text ?? visit.actor.address), limits, at: visit.now)
            }
            let upload = try await exchange.readUpload()
            var json = JSONText()
            json.object {
                $0.member("upload", upload.token)
                $0.member("type", upload.type)
                $0.member("bytes", upload.bytes)
            }
            return Response(
                status: .created, headers: exchange.house.jsonHeaders,
                body: .init(byteBuffer: .init(string: json.text)))
        }
    }
}

extension Exchange {
    fileprivate func readUpload() async throws -> Upload {
        let type = (request.headers[.contentType] ?? "").lowercased()
        if type.hasPrefix("multipart/form-data") {
            let form = try await readMultipart(request.headers[.contentType] ?? "") { _ in true }
            if let complaint = form.complaints.first {
                throw Problem(
                    complaint.code == "file-too-large" ? .tooLarge : .invalid, "invalid-input", fields: [complaint])
            }
            for value in form.values.values {
                if case .uploads(let files) = value, let file = files.first { return file }
            }
            throw Problem.invalid("file", "missing")
        }
        let isFile = type.hasPrefix(SentFile.type)
        guard type.hasPrefix("image/") || type.hasPrefix("audio/") || isFile else { throw Problem400.mediaType }
        do {
            if isFile {
                try Who.roles(.company).check(visit.actor)
                return try await Uploads.keepFile(try await collect(upTo: SentFile.mostBytes), in: visit.desk)
            }
            return try await Uploads.keep(
                try await collect(upTo: UploadLimit.photoBytes), isVoice: type.hasPrefix("audio/"), in: visit.desk)
        } catch let complaint as InputComplaint {
            throw Problem(
                complaint.code == "file-too-large" ? .tooLarge : .invalid, "invalid-input",
                fields: [.init("file", complaint.code, complaint.values)])
        }
    }
}
