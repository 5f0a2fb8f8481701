import Testing
import Web

/// A draw that repeats: the same seed gives the same cuts.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

private enum Outcome: Equatable {
    case parts([Part])
    case fault(MultipartParser.Fault)
    struct Part: Equatable {
        let name: String
        let filename: String?
        var bytes: [UInt8]
        var isWhole: Bool
    }
}

private func parse(_ chunks: [[UInt8]], boundary: String = "xyz") -> Outcome {
    var parser = MultipartParser(boundary: boundary)
    var parts: [Outcome.Part] = []
    do throws(MultipartParser.Fault) {
        for chunk in chunks {
            for event in try parser.feed(chunk) {
                switch event {
                case .part(let name, let filename):
                    parts.append(.init(name: name, filename: filename, bytes: [], isWhole: false))
                case .data(let bytes): parts[parts.count - 1].bytes += bytes
                case .partEnd: parts[parts.count - 1].isWhole = true
                }
            }
        }
        try parser.finish()
        return .parts(parts)
    } catch {
        return .fault(error)
    }
}

private func form(_ parts: [(String, [UInt8])]) -> [UInt8] {
    var body: [UInt8] = []
    for (header, bytes) in parts {
        body += Array("--xyz\r\n\(header)\r\n\r\n".utf8) + bytes + Array("\r\n".utf8)
    }
    return body + Array("--xyz--\r\n".utf8)
}

private let village = form([
    ("Content-Disposition: form-data; name=\"what\"", Array("灯不亮\r\n两天了".utf8)),
    (
        "Content-Disposition: form-data; name=\"photos\"; filename=\"a \\\" b.jpg\"\r\nContent-Type: image/jpeg",
        Array("\r\n--xy\r\n--\r\n--xyy\r\r\n-".utf8) + (0...255).map { UInt8($0) }
    ),
    ("content-disposition: form-data; name=empty", []),
    ("Content-Disposition: form-data; name=\"photos\"; filename=\"\"", []),
])

@Suite struct MultipartTests {
    @Test func aFormWithPhotosIsReadPartByPart() {
        guard case .parts(let parts) = parse([village]) else {
            Issue.record("not read")
            return
        }
        #expect(parts.map(\.name) == ["what", "photos", "empty", "photos"])
        #expect(parts.map(\.filename) == [nil, "a \" b.jpg", nil, ""])
        #expect(parts[0].bytes == Array("灯不亮\r\n两天了".utf8))
        #expect(parts[1].bytes.count == 277)
        #expect(parts[2].bytes == [])
        #expect(parts.allSatisfy { $0.isWhole })
    }

    @Test func howTheNetworkCutsAFormNeverChangesIt() {
        let whole = parse([village])
        #expect(parse(village.map { [$0] }) == whole)
        for cut in 0...village.count {
            #expect(parse([Array(village[..<cut]), Array(village[cut...])]) == whole)
        }
    }

    @Test func noMutationBringsItDownAndEveryCuttingAgrees() {
        var random = Seeded(state: 20_261_124)
        for _ in 0..<3000 {
            var body = village
            for _ in 0..<Int.random(in: 0...6, using: &random) where !body.isEmpty {
                let at = Int.random(in: 0..<body.count, using: &random)
                switch Int.random(in: 0...4, using: &random) {
                case 0: body[at] = UInt8.random(in: 0...255, using: &random)
                case 1: body.remove(at: at)
                case 2: body.insert([13, 10, 45, 120, 0].randomElement(using: &random)!, at: at)
                case 3: body = Array(body[..<at]) + Array("\r\n--xyz".utf8) + Array(body[at...])
                default: body = Array(body[..<max(1, at)])
                }
            }
            let whole = parse([body])
            for _ in 0..<3 {
                var chunks: [[UInt8]] = []
                var rest = body[...]
                while !rest.isEmpty {
                    let size = Int.random(in: 1...40, using: &random)
                    chunks.append(Array(rest.prefix(size)))
                    rest = rest.dropFirst(size)
                }
                #expect(parse(chunks) == whole)
            }
        }
    }

    @Test func moreThanFortyPartsAndEndlessHeadersAreRefused() {
        let field = ("Content-Disposition: form-data; name=\"x\"", Array("1".utf8))
        #expect(parse([form(Array(repeating: field, count: 41))]) == .fault(.tooLarge))
        if case .parts(let parts) = parse([form(Array(repeating: field, count: 40))]) {
            #expect(parts.count == 40)
        } else {
            Issue.record("forty parts are allowed")
        }
        let long = (
            "Content-Disposition: form-data; name=\"x\"\r\nX: " + String(repeating: "a", count: 9000), [UInt8]()
        )
        #expect(parse([form([long])]) == .fault(.tooLarge))
    }

    @Test func aFormThatBreaksOffIsNotTaken() {
        #expect(parse([Array(village.dropLast(6))]) == .fault(.malformed))
        #expect(parse([Array("hello".utf8)]) == .fault(.malformed))
        #expect(parse([form([("X-Other: 1", Array("a".utf8))])]) == .fault(.malformed))
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=abc", "abc"), ("multipart/form-data; charset=utf-8; Boundary=\"a b\"", nil),
        ("multipart/form-data; boundary=\"a'c\"", "a'c"), ("multipart/form-data", nil),
        ("multipart/form-data; boundary=", nil),
    ])
    func theBoundaryIsFoundInTheContentType(_ type: String, _ boundary: String?) {
        #expect(MultipartParser.boundary(of: type) == boundary)
    }
}
