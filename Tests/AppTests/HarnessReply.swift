import Foundation

/// What tests look for in a page.
extension Reply {
    /// Address of the link with this relation.
    func link(rel: String) -> String? {
        for part in text.components(separatedBy: "<a ").dropFirst() {
            let tag = part.components(separatedBy: ">")[0]
            guard tag.contains("rel=\"\(rel)\""), let start = tag.range(of: "href=\"") else { continue }
            return tag[start.upperBound...].components(separatedBy: "\"")[0].replacingOccurrences(
                of: "&amp;", with: "&")
        }
        return nil
    }

    /// The first `<b>number` after a mark.
    func number(after mark: String, before end: String) -> Int {
        guard let start = text.range(of: mark), let open = text[start.upperBound...].range(of: "<b>") else { return -1 }
        return Int(text[open.upperBound...].components(separatedBy: end)[0]) ?? -1
    }

    /// Links of tiles with their numbers.
    func tiles() -> [(link: String, count: Int)] {
        text.components(separatedBy: "<li class=\"tile").dropFirst().compactMap { part in
            let tile = part.components(separatedBy: "</li>")[0]
            guard let start = tile.range(of: "href=\""), let open = tile.range(of: "<b>") else { return nil }
            let link = tile[start.upperBound...].components(separatedBy: "\"")[0].replacingOccurrences(
                of: "&amp;", with: "&")
            return Int(tile[open.upperBound...].components(separatedBy: "</b>")[0]).map { (link, $0) }
        }
    }

    var rawKey: String {
        guard let open = text.range(of: "⟦") else { return "" }
        return String(text[open.lowerBound...].prefix(60))
    }
}

extension Reply {
    /// All links to lists of results with the number that each shows.
    func resultLinks() -> [(link: String, count: Int)] {
        text.components(separatedBy: "href=\"/results/list?").dropFirst().compactMap { part in
            let link =
                "/results/list?" + part.components(separatedBy: "\"")[0].replacingOccurrences(of: "&amp;", with: "&")
            guard let close = part.range(of: ">") else { return nil }
            let digits = part[close.upperBound...].drop { !$0.isNumber }.prefix { $0.isNumber }
            return Int(digits).map { (link, $0) }
        }
    }
}
