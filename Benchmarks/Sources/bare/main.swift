import CPostgres
import CSQLite
import Foundation

// The reference for durable intake: the very statements that the server ran for its intakes
// (recorded by `cunwang bench trace`), prepared, one by one on one connection, 64 intakes to a
// transaction, synchronous commit. Prints intakes a second.
//
//   bare sqlite FILE TRACE
//   bare postgres URL TRACE

let intakesToATransaction = 64

enum Value {
    case null
    case integer(Int64)
    case real(Double)
    case text([UInt8])
    case blob([UInt8])
}

struct Statement {
    let text: String
    let values: [Value]
}

func fail(_ why: String) -> Never {
    FileHandle.standardError.write(Data((why + "\n").utf8))
    exit(1)
}

func unhex(_ text: Substring) -> [UInt8] {
    var out: [UInt8] = []
    var high: UInt8?
    for c in text.utf8 {
        let v = c <= 57 ? c - 48 : c - 87
        if let h = high {
            out.append(h << 4 | v)
            high = nil
        } else {
            high = v
        }
    }
    return out
}

func read(_ path: String) -> [[Statement]] {
    guard let data = FileManager.default.contents(atPath: path) else { fail("no trace at \(path)") }
    var intakes: [[Statement]] = []
    var current: [Statement] = []
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
        if line == "--" {
            if !current.isEmpty { intakes.append(current) }
            current = []
            continue
        }
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
        let text = String(decoding: unhex(parts[0]), as: UTF8.self)
        if text.hasPrefix("BEGIN") || text.hasPrefix("COMMIT") || text.hasPrefix("SAVEPOINT")
            || text.hasPrefix("RELEASE")
        {
            continue
        }
        // The search that made the server write its words to the index is no part of an intake.
        if text.contains(" MATCH ") || text.contains(" @@ ") { continue }
        current.append(
            Statement(
                text: text,
                values: parts.dropFirst().map { part in
                    switch part.first {
                    case "I": .integer(Int64(part.dropFirst()) ?? 0)
                    case "R": .real(Double(part.dropFirst()) ?? 0)
                    case "T": .text(unhex(part.dropFirst()))
                    case "B": .blob(unhex(part.dropFirst()))
                    default: .null
                    }
                }))
    }
    return intakes
}

func sqlite(_ path: String, _ intakes: [[Statement]]) {
    var handle: OpaquePointer?
    guard sqlite3_open(path, &handle) == SQLITE_OK else { fail("cannot open \(path)") }
    sqlite3_busy_timeout(handle, 10_000)
    for pragma in ["PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON"] {
        sqlite3_exec(handle, pragma, nil, nil, nil)
    }
    let transient = unsafeBitCast(-1 as Int, to: sqlite3_destructor_type.self)
    var prepared: [String: OpaquePointer] = [:]
    for chunk in stride(from: 0, to: intakes.count, by: intakesToATransaction) {
        sqlite3_exec(handle, "BEGIN IMMEDIATE", nil, nil, nil)
        for intake in intakes[chunk..<min(chunk + intakesToATransaction, intakes.count)] {
            for statement in intake {
                if prepared[statement.text] == nil {
                    var made: OpaquePointer?
                    guard sqlite3_prepare_v2(handle, statement.text, -1, &made, nil) == SQLITE_OK else {
                        fail(String(cString: sqlite3_errmsg(handle)) + ": " + statement.text)
                    }
                    prepared[statement.text] = made
                }
                guard let stmt = prepared[statement.text] else { continue }
                for (i, value) in statement.values.enumerated() {
                    let at = Int32(i + 1)
                    switch value {
                    case .null: sqlite3_bind_null(stmt, at)
                    case .integer(let n): sqlite3_bind_int64(stmt, at, n)
                    case .real(let x): sqlite3_bind_double(stmt, at, x)
                    case .text(let bytes):
                        bytes.withUnsafeBytes {
                            _ = sqlite3_bind_text(
                                stmt, at, $0.baseAddress?.assumingMemoryBound(to: CChar.self) ?? nil,
                                Int32(bytes.count),
                                transient)
                        }
                        if bytes.isEmpty { sqlite3_bind_text(stmt, at, "", 0, nil) }
                    case .blob(let bytes):
                        bytes.withUnsafeBytes {
                            _ = sqlite3_bind_blob(stmt, at, $0.baseAddress, Int32(bytes.count), transient)
                        }
                    }
                }
                var status = sqlite3_step(stmt)
                while status == SQLITE_ROW { status = sqlite3_step(stmt) }
                guard status == SQLITE_DONE else {
                    fail(String(cString: sqlite3_errmsg(handle)) + ": " + statement.text)
                }
                sqlite3_reset(stmt)
            }
        }
        guard sqlite3_exec(handle, "COMMIT", nil, nil, nil) == SQLITE_OK else { fail("commit failed") }
    }
}

func postgres(_ url: String, _ intakes: [[Statement]]) {
    guard let connection = PQconnectdb(url), PQstatus(connection) == CONNECTION_OK else { fail("cannot connect") }
    func check(_ result: OpaquePointer?, _ what: String) {
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
            fail(String(cString: PQerrorMessage(connection)) + ": " + what)
        }
        PQclear(result)
    }
    check(PQexec(connection, "SET synchronous_commit = on"), "SET")
    var prepared: [String: String] = [:]
    for chunk in stride(from: 0, to: intakes.count, by: intakesToATransaction) {
        check(PQexec(connection, "BEGIN"), "BEGIN")
        for intake in intakes[chunk..<min(chunk + intakesToATransaction, intakes.count)] {
            for statement in intake {
                let name: String
                if let known = prepared[statement.text] {
                    name = known
                } else {
                    name = "s\(prepared.count)"
                    var n = 0
                    var text = ""
                    for c in statement.text {
                        if c == "?" {
                            n += 1
                            text += "$\(n)"
                        } else {
                            text.append(c)
                        }
                    }
                    check(PQprepare(connection, name, text, 0, nil), statement.text)
                    prepared[statement.text] = name
                }
                let texts: [[UInt8]?] = statement.values.map { value in
                    switch value {
                    case .null: nil
                    case .integer(let n): Array(String(n).utf8) + [0]
                    case .real(let x): Array(String(x).utf8) + [0]
                    case .text(let bytes): bytes + [0]
                    case .blob(let bytes): Array(("\\x" + bytes.map { String(format: "%02x", $0) }.joined()).utf8) + [0]
                    }
                }
                let pointers: [UnsafePointer<CChar>?] = texts.map { bytes in
                    guard let bytes else { return nil }
                    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
                    for (i, b) in bytes.enumerated() { copy[i] = CChar(bitPattern: b) }
                    return UnsafePointer(copy)
                }
                check(
                    PQexecPrepared(connection, name, Int32(pointers.count), pointers, nil, nil, 0), statement.text)
                for pointer in pointers { pointer?.deallocate() }
            }
        }
        check(PQexec(connection, "COMMIT"), "COMMIT")
    }
    PQfinish(connection)
}

guard CommandLine.arguments.count == 4 else { fail("bare sqlite FILE TRACE | bare postgres URL TRACE") }
let intakes = read(CommandLine.arguments[3])
guard intakes.count >= intakesToATransaction else { fail("the trace holds too few intakes") }
let started = ContinuousClock.now
switch CommandLine.arguments[1] {
case "sqlite": sqlite(CommandLine.arguments[2], intakes)
case "postgres": postgres(CommandLine.arguments[2], intakes)
default: fail("sqlite or postgres?")
}
let elapsed = started.duration(to: .now)
let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
print(String(format: "%.1f", Double(intakes.count) / seconds))
