import Desk
import Subprocess

/// Makes a picture anew, so that nothing but the picture is left of the file: no place, no
/// thumbnail, no second file behind it.
package enum ImageCleaner {
    /// A picture that takes longer is refused.
    private static let secondsLimit = 20

    /// - Throws: `not-an-image` when it cannot be decoded.
    package static func clean(
        _ bytes: [UInt8], _ image: ImageHeader
    ) async throws -> (bytes: [UInt8], type: String) {
        do {
            if let made = try await byVips(bytes) { return (made, ImageHeader.Format.jpeg.rawValue) }
            throw InputComplaint("not-an-image")
        } catch let error as SubprocessError where error.code == .executableNotFound {
            // Without vips the picture keeps its size, but loses its metadata.
            guard let stripped = MetadataStripper.strip(bytes, image.format) else {
                throw InputComplaint("not-an-image")
            }
            return (stripped, image.format.rawValue)
        }
    }

    private static func byVips(_ bytes: [UInt8]) async throws -> [UInt8]? {
        try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                let side = UploadLimit.photoSide
                let result = try await run(
                    .name("vipsthumbnail"),
                    arguments: ["stdin", "--size", "\(side)x\(side)>", "-o", ".jpg[Q=80,strip,background=255]"],
                    environment: .inherit.updating(["VIPS_BLOCK_UNTRUSTED": "1", "VIPS_CONCURRENCY": "1"]),
                    input: .array(bytes), output: .bytes(limit: 12_000_000), error: .discarded)
                guard result.terminationStatus.isSuccess, ImageHeader(result.standardOutput) != nil else { return nil }
                return result.standardOutput
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
