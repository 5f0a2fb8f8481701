import Desk
import Testing

@testable import Web

@Suite struct JSONReaderTests {
    @Test(arguments: [
        (
            #"{"a": 1, "b": [true, null, "x"]}"#,
            RawInput.object(["a": .number(1), "b": .list([.bool(true), .null, .string("x")])])
        ),
        (#" "停电\n了" "#, .string("停电\n了")),
        (#""\ud83d\udca1""#, .string("💡")),
        (#""\u0000""#, .string("\0")),
        ("-0.5e2", .number(-50)),
        ("[]", .list([])),
        (#"{"a":1,"a":2}"#, .object(["a": .number(2)])),
    ])
    func whatIsJSONIsRead(_ text: String, _ value: RawInput) throws {
        #expect(try JSONReader.read(Array(text.utf8)) == value)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\"}", "{a:1}", "01", "1.", "+1", "'a'", "nul", "\"\\x\"", "\"\\ud83d\"", "\"a", "1 2",
        "\"\u{1}\"", "1e999", "[1", "\"\\u12", "{\"a\":1,}",
    ])
    func whatIsNotJSONIsRefused(_ text: String) {
        #expect(throws: JSONReader.Malformed.self) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        #expect(throws: JSONReader.Malformed.self) { try JSONReader.read([34, 0xFF, 34]) }
        #expect(throws: JSONReader.Malformed.self) { try JSONReader.read([34, 92, 110, 0xC0, 34]) }
    }

    @Test func aThousandBracketsDoNotBringItDown() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONReader.Malformed.self) { try JSONReader.read(Array(deep.utf8)) }
    }
}
