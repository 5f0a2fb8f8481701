import Desk
import PowerRules
import Registry
import Values
import Web

/// What the pages of the network share.
enum GridParts {
    /// `heads` are locale keys.
    static func table(
        _ caption: String, heads: [String], _ rows: [[HTML]], _ words: Words, isNarrow: Bool = false
    ) -> HTML {
        Listing.table(caption, heads.map { words[$0] }, rows, isNarrow: isNarrow)
    }

    static func facts(_ pairs: [(String, HTML)]) -> HTML {
        let lines: [HTML] = pairs.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" }
        return "<dl class=\"facts\">\(lines)</dl>"
    }

    static func section(_ title: String, _ id: String, _ body: HTML) -> HTML {
        "<section aria-labelledby=\"\(id)\"><h2 id=\"\(id)\">\(title)</h2>\(body)</section>"
    }

    /// The link to what follows in a key-paged list.
    static func next(_ visit: Visit, _ key: String?) -> HTML? {
        guard let key else { return nil }
        return """
            <nav class="pages" aria-label="\(visit.words["registry.pages"])">\
            <a class="button second" href="\(visit.link(["after": key]))">\(visit.words["registry.next-page"]) \(Icon.next)</a></nav>
            """
    }

    /// A figure without a needless fraction.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String((value * 10).rounded() / 10)
    }

    static func state(_ device: DeviceInfo, _ words: Words) -> HTML {
        let word = words[device.isClosed ? "switch-position.closed" : "switch-position.open"]
        let strange = device.isClosed != device.isNormallyClosed
        return "<span class=\"tag \(strange ? "late" : "calm")\">\(word)</span>"
    }

    static func devices(_ list: [DeviceInfo], _ words: Words) -> HTML {
        let rows: [[HTML]] = list.map { device in
            [
                "<a href=\"/network/devices/\(device.id)\">\(device.code)</a>", HTML(device.name),
                device.lengthM.map { "\(number($0)) m" } ?? device.kva.map { "\(number($0)) kVA" } ?? "–",
                state(device, words), "\(device.high - device.low)",
            ]
        }
        return table(
            words["network.devices"],
            heads: ["network.code", "network.name", "network.size", "network.state", "network.customers"], rows, words)
    }

    /// Counts by area and village, and the connected accounts, masked.
    static func accounts(
        _ list: [AffectedAccount], _ affected: Affected, _ known: DirectorySnapshot, _ visit: Visit
    ) -> HTML {
        let words = visit.words
        let shares: [[HTML]] = affected.shares.map { share in
            [
                share.area.map { "<a href=\"/network/areas/\($0)\">\(share.areaName)</a>" } ?? HTML(words["network.mv"]),
                HTML(share.village.flatMap { known.village($0)?.name(in: words.language) } ?? "–"), "\(share.customers)",
            ]
        }
        let shown = list.prefix(NetworkPages.pageSize)
        let rows: [[HTML]] = shown.map { account in
            [HTML(account.number), HTML(Masking.name(account.name)), HTML(Masking.address(account.address))]
        }
        let title = words["network.accounts"]
        let named: HTML? =
            rows.isEmpty
            ? nil
            : "<h3>\(title)</h3>" + table(title, heads: ["network.number", "network.holder", "network.address"], rows, words, isNarrow: true)
        return section(
            words("network.affected", ["n": "\(affected.customers)"]), "affected",
            """
            \(shares.isEmpty ? "<p class=\"empty\">\(words["network.affected.none"])</p>" as HTML
                : table(words["network.affected.by-area"], heads: ["network.area", "network.village", "network.customers"], shares, words, isNarrow: true))
            \(named)
            \(next(visit, list.count > NetworkPages.pageSize ? shown.last.map { "\($0.position)" } : nil))
            """)
    }
}
