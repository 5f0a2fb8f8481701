import Desk
import PowerRules
import Service
import Values
import Web

/// The parts of a claim that villagers and staff see alike.
struct ClaimParts {
    let view: ClaimView
    let visit: Visit
    private var words: Words { visit.words }

    static func yuan(_ fen: Int) -> HTML { "¥\(Yuan.text(fen))" }

    func facts() -> HTML {
        OutageHTML.facts([
            (words["claim.number"], "<b class=\"digits\">\(view.number)</b>"),
            (words["claim.state"], "<span class=\"tag s-\(view.state)\">\(view.stateTitle.in(visit.language))</span>"),
            (words["claim.householder"], view.householder.isEmpty ? nil : OutageHTML.chinese(view.householder, words)),
            (words["claim.village"], OutageHTML.chinese(view.villageName, words)),
            (words["claim.damaged-at"], HTML(words.moment(view.damagedAt, now: visit.now))),
            (words["claim.until"], HTML(words.promise(view.until, now: visit.now))),
            (words["claim.origin"], view.origin.map { HTML($0) }),
            (words["claim.cause"], view.cause.map { HTML(words["claim-cause.\($0.rawValue)"]) }),
            (words["claim.found"], view.found.map { OutageHTML.chinese($0, words) }),
            (words["claim.dispute"], view.dispute.map { HTML($0) }),
            (words["claim.paid"], paid()),
        ])
    }

    private func paid() -> HTML? {
        guard let day = view.paidOn, let how = view.paidHow else { return nil }
        return """
            \(Self.yuan(view.totalFen ?? 0)) · \(words.relativeDay(day, today: visit.now.day)) · \(words["claim-payment.\(how.rawValue)"])\
            \(view.paidReference.map { " · \($0)" as HTML })
            """
    }

    /// The appliances, each with its sum and why; `edit` gives the address of one's form.
    func items(isPaper: Bool = false, edit: ((ClaimItemView) -> String)? = nil) -> HTML {
        let cards: [HTML] = view.items.map { item in
            let invoice: HTML =
                item.invoice.map {
                    "<a href=\"\(CasePhotos.address(view.number, $0, visit))\">\(words["claim.invoice-there"])</a>"
                } ?? HTML(words["claim.invoice-missing"])
            let change: HTML? = edit.map {
                "<p><a class=\"button second\" href=\"\($0(item))\">\(words["claim.item-change"])</a></p>"
            }
            return """
                <li><h3>\(OutageHTML.chinese(item.name, words)) <span class="tag">\(words["appliance-category.\(item.category.rawValue)"])</span></h3>
                \(OutageHTML.facts([
                    (words["claim.bought"], HTML(words.relativeDay(item.boughtOn, today: visit.now.day))),
                    (words["claim.price"], Self.yuan(item.priceFen)), (words["claim.invoice"], invoice),
                    (words["claim.check"], check(item)), (words["claim.remark"], item.remark.map { OutageHTML.chinese($0, words) }),
                    (words["claim.pays"], sum(item)),
                ]))\(change)</li>
                """
        }
        return "<ul class=\"rows\">\(cards)</ul>\(isPaper ? nil : total())"
    }

    private func check(_ item: ClaimItemView) -> HTML {
        guard item.isChecked else { return HTML(words["claim.unchecked"]) }
        guard item.isDamaged == true else { return HTML(words["claim.undamaged"]) }
        if let repair = item.repairFen { return HTML(words("claim.repairable", ["sum": Yuan.text(repair)])) }
        return HTML(words["claim.unrepairable"])
    }

    private func sum(_ item: ClaimItemView) -> HTML? {
        guard let fen = item.sumFen, let basis = item.basis else { return nil }
        return "<b>\(Self.yuan(fen))</b> – \(Self.reason(basis, item.priceFen, item.usedMonths ?? 0, item.lifetimeMonths, words))"
    }

    /// The rule behind a sum, with the numbers of this appliance.
    static func reason(_ basis: ClaimBasis, _ priceFen: Int, _ used: Int, _ life: Int, _ words: Words) -> String {
        words(
            "claim-basis.\(basis.rawValue)",
            ["price": Yuan.text(priceFen), "used": "\(used)", "life": "\(life)", "left": "\(max(0, life - used))"])
    }

    private func total() -> HTML? {
        guard let total = view.totalFen, ["offered", "agreed", "resolved", "confirmed", "closed"].contains(view.state) else {
            return nil
        }
        return "<p class=\"good\"><b>\(words("claim.total", ["sum": Yuan.text(total)]))</b></p>"
    }

    /// The rules in plain words, beneath every offer.
    static func rules(_ words: Words) -> HTML {
        let lines: [HTML] = (1...6).map { "<li>\(words["claim.rule.\($0)"])</li>" }
        return "<details><summary>\(words["claim.rules"])</summary><ul>\(lines)</ul><p class=\"quiet\">\(words["claim.rules-source"])</p></details>"
    }
}
