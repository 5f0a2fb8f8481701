import Crypto
import CryptoExtras
import Dispatch
import Foundation
package import Values

/// Passwords as scrypt texts: `scrypt$15$8$1$SALT$KEY` (log2 N, block size, parallelism).
/// N = 2^15, r = 8, p = 1: 32 MB and some 100 ms, twice what RFC 7914 proposes for signing in.
package enum Password {
    package static let shortest = 10
    package static let longest = 128
    private static let blockSize = 8
    private static let parallelism = 1
    private static let keyBytes = 32

    /// Slow by intent (some 100 ms): never inside a transaction.
    package static func hash(_ password: String, chance: Chance, cost: Int = 15) -> String {
        let salt = chance.bytes(16)
        let key = derive(password, salt: salt, cost: cost, blockSize: blockSize, parallelism: parallelism)
        return "scrypt$\(cost)$\(blockSize)$\(parallelism)$\(hex(salt))$\(hex(key))"
    }

    package static func verify(_ password: String, _ stored: String) -> Bool {
        let parts = stored.split(separator: "$")
        guard parts.count == 6, parts[0] == "scrypt", let cost = Int(parts[1]), (1...20).contains(cost),
            let size = Int(parts[2]), let lanes = Int(parts[3]), let salt = unhex(String(parts[4])),
            let key = unhex(String(parts[5]))
        else { return false }
        return sameBytes(derive(password, salt: salt, cost: cost, blockSize: size, parallelism: lanes), key)
    }

    /// Verifies off the cooperative pool, one at a time, so that a flood of tries leaves a
    /// processor for everybody else.
    static func verifyAside(_ password: String, _ stored: String) async -> Bool {
        await aside { verify(password, stored) }
    }
    static func hashAside(_ password: String, chance: Chance) async -> String {
        await aside { hash(password, chance: chance) }
    }

    /// A hash that nobody's password has: an unknown name costs the same time as a known one.
    static let nobodys = "scrypt$15$8$1$" + String(repeating: "00", count: 16) + "$" + String(repeating: "00", count: 32)

    private static let queue = DispatchQueue(label: "scrypt")

    private static func aside<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }

    private static func derive(
        _ password: String, salt: [UInt8], cost: Int, blockSize: Int, parallelism: Int
    ) -> [UInt8] {
        let key = try? KDF.Scrypt.deriveKey(
            from: Array(password.utf8), salt: salt, outputByteCount: keyBytes, rounds: 1 << cost,
            blockSize: blockSize, parallelism: parallelism)
        guard let key else { preconditionFailure("scrypt refused its parameters") }
        return key.withUnsafeBytes { Array($0) }
    }
}

/// Compares without telling by the time where the first difference is.
func sameBytes(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for i in a.indices { difference |= a[i] ^ b[i] }
    return difference == 0
}
