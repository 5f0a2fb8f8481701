import Storage
import TestSupport
import Testing
import Values

@Suite struct BlobTests {
    @Test func bytesComeBackByTheirHash() async throws {
        try await withDatabases(Village.schema) { db in
            let photo = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let ref = try await db.blobs.store(photo)
            let again = try await db.blobs.store(photo)
            let empty = try await db.blobs.store([])
            #expect(ref == again)
            #expect(ref.size == 700_000)
            #expect(empty.hash == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
            #expect(try await db.blobs.read(ref.hash) == photo)
            #expect(try await db.blobs.read(empty.hash) == [])
            #expect(try await db.blobs.read(String(repeating: "0", count: 64)) == nil)
            #expect(try await db.blobs.read("../../etc/passwd") == nil)
        }
    }

    @Test func onlyWhatNobodyNamesIsSweptAndOnlyWhenItIsOld() async throws {
        try await withDatabases(Village.schema) { db in
            var refs: [BlobRef] = []
            for number in 0..<12 { refs.append(try await db.blobs.store([UInt8(number)])) }
            let named = Set(refs.prefix(4).map(\.hash))
            let keeping: @Sendable ([String]) async throws -> Set<String> = { named.intersection($0) }

            let early = try await db.blobs.sweep(keeping: keeping, olderThan: Instant(milliseconds: 0))
            let swept = try await db.blobs.sweep(keeping: keeping, olderThan: .distantFuture)
            let again = try await db.blobs.sweep(keeping: keeping, olderThan: .distantFuture)

            #expect([early, swept, again] == [0, 8, 0])
            for ref in refs {
                let isThere = try await db.blobs.read(ref.hash) != nil
                #expect(isThere == named.contains(ref.hash))
            }
        }
    }
}
