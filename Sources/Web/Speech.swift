import Crypto
package import Desk
package import Foundation
import Subprocess
import Values

/// Texts read aloud by the machine, for phones without a voice of the language: made once per text and
/// kept as MP3 files in a folder. Only for texts of the county's own, never for what somebody typed.
package actor Speech {
    /// Makes the MP3 of a text; nil when that did not work.
    package typealias Maker = @Sendable (_ text: String, _ language: Language) async throws -> [UInt8]?

    /// A longer text is not read.
    package static let mostCharacters = 1000

    private let folder: URL
    private let maker: Maker
    /// Texts in the making, with those who wait for them.
    private var making: [String: [CheckedContinuation<Void, Never>]] = [:]

    package init(folder: URL, maker: @escaping Maker) {
        self.folder = folder
        self.maker = maker
    }

    /// By the Debian packages `espeak-ng` and `lame`; nil where one of them is missing.
    package static func onThisMachine(folder: URL) async -> Speech? {
        for name in ["espeak-ng", "lame"] {
            let found = try? await run(.name(name), arguments: ["--version"], output: .discarded, error: .discarded)
            guard found?.terminationStatus.isSuccess == true else { return nil }
        }
        return Speech(folder: folder, maker: Self.make)
    }

    /// The MP3 of a text, made now if it is heard for the first time.
    /// - Returns: nil when it can't be made.
    package func mp3(_ text: String, _ language: Language) async throws -> [UInt8]? {
        guard !text.isEmpty, text.count <= Self.mostCharacters else { return nil }
        let name = hex(SHA256.hash(data: Array("1 \(language.rawValue) \(text)".utf8))) + ".mp3"
        let file = folder.appending(path: name)
        while making[name] != nil {
            await withCheckedContinuation { making[name, default: []].append($0) }
        }
        if let kept = try? Data(contentsOf: file) { return [UInt8](kept) }
        making[name] = []
        defer { for waiting in making.removeValue(forKey: name) ?? [] { waiting.resume() } }
        guard let made = try await maker(text, language), !made.isEmpty else { return nil }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(made).write(to: file, options: .atomic)
        return made
    }

    // MARK: Making

    /// Slow and plain: for old ears. 24 kbit/s are 3 kB a second.
    private static func make(_ text: String, _ language: Language) async throws -> [UInt8]? {
        let voice = language == .chinese ? "cmn" : "en"
        let spoken = try await output(
            "espeak-ng", ["-v", voice, "-s", "140", "-g", "3", "-b", "1", "--stdin", "--stdout"], [UInt8](text.utf8))
        guard let spoken, spoken.count > 1000 else { return nil }
        return try await output("lame", ["--quiet", "-m", "m", "--resample", "16", "-b", "24", "-", "-"], spoken)
    }

    /// Something that takes longer is given up.
    private static let secondsLimit = 20

    private static func output(_ name: String, _ arguments: [String], _ input: [UInt8]) async throws -> [UInt8]? {
        try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                let result = try await run(
                    .name(name), arguments: .init(arguments), input: .array(input), output: .bytes(limit: 20_000_000),
                    error: .discarded)
                return result.terminationStatus.isSuccess ? result.standardOutput : nil
            }
            group.addTask {
                try await Task.sleep(for: .seconds(secondsLimit))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
