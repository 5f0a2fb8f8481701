package import Foundation
import Synchronization

/// Writes every statement with its values to a file, so that the benchmark can run the very same
/// ones on the bare engine. Off unless the benchmark's command turns it on.
package enum StatementTrace {
    private static let isOn = Atomic<Bool>(false)
    private static let file = Mutex<FileHandle?>(nil)

    /// One statement a line: the text in hexadecimal, then a value each, separated by tabs:
    /// `N`, `I123`, `R1.5`, `T` and `B` with hexadecimal bytes. A line `--` ends a transaction.
    package static func start(_ handle: FileHandle) {
        file.withLock { $0 = handle }
        isOn.store(true, ordering: .releasing)
    }

    package static func stop() {
        isOn.store(false, ordering: .releasing)
        file.withLock { $0 = nil }
    }

    package static func mark() {
        file.withLock { $0?.write(Data("--\n".utf8)) }
    }

    @inline(__always)
    static func note(_ sql: SQL) {
        guard isOn.load(ordering: .relaxed) else { return }
        write(sql)
    }

    private static func write(_ sql: SQL) {
        let values = sql.binds.map { value in
            switch value {
            case .null: "N"
            case .integer(let n): "I\(n)"
            case .real(let x): "R\(x)"
            case .text(let text): "T" + digits(text.utf8)
            case .blob(let bytes): "B" + digits(bytes)
            }
        }
        let line = ([digits(sql.text.utf8)] + values).joined(separator: "\t") + "\n"
        file.withLock { $0?.write(Data(line.utf8)) }
    }

    private static func digits(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
