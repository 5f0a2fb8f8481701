import Testing
import Values
import Web

@Suite struct HTMLTests {
    @Test func whatAVillagerTypesNeverBecomesMarkup() {
        let typed = "<script>alert('灯')</script> & \"线\""
        let item: HTML = "<p title=\"\(typed)\">\(typed)</p>"
        let safe = "&lt;script&gt;alert(&#39;灯&#39;)&lt;/script&gt; &amp; &quot;线&quot;"
        #expect(item.text == "<p title=\"\(safe)\">\(safe)</p>")
    }

    @Test func piecesOfAPageAreJoinedAsTheyAre() {
        let rows: [HTML] = ["<li>布岗</li>", "<li>\("马坊 & 南坞")</li>"]
        let none: HTML? = nil
        let list: HTML = "<ul>\(rows)\(none)\(HTML.raw("<!-- -->"))</ul>"
        #expect(list.text == "<ul><li>布岗</li><li>马坊 &amp; 南坞</li><!-- --></ul>")
        #expect(rows.joined(", ").text == "<li>布岗</li>, <li>马坊 &amp; 南坞</li>")
    }

    @Test func numbersAndNamesOfThingsStandInPlainly() {
        let id: ID<Int> = ID("0190")
        let row: HTML = "\(7) \(Int64(-3)) \(1.5) \(id) \(Code(stored: "K7M2-9QXA")) \("ab".dropFirst())"
        #expect(row.text == "7 -3 1.5 0190 K7M2-9QXA b")
    }

    @Test(arguments: ["", "电", "👨‍👩‍👧 <", "a&b", "e\u{301}<", "\u{0}", "普通的一句话"])
    func escapingKeepsEveryOtherCharacter(_ text: String) {
        let back = HTML(text).text
            .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
        #expect(back == text)
    }
}
