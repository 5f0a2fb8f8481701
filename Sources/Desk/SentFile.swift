package import Values

/// A table or a document that somebody sent, kept as it came; what it holds is for the action to judge.
package struct SentFile: Sendable, Hashable, Codable, InputValue {
    /// Larger ones are read on the server itself, by a command.
    package static let mostBytes = 32 * 1024 * 1024
    package static let type = "application/octet-stream"

    /// SHA-256 of its bytes; names the blob.
    package let hash: String
    package let bytes: Int

    package init(hash: String, bytes: Int) {
        self.hash = hash
        self.bytes = bytes
    }

    /// A file of a form, or in JSON what the upload door answered.
    package static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> SentFile {
        switch raw {
        case .uploads(let files):
            guard let file = files.first else { throw .missing }
            guard file.type == type else { throw InputComplaint("not-an-upload") }
            return SentFile(hash: file.hash, bytes: file.bytes)
        case .text(let text), .string(let text):
            guard let file = SentFile(token: text) else { throw InputComplaint("not-an-upload") }
            return file
        case nil, .null: throw .missing
        default: throw .wrongType
        }
    }
    package static func schema(_ rules: [InputRule]) -> Schema {
        .string(pattern: "^[0-9a-f]{64}~[1-9][0-9]{0,7}~application/octet-stream$")
    }
    package static func control(_ rules: [InputRule]) -> InputControl { .file }

    /// What stands for this file in JSON: `HASH~BYTES~TYPE`.
    package var token: String { "\(hash)~\(bytes)~\(Self.type)" }

    package init?(token: String) {
        guard let (hash, bytes, type) = Upload.parts(of: token), type == Self.type, bytes <= Self.mostBytes else { return nil }
        self.init(hash: hash, bytes: bytes)
    }
}
