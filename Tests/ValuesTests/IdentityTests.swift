import Testing
import Values

struct IdentityTests {
    private enum Thing {}

    /// The same bytes for the same seed.
    private func chance(_ seed: UInt64) -> Chance {
        let state = SeededBytes(seed)
        return Chance { state.next($0) }
    }

    @Test func idsMadeLaterSortLater() {
        let chance = chance(1)
        var last = ID<Thing>(at: Instant(milliseconds: 0), from: chance)
        for n in 1...2000 {
            let next = ID<Thing>(at: Instant(milliseconds: Int64(n) * 997), from: chance)
            #expect(last < next)
            #expect(ID<Thing>(parsing: next.text) == next)
            last = next
        }
    }

    @Test(arguments: [
        "", "x", "0190f0e0-0000-7000-8000-00000000000", "0190f0e0-0000-7000-8000-00000000000G",
        "0190F0E0-0000-7000-8000-000000000000",
    ])
    func whatIsNoIdIsRefused(_ typed: String) {
        #expect(ID<Thing>(parsing: typed) == nil)
    }

    @Test func aCodeHasNoLetterThatLooksLikeADigit() {
        let chance = chance(2)
        for _ in 0..<500 {
            let code = Code(from: chance).text
            #expect(code.count == 9 && !code.contains { "01IO".contains($0) })
        }
    }

    @Test func aCodeReadAloudIsTakenHoweverItIsTyped() {
        let code = Code(from: chance(3))
        #expect(Code(typed: code.text.lowercased()) == code)
        #expect(Code(typed: code.text.replacing("-", with: " ")) == code)
        #expect(Code(typed: code.text.replacing("-", with: "")) == code)
    }

    @Test func oneWrongCharacterIsAlwaysNoticed() {
        let chance = chance(4)
        let letters = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")
        for _ in 0..<50 {
            let code = Array(Code(from: chance).text)
            for place in code.indices where code[place] != "-" {
                for letter in letters where letter != code[place] {
                    var wrong = code
                    wrong[place] = letter
                    #expect(Code(typed: String(wrong)) == nil)
                }
            }
        }
    }

    @Test func twoSwappedNeighboursAreNoticed() {
        let chance = chance(5)
        var missed = 0
        var tried = 0
        for _ in 0..<300 {
            let code = Array(Code(from: chance).text.filter { $0 != "-" })
            for place in 0..<7 where code[place] != code[place + 1] {
                var wrong = code
                wrong.swapAt(place, place + 1)
                tried += 1
                if Code(typed: String(wrong)) != nil { missed += 1 }
            }
        }
        // Luhn mod N misses only the pair of its first and last characters: 2 of 992.
        #expect(tried > 1500 && missed * 100 < tried)
    }

    @Test func hexadecimalThereAndBack() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(unhex(hex(bytes)) == bytes)
        #expect(unhex("0") == nil && unhex("zz") == nil && unhex("AbCd") == [0xab, 0xcd])
    }
}

private final class SeededBytes: @unchecked Sendable {
    // Used by one test at a time.
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    func next(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }
}
