import Values

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Blobs as files `ab/abcdef…` of a folder.
///
/// `@unchecked Sendable`: all work is done on the one thread of `queue`, which also keeps a
/// sweep from removing what is being stored again.
final class BlobFiles: @unchecked Sendable {
    private let folder: String
    private let queue = JobQueue<@Sendable () -> Void>()
    private var staged = 0

    init(folder: String) {
        self.folder = folder
        let queue = queue
        startThread {
            while let work = queue.take() { work() }
        }
    }

    deinit {
        queue.close()
    }

    func store(_ bytes: [UInt8], _ hash: String) async throws {
        try await onThread { [self] in
            let path = path(of: hash)
            // A new time keeps the sweep away from bytes that are stored again.
            if utimensat(AT_FDCWD, path, nil, 0) == 0 { return }
            try makeFolder(folder)
            try makeFolder(folder + "/staging")
            try makeFolder(folder + "/" + hash.prefix(2))
            staged += 1
            let draft = "\(folder)/staging/\(getpid())-\(staged)-\(hash.prefix(16))"
            do {
                try writeDurably(bytes, draft)
                guard rename(draft, path) == 0 else { throw fileError(path) }
            } catch {
                unlink(draft)
                throw error
            }
            try syncFolder(folder + "/" + hash.prefix(2))
        }
    }

    func read(_ hash: String) async throws -> [UInt8]? {
        try await onThread { [self] in
            let file = open(path(of: hash), O_RDONLY | O_CLOEXEC)
            guard file >= 0 else {
                if errno == ENOENT { return nil }
                throw fileError(hash)
            }
            defer { close(file) }
            var status = stat()
            guard fstat(file, &status) == 0 else { throw fileError(hash) }
            let size = Int(status.st_size)
            var bytes = [UInt8](repeating: 0, count: size)
            var done = 0
            while done < size {
                let count = bytes.withUnsafeMutableBytes {
                    #if canImport(Glibc)
                    Glibc.read(file, $0.baseAddress! + done, size - done)
                    #else
                    Darwin.read(file, $0.baseAddress! + done, size - done)
                    #endif
                }
                guard count > 0 else { throw fileError(hash) }
                done += count
            }
            return bytes
        }
    }

    /// Hashes in order, at most `limit`, of files older than `before`. Also clears drafts that
    /// a crash left behind.
    func old(after: String, before: Instant, limit: Int) async throws -> [String] {
        try await onThread { [self] in
            if after.isEmpty {
                for draft in names(in: folder + "/staging") {
                    let path = "\(folder)/staging/\(draft)"
                    if isOlder(path, before) { unlink(path) }
                }
            }
            var found: [String] = []
            for part in names(in: folder) where part.utf8.count == 2 && part >= after.prefix(2) {
                for hash in names(in: "\(folder)/\(part)")
                where hash > after && isOlder(path(of: hash), before) {
                    found.append(hash)
                    if found.count == limit { return found }
                }
            }
            return found
        }
    }

    func remove(_ hash: String, before: Instant) async throws -> Bool {
        try await onThread { [self] in
            isOlder(path(of: hash), before) && unlink(path(of: hash)) == 0
        }
    }

    func removeFolder() {
        for part in names(in: folder) {
            for name in names(in: "\(folder)/\(part)") { unlink("\(folder)/\(part)/\(name)") }
            rmdir("\(folder)/\(part)")
        }
        rmdir(folder)
    }

    private func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withUnsafeThrowingContinuation { answer in
            let accepted = queue.put { answer.resume(with: Result { try body() }) }
            if !accepted { answer.resume(throwing: StorageError.unavailable("closed")) }
        }
    }

    private func path(of hash: String) -> String { "\(folder)/\(hash.prefix(2))/\(hash)" }

    private func names(in folder: String) -> [String] {
        guard let list = opendir(folder) else { return [] }
        defer { closedir(list) }
        var names: [String] = []
        while let entry = readdir(list) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private func isOlder(_ path: String, _ limit: Instant) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        #if canImport(Glibc)
        let time = status.st_mtim
        #else
        let time = status.st_mtimespec
        #endif
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000 < limit.milliseconds
    }

    private func makeFolder(_ path: String) throws {
        if mkdir(path, 0o700) == 0 {
            try syncFolder(parent(path))
        } else if errno != EEXIST {
            throw fileError(path)
        }
    }
}

func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Makes names of a folder durable.
func syncFolder(_ path: String) throws {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw fileError(path) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw fileError(path) }
}

private func writeDurably(_ bytes: [UInt8], _ path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw fileError(path) }
    defer { close(file) }
    var done = 0
    while done < bytes.count {
        let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + done, bytes.count - done) }
        guard count > 0 else { throw fileError(path) }
        done += count
    }
    guard fsync(file) == 0 else { throw fileError(path) }
}

private func fileError(_ path: String) -> StorageError {
    errno == ENOSPC || errno == EDQUOT || errno == EFBIG
        ? .full : .unavailable("\(path): \(String(cString: strerror(errno)))")
}
