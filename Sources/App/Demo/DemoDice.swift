/// Numbers that look like chance and are the same at every run (SplitMix64), so that the demo
/// county is the same for everybody who looks at it.
struct DemoDice: Sendable {
    private var state: UInt64

    /// - Parameter name: draws of one thing do not move when another thing draws more.
    init(_ name: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        state = hash
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// True in `perMille` of a thousand draws.
    mutating func happens(perMille: Int) -> Bool { number(in: 0...999) < perMille }

    mutating func pick<T>(_ choices: [T]) -> T { choices[number(in: 0...(choices.count - 1))] }

    /// The index of a weight, drawn in proportion to the weights.
    mutating func index(weights: [Int]) -> Int {
        var left = number(in: 0...(weights.reduce(0, +) - 1))
        for (i, weight) in weights.enumerated() {
            if left < weight { return i }
            left -= weight
        }
        return weights.count - 1
    }

    mutating func shuffled<T>(_ list: [T]) -> [T] {
        var out = list
        for i in stride(from: out.count - 1, to: 0, by: -1) { out.swapAt(i, number(in: 0...i)) }
        return out
    }
}
