/// A danger that the words of a report tell of (docs/rules/danger.md).
package enum Danger: String, Sendable, Hashable, CaseIterable {
    /// A wire broken, fallen or touching the ground, or its pole down: stay away.
    case wireDown = "wire-down"
    /// Smoke, sparks or fire at electrical equipment: get out, no water.
    case fire
    /// Somebody got a shock or is hurt: switch off before touching.
    case hurt

    /// The dangers that a text names, each once, in the order of `allCases`.
    ///
    /// Words are looked for as they stand, without grammar: "nobody was hurt" warns as well.
    /// A needless warning costs a glance, a missing one may cost a life.
    package static func words(in text: String) -> [Danger] {
        let found = DangerWords.all.dangers(in: Array(text.utf8))
        return allCases.filter(found.contains)
    }
}

private struct DangerWords: Sendable {
    private struct Word: Sendable {
        let bytes: [UInt8]
        let danger: Danger
    }

    static let all = DangerWords(
        [
            .wireDown: [
                "电线断", "断线", "线断", "电线掉", "线掉", "线落", "掉在地上", "落到地上", "垂到地",
                "拖在地", "电线塌", "倒杆", "杆倒", "杆子倒", "杆断", "断杆", "電線斷", "斷線",
                "wire down", "wires down", "line down", "lines down", "wire is down", "line is down",
                "wires are down", "lines are down", "wire fell", "line fell", "fallen wire",
                "fallen line", "downed wire", "downed line", "downed power", "broken wire",
                "wire broke", "wire snapped", "line snapped", "pole down", "pole fell", "fallen pole",
            ],
            .fire: [
                "冒烟", "着火", "起火", "失火", "火花", "火星", "冒火", "打火光", "烧着了", "烧起来",
                "烧焦", "焦味", "糊味", "煳味", "浓烟", "爆炸", "变压器炸", "电表炸", "著火",
                "smoke", "smoking", "fire", "flame", "spark", "burning", "explosion", "exploded",
            ],
            .hurt: [
                "触电", "觸電", "电着人", "电着了", "电着我", "电着孩", "电到人", "电了人", "被电了",
                "被电着", "被电到", "被电击", "电击", "电伤", "电死", "电晕", "麻手", "手麻",
                "麻了一下", "电麻", "麻电", "受伤", "伤人", "伤了人", "有人伤", "砸伤", "烧伤", "摔伤",
                "昏迷", "晕倒", "倒地不起", "没有呼吸", "没呼吸", "死了人", "有人死",
                "electric shock", "got a shock", "got shocked", "electrocut", "injur", "hurt",
                "unconscious", "not breathing",
            ],
        ],
        harmless: ["触电保护", "触电保安", "网线断", "宽带断线"])

    /// Words by their first byte; Latin ones in lower case.
    private let byFirst: [[Word]]
    /// What holds a danger word but names a device or another line.
    private let harmless: [[UInt8]]

    init(_ words: [Danger: [String]], harmless: [String]) {
        var table = [[Word]](repeating: [], count: 256)
        for (danger, list) in words {
            for text in list {
                let bytes = Array(text.utf8)
                table[Int(bytes[0])].append(Word(bytes: bytes, danger: danger))
            }
        }
        byFirst = table
        self.harmless = harmless.map { Array($0.utf8) }
    }

    func dangers(in text: [UInt8]) -> Set<Danger> {
        let text = text.map { (65...90).contains($0) ? $0 + 32 : $0 }
        func stands(_ bytes: [UInt8], at start: Int) -> Bool {
            start + bytes.count <= text.count
                && text[start..<(start + bytes.count)].elementsEqual(bytes)
        }
        var found: Set<Danger> = []
        var start = 0
        while start < text.count, found.count < Danger.allCases.count {
            if let phrase = harmless.first(where: { $0[0] == text[start] && stands($0, at: start) }) {
                start += phrase.count
                continue
            }
            // A Latin word begins at its beginning: "misfire" is not "fire".
            let insideLatin = start > 0 && text[start] < 128 && (97...122).contains(text[start - 1])
            if !insideLatin {
                for word in byFirst[Int(text[start])]
                where !found.contains(word.danger) && stands(word.bytes, at: start) {
                    found.insert(word.danger)
                }
            }
            start += 1
        }
        return found
    }
}
