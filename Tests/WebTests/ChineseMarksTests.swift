import Testing

@testable import Web

@Suite struct ChineseMarksTests {
    @Test(arguments: [
        ("<p>Wang: 王秀英，三组。</p>", "<p>Wang: <span lang=\"zh-Hans\">王秀英，三组。</span></p>"),
        ("<p>张*民</p>", "<p><span lang=\"zh-Hans\">张</span>*<span lang=\"zh-Hans\">民</span></p>"),
        ("<a title=\"村 > 镇\" href=\"/\">x</a>", "<a title=\"村 > 镇\" href=\"/\">x</a>"),
        ("<title>布岗村</title><option value=\"1\">布岗村</option>", "<title>布岗村</title><option value=\"1\">布岗村</option>"),
        (
            "<textarea name=\"what\">灯不亮</textarea>灯",
            "<textarea name=\"what\">灯不亮</textarea><span lang=\"zh-Hans\">灯</span>"
        ),
        ("<p>no light · 12 m — “ok”</p>", "<p>no light · 12 m — “ok”</p>"),
        ("<p>灯", "<p><span lang=\"zh-Hans\">灯</span>"),
        ("<title>村", "<title>村"),
    ])
    func chineseWordsOnAnEnglishPageAreMarked(page: String, marked: String) {
        #expect(String(decoding: markChinese(Array(page.utf8)), as: UTF8.self) == marked)
    }
}
