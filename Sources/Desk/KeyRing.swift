import Crypto
import Foundation
package import Values

/// The keys of one installation: they stand in a 0600 file that is made at first start, never in
/// the database or its backup.
package struct KeyRing: Sendable {
    private let encryption: SymmetricKey
    private let hashing: SymmetricKey

    /// - Parameter secret: 64 bytes.
    package init(secret: [UInt8]) {
        precondition(secret.count == 64)
        encryption = SymmetricKey(data: secret[0..<32])
        hashing = SymmetricKey(data: secret[32..<64])
    }

    /// Reads the key file, or makes it with mode 0600.
    package static func load(path: String, chance: Chance) throws -> KeyRing {
        if let data = FileManager.default.contents(atPath: path) {
            guard let secret = unhex(String(decoding: data, as: UTF8.self).trimmed), secret.count == 64,
                secret.contains(where: { $0 != secret[0] })
            else { throw KeyFileDamaged(path: path) }
            return KeyRing(secret: secret)
        }
        let secret = chance.bytes(64)
        let descriptor = makePrivateFile(path)
        guard descriptor >= 0 else { throw KeyFileDamaged(path: path) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data((hex(secret) + "\n").utf8))
        try handle.synchronize()
        return KeyRing(secret: secret)
    }

    package struct KeyFileDamaged: Error, CustomStringConvertible {
        let path: String
        package var description: String { "the key file \(path) cannot be read or made; restore it from its own backup" }
    }

    /// AES-256-GCM; nonce, text and tag together.
    package func seal(_ bytes: [UInt8]) throws -> [UInt8] {
        guard let sealed = try AES.GCM.seal(bytes, using: encryption).combined else { return [] }
        return Array(sealed)
    }
    package func open(_ sealed: [UInt8]) throws -> [UInt8] {
        Array(try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: encryption))
    }
    /// Text for a column of sealed bytes.
    package func seal(_ text: String) throws -> [UInt8] { try seal(Array(text.utf8)) }
    package func openText(_ sealed: [UInt8]) throws -> String {
        String(decoding: try open(sealed), as: UTF8.self)
    }

    /// HMAC-SHA-256, 32 hexadecimal digits: for finding a secret without storing it.
    /// `purpose` keeps hashes of different columns apart.
    package func hash(_ text: String, for purpose: String) -> String {
        var hmac = HMAC<SHA256>(key: hashing)
        hmac.update(data: Data(purpose.utf8))
        hmac.update(data: [0])
        hmac.update(data: Data(text.utf8))
        return hex(hmac.finalize().prefix(16))
    }
    package func hash(_ phone: PhoneNumber) -> String { hash(phone.digits, for: "phone") }
    package func hashLastFour(_ phone: PhoneNumber) -> String { hash(phone.lastFour, for: "phone-last-four") }
}

/// - Returns: a descriptor, or -1 when the file exists or cannot be made.
private func makePrivateFile(_ path: String) -> Int32 {
    open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
}
