/// Names and what people wrote are Chinese on an English page too. Screen readers change their
/// voice only where the language is marked (WCAG 3.1.2), so every run of Chinese letters in the
/// text of a finished page is put into `<span lang="zh-Hans">`, in one pass.
///
/// Elements that hold nothing but text (title, textarea, option, script, style) stay as they are.
func markChinese(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + bytes.count / 8)
    var at = 0
    while at < bytes.count {
        if bytes[at] == 60 {  // <
            let end = endOfMarkup(bytes, at)
            out += bytes[at..<end]
            at = end
        } else if isHan(bytes, at) {
            let end = endOfRun(bytes, at)
            out += openMark
            out += bytes[at..<end]
            out += closeMark
            at = end
        } else {
            out.append(bytes[at])
            at += 1
        }
    }
    return out
}

private let openMark = Array("<span lang=\"zh-Hans\">".utf8)
private let closeMark = Array("</span>".utf8)
private let textOnly = ["title", "textarea", "option", "script", "style"].map { Array($0.utf8) }

/// Behind this tag, or behind the whole element where it holds only text.
private func endOfMarkup(_ bytes: [UInt8], _ start: Int) -> Int {
    var end = endOfTag(bytes, start)
    for name in textOnly where bytes[(start + 1)...].starts(with: name) {
        let close = [60, 47] + name
        while end < bytes.count, !(bytes[end] == 60 && bytes[end...].starts(with: close)) { end += 1 }
        return endOfTag(bytes, end)
    }
    return end
}

/// An attribute's value may hold `>`: HTML written here always quotes it.
private func endOfTag(_ bytes: [UInt8], _ start: Int) -> Int {
    var at = start
    var isQuoted = false
    while at < bytes.count {
        if bytes[at] == 34 { isQuoted.toggle() }
        at += 1
        if bytes[at - 1] == 62, !isQuoted { break }
    }
    return at
}

/// U+3400…9FFF, three bytes from E3 90 80 to E9 BF BF.
private func isHan(_ bytes: [UInt8], _ at: Int) -> Bool {
    guard at + 2 < bytes.count else { return false }
    return (0xE4...0xE9).contains(bytes[at]) || bytes[at] == 0xE3 && bytes[at + 1] >= 0x90
}

/// Chinese letters with the Chinese punctuation between them (U+3000…303F, U+FF00…FFEF).
private func endOfRun(_ bytes: [UInt8], _ start: Int) -> Int {
    var at = start
    while at + 2 < bytes.count {
        let isMark = bytes[at] == 0xE3 && bytes[at + 1] == 0x80 || bytes[at] == 0xEF && bytes[at + 1] >= 0xBC
        guard isHan(bytes, at) || isMark else { break }
        at += 3
    }
    return at
}
