import Desk

/// One look for all tables of things: a table in a frame on a desk; on a phone each row is a card that
/// repeats the column's word before its value.
package enum Listing {
    /// - Parameters:
    ///   - caption: read by screen readers; the heading above says it to the eye.
    ///   - heads: words of the columns. The first cell of a row names it.
    ///   - numbersFrom: columns from here on stand right-aligned.
    ///   - isNarrow: stays a table on a phone as well; for up to three short columns.
    package static func table(
        _ caption: String, _ heads: [String], _ rows: [[HTML]], numbersFrom: Int = .max, isNarrow: Bool = false
    ) -> HTML {
        let head: [HTML] = heads.enumerated().map { i, word in
            "<th scope=\"col\"\(i >= numbersFrom ? " class=\"n\"" as HTML : .empty)>\(word)</th>"
        }
        let body: [HTML] = rows.map { cells in
            let line: [HTML] = cells.enumerated().map { i, cell in
                if i == 0 { return "<th scope=\"row\">\(cell)</th>" }
                if cell.isEmpty { return "<td></td>" }
                return """
                    <td data-label="\(i < heads.count ? heads[i] : "")"\(i >= numbersFrom ? " class=\"n\"" as HTML : .empty)><div>\(cell)</div></td>
                    """
            }
            return "<tr>\(line)</tr>"
        }
        return """
            <table class="\(isNarrow ? "stack short" : "stack")"><caption class="hidden-text">\(caption)</caption>\
            <thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table>
            """
    }
}
