import Crypto
import Foundation
package import Values
import Web

/// One-time passwords by time, RFC 6238 with HMAC-SHA-1, 30-second steps and six digits, as the
/// usual apps expect.
package struct TOTP: Sendable {
    package let secret: [UInt8]
    private static let stepSeconds: Int64 = 30

    package init(secret: [UInt8]) {
        self.secret = secret
    }

    package static func step(at now: Instant) -> Int64 { now.milliseconds / 1000 / stepSeconds }

    package func code(step: Int64, digits: Int = 6) -> String {
        let counter = withUnsafeBytes(of: UInt64(bitPattern: step).bigEndian) { Array($0) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(mac[19] & 15)
        var number = UInt32(mac[offset] & 127)
        for i in 1...3 { number = number << 8 | UInt32(mac[offset + i]) }
        var modulus: UInt32 = 1
        for _ in 0..<digits { modulus *= 10 }
        let text = String(number % modulus)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// Accepts the step before and after, for clocks that are a little off, but none that was used.
    /// - Returns: the step that matched, to be kept so that the code works once.
    package func accepts(_ typed: String, at now: Instant, after used: Int64?) -> Int64? {
        let digits = typed.filter { $0 != " " }
        let current = TOTP.step(at: now)
        for step in [current, current - 1, current + 1] where step > used ?? -1 {
            if sameBytes(Array(code(step: step).utf8), Array(digits.utf8)) { return step }
        }
        return nil
    }

    /// The secret as the apps take it, RFC 4648 base 32 without padding.
    package var base32: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var out: [UInt8] = []
        var bits = 0
        var buffer = 0
        for byte in secret {
            buffer = (buffer << 8 | Int(byte)) & 0xFFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                out.append(alphabet[buffer >> bits & 31])
            }
        }
        if bits > 0 { out.append(alphabet[buffer << (5 - bits) & 31]) }
        return String(decoding: out, as: UTF8.self)
    }

    package init?(base32 text: String) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var out: [UInt8] = []
        var bits = 0
        var buffer = 0
        for byte in text.uppercased().utf8 where byte != 32 {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            buffer = (buffer << 5 | value) & 0xFFFF
            bits += 5
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(buffer >> bits & 255))
            }
        }
        guard out.count >= 10 else { return nil }
        self.secret = out
    }

    /// What the QR code for the app says.
    func address(name: String) -> String {
        "otpauth://totp/Cunwang:\(percentEncoded(name))?secret=\(base32)&issuer=Cunwang"
    }
}
